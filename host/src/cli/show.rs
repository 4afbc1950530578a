//! `exchange show`: one run with its outcomes, its requests and its connector's diary.

use serde::Serialize;

use super::app::{App, local_time, name_of};
use super::requests;
use super::status::tone;
use crate::error::{Error, Result};
use crate::model::setup::SchoolConfig;
use crate::model::{Message, OutcomeRow, RunId, RunSummary};
use crate::report::{Called, Catalogue, run_report, words};
use crate::store::{RunStore, ScopeStore};

/// What `show` shows beside the outcomes.
#[derive(Clone, Debug, Default)]
pub(super) struct ShowOptions {
    /// The connector's log.
    pub(super) log: bool,
    /// The request journal.
    pub(super) requests: bool,
    /// The bodies in it.
    pub(super) bodies: bool,
    /// Only this outcome (`rejected`, `in-doubt`, …).
    pub(super) outcome: Option<String>,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    run: &'a RunSummary,
    outcomes: Vec<ShownOutcome>,
    left_out: &'a [crate::model::LeftOutRow],
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<Vec<requests::Shown>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<Vec<crate::store::LogRow>>,
}

/// One outcome as `--json` gives it: `outcome` is one of the words of `--outcome`.
#[derive(Serialize)]
struct ShownOutcome {
    key: String,
    kind: String,
    group: Option<String>,
    outcome: String,
    action: Option<crate::model::Action>,
    reason: String,
    advice: String,
}

/// Everything about one run. Exit code: the run's.
pub(super) fn show(app: &App, id: &RunId, options: &ShowOptions) -> Result<u8> {
    let (school, run) = find(app, id)?;
    let store = app.store(&school)?;
    let connector = school.task(&run.task.task).map(|task| task.connector.clone()).unwrap_or_default();
    let mut catalogue = Catalogue::new(app.catalogue.language());
    let manifest = app.manifest_for(&run.task, &connector).ok();
    if let Some(manifest) = &manifest {
        catalogue.add_connector(manifest);
    }
    let wanted = |row: &OutcomeRow| options.outcome.as_deref().is_none_or(|word| outcome_word(row) == word);
    let mut outcomes = store.outcomes(id.number)?;
    let names = |about: &crate::model::records::RecordRef| name_of(&*store, about);
    let called = Called::in_run(outcomes.iter(), &names);
    outcomes.retain(wanted);
    let left_out = store.left_out(&run.task.task)?;
    let read = || requests::read(app, &store, id, options.bodies);
    let requests = options.requests.then(read).transpose()?;
    let log = options.log.then(|| store.log(id.number)).transpose()?;
    if app.output.json {
        let outcomes = outcomes.iter().map(|row| shown(&catalogue, &connector, row)).collect();
        app.output.print_json(&Shown { run: &run, outcomes, left_out: &left_out, requests, log })?;
        return Ok(run.status.exit_code());
    }
    head(app, &school, &run, &catalogue, &connector)?;
    let rows: Vec<Vec<String>> = outcomes
        .iter()
        .filter(|row| options.outcome.is_some() || words::Group::of(&row.outcome) != words::Group::Unchanged)
        .map(|row| {
            let (reason, advice) = words::reason_and_advice(&catalogue, &connector, row, &called);
            let kind = manifest.as_ref().map_or_else(
                || row.item.kind.to_string(),
                |manifest| run_report::kind_title(manifest, &row.item.kind, &catalogue),
            );
            vec![
                row.group.clone().unwrap_or_default(),
                kind,
                row.about.as_ref().and_then(names).unwrap_or_else(|| row.item.key.to_string()),
                catalogue.word(words::Group::of(&row.outcome).code()),
                [reason, advice].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(". "),
            ]
        })
        .collect();
    let headings = ["column-class", "column-kind", "column-name", "column-outcome", "column-reason"];
    if !rows.is_empty() {
        app.output.table(&headings.map(|code| app.word(code)), &rows)?;
    }
    if let Some(requests) = &requests {
        requests::print(app, &school, requests)?;
    }
    for row in log.iter().flatten() {
        app.output.line(format!("{} {}", row.level, row.text))?;
    }
    Ok(run.status.exit_code())
}

fn outcome_word(row: &OutcomeRow) -> &'static str {
    words::Group::of(&row.outcome).code().trim_start_matches("outcome-")
}

fn shown(catalogue: &Catalogue, connector: &str, row: &OutcomeRow) -> ShownOutcome {
    let (reason, advice) = words::reason_and_advice(catalogue, connector, row, &Called::default());
    ShownOutcome {
        key: row.item.key.to_string(),
        kind: row.item.kind.to_string(),
        group: row.group.clone(),
        outcome: outcome_word(row).to_owned(),
        action: row.action,
        reason,
        advice,
    }
}

fn head(
    app: &App,
    school: &SchoolConfig,
    run: &RunSummary,
    catalogue: &Catalogue,
    connector: &str,
) -> Result<()> {
    let tone = tone(run.status);
    let status = app.output.tone(tone, &words::status(&app.catalogue, Some(run.status)));
    let started = local_time(run.started, school);
    app.output.line(format!("{} · {} · {} · {started}", run.id, run.task, status))?;
    if let Some(reason) = &run.reason {
        app.output.line(catalogue.of(connector, reason))?;
    }
    app.output.line(words::counts(&app.catalogue, &run.counts))?;
    let (read, written) = run.requests;
    app.output.line(app.text(Message::new("run-requests").with("read", read).with("written", written)))?;
    match run.dropped {
        Some(at) => app.output.line(app.text(Message::new("run-dropped").with("at", local_time(at, school)))),
        None => Ok(()),
    }
}

/// A run with its school.
pub(super) fn find(app: &App, id: &RunId) -> Result<(SchoolConfig, RunSummary)> {
    let school = app.school(&id.school)?;
    let run = app.store(&school)?.run(id.number)?.ok_or_else(|| {
        Error::config(format!("there is no run {id}"))
            .message(Message::new("error-no-run").with("run", id))
            .hint(format!("exchange runs {}", id.school))
    })?;
    Ok((school, run))
}
