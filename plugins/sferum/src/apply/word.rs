//! Announcements and cancellations: said in the chat, unless they are its last word already.

use std::collections::BTreeMap;

use exchange_sdk::{Change, Effect, Failure, Message};

use super::{Chats, Hand, chat_of, effect, places};
use crate::keys::word_of;
use crate::messenger::{Chat, Fault, Messenger, Said};
use crate::observe::since;
use crate::prints::Word;
use crate::wording;

type History = BTreeMap<i64, Result<Vec<Said>, Fault>>;

pub(super) fn apply<M: Messenger>(hand: &Hand<'_, M>, changes: &[Change]) -> Result<Vec<Effect>, Failure> {
    let chats = Chats::read(hand, places(changes))?;
    let from = changes.iter().filter_map(|change| Some(since(word_of(&change.item.key)?.1))).min();
    let from: Vec<(i64, i64)> = chats.0.keys().map(|peer| (*peer, from.unwrap_or_default())).collect();
    let said = hand.messenger.said(&from)?;
    let history: History = from.iter().map(|(peer, _)| *peer).zip(said).collect();
    changes.iter().enumerate().map(|(place, change)| one(hand, &chats, &history, place, change)).collect()
}

fn one<M: Messenger>(
    hand: &Hand<'_, M>,
    chats: &Chats,
    history: &History,
    place: usize,
    change: &Change,
) -> Result<Effect, Failure> {
    let (journal, handle) = chat_of(change).unwrap_or_default();
    match chats.safe(hand, &journal, handle)? {
        Ok(chat) => match &history[&chat.peer] {
            Ok(said) => say(hand, chat, said, place, change),
            Err(fault) => fault.clone().of_write(),
        },
        Err(effect) => Ok(effect),
    }
}

fn say<M: Messenger>(
    hand: &Hand<'_, M>,
    chat: &Chat,
    said: &[Said],
    place: usize,
    change: &Change,
) -> Result<Effect, Failure> {
    let Some((lesson, starts)) = word_of(&change.item.key) else {
        return Ok(Effect::refused(None, Message::new("cannot-be-made"), None));
    };
    let link = change.item.text("link").or_else(|| change.output_of("link"));
    if change.item.value("link").is_some() && link.is_none() {
        return Ok(Effect::refused(None, Message::new("call-unknown"), None));
    }
    let word = Word::of(hand.prints, &change.item.kind, &lesson, starts, link.unwrap_or_default())?;
    let before: Vec<&Said> = said.iter().filter(|said| word.is_about(said.number)).collect();
    if before.first().is_some_and(|last| word.is_said_by(last.number)) {
        // Said by an attempt whose answer was lost: the host sees that for itself.
        return Ok(Effect::InDoubt(Message::new("said-already")));
    }
    let text = wording::with_link(change.item.text("text").unwrap_or_default(), link);
    let sent = hand.messenger.say(place, chat.peer, word.number(before.len()), &text);
    effect(sent.map(|id| Effect::made(handle_in(hand, chat, id))))
}

fn handle_in<M>(hand: &Hand<'_, M>, chat: &Chat, id: i64) -> String {
    crate::keys::Place { community: hand.community.to_owned(), peer: chat.peer }.part(id)
}
