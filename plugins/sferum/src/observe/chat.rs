//! Chats: by number where one is known, by the mark in the title where none is.

use std::collections::{BTreeMap, BTreeSet};

use exchange_sdk::{Basis, Candidate, Failure, Message, Observation, Presence, Probe, Purpose};

use super::Eye;
use crate::keys::Place;
use crate::messenger::{Chat, Messenger};
use crate::prints::CHAT;
use crate::{mark, wording};

/// Most candidates that a person is shown.
const CANDIDATES: usize = 10;

pub(super) fn observe<M: Messenger>(eye: &Eye<'_, M>, probes: &[Probe]) -> Result<Vec<Observation>, Failure> {
    let mut found: Vec<Result<&Chat, Observation>> = Vec::new();
    let numbered = numbered(eye, probes)?;
    let listing = Listing::read(eye, probes)?;
    for probe in probes {
        let mark = mark::of(&(eye.prints)(CHAT, &probe.item.key)?);
        found.push(match place(eye, probe) {
            Some(place) => known(&numbered, place.peer, &mark),
            None if probe.handle.is_some() => Err(Observation::Absent(Basis::Lookup)),
            None => listing.find(eye, probe, &mark),
        });
    }
    let peers: Vec<i64> = found.iter().flatten().map(|chat| chat.peer).collect();
    let details = Details::read(eye, &peers)?;
    let answers = probes.iter().zip(found);
    Ok(answers
        .map(|(probe, found)| found.map_or_else(|unseen| unseen, |chat| details.present(eye, probe, chat)))
        .collect())
}

/// Where the ledger or a person says that the chat is; another community's number says nothing here.
fn place<M>(eye: &Eye<'_, M>, probe: &Probe) -> Option<Place> {
    let place = Place::of(probe.handle.as_deref()?)?;
    (place.community == eye.community).then_some(place)
}

fn numbered<M: Messenger>(eye: &Eye<'_, M>, probes: &[Probe]) -> Result<BTreeMap<i64, Chat>, Failure> {
    let peers: BTreeSet<i64> = probes.iter().filter_map(|probe| Some(place(eye, probe)?.peer)).collect();
    if peers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let peers: Vec<i64> = peers.into_iter().collect();
    Ok(eye.messenger.chats(&peers)?.into_iter().map(|chat| (chat.peer, chat)).collect())
}

/// A chat by its number. One that carries another journal's mark is never touched.
fn known<'c>(chats: &'c BTreeMap<i64, Chat>, peer: i64, mark: &str) -> Result<&'c Chat, Observation> {
    match chats.get(&peer).filter(|chat| chat.inside) {
        Some(chat) if mark::is_anothers(&chat.title, mark) => {
            Err(Observation::unknown(Message::new("chat-of-another-journal")))
        }
        Some(chat) => Ok(chat),
        None => Err(Observation::Absent(Basis::Listing)),
    }
}

/// All chats of the community; read only where a number is missing.
struct Listing {
    chats: Vec<Chat>,
    /// Marks of journals that the records know.
    marks: BTreeSet<String>,
}

impl Listing {
    fn read<M: Messenger>(eye: &Eye<'_, M>, probes: &[Probe]) -> Result<Self, Failure> {
        if probes.iter().all(|probe| probe.handle.is_some()) {
            return Ok(Self { chats: Vec::new(), marks: BTreeSet::new() });
        }
        let hashes = (eye.journals)()?.into_iter().map(|id| (eye.prints)(CHAT, &id));
        let marks = hashes.map(|hash| hash.map(|hash| mark::of(&hash))).collect::<Result<_, _>>()?;
        let mut chats = eye.messenger.all_chats()?;
        chats.retain(|chat| chat.inside);
        Ok(Self { chats, marks })
    }

