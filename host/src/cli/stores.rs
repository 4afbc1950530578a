//! Opens stores, and takes a school's lane for what a command changes.

use jiff::tz::TimeZone;

use super::app::{App, now};
use crate::error::Result;
use crate::model::setup::SchoolConfig;
use crate::store::{AuditEntry, AuditStore, HostDb, Lane, LaneStore, MasterKey, SchoolDb, SchoolOptions};

/// A school's store. Made when missing.
pub(super) fn open_school(app: &App, school: &SchoolConfig) -> Result<SchoolDb> {
    let time_zone = TimeZone::get(&school.time_zone).unwrap_or(TimeZone::UTC);
    let options = SchoolOptions { key: MasterKey(app.keys.master()?), time_zone };
    SchoolDb::open(&app.host.data, &school.id, options)
}

/// The host's store. Made when missing.
pub(super) fn open_host(app: &App) -> Result<HostDb> {
    HostDb::open(&app.host.data, &MasterKey(app.keys.master()?))
}

/// Takes the school's lane for this command; given back when dropped.
pub(super) fn lane(store: &SchoolDb, doing: &str) -> Result<Lane> {
    store.take_lane(doing, now())
}

/// Adds to the audit: who is the user of the operating system that runs the command.
pub(super) fn audit(app: &App, what: &str, about: &str) -> Result<()> {
    let entry = AuditEntry { at: now(), who: operator(), what: what.to_owned(), about: about.to_owned() };
    open_host(app)?.audit(&entry)
}

/// The user of the operating system that runs the command.
pub(super) fn operator() -> String {
    ["SUDO_USER", "USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "unknown".to_owned())
}
