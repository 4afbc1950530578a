//! Invitations by message, to those who are not in and let the community write to them.

use std::collections::{BTreeMap, BTreeSet};

use exchange_sdk::{Change, Effect, Failure, Message, Waiting};

use super::{Chats, Hand, chat_of, effect, places};
use crate::keys::Place;
use crate::messenger::{Fault, Messenger};
use crate::prints::once;
use crate::wording;

type People = BTreeMap<i64, Result<Vec<i64>, Fault>>;
type Allowed = BTreeMap<i64, Result<bool, Fault>>;

pub(super) fn apply<M: Messenger>(hand: &Hand<'_, M>, changes: &[Change]) -> Result<Vec<Effect>, Failure> {
    let chats = Chats::read(hand, places(changes))?;
    let peers: Vec<i64> = chats.0.keys().copied().collect();
    let people: People = peers.iter().copied().zip(hand.messenger.members(&peers)?).collect();
    let whom: BTreeSet<i64> = changes.iter().filter_map(|change| change.item.integer("vk-id")).collect();
    let whom: Vec<i64> = whom.into_iter().collect();
    let allowed: Allowed = whom.iter().copied().zip(hand.messenger.may_write(&whom)?).collect();
    let state = (&chats, &people, &allowed);
    changes.iter().enumerate().map(|(place, change)| one(hand, state, place, change)).collect()
}

fn one<M: Messenger>(
    hand: &Hand<'_, M>,
    (chats, people, allowed): (&Chats, &People, &Allowed),
    place: usize,
    change: &Change,
) -> Result<Effect, Failure> {
    let (journal, handle) = chat_of(change).unwrap_or_default();
    let chat = match chats.safe(hand, &journal, handle)? {
        Ok(chat) => chat,
        Err(effect) => return Ok(effect),
    };
    let (Some(person), Some(link)) = (change.item.integer("vk-id"), change.output_of("link")) else {
        return Ok(Effect::refused(
            None,
            Message::new("no-invite-link"),
            Some(Message::new("step-make-administrator")),
        ));
    };
    match &people[&chat.peer] {
        Ok(there) if there.contains(&person) => {
            return Ok(Effect::InDoubt(Message::new("came-in-with-chat")));
        }
        Ok(_) => {}
        Err(fault) => return fault.clone().of_write(),
    }
    match allowed.get(&person) {
        Some(Ok(true)) => {}
        Some(Err(fault)) => return fault.clone().of_write(),
        _ => return Ok(not_allowed()),
    }
    let number = once(hand.prints, "invitation", &change.item.key)?;
    let text = wording::with_invite(change.item.text("text").unwrap_or_default(), link);
    let place_there = Place { community: hand.community.to_owned(), peer: person };
    let sent = hand.messenger.say(place, person, number, &text);
    effect(sent.map(|id| Effect::made(place_there.part(id))))
}

fn not_allowed() -> Effect {
    let steps = vec![Message::new("step-allow-messages")];
    Effect::Waiting(Waiting { whom: Message::new("waiting-to-allow-messages"), steps })
}
