//! What each scope was worked out from, how it ended, and what thresholds count.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::records::Dependency;
use crate::model::{LeftOutRow, Millis, OutcomeRow, Scope, ScopeId, TaskId};

use super::Fence;

/// How a scope ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settled {
    /// Something is to be done at the next run in any case.
    #[default]
    Open,
    /// Nothing is to be done, but something is told again at every run: see `ScopeMemory::carried`.
    Told,
    /// Everything is as it should be.
    Clean,
}

/// What is remembered of a scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeMemory {
    /// The scope.
    pub scope: Scope,
    /// The records it was worked out from.
    pub dependencies: Vec<Dependency>,
    /// Revision of the records at which the dependencies were last found true.
    pub revision: u64,
    /// Digest of connector version, settings and what else of the task's set-up shapes the answer.
    pub setup: [u8; 32],
    /// When it was worked out.
    #[serde(default)]
    pub at: Millis,
    /// When the answer changes by itself.
    pub valid_until: Option<Millis>,
    /// Were these all items?
    pub complete: bool,
    /// How many items.
    pub items: u64,
    /// Digest over the items.
    pub digest: [u8; 32],
    /// How it ended.
    pub settled: Settled,
    /// Who is left out.
    pub left_out: Vec<LeftOutRow>,
    /// Told again at every run while nothing changes.
    pub carried: Vec<OutcomeRow>,
}

/// What is remembered of a task as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaskMemory {
    /// The records that the list of scopes was worked out from.
    pub dependencies: Vec<Dependency>,
    /// Revision of the records at which the dependencies were last found true.
    pub revision: u64,
    /// Digest of the set-up, as in a scope.
    pub setup: [u8; 32],
    /// The connector's version, to name the likely cause of a mass change.
    pub version: String,
    /// Digest of the settings alone, for the same end.
    pub settings: [u8; 32],
    /// The study years among the school's classes, for the same end.
    pub study_year: Option<u16>,
    /// How many records the school had, for the same end.
    pub records: u64,
    /// The scopes, in the connector's order.
    pub scopes: Vec<ScopeId>,
    /// How many items the last whole run that was let go wanted to be there; 0: there was none yet.
    #[serde(default)]
    pub wanted: u64,
}

/// What counts towards thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Tally {
    /// Created.
    pub added: u64,
    /// Updated.
    pub changed: u64,
    /// Removed, closed, or told to be gone.
    pub removed: u64,
}

/// Memory of scopes.
pub trait ScopeStore: Send + Sync {
    /// What is remembered of the task.
    fn task_memory(&self, task: &TaskId) -> Result<Option<TaskMemory>>;

    /// Remembers it.
    fn remember_task(&self, fence: &Fence, task: &TaskId, memory: &TaskMemory) -> Result<()>;

    /// What is remembered of the task's scopes, by id.
    fn scopes(&self, task: &TaskId) -> Result<Vec<ScopeMemory>>;

    /// Remembers scopes, each replacing its older memory.
    fn remember_scopes(&self, fence: &Fence, task: &TaskId, scopes: &[ScopeMemory]) -> Result<()>;

    /// Forgets scopes.
    fn forget_scopes(&self, fence: &Fence, task: &TaskId, scopes: &[ScopeId]) -> Result<()>;

    /// Who is left out at present, over all scopes of a task.
    fn left_out(&self, task: &TaskId) -> Result<Vec<LeftOutRow>>;

    /// Adds to what thresholds count.
    fn add_tally(&self, fence: &Fence, task: &TaskId, tally: Tally, now: Millis) -> Result<()>;

    /// What was counted from one moment to another, both included.
    fn tally(&self, task: &TaskId, since: Millis, until: Millis) -> Result<Tally>;
}
