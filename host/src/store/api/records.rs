//! The school's records: reading by filter, importing whole files atomically.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::records::{Filter, Record, RecordType};
use crate::model::{LedgerEntry, Millis, TaskId};

use super::Fence;

/// Records read at once where all are read.
const PAGE: u32 = 1_000;

/// A page of records as stored JSON, in the order of their ids. Personal.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RecordPage {
    /// Id and JSON.
    pub rows: Vec<(String, String)>,
    /// Where the next page starts; `None` on the last.
    pub next: Option<String>,
}

impl fmt::Debug for RecordPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordPage({} rows)", self.rows.len())
    }
}

/// What a file is for its type of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// The whole list of the type: what is missing is dropped.
    Replace,
    /// Some more: nothing is dropped.
    Add,
}

/// Rows of one type.
pub struct ImportBatch<'a> {
    /// Their type.
    pub record_type: RecordType,
    /// Whole list or addition.
    pub mode: ImportMode,
    /// The rows; the last of several with one id counts. An error undoes the whole import.
    pub rows: &'a mut dyn Iterator<Item = Result<Record>>,
}

/// When an import is held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImportLimits {
    /// Share of a type's records (0 to 1) that may be dropped …
    pub drop_share: f64,
    /// … and rows: held when both are passed.
    pub drop_rows: u64,
    /// A person said: all the same.
    pub force: bool,
    /// Only count; change nothing.
    pub preview: bool,
}

impl Default for ImportLimits {
    fn default() -> Self {
        Self { drop_share: 0.1, drop_rows: 10, force: false, preview: false }
    }
}

/// What an import did to one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    /// Which.
    pub record_type: RecordType,
    /// Were there before.
    pub before: u64,
    /// New.
    pub added: u64,
    /// Other content.
    pub changed: u64,
    /// Same content.
    pub unchanged: u64,
    /// No longer there.
    pub dropped: u64,
}

/// What an import did, or would have done when it is held or a preview.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ImportResult {
    /// One per batch, in their order.
    pub types: Vec<ImportCounts>,
    /// The type that would lose too much: nothing was changed at all.
    pub held: Option<ImportCounts>,
}

/// The records of a school.
pub trait RecordStore: Send + Sync {
    /// Records of a type by filter, after `cursor`, at most `limit`, ordered by id.
    fn page(
        &self,
        record_type: RecordType,
        filter: &Filter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<RecordPage>;

    /// All records of a type that the filter answers, each as stored JSON, in the order of their ids. Read in pages, so
    /// that nobody waits for the whole; ends with the first error of `each`.
    fn each_record(
        &self,
        record_type: RecordType,
        filter: &Filter,
        each: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let mut cursor = None;
        loop {
            let page = self.page(record_type, filter, cursor.as_deref(), PAGE)?;
            page.rows.iter().try_for_each(|(_, json)| each(json))?;
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    /// Digest over ids and content hashes of all records that the filter answers.
    fn digest(&self, record_type: RecordType, filter: &Filter) -> Result<[u8; 32]>;

    /// One record's JSON.
    fn get(&self, record_type: RecordType, id: &str) -> Result<Option<String>>;

    /// Is there a record of this type with this id?
    fn has(&self, record_type: RecordType, id: &str) -> Result<bool>;

    /// How many there are of a type.
    fn count(&self, record_type: RecordType) -> Result<u64>;

    /// Grows whenever any record changes.
    fn revision(&self) -> Result<u64>;

    /// Imports all batches or nothing. Each type at most once. Memory grows with the ids, not with the rows.
    fn import(
        &self,
        fence: &Fence,
        batches: Vec<ImportBatch<'_>>,
        limits: ImportLimits,
        now: Millis,
    ) -> Result<ImportResult>;

    /// What was remembered of an import with this digest, if no record has changed since.
    fn recall_import(&self, digest: &[u8; 32]) -> Result<Option<String>>;

    /// Remembers what an import of files with this digest came to. `told` holds nothing personal.
    fn remember_import(&self, fence: &Fence, digest: &[u8; 32], told: &str) -> Result<()>;

    /// Writes records in the course of a run (inbound kinds), keeping what they were before.
    fn write_records(&self, fence: &Fence, run: u64, writes: &[RecordWrite]) -> Result<()>;

    /// The run that wrote, or removed, what an inbound kind keeps in this record; `None`: no run did, or somebody else
    /// changed it since.
    fn written_by(&self, record_type: RecordType, id: &str) -> Result<Option<u64>>;

    /// What the records changed in a run were before.
    fn before_images(&self, run: u64) -> Result<Vec<BeforeImage>>;

    /// Puts records back that this run of the task had changed, with what the ledger says of them from then on, all or
    /// none; the run's images of them are used up.
    fn put_back(&self, fence: &Fence, task: &TaskId, run: u64, back: &[PutBack]) -> Result<()>;
}

/// A record that is put back.
#[derive(Clone, Debug, PartialEq)]
pub struct PutBack {
    /// As it was before the run.
    pub write: RecordWrite,
    /// The run that had written it so.
    pub written: Option<u64>,
    /// What the ledger says of its item from then on; `None`: it knows none.
    pub entry: Option<LedgerEntry>,
}

/// One change of a record in the course of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordWrite {
    /// In place of the one with its id, if there is one.
    Put(Box<Record>),
    /// There is none any more.
    Remove(RecordType, String),
}

impl RecordWrite {
    /// Of which record.
    pub fn names(&self) -> (RecordType, &str) {
        match self {
            Self::Put(record) => (record.record_type(), record.id()),
            Self::Remove(record_type, id) => (*record_type, id),
        }
    }
}

/// What a record was before a run changed it. Personal: `Debug` shows which record only.
#[derive(Clone, PartialEq, Eq)]
pub struct BeforeImage {
    /// Its type.
    pub record_type: RecordType,
    /// Its id.
    pub id: String,
    /// Its stored JSON; `None`: there was none.
    pub json: Option<String>,
    /// The run that had written it so; `None`: no run had, or somebody changed it since.
    pub written: Option<u64>,
}

impl fmt::Debug for BeforeImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BeforeImage({}/{})", self.record_type, self.id)
    }
}
