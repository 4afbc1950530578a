//! Leave to keep the bodies of a task's requests for a while, and the bodies that were kept by it.

use std::fmt;

use crate::error::Result;
use crate::model::{Millis, TaskId};

use super::Fence;

/// Leave to keep bodies. Holds no personal data but what a person writes into the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebugGrant {
    /// Of which task's requests.
    pub task: TaskId,
    /// When it was given.
    pub since: Millis,
    /// When it and everything kept by it end.
    pub until: Millis,
    /// Who gave it.
    pub who: String,
    /// Why.
    pub reason: String,
}

/// The bodies of one attempt, secrets taken out before. Personal: never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Bodies {
    /// Which line of the run's request journal, from 0.
    pub place: u64,
    /// What was sent, or its beginning.
    pub sent: Vec<u8>,
    /// What was answered, or its beginning.
    pub received: Vec<u8>,
}

impl fmt::Debug for Bodies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bodies({}, {} + {} bytes)", self.place, self.sent.len(), self.received.len())
    }
}

/// Grants for diagnosis and what was kept by them.
pub trait DebugStore: Send + Sync {
    /// Gives leave, in place of an earlier one of the task.
    fn grant_debug(&self, fence: &Fence, grant: &DebugGrant) -> Result<()>;

    /// Takes leave back, and drops what was kept by it; says whether there was one.
    fn revoke_debug(&self, fence: &Fence, task: &TaskId) -> Result<bool>;

    /// The grants that have not ended at `now`, by task.
    fn debug_grants(&self, now: Millis) -> Result<Vec<DebugGrant>>;

    /// Keeps bodies of a run of this task, sealed, until then.
    fn add_bodies(
        &self,
        fence: &Fence,
        run: u64,
        task: &TaskId,
        until: Millis,
        bodies: &[Bodies],
    ) -> Result<()>;

    /// What is kept of a run and has not ended at `now`, in the journal's order.
    fn bodies(&self, run: u64, now: Millis) -> Result<Vec<Bodies>>;

    /// Is there something that has ended at `now`? A short read.
    fn has_expired(&self, now: Millis) -> Result<bool>;

    /// Drops grants and bodies that have ended at `now`, their bytes overwritten; answers how many bodies.
    fn drop_expired(&self, fence: &Fence, now: Millis) -> Result<u64>;
}
