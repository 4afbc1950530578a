//! Bindings that dialogues end in, and the states they rest in between two turns.

use crate::error::Result;
use crate::model::{Millis, Param, TaskId};

use super::Fence;

/// What tasks are bound to.
pub trait BindingStore: Send + Sync {
    /// The facts of a task's binding; `None`: not bound.
    fn binding(&self, task: &TaskId) -> Result<Option<Vec<Param>>>;

    /// Binds, or binds anew.
    fn bind(&self, fence: &Fence, task: &TaskId, facts: &[Param], now: Millis) -> Result<()>;

    /// Unbinds; says whether it was bound.
    fn unbind(&self, fence: &Fence, task: &TaskId) -> Result<bool>;
}

/// States of dialogues, sealed, each to be taken once.
pub trait DialogueStore: Send + Sync {
    /// Keeps a state under an unguessable id until it expires.
    fn put_dialogue(
        &self,
        fence: &Fence,
        id: &str,
        task: &TaskId,
        state: &[u8],
        expires: Millis,
    ) -> Result<()>;

    /// Takes a state out: the second taker, and whoever comes late, gets `None`.
    fn take_dialogue(&self, fence: &Fence, id: &str, task: &TaskId, now: Millis) -> Result<Option<Vec<u8>>>;

    /// Drops what has expired; answers how many.
    fn expire_dialogues(&self, fence: &Fence, now: Millis) -> Result<u64>;
}
