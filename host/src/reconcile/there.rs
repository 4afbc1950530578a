//! Writing down what is there: taken over, found again, unchanged, different, lost.

use std::sync::Arc;

use crate::model::contract::Presence;
use crate::model::manifest::Nature;
use crate::model::setup::Changes;
use crate::model::{Action, Connector, ItemRef, LedgerEntry, LedgerState, Message, Origin, Outcome};

use super::halt::Step;
use super::jobs::Job;
use super::run::Run;
use super::state::Wanted;

impl<C: Connector> Run<'_, C> {
    /// Nothing changed but perhaps where it belongs.
    pub(super) fn refresh(&mut self, wanted: &Wanted) -> Step<()> {
        let Some(known) = self.world.ledger.get(&wanted.item.id) else { return Ok(()) };
        let entry = self.entry(wanted, Some(&known));
        if entry != known {
            self.put(entry);
        }
        Ok(())
    }

    /// What was gone, is wanted again and still there is held again, before that is written down.
    pub(super) fn hold_again(&mut self, id: &ItemRef) {
        if self.world.ledger.head(id).is_some_and(|entry| entry.gone_since.is_some()) {
            let returned = self.world.ledger.get(id);
            returned.iter().for_each(|entry| self.hold(entry));
        }
    }

    pub(super) fn adopt(&mut self, wanted: &Arc<Wanted>, presence: &Presence) -> Step<Option<Job>> {
        let origin = self.origin(wanted, presence)?;
        self.settle_there(wanted, presence, origin, Outcome::Adopted, None)
    }

    fn origin(&self, wanted: &Wanted, presence: &Presence) -> Step<Origin> {
        let ours =
            self.made_by_us(wanted.identity.as_ref(), &presence.handle)? || self.came_with_ours(wanted)?;
        Ok(if ours { Origin::Created } else { Origin::Adopted })
    }

    /// Is it a part of something that was made by us? Then it came with it, or was put into what is ours.
    fn came_with_ours(&self, wanted: &Wanted) -> Step<bool> {
        let Some(whole) = &self.kind(&wanted.item.id.kind)?.part_of else { return Ok(false) };
        let ours = |id: &ItemRef| {
            let known = self.world.ledger.get(id).filter(|_| *id.kind == **whole);
            known.is_some_and(|entry| entry.origin == Origin::Created)
        };
        Ok(wanted.item.refs().any(ours))
    }

    /// Notes what is about to be taken over, as not certain yet.
    pub(super) fn known_soon(&mut self, wanted: &Wanted, presence: &Presence) -> Step<()> {
        let known = self.world.ledger.get(&wanted.item.id);
        let mut entry = self.entry(wanted, known.as_ref());
        entry.origin = match known {
            Some(known) => known.origin,
            None => self.origin(wanted, presence)?,
        };
        entry.handle = Some(presence.handle.clone());
        self.put(self.uncertain(entry));
        Ok(())
    }

    /// A doubt ended well.
    pub(super) fn found(
        &mut self,
        wanted: &Arc<Wanted>,
        presence: &Presence,
        action: Option<Action>,
    ) -> Step<Option<Job>> {
        let doubt = self.world.ledger.get(&wanted.item.id).and_then(|entry| entry.doubt);
        let action = action.or(doubt.map(|doubt| doubt.action));
        self.settle_there(wanted, presence, Origin::Created, Outcome::Applied, action)
    }

    /// It is there; what differs is told or put right.
    fn settle_there(
        &mut self,
        wanted: &Arc<Wanted>,
        presence: &Presence,
        origin: Origin,
        outcome: Outcome,
        action: Option<Action>,
    ) -> Step<Option<Job>> {
        let differing = wanted.owned(&presence.differing);
        let state = self.kind(&wanted.item.id.kind)?.nature == Nature::State;
        if differing.is_empty() || !state {
            self.is_there(wanted, presence, origin, outcome, action)?;
            return Ok(None);
        }
        self.is_there(wanted, presence, origin, Outcome::Differs(differing.clone()), action)?;
        match self.env.task.changes {
            Changes::Report => Ok(None),
            Changes::Update => self.job(Arc::clone(wanted), Action::Update, differing, None),
        }
    }

    /// Writes down that it is there.
    pub(super) fn is_there(
        &mut self,
        wanted: &Wanted,
        presence: &Presence,
        origin: Origin,
        outcome: Outcome,
        action: Option<Action>,
    ) -> Step<()> {
        let known = self.world.ledger.get(&wanted.item.id);
        let mut entry = self.entry(wanted, known.as_ref());
        entry.origin = known.map_or(origin, |known| known.origin);
        entry.handle = Some(presence.handle.clone());
        self.world.handles.learn(&wanted.item.id, &presence.handle);
        entry.outputs.clone_from(&presence.outputs);
        entry.fields = wanted.hashes_but(&wanted.owned(&presence.differing));
        entry.state = LedgerState::Confirmed;
        entry.doubt = None;
        entry.confirmed = Some(self.time.now());
        self.hold(&entry);
        self.put(entry);
        self.tell(&wanted.item.id, outcome, action, presence.remarks.clone());
        Ok(())
    }

    pub(super) fn unchanged_there(&mut self, wanted: &Wanted, presence: &Presence) {
        let mut entry = self.entry(wanted, self.world.ledger.get(&wanted.item.id).as_ref());
        entry.handle = Some(presence.handle.clone());
        entry.outputs.clone_from(&presence.outputs);
        entry.fields.clone_from(&wanted.hashes);
        entry.state = LedgerState::Confirmed;
        entry.confirmed = Some(self.time.now());
        self.put(entry);
    }

    pub(super) fn believe(&mut self, wanted: &Wanted, handle: Option<String>) -> Step<()> {
        let mut entry = self.entry(wanted, self.world.ledger.get(&wanted.item.id).as_ref());
        entry.handle = handle.or(entry.handle);
        entry.fields.clone_from(&wanted.hashes);
        entry.state = LedgerState::Accepted;
        entry.doubt = None;
        self.hold(&entry);
        self.put(entry);
        self.tell(&wanted.item.id, Outcome::Accepted, None, Vec::new());
        Ok(())
    }

    pub(super) fn differs(
        &mut self,
        wanted: &Wanted,
        fields: Vec<String>,
        presence: Option<Presence>,
        notes: Vec<Message>,
    ) {
        let mut entry = self.entry(wanted, self.world.ledger.get(&wanted.item.id).as_ref());
        entry.fields = wanted.hashes_but(&fields);
        if let Some(presence) = presence {
            entry.handle = Some(presence.handle);
            entry.outputs = presence.outputs;
            entry.state = LedgerState::Confirmed;
            entry.doubt = None;
            entry.confirmed = Some(self.time.now());
        }
        self.put(entry);
        self.tell(&wanted.item.id, Outcome::Differs(fields), None, notes);
    }

    /// It was there and is not.
    pub(super) fn lost(&mut self, wanted: &Wanted) {
        self.missing(wanted);
        self.tell(&wanted.item.id, Outcome::NotConfirmed, None, Vec::new());
    }

    /// Not certain any more, and looked at in every run from now on.
    pub(super) fn missing(&mut self, wanted: &Wanted) {
        let entry = self.entry(wanted, self.world.ledger.get(&wanted.item.id).as_ref());
        self.put(self.uncertain(entry));
    }

    fn uncertain(&self, entry: LedgerEntry) -> LedgerEntry {
        let doubt = self.time.doubt(Action::Update, String::new());
        LedgerEntry { state: LedgerState::Unconfirmed, doubt: Some(doubt), ..entry }
    }

    /// It will never be sent.
    pub(super) fn expire(&mut self, id: &ItemRef) {
        self.forget(id);
        self.tell(id, Outcome::Expired, None, Vec::new());
    }
}
