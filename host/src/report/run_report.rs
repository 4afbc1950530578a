//! The report of a run: a summary, the list of persons (D8), and a sheet per outcome.
//!
//! Names come in from the records at the moment the report is made: journal and audit keep keys only.

use std::collections::BTreeMap;

use super::called::{Called, NameOf};
use super::catalogue::Catalogue;
use super::table::Sheet;
use super::words::{self, Group};
use crate::model::manifest::Manifest;
use crate::model::records::{RecordRef, RecordType};
use crate::model::{LeftOutRow, Message, OutcomeRow, RunSummary};

/// What a report is made of.
pub struct RunReport<'a> {
    /// The school's name.
    pub school: &'a str,
    /// The connector.
    pub manifest: &'a Manifest,
    /// The run.
    pub summary: &'a RunSummary,
    /// When it began and ended, in the school's time.
    pub times: (String, String),
    /// What became of each item.
    pub outcomes: &'a [OutcomeRow],
    /// Who was left out.
    pub left_out: &'a [LeftOutRow],
}

/// The sheets of a run's report.
pub fn run_sheets(report: &RunReport<'_>, names: &NameOf<'_>, catalogue: &Catalogue) -> Vec<Sheet> {
    let mut sheets =
        vec![summary(report, catalogue), persons(report.outcomes, report.manifest, names, catalogue)];
    let mut groups: BTreeMap<Group, Vec<&OutcomeRow>> = BTreeMap::new();
    for row in report.outcomes {
        groups.entry(Group::of(&row.outcome)).or_default().push(row);
    }
    for (group, rows) in groups {
        sheets.push(outcome_sheet(report, group, rows, names, catalogue));
    }
    if !report.left_out.is_empty() {
        sheets.push(left_out(report, names, catalogue));
    }
    sheets
}

/// The report's title.
pub fn title(report: &RunReport<'_>, catalogue: &Catalogue) -> String {
    let message = Message::new("report-title").with("run", &report.summary.id).with("school", report.school);
    catalogue.text(&message)
}

fn summary(report: &RunReport<'_>, catalogue: &Catalogue) -> Sheet {
    let run = report.summary;
    let text = |code: &str| catalogue.word(code);
    let connector_title = catalogue.language().of(&report.manifest.title);
    let mut rows = vec![
        vec![text("report-school"), report.school.to_owned()],
        vec![text("report-task"), format!("{connector_title} ({})", run.task)],
        vec![text("report-run"), run.id.to_string()],
        vec![text("report-started"), report.times.0.clone()],
        vec![text("report-finished"), report.times.1.clone()],
        vec![text("report-status"), words::status(catalogue, Some(run.status))],
    ];
    if let Some(reason) = &run.reason {
        rows.push(vec![text("report-reason"), catalogue.of(&report.manifest.id, reason)]);
    }
    for group in Group::ALL {
        let count = report.outcomes.iter().filter(|row| Group::of(&row.outcome) == group).count();
        if count > 0 {
            rows.push(vec![text(group.code()), count.to_string()]);
        }
    }
    rows.push(vec![text("report-left-out"), report.left_out.len().to_string()]);
    Sheet { title: text("report-summary"), headings: vec![], rows, own_page: false }
}

