//! Takes a school's lane for what a command changes, and notes who did it.

use super::app::{App, now};
use crate::error::Result;
use crate::model::{SchoolId, TaskId, TaskRef};
use crate::store::{AuditEntry, AuditRow, AuditStore, Lane, LaneStore, SchoolDb};

/// Takes the school's lane for this command; given back when dropped.
pub(super) fn lane(store: &SchoolDb, doing: &str) -> Result<Lane> {
    store.take_lane(doing, now())
}

/// What an action is about: the host, a school, or one of its tasks, and what else tells it.
pub(super) struct About {
    school: Option<SchoolId>,
    task: Option<TaskId>,
    rest: String,
}

impl About {
    /// With something that tells it more closely. Never personal.
    pub(super) fn with(mut self, rest: impl ToString) -> Self {
        self.rest = rest.to_string();
        self
    }

    /// The host, or this school.
    pub(super) fn school(school: Option<&SchoolId>) -> Self {
        Self { school: school.cloned(), task: None, rest: String::new() }
    }
}

impl From<&TaskRef> for About {
    fn from(name: &TaskRef) -> Self {
        Self { school: Some(name.school.clone()), task: Some(name.task.clone()), rest: String::new() }
    }
}

impl From<&SchoolId> for About {
    fn from(school: &SchoolId) -> Self {
        Self::school(Some(school))
    }
}

impl From<&str> for About {
    fn from(rest: &str) -> Self {
        Self::school(None).with(rest)
    }
}

impl From<&String> for About {
    fn from(rest: &String) -> Self {
        Self::from(rest.as_str())
    }
}

/// Adds to the audit: who is the user of the operating system that runs the command, and on whose behalf is `--as`.
pub(super) fn audit(app: &App, what: &str, about: impl Into<About>) -> Result<AuditRow> {
    app.process()?.store()?.audit(&entry(app, what, about))
}

/// An entry of the audit by whoever runs the command, now.
pub(super) fn entry(app: &App, what: &str, about: impl Into<About>) -> AuditEntry {
    let About { school, task, rest } = about.into();
    AuditEntry {
        at: now(),
        who: operator(),
        behalf: app.behalf.clone(),
        what: what.to_owned(),
        school,
        task,
        about: rest,
    }
}

/// The user of the operating system that runs the command.
pub(super) fn operator() -> String {
    ["SUDO_USER", "USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "unknown".to_owned())
}
