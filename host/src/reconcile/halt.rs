//! Why a run ends before its time.

use crate::error::Error;
use crate::model::budget::UsedUp;
use crate::model::contract::{CallError, Failure, Verdict};
use crate::model::{Message, Millis};

/// Code of the reason of a run that was asked to stop.
pub const CANCELLED: &str = "host-cancelled";

/// The run ends as failed; what is known stays recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) reason: Message,
    pub(super) verdict: Option<Verdict>,
    /// For integrators.
    pub(super) detail: Option<String>,
    /// It goes on from this moment on the wall.
    pub(super) postponed: Option<Millis>,
}

/// Why the run cannot go on.
#[derive(Debug)]
pub(super) enum Halt {
    /// The other side, the connector or a person stopped it.
    Stop(Stop),
    /// Our own store failed: nothing more can be recorded.
    Broken(Error),
}

/// A step of a run.
pub(super) type Step<T> = Result<T, Halt>;

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl Stop {
    /// For this reason.
    pub(super) fn because(reason: Message) -> Self {
        Self { reason, verdict: None, detail: None, postponed: None }
    }

    /// The connector's answer does not fit the contract.
    pub(super) fn contract(detail: impl Into<String>) -> Self {
        Self::verdict(Verdict::Contract, detail.into())
    }

    /// A limit or the contract was broken.
    pub(super) fn verdict(verdict: Verdict, detail: String) -> Self {
        let reason = Message::new("host-connector-stopped").with("verdict", format!("{verdict:?}"));
        Self { verdict: Some(verdict), detail: Some(detail), ..Self::because(reason) }
    }

    /// The upstream takes no more requests today.
    pub(super) fn used_up(used_up: &UsedUp) -> Self {
        Self { postponed: Some(used_up.until), ..Self::because(used_up.message()) }
    }

    /// A person asked to stop.
    pub(super) fn cancelled() -> Self {
        Self::because(Message::new(CANCELLED))
    }
}

/// What a failed call asks for.
#[derive(Debug)]
pub(super) enum Advice {
    /// Nothing was processed; again, after so many seconds where the other side named them.
    Again(Option<u32>, Message),
    /// The batch was refused; was certainly nothing of it stored?
    Refused { nothing_stored: bool, reason: Message },
    /// The run stops.
    Stop(Stop),
}

impl Advice {
    /// Reads a failed call.
    pub(super) fn of(error: CallError) -> Self {
        match error {
            CallError::Stopped(verdict, detail) => Self::Stop(Stop::verdict(verdict, detail)),
            CallError::Failed(failure) => Self::of_failure(failure),
        }
    }

    fn of_failure(failure: Failure) -> Self {
        match failure {
            Failure::Retry(after) => Self::Again(after, Message::new("host-busy-there")),
            Failure::Unavailable(reason) => Self::Again(None, reason),
            Failure::Unauthorized(reason) | Failure::Forbidden(reason) => Self::Stop(Stop::because(reason)),
            Failure::InvalidConfig(bad) => {
                let detail = Some(format!("setting `{}`: {}", bad.field, bad.reason.code));
                Self::Stop(Stop { detail, ..Stop::because(bad.reason) })
            }
            Failure::Refused(refusal) => {
                Self::Refused { nothing_stored: refusal.nothing_stored, reason: refusal.reason }
            }
            Failure::Cancelled => Self::Stop(Stop::cancelled()),
        }
    }
}
