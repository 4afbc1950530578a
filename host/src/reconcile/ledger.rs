//! What is known to be there, as a run has it in its hands: packed, since it may be as many items as a city has pupils.

use indexmap::IndexMap;

use crate::model::{ItemRef, LedgerEntry, LedgerState};

use super::pack::{Head, Texts, Whose, head, pack_entry, unpack_entry, whose_entry};

/// The entries of a task.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    texts: Texts,
    rows: IndexMap<ItemRef, Row>,
    /// Some entry refers, or referred, to others.
    refers: bool,
}

#[derive(Debug)]
struct Row {
    bytes: Box<[u8]>,
    /// Desired in this run, and found to be just as it was: nothing else is kept of it.
    as_it_was: bool,
}

impl Ledger {
    pub(super) fn get(&self, id: &ItemRef) -> Option<LedgerEntry> {
        let (id, row) = self.rows.get_key_value(id)?;
        Some(unpack_entry(id, &row.bytes, &self.texts))
    }

    /// The beginning of an entry.
    pub(super) fn head(&self, id: &ItemRef) -> Option<Head<'_>> {
        self.rows.get(id).map(|row| head(&row.bytes, &self.texts))
    }

    /// Class and record of an item.
    pub(super) fn whose(&self, id: &ItemRef) -> Option<Whose> {
        self.rows.get(id).map(|row| whose_entry(id, &row.bytes, &self.texts))
    }

    pub(super) fn state(&self, id: &ItemRef) -> Option<LedgerState> {
        self.head(id).map(|head| head.state)
    }

    pub(super) fn handle(&self, id: &ItemRef) -> Option<&str> {
        self.head(id).and_then(|head| head.handle)
    }

    pub(super) fn contains(&self, id: &ItemRef) -> bool {
        self.rows.contains_key(id)
    }

    /// Puts an entry in place of what was known of its item.
    pub(super) fn put(&mut self, entry: &LedgerEntry) {
        let bytes = pack_entry(entry, &mut self.texts);
        self.refers |= !entry.refs.is_empty();
        match self.rows.get_mut(&entry.item) {
            Some(row) => row.bytes = bytes,
            None => drop(self.rows.insert(entry.item.clone(), Row { bytes, as_it_was: false })),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// May any entry refer to others?
    pub(super) fn refers(&self) -> bool {
        self.refers
    }

    pub(super) fn remove(&mut self, id: &ItemRef) -> Option<LedgerEntry> {
        let (id, row) = self.rows.swap_remove_entry(id)?;
        Some(unpack_entry(&id, &row.bytes, &self.texts))
    }

    /// Notes that an item is desired and as it was.
    pub(super) fn is_as_it_was(&mut self, id: &ItemRef) {
        if let Some(row) = self.rows.get_mut(id) {
            row.as_it_was = true;
        }
    }

    /// Is it desired and as it was?
    pub(super) fn was_as_it_was(&self, id: &ItemRef) -> bool {
        self.rows.get(id).is_some_and(|row| row.as_it_was)
    }

    /// How many are desired and as they were.
    pub(super) fn as_they_were(&self) -> usize {
        self.rows.values().filter(|row| row.as_it_was).count()
    }

    /// All items with the beginnings of their entries, in no particular order.
    pub(super) fn heads(&self) -> impl Iterator<Item = (&ItemRef, Head<'_>)> {
        self.rows.iter().map(|(id, row)| (id, head(&row.bytes, &self.texts)))
    }

    /// All entries, in no particular order.
    pub(super) fn entries(&self) -> impl Iterator<Item = LedgerEntry> {
        self.rows.iter().map(|(id, row)| unpack_entry(id, &row.bytes, &self.texts))
    }
}
