//! The audit: what people did, append-only, each entry sealing the one before. No personal data.

use serde::Serialize;

use crate::error::Result;
use crate::model::{Millis, SchoolId, TaskId};

/// An entry of the audit. No personal data: of a person's erasure it holds a keyed hash.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AuditEntry {
    /// When.
    pub at: Millis,
    /// Who: the user of the operating system, or of the cabinet.
    pub who: String,
    /// On whose behalf, by the word of `who`.
    pub behalf: Option<String>,
    /// What was done: `unbind`, `approve`, …
    pub what: String,
    /// About which school; `None`: about the host.
    pub school: Option<SchoolId>,
    /// About which of its tasks.
    pub task: Option<TaskId>,
    /// What else tells what was done: a plan's hash, a decision's number, a secret's name.
    pub about: String,
}

/// An entry as it stands in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// 1, 2, 3 … without a gap.
    pub number: u64,
    /// What it says.
    pub entry: AuditEntry,
    /// How `hash` is worked out: 2 as `docs/audit.md` tells, 1 as the first version of the program did.
    pub chain: u8,
    /// Hash of the entry before; zeros before the first.
    pub previous: [u8; 32],
    /// Over `previous` and all that the entry says.
    pub hash: [u8; 32],
}

/// Which entries are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// About this school.
    pub school: Option<SchoolId>,
    /// Not older than this.
    pub since: Option<Millis>,
    /// The latest so many; all when there is no limit.
    pub limit: Option<u32>,
}

/// What walking the chain found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditCheck {
    /// Sound entries from the first on.
    pub entries: u64,
    /// Hash of the last sound one, in hexadecimal digits. Kept elsewhere, it shows when the end is cut off.
    pub last: String,
    /// The first link that does not hold.
    pub broken: Option<AuditBreak>,
}

/// A link of the chain that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditBreak {
    /// The entry with this number says something else than was written.
    Altered(u64),
    /// The entry with this number is not there, and later ones are.
    Missing(u64),
}

/// The audit: append-only, each entry sealing the one before.
pub trait AuditStore: Send + Sync {
    /// Appends. Durable. Answers the row as it stands in the chain.
    fn audit(&self, entry: &AuditEntry) -> Result<AuditRow>;

    /// Entries, oldest first.
    fn audit_rows(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>>;

    /// Walks the chain up to its first broken link.
    fn verify_audit(&self) -> Result<AuditCheck>;
}
