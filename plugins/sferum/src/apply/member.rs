//! Members. A community can put nobody into a chat that is there; it can take people out.

use std::collections::BTreeMap;

use exchange_sdk::{Action, Change, Effect, Failure, Message, Waiting};

use super::{Chats, Hand, chat_of, effect, places, target};
use crate::keys::{number_of, person_of};
use crate::messenger::{Chat, Fault, Messenger};

type People = BTreeMap<i64, Result<Vec<i64>, Fault>>;

pub(super) fn apply<M: Messenger>(hand: &Hand<'_, M>, changes: &[Change]) -> Result<Vec<Effect>, Failure> {
    let chats = Chats::read(hand, places(changes))?;
    let removes = changes.iter().all(|change| change.action == Action::Remove);
    let peers: Vec<i64> = if removes { Vec::new() } else { chats.0.keys().copied().collect() };
    let people: People = peers.iter().copied().zip(hand.messenger.members(&peers)?).collect();
    changes.iter().enumerate().map(|(place, change)| one(hand, &chats, &people, place, change)).collect()
}

fn one<M: Messenger>(
    hand: &Hand<'_, M>,
    chats: &Chats,
    people: &People,
    place: usize,
    change: &Change,
) -> Result<Effect, Failure> {
    let (journal, handle) = chat_of(change).unwrap_or_default();
    let chat = match chats.safe(hand, &journal, handle)? {
        Ok(chat) => chat,
        Err(effect) => return Ok(effect),
    };
    match change.action {
        Action::Create => Ok(come_in(people, chat, change)),
        Action::Update => change_account(hand, people, chat, place, change),
        Action::Close | Action::Remove => leave(hand, chat, place, change),
    }
}

/// Who came in when the chat was made is seen by the host itself; everybody else comes by the link.
fn come_in(people: &People, chat: &Chat, change: &Change) -> Effect {
    match people.get(&chat.peer) {
        Some(Ok(there)) if change.item.integer("vk-id").is_some_and(|person| there.contains(&person)) => {
            Effect::InDoubt(Message::new("came-in-with-chat"))
        }
        Some(Err(fault)) => fault.clone().of_write().unwrap_or_else(|_| waits(change)),
        _ => waits(change),
    }
}

fn waits(change: &Change) -> Effect {
    let outputs = target(change, "chat").map(|chat| chat.outputs.as_slice()).unwrap_or_default();
    let link = outputs.iter().find(|output| output.name == "invite-link");
    let step = match link {
        Some(link) => Message::new("step-join").arg("link", &link.value),
        None => Message::new("step-join-without-link"),
    };
    Effect::Waiting(Waiting { whom: Message::new("waiting-to-join"), steps: vec![step] })
}

/// The account that was theirs leaves, unless the records name it as somebody's; the new one comes by the link.
fn change_account<M: Messenger>(
    hand: &Hand<'_, M>,
    people: &People,
    chat: &Chat,
    place: usize,
    change: &Change,
) -> Result<Effect, Failure> {
    let old = change.handle.as_deref().and_then(number_of);
    let there = people.get(&chat.peer).and_then(|people| people.as_ref().ok());
    let still = old.is_some_and(|old| there.is_some_and(|there| there.contains(&old)));
    let left = if still { leave(hand, chat, place, change)? } else { Effect::changed() };
    Ok(match left {
        Effect::Done(_) => come_in(people, chat, change),
        other => other,
    })
}

fn leave<M: Messenger>(
    hand: &Hand<'_, M>,
    chat: &Chat,
    place: usize,
    change: &Change,
) -> Result<Effect, Failure> {
    let journal = person_of(&change.item.key).map(|(journal, _)| journal).unwrap_or_default();
    let Some(person) = change.handle.as_deref().and_then(number_of) else {
        return Ok(Effect::refused(None, Message::new("cannot-be-made"), None));
    };
    match (hand.named)(&journal)? {
        None => Ok(stays()),
        Some(named) if named.contains(&person) => {
            let (why, fix) = (Message::new("account-of-another"), Message::new("step-see-vk-id"));
            Ok(Effect::refused(None, why, Some(fix)))
        }
        Some(_) => effect(hand.messenger.remove(place, chat.peer, person).map(|()| Effect::changed())),
    }
}

/// The journal is gone, not the person: nobody is turned out because a journal was not exported, or the year is over.
fn stays() -> Effect {
    let steps = vec![Message::new("step-journal-gone")];
    Effect::Waiting(Waiting { whom: Message::new("waiting-administrator"), steps })
}
