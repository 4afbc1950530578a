//! What is remembered of checks. With what schools share: a check takes no lane, and a run may be under way beside it.

use crate::error::Result;
use crate::model::{Millis, TaskRef};

/// When tasks were last found good.
pub trait CheckStore: Send + Sync {
    /// When a check of the task last found everything good; `None`: none has yet.
    fn last_good(&self, task: &TaskRef) -> Result<Option<Millis>>;

    /// A check finds everything good at this moment. Durable.
    fn put_good(&self, task: &TaskRef, now: Millis) -> Result<()>;
}
