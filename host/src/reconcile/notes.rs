//! What became known: entries and outcomes, noted first and written together.

use std::sync::{Arc, Mutex, PoisonError, mpsc};

use crate::error::{Error, Result};
use crate::model::{Action, Connector, ItemRef, LedgerEntry, Message, Outcome, OutcomeRow};
use crate::store::Progress;

use super::halt::Step;
use super::run::Run;
use super::state::{Pending, Wanted, World};

impl<C: Connector> Run<'_, C> {
    /// An entry for an item: what the item says of itself, what is known of it from before.
    pub(super) fn entry(&self, wanted: &Wanted, before: Option<&LedgerEntry>) -> LedgerEntry {
        let item = &wanted.item;
        let mut refs: Vec<ItemRef> = item.refs().cloned().collect();
        refs.sort();
        refs.dedup();
        let known = before.cloned().unwrap_or_else(|| LedgerEntry::unknown(item.id.clone()));
        LedgerEntry {
            item: item.id.clone(),
            scope: wanted.scope.clone(),
            group: item.group.clone(),
            about: item.about.clone(),
            // Something that leaves has no content any more; what it referred to is what the ledger says.
            refs: if item.fields.is_empty() && before.is_some() { known.refs } else { refs },
            gone: item.gone,
            identity: wanted.identity.as_ref().map(|id| id.hash).or(known.identity),
            gone_since: None,
            ..known
        }
    }

    /// Notes an entry, to be written with the next flush.
    pub(super) fn put(&mut self, entry: LedgerEntry) {
        self.world.ledger.put(&entry);
        self.world.pending.entries.insert(entry.item);
    }

    /// Notes what became of an item, to be written with the next flush.
    pub(super) fn tell(
        &mut self,
        id: &ItemRef,
        outcome: Outcome,
        action: Option<Action>,
        remarks: Vec<Message>,
    ) {
        let World { items, departures, ledger, outcomes, pending, .. } = &mut self.world;
        pending.outcomes.insert(id.clone());
        if remarks.is_empty() && outcomes.note_well(id, &outcome, action, ledger) {
            return;
        }
        let left = || departures.iter().find(|d| d.entry.item == *id).map(|d| &d.entry);
        let of_left = || left().map(|entry| (entry.group.clone(), entry.about.clone()));
        let (group, about) = items.whose(id).or_else(of_left).unwrap_or_default();
        outcomes.note(OutcomeRow { item: id.clone(), group, about, outcome, action, remarks });
    }

    /// Writes down durably what became known; what schools share first: a hold too many is dropped by the next run, one
    /// too few lets others remove it.
    pub(super) fn flush(&mut self) -> Step<()> {
        self.flush_soon()?;
        Ok(self.written()?)
    }

    /// The same, but the school's part may be written while this run goes on: what no promise rests on yet, since the
    /// writes that it is about stay journaled as open until then. Whatever is flushed later is written later.
    pub(super) fn flush_soon(&mut self) -> Step<()> {
        self.flush_held()?;
        let Some(fence) = self.fence.clone() else { return Ok(()) };
        let (progress, over) = self.progress();
        if !progress.is_empty() {
            self.written()?;
            let (school, task, run) = (Arc::clone(&self.env.school), self.env.task.id.clone(), self.number);
            let (told, written) = mpsc::channel();
            self.env.aside.begin(Box::new(move || {
                // Nobody hears it when the run broke off.
                drop(told.send(school.record(&fence, &task, run, &progress)));
            }));
            self.writing = Some(Mutex::new(written));
        }
        over.iter().for_each(|id| self.world.items.let_go(id));
        Ok(())
    }

    /// What is not in the store yet, and the items of it that have come to their ends.
    fn progress(&mut self) -> (Progress, Vec<ItemRef>) {
        let Pending { entries, outcomes, settled } = std::mem::take(&mut self.world.pending);
        let rows = outcomes.iter().filter_map(|id| self.world.outcomes.row(id, &self.world.ledger));
        let mut progress = Progress { outcomes: rows.collect(), settled, ..Progress::default() };
        for id in entries {
            match self.world.ledger.get(&id) {
                Some(entry) => progress.put.push(entry),
                None => progress.drop.push(id),
            }
        }
        let over = outcomes.into_iter().filter(|id| self.world.outcomes.went_well(id)).collect();
        (progress, over)
    }

    /// Waits until what was flushed is in the store.
    fn written(&mut self) -> Result<()> {
        let Some(writing) = self.writing.take() else { return Ok(()) };
        let writing = writing.into_inner().unwrap_or_else(PoisonError::into_inner);
        writing.recv().unwrap_or_else(|_| Err(Error::internal("the store's writer is gone")))
    }

    pub(super) fn forget(&mut self, id: &ItemRef) {
        if self.world.ledger.remove(id).is_some() {
            self.world.pending.entries.insert(id.clone());
        }
    }
}
