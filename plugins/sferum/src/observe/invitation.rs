//! Invitations: who is in the chat needs none, and who was written to gets no second one.

use std::collections::BTreeSet;

use exchange_sdk::{Basis, Failure, Observation, Probe};

use super::member::peers;
use super::{Eye, Where, by_peer, elsewhere};
use crate::keys::Place;
use crate::messenger::{Fault, Messenger};
use crate::prints::once;

pub(super) fn observe<M: Messenger>(eye: &Eye<'_, M>, probes: &[Probe]) -> Result<Vec<Observation>, Failure> {
    let places: Vec<Where> = probes.iter().map(|probe| eye.chat_of(probe)).collect();
    let members = by_peer(&peers(&places), |peers| eye.messenger.members(peers))?;
    let mut answers = Vec::new();
    let mut outside = BTreeSet::new();
    for (probe, place) in probes.iter().zip(&places) {
        answers.push(match place {
            Where::Nowhere => Some(Observation::Absent(Basis::Lookup)),
            Where::Elsewhere => Some(elsewhere()),
            Where::There(place) => inside(&members[&place.peer], probe, place),
        });
        outside.extend(probe.item.integer("vk-id").filter(|_| answers.last().is_some_and(Option::is_none)));
    }
    let letters = by_peer(&outside, |people| {
        let since: Vec<(i64, i64)> = people.iter().map(|person| (*person, 0)).collect();
        eye.messenger.said(&since)
    })?;
    let mut all = Vec::new();
    for (probe, answer) in probes.iter().zip(answers) {
        let person = probe.item.integer("vk-id").unwrap_or_default();
        all.push(match (answer, letters.get(&person)) {
            (Some(answer), _) => answer,
            (None, Some(Ok(said))) => {
                let number = once(eye.prints, "invitation", &probe.item.key)?;
                let place = Place { community: eye.community.to_owned(), peer: person };
                match said.iter().find(|said| said.number == number) {
                    Some(said) => Observation::there(place.part(said.id)),
                    None => Observation::Absent(Basis::Listing),
                }
            }
            (None, Some(Err(fault))) => fault.unseen(),
            (None, None) => Observation::Absent(Basis::Lookup),
        });
    }
    Ok(all)
}

/// What is seen of a person who is in; of a chat that cannot be read, that nothing is known.
fn inside(people: &Result<Vec<i64>, Fault>, probe: &Probe, place: &Place) -> Option<Observation> {
    match people {
        Ok(people) => {
            let person = probe.item.integer("vk-id").filter(|person| people.contains(person));
            person.map(|person| Observation::there(place.part(person)))
        }
        Err(fault) => Some(fault.unseen()),
    }
}
