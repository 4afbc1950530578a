//! `exchange status`, `runs`: what happened, in the words of D7.

use serde::Serialize;

use super::app::{App, local_time};
use super::names::Place;
use super::output::{Tone, print_error};
use super::upstreams;
use crate::daemon::told::{self, Standing};
use crate::error::{Error, Result};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Message, RunCounts, RunStatus, RunSummary, SchoolId};
use crate::report::Catalogue;
use crate::report::words::{self, Gravity};
use crate::store::RunStore;

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

/// How the last run of each task ended. A school whose file or data cannot be read is shown as such, beside the others,
/// and makes the exit code 1.
pub(super) fn status(app: &App, place: Option<&Place>) -> Result<u8> {
    if let Some(Place::Task(name)) = place {
        app.task(name)?;
    }
    let systems = upstreams::rows(app)?;
    let mut rows = Vec::new();
    for (id, school) in app.each_school(place)? {
        match &school {
            Ok(school) => rows.extend(of_school(app, school, place, &systems)),
            Err(error) => rows.push(broken(app, &id, error)),
        }
    }
    let unread = |row: &TaskStatus| [UNREADABLE, BROKEN].contains(&row.status.as_str());
    let code = u8::from(rows.iter().any(unread));
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
            let of_task = if row.task.is_empty() { String::new() } else { format!("/{}", row.task) };
            let name = format!("{}{of_task}", row.school);
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

/// In place of a status where the school's file has faults.
const BROKEN: &str = "broken";

fn of_school(
    app: &App,
    school: &SchoolConfig,
    place: Option<&Place>,
    systems: &[upstreams::Row],
) -> Vec<TaskStatus> {
    let wanted = |task: &&TaskConfig| place.and_then(Place::task).is_none_or(|name| *name == task.id);
    let status = |task: &TaskConfig| {
        let status = task_status(app, school, task);
        let status = status.unwrap_or_else(|error| unreadable(app, school, task, &error));
        TaskStatus { held_back: upstreams::in_the_way(systems, task).cloned().collect(), ..status }
    };
    school.tasks.iter().filter(wanted).map(status).collect()
}

/// A school whose tasks are not known.
fn broken(app: &App, school: &SchoolId, error: &Error) -> TaskStatus {
    let told = app.told(error);
    TaskStatus {
        school: school.to_string(),
        task: String::new(),
        enabled: false,
        status: BROKEN.to_owned(),
        title: app.word("status-broken"),
        run: None,
        finished: None,
        counts: None,
        reason: Some(told),
        open_decisions: 0,
        held_back: Vec::new(),
    }
}

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
    let Standing { last, open_decisions } = told::standing(&store, task)?;
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
    if row.status == BROKEN {
        // The rest, with place and caret, is what `check` shows.
        let first = row.reason.as_deref().and_then(|reason| reason.lines().next()).unwrap_or_default();
        return app.text(Message::new("status-broken-how").with("why", first).with("school", &row.school));
    }
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
    let read = |school: Result<SchoolConfig>| {
        let school = school?;
        let found = app.store(&school)?.runs(place.and_then(Place::task), limit_u32)?;
        Ok::<_, Error>(found.into_iter().map(move |run| (school.clone(), run)))
    };
    for (_, school) in app.each_school(place)? {
        match read(school) {
            Ok(found) => runs.extend(found),
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

/// The tone of a status.
pub(super) fn tone(status: RunStatus) -> Tone {
    match words::gravity(status) {
        Gravity::Good => Tone::Good,
        Gravity::Notable => Tone::Warn,
        Gravity::Bad => Tone::Bad,
    }
}
