//! `exchange check`: is everything ready, and if not, what to do and since when.

use jiff::Timestamp;
use serde::Serialize;

use super::app::{App, local_time, now};
use super::certificates::{self, Told};
use super::names::Place;
use super::output::Tone;
use super::ready::Ready;
use super::upstreams;
use crate::error::Result;
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{CallError, Connector, Finding, Message, Millis, Severity, TaskRef};
use crate::store::CheckStore;

#[derive(Serialize)]
struct Row {
    task: String,
    severity: Severity,
    what: String,
    next_step: Option<String>,
    /// When a check last found everything good with the task.
    last_good: Option<Timestamp>,
}

/// Checks tasks. Exit code 1 when something does not work.
pub(super) async fn check(app: &App, place: Option<&Place>) -> Result<u8> {
    let mut tasks = Vec::new();
    for (school, task) in app.tasks(place)? {
        let rows = rows_of(app, &school, &task).await?;
        let last_good = last_good(app, &school, &rows);
        tasks.push((rows, last_good));
    }
    let rows = || tasks.iter().flat_map(|(rows, _)| rows);
    let worst = rows().map(|row| row.severity).max();
    if app.output.json {
        app.output.print_json(&rows().collect::<Vec<_>>())?;
    } else {
        if rows().next().is_none() {
            app.output.line(app.word("status-no-tasks"))?;
        }
        tasks.iter().try_for_each(|(rows, last_good)| print_task(app, rows, last_good.as_deref()))?;
    }
    Ok(u8::from(worst == Some(Severity::Problem)))
}

/// Everything there is to say of a task; remembered when all of it is good.
async fn rows_of(app: &App, school: &SchoolConfig, task: &TaskConfig) -> Result<Vec<Row>> {
    let name = TaskRef { school: school.id.clone(), task: task.id.clone() };
    let mut rows = check_task(app, &name).await;
    rows.extend(certificates::of_task(&app.host, task).into_iter().map(|told| key(app, &name, told)));
    let in_the_way = |row: &upstreams::Row| {
        let next_step = Some("exchange upstreams".to_owned());
        Row { next_step, ..Row::new(&name, Severity::Warning, row.told(app)) }
    };
    rows.extend(upstreams::in_the_way(&upstreams::rows(app)?, task).map(in_the_way));
    let last_good = remember(app, &name, &rows)?.and_then(|at| Timestamp::from_millisecond(at).ok());
    rows.iter_mut().for_each(|row| row.last_good = last_good);
    Ok(rows)
}

/// When everything was good last: now, or as a check before this one found.
fn remember(app: &App, task: &TaskRef, rows: &[Row]) -> Result<Option<Millis>> {
    let (store, now) = (app.process()?.store()?, now());
    if rows.iter().any(|row| row.severity != Severity::Good) {
        return store.last_good(task);
    }
    store.put_good(task, now).map(|()| Some(now))
}

/// The line that says since when not everything is good.
fn last_good(app: &App, school: &SchoolConfig, rows: &[Row]) -> Option<String> {
    let row = rows.iter().find(|row| row.severity != Severity::Good)?;
    Some(match row.last_good {
        Some(at) => {
            let at = local_time(at.as_millisecond(), school);
            app.text(Message::new("check-last-good").with("at", at))
        }
        None => app.word("check-never-good"),
    })
}

impl Row {
    fn new(task: &TaskRef, severity: Severity, what: String) -> Self {
        Self { task: task.to_string(), severity, what, next_step: None, last_good: None }
    }
}

async fn check_task(app: &App, name: &TaskRef) -> Vec<Row> {
    let row = |severity, what, next_step| Row { next_step, ..Row::new(name, severity, what) };
    let ready = match Ready::open(app, name) {
        Ok(ready) => ready,
        Err(error) => {
            return vec![row(Severity::Problem, app.told(&error), error.hints().first().cloned())];
        }
    };
    let findings = match ready.task.connector.check().await {
        Ok(findings) => findings,
        Err(error) => vec![failed(error)],
    };
    let mut rows: Vec<Row> = findings
        .iter()
        .map(|finding| {
            row(
                finding.severity,
                ready.text(&finding.what),
                finding.next_step.as_ref().map(|step| ready.text(step)),
            )
        })
        .collect();
    if !ready.task.config.enabled {
        let step = format!("exchange enable {name}");
        rows.push(row(
            Severity::Warning,
            app.text(Message::new("error-disabled").with("task", name)),
            Some(step),
        ));
    }
    rows
}

/// What is to be said of a key that the task uses.
fn key(app: &App, task: &TaskRef, Told { severity, about, what, cure }: Told) -> Row {
    let what = format!("{about}: {}", app.text(what));
    let next_step = (severity != Severity::Good).then(|| app.text(cure));
    Row { next_step, ..Row::new(task, severity, what) }
}

fn failed(error: CallError) -> Finding {
    let what = match error {
        CallError::Failed(failure) => failure.told(),
        CallError::Stopped(verdict, _) => {
            Message::new("host-connector-stopped").with("verdict", format!("{verdict:?}"))
        }
    };
    Finding { severity: Severity::Problem, what, next_step: None }
}

fn print_task(app: &App, rows: &[Row], last_good: Option<&str>) -> Result<()> {
    rows.iter().try_for_each(|row| print(app, row))?;
    last_good.map_or(Ok(()), |line| app.output.line(format!("    {line}")))
}

fn print(app: &App, row: &Row) -> Result<()> {
    let (tone, mark) = match row.severity {
        Severity::Good => (Tone::Good, "✓"),
        Severity::Warning => (Tone::Warn, "!"),
        Severity::Problem => (Tone::Bad, "✗"),
    };
    app.output.line(format!("{} {}: {}", app.output.tone(tone, mark), row.task, row.what))?;
    match &row.next_step {
        Some(step) => app.output.line(format!("    {} {step}", app.word("cli-next"))),
        None => Ok(()),
    }
}
