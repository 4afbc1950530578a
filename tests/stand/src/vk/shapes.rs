//! How records look in answers, in the forms of version 5.199.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::caller::Caller;
use super::model::{
    Actor, Chat, Community, Deactivated, FIRST_CHAT_PEER, Gone, Message, Person, Thread, VideoCall,
};
use super::world::World;
use crate::serving::clock::Millis;

pub(crate) fn invite_link(opaque: &str) -> String {
    format!("https://vk.me/join/{opaque}")
}

pub(crate) fn join_link(call: &VideoCall) -> String {
    format!("https://vk.com/call/join/{}", call.join)
}

/// The messages that listings show by now, oldest first.
pub(crate) fn visible(thread: &Thread, now: Millis) -> impl DoubleEndedIterator<Item = &Message> {
    thread.messages.iter().filter(move |message| message.hidden_until.is_none_or(|until| until <= now))
}

pub(crate) fn user(person: &Person, fields: &[&str]) -> Value {
    let mut shape = json!({
        "id": person.id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "can_access_closed": !person.closed,
        "is_closed": person.closed,
    });
    if let Some(why) = person.deactivated {
        let word = match why {
            Deactivated::Deleted => "deleted",
            Deactivated::Banned => "banned",
        };
        shape["deactivated"] = json!(word);
    }
    if fields.contains(&"can_invite_to_chats") {
        shape["can_invite_to_chats"] = json!(person.can_be_invited);
    }
    let own = format!("id{}", person.id);
    for field in ["screen_name", "domain"].into_iter().filter(|field| fields.contains(field)) {
        shape[field] = json!(person.screen_name.as_deref().unwrap_or(&own));
    }
    shape
}

pub(crate) fn screen_name(community: &Community) -> String {
    community.screen_name.clone().unwrap_or_else(|| format!("club{}", community.id))
}

pub(crate) fn group(community: &Community, caller: &Caller) -> Value {
    json!({
        "id": community.id,
        "name": community.name,
        "screen_name": screen_name(community),
        "is_closed": u8::from(community.closed),
        "type": "group",
        "is_admin": u8::from(caller.community() == Some(community.id)),
    })
}

/// The same without a caller.
fn bare_group(community: &Community) -> Value {
    json!({
        "id": community.id,
        "name": community.name,
        "screen_name": screen_name(community),
        "is_closed": u8::from(community.closed),
        "type": "group",
    })
}

/// Profiles and groups of these, each once.
pub(crate) fn about(
    world: &World,
    actors: impl IntoIterator<Item = Actor>,
    fields: &[&str],
) -> (Vec<Value>, Vec<Value>) {
    let actors: BTreeSet<Actor> = actors.into_iter().collect();
    let people = actors.iter().filter_map(|id| world.person(*id));
    let communities = actors.iter().filter_map(|id| world.community(-*id));
    (people.map(|person| user(person, fields)).collect(), communities.map(bare_group).collect())
}

/// The members that every conversation has.
fn conversation(peer: Value, thread: &Thread, chat_of_community: bool, now: Millis) -> Value {
    let last = visible(thread, now).next_back();
    let id = last.map_or(0, |message| if chat_of_community { 0 } else { message.id });
    let cmid = last.map_or(0, |message| message.cmid);
    json!({
        "peer": peer,
        "last_message_id": id,
        "last_conversation_message_id": cmid,
        "in_read": id,
        "out_read": id,
        "sort_id": { "major_id": 0, "minor_id": cmid },
        "is_marked_unread": false,
        "important": false,
        "version": cmid,
    })
}

/// A chat as one of its people sees it; none: it has no number for them.
pub(crate) fn chat(chat: &Chat, actor: Actor, now: Millis) -> Option<Value> {
    let number = *chat.numbers.get(&actor)?;
    let peer =
        json!({ "id": FIRST_CHAT_PEER + i64::try_from(number).ok()?, "type": "chat", "local_id": number });
    let mut shape = conversation(peer, &chat.thread, actor < 0, now);
    let can_write = chat.member(actor).is_some() && (!chat.quiet || chat.is_admin(actor));
    shape["can_write"] = json!({ "allowed": can_write });
    shape["chat_settings"] = settings(chat, actor);
    if let Some(pinned) = chat.pinned.and_then(|cmid| chat.thread.messages.iter().find(|m| m.cmid == cmid)) {
        let peer = FIRST_CHAT_PEER + i64::try_from(number).ok()?;
        shape["chat_settings"]["pinned_message"] = self::pinned(pinned, actor, peer);
    }
    Some(shape)
}

