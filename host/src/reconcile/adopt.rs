//! One remote thing belongs to one item: whoever else would take it over waits for a decision. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::ItemRef;
use crate::model::contract::Candidate;
use crate::store::{Answer, Question};

use super::state::{Next, World};

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
        if let Next::Adopt(presence) = &work.next {
            let owners = owners.entry((&id.kind, &presence.handle)).or_default();
            if !owners.contains(&id) {
                owners.push(id);
            }
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
        .filter(|id| world.works.get(*id).is_some_and(|work| matches!(work.next, Next::Adopt(_))))
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
