//! Links into chats: reading them, making them anew, and going through them.

use serde_json::json;

use super::{Answered, Call, administers};
use crate::serving::clock::Millis;
use crate::vk::error::ApiError;
use crate::vk::model::{Action, Actor, ChatId, Gone};
use crate::vk::shapes;
use crate::vk::world::{World, opaque};

/// `messages.getInviteLink`; with `reset` the link until now dies.
pub(super) fn invite_link(call: &mut Call<'_>) -> Answered {
    let actor = call.actor()?;
    let reset = call.params.flag("reset")?;
    let chat = call.chat_by_peer(actor)?;
    administers(chat, actor, if reset { 931 } else { 919 })?;
    let id = chat.id;
    let link = match chat.link.clone().filter(|_| !reset) {
        Some(link) => link,
        None => opaque()?,
    };
    if let Some(chat) = call.world.chats.get_mut(&id) {
        chat.link = Some(link.clone());
    }
    Ok(json!({ "link": shapes::invite_link(&link) }))
}

/// `messages.joinChatByInviteLink`.
pub(super) fn by_link(call: &mut Call<'_>) -> Answered {
    let (person, link) = (call.caller.actor, call.params.need("link")?.to_owned());
    let id = enter(call.world, person, &link, call.now)?;
    Ok(json!({ "chat_id": call.world.chats[&id].numbers[&person] }))
}

/// A person goes through a link.
pub(crate) fn enter(world: &mut World, person: Actor, link: &str, now: Millis) -> Result<ChatId, ApiError> {
    let chat = world.linked(link).ok_or_else(|| ApiError::of(954))?;
    let id = chat.id;
    if world.person(person).is_none_or(|known| known.deactivated.is_some()) {
        return Err(ApiError::of(18));
    }
    let removed = chat.gone.get(&person) == Some(&Gone::Kicked);
    match chat.member(person) {
        Some(_) => return Ok(id),
        None if chat.disabled => return Err(ApiError::of(1017)),
        None if removed && !world.settings.removed_may_return => return Err(ApiError::of(917)),
        None if !world.is_let_in(chat, person) => return Err(ApiError::of(947)),
        None if chat.members.len() >= world.settings.members_per_chat => return Err(ApiError::of(103)),
        None => {}
    }
    world.join(id, person, person, now);
    world.note(id, person, Action::about("chat_invite_user_by_link", person), now);
    Ok(id)
}

/// `messages.getChatPreview`.
pub(super) fn preview(call: &mut Call<'_>) -> Answered {
    let chat = call.world.linked(call.params.need("link")?).ok_or_else(|| ApiError::of(954))?;
    if chat.disabled {
        return Err(ApiError::of(1017));
    }
    let members: Vec<Actor> = chat.members.iter().map(|member| member.id).collect();
    let number = chat.numbers.get(&call.caller.actor);
    let preview = json!({
        "admin_id": chat.owner.max(0),
        "title": chat.title,
        "members": members,
        "members_count": members.len(),
        "local_id": number.copied().unwrap_or_default(),
        "is_member": chat.member(call.caller.actor).is_some(),
    });
    let (profiles, groups) = shapes::about(call.world, members, &[]);
    Ok(json!({ "preview": preview, "profiles": profiles, "groups": groups }))
}
