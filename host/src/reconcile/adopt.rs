//! One remote thing belongs to one item: whoever else would take it over waits for a decision. Pure.
//!
//! That holds for doubts, too: a write whose answer was lost may have stored nothing, and what a search then brings may
//! be a namesake's.

use std::borrow::Cow;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{Hash, Hasher};

use crate::model::ItemRef;
use crate::model::contract::{Basis, Candidate, Observation};
use crate::store::{Answer, Decision, Question};

use super::ledger::Ledger;
use super::state::{Next, Situation, Work, World};

/// What was seen without what a person said is something else.
pub(super) fn but_declined<'a>(seen: &'a Observation, decision: Option<&Decision>) -> Cow<'a, Observation> {
    let Some(decision) = decision.filter(|decision| decision.answer == Some(Answer::Create)) else {
        return Cow::Borrowed(seen);
    };
    let declined = |handle: &String| decision.ask.candidates.iter().any(|known| known.handle == *handle);
    match seen {
        Observation::Present(presence) if declined(&presence.handle) => {
            Cow::Owned(Observation::Absent(Basis::Lookup))
        }
        Observation::Ambiguous(all) => {
            let others: Vec<Candidate> =
                all.iter().filter(|candidate| !declined(&candidate.handle)).cloned().collect();
            let nobody = Observation::Absent(Basis::Lookup);
            Cow::Owned(if others.is_empty() { nobody } else { Observation::Ambiguous(others) })
        }
        _ => Cow::Borrowed(seen),
    }
}

/// Handles in use, as hashes: a large ledger is not to be gone through for each new one.
#[derive(Debug, Default)]
pub(super) struct Handles(Option<HashSet<u64>>);

impl Handles {
    /// Notes a handle; answers whether it may be in use already.
    fn note(&mut self, ledger: &Ledger, id: &ItemRef, handle: &str) -> bool {
        let used = self.0.get_or_insert_with(|| {
            let handles = ledger.heads().filter_map(|(item, entry)| Some((item, entry.handle?)));
            handles.map(|(item, handle)| hash(&item.kind, handle)).collect()
        });
        !used.insert(hash(&id.kind, handle))
    }

    /// Notes a handle that something was found under; before the first creation the ledger tells them all.
    pub(super) fn learn(&mut self, id: &ItemRef, handle: &str) {
        if let Some(used) = &mut self.0 {
            used.insert(hash(&id.kind, handle));
        }
    }
}

fn hash(kind: &str, handle: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, handle).hash(&mut hasher);
    hasher.finish()
}

impl World {
    /// Notes what something was created as; answers whether that is another item's already that is not about to leave.
    pub(super) fn is_anothers(&mut self, id: &ItemRef, handle: &str) -> bool {
        if !self.handles.note(&self.ledger, id, handle) {
            return false;
        }
        let leaves = |item: &ItemRef| self.departures.iter().any(|departure| departure.entry.item == *item);
        let mut owners = self.ledger.heads().filter(|(_, entry)| entry.handle == Some(handle));
        owners.any(|(item, _)| item.kind == id.kind && item != id && !leaves(item))
    }
}

/// What an item would take over: something it found, before anything or instead of an answer.
fn claimed(work: &Work) -> Option<&str> {
    let doubtful = matches!(work.situation, Situation::Doubt | Situation::Unconfirmed);
    match &work.next {
        Next::Adopt(presence) => Some(&presence.handle),
        Next::Found(presence) if doubtful => Some(&presence.handle),
        _ => None,
    }
}

/// Turns claims of several items to one handle into decisions.
pub(super) fn one_each(world: &mut World, level: &[ItemRef]) {
    let mut owners: BTreeMap<(&str, &str), Vec<&ItemRef>> = BTreeMap::new();
    for (id, work) in world.items.works() {
        if let Some(handle) = claimed(work) {
            owners.entry((&id.kind, handle)).or_default().push(id);
        }
    }
    if owners.is_empty() {
        return;
    }
    let leaving: BTreeSet<&ItemRef> = world.departures.iter().map(|d| &d.entry.item).collect();
    for (id, entry) in world.ledger.heads().filter(|(id, _)| !leaving.contains(id)) {
        let claimants = entry.handle.and_then(|handle| owners.get_mut(&(&*id.kind, handle)));
        if let Some(claimants) = claimants.filter(|claimants| !claimants.contains(&id)) {
            claimants.push(id);
        }
    }
    let disputed: Vec<(ItemRef, String)> = owners
        .iter()
        .filter(|(_, items)| items.len() > 1)
        .flat_map(|((_, handle), items)| losers(world, level, handle, items))
        .collect();
    for (id, handle) in disputed {
        world.seen.remove(&id);
        if let Some(work) = world.items.work_mut(&id) {
            work.next = Next::Decide(Question::Shared, vec![candidate(handle)]);
        }
    }
}

/// Those of this level that may not simply take the handle over: all newcomers, except a single one for whom a
/// person has decided.
fn losers(world: &World, level: &[ItemRef], handle: &str, items: &[&ItemRef]) -> Vec<(ItemRef, String)> {
    let newcomers: Vec<&ItemRef> = items
        .iter()
        .copied()
        .filter(|id| world.items.work(id).is_some_and(|work| claimed(work).is_some()))
        .collect();
    let chosen: Vec<&&ItemRef> = newcomers.iter().filter(|id| decided(world, id, handle)).collect();
    let winner = if chosen.len() == 1 && newcomers.len() == items.len() { Some(*chosen[0]) } else { None };
    let loses = |id: &&ItemRef| Some(*id) != winner && level.contains(id);
    newcomers.into_iter().filter(loses).map(|id| (id.clone(), handle.to_owned())).collect()
}

fn decided(world: &World, id: &ItemRef, handle: &str) -> bool {
    let answer = world.decisions.get(id).and_then(|decision| decision.answer.as_ref());
    answer == Some(&Answer::Adopt(handle.to_owned()))
}

pub(super) fn candidate(handle: String) -> Candidate {
    Candidate { label: handle.clone(), handle, evidence: Vec::new(), link: None }
}