fn settings(chat: &Chat, actor: Actor) -> Value {
    let admin = chat.is_admin(actor);
    let state = match chat.gone.get(&actor) {
        Some(Gone::Kicked) => "kicked",
        Some(Gone::Left) => "left",
        None => "in",
    };
    let ids = |admins: bool| {
        let all = chat.members.iter().filter(|member| !admins || member.admin && member.id != chat.owner);
        all.map(|member| member.id).collect::<Vec<_>>()
    };
    json!({
        "owner_id": chat.owner,
        "title": chat.title,
        "state": state,
        "members_count": chat.members.len(),
        "admin_ids": ids(true),
        "active_ids": ids(false).into_iter().filter(|id| *id > 0).take(4).collect::<Vec<_>>(),
        "is_group_channel": false,
        "acl": {
            "can_change_info": admin,
            "can_change_invite_link": admin,
            "can_change_pin": admin,
            "can_invite": admin && actor > 0,
            "can_promote_users": admin,
            "can_see_invite_link": admin,
            "can_moderate": admin,
            "can_copy_chat": admin,
            "can_call": actor > 0,
            "can_use_mass_mentions": admin,
        },
        "permissions": {
            "invite": "all",
            "change_info": "owner_and_admins",
            "change_pin": "owner_and_admins",
            "use_mass_mentions": "owner_and_admins",
            "see_invite_link": "owner_and_admins",
            "call": "all",
            "change_admins": "owner",
        },
    })
}

/// A private conversation as one side sees it.
pub(crate) fn private(world: &World, thread: &Thread, actor: Actor, other: Actor, now: Millis) -> Value {
    let kind = if other < 0 { "group" } else { "user" };
    let mut shape = conversation(
        json!({ "id": other, "type": kind, "local_id": other.unsigned_abs() }),
        thread,
        false,
        now,
    );
    let allowed = u64::try_from(other).ok().zip(world.community(-actor)).is_none_or(|(person, community)| {
        community.may_write_to.contains(&person) && !community.blocked_by.contains(&person)
    });
    shape["can_write"] =
        if allowed { json!({ "allowed": true }) } else { json!({ "allowed": false, "reason": 901 }) };
    shape
}

/// A message as `actor` sees it in the conversation `peer`; only the sender sees its `random_id`.
pub(crate) fn message(message: &Message, actor: Actor, peer: i64) -> Value {
    let own = message.from == actor;
    let mut shape = json!({
        "id": shown_id(message, actor, peer),
        "conversation_message_id": message.cmid,
        "date": message.date / 1000,
        "from_id": message.from,
        "peer_id": peer,
        "text": message.text,
        "out": u8::from(own),
        "version": message.cmid,
        "random_id": if own { message.random_id } else { 0 },
        "important": false,
        "is_hidden": false,
        "attachments": [],
        "fwd_messages": [],
    });
    if let Some(action) = &message.action {
        let mut about = json!({ "type": action.kind });
        if let Some(member) = action.member {
            about["member_id"] = json!(member);
        }
        if let Some(text) = &action.text {
            about["text"] = json!(text);
        }
        shape["action"] = about;
    }
    shape
}

/// In chats a community sees no number but the conversation's own.
pub(crate) fn shown_id(message: &Message, actor: Actor, peer: i64) -> u64 {
    if actor < 0 && peer > FIRST_CHAT_PEER { 0 } else { message.id }
}

pub(crate) fn pinned(message: &Message, actor: Actor, peer: i64) -> Value {
    json!({
        "id": shown_id(message, actor, peer),
        "conversation_message_id": message.cmid,
        "date": message.date / 1000,
        "from_id": message.from,
        "peer_id": peer,
        "text": message.text,
        "attachments": [],
        "fwd_messages": [],
    })
}

/// What `calls.start` answers.
pub(crate) fn call(call: &VideoCall) -> Value {
    let short = call.id.chars().filter(char::is_ascii_digit).take(9).collect::<String>();
    let link = format!("https://vk.com/call/{short}");
    json!({
        "call_id": call.id,
        "join_link": join_link(call),
        "ok_join_link": call.join,
        "short_credentials": {
            "id": short,
            "password": "4321",
            "link_without_password": link,
            "link_with_password": format!("{link}?p=4321"),
        },
    })
}

/// A planned call in its list: a form of ours, the real one was not seen.
pub(crate) fn planned(call: &VideoCall) -> Value {
    json!({
        "call_id": call.id,
        "join_link": join_link(call),
        "ok_join_link": call.join,
        "name": call.name,
        "time": call.time,
        "duration": call.duration,
        "recurrence_rule": call.recurrence_rule.as_deref().unwrap_or("never"),
        "group_id": call.group,
    })
}
