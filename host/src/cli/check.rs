//! `exchange check`: is everything ready, and if not, what to do and since when.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::app::{App, local_time};
use super::names::Place;
use super::output::Tone;
use super::ready::Ready;
use crate::daemon::check::{self, Checked, Remedy};
use crate::error::Result;
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Message, Severity, TaskRef};
use crate::report::Catalogue;

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
    let (host, ready) = (app.process()?, Ready::open(app, &name));
    let checked = check::check(&host, &name, task, ready.as_ref().map(|ready| &ready.task)).await?;
    let (texts, connector) = match &ready {
        Ok(ready) => (&ready.catalogue, ready.manifest().id.as_str()),
        Err(_) => (&app.catalogue, ""),
    };
    Ok(rows(&name, &checked, texts, connector))
}

fn rows(name: &TaskRef, checked: &Checked, texts: &Catalogue, connector: &str) -> Vec<Row> {
    let last_good = checked.last_good.and_then(|at| Timestamp::from_millisecond(at).ok());
    let lines = checked.lines.iter();
    let row = |line: &check::Line| Row {
        task: name.to_string(),
        severity: line.severity,
        what: line.what(texts, connector, &TimeZone::system()),
        next_step: line.remedy.as_ref().map(|remedy| step(name, remedy, texts, connector)),
        last_good,
    };
    lines.map(row).collect()
}

/// What to do: in words, or the command that does it.
fn step(name: &TaskRef, remedy: &Remedy, texts: &Catalogue, connector: &str) -> String {
    match remedy {
        Remedy::Found(message) => texts.of(connector, message),
        Remedy::Host(message) => texts.text(message),
        Remedy::Enable => format!("exchange enable {name}"),
        Remedy::Later => "exchange upstreams".to_owned(),
        Remedy::Hint(hint) => hint.clone(),
    }
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
