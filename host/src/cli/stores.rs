//! Takes a school's lane for what a command changes, and notes who did it.

use super::app::{App, now};
use crate::error::Result;
use crate::store::{AuditEntry, AuditStore, Lane, LaneStore, SchoolDb};

/// Takes the school's lane for this command; given back when dropped.
pub(super) fn lane(store: &SchoolDb, doing: &str) -> Result<Lane> {
    store.take_lane(doing, now())
}

/// Adds to the audit: who is the user of the operating system that runs the command.
pub(super) fn audit(app: &App, what: &str, about: &str) -> Result<()> {
    let entry = AuditEntry { at: now(), who: operator(), what: what.to_owned(), about: about.to_owned() };
    app.process()?.store()?.audit(&entry)
}

/// The user of the operating system that runs the command.
pub(super) fn operator() -> String {
    ["SUDO_USER", "USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "unknown".to_owned())
}
