//! What became known: entries and outcomes, noted first and written together.

use crate::model::{Action, Connector, ItemRef, LedgerEntry, Message, Outcome, OutcomeRow};
use crate::store::Progress;

use super::halt::Step;
use super::run::Run;
use super::state::{Pending, Wanted};

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
        let left = || self.world.departures.iter().find(|d| d.entry.item == *id).map(|d| &d.entry);
        let (group, about) = match self.world.items.get(id) {
            Some(wanted) => (wanted.item.group.clone(), wanted.item.about.clone()),
            None => left().map_or((None, None), |entry| (entry.group.clone(), entry.about.clone())),
        };
        self.world.pending.outcomes.insert(id.clone());
        let row = OutcomeRow { item: id.clone(), group, about, outcome, action, remarks };
        self.world.outcomes.note(row, &self.world.ledger);
    }

    /// Writes down durably what became known; what schools share first: a hold too many is dropped by the next run, one
    /// too few lets others remove it.
    pub(super) fn flush(&mut self) -> Step<()> {
        self.flush_held()?;
        let Some(fence) = &self.fence else { return Ok(()) };
        let Pending { entries, outcomes, settled } = std::mem::take(&mut self.world.pending);
        let rows = outcomes.iter().filter_map(|id| self.world.outcomes.row(id, &self.world.ledger));
        let mut progress = Progress { outcomes: rows.collect(), settled, ..Progress::default() };
        for id in entries {
            match self.world.ledger.get(&id) {
                Some(entry) => progress.put.push(entry),
                None => progress.drop.push(id),
            }
        }
        if !progress.is_empty() {
            self.env.school.record(fence, &self.env.task.id, self.number, &progress)?;
        }
        outcomes
            .iter()
            .filter(|id| self.world.outcomes.went_well(id))
            .for_each(|id| self.world.items.let_go(id));
        Ok(())
    }

    pub(super) fn forget(&mut self, id: &ItemRef) {
        if self.world.ledger.remove(id).is_some() {
            self.world.pending.entries.insert(id.clone());
        }
    }
}
