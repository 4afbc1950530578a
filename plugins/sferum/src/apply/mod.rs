//! Making changes.
//!
//! Whatever is written goes to the chat that the ledger names and to no other: first it is looked at, and where its title
//! carries another journal's mark nothing is written. Whoever the records name is removed from nowhere.

mod call;
mod chat;
mod invitation;
mod member;
#[cfg(test)]
mod tests;
mod word;

use std::collections::{BTreeMap, BTreeSet};

use exchange_sdk::{Action, Change, Effect, Failure, Message, Target};

use crate::keys::Place;
use crate::mark;
use crate::messenger::{Chat, Fault, Messenger};
use crate::prints::{CHAT, Prints};

/// Who the records name in a journal now; `None`: it is no journal of this year that is to have a chat.
pub type Named<'a> = dyn Fn(&str) -> Result<Option<BTreeSet<i64>>, Failure> + 'a;

/// Who makes changes.
pub struct Hand<'a, M> {
    /// The messenger.
    pub messenger: &'a M,
    /// The community of the task.
    pub community: &'a str,
    /// The host's keyed hashes.
    pub prints: &'a Prints<'a>,
    /// The people of a journal.
    pub named: &'a Named<'a>,
}

/// Makes these changes, all of one kind and action.
///
/// # Errors
/// When nothing of them could be made.
pub fn apply<M: Messenger>(hand: &Hand<'_, M>, changes: &[Change]) -> Result<Vec<Effect>, Failure> {
    let Some(kind) = changes.first().map(|change| change.item.kind.clone()) else { return Ok(Vec::new()) };
    if matches!(kind.as_str(), "call" | "scheduled-call") {
        return call::apply(hand, changes);
    }
    hand.messenger.is_ours()?;
    match kind.as_str() {
        "chat" => chat::apply(hand, changes),
        "member" => member::apply(hand, changes),
        "invitation" => invitation::apply(hand, changes),
        "announcement" | "cancellation" => word::apply(hand, changes),
        _ => Ok(changes.iter().map(|_| refused("cannot-be-made")).collect()),
    }
}

fn refused(code: &'static str) -> Effect {
    let reason = match code {
        "cannot-be-made" => Message::new("cannot-be-made"),
        _ => Message::new("chat-elsewhere"),
    };
    Effect::refused(None, reason, None)
}

/// What became of a write that says nothing but yes.
fn effect(answer: Result<Effect, Fault>) -> Result<Effect, Failure> {
    answer.or_else(Fault::of_write)
}

/// What the item that a field names is known to have there.
fn target<'c>(change: &'c Change, field: &str) -> Option<&'c Target> {
    let wanted = change.item.referred(field)?;
    change.targets.iter().find(|target| target.item == *wanted)
}

/// The chats that changes go to, as they are now.
struct Chats(BTreeMap<i64, Chat>);

impl Chats {
    fn read<M: Messenger>(hand: &Hand<'_, M>, places: impl Iterator<Item = Place>) -> Result<Self, Failure> {
        let ours = places.filter(|place| place.community == hand.community);
        let peers: Vec<i64> = ours.map(|place| place.peer).collect::<BTreeSet<_>>().into_iter().collect();
        if peers.is_empty() {
            return Ok(Self(BTreeMap::new()));
        }
        let chats = hand.messenger.chats(&peers)?;
        Ok(Self(chats.into_iter().map(|chat| (chat.peer, chat)).collect()))
    }

    /// Where to write for this journal; otherwise why nothing is written.
    fn safe<M>(
        &self,
        hand: &Hand<'_, M>,
        journal: &str,
        handle: Option<&str>,
    ) -> Result<Result<&Chat, Effect>, Failure> {
        let Some(place) = handle.and_then(Place::of).filter(|place| place.community == hand.community) else {
            return Ok(Err(refused("chat-elsewhere")));
        };
        let Some(chat) = self.0.get(&place.peer).filter(|chat| chat.inside) else {
            return Fault::Lost.of_write().map(Err);
        };
        let mark = mark::of(&(hand.prints)(CHAT, journal)?);
        if mark::is_anothers(&chat.title, &mark) {
            let (why, fix) = (Message::new("chat-of-another-journal"), Message::new("step-see-title"));
            return Ok(Err(Effect::refused(None, why, Some(fix))));
        }
        Ok(Ok(chat))
    }
}

/// The journal whose chat a change is about, and the handle of that chat. Only what the ledger says counts.
fn chat_of(change: &Change) -> Option<(String, Option<&str>)> {
    match target(change, "chat") {
        Some(target) => Some((target.item.key.clone(), target.handle.as_deref())),
        None if change.action == Action::Create => None,
        // What leaves comes with its key and handle only.
        None => Some((crate::keys::person_of(&change.item.key)?.0, change.handle.as_deref())),
    }
}

/// Where changes go.
fn places(changes: &[Change]) -> impl Iterator<Item = Place> {
    changes.iter().filter_map(|change| Place::of(chat_of(change)?.1?))
}
