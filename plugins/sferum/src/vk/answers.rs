//! The shapes of VK's answers (5.199), as far as they are read.

use serde::Deserialize;

use crate::messenger::{Call, Chat, Said, Schedule, Scheduled};

/// From here on a peer is a chat: this plus the community's number of it.
pub(super) const FIRST_CHAT: i64 = 2_000_000_000;

#[derive(Deserialize)]
pub(super) struct Listed<T> {
    pub(super) count: u64,
    pub(super) items: Vec<T>,
}

#[derive(Deserialize)]
pub(super) struct Entry {
    pub(super) conversation: Conversation,
}

#[derive(Deserialize)]
pub(super) struct Conversation {
    pub(super) peer: Peer,
    chat_settings: Option<Settings>,
}

#[derive(Deserialize)]
pub(super) struct Peer {
    pub(super) id: i64,
}

#[derive(Deserialize)]
struct Settings {
    owner_id: i64,
    title: String,
    state: String,
}

impl Conversation {
    /// As a chat; `None`: it is private.
    pub(super) fn chat(self, community: i64) -> Option<Chat> {
        let settings = self.chat_settings?;
        Some(Chat {
            peer: self.peer.id,
            title: settings.title,
            own: settings.owner_id == -community,
            inside: settings.state == "in",
        })
    }
}

#[derive(Deserialize)]
pub(super) struct Member {
    pub(super) member_id: i64,
}

#[derive(Deserialize)]
pub(super) struct InviteLink {
    pub(super) link: String,
}

#[derive(Deserialize)]
pub(super) struct Message {
    conversation_message_id: i64,
    /// Seconds.
    pub(super) date: i64,
    from_id: i64,
    #[serde(default)]
    random_id: i64,
}

impl Message {
    /// As the community's own; `None`: it is somebody else's.
    pub(super) fn own(&self, community: i64) -> Option<Said> {
        let own = self.from_id == -community;
        own.then_some(Said { number: self.random_id, id: self.conversation_message_id })
    }
}

#[derive(Deserialize)]
pub(super) struct Allowed {
    pub(super) is_allowed: u8,
}

/// What `messages.createChat` answers: an object now, a bare number before.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Created {
    Object { chat_id: i64 },
    Number(i64),
}

impl Created {
    pub(super) fn peer(&self) -> i64 {
        FIRST_CHAT
            + match self {
                Self::Object { chat_id } => chat_id,
                Self::Number(chat_id) => chat_id,
            }
    }
}

/// What `messages.send` answers for several recipients: the only form that names the message in a community's chat.
#[derive(Deserialize)]
pub(super) struct Sent {
    pub(super) conversation_message_id: Option<i64>,
    pub(super) error: Option<SendError>,
}

#[derive(Deserialize)]
pub(super) struct SendError {
    pub(super) code: i64,
}

/// What `groups.getById` answers: an object now, a bare list before.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Groups {
    Object { groups: Vec<Group> },
    List(Vec<Group>),
}

#[derive(Deserialize)]
pub(super) struct Group {
    pub(super) id: i64,
}

impl Groups {
    pub(super) fn into_list(self) -> Vec<Group> {
        match self {
            Self::Object { groups } | Self::List(groups) => groups,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Permissions {
    pub(super) permissions: Vec<Permission>,
}

#[derive(Deserialize)]
pub(super) struct Permission {
    pub(super) name: String,
}

/// Nothing but that there is a person.
#[derive(Deserialize)]
pub(super) struct User {}

#[derive(Deserialize)]
pub(super) struct Started {
    call_id: String,
    join_link: String,
}

impl Started {
    pub(super) fn call(self) -> Call {
        Call { id: self.call_id, link: self.join_link }
    }
}

#[derive(Deserialize)]
pub(super) struct Planned {
    pub(super) items: Vec<PlannedCall>,
    pub(super) next_from: Option<String>,
}

/// A scheduled call in its list: undocumented, and seen in no answer; the names are those of the request.
#[derive(Deserialize)]
pub(super) struct PlannedCall {
    #[serde(flatten)]
    started: Started,
    #[serde(default)]
    name: String,
    #[serde(default)]
    time: i64,
    #[serde(default)]
    duration: i64,
}

impl PlannedCall {
    pub(super) fn scheduled(self) -> Scheduled {
        let (starts, ends) = (self.time, self.time + self.duration);
        Scheduled { call: self.started.call(), schedule: Schedule { title: self.name, starts, ends } }
    }
}
