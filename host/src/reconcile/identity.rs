//! Things that schools share: created by one at a time, held by many, removed by the last.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::model::{Connector, Item, ItemRef, LedgerEntry, TaskRef};
use crate::store::{Claim, Held, IdentityRef, Wish};

use super::hash;
use super::run::Run;

impl<C: Connector> Run<'_, C> {
    /// What makes the item the same in any school.
    pub(super) fn identity_of(&self, item: &Item) -> Option<IdentityRef> {
        let text = item.identity.as_deref()?;
        let space = self.space(&item.id.kind);
        Some(IdentityRef { hash: hash::identity(&self.identity_key, &space, text), space })
    }

    /// Handles mean the same thing for one connector over the same upstreams.
    fn space(&self, kind: &str) -> String {
        let upstreams: Vec<&str> = self.env.task.grants.upstreams.values().map(String::as_str).collect();
        format!("{}/{kind}@{}", self.env.connector.manifest().id, upstreams.join(","))
    }

    pub(super) fn identity_in(&self, entry: &LedgerEntry) -> Option<IdentityRef> {
        entry.identity.map(|hash| IdentityRef { space: self.space(&entry.item.kind), hash })
    }

    pub(super) fn own(&self) -> TaskRef {
        TaskRef { school: self.env.school.school().clone(), task: self.env.task.id.clone() }
    }

    /// Claims that an interrupted run left behind: those whose thing the ledger knows are settled, those without
    /// even a doubt are given back. A claim in doubt stays until the doubt ends.
    pub(super) fn settle_claims(&mut self) -> Result<()> {
        if self.fence.is_none() {
            return Ok(());
        }
        self.end_claims()?;
        self.drop_holds()
    }

    /// Ends the claims that stand for nothing under way any more.
    pub(super) fn end_claims(&mut self) -> Result<()> {
        self.end_removals()?;
        let claims: BTreeSet<IdentityRef> = self.env.host.claims(&self.own())?.into_iter().collect();
        if claims.is_empty() {
            return Ok(());
        }
        let claimed = |entry: &LedgerEntry| self.identity_in(entry).filter(|id| claims.contains(id));
        let known: BTreeMap<IdentityRef, LedgerEntry> =
            self.world.ledger.entries().filter_map(|entry| Some((claimed(&entry)?, entry))).collect();
        let unsettled = self.may_arrive();
        for claim in claims {
            match known.get(&claim) {
                Some(entry) if entry.state.is_there() => self.hold(entry),
                Some(_) => {}
                // What was claimed before the school was restored may have been sent, and may still arrive.
                None if unsettled => {}
                None => self.give_back(&claim)?,
            }
        }
        self.flush_held()
    }

    /// Holds of what the ledger does not want: a run was killed before it wrote down what it had taken over or let go.
    fn drop_holds(&self) -> Result<()> {
        // A school that was restored holds what it does not know of: others must not remove it meanwhile.
        let Some(fence) = self.fence.as_ref().filter(|_| self.world.restored.is_none()) else {
            return Ok(());
        };
        let held = self.env.host.holdings(&self.own())?;
        if held.is_empty() {
            return Ok(());
        }
        let entries = self.world.ledger.entries().filter(|entry| entry.gone_since.is_none());
        let known: BTreeSet<IdentityRef> = entries.filter_map(|entry| self.identity_in(&entry)).collect();
        let mut stray = held.iter().filter(|id| !known.contains(*id));
        stray.try_for_each(|id| self.env.host.unhold_identity(fence, &self.env.task.id, id, false))
    }

    /// Notes which things another task is about to create. What is seen of them now may be true no longer when that
    /// task is done: they wait for another run.
    pub(super) fn note_busy(&mut self, level: &[ItemRef]) -> Result<()> {
        for id in level.iter().filter(|id| self.world.items.is_shared(id)).cloned().collect::<Vec<_>>() {
            let Some(identity) = self.wanted(&id).identity.clone() else { continue };
            match self.env.host.identity(&identity)? {
                Some(Claim::Busy(task)) if task != self.own() => {
                    self.world.busy.insert(id, task);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A doubt about something no longer desired: once it can no longer come into being, other schools need not wait
    /// for it; they see for themselves whether it is there.
    pub(super) fn release_doubt(&mut self, entry: &LedgerEntry) -> Result<()> {
        self.identity_in(entry).map_or(Ok(()), |id| self.give_back(&id))
    }

    /// Asks to create. A dry run never comes here.
    pub(super) fn claim(&self, wishes: &[Wish]) -> Result<Vec<Claim>> {
        match &self.fence {
            Some(fence) if !wishes.is_empty() => {
                self.env.host.claim_identities(fence, &self.env.task.id, wishes)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Was this handle made by one of this host's schools?
    pub(super) fn made_by_us(&self, identity: Option<&IdentityRef>, handle: &str) -> Result<bool> {
        let Some(id) = identity else { return Ok(false) };
        let known = self.env.host.identity(id)?;
        Ok(known == Some(Claim::Known { handle: handle.to_owned(), created: true }))
    }

    /// Was what this entry knows made by one of this host's schools?
    pub(super) fn made_here(&self, entry: &LedgerEntry) -> Result<bool> {
        let (Some(id), Some(handle)) = (self.identity_in(entry), &entry.handle) else { return Ok(false) };
        self.made_by_us(Some(&id), handle)
    }

    /// The thing is there, and this task holds it: noted, and written with the next flush, before the ledger.
    pub(super) fn hold(&mut self, entry: &LedgerEntry) {
        self.world.held.extend(self.held(entry));
    }

    /// The entry's thing as one that this task holds.
    pub(super) fn held(&self, entry: &LedgerEntry) -> Option<Held> {
        let created = entry.origin == crate::model::Origin::Created;
        Some(Held { id: self.identity_in(entry)?, handle: entry.handle.clone()?, created })
    }

    /// Writes down what is held.
    pub(super) fn flush_held(&mut self) -> Result<()> {
        let held = std::mem::take(&mut self.world.held);
        match &self.fence {
            Some(fence) if !held.is_empty() => {
                self.env.host.settle_identities(fence, &self.env.task.id, &held)
            }
            _ => Ok(()),
        }
    }

    /// The claim came to nothing.
    pub(super) fn give_back(&mut self, id: &IdentityRef) -> Result<()> {
        self.flush_held()?;
        let Some(fence) = &self.fence else { return Ok(()) };
        self.env.host.release_identity(fence, &self.env.task.id, id)
    }

    /// The task holds the thing no longer.
    pub(super) fn let_go(&mut self, entry: &LedgerEntry, removed: bool) -> Result<()> {
        let Some(id) = self.identity_in(entry) else { return Ok(()) };
        // A claim on something that turned out never to have been made ends here too.
        self.give_back(&id)?;
        let Some(fence) = &self.fence else { return Ok(()) };
        self.env.host.unhold_identity(fence, &self.env.task.id, &id, removed)
    }

    /// Does somebody else hold it too?
    pub(super) fn held_elsewhere(&self, entry: &LedgerEntry) -> Result<bool> {
        let Some(id) = self.identity_in(entry) else { return Ok(false) };
        let own = self.own();
        Ok(self.env.host.holders(&id)?.iter().any(|holder| *holder != own))
    }
}
