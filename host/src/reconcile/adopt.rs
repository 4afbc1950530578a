//! One remote thing belongs to one item: whoever else would take it over waits for a decision. Pure.
//!
//! That holds for doubts, too: a write whose answer was lost may have stored nothing, and what a search then brings may
//! be a namesake's.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::contract::{Basis, Candidate, Observation};
use crate::model::{ItemRef, LedgerEntry};
use crate::store::{Answer, Decision, Question};

use super::state::{Next, World};

/// What was seen without what a person said is something else.
pub(super) fn but_declined(seen: &Observation, decision: Option<&Decision>) -> Observation {
    let asked = decision.filter(|decision| decision.answer == Some(Answer::Create));
    let declined = |handle: &String| {
        asked.is_some_and(|decision| decision.ask.candidates.iter().any(|known| known.handle == *handle))
    };
    match seen {
        Observation::Present(presence) if declined(&presence.handle) => Observation::Absent(Basis::Lookup),
        Observation::Ambiguous(all) if all.iter().all(|candidate| declined(&candidate.handle)) => {
            Observation::Absent(Basis::Lookup)
        }
        Observation::Ambiguous(all) => Observation::Ambiguous(
            all.iter().filter(|candidate| !declined(&candidate.handle)).cloned().collect(),
        ),
        other => other.clone(),
    }
}

/// The handle that an item would take over and did not have.
fn newly_taken<'a>(world: &World, id: &ItemRef, next: &'a Next) -> Option<&'a str> {
    let (Next::Adopt(presence) | Next::Found(presence)) = next else { return None };
    let known = world.ledger.get(id).and_then(|entry| entry.handle.as_ref());
    (known != Some(&presence.handle)).then_some(presence.handle.as_str())
}

/// Asks a person instead of taking over what belongs to another item already.
pub(super) fn unless_taken(world: &World, id: &ItemRef, next: Next) -> Next {
    let Some(handle) = newly_taken(world, id, &next) else { return next };
    let another = |entry: &LedgerEntry| {
        entry.item != *id && entry.item.kind == id.kind && entry.handle.as_deref() == Some(handle)
    };
    match world.ledger.values().any(another) {
        true => Next::Decide(Question::Shared, vec![candidate(handle.to_owned())]),
        false => next,
    }
}

/// Turns adoptions of one handle by several items into decisions.
pub(super) fn one_each(world: &mut World, level: &[ItemRef]) {
    let leaving: BTreeSet<&ItemRef> = world.departures.iter().map(|d| &d.entry.item).collect();
    let mut owners: BTreeMap<(&str, &str), Vec<&ItemRef>> = BTreeMap::new();
    for entry in world.ledger.values().filter(|entry| !leaving.contains(&entry.item)) {
        if let Some(handle) = &entry.handle {
            owners.entry((&entry.item.kind, handle)).or_default().push(&entry.item);
        }
    }
    for (id, work) in &world.works {
        if let Some(handle) = newly_taken(world, id, &work.next) {
            owners.entry((&id.kind, handle)).or_default().push(id);
        }
    }
    let disputed: Vec<(ItemRef, String)> = owners
        .iter()
        .filter(|(_, items)| items.len() > 1)
        .flat_map(|((_, handle), items)| losers(world, level, handle, items))
        .collect();
    for (id, handle) in disputed {
        world.seen.remove(&id);
        if let Some(work) = world.works.get_mut(&id) {
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
        .filter(|id| world.works.get(*id).is_some_and(|work| newly_taken(world, id, &work.next).is_some()))
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

fn candidate(handle: String) -> Candidate {
    Candidate { label: handle.clone(), handle, evidence: Vec::new(), link: None }
}
