//! One writer per school: a lane that the operating system frees, and a number that tells writers apart.

use std::any::Any;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::{Millis, SchoolId};

/// Proof of having taken a school's lane. Checked inside the transaction of every change: a writer whose lane was
/// taken over meanwhile is refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fence {
    /// Of which school.
    pub school: SchoolId,
    /// Greater for every holder.
    pub number: u64,
}

/// Who holds a lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Process.
    pub pid: u32,
    /// Since when.
    pub since: Millis,
    /// Doing what, in English: `run dnevnik`.
    pub doing: String,
}

/// A lane that is held until this is dropped, or the process ends in whatever way.
pub struct Lane {
    fence: Fence,
    _guard: Box<dyn Any + Send + Sync>,
}

impl Lane {
    /// A lane with what keeps it. For back-ends.
    pub fn new(fence: Fence, guard: Box<dyn Any + Send + Sync>) -> Self {
        Self { fence, _guard: guard }
    }

    /// The proof to hand to every change.
    pub fn fence(&self) -> &Fence {
        &self.fence
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lane({:?})", self.fence)
    }
}

/// Code of the error of a lane that somebody else holds.
pub const LANE_BUSY: &str = "host-lane-busy";

/// Lanes of a school.
pub trait LaneStore: Send + Sync {
    /// The school.
    fn school(&self) -> &SchoolId;

    /// Takes the lane at once or fails, saying who holds it (catalogue code [`LANE_BUSY`]).
    fn take_lane(&self, doing: &str, now: Millis) -> Result<Lane>;

    /// Who holds it now.
    fn lane_holder(&self) -> Result<Option<Holder>>;
}
