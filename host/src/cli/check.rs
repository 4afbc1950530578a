//! `exchange check`: is everything ready, and if not, what to do.

use serde::Serialize;

use super::app::App;
use super::certificates::{self, Told};
use super::names::Place;
use super::output::Tone;
use super::ready::Ready;
use super::upstreams;
use crate::error::Result;
use crate::model::{CallError, Connector, Finding, Message, Severity, TaskRef};

#[derive(Serialize)]
struct Row {
    task: String,
    severity: Severity,
    what: String,
    next_step: Option<String>,
}

/// Checks tasks. Exit code 1 when something does not work.
pub(super) async fn check(app: &App, place: Option<&Place>) -> Result<u8> {
    let mut rows = Vec::new();
    for (school, task) in app.tasks(place)? {
        let name = TaskRef { school: school.id.clone(), task: task.id.clone() };
        rows.extend(check_task(app, &name).await);
        rows.extend(certificates::of_task(&app.host, &task).into_iter().map(|told| key(app, &name, told)));
        rows.extend(upstreams::in_the_way(&upstreams::rows(app)?, &task).map(|row| Row {
            task: name.to_string(),
            severity: Severity::Warning,
            what: row.told(app),
            next_step: Some("exchange upstreams".to_owned()),
        }));
    }
    let worst = rows.iter().map(|row| row.severity).max();
    if app.output.json {
        app.output.print_json(&rows)?;
    } else {
        if rows.is_empty() {
            app.output.line(app.word("status-no-tasks"))?;
        }
        rows.iter().try_for_each(|row| print(app, row))?;
    }
    Ok(u8::from(worst == Some(Severity::Problem)))
}

async fn check_task(app: &App, name: &TaskRef) -> Vec<Row> {
    let row = |severity, what: String, next_step| Row { task: name.to_string(), severity, what, next_step };
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
    Row { task: task.to_string(), severity, what, next_step }
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
