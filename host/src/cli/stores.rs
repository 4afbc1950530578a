//! Takes a school's lane for what a command changes, and notes who did it.

use std::os::unix::fs::MetadataExt;

use super::app::{App, now};
pub(super) use crate::daemon::persons::key as person_key;
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

/// The user of the operating system that runs the command: as the system knows the process, not as its environment
/// says; but for the superuser, of whom `sudo` tells who it is.
pub(super) fn operator() -> String {
    let said = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match std::fs::metadata("/proc/self").map(|process| process.uid()) {
        Ok(0) => said("SUDO_USER").unwrap_or_else(|| "root".to_owned()),
        Ok(uid) => login(uid).unwrap_or_else(|| format!("uid {uid}")),
        Err(_) => ["USER", "LOGNAME"].into_iter().find_map(said).unwrap_or_else(|| "unknown".to_owned()),
    }
}

fn login(uid: u32) -> Option<String> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let mut lines = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let line = lines.find(|line| line.get(2).is_some_and(|id| *id == uid.to_string()))?;
    line.first().map(|name| (*name).to_owned())
}
