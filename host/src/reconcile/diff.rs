//! Desired against known: how each item stands, and what is no longer desired.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::manifest::{Direction, Kind, Nature, Observe};
use crate::model::{Action, Connector, ItemRef, LedgerEntry, LedgerState, Millis, Origin, ScopeId, WhenGone};

use super::halt::{Step, Stop};
use super::order;
use super::run::Run;
use super::state::{Departure, Leaving, Next, Situation, Wanted, Work};

impl<C: Connector> Run<'_, C> {
    /// Works out situations, levels and departures.
    pub(super) fn diff(&mut self) -> Step<()> {
        self.rename();
        let items = self.world.wanted.values();
        let refs = items.map(|wanted| (&wanted.item.id, wanted.item.refs().collect()));
        self.world.levels = order::levels(refs)
            .map_err(|cycle| Stop::contract(format!("references go in a circle: {cycle}")))?;
        let now = self.time.now();
        for (id, wanted) in &self.world.wanted {
            let kind = self.kind(&id.kind)?;
            let known = self.world.ledger.get(id);
            let situation = situation(kind, wanted, known, now, self.world.restored.is_some());
            let work = Work { situation, observation: None, next: Next::Same };
            self.world.works.insert(id.clone(), work);
        }
        self.depart()
    }

    /// An item may be known under a key it had before.
    fn rename(&mut self) {
        let world = &mut self.world;
        for (id, wanted) in &world.wanted {
            if world.ledger.contains_key(id) {
                continue;
            }
            let formers =
                wanted.item.former_keys.iter().map(|key| ItemRef::new(Arc::clone(&id.kind), key.as_str()));
            let former =
                formers.into_iter().find(|old| world.ledger.contains_key(old) && !world.desires(old));
            let Some((old, entry)) = former.and_then(|old| world.ledger.remove_entry(&old)) else { continue };
            let entry = LedgerEntry { item: id.clone(), ..entry };
            world.pending.entries.extend([old, id.clone()]);
            world.ledger.insert(id.clone(), entry);
        }
    }

    fn depart(&mut self) -> Step<()> {
        let complete = self.complete_scopes();
        let whole: BTreeSet<&ScopeId> =
            self.world.asked.iter().filter(|asked| asked.whole).map(|asked| &asked.scope.id).collect();
        let mut departures = Vec::new();
        for entry in self.world.ledger.values() {
            let chosen = whole.contains(&entry.scope)
                || self.chosen.item(entry.group.as_deref(), entry.about.as_ref());
            if !complete.contains(&entry.scope) || self.world.desires(&entry.item) || !chosen {
                continue;
            }
            // A kind that the connector has given up can only be told.
            let kind = self.env.connector.manifest().kind(&entry.item.kind);
            let what = kind.map_or(Leaving::Tell, |kind| leaving(kind, entry));
            departures.push(Departure { entry: entry.clone(), what });
        }
        self.world.departures = departures;
        Ok(())
    }

    fn complete_scopes(&self) -> BTreeSet<ScopeId> {
        let asked = self.world.asked.iter().filter(|asked| asked.complete).map(|asked| &asked.scope.id);
        let vanished = self.world.vanished.iter().filter(|(_, complete)| *complete).map(|(id, _)| id);
        asked.chain(vanished).cloned().collect()
    }
}

/// How an item stands.
fn situation(
    kind: &Kind,
    wanted: &Wanted,
    entry: Option<&LedgerEntry>,
    now: Millis,
    restored: bool,
) -> Situation {
    let Some(entry) = entry else { return Situation::New };
    match entry.state {
        LedgerState::InDoubt => return Situation::Doubt,
        LedgerState::Unconfirmed => return Situation::Unconfirmed,
        LedgerState::Confirmed | LedgerState::Accepted => {}
    }
    let changed = !wanted.changed(&entry.fields).is_empty();
    match kind.nature {
        Nature::Event => Situation::Same,
        Nature::State if changed => Situation::Changed,
        Nature::Awaited if changed => Situation::Audit,
        _ if due(kind, entry, now) || returned(kind, entry) => Situation::Audit,
        _ if restored && unseen(kind, entry) => Situation::Audit,
        _ => Situation::Same,
    }
}

/// Is it time to look again at what is confirmed?
fn due(kind: &Kind, entry: &LedgerEntry, now: Millis) -> bool {
    let every = i64::from(kind.audit_hours) * 3_600_000;
    kind.audit_hours > 0
        && kind.observe != Observe::None
        && entry.confirmed.is_some_and(|confirmed| confirmed < now - every || confirmed > now)
}

/// Is it wanted again after it was not? Meanwhile somebody may have removed it.
fn returned(kind: &Kind, entry: &LedgerEntry) -> bool {
    kind.observe != Observe::None && entry.gone_since.is_some()
}

/// Has nobody seen it since the school was restored? Meanwhile anything may have become of it.
fn unseen(kind: &Kind, entry: &LedgerEntry) -> bool {
    kind.observe != Observe::None && entry.confirmed.is_none()
}

/// How something that is no longer desired leaves.
pub(super) fn leaving(kind: &Kind, entry: &LedgerEntry) -> Leaving {
    if entry.doubt.is_some() {
        return Leaving::InDoubt;
    }
    if kind.nature != Nature::State {
        // What was sent must be remembered: desired again, it would be sent again.
        let event = kind.nature == Nature::Event && entry.gone != WhenGone::Forget;
        return if event { Leaving::Keep } else { Leaving::Forget };
    }
    let ours = entry.origin == Origin::Created && kind.direction == Direction::Outbound;
    match entry.gone {
        WhenGone::Forget => Leaving::Forget,
        WhenGone::Close if ours && entry.handle.is_some() => Leaving::Apply(Action::Close),
        WhenGone::Remove if ours && kind.removal && entry.handle.is_some() => Leaving::Apply(Action::Remove),
        WhenGone::Report | WhenGone::Close | WhenGone::Remove => Leaving::Tell,
    }
}
