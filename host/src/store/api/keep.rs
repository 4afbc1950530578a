//! How long what is told of the past is kept, and what a school's file remembers of having been restored.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::{Doubt, Millis};

use super::Fence;

/// Runs of each task whose details stay, however old they are: a task that runs once a year has a last result.
pub const LAST_RUNS: u32 = 10;

/// Data that may go after a time. What promises rest on is not among them: the ledger, doubts, writes without an answer,
/// open questions, what schools share, the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// Lines of the request journal.
    Requests,
    /// Lines of connectors' logs.
    Log,
    /// What became of each item in a run.
    Outcomes,
    /// Records as they were before an inbound change.
    Before,
    /// Writes that were answered.
    Writes,
    /// What thresholds have counted.
    Tally,
    /// Approvals of plans.
    Approvals,
    /// States of dialogues that have expired.
    Dialogues,
    /// Runs, when their details are gone.
    Runs,
}

impl Kept {
    /// All, in the order in which they go: a run goes after its details.
    pub const ALL: [Self; 9] = [
        Self::Requests,
        Self::Log,
        Self::Outcomes,
        Self::Before,
        Self::Writes,
        Self::Tally,
        Self::Approvals,
        Self::Dialogues,
        Self::Runs,
    ];
}

/// A school's file came from a backup: the other side may have things that it does not know of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// When it was restored.
    pub at: Millis,
    /// Of when the backup is.
    pub made: Millis,
    /// What was sent and is not known here: could arrive as this doubt says. In the time of runs, as doubts are.
    pub doubt: Doubt,
    /// Revision of the records that came from the backup, until a whole run has ended since.
    pub records: Option<u64>,
}

/// Dropping what was kept long enough; being restored.
pub trait KeepStore: Send + Sync {
    /// How many rows of this kind are older than `before` and may go.
    fn excess(&self, kept: Kept, before: Millis) -> Result<u64>;

    /// Drops such rows, at most `limit`, in one short transaction; answers how many. 0: none is left.
    fn drop_excess(&self, fence: &Fence, kept: Kept, before: Millis, limit: u32, now: Millis) -> Result<u64>;

    /// Was the file restored, and has nobody ended that yet?
    fn restored(&self) -> Result<Option<Restored>>;

    /// Remembers how being restored stands; `None`: it has ended.
    fn remember_restored(&self, fence: &Fence, restored: Option<&Restored>) -> Result<()>;
}

/// What the host's file remembers of keeping.
pub trait HostKeepStore: Send + Sync {
    /// When old data were dropped last.
    fn last_kept(&self) -> Result<Option<Millis>>;

    /// They were dropped now.
    fn note_kept(&self, now: Millis) -> Result<()>;

    /// How many notifications are older than `before` and wait for no delivery.
    fn old_notices(&self, before: Millis) -> Result<u64>;

    /// Drops such notifications with the messages they became, at most `limit`; answers how many. 0: none is left.
    fn drop_notices(&self, before: Millis, limit: u32) -> Result<u64>;
}
