//! Members: the people of each chat are read once.

use std::collections::BTreeSet;

use exchange_sdk::{Basis, Failure, Observation, Presence, Probe};

use super::{Eye, Where, by_peer, elsewhere};
use crate::keys::{Place, number_of};
use crate::messenger::Messenger;

pub(super) fn observe<M: Messenger>(eye: &Eye<'_, M>, probes: &[Probe]) -> Result<Vec<Observation>, Failure> {
    let places: Vec<Where> = probes.iter().map(|probe| eye.chat_of(probe)).collect();
    let members = by_peer(&peers(&places), |peers| eye.messenger.members(peers))?;
    let answers = probes.iter().zip(&places).map(|(probe, place)| match place {
        Where::Nowhere => Observation::Absent(Basis::Lookup),
        Where::Elsewhere => elsewhere(),
        Where::There(place) => match &members[&place.peer] {
            Ok(people) => among(people, probe, place),
            Err(fault) => fault.unseen(),
        },
    });
    Ok(answers.collect())
}

pub(super) fn peers(places: &[Where]) -> BTreeSet<i64> {
    let there = places.iter().filter_map(|place| match place {
        Where::There(place) => Some(place.peer),
        Where::Nowhere | Where::Elsewhere => None,
    });
    there.collect()
}

/// Is the person in, or the account that was theirs before?
fn among(people: &[i64], probe: &Probe, place: &Place) -> Observation {
    let now = probe.item.integer("vk-id");
    let before = probe.handle.as_deref().and_then(number_of);
    match (now, before) {
        (Some(now), _) if people.contains(&now) => Observation::there(place.part(now)),
        (Some(_), Some(before)) if people.contains(&before) => {
            Observation::Present(Presence::new(place.part(before)).differs("vk-id", None))
        }
        (None, Some(before)) if people.contains(&before) => Observation::there(place.part(before)),
        _ => Observation::Absent(Basis::Listing),
    }
}
