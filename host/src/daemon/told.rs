//! What a school is told of its tasks and runs, whichever face shows it: how a task stands, names of people in a report,
//! times in the school's zone, the report of a run as a file.

use std::io::Cursor;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::Result;
use crate::model::manifest::Manifest;
use crate::model::records::{Record, RecordRef};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Message, Millis, RunStatus, RunSummary, TaskId};
use crate::report::run_report::{self, RunReport};
use crate::report::{Catalogue, Format, table};
use crate::schedule::{Ahead, Timetable};
use crate::store::{DecisionStore, LaneStore, RecordStore, RunStore, SchoolDb, ScopeStore};

/// Runs looked through for the last one that tells of the whole school.
const LOOK_BACK: u32 = 200;

/// How a task stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its last run; dry runs are none.
    pub last: Option<RunSummary>,
    /// Questions that wait for a person's answer.
    pub open_decisions: usize,
}

/// How a task of this store's school stands.
pub fn standing(store: &SchoolDb, task: &TaskConfig) -> Result<Standing> {
    let last = store.last_run(&task.id)?.map(|run| as_it_stands(store, run)).transpose()?;
    Ok(Standing { last, open_decisions: store.decisions(Some(&task.id), true)?.len() })
}

/// A run as it stands. One whose process died has no end in the store before the next run begins: until then it is told
/// from one that goes on by the lane, which a dead process does not hold.
pub fn as_it_stands(store: &SchoolDb, run: RunSummary) -> Result<RunSummary> {
    if run.status != RunStatus::Running || store.lane_holder()?.is_some() {
        return Ok(run);
    }
    // It may have ended between the two looks.
    let run = store.run(run.id.number)?.unwrap_or(run);
    if run.status != RunStatus::Running {
        return Ok(run);
    }
    let reason = Some(Message::new("host-interrupted"));
    Ok(RunSummary { status: RunStatus::Failed, reason, ..run })
}

/// The last run that looked at everybody and came to its end.
pub fn last_whole_run(store: &SchoolDb, task: &TaskId) -> Result<Option<RunSummary>> {
    let runs = store.runs(Some(task), LOOK_BACK)?;
    let whole = |run: &RunSummary| {
        let through = match run.status {
            RunStatus::Success | RunStatus::WithRemarks | RunStatus::NotConfirmed => true,
            // For answers, not before it began.
            RunStatus::Waiting => run.reason.is_none(),
            RunStatus::Running | RunStatus::Postponed | RunStatus::Failed => false,
        };
        through && run.selection.is_all() && run.dropped.is_none()
    };
    Ok(runs.into_iter().find(whole))
}

/// When a task runs by itself next; nothing where it is off, by hand only, or closed for years.
pub fn next_run(school: &SchoolConfig, task: &TaskConfig, now: Millis) -> Result<Option<Millis>> {
    let table = Timetable::of(school, task)?.filter(|_| task.enabled);
    let ahead = table.map(|table| table.ahead(now, 1)).unwrap_or_default();
    Ok(ahead.into_iter().find_map(|line| match line {
        Ahead::Run { due, .. } => Some(due.occurrence.start),
        Ahead::Blackout(..) => None,
    }))
}

/// A moment in the school's time, to the minute.
pub fn local_time(at: Millis, school: &SchoolConfig) -> String {
    let zone = TimeZone::get(&school.time_zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(at)
        .map(|at| at.to_zoned(zone).strftime("%d.%m.%Y %H:%M").to_string())
        .unwrap_or_default()
}

/// A record's name for people, from the records as they are now.
pub fn name_of(store: &impl RecordStore, about: &RecordRef) -> Option<String> {
    let json = store.get(about.record_type, &about.id).ok().flatten()?;
    Record::from_json(about.record_type, &json).ok().map(|record| record.title())
}

/// The report of a run as a file (D7, D8). The catalogue knows the connector's texts.
pub fn report_file(
    store: &SchoolDb,
    school: &SchoolConfig,
    manifest: &Manifest,
    run: &RunSummary,
    catalogue: &Catalogue,
    format: Format,
) -> Result<Vec<u8>> {
    let time = |at| local_time(at, school);
    let report = RunReport {
        school: &school.name,
        manifest,
        summary: run,
        times: (time(run.started), run.finished.map(time).unwrap_or_default()),
        outcomes: &store.outcomes(run.id.number)?,
        left_out: &store.left_out(&run.task.task)?,
    };
    let sheets = run_report::run_sheets(&report, &|about| name_of(store, about), catalogue);
    let mut file = Cursor::new(Vec::new());
    table::write(format, &run_report::title(&report, catalogue), &sheets, &mut file)?;
    Ok(file.into_inner())
}
