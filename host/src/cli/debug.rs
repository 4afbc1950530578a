//! `exchange debug`: leave to keep the bodies of a task's requests for a while. Given with a reason and an end, and put
//! into the audit: bodies are children's data.

use std::time::Duration;

use serde::Serialize;

use super::app::{App, local_time, now};
use super::names::Place;
use super::stores::{self, About};
use super::terminal;
use crate::error::{Error, Result};
use crate::model::setup::SchoolConfig;
use crate::model::{Message, Millis, TaskRef};
use crate::store::{DebugGrant, DebugStore};

/// The longest time for which leave is given at once.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// Gives leave, in place of an earlier one.
pub(super) fn grant(app: &App, name: &TaskRef, time: &str, reason: &str) -> Result<u8> {
    let (school, task) = app.task(name)?;
    let time = terminal::duration(time)?;
    if time.is_zero() || time > LONGEST {
        return Err(Error::config("leave is given for a week at most")
            .message(Message::new("debug-too-long"))
            .hint("--for 2h"));
    }
    if reason.trim().is_empty() {
        return Err(Error::config("leave needs a reason").message(Message::new("debug-no-reason")));
    }
    let store = app.store(&school)?;
    let (since, who) = (now(), stores::operator());
    let until = since.saturating_add(Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX));
    let grant = DebugGrant { task: task.id, since, until, who, reason: reason.trim().to_owned() };
    // Whoever reads the audit has to find it there before anything is kept.
    let about = About::from(name).with(format!("{} s: {}", time.as_secs(), grant.reason));
    stores::audit(app, "debug-grant", about)?;
    let lane = stores::lane(&store, "debug grant")?;
    store.grant_debug(lane.fence(), &grant)?;
    if app.output.json {
        return app.output.print_json(&row(&school, &grant)).map(|()| 0);
    }
    let told = Message::new("debug-granted").with("task", name).with("until", local_time(until, &school));
    app.output.line(app.text(told)).map(|()| 0)
}

/// Takes leave back and drops what was kept by it.
pub(super) fn revoke(app: &App, name: &TaskRef) -> Result<u8> {
    let (school, task) = app.task(name)?;
    let store = app.store(&school)?;
    let lane = stores::lane(&store, "debug revoke")?;
    let was = store.revoke_debug(lane.fence(), &task.id)?;
    if was {
        stores::audit(app, "debug-revoke", name)?;
    }
    let code = if was { "debug-revoked" } else { "debug-none" };
    app.output.line(app.text(Message::new(code).with("task", name))).map(|()| 0)
}

#[derive(Serialize)]
struct Row {
    task: TaskRef,
    since: Millis,
    until: Millis,
    who: String,
    reason: String,
}

fn row(school: &SchoolConfig, grant: &DebugGrant) -> Row {
    let DebugGrant { task, since, until, who, reason } = grant.clone();
    Row { task: TaskRef { school: school.id.clone(), task }, since, until, who, reason }
}

/// Who has given leave for what, until when.
pub(super) fn list(app: &App, place: Option<&Place>) -> Result<u8> {
    let mut found = Vec::new();
    for school in app.schools(place)? {
        let grants = app.store(&school)?.debug_grants(now())?;
        let wanted = |grant: &&DebugGrant| place.and_then(Place::task).is_none_or(|task| *task == grant.task);
        let rows: Vec<Row> = grants.iter().filter(wanted).map(|grant| row(&school, grant)).collect();
        found.push((school, rows));
    }
    let rows = || found.iter().flat_map(|(school, rows)| rows.iter().map(move |row| (school, row)));
    if app.output.json {
        return app.output.print_json(&rows().map(|(_, row)| row).collect::<Vec<_>>()).map(|()| 0);
    }
    let cells: Vec<Vec<String>> = rows()
        .map(|(school, row)| {
            let until = local_time(row.until, school);
            vec![row.task.to_string(), until, row.who.clone(), row.reason.clone()]
        })
        .collect();
    if cells.is_empty() {
        return app.output.line(app.word("debug-nobody")).map(|()| 0);
    }
    let headings = ["column-task", "debug-until", "debug-who", "debug-why"].map(|code| app.word(code));
    app.output.table(&headings, &cells).map(|()| 0)
}