    /// The one chat with the mark that the community made. Everything else is for a person to judge: whoever sees a
    /// title can give it to a chat of their own.
    fn find<M>(&self, eye: &Eye<'_, M>, probe: &Probe, mark: &str) -> Result<&Chat, Observation> {
        let marked = |chat: &&Chat| mark::split(&chat.title).1 == Some(mark);
        let own: Vec<&Chat> = self.chats.iter().filter(|chat| chat.own).filter(marked).collect();
        let alike: Vec<&Chat> = match own.as_slice() {
            [one] => return Ok(one),
            [] if probe.purpose == Purpose::Doubt => Vec::new(),
            [] => self.chats.iter().filter(|chat| self.is_alike(probe, chat, mark)).collect(),
            _ => own,
        };
        if alike.is_empty() {
            return Err(Observation::Absent(Basis::Listing));
        }
        let candidates = alike.into_iter().take(CANDIDATES).map(|chat| candidate(eye, chat, mark));
        Err(Observation::Ambiguous(candidates.collect()))
    }

    fn is_alike(&self, probe: &Probe, chat: &Chat, mark: &str) -> bool {
        let (words, there) = mark::split(&chat.title);
        match there {
            Some(there) if there == mark => true,
            Some(there) if self.marks.contains(there) => false,
            _ => wording::is_alike(words, mark::split(probe.item.text("title").unwrap_or_default()).0),
        }
    }
}

fn candidate<M>(eye: &Eye<'_, M>, chat: &Chat, mark: &str) -> Candidate {
    let evidence = match (mark::split(&chat.title).1, chat.own) {
        (Some(there), true) if there == mark => Message::new("evidence-mark"),
        (Some(there), false) if there == mark => Message::new("evidence-mark-of-stranger"),
        (_, true) => Message::new("evidence-title"),
        (_, false) => Message::new("evidence-title-of-stranger"),
    };
    let place = Place { community: eye.community.to_owned(), peer: chat.peer };
    Candidate { handle: place.handle(), label: chat.title.clone(), evidence: vec![evidence], link: None }
}

/// Links and people of chats.
struct Details {
    links: BTreeMap<i64, String>,
    people: BTreeMap<i64, BTreeSet<String>>,
}

impl Details {
    fn read<M: Messenger>(eye: &Eye<'_, M>, peers: &[i64]) -> Result<Self, Failure> {
        if peers.is_empty() {
            return Ok(Self { links: BTreeMap::new(), people: BTreeMap::new() });
        }
        // What cannot be seen of one chat is missing in what is told of it.
        let links = eye.messenger.invite_links(peers)?;
        let people = eye.messenger.members(peers)?;
        let texts = |people: Vec<i64>| people.iter().map(i64::to_string).collect();
        Ok(Self {
            links: peers
                .iter()
                .copied()
                .zip(links)
                .filter_map(|(peer, link)| Some((peer, link.ok()?)))
                .collect(),
            people: peers
                .iter()
                .copied()
                .zip(people)
                .filter_map(|(peer, all)| Some((peer, texts(all.ok()?))))
                .collect(),
        })
    }

    fn present<M>(&self, eye: &Eye<'_, M>, probe: &Probe, chat: &Chat) -> Observation {
        let place = Place { community: eye.community.to_owned(), peer: chat.peer };
        let mut presence = Presence::new(place.handle());
        presence = match self.links.get(&chat.peer) {
            Some(link) => presence.output("invite-link", link),
            None => presence.remark(Message::new("no-invite-link")),
        };
        if probe.item.text("title").is_some_and(|title| title != chat.title) {
            presence = presence.differs("title", Some(chat.title.clone()));
        }
        let wanted: BTreeSet<String> = probe.item.texts("members").iter().cloned().collect();
        let known = self.people.get(&chat.peer).filter(|_| probe.item.value("title").is_some());
        for (code, count) in known.into_iter().flat_map(|there| counts(there, &wanted)) {
            presence = presence.remark(code.arg("count", count));
        }
        Observation::Present(presence)
    }
}

/// How many are in the chat whom the records do not name, and how many named are not in it.
fn counts(there: &BTreeSet<String>, wanted: &BTreeSet<String>) -> Vec<(Message, usize)> {
    let strangers = there.difference(wanted).count();
    let missing = wanted.difference(there).count();
    let all = [(Message::new("chat-strangers"), strangers), (Message::new("chat-members-missing"), missing)];
    all.into_iter().filter(|(_, count)| *count > 0).collect()
}
