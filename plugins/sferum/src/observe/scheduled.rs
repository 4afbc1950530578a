//! Scheduled calls: all of the account's are listed, and a mark in the name says which lesson's one is.

use exchange_sdk::{Basis, Candidate, Failure, Observation, Presence, Probe};

use super::Eye;
use crate::mark;
use crate::messenger::{Messenger, Scheduled};
use crate::prints::CALL;

pub(super) fn observe<M: Messenger>(eye: &Eye<'_, M>, probes: &[Probe]) -> Result<Vec<Observation>, Failure> {
    let all = eye.messenger.scheduled_calls()?;
    probes.iter().map(|probe| one(eye, &all, probe)).collect()
}

fn one<M>(eye: &Eye<'_, M>, all: &[Scheduled], probe: &Probe) -> Result<Observation, Failure> {
    let mark = mark::of(&(eye.prints)(CALL, &probe.item.key)?);
    let found: Vec<&Scheduled> = match &probe.handle {
        Some(id) => all.iter().filter(|known| known.call.id == *id).collect(),
        None => all.iter().filter(|known| mark::split(&known.schedule.title).1 == Some(&mark)).collect(),
    };
    Ok(match found.as_slice() {
        [] => Observation::Absent(Basis::Listing),
        [known] => Observation::Present(present(probe, known)),
        several => Observation::Ambiguous(several.iter().take(10).map(|known| candidate(known)).collect()),
    })
}

fn present(probe: &Probe, known: &Scheduled) -> Presence {
    let mut presence = Presence::new(&known.call.id).output("join-link", &known.call.link);
    let there = &known.schedule;
    if probe.item.text("title").is_some_and(|title| title != there.title) {
        presence = presence.differs("title", Some(there.title.clone()));
    }
    for (field, there) in [("starts", there.starts), ("ends", there.ends)] {
        if probe.item.integer(field).is_some_and(|wanted| wanted != there) {
            presence = presence.differs(field, Some(there.to_string()));
        }
    }
    presence
}

fn candidate(known: &Scheduled) -> Candidate {
    let (handle, label) = (known.call.id.clone(), known.schedule.title.clone());
    Candidate { handle, label, evidence: vec![exchange_sdk::Message::new("evidence-mark")], link: None }
}
