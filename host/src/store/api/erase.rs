//! Erasing people and schools, so that nothing of them is left in our files, and remembering whom without saying who.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::error::Result;
use crate::model::records::{RecordRef, RecordType};
use crate::model::{Millis, SchoolId, TaskId};

use super::Fence;

/// What was erased of somebody, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// Whole records, by type: the person's own, and those that are about nobody else.
    pub records: BTreeMap<RecordType, u64>,
    /// Records of others that named the person and do so no longer.
    pub mentions: u64,
    /// Rows of what was kept beside the records, by table.
    pub traces: BTreeMap<String, u64>,
    /// What the ledger knew to be on other sides, where it stays.
    pub remote: Vec<RemoteTrace>,
    /// Columns in which the person's values are found all the same: `table.column`, and rows.
    pub left: BTreeMap<String, u64>,
    /// Shared identities that tasks held for the person.
    #[serde(skip)]
    pub identities: Vec<(TaskId, [u8; 32])>,
}

/// Something on another side, as the ledger knew it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RemoteTrace {
    /// Whose ledger.
    pub task: TaskId,
    /// The connector's kind of thing.
    pub kind: String,
    /// Its identifier there; `None`: it was never known.
    pub handle: Option<String>,
    /// Created by us, not found.
    pub created: bool,
    /// A write had no answer: it may be there or not.
    pub in_doubt: bool,
}

/// Whom a school has erased.
#[derive(Clone, Debug, Default)]
pub struct Erasures {
    /// Keyed hashes.
    pub hashes: BTreeSet<[u8; 32]>,
    /// Their key.
    pub key: [u8; 32],
}

impl Erasures {
    /// The keyed hash under which somebody is remembered.
    pub fn hash(key: &[u8; 32], record_type: RecordType, id: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(key);
        hasher.update(b"exchange erased\0").update(record_type.name().as_bytes()).update(b"\0");
        *hasher.update(id.as_bytes()).finalize().as_bytes()
    }

    /// Was this person erased?
    pub fn has(&self, record_type: RecordType, id: &str) -> bool {
        !self.hashes.is_empty() && self.hashes.contains(&Self::hash(&self.key, record_type, id))
    }
}

/// Erasing in a school's data.
pub trait EraseStore: Send + Sync {
    /// Pupils, guardians and staff with this id.
    fn people(&self, id: &str) -> Result<Vec<RecordRef>>;

    /// Guardians of a pupil who have no other child at the school.
    fn only_guardians(&self, pupil: &str) -> Result<Vec<RecordRef>>;

    /// Erases a person with all traces in one durable transaction, and remembers a keyed hash; `preview`: only counts.
    /// What was deleted is still in free pages and in the log of writes until `overwrite_erased`.
    fn erase_person(&self, fence: &Fence, who: &RecordRef, now: Millis, preview: bool) -> Result<Erased>;

    /// Writes the file anew, so that nothing of what was erased is left in it.
    fn overwrite_erased(&self, fence: &Fence) -> Result<()>;

    /// Whom the school has erased.
    fn erasures(&self) -> Result<Erasures>;

    /// An import may bring this person again; says whether it might not before.
    fn lift_erasure(&self, fence: &Fence, who: &RecordRef) -> Result<bool>;

    /// How many rows there are of what, and what the ledger knows to be on other sides by task and kind.
    fn kept(&self) -> Result<(BTreeMap<String, u64>, BTreeMap<String, u64>)>;
}

/// Erasing in what schools share.
pub trait HostEraseStore: Send + Sync {
    /// The school's tasks hold these shared identities no longer; those that nobody holds now are forgotten.
    fn forget_identities(&self, fence: &Fence, held: &[(TaskId, [u8; 32])]) -> Result<()>;

    /// Everything that is kept of a school outside its own file, but for the audit. Answers rows by table; `preview`:
    /// only counts.
    fn forget_school(&self, school: &SchoolId, preview: bool) -> Result<BTreeMap<String, u64>>;

    /// As [`EraseStore::overwrite_erased`].
    fn overwrite_forgotten(&self) -> Result<()>;
}
