//! What exists there.
//!
//! *Absent* is said of a chat only from the complete listing of the community's conversations, of a member from the
//! complete list of the chat's people, of a message from the chat's history back to before it can have been sent. What
//! cannot be read is unknown.

mod account;
mod chat;
mod invitation;
mod member;
mod scheduled;
#[cfg(test)]
mod tests;
mod word;

pub(crate) use word::since;

use std::collections::{BTreeMap, BTreeSet};

use exchange_sdk::{Failure, Message, Observation, Probe};

use crate::keys::Place;
use crate::messenger::{Each, Fault, Messenger};
use crate::prints::Prints;

/// Who looks.
pub struct Eye<'a, M> {
    /// The messenger.
    pub messenger: &'a M,
    /// The community of the task.
    pub community: &'a str,
    /// The host's keyed hashes.
    pub prints: &'a Prints<'a>,
    /// Ids of all journals that the records know: the chat of one is no candidate for another.
    pub journals: &'a dyn Fn() -> Result<Vec<String>, Failure>,
}

/// What is there for these probes, all of one kind.
///
/// # Errors
/// When nothing at all could be learnt.
pub fn observe<M: Messenger>(eye: &Eye<'_, M>, probes: &[Probe]) -> Result<Vec<Observation>, Failure> {
    let kind = probes.first().map(|probe| probe.item.kind.as_str());
    match kind.unwrap_or_default() {
        "account" => Ok(probes.iter().map(account::observe).collect()),
        "chat" => chat::observe(eye, probes),
        "member" => member::observe(eye, probes),
        "invitation" => invitation::observe(eye, probes),
        "announcement" | "cancellation" => word::observe(eye, probes),
        "scheduled-call" => scheduled::observe(eye, probes),
        _ => Ok(probes.iter().map(|_| Observation::unknown(Message::new("cannot-be-seen"))).collect()),
    }
}

/// Where the chat of a probe is.
enum Where {
    /// There is none yet, so nothing is in it.
    Nowhere,
    /// It is none of this community's.
    Elsewhere,
    /// There.
    There(Place),
}

impl<M> Eye<'_, M> {
    /// The chat that a probe refers to; of what leaves only the handle is known.
    fn chat_of(&self, probe: &Probe) -> Where {
        let bare = probe.item.fields.is_empty();
        let handle = if bare { probe.handle.as_deref() } else { probe.handle_of("chat") };
        match handle.map(Place::of) {
            None => Where::Nowhere,
            Some(Some(place)) if place.community == self.community => Where::There(place),
            Some(_) => Where::Elsewhere,
        }
    }
}

fn elsewhere() -> Observation {
    Observation::unknown(Message::new("chat-elsewhere"))
}

/// Answers by conversation: each is asked for once.
fn by_peer<T>(
    peers: &BTreeSet<i64>,
    ask: impl Fn(&[i64]) -> Each<T>,
) -> Result<BTreeMap<i64, Result<T, Fault>>, Fault> {
    let peers: Vec<i64> = peers.iter().copied().collect();
    Ok(peers.iter().copied().zip(ask(&peers)?).collect())
}
