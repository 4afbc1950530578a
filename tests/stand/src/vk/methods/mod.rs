//! The methods: which tokens each is open to, which right it needs, and what a handler is given.
//!
//! A handler refuses before it changes anything, so a refusal leaves nothing behind.

mod calls;
mod chats;
mod conversations;
mod groups;
mod history;
mod join;
mod members;
mod pins;
mod schedule;
mod send;
mod users;

use serde_json::Value;

use super::caller::Caller;
use super::error::ApiError;
use super::model::{Actor, Chat, Community, FIRST_CHAT_PEER, Gone, Kind, Place, Right};
use super::params::{Params, Version};
use super::world::World;
use crate::serving::clock::Millis;

pub(crate) use join::enter;

pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) open_to: &'static [Kind],
    pub(crate) right: Option<Right>,
    pub(crate) writes: bool,
    /// Only the web client calls it; there with the setting `scheduledCalls`.
    pub(crate) unstable: bool,
    pub(crate) run: fn(&mut Call<'_>) -> Answered,
}

pub(crate) type Answered = Result<Value, ApiError>;

/// What a handler works with.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) caller: &'a Caller,
    pub(crate) params: &'a Params,
    pub(crate) version: Version,
    pub(crate) now: Millis,
    /// What is written shows in listings only from then on.
    pub(crate) hidden_until: Option<Millis>,
}

const ALL: &[Kind] = &[Kind::Community, Kind::Partner, Kind::User, Kind::Service];
const BOTH: &[Kind] = &[Kind::Community, Kind::Partner, Kind::User];
const USER: &[Kind] = &[Kind::User];
const COMMUNITY: &[Kind] = &[Kind::Community, Kind::Partner];
/// The official schema has `user` alone; the token of a partner is ours.
const CALLS: &[Kind] = &[Kind::User, Kind::Partner];

type Run = fn(&mut Call<'_>) -> Answered;

const fn read(name: &'static str, open_to: &'static [Kind], right: Option<Right>, run: Run) -> Method {
    Method { name, open_to, right, writes: false, unstable: false, run }
}

const fn write(name: &'static str, open_to: &'static [Kind], run: Run) -> Method {
    Method { name, open_to, right: Some(Right::Messages), writes: true, unstable: false, run }
}

const fn call(name: &'static str, run: Run) -> Method {
    Method { name, open_to: CALLS, right: None, writes: true, unstable: false, run }
}

const fn unstable(name: &'static str, writes: bool, run: Run) -> Method {
    Method { name, open_to: CALLS, right: None, writes, unstable: true, run }
}

const MESSAGES: Option<Right> = Some(Right::Messages);

const METHODS: [Method; 27] = [
    write("messages.createChat", BOTH, chats::create),
    write("messages.editChat", BOTH, chats::edit),
    // Without `reset` it still may make the first link.
    write("messages.getInviteLink", BOTH, join::invite_link),
    write("messages.addChatUser", USER, members::add),
    write("messages.addChatUsers", USER, members::add_many),
    write("messages.removeChatUser", BOTH, members::remove),
    write("messages.joinChatByInviteLink", USER, join::by_link),
    read("messages.getChatPreview", USER, MESSAGES, join::preview),
    read("messages.getConversationMembers", BOTH, MESSAGES, members::list),
    read("messages.getConversations", BOTH, MESSAGES, conversations::list),
    read("messages.getConversationsById", BOTH, MESSAGES, conversations::by_id),
    read("messages.getHistory", BOTH, MESSAGES, history::list),
    read("messages.getByConversationMessageId", BOTH, MESSAGES, history::by_cmid),
    read("messages.isMessagesFromGroupAllowed", BOTH, MESSAGES, groups::may_write),
    write("messages.send", BOTH, send::send),
    write("messages.pin", BOTH, pins::pin),
    write("messages.unpin", BOTH, pins::unpin),
    call("calls.start", calls::start),
    call("calls.forceFinish", calls::finish),
    unstable("messages.editCall", true, schedule::edit),
    unstable("messages.getScheduledCalls", false, schedule::list),
    unstable("messages.deleteScheduledCall", true, schedule::delete),
    read("groups.getById", ALL, None, groups::by_id),
    read("groups.getMembers", ALL, None, groups::members),
    read("groups.isMember", ALL, None, groups::is_member),
    read("groups.getTokenPermissions", COMMUNITY, None, groups::token_permissions),
    read("users.get", ALL, None, users::get),
];

/// Names are compared as they are written.
pub(crate) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

/// Is this the name of a method that changes something?
pub(crate) fn is_write(name: &str) -> bool {
    find(name).is_some_and(|method| method.writes)
}

impl Call<'_> {
    /// Who acts: the token's owner, or the community that a manager of it names in `group_id`.
    pub(crate) fn actor(&self) -> Result<Actor, ApiError> {
        let own = self.caller.actor;
        let Some(group) = self.params.int("group_id")?.filter(|group| *group != 0 && -*group != own) else {
            return Ok(own);
        };
        let manages =
            |community: &Community| u64::try_from(own).is_ok_and(|me| community.managers.contains(&me));
        match self.world.community(group).is_some_and(manages) {
            true => Ok(-group),
            false => Err(ApiError::of(15)),
        }
    }

    /// The chat that the actor knows by this number, if they are in it.
    pub(crate) fn chat(&self, actor: Actor, number: i64) -> Result<&Chat, ApiError> {
        let chat = u64::try_from(number).ok().and_then(|number| self.world.numbered(actor, number));
        let chat = chat.ok_or_else(|| ApiError::of(927))?;
        match chat.gone.get(&actor) {
            _ if chat.disabled => Err(ApiError::of(945)),
            Some(Gone::Left) => Err(ApiError::of(922)),
            Some(Gone::Kicked) => Err(ApiError::of(917)),
            None => Ok(chat),
        }
    }

    /// The chat named by `chat_id`.
    pub(crate) fn chat_by_id(&self, actor: Actor) -> Result<&Chat, ApiError> {
        let number = self.params.need_int("chat_id")?;
        if !(0..=100_000_000).contains(&number) {
            return Err(ApiError::invalid("chat_id"));
        }
        self.chat(actor, number)
    }

    /// The chat named by `peer_id`.
    pub(crate) fn chat_by_peer(&self, actor: Actor) -> Result<&Chat, ApiError> {
        match self.params.need_int("peer_id")? - FIRST_CHAT_PEER {
            number if number > 0 => self.chat(actor, number),
            _ => Err(ApiError::of(946)),
        }
    }

    /// The conversation of this number.
    pub(crate) fn peer(&self, actor: Actor, id: i64) -> Result<Place, ApiError> {
        if id > FIRST_CHAT_PEER {
            return self.chat(actor, id - FIRST_CHAT_PEER).map(|chat| Place::Chat(chat.id));
        }
        let (community, person) = if actor < 0 { (-actor, id) } else { (-id, actor) };
        match (self.world.community(community), self.world.person(person)) {
            (Some(community), Some(person)) => {
                Ok(Place::Private { community: community.id, person: person.id })
            }
            _ => Err(ApiError::of(936)),
        }
    }
}

/// Refuses whoever is not an administrator of the chat.
pub(crate) fn administers(chat: &Chat, actor: Actor, code: u32) -> Result<(), ApiError> {
    match chat.is_admin(actor) {
        true => Ok(()),
        false => Err(ApiError::of(code)),
    }
}
