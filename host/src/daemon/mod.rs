//! What lives longer than a call: the runtime, what all tasks of the process share, a task with all its parts, a round
//! of many of them, the page a browser comes back to.
//!
//! The only module that spawns, so that whoever looks for what runs in the background looks here.

pub mod answers;
pub mod asks;
pub mod by_class;
pub mod cabinet;
pub mod callback;
pub mod certificates;
pub mod check;
pub mod desk;
pub mod dialogue;
pub mod disk;
pub mod errands;
mod expiry;
mod front;
pub mod host;
pub mod import;
mod jobs;
pub mod journal;
pub mod keep;
pub mod lazy;
pub mod links;
pub mod live;
pub mod notify;
mod once;
pub mod orders;
pub mod page;
mod people;
pub mod persons;
pub mod preview;
mod records;
pub mod removal;
pub mod round;
pub mod runtime;
pub mod serve;
pub mod sides;
mod signing;
mod soon;
pub mod task;
pub mod telemetry;
pub mod told;
pub mod unbinding;
pub mod upstreams;
pub mod vault;

pub use once::Once;
