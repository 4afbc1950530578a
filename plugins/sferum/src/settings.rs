//! The task's settings.

use serde::Deserialize;

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

/// `[task.settings]`; each key is described in `connector.toml`, which also has the defaults.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The number of the school's community at VK.
    pub community: String,
    /// Where calls come from.
    pub calls: Calls,
    /// Are calls scheduled by methods that VK does not document?
    pub scheduled_calls: bool,
    /// How many days ahead lessons are looked at.
    pub horizon_days: i64,
    /// How many hours before a lesson its chat is told of it; 0: never.
    pub announce_hours: i64,
    /// How those who cannot be added learn the link of the chat.
    pub invitations: Invitations,
    /// Which messenger; VK is the only one.
    pub messenger: Provider,
}

/// Where the calls of lessons come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Calls {
    /// There are none.
    Off,
    /// The school's technical account starts them.
    Account,
    /// The teacher writes the link into the lesson.
    Supplied,
}

/// How those who cannot be added learn the link of the chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Invitations {
    /// The school hands it out.
    Sheet,
    /// The community writes to them.
    Message,
}

/// Which messenger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// VK.
    Vk,
}

impl Settings {
    /// Milliseconds that are looked ahead.
    pub fn horizon(&self) -> i64 {
        self.horizon_days * 24 * HOUR
    }

    /// Milliseconds before a lesson in which it is announced; `None`: never.
    pub fn announce(&self) -> Option<i64> {
        (self.announce_hours > 0).then_some(self.announce_hours * HOUR)
    }

    /// The kind of the calls of this task; `None`: the task starts none.
    pub fn call_kind(&self) -> Option<&'static str> {
        let kind = if self.scheduled_calls { "scheduled-call" } else { "call" };
        (self.calls == Calls::Account).then_some(kind)
    }
}
