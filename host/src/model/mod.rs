//! Plain data that every other module speaks: ids, items, answers, plans, outcomes, the school's records.
//!
//! Nothing here does anything: no I/O, no clock, no randomness. The types mirror the contract (`wit/`) one to one
//! where they cross it, so that a reader of the WIT finds the same names here.

pub mod account;
pub mod budget;
pub mod connector;
pub mod contract;
mod cron;
pub mod dialogue;
pub mod fields;
mod hex;
mod hex16;
pub mod ids;
pub mod item;
pub mod manifest;
pub mod notify;
pub mod plan;
pub mod records;
pub mod setup;
mod shared_text;
pub mod signing;
pub mod timetable;
mod visible;
pub mod web;
pub mod wording;

pub use connector::{Connector, WriteJournal, WriteTicket};
pub use contract::*;
pub use hex::hex;
pub use ids::*;
pub use item::*;
pub use plan::*;
pub use shared_text::SharedTexts;
pub use visible::{is_unseen, visible};
