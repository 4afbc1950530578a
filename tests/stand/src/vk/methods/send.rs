//! `messages.send`: to one recipient or to many, each message once within the window of its `random_id`.

use serde_json::{Value, json};

use super::{Answered, Call};
use crate::vk::error::ApiError;
use crate::vk::model::{Actor, ChatId, FIRST_CHAT_PEER, Message, Place, Thread};
use crate::vk::settings::Repeated;
use crate::vk::shapes;
use crate::vk::world::Said;

/// Characters of a message.
const LONGEST: usize = 9000;

/// Whom it goes to, as the parameters say.
enum Recipients {
    One(i64),
    Many(Vec<i64>),
}

pub(super) fn send(call: &mut Call<'_>) -> Answered {
    let actor = call.actor()?;
    let said = said(call, actor)?;
    match recipients(call)? {
        Recipients::One(peer) => {
            let message = deliver(call, peer, &said)?;
            Ok(json!(shapes::shown_id(&message, actor, peer)))
        }
        Recipients::Many(peers) => {
            let sent = peers.into_iter().map(|peer| match deliver(call, peer, &said) {
                Ok(message) => {
                    json!({ "peer_id": peer, "message_id": shapes::shown_id(&message, actor, peer),
                    "conversation_message_id": message.cmid })
                }
                Err(error) => refused(peer, &error),
            });
            Ok(sent.collect())
        }
    }
}

fn refused(peer: i64, error: &ApiError) -> Value {
    let told = json!({ "code": error.code, "description": error.text });
    json!({ "peer_id": peer, "message_id": 0, "conversation_message_id": 0, "error": told })
}

fn said(call: &Call<'_>, from: Actor) -> Result<Said, ApiError> {
    let random_id = call.params.need_int("random_id")?;
    if i32::try_from(random_id).is_err() {
        return Err(ApiError::invalid("random_id"));
    }
    let text = call.params.get("message").unwrap_or_default().to_owned();
    let attachment = call.params.get("attachment").unwrap_or_default().to_owned();
    if text.chars().count() > LONGEST {
        return Err(ApiError::of(914));
    }
    if text.trim().is_empty() && attachment.is_empty() {
        return Err(ApiError::about(100, "message is empty or invalid"));
    }
    let keyboard = call.params.get("keyboard").map(serde_json::from_str::<serde_json::Map<String, Value>>);
    if keyboard.is_some_and(|keyboard| keyboard.is_err()) {
        return Err(ApiError::of(911));
    }
    Ok(Said { from, random_id, text, attachment, action: None, hidden_until: call.hidden_until })
}

fn recipients(call: &Call<'_>) -> Result<Recipients, ApiError> {
    let params = call.params;
    if params.get("peer_ids").is_some() {
        return params.ints("peer_ids", 100).map(Recipients::Many);
    }
    if let Some(peer) = params.int("peer_id")?.or(params.int("user_id")?) {
        return Ok(Recipients::One(peer));
    }
    if let Some(number) = params.int("chat_id")? {
        return Ok(Recipients::One(FIRST_CHAT_PEER + number));
    }
    let domain = params.get("domain").ok_or_else(|| ApiError::undefined("peer_id"))?;
    let named = call.world.person_named(domain);
    let id = named.and_then(|person| i64::try_from(person.id).ok());
    id.map(Recipients::One).ok_or_else(|| ApiError::of(936))
}

fn deliver(call: &mut Call<'_>, peer: i64, said: &Said) -> Result<Message, ApiError> {
    let place = call.peer(said.from, peer)?;
    match place {
        Place::Chat(id) => may_speak(call, said.from, id)?,
        Place::Private { community, person } => may_write(call, said.from, community, person)?,
    }
    let before = call.world.thread(place).and_then(|thread| said_before(call, thread, said));
    if let Some(first) = before {
        return Ok(match call.world.settings.repeated_random_id {
            Repeated::First => first,
            Repeated::Zero => Message { id: 0, cmid: 0, ..first },
        });
    }
    if let Place::Private { community, person } = place {
        open(call, said.from, community, person);
    }
    call.world.say(place, said.clone(), call.now).ok_or_else(|| ApiError::of(927))
}

/// In a quiet chat only administrators speak.
fn may_speak(call: &Call<'_>, from: Actor, id: ChatId) -> Result<(), ApiError> {
    match call.world.chats.get(&id) {
        Some(chat) if chat.quiet && !chat.is_admin(from) => Err(ApiError::of(1012)),
        _ => Ok(()),
    }
}

/// Whoever writes to a community lets it write back.
fn open(call: &mut Call<'_>, from: Actor, community: u64, person: u64) {
    if let Some(community) = call.world.communities.get_mut(&community).filter(|_| from > 0) {
        community.may_write_to.insert(person);
    }
}

/// Does this person let the community write to them?
fn may_write(call: &Call<'_>, from: Actor, community: u64, person: u64) -> Result<(), ApiError> {
    let Some(community) = call.world.communities.get(&community) else { return Err(ApiError::of(936)) };
    let gone = call.world.people.get(&person).is_none_or(|person| person.deactivated.is_some());
    match from {
        1.. if community.notifications_only => Err(ApiError::of(985)),
        1.. => Ok(()),
        _ if gone => Err(ApiError::of(18)),
        _ if community.blocked_by.contains(&person) => Err(ApiError::of(900)),
        _ if !community.may_write_to.contains(&person) => Err(ApiError::of(901)),
        _ => Ok(()),
    }
}

/// The message of this sender and `random_id` that still counts.
fn said_before(call: &Call<'_>, thread: &Thread, said: &Said) -> Option<Message> {
    let settings = &call.world.settings;
    let since = call.now - settings.random_id_window_s * 1000;
    let recent = thread.messages.iter().rev().take(settings.random_id_messages);
    let same = |message: &&Message| {
        message.from == said.from && message.random_id == said.random_id && message.date > since
    };
    recent.filter(|_| said.random_id != 0).find(same).cloned()
}
