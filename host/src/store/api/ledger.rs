//! The ledger (what is known to be there) and the journal of writes (what was sent).

use crate::error::Result;
use crate::model::{ItemRef, LedgerEntry, Millis, OutcomeRow, TaskId, WriteTicket};

use super::Fence;

/// What became known, in one transaction.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Entries as they are now.
    pub put: Vec<LedgerEntry>,
    /// Entries that are no more.
    pub drop: Vec<ItemRef>,
    /// Outcomes of the run, each replacing an earlier one of its item.
    pub outcomes: Vec<OutcomeRow>,
    /// Writes whose doubts are over: all their items are among `put` and `drop`.
    pub settled: Vec<WriteTicket>,
}

impl Progress {
    /// Nothing to write.
    pub fn is_empty(&self) -> bool {
        self.put.is_empty() && self.drop.is_empty() && self.outcomes.is_empty() && self.settled.is_empty()
    }
}

/// The ledger of a school's tasks.
pub trait LedgerStore: Send + Sync {
    /// Goes through all entries of a task, ordered by kind and key, in one transaction. Memory does not grow with them.
    fn each_entry(&self, task: &TaskId, each: &mut dyn FnMut(LedgerEntry)) -> Result<()>;

    /// All entries of a task, ordered by kind and key.
    fn ledger(&self, task: &TaskId) -> Result<Vec<LedgerEntry>> {
        let mut all = Vec::new();
        self.each_entry(task, &mut |entry| all.push(entry))?;
        Ok(all)
    }

    /// One entry.
    fn ledger_entry(&self, task: &TaskId, item: &ItemRef) -> Result<Option<LedgerEntry>>;

    /// How many entries a task has.
    fn ledger_count(&self, task: &TaskId) -> Result<u64>;

    /// How many entries of a task are in doubt or not confirmed yet.
    fn ledger_open(&self, task: &TaskId) -> Result<u64>;

    /// How many entries of a kind were last confirmed before this moment, or after `now`: the clock was wrong then.
    fn ledger_due(&self, task: &TaskId, kind: &str, before: Millis, now: Millis) -> Result<u64>;

    /// Writes down what became known. Durable.
    fn record(&self, fence: &Fence, task: &TaskId, run: Option<u64>, progress: &Progress) -> Result<()>;
}

/// A request with writes that is about to leave.
#[derive(Clone, Debug)]
pub struct Sending<'a> {
    /// In which run.
    pub run: Option<u64>,
    /// The manifest's name of the operation.
    pub operation: &'a str,
    /// What it changes.
    pub items: &'a [ItemRef],
    /// Ledger entries of these items as they must be read if no answer ever comes: in doubt.
    pub doubts: &'a [&'a LedgerEntry],
    /// Now.
    pub sent: Millis,
    /// The last moment at which the other side could begin to process it.
    pub until: Millis,
}

/// A journaled write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteRow {
    /// Its ticket.
    pub ticket: WriteTicket,
    /// In which run.
    pub run: Option<u64>,
    /// The operation.
    pub operation: String,
    /// What it changed.
    pub items: Vec<ItemRef>,
    /// When it was sent.
    pub sent: Millis,
    /// The last moment at which the other side could begin to process it.
    pub until: Millis,
    /// When a definite answer came, or it was known not to have left.
    pub answered: Option<Millis>,
    /// The answer's status; `None` with `answered`: it never left.
    pub status: Option<u16>,
}

/// The journal of writes.
pub trait JournalStore: Send + Sync {
    /// Journals a write and puts its items in doubt, in one durable transaction. Only after this may bytes leave. The
    /// doubts hold until [`LedgerStore::record`] says more of the items.
    fn journal_sent(&self, fence: &Fence, task: &TaskId, sending: &Sending<'_>) -> Result<WriteTicket>;

    /// A definite answer came. Need not be durable: lost, it leaves a doubt that is observed.
    fn journal_answered(
        &self,
        fence: &Fence,
        ticket: WriteTicket,
        status: Option<u16>,
        now: Millis,
    ) -> Result<()>;

    /// The writes of a task, the latest first.
    fn writes(&self, task: &TaskId, limit: u32) -> Result<Vec<WriteRow>>;
}
