//! `exchange status`, `runs`, `show`: what happened, in the words of D7.

use serde::Serialize;

use super::app::{App, local_time, name_of};
use super::names::Place;
use super::output::{Tone, print_error};
use super::upstreams;
use crate::error::{Error, Result};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Message, OutcomeRow, RunCounts, RunId, RunStatus, RunSummary};
use crate::report::{Catalogue, run_report, words};
use crate::store::{DecisionStore, RunStore, ScopeStore};

#[derive(Serialize)]
struct TaskStatus {
    school: String,
    task: String,
    enabled: bool,
    status: String,
    title: String,
    run: Option<String>,
    finished: Option<i64>,
    counts: Option<RunCounts>,
    reason: Option<String>,
    open_decisions: usize,
    /// The remote systems of the task that take no requests at the moment.
    held_back: Vec<upstreams::Row>,
}

/// How the last run of each task ended. A school whose data cannot be read is shown as such, beside the others, and
/// makes the exit code 1.
pub(super) fn status(app: &App, place: Option<&Place>) -> Result<u8> {
    let systems = upstreams::rows(app)?;
    let rows: Vec<TaskStatus> = app
        .tasks(place)?
        .iter()
        .map(|(school, task)| {
            let status = task_status(app, school, task);
            let status = status.unwrap_or_else(|error| unreadable(app, school, task, &error));
            TaskStatus { held_back: upstreams::in_the_way(&systems, task).cloned().collect(), ..status }
        })
        .collect();
    let code = u8::from(rows.iter().any(|row| row.status == UNREADABLE));
    if app.output.json {
        app.output.print_json(&rows)?;
        return Ok(code);
    }
    if rows.is_empty() {
        app.output.line(app.word("status-no-tasks"))?;
        return Ok(0);
    }
    print(app, &rows)?;
    for system in systems.iter().filter(|system| !system.is_ready()) {
        app.output.line(app.output.tone(Tone::Warn, &system.told(app)))?;
    }
    match super::notify::undelivered(app)? {
        Some(line) => app.output.line(line).map(|()| code),
        None => Ok(code),
    }
}

fn print(app: &App, rows: &[TaskStatus]) -> Result<()> {
    let headings = ["column-task", "report-status", "report-run", "report-finished", "column-details"];
    let school_of = |row: &TaskStatus| app.school(&row.school.as_str().into());
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let finished = match row.finished {
                Some(at) => local_time(at, &school_of(row)?),
                None => String::new(),
            };
            let name = format!("{}/{}", row.school, row.task);
            Ok(vec![
                name,
                row.title.clone(),
                row.run.clone().unwrap_or_default(),
                finished,
                details(app, row),
            ])
        })
        .collect::<Result<_>>()?;
    app.output.table(&headings.map(|code| app.word(code)), &cells)
}

/// In place of a status where there is none to be had.
const UNREADABLE: &str = "unreadable";

fn unreadable(app: &App, school: &SchoolConfig, task: &TaskConfig, error: &Error) -> TaskStatus {
    TaskStatus {
        school: school.id.to_string(),
        task: task.id.to_string(),
        enabled: task.enabled,
        status: UNREADABLE.to_owned(),
        title: app.word("status-unreadable"),
        run: None,
        finished: None,
        counts: None,
        reason: Some(app.told(error)),
        open_decisions: 0,
        held_back: Vec::new(),
    }
}

fn task_status(app: &App, school: &SchoolConfig, task: &TaskConfig) -> Result<TaskStatus> {
    let store = app.store(school)?;
    let last = store.last_run(&task.id)?;
    let open_decisions = store.decisions(Some(&task.id), true)?.len();
    let reason =
        last.as_ref().and_then(|run| run.reason.as_ref()).map(|reason| connector_text(app, task, reason));
    Ok(TaskStatus {
        school: school.id.to_string(),
        task: task.id.to_string(),
        enabled: task.enabled,
        status: last.as_ref().map_or_else(|| "none".to_owned(), |run| run.status.to_string()),
        title: words::status(&app.catalogue, last.as_ref().map(|run| run.status)),
        run: last.as_ref().map(|run| run.id.to_string()),
        finished: last.as_ref().and_then(|run| run.finished),
        counts: last.as_ref().map(|run| run.counts),
        reason,
        open_decisions,
        held_back: Vec::new(),
    })
}

