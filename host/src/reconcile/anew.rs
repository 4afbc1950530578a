//! What refers to something that is made anew points to what is no more: it counts as changed, is looked at and put
//! right again.

use std::collections::BTreeSet;

use crate::model::manifest::Nature;
use crate::model::{Action, Connector, Item, ItemRef, LedgerEntry, LedgerState, ScopeId};
use crate::store::{ScopeMemory, Settled};

use super::halt::Step;
use super::run::Run;
use super::state::{Next, Situation};

impl<C: Connector> Run<'_, C> {
    /// After a level was judged: whatever the ledger knows to refer to something of it that will be another thing than
    /// it was is known no longer as far as that reference goes. Items of this run are judged as changed; the scopes
    /// of others are opened when the plan is carried out.
    pub(super) fn loosen(&mut self, level: &[ItemRef]) {
        if self.world.ledger.is_empty() {
            return;
        }
        let anew: BTreeSet<ItemRef> = level.iter().filter(|id| self.is_anew(id)).cloned().collect();
        if anew.is_empty() {
            return;
        }
        self.unlearn(&anew);
        if !self.world.ledger.refers() {
            return;
        }
        let refers = |entry: &LedgerEntry| entry.refs.iter().any(|target| anew.contains(target));
        let known = |state: LedgerState| state.is_there() || state == LedgerState::Undone;
        let known = self.world.ledger.entries().filter(|entry| known(entry.state) && self.is_state(entry));
        let loose: Vec<LedgerEntry> = known.filter(refers).collect();
        for entry in loose {
            self.loosen_one(entry, &anew);
        }
        // What leaves may be wanted again before it has left.
        let leaving = self.world.departures.iter_mut().map(|departure| &mut departure.entry);
        leaving.filter(|entry| refers(entry)).for_each(|entry| entry.fields.clear());
    }

    /// What is to be made is not there, whatever the ledger says: nobody is to be told its old handle.
    fn unlearn(&mut self, anew: &BTreeSet<ItemRef>) {
        for id in anew {
            let known = self.world.ledger.state(id).is_some_and(LedgerState::is_there);
            if known && self.is_made(id) {
                let wanted = self.wanted(id);
                self.missing(&wanted);
            }
        }
    }

    fn is_made(&self, id: &ItemRef) -> bool {
        let next = self.world.items.work(id).map(|work| &work.next);
        matches!(next, Some(Next::Apply { action: Action::Create, .. }))
    }

    fn loosen_one(&mut self, mut entry: LedgerEntry, anew: &BTreeSet<ItemRef>) {
        match self.world.items.get(&entry.item) {
            Some(wanted) => entry.fields.retain(|hash| !refers_to(&wanted.item, &hash.name, anew)),
            // Which of its fields it is only the connector could say.
            None => {
                entry.fields.clear();
                self.world.loose.insert(entry.scope.clone());
            }
        }
        if let Some(work) = self.world.items.work_mut(&entry.item) {
            let undone = entry.state == LedgerState::Undone;
            work.situation = if undone { Situation::New } else { Situation::Changed };
        }
        self.put(entry);
    }

    /// Will it be another thing than the one that was known under this key?
    fn is_anew(&self, id: &ItemRef) -> bool {
        let before = self.world.ledger.handle(id);
        let now = self.world.seen.get(id).map(|(handle, _)| handle.as_str());
        self.is_made(id) || (now.is_some() && now != before)
    }

    fn is_state(&self, entry: &LedgerEntry) -> bool {
        let kind = self.env.connector.manifest().kind(&entry.item.kind);
        kind.is_some_and(|kind| kind.nature == Nature::State)
    }

    /// The scopes of what was loosened outside this run are worked out by the next one, whatever becomes of this one.
    pub(super) fn open_loose(&mut self) -> Step<()> {
        let loose: BTreeSet<ScopeId> = std::mem::take(&mut self.world.loose);
        let Some(fence) = self.fence.as_ref().filter(|_| !loose.is_empty()) else { return Ok(()) };
        let mut memories = self.memories()?;
        let open = |id| memories.remove(id).map(|memory| ScopeMemory { settled: Settled::Open, ..memory });
        let open: Vec<ScopeMemory> = loose.iter().filter_map(open).collect();
        self.env.school.remember_scopes(fence, &self.env.task.id, &open)?;
        Ok(())
    }
}

/// Does this field of the item refer to one of these?
fn refers_to(item: &Item, field: &str, targets: &BTreeSet<ItemRef>) -> bool {
    item.field(field).is_some_and(|field| field.value.refs().any(|target| targets.contains(target)))
}
