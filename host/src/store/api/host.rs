//! What schools share: identities of things that several of them have.

use crate::error::Result;
use crate::model::{TaskId, TaskRef};

use super::Fence;

/// Names a shared thing: where it lives, and the keyed hash of what makes it the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdentityRef {
    /// Connector, kind and upstreams: handles of one space mean the same thing.
    pub space: String,
    /// BLAKE3 keyed with [`IdentityStore::identity_key`].
    pub hash: [u8; 32],
}

/// Who may create a shared thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The asker, and nobody else until `settle_identities` or `release_identity`.
    Yours,
    /// It is there: its handle, and whether a school's run created it (rather than found it).
    Known {
        /// Remote identifier.
        handle: String,
        /// Created by one of us.
        created: bool,
    },
    /// Another task is about to create it.
    Busy(TaskRef),
}

/// A wish to create a shared thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Which.
    pub id: IdentityRef,
    /// The handle that the asker has found absent; it is forgotten when it is still the known one.
    pub gone: Option<String>,
}

/// A shared thing that a task holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub id: IdentityRef,
    /// Where it is.
    pub handle: String,
    /// Created by the task, not found.
    pub created: bool,
}

/// Identities shared between schools.
pub trait IdentityStore: Send + Sync {
    /// The host's random key for hashes of identities.
    fn identity_key(&self) -> Result<[u8; 32]>;

    /// What is known, without claiming.
    fn identity(&self, id: &IdentityRef) -> Result<Option<Claim>>;

    /// Asks to create, in one durable transaction; as many answers as questions.
    fn claim_identities(&self, fence: &Fence, task: &TaskId, wishes: &[Wish]) -> Result<Vec<Claim>>;

    /// These are there, and the task holds them. Ends the task's claims. One durable transaction.
    fn settle_identities(&self, fence: &Fence, task: &TaskId, held: &[Held]) -> Result<()>;

    /// The task holds these from now on, but for those that another task is removing or making, which is the answer. What
    /// is held is removed by nobody else. One durable transaction; as many answers as things.
    fn hold_identities(&self, fence: &Fence, task: &TaskId, held: &[Held]) -> Result<Vec<Option<TaskRef>>>;

    /// The task is about to remove the thing; `false`: another task holds it. Nobody takes it over until `unhold_identity`
    /// or `keep_identity`. Durable.
    fn leave_identity(&self, fence: &Fence, task: &TaskId, id: &IdentityRef) -> Result<bool>;

    /// The task leaves the thing to those who hold it too, with what it knows of it; `false`: nobody does (any more), and
    /// the task goes on holding it. Durable.
    fn hand_over_identity(&self, fence: &Fence, task: &TaskId, held: &Held) -> Result<bool>;

    /// The removal came to nothing.
    fn keep_identity(&self, fence: &Fence, task: &TaskId, id: &IdentityRef) -> Result<()>;

    /// What a task is about to remove.
    fn leaving(&self, task: &TaskRef) -> Result<Vec<IdentityRef>>;

    /// The task's claim ends without a thing.
    fn release_identity(&self, fence: &Fence, task: &TaskId, id: &IdentityRef) -> Result<()>;

    /// Claims of a task that have not ended.
    fn claims(&self, task: &TaskRef) -> Result<Vec<IdentityRef>>;

    /// What a task holds.
    fn holdings(&self, task: &TaskRef) -> Result<Vec<IdentityRef>>;

    /// Who holds it.
    fn holders(&self, id: &IdentityRef) -> Result<Vec<TaskRef>>;

    /// The task holds it no longer; forgets the thing when it was the last and `removed`.
    fn unhold_identity(&self, fence: &Fence, task: &TaskId, id: &IdentityRef, removed: bool) -> Result<()>;
}
