//! Who is in a chat: reading, adding, removing.

use serde_json::{Value, json};

use super::chats::may_be_added;
use super::{Answered, Call, administers};
use crate::vk::error::ApiError;
use crate::vk::model::{Action, Actor, Chat, ChatId, Gone, Member};
use crate::vk::shapes;

/// `messages.getConversationMembers`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let actor = call.actor()?;
    let chat = call.chat_by_peer(actor)?;
    let (offset, count) =
        (call.params.number("offset", 0, 0..=usize::MAX)?, call.params.number("count", 20, 1..=1000)?);
    let only = call.params.ints("member_ids", usize::MAX)?;
    let wanted = |member: &&Member| only.is_empty() || only.contains(&member.id);
    let page: Vec<&Member> = chat.members.iter().filter(wanted).skip(offset).take(count).collect();
    let fields = call.params.list("fields");
    let (profiles, groups) = shapes::about(call.world, page.iter().map(|member| member.id), &fields);
    Ok(json!({
        "count": chat.members.iter().filter(wanted).count(),
        "items": page.into_iter().map(|member| shape(chat, member, actor)).collect::<Vec<_>>(),
        "chat_restrictions": { "admins_promote_users": true, "only_admins_edit_info": true,
            "only_admins_edit_pin": true, "only_admins_invite": false, "only_admins_kick": true },
        "profiles": profiles,
        "groups": groups,
    }))
}

fn shape(chat: &Chat, member: &Member, actor: Actor) -> Value {
    let is_owner = member.id == chat.owner;
    let mut shape = json!({
        "member_id": member.id,
        "invited_by": member.invited_by,
        "join_date": member.joined / 1000,
        "can_kick": chat.is_admin(actor) && !is_owner && member.id != actor,
    });
    for (name, holds) in [("is_owner", is_owner), ("is_admin", member.admin)] {
        if holds {
            shape[name] = json!(true);
        }
    }
    shape
}

/// Puts a person into the chat, or says why not.
fn put(call: &mut Call<'_>, id: ChatId, person: i64) -> Result<(), ApiError> {
    let (actor, now) = (call.caller.actor, call.now);
    let owner = call.world.chats[&id].owner;
    may_be_added(call, owner, person)?;
    if call.world.chats[&id].member(person).is_some() {
        return Err(ApiError::about(15, "user already in"));
    }
    if call.world.chats[&id].members.len() >= call.world.settings.members_per_chat {
        return Err(ApiError::of(103));
    }
    call.world.join(id, person, actor, now);
    call.world.note(id, actor, Action::about("chat_invite_user", person), now);
    Ok(())
}

/// `messages.addChatUser`: a person's token only.
pub(super) fn add(call: &mut Call<'_>) -> Answered {
    let id = call.chat_by_id(call.caller.actor)?.id;
    let person = call.params.need_int("user_id")?;
    put(call, id, person)?;
    Ok(json!(1))
}

/// `messages.addChatUsers`: answers whom it could not add instead of refusing.
pub(super) fn add_many(call: &mut Call<'_>) -> Answered {
    let id = call.chat_by_id(call.caller.actor)?.id;
    let (mut added, mut failed) = (Vec::new(), Vec::new());
    for person in call.params.ints("user_ids", 1000)? {
        match put(call, id, person) {
            Ok(()) => added.push(person),
            Err(_) => failed.push(person),
        }
    }
    Ok(json!({ "failed_peer_ids": failed, "failed_phone_numbers": [], "invitees": added }))
}

/// `messages.removeChatUser`; oneself is leaving.
pub(super) fn remove(call: &mut Call<'_>) -> Answered {
    let actor = call.actor()?;
    let chat = call.chat_by_id(actor)?;
    let (user, member) = (call.params.int("user_id")?, call.params.int("member_id")?);
    let whom = member.or(user).ok_or_else(|| ApiError::undefined("member_id"))?;
    let how = if whom == actor { Gone::Left } else { Gone::Kicked };
    if how == Gone::Kicked {
        administers(chat, actor, 925)?;
    }
    if chat.member(whom).is_none() {
        let known = whom < 0 || call.world.person(whom).is_some();
        return Err(ApiError::of(if known { 935 } else { 936 }));
    }
    if whom == chat.owner && how == Gone::Kicked {
        return Err(ApiError::of(15));
    }
    let id = chat.id;
    call.world.part(id, whom, how);
    call.world.note(id, actor, Action::about("chat_kick_user", whom), call.now);
    Ok(json!(1))
}
