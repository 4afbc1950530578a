//! `exchange keep`: drops what was kept long enough, or says what would go.

use serde::Serialize;

use super::app::{App, now};
use super::names::Place;
use super::output::print_error;
use crate::daemon::keep::{self, Dropped};
use crate::error::Result;
use crate::model::{Message, SchoolId};
use crate::reconcile::{Cancel, SystemClock};
use crate::store::Kept;

#[derive(Serialize)]
struct Row {
    /// `None`: of all schools.
    school: Option<SchoolId>,
    /// Its name in JSON.
    kept: What,
    rows: u64,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    Notifications,
    #[serde(untagged)]
    OfSchool(Kept),
}

#[derive(Serialize)]
struct Answer {
    dry_run: bool,
    dropped: Vec<Row>,
    /// Schools on which somebody works: what is left goes another time.
    busy: Vec<SchoolId>,
}

/// Exit code: 0; 1 where a school's data cannot be used; 3 where somebody works on one.
pub(super) fn keep(app: &App, place: Option<&Place>, dry_run: bool) -> Result<u8> {
    let (mut answer, mut code) = (Answer { dry_run, dropped: Vec::new(), busy: Vec::new() }, 0);
    for school in app.schools(place)? {
        let dropped = app.store(&school).and_then(|store| match dry_run {
            true => keep::excess(&*store, &app.host.keep, now()),
            false => keep::drop_excess(&*store, &app.host.keep, &SystemClock, &Cancel::default()),
        });
        match dropped {
            Ok(dropped) => answer.add(dropped),
            Err(error) => {
                print_error(&error, &app.catalogue);
                code = 1;
            }
        }
    }
    if place.is_none() {
        answer.add_notices(notices(app, dry_run)?);
    }
    print(app, &answer)?;
    Ok(if code == 0 && !answer.busy.is_empty() { 3 } else { code })
}

/// What schools have in common.
fn notices(app: &App, dry_run: bool) -> Result<u64> {
    let store = app.process()?.store()?;
    match dry_run {
        true => keep::old_notices(&store, &app.host.keep, now()),
        false => keep::drop_notices(&store, &app.host.keep, now(), &Cancel::default()),
    }
}

impl Answer {
    fn add_notices(&mut self, rows: u64) {
        self.dropped.extend((rows > 0).then_some(Row { school: None, kept: What::Notifications, rows }));
    }

    fn add(&mut self, dropped: Dropped) {
        let Dropped { school, rows, busy } = dropped;
        self.busy.extend(busy.then(|| school.clone()));
        self.dropped.extend(rows.into_iter().map(|(kept, rows)| Row {
            school: Some(school.clone()),
            kept: What::OfSchool(kept),
            rows,
        }));
    }
}

fn print(app: &App, answer: &Answer) -> Result<()> {
    if app.output.json {
        return app.output.print_json(answer);
    }
    if answer.dropped.is_empty() {
        app.output.line(app.word("keep-nothing"))?;
    } else {
        let headings = ["column-school", "column-kept", "column-rows"].map(|code| app.word(code));
        let school = |row: &Row| row.school.as_ref().map_or_else(String::new, SchoolId::to_string);
        let row = |row: &Row| vec![school(row), app.word(code(row.kept)), row.rows.to_string()];
        app.output.table(&headings, &answer.dropped.iter().map(row).collect::<Vec<_>>())?;
        app.output.line(app.word(if answer.dry_run { "keep-would-go" } else { "keep-gone" }))?;
    }
    let busy = answer.busy.iter().map(|school| Message::new("keep-busy").with("school", school));
    busy.into_iter().try_for_each(|message| app.output.line(app.text(message)))
}

fn code(kept: What) -> &'static str {
    match kept {
        What::OfSchool(Kept::Requests) => "kept-requests",
        What::OfSchool(Kept::Log) => "kept-log",
        What::OfSchool(Kept::Outcomes) => "kept-outcomes",
        What::OfSchool(Kept::Before) => "kept-before",
        What::OfSchool(Kept::Writes) => "kept-writes",
        What::OfSchool(Kept::Tally) => "kept-tally",
        What::OfSchool(Kept::Approvals) => "kept-approvals",
        What::OfSchool(Kept::Dialogues) => "kept-dialogues",
        What::OfSchool(Kept::Runs) => "kept-runs",
        What::Notifications => "kept-notifications",
    }
}
