//! Desired against known: how each item stands, and what is no longer desired.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::manifest::{Direction, Kind, Nature, Observe};
use crate::model::{Action, Connector, ItemRef, LedgerEntry, LedgerState, Millis, Origin, ScopeId, WhenGone};

use super::halt::{Step, Stop};
use super::order;
use super::pack::Head;
use super::run::Run;
use super::state::{Departure, Leaving, Situation, Wanted};

/// When an item's turn comes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Inbound,
    Made,
    Said,
}

impl<C: Connector> Run<'_, C> {
    /// Works out situations, levels and departures.
    pub(super) fn diff(&mut self) -> Step<()> {
        self.rename();
        self.put_in_order()?;
        // What the ledger does not know is new, as all items are at first.
        let known: Vec<ItemRef> =
            self.world.items.ids().filter(|id| self.world.ledger.contains(id)).cloned().collect();
        for id in known {
            let situation = self.stands(&self.wanted(&id), self.world.ledger.get(&id).as_ref())?;
            if let Some(work) = self.world.items.work_mut(&id) {
                work.situation = situation;
            }
        }
        self.depart()
    }

    /// How an item stands.
    pub(super) fn stands(&self, wanted: &Wanted, known: Option<&LedgerEntry>) -> Step<Situation> {
        let kind = self.kind(&wanted.item.id.kind)?;
        Ok(situation(kind, wanted, known, self.time.now(), self.world.restored.is_some()))
    }

    /// Items by level; inbound ones first, since others may rest on the records they change, unless they themselves wait
    /// for something. Events to which nothing refers come last, after what leaves: who has left does not hear them.
    fn put_in_order(&mut self) -> Step<()> {
        self.level()?;
        let said = self.said_last();
        let stage = |id: &ItemRef, level: u32| match level {
            _ if said.contains(id) => Turn::Said,
            0 if self.inside(id).is_some() => Turn::Inbound,
            _ => Turn::Made,
        };
        let mut order: Vec<(Turn, u32, &ItemRef)> =
            self.world.items.levels().map(|(id, level)| (stage(id, level), level, id)).collect();
        order.sort();
        let groups: Vec<_> = order.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).collect();
        self.world.said_from = groups.iter().filter(|group| group[0].0 != Turn::Said).count();
        let levels = groups.iter().map(|group| group.iter().map(|(_, _, id)| (*id).clone()).collect());
        self.world.order = Arc::new(levels.collect());
        Ok(())
    }

    /// Events to which nothing refers.
    fn said_last(&self) -> BTreeSet<ItemRef> {
        let kinds = self.env.connector.manifest().kinds.iter();
        let events: Vec<&str> =
            kinds.filter(|kind| kind.nature == Nature::Event).map(|kind| kind.name.as_str()).collect();
        if events.is_empty() {
            return BTreeSet::new();
        }
        let items = &self.world.items;
        let mut said: BTreeSet<ItemRef> =
            items.ids().filter(|id| events.contains(&&*id.kind)).cloned().collect();
        let referring = items.ids().filter(|id| items.refers(id)).filter_map(|id| items.get(id));
        for wanted in referring {
            wanted.item.refs().for_each(|target| {
                said.remove(target);
            });
        }
        said
    }

    /// The level of each item that refers to others.
    fn level(&mut self) -> Step<()> {
        let items = &self.world.items;
        let referring = items.ids().filter(|id| items.refers(id)).filter_map(|id| items.get(id));
        let mut refs: BTreeMap<ItemRef, Vec<ItemRef>> = BTreeMap::new();
        for wanted in referring {
            let targets: Vec<ItemRef> = wanted.item.refs().cloned().collect();
            for target in targets.iter().filter(|target| items.contains(target)) {
                refs.entry(target.clone()).or_default();
            }
            refs.insert(wanted.item.id.clone(), targets);
        }
        let levels = order::levels(refs.iter().map(|(id, targets)| (id, targets.iter().collect())))
            .map_err(|cycle| Stop::contract(format!("references go in a circle: {cycle}")))?;
        levels.iter().for_each(|(id, level)| self.world.items.set_level(id, *level));
        Ok(())
    }

    /// An item may be known under a key it had before.
    fn rename(&mut self) {
        let known = |id: &&ItemRef| self.world.items.had_other_keys(id) && !self.world.ledger.contains(id);
        let renamed: Vec<ItemRef> = self.world.items.ids().filter(known).cloned().collect();
        for id in renamed {
            let wanted = self.wanted(&id);
            let world = &mut self.world;
            let mut formers =
                wanted.item.former_keys.iter().map(|key| ItemRef::new(Arc::clone(&id.kind), key.as_str()));
            let former = formers.find(|old| world.ledger.contains(old) && !world.desires(old));
            let Some(entry) = former.and_then(|old| world.ledger.remove(&old)) else { continue };
            world.pending.entries.extend([entry.item.clone(), id.clone()]);
            world.ledger.put(&LedgerEntry { item: id, ..entry });
        }
    }

    fn depart(&mut self) -> Step<()> {
        let complete = self.complete_scopes();
        let whole: BTreeSet<&ScopeId> =
            self.world.asked.iter().filter(|asked| asked.whole).map(|asked| &asked.scope.id).collect();
        let mut departures = Vec::new();
        let undesired = |(id, head): &(&ItemRef, Head<'_>)| {
            complete.contains(&ScopeId(Arc::clone(head.scope))) && !self.world.desires(id)
        };
        let undesired = self.world.ledger.heads().filter(undesired);
        for entry in undesired.filter_map(|(id, _)| self.world.ledger.get(id)) {
            let chosen = whole.contains(&entry.scope)
                || self.chosen.item(entry.group.as_deref(), entry.about.as_ref());
            if !chosen {
                continue;
            }
            // A kind that the connector has given up can only be told.
            let kind = self.env.connector.manifest().kind(&entry.item.kind);
            let what = kind.map_or(Leaving::Tell, |kind| leaving(kind, &entry));
            departures.push(Departure { entry, what, there: Vec::new() });
        }
        departures.sort_by(|a, b| a.entry.item.cmp(&b.entry.item));
        self.world.departures = departures;
        Ok(())
    }

    fn complete_scopes(&self) -> BTreeSet<ScopeId> {
        let asked = self.world.asked.iter().filter(|asked| asked.complete).map(|asked| &asked.scope.id);
        let vanished = self.world.vanished.iter().filter(|(_, complete)| *complete).map(|(id, _)| id);
        asked.chain(vanished).cloned().collect()
    }
}

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
        LedgerState::Undone if wanted.has_changed(&entry.fields) => return Situation::New,
        LedgerState::Undone => return Situation::Undone,
        LedgerState::Confirmed | LedgerState::Accepted => {}
    }
    let changed = wanted.has_changed(&entry.fields);
    match kind.nature {
        Nature::Event => Situation::Same,
        Nature::State if changed => Situation::Changed,
        Nature::Awaited if changed => Situation::Audit,
        _ if due(kind, entry, now) || returned(kind, entry) => Situation::Audit,
        _ if restored && unseen(kind, entry) => Situation::Audit,
        // Looking at the school's own records costs nothing, and anybody may have changed them.
        _ if kind.direction == Direction::Inbound => Situation::Audit,
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
    match kind.nature {
        _ if entry.gone == WhenGone::Forget || entry.state == LedgerState::Undone => return Leaving::Forget,
        // What was sent must be remembered: desired again, it would be sent again.
        Nature::Event => return Leaving::Keep,
        // It is there, and nobody's of this school to have: somebody else made it, and has to take it away.
        Nature::Awaited => return Leaving::Tell,
        Nature::State => {}
    }
    let inbound = kind.direction == Direction::Inbound;
    let ours = entry.origin == Origin::Created && !inbound;
    match entry.gone {
        // Who wrote it last the records know.
        WhenGone::Remove if inbound && kind.removal => Leaving::Apply(Action::Remove),
        WhenGone::Close if ours && entry.handle.is_some() => Leaving::Apply(Action::Close),
        WhenGone::Remove if ours && kind.removal && entry.handle.is_some() => Leaving::Apply(Action::Remove),
        WhenGone::Report | WhenGone::Forget | WhenGone::Close | WhenGone::Remove => Leaving::Tell,
    }
}
