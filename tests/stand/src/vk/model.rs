//! What the stand-in knows: plain data, no behaviour. The same forms are saved, and most are seeded and shown.
//!
//! None of these derive `Debug`: they hold (invented) personal data, and habits form in tests.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::serving::clock::Millis;

/// Who takes part in a conversation: a person's number, or a community's with a minus.
pub(crate) type Actor = i64;

/// A chat as the stand-in numbers it, which no caller sees: each caller has numbers of their own.
pub(crate) type ChatId = u64;

/// From here on a peer is a chat: this plus the caller's number of it.
pub(crate) const FIRST_CHAT_PEER: i64 = 2_000_000_000;

/// The kinds of tokens. `Partner` is ours: a community's token to which `calls.*` is open as well.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    Community,
    User,
    Partner,
    Service,
}

/// What a token's mask lets it do.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Right {
    Photos,
    Messages,
    Wall,
    Manage,
}

impl Right {
    pub(crate) const fn bit(self) -> u64 {
        match self {
            Right::Photos => 4,
            Right::Messages => 4096,
            Right::Wall => 8192,
            Right::Manage => 262_144,
        }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Right::Photos => "photos",
            Right::Messages => "messages",
            Right::Wall => "wall",
            Right::Manage => "manage",
        }
    }
}

fn usual_rights() -> Vec<Right> {
    vec![Right::Messages, Right::Manage]
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Token {
    pub(crate) token: String,
    pub(crate) kind: Kind,
    /// Whose it is, with the kinds `community` and `partner`.
    #[serde(default)]
    pub(crate) community: Option<u64>,
    /// Whose it is, with the kind `user`.
    #[serde(default)]
    pub(crate) user: Option<u64>,
    #[serde(default = "usual_rights")]
    pub(crate) rights: Vec<Right>,
    #[serde(default)]
    pub(crate) revoked: bool,
}

/// Why a person's page is gone.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Deactivated {
    Deleted,
    Banned,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Person {
    pub(crate) id: u64,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    #[serde(default)]
    pub(crate) screen_name: Option<String>,
    /// Their privacy lets others put them into chats.
    #[serde(default = "yes")]
    pub(crate) can_be_invited: bool,
    /// A private profile.
    #[serde(default)]
    pub(crate) closed: bool,
    #[serde(default)]
    pub(crate) deactivated: Option<Deactivated>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Community {
    pub(crate) id: u64,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) screen_name: Option<String>,
    /// Only its members may be in its chats.
    #[serde(default)]
    pub(crate) closed: bool,
    #[serde(default)]
    pub(crate) managers: BTreeSet<u64>,
    #[serde(default)]
    pub(crate) members: BTreeSet<u64>,
    /// People who let it write to them.
    #[serde(default)]
    pub(crate) may_write_to: BTreeSet<u64>,
    /// People who have blocked it.
    #[serde(default)]
    pub(crate) blocked_by: BTreeSet<u64>,
    /// It sends notifications and nothing else.
    #[serde(default)]
    pub(crate) notifications_only: bool,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Member {
    pub(crate) id: Actor,
    pub(crate) invited_by: Actor,
    pub(crate) joined: Millis,
    pub(crate) admin: bool,
}

/// How somebody who was in a chat is out of it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Gone {
    Kicked,
    Left,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Chat {
    pub(crate) id: ChatId,
    pub(crate) owner: Actor,
    pub(crate) title: String,
    /// What each of its people calls it.
    pub(crate) numbers: BTreeMap<Actor, u64>,
    pub(crate) members: Vec<Member>,
    pub(crate) gone: BTreeMap<Actor, Gone>,
    /// The opaque part of the link that is alive.
    pub(crate) link: Option<String>,
    pub(crate) pinned: Option<u64>,
    /// Switched off by the system: no more calls about it succeed.
    pub(crate) disabled: bool,
    /// Only administrators may write.
    pub(crate) quiet: bool,
    pub(crate) thread: Thread,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hidden_until: Option<Millis>,
}

/// Where messages go.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Chat(ChatId),
    /// A private conversation of a community with a person.
    Private {
        community: u64,
        person: u64,
    },
}

/// What was said in one conversation, oldest first.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Thread {
    /// The last number given.
    pub(crate) last_cmid: u64,
    pub(crate) messages: Vec<Message>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    /// The number inside the conversation.
    pub(crate) cmid: u64,
    /// The number over all conversations; communities see 0 in chats.
    pub(crate) id: u64,
    pub(crate) from: Actor,
    /// 0: none.
    pub(crate) random_id: i64,
    pub(crate) text: String,
    pub(crate) date: Millis,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) attachment: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) action: Option<Action>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hidden_until: Option<Millis>,
}

/// Something that happened in a chat and shows among its messages.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Action {
    /// The system's word, e.g. `chat_create`.
    pub(crate) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) member: Option<Actor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum CallState {
    Planned,
    Running,
    Finished,
    Deleted,
}

/// A video call.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VideoCall {
    pub(crate) id: String,
    /// The opaque part of its link.
    pub(crate) join: String,
    pub(crate) by: Actor,
    pub(crate) group: Option<u64>,
    pub(crate) state: CallState,
    pub(crate) started: Millis,
    pub(crate) name: Option<String>,
    /// Seconds since 1970.
    pub(crate) time: Option<i64>,
    /// Seconds.
    pub(crate) duration: Option<i64>,
    pub(crate) recurrence_rule: Option<String>,
}
