//! SQLite behind the store's traits: a file per school and one for the host, each in WAL mode.
//!
//! One connection writes, another reads, so that reading never waits for a long import.

mod audit;
mod decisions;
mod dialogues;
mod entries;
mod file;
mod filter;
mod host;
mod identity;
mod import;
mod index;
mod lane;
mod ledger;
mod migrate;
mod outcomes;
mod records;
mod runs;
mod schedule;
mod scopes;
mod secrets;
mod values;

pub use file::COMMITS;
pub use host::HostDb;
pub use lane::{SchoolDb, SchoolOptions};
