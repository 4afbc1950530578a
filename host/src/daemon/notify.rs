//! Telling people: what has changed is put into the outbox, and what is in the outbox reaches whom it is for.
//!
//! Two halves that a crash may part at any instant. The [`Teller`] compares a school's ended runs with what was told last
//! and, in one transaction of the host's store, tells and remembers that it has told; whatever it misses it finds the
//! next time, since runs stay. The [`Courier`] sends what waits; each message keeps its name however often it is sent.

mod again;
mod courier;
mod mail;
mod teller;
mod trial;
mod web;

pub use courier::{Courier, Sent};
pub use teller::{Alarm, Teller};
pub use trial::{Trial, trial, trials};

/// What a server, or a gateway, made of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was taken.
    Taken(String),
    /// It may be taken another time.
    Later {
        /// Milliseconds that the other side asks for.
        after_ms: Option<u64>,
        /// What was said.
        said: String,
        /// Nothing gets through there at the moment: what else goes that way need not be tried now.
        way_closed: bool,
    },
    /// It will never be taken.
    Refused(String),
}

impl Answer {
    /// What was said.
    pub fn said(&self) -> &str {
        match self {
            Self::Taken(said) | Self::Refused(said) | Self::Later { said, .. } => said,
        }
    }

    /// Later, and nothing else gets through either.
    fn closed(said: impl Into<String>) -> Self {
        Self::Later { after_ms: None, said: said.into(), way_closed: true }
    }
}
