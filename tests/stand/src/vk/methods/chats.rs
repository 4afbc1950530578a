//! Making chats and naming them.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Answered, Call, administers};
use crate::vk::error::ApiError;
use crate::vk::model::{Action, Actor, ChatId};
use crate::vk::params::Version;
use crate::vk::settings::Refusal;

/// `messages.createChat`: no two calls are the same chat, whatever they say.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let actor = call.actor()?;
    let title = title(call)?;
    let wanted = call.params.ints("user_ids", usize::MAX)?;
    let wanted: BTreeSet<i64> = wanted.into_iter().filter(|id| *id != actor).collect();
    if wanted.iter().any(|id| *id <= 0) {
        return Err(ApiError::invalid("user_ids"));
    }
    check_numbers(call, actor, wanted.len())?;
    let let_in = those_let_in(call, actor, &wanted)?;
    let id = call.world.new_chat(actor, &title, call.hidden_until);
    fill(call, id, actor, &let_in);
    let number = call.world.chats[&id].numbers[&actor];
    Ok(match call.version {
        Version::Bare => json!(number),
        Version::Newest => json!({ "chat_id": number, "peer_ids": let_in }),
    })
}

fn fill(call: &mut Call<'_>, id: ChatId, actor: Actor, people: &[i64]) {
    let title = call.world.chats[&id].title.clone();
    call.world.join(id, actor, actor, call.now);
    for manager in managers(call, actor) {
        call.world.join(id, manager, actor, call.now);
    }
    for person in people {
        call.world.join(id, *person, actor, call.now);
    }
    call.world.note(id, actor, Action::saying("chat_create", &title), call.now);
}

/// With the setting for it, managers of the community are in its chats from the start.
fn managers(call: &Call<'_>, actor: Actor) -> Vec<i64> {
    let community = call.world.community(-actor).filter(|_| call.world.settings.managers_join);
    let managers = community.into_iter().flat_map(|community| &community.managers);
    managers.filter_map(|id| i64::try_from(*id).ok()).collect()
}

fn title(call: &Call<'_>) -> Result<String, ApiError> {
    let title = call.params.need("title")?;
    let longest = call.world.settings.longest_title;
    match longest == 0 || title.chars().count() <= longest {
        true => Ok(title.to_owned()),
        false => Err(ApiError::invalid("title")),
    }
}

fn check_numbers(call: &Call<'_>, actor: Actor, people: usize) -> Result<(), ApiError> {
    let settings = &call.world.settings;
    let owned = || call.world.chats.values().filter(|chat| chat.owner == actor).count();
    match people {
        _ if people + 1 > settings.members_per_chat => Err(ApiError::of(103)),
        _ if actor < 0 && settings.chats_per_community != 0 && owned() >= settings.chats_per_community => {
            Err(ApiError::of(103))
        }
        _ => Ok(()),
    }
}

/// Those of the people who can be put into a chat of the actor; by the setting, one who cannot spoils it for all.
fn those_let_in(call: &Call<'_>, actor: Actor, wanted: &BTreeSet<i64>) -> Result<Vec<i64>, ApiError> {
    let mut let_in = Vec::new();
    for person in wanted {
        match (may_be_added(call, actor, *person), call.world.settings.create_chat) {
            (Ok(()), _) => let_in.push(*person),
            (Err(error), Refusal::Whole) => return Err(error),
            (Err(_), Refusal::Partial) => {}
        }
    }
    Ok(let_in)
}

/// Can this person be put into chats of `owner` by somebody else?
pub(super) fn may_be_added(call: &Call<'_>, owner: Actor, person: i64) -> Result<(), ApiError> {
    let known = call.world.person(person).ok_or_else(|| ApiError::of(936))?;
    if known.deactivated.is_some() {
        return Err(ApiError::of(18));
    }
    let closed = call.world.community(-owner).is_some_and(|community| {
        community.closed && !community.members.contains(&known.id) && !community.managers.contains(&known.id)
    });
    match known.can_be_invited {
        _ if closed => Err(ApiError::of(947)),
        true => Ok(()),
        false => Err(ApiError::about(call.world.settings.privacy_code, "can't add this user")),
    }
}

/// `messages.editChat`.
pub(super) fn edit(call: &mut Call<'_>) -> Answered {
    let actor = call.actor()?;
    let chat = call.chat_by_id(actor)?;
    administers(chat, actor, 925)?;
    let (id, title) = (chat.id, title(call)?);
    if let Some(chat) = call.world.chats.get_mut(&id) {
        chat.title.clone_from(&title);
    }
    call.world.note(id, actor, Action::saying("chat_title_update", &title), call.now);
    Ok(json!(1))
}
