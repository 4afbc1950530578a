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
    school: SchoolId,
    kept: Kept,
    rows: u64,
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
    print(app, &answer)?;
    Ok(if code == 0 && !answer.busy.is_empty() { 3 } else { code })
}

impl Answer {
    fn add(&mut self, dropped: Dropped) {
        let Dropped { school, rows, busy } = dropped;
        self.busy.extend(busy.then(|| school.clone()));
        self.dropped.extend(rows.into_iter().map(|(kept, rows)| Row { school: school.clone(), kept, rows }));
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
        let row = |row: &Row| vec![row.school.to_string(), app.word(code(row.kept)), row.rows.to_string()];
        app.output.table(&headings, &answer.dropped.iter().map(row).collect::<Vec<_>>())?;
        app.output.line(app.word(if answer.dry_run { "keep-would-go" } else { "keep-gone" }))?;
    }
    let busy = answer.busy.iter().map(|school| Message::new("keep-busy").with("school", school));
    busy.into_iter().try_for_each(|message| app.output.line(app.text(message)))
}

fn code(kept: Kept) -> &'static str {
    match kept {
        Kept::Requests => "kept-requests",
        Kept::Log => "kept-log",
        Kept::Outcomes => "kept-outcomes",
        Kept::Before => "kept-before",
        Kept::Writes => "kept-writes",
        Kept::Tally => "kept-tally",
        Kept::Approvals => "kept-approvals",
        Kept::Dialogues => "kept-dialogues",
        Kept::Runs => "kept-runs",
    }
}
