//! Behaviour that no public source settles. Each default is an assumption of ours; README.md has the table.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What becomes of a chat some of whose people cannot be put into it: sources show both.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Refusal {
    /// The chat is made without them.
    Partial,
    /// No chat is made.
    Whole,
}

/// What a `random_id` that comes again is answered with.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Repeated {
    First,
    Zero,
}

/// What becomes of a call without `v`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum NoVersion {
    /// Error 8.
    Refused,
    /// As if it were 5.199.
    Newest,
}

/// What `getConversationsById` says of a chat that the caller does not have.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Strange {
    LeftOut,
    /// Error 917.
    Refused,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Calls a second with a community's token; 0: no limit.
    pub(crate) community_per_second: usize,
    /// Calls a second with a person's token; 0: no limit.
    pub(crate) user_per_second: usize,
    /// How long that second is: a little less leaves room for what the network shifts.
    pub(crate) second_ms: i64,
    /// Method → calls a token may make in the window; the rest get 29.
    pub(crate) quotas: BTreeMap<String, usize>,
    pub(crate) quota_window_s: i64,
    /// Equal writing calls a token may make in the window, the rest get 9; 0: no limit.
    pub(crate) alike: usize,
    pub(crate) alike_window_s: i64,
    pub(crate) create_chat: Refusal,
    /// Code for somebody whose privacy forbids chats.
    pub(crate) privacy_code: u32,
    /// Code for a right that the token lacks: 7 or 15.
    pub(crate) missing_right_code: u32,
    pub(crate) random_id_window_s: i64,
    pub(crate) random_id_messages: usize,
    pub(crate) repeated_random_id: Repeated,
    pub(crate) without_version: NoVersion,
    pub(crate) strange_conversation: Strange,
    /// Characters of a title; 0: any number.
    pub(crate) longest_title: usize,
    pub(crate) members_per_chat: usize,
    /// Chats a community may have made; 0: any number.
    pub(crate) chats_per_community: usize,
    /// Somebody who was removed may come back by the link.
    pub(crate) removed_may_return: bool,
    /// The managers of a community are administrators of its chats, and in them from the start.
    pub(crate) managers_join: bool,
    /// The undocumented parameters of `calls.start`, and the methods of the web client around scheduled calls.
    pub(crate) scheduled_calls: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            community_per_second: 20,
            user_per_second: 3,
            second_ms: 950,
            quotas: BTreeMap::new(),
            quota_window_s: 3600,
            alike: 0,
            alike_window_s: 60,
            create_chat: Refusal::Partial,
            privacy_code: 15,
            missing_right_code: 7,
            random_id_window_s: 3600,
            random_id_messages: 100,
            repeated_random_id: Repeated::First,
            without_version: NoVersion::Refused,
            strange_conversation: Strange::LeftOut,
            longest_title: 0,
            members_per_chat: 3000,
            chats_per_community: 0,
            removed_may_return: true,
            managers_join: false,
            scheduled_calls: false,
        }
    }
}
