//! Storing what was handed over, school by school, beside whatever runs meanwhile.

use std::time::{Duration, Instant};

use super::Handover;
use crate::cli::app::{App, now};
use crate::cli::stores::{self, About};
use crate::config;
use crate::daemon::vault;
use crate::error::{Error, Result};
use crate::model::TaskRef;
use crate::store::{LANE_BUSY, SecretStore};

/// How long it takes until a school that was busy is tried again.
const AGAIN: Duration = Duration::from_millis(300);

/// What became of a row.
pub(super) enum State {
    /// Nothing was to be stored: a dry run, or other rows are not good.
    Untouched,
    /// What is named was new or changed.
    Stored,
    /// Everything was there already.
    Unchanged,
    /// Somebody had the school's lane all the time.
    Busy,
    /// It could not be stored.
    Failed(Error),
}

/// A row that was dealt with.
pub(super) struct Done {
    pub(super) row: u64,
    pub(super) task: TaskRef,
    pub(super) secrets: Vec<String>,
    pub(super) settings: Vec<String>,
    pub(super) state: State,
}

impl Done {
    /// Everything that the row hands over, left as it is.
    pub(super) fn untouched(handover: &Handover) -> Self {
        let secrets = handover.secrets.iter().map(|(name, _)| name.clone()).collect();
        let settings = handover.settings.keys().cloned().collect();
        let (row, task) = (handover.row, handover.task.clone());
        Self { row, task, secrets, settings, state: State::Untouched }
    }
}

/// Stores all rows. A school in which something runs is tried again for so long; `each` is called when one is done.
pub(super) fn all(app: &App, rows: Vec<Handover>, wait: Duration, each: impl Fn()) -> Vec<Done> {
    let (began, mut left, mut done) = (Instant::now(), rows, Vec::new());
    loop {
        let mut busy = Vec::new();
        for row in left {
            match one(app, &row) {
                Err(error) if error.is(LANE_BUSY) => {
                    busy.push(row);
                    continue;
                }
                Ok(stored) => done.push(stored),
                Err(error) => done.push(Done { state: State::Failed(error), ..Done::untouched(&row) }),
            }
            each();
        }
        if busy.is_empty() || began.elapsed() >= wait {
            done.extend(busy.iter().map(|row| Done { state: State::Busy, ..Done::untouched(row) }));
            done.sort_by_key(|done| done.row);
            return done;
        }
        std::thread::sleep(AGAIN);
        left = busy;
    }
}

/// Stores what is new or differs. The settings come last: whoever reads the school's file anew finds the secrets there.
fn one(app: &App, handover: &Handover) -> Result<Done> {
    let Handover { row, school, task, settings, .. } = handover;
    let store = app.store(school)?;
    let lane = stores::lane(&store, "secret import")?;
    let mut secrets = Vec::new();
    for (name, value) in &handover.secrets {
        let stored = vault::name_of(&task.task, name);
        // One that cannot be opened is replaced like any other.
        if store.secret(&stored).ok().flatten().as_deref() != Some(value.expose()) {
            store.set_secret(lane.fence(), &stored, value.expose(), now())?;
            secrets.push(name.clone());
        }
    }
    let edited = config::with_settings(&school.file, &task.task, settings)?;
    edited.write()?;
    let names: Vec<&str> = secrets.iter().chain(&edited.changed).map(String::as_str).collect();
    if !names.is_empty() {
        stores::audit(app, "secret-import", About::from(task).with(names.join(", ")))?;
    }
    let state = if names.is_empty() { State::Unchanged } else { State::Stored };
    Ok(Done { row: *row, task: task.clone(), secrets, settings: edited.changed, state })
}
