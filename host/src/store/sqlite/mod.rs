//! SQLite behind the store's traits: a file per school and one for the host, each in WAL mode.
//!
//! One connection serves a quiet run; whoever reads while it writes has another, so that reading never waits for a long
//! import.

mod audit;
mod budget;
mod checks;
pub(super) mod copy;
mod debug;
mod decisions;
mod dialogues;
mod entries;
mod erase;
pub(super) mod file;
mod filter;
mod host;
mod identity;
mod import;
mod in_use;
mod index;
mod keep;
pub(super) mod lane;
mod ledger;
mod migrate;
mod outbox;
mod outcomes;
mod records;
mod runs;
pub(super) mod schedule;
mod scopes;
mod sealed;
mod secrets;
mod upgrade;
mod users;
mod values;
mod written;

pub use erase::{destroy_school_files, school_files};
pub use file::COMMITS;
pub use host::HostDb;
pub use in_use::InUse;
pub use lane::{SchoolDb, SchoolOptions};
pub use upgrade::{data_files, known_versions, rehearse, upgrade};
