//! What people are told by themselves: which runs are a change of state, and what is said of it.
//!
//! Pure: from runs to changes ([`changes`]), from a reason to a text that names nobody ([`reason`]), from events to a
//! letter, a short message, a webhook's request. Whom it goes to and how it gets there is the daemon's affair.

mod changes;
mod letter;
mod reason;
pub mod webhook;

pub use changes::{Change, INTERRUPTED, changes};
pub use letter::{Letter, letter, line, short, topic_word};
pub use reason::reason;
