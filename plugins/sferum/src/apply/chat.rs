//! Chats: made with everybody whose account is known, renamed.

use exchange_sdk::{Action, Change, Effect, Failure};

use super::{Chats, Hand, effect, refused};
use crate::keys::Place;
use crate::messenger::{Fault, Messenger};

pub(super) fn apply<M: Messenger>(hand: &Hand<'_, M>, changes: &[Change]) -> Result<Vec<Effect>, Failure> {
    let known = changes.iter().filter_map(|change| Place::of(change.handle.as_deref()?));
    let chats = Chats::read(hand, known)?;
    changes.iter().enumerate().map(|(place, change)| one(hand, &chats, place, change)).collect()
}

fn one<M: Messenger>(
    hand: &Hand<'_, M>,
    chats: &Chats,
    place: usize,
    change: &Change,
) -> Result<Effect, Failure> {
    let title = change.item.text("title").unwrap_or_default();
    match change.action {
        Action::Create => effect(create(hand, place, title, change.item.texts("members"))),
        Action::Update => match chats.safe(hand, &change.item.key, change.handle.as_deref())? {
            Ok(chat) => effect(hand.messenger.rename(place, chat.peer, title).map(|()| Effect::changed())),
            Err(effect) => Ok(effect),
        },
        Action::Close | Action::Remove => Ok(refused("cannot-be-made")),
    }
}

/// One person who lets nobody put them into chats may spoil it for all: then the chat is made without people, who come in
/// by its link.
fn create<M: Messenger>(
    hand: &Hand<'_, M>,
    place: usize,
    title: &str,
    people: &[String],
) -> Result<Effect, Fault> {
    let peer = match hand.messenger.create_chat(place, title, people) {
        Err(Fault::Item(..) | Fault::Absent) if !people.is_empty() => {
            hand.messenger.create_chat(place, title, &[])
        }
        answer => answer,
    }?;
    Ok(Effect::made(Place { community: hand.community.to_owned(), peer }.handle()))
}