fn details(app: &App, row: &TaskStatus) -> String {
    let mut parts = Vec::new();
    if !row.enabled {
        parts.push(app.word("status-disabled"));
    }
    parts.extend(row.reason.clone());
    if row.open_decisions > 0 {
        parts.push(app.text(Message::new("status-decisions").with("n", row.open_decisions)));
    }
    if let Some(counts) = &row.counts {
        parts.push(words::counts(&app.catalogue, counts));
    }
    parts.join("; ")
}

/// A text that came with a task: of its connector, else of the host.
pub(super) fn connector_text(app: &App, task: &TaskConfig, message: &Message) -> String {
    match app.manifest(&task.connector) {
        Ok(manifest) => {
            let mut catalogue = Catalogue::new(app.catalogue.language());
            catalogue.add_connector(&manifest);
            catalogue.of(&manifest.id, message)
        }
        Err(_) => app.catalogue.text(message),
    }
}

/// Lists runs, the newest first. Schools whose data cannot be read are named, and the others listed.
pub(super) fn runs(app: &App, place: Option<&Place>, limit: usize) -> Result<u8> {
    let limit_u32 = u32::try_from(limit).unwrap_or(u32::MAX);
    let mut runs: Vec<(SchoolConfig, RunSummary)> = Vec::new();
    let mut code = 0;
    for school in app.schools(place)? {
        match app.store(&school).and_then(|store| store.runs(place.and_then(Place::task), limit_u32)) {
            Ok(found) => runs.extend(found.into_iter().map(|run| (school.clone(), run))),
            Err(error) => {
                print_error(&error, &app.catalogue);
                code = error.exit_code();
            }
        }
    }
    runs.sort_by_key(|(_, run)| std::cmp::Reverse(run.started));
    runs.truncate(limit);
    if app.output.json {
        return app.output.print_json(&runs.iter().map(|(_, run)| run).collect::<Vec<_>>()).map(|()| code);
    }
    let headings = ["report-run", "column-task", "report-started", "report-status", "column-details"];
    let cells: Vec<Vec<String>> = runs
        .iter()
        .map(|(school, run)| {
            vec![
                run.id.to_string(),
                run.task.to_string(),
                local_time(run.started, school),
                words::status(&app.catalogue, Some(run.status)),
                words::counts(&app.catalogue, &run.counts),
            ]
        })
        .collect();
    app.output.table(&headings.map(|code| app.word(code)), &cells).map(|()| code)
}

/// What `show` shows beside the outcomes.
#[derive(Clone, Debug, Default)]
pub(super) struct ShowOptions {
    /// The connector's log.
    pub(super) log: bool,
    /// The request journal.
    pub(super) requests: bool,
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
    requests: Option<Vec<crate::store::RequestRow>>,
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
    let outcomes: Vec<OutcomeRow> = store.outcomes(id.number)?.into_iter().filter(wanted).collect();
    let left_out = store.left_out(&run.task.task)?;
    let requests = options.requests.then(|| store.requests(id.number)).transpose()?;
    let log = options.log.then(|| store.log(id.number)).transpose()?;
    if app.output.json {
        let outcomes = outcomes.iter().map(|row| shown(&catalogue, &connector, row)).collect();
        app.output.print_json(&Shown { run: &run, outcomes, left_out: &left_out, requests, log })?;
        return Ok(run.status.exit_code());
    }
    head(app, &school, &run, &catalogue, &connector)?;
    let names = |about: &crate::model::records::RecordRef| name_of(&*store, about);
    let rows: Vec<Vec<String>> = outcomes
        .iter()
        .filter(|row| options.outcome.is_some() || words::Group::of(&row.outcome) != words::Group::Unchanged)
        .map(|row| {
            let (reason, advice) = words::reason_and_advice(&catalogue, &connector, row);
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
    for row in requests.iter().flatten() {
        let status =
            row.status.map_or_else(|| row.error.clone().unwrap_or_default(), |status| status.to_string());
        app.output.line(format!(
            "{} {} {} {} #{} {} ms",
            row.method, row.upstream, row.operation, status, row.attempt, row.ms
        ))?;
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
    let (reason, advice) = words::reason_and_advice(catalogue, connector, row);
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
    match run.dropped {
        Some(at) => app.output.line(app.text(Message::new("run-dropped").with("at", local_time(at, school)))),
        None => Ok(()),
    }
}

/// The tone of a status.
pub(super) fn tone(status: RunStatus) -> Tone {
    match status {
        RunStatus::Success => Tone::Good,
        RunStatus::Running | RunStatus::WithRemarks | RunStatus::Waiting | RunStatus::Postponed => Tone::Warn,
        RunStatus::NotConfirmed | RunStatus::Failed => Tone::Bad,
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
