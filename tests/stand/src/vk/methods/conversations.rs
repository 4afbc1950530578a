//! Conversations of a caller: all of them by pages, and some by number.

use serde_json::{Value, json};

use super::{Answered, Call};
use crate::vk::error::ApiError;
use crate::vk::model::{Actor, Chat, FIRST_CHAT_PEER, Message, Thread};
use crate::vk::settings::Strange;
use crate::vk::shapes;

/// One conversation as its owner has it.
struct Conversation {
    shape: Value,
    last: Option<Message>,
    peer: i64,
    /// Whom an extended answer tells about.
    about: Vec<Actor>,
}

fn of_chat(call: &Call<'_>, chat: &Chat, actor: Actor) -> Option<Conversation> {
    let number = i64::try_from(*chat.numbers.get(&actor)?).ok()?;
    let last = shapes::visible(&chat.thread, call.now).next_back().cloned();
    let about = last.iter().map(|message| message.from).chain([chat.owner]).collect();
    let shape = shapes::chat(chat, actor, call.now)?;
    Some(Conversation { shape, last, peer: FIRST_CHAT_PEER + number, about })
}

fn private(call: &Call<'_>, actor: Actor, other: Actor) -> Conversation {
    let (community, person) = if actor < 0 { (-actor, other) } else { (-other, actor) };
    let number = |id: i64| u64::try_from(id).unwrap_or_default();
    let thread = call.world.dialogues.get(&number(community)).and_then(|all| all.get(&number(person)));
    let thread = thread.cloned().unwrap_or_default();
    let last = shapes::visible(&thread, call.now).next_back().cloned();
    let shape = shapes::private(call.world, &thread, actor, other, call.now);
    Conversation { shape, last, peer: other, about: vec![other] }
}

/// Everyone that the actor has a private conversation with.
fn partners(call: &Call<'_>, actor: Actor) -> Vec<Actor> {
    let signed = |id: &u64| i64::try_from(*id).unwrap_or_default();
    let said = |thread: &Thread| !thread.messages.is_empty();
    match u64::try_from(-actor) {
        Ok(community) => {
            let own = call.world.dialogues.get(&community).into_iter().flatten();
            own.filter(|(_, thread)| said(thread)).map(|(person, _)| signed(person)).collect()
        }
        Err(_) => {
            let me = u64::try_from(actor).unwrap_or_default();
            let all = call.world.dialogues.iter();
            all.filter(|(_, with)| with.get(&me).is_some_and(said)).map(|(id, _)| -signed(id)).collect()
        }
    }
}

/// `messages.getConversations`: the one last spoken in first.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let actor = call.actor()?;
    let (offset, count) =
        (call.params.number("offset", 0, 0..=usize::MAX)?, call.params.number("count", 20, 0..=200)?);
    if call.params.get("filter").is_some_and(|filter| filter != "all") {
        return Err(ApiError::about(100, "filter: the stand-in plays only `all`"));
    }
    let own = call.world.numbering.get(&actor).into_iter().flatten();
    let shown = own
        .filter_map(|id| call.world.chats.get(id))
        .filter(|chat| chat.hidden_until.is_none_or(|until| until <= call.now));
    let mut all: Vec<Conversation> = shown.filter_map(|chat| of_chat(call, chat, actor)).collect();
    all.extend(partners(call, actor).into_iter().map(|other| private(call, actor, other)));
    all.sort_by_key(|one| std::cmp::Reverse((one.last.as_ref().map(|last| last.id), one.peer)));
    let total = all.len();
    let page: Vec<Conversation> = all.into_iter().skip(offset).take(count).collect();
    let about: Vec<Actor> = page.iter().flat_map(|one| one.about.clone()).collect();
    let items: Vec<Value> = page.into_iter().map(|one| with_message(one, actor)).collect();
    extended(call, json!({ "count": total, "items": items, "unread_count": 0 }), about)
}

fn with_message(one: Conversation, actor: Actor) -> Value {
    let mut item = json!({ "conversation": one.shape });
    if let Some(last) = one.last {
        item["last_message"] = shapes::message(&last, actor, one.peer);
    }
    item
}

/// Adds profiles and groups where `extended` asks for them.
pub(super) fn extended(call: &Call<'_>, mut answer: Value, about: Vec<Actor>) -> Answered {
    if call.params.flag("extended")? {
        let (profiles, groups) = shapes::about(call.world, about, &call.params.list("fields"));
        answer["profiles"] = json!(profiles);
        answer["groups"] = json!(groups);
    }
    Ok(answer)
}

/// `messages.getConversationsById`. A chat that the caller is out of is still theirs to look at.
pub(super) fn by_id(call: &mut Call<'_>) -> Answered {
    let actor = call.actor()?;
    call.params.need("peer_ids")?;
    let mut found = Vec::new();
    for peer in call.params.ints("peer_ids", 100)? {
        match (one_by_id(call, actor, peer)?, call.world.settings.strange_conversation) {
            (Some(one), _) => found.push(one),
            (None, Strange::LeftOut) => {}
            (None, Strange::Refused) => return Err(ApiError::of(917)),
        }
    }
    let about = found.iter().flat_map(|one| one.about.clone()).collect();
    let items: Vec<Value> = found.into_iter().map(|one| one.shape).collect();
    extended(call, json!({ "count": items.len(), "items": items }), about)
}

fn one_by_id(call: &Call<'_>, actor: Actor, peer: i64) -> Result<Option<Conversation>, ApiError> {
    if peer > FIRST_CHAT_PEER {
        let number = u64::try_from(peer - FIRST_CHAT_PEER).unwrap_or_default();
        let chat = call.world.numbered(actor, number);
        return Ok(chat.and_then(|chat| of_chat(call, chat, actor)));
    }
    match call.peer(actor, peer) {
        Ok(_) => Ok(Some(private(call, actor, peer))),
        Err(error) => Err(error),
    }
}