/// One row a person, with the gravest of what became of the items about that person.
pub fn persons(
    outcomes: &[OutcomeRow],
    manifest: &Manifest,
    names: &NameOf<'_>,
    catalogue: &Catalogue,
) -> Sheet {
    let mut gravest: BTreeMap<&RecordRef, (Group, &OutcomeRow)> = BTreeMap::new();
    for row in outcomes {
        let Some(about) = row.about.as_ref().filter(|about| is_person(about.record_type)) else { continue };
        let group = Group::of(&row.outcome);
        let known = gravest.entry(about).or_insert((group, row));
        if group < known.0 {
            *known = (group, row);
        }
    }
    let called = Called::in_run(outcomes.iter(), names);
    let mut rows: Vec<Vec<String>> = gravest
        .into_iter()
        .map(|(about, (group, row))| {
            let (reason, advice) = words::reason_and_advice(catalogue, &manifest.id, row, &called);
            vec![
                row.group.clone().unwrap_or_default(),
                names(about).unwrap_or_else(|| about.id.clone()),
                catalogue.word(role(about.record_type)),
                catalogue.word(group.code()),
                reason,
                advice,
            ]
        })
        .collect();
    rows.sort_by_cached_key(|row| (natural(&row[0]), row[2].clone(), row[1].clone()));
    Sheet {
        title: catalogue.word("report-persons"),
        headings: headings(catalogue, "column-role"),
        rows,
        own_page: false,
    }
}

fn is_person(kind: RecordType) -> bool {
    matches!(kind, RecordType::Pupil | RecordType::Guardian | RecordType::Staff)
}

/// The code of what a person is to the school.
pub fn role(kind: RecordType) -> &'static str {
    match kind {
        RecordType::Guardian => "role-guardian",
        RecordType::Staff => "role-staff",
        _ => "role-pupil",
    }
}

fn outcome_sheet(
    report: &RunReport<'_>,
    group: Group,
    rows: Vec<&OutcomeRow>,
    names: &NameOf<'_>,
    catalogue: &Catalogue,
) -> Sheet {
    let called = Called::in_run(report.outcomes.iter(), names);
    let mut rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| {
            let (reason, advice) = words::reason_and_advice(catalogue, &report.manifest.id, row, &called);
            let name = row.about.as_ref().and_then(names).unwrap_or_else(|| row.item.key.to_string());
            let action = row.action.map_or(group.code(), action_code);
            vec![
                row.group.clone().unwrap_or_default(),
                name,
                kind_title(report.manifest, &row.item.kind, catalogue),
                catalogue.word(action),
                reason,
                advice,
            ]
        })
        .collect();
    rows.sort_by_cached_key(|row| (natural(&row[0]), row[1].clone(), row[2].clone()));
    Sheet {
        title: catalogue.word(group.code()),
        headings: headings(catalogue, "column-kind"),
        rows,
        own_page: false,
    }
}

fn action_code(action: crate::model::Action) -> &'static str {
    use crate::model::Action;
    match action {
        Action::Create => "action-created",
        Action::Update => "action-updated",
        Action::Close => "action-closed",
        Action::Remove => "action-removed",
    }
}

/// A kind's title in the reader's language.
pub fn kind_title(manifest: &Manifest, kind: &str, catalogue: &Catalogue) -> String {
    let title = manifest.kind(kind).map(|kind| catalogue.language().of(&kind.title));
    title.unwrap_or(kind).to_owned()
}

fn left_out(report: &RunReport<'_>, names: &NameOf<'_>, catalogue: &Catalogue) -> Sheet {
    let mut rows: Vec<Vec<String>> = report
        .left_out
        .iter()
        .map(|row| {
            vec![
                row.group.clone().unwrap_or_default(),
                names(&row.about).unwrap_or_else(|| row.about.id.clone()),
                catalogue.of(&report.manifest.id, &row.reason),
            ]
        })
        .collect();
    rows.sort_by_cached_key(|row| (natural(&row[0]), row[1].clone()));
    let headings = ["column-class", "column-name", "column-reason"].map(|code| catalogue.word(code)).to_vec();
    Sheet { title: catalogue.word("report-left-out"), headings, rows, own_page: false }
}

fn headings(catalogue: &Catalogue, third: &str) -> Vec<String> {
    ["column-class", "column-name", third, "column-outcome", "column-reason", "column-advice"]
        .map(|code| catalogue.word(code))
        .to_vec()
}

/// Orders «2-А» before «10-А».
pub fn natural(text: &str) -> (u32, String) {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    (digits.parse().unwrap_or(u32::MAX), text.to_owned())
}
