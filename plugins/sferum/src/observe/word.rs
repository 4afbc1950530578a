//! Announcements and cancellations: is what is to be said the last word about its lesson in the chat?

use std::collections::BTreeMap;

use exchange_sdk::{Basis, Failure, Message, Observation, Probe, Purpose, Value};

use super::{Eye, Where, elsewhere};
use crate::keys::{Place, word_of};
use crate::messenger::{Fault, Messenger, Said};
use crate::prints::{Prints, Word};

/// Milliseconds before a lesson in which something can have been said about it: a week at most, and a day more.
const AHEAD: i64 = 8 * 24 * 3_600_000;

/// From when on a chat's history tells of this lesson.
pub(crate) fn since(starts: i64) -> i64 {
    starts - AHEAD
}

pub(super) fn observe<M: Messenger>(eye: &Eye<'_, M>, probes: &[Probe]) -> Result<Vec<Observation>, Failure> {
    let places: Vec<Where> = probes.iter().map(|probe| eye.chat_of(probe)).collect();
    let history = history(eye, probes, &places)?;
    let mut answers = Vec::new();
    for (probe, place) in probes.iter().zip(&places) {
        answers.push(match place {
            Where::Nowhere => Observation::Absent(Basis::Lookup),
            Where::Elsewhere => elsewhere(),
            Where::There(place) => match &history[&place.peer] {
                Ok(said) => last_word(eye.prints, probe, place, said)?,
                Err(fault) => fault.unseen(),
            },
        });
    }
    Ok(answers)
}

type History = BTreeMap<i64, Result<Vec<Said>, Fault>>;

fn history<M: Messenger>(eye: &Eye<'_, M>, probes: &[Probe], places: &[Where]) -> Result<History, Failure> {
    let mut from: BTreeMap<i64, i64> = BTreeMap::new();
    for (probe, place) in probes.iter().zip(places) {
        if let Where::There(place) = place {
            let since = word_of(&probe.item.key).map_or(0, |(_, starts)| since(starts));
            from.entry(place.peer).and_modify(|known| *known = since.min(*known)).or_insert(since);
        }
    }
    let from: Vec<(i64, i64)> = from.into_iter().collect();
    let said = eye.messenger.said(&from)?;
    Ok(from.into_iter().map(|(peer, _)| peer).zip(said).collect())
}

fn last_word(
    prints: &Prints<'_>,
    probe: &Probe,
    place: &Place,
    said: &[Said],
) -> Result<Observation, Failure> {
    let awaits = matches!(probe.item.value("link"), Some(Value::Output(_)));
    let link = probe.item.text("link").or_else(|| probe.output_of("link"));
    let Some((lesson, starts)) = word_of(&probe.item.key) else {
        return Ok(Observation::unknown(Message::new("cannot-be-seen")));
    };
    if awaits && link.is_none() {
        // The words hold a link that is not known: they cannot have been said yet, unless they were sent.
        let sent = matches!(probe.purpose, Purpose::Doubt | Purpose::Confirm);
        let unknown = || Observation::unknown(Message::new("call-unknown"));
        return Ok(if sent { unknown() } else { Observation::Absent(Basis::Lookup) });
    }
    let word = Word::of(prints, &probe.item.kind, &lesson, starts, link.unwrap_or_default())?;
    let last = said.iter().find(|said| word.is_about(said.number));
    Ok(match last.filter(|said| word.is_said_by(said.number)) {
        Some(said) => Observation::there(place.part(said.id)),
        None => Observation::Absent(Basis::Listing),
    })
}
