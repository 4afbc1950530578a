//! What people do by themselves, and what the system does to chats and tokens: no call of the API moves them.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use serde::{Deserialize, Serialize};

use super::app::{App, Shared};
use super::error::ApiError;
use super::methods;
use super::model::{Action, Actor, Chat, ChatId, Deactivated, Gone, Place};
use super::world::{Said, World};
use crate::serving::answer::json;
use crate::serving::clock::Millis;
use crate::serving::control::{Refused, body};

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/_stand/act", post(act))
}

/// One deed. `chat` is the number that the state shows as `id`.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
enum Deed {
    /// A person goes through a link.
    Join { person: i64, link: String },
    /// Somebody leaves a chat; a community as well.
    Leave { member: Actor, chat: ChatId },
    /// Somebody is removed from a chat by one of its administrators.
    Remove { member: Actor, chat: ChatId },
    /// An administrator gives a chat another title.
    Rename { chat: ChatId, title: String },
    /// A member writes into a chat.
    Say { member: Actor, chat: ChatId, text: String },
    /// A person writes to the community, and so lets it write back.
    Write { person: u64, community: u64, text: String },
    /// A person lets the community write to them, or not any more.
    Allow { person: u64, community: u64, allowed: bool },
    /// A person blocks the community, or takes it back.
    Block { person: u64, community: u64, blocked: bool },
    /// A person becomes a member of the community, or leaves it.
    Belong { person: u64, community: u64, belongs: bool },
    /// A person's privacy lets others put them into chats, or not.
    Privacy { person: u64, can_be_invited: bool },
    /// A person's page is gone, or is back.
    Deactivate { person: u64, deactivated: Option<Deactivated> },
    /// The system switches a chat off, or on again.
    Disable { chat: ChatId, disabled: bool },
    /// Only administrators may write in a chat, or everyone.
    Quiet { chat: ChatId, quiet: bool },
    /// Somebody becomes an administrator of a chat, or is none any more.
    Promote { member: Actor, chat: ChatId, admin: bool },
    /// The community withdraws a token.
    Revoke { token: String },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    ok: bool,
    /// The chat somebody joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    chat: Option<ChatId>,
}

async fn act(State(app): State<Shared>, bytes: Bytes) -> Result<Response, Refused> {
    let deed: Deed = body(&bytes)?;
    let done = app.write(|world, now| carry_out(world, deed, now));
    let chat = done
        .and_then(|done| done)
        .map_err(|error| Refused::new("refused", format!("{}: {}", error.code, error.text)))?;
    Ok(json(&Done { ok: true, chat }))
}

fn carry_out(world: &mut World, deed: Deed, now: Millis) -> Result<Option<ChatId>, ApiError> {
    match deed {
        Deed::Join { person, link } => return methods::enter(world, person, &link, now).map(Some),
        Deed::Leave { member, chat } => part(world, chat, member, Gone::Left, now)?,
        Deed::Remove { member, chat } => part(world, chat, member, Gone::Kicked, now)?,
        Deed::Rename { chat, title } => rename(world, chat, title, now)?,
        Deed::Say { member, chat, text } => say(world, chat, member, text, now)?,
        Deed::Write { person, community, text } => write(world, person, community, text, now)?,
        Deed::Allow { person, community, allowed } => {
            list(world, community, |own| &mut own.may_write_to, person, allowed)?;
        }
        Deed::Block { person, community, blocked } => {
            list(world, community, |own| &mut own.blocked_by, person, blocked)?;
        }
        Deed::Belong { person, community, belongs } => {
            list(world, community, |own| &mut own.members, person, belongs)?;
        }
        Deed::Privacy { person, can_be_invited } => {
            world.people.get_mut(&person).ok_or_else(nobody)?.can_be_invited = can_be_invited;
        }
        Deed::Deactivate { person, deactivated } => {
            world.people.get_mut(&person).ok_or_else(nobody)?.deactivated = deactivated;
        }
        Deed::Disable { chat, disabled } => of_chat(world, chat)?.disabled = disabled,
        Deed::Quiet { chat, quiet } => of_chat(world, chat)?.quiet = quiet,
        Deed::Promote { member, chat, admin } => promote(world, chat, member, admin)?,
        Deed::Revoke { token } => {
            world.tokens.get_mut(&token).ok_or_else(|| ApiError::of(5))?.revoked = true;
        }
    }
    Ok(None)
}

fn nobody() -> ApiError {
    ApiError::of(113)
}

fn of_chat(world: &mut World, chat: ChatId) -> Result<&mut Chat, ApiError> {
    world.chats.get_mut(&chat).ok_or_else(|| ApiError::of(927))
}

fn part(world: &mut World, chat: ChatId, member: Actor, how: Gone, now: Millis) -> Result<(), ApiError> {
    let owner = of_chat(world, chat)?.owner;
    if !world.part(chat, member, how) {
        return Err(ApiError::of(935));
    }
    let by = if how == Gone::Left { member } else { owner };
    world.note(chat, by, Action::about("chat_kick_user", member), now);
    Ok(())
}

fn rename(world: &mut World, chat: ChatId, title: String, now: Millis) -> Result<(), ApiError> {
    let known = of_chat(world, chat)?;
    let (by, action) = (known.owner, Action::saying("chat_title_update", &title));
    known.title = title;
    world.note(chat, by, action, now);
    Ok(())
}

fn say(world: &mut World, chat: ChatId, from: Actor, text: String, now: Millis) -> Result<(), ApiError> {
    if of_chat(world, chat)?.member(from).is_none() {
        return Err(ApiError::of(935));
    }
    world.say(Place::Chat(chat), Said { from, text, ..Said::default() }, now);
    Ok(())
}

fn write(world: &mut World, person: u64, community: u64, text: String, now: Millis) -> Result<(), ApiError> {
    list(world, community, |own| &mut own.may_write_to, person, true)?;
    let from = i64::try_from(person).map_err(|_| nobody())?;
    let place = Place::Private { community, person };
    world.say(place, Said { from, text, ..Said::default() }, now);
    Ok(())
}

/// Puts a person on one of a community's lists, or takes them off.
fn list(
    world: &mut World,
    community: u64,
    list: impl Fn(&mut super::model::Community) -> &mut std::collections::BTreeSet<u64>,
    person: u64,
    on: bool,
) -> Result<(), ApiError> {
    if !world.people.contains_key(&person) {
        return Err(nobody());
    }
    let own = list(world.communities.get_mut(&community).ok_or_else(|| ApiError::of(125))?);
    if on {
        own.insert(person);
    } else {
        own.remove(&person);
    }
    Ok(())
}

fn promote(world: &mut World, chat: ChatId, member: Actor, admin: bool) -> Result<(), ApiError> {
    let members = &mut of_chat(world, chat)?.members;
    let known = members.iter_mut().find(|known| known.id == member);
    known.ok_or_else(|| ApiError::of(935))?.admin = admin;
    Ok(())
}
