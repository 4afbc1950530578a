//! The vocabulary of effects, and how several of them add up for one request.

use serde::{Deserialize, Serialize};

use crate::dnevnik::id::Id;

/// One effect as it is ordered. Times in milliseconds unless the name says otherwise.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Effect {
    Latency {
        ms: u64,
    },
    Status {
        status: u16,
        #[serde(default)]
        retry_after_s: Option<u64>,
        /// Send Retry-After as an HTTP date instead of seconds.
        #[serde(default)]
        retry_after_date: bool,
        /// The body is the gateway's HTML page instead of JSON.
        #[serde(default)]
        html: bool,
        /// Handle the request first, then answer like this all the same.
        #[serde(default)]
        stored: bool,
    },
    ResetBefore,
    ResetAfter,
    ResetMidAnswer,
    PartialBatch {
        /// How many items are stored; none: half of them, rounded down.
        #[serde(default)]
        items: Option<usize>,
        /// Answer with this status; none: reset.
        #[serde(default)]
        status: Option<u16>,
    },
    TruncatedJson,
    HtmlPage {
        #[serde(default)]
        stored: bool,
    },
    LoseAnswer {
        /// Close after so long; none: say nothing until the client leaves.
        #[serde(default)]
        close_after_ms: Option<u64>,
    },
    StoreNothing,
    VisibleAfter {
        ms: i64,
    },
    StoreAfterDisconnect {
        ms: u64,
    },
    Listing {
        change: Listing,
    },
    RevokeToken {
        #[serde(default)]
        refresh_too: bool,
    },
    WithdrawRights {
        /// None: everywhere.
        #[serde(default)]
        school: Option<Id>,
    },
}

/// What goes wrong with a list in an answer.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Listing {
    /// The item in the middle is not listed.
    Missing,
    /// The first item is listed twice.
    Repeated,
    /// Both at once, as when pages shift under a reader: the one in the middle is lost, the one before it comes twice.
    Shift,
}

impl Listing {
    pub(crate) fn apply<T: Clone>(self, items: &mut Vec<T>) {
        let middle = items.len() / 2;
        match self {
            _ if items.is_empty() => {}
            Listing::Missing => drop(items.remove(middle)),
            Listing::Repeated => items.push(items[0].clone()),
            Listing::Shift => items[middle] = items[middle.saturating_sub(1)].clone(),
        }
    }
}

/// How a write is stored.
#[derive(Clone, Copy, Default)]
pub(crate) enum Storing {
    #[default]
    All,
    /// Only so many items, or half of them.
    Part(Option<usize>),
    Nothing,
    VisibleAfter(i64),
    AfterDisconnect(u64),
}

/// What is said instead of the answer.
#[derive(Clone)]
pub(crate) enum Answer {
    Status { status: u16, retry_after_s: Option<u64>, retry_after_date: bool, html: bool },
    Html,
    Reset,
    ResetMidway,
    Truncated,
    Lost { close_after_ms: Option<u64> },
}

/// All effects on one request.
#[derive(Clone, Default)]
pub(crate) struct Plan {
    pub(crate) names: Vec<&'static str>,
    pub(crate) latency_ms: u64,
    /// Said without handling the request.
    pub(crate) before: Option<Answer>,
    /// Said after handling it.
    pub(crate) after: Option<Answer>,
    pub(crate) storing: Storing,
    pub(crate) listing: Option<Listing>,
    pub(crate) revoke: Option<bool>,
    pub(crate) withdraw: Option<Option<Id>>,
}

impl Effect {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Effect::Latency { .. } => "latency",
            Effect::Status { .. } => "status",
            Effect::ResetBefore => "resetBefore",
            Effect::ResetAfter => "resetAfter",
            Effect::ResetMidAnswer => "resetMidAnswer",
            Effect::PartialBatch { .. } => "partialBatch",
            Effect::TruncatedJson => "truncatedJson",
            Effect::HtmlPage { .. } => "htmlPage",
            Effect::LoseAnswer { .. } => "loseAnswer",
            Effect::StoreNothing => "storeNothing",
            Effect::VisibleAfter { .. } => "visibleAfter",
            Effect::StoreAfterDisconnect { .. } => "storeAfterDisconnect",
            Effect::Listing { .. } => "listing",
            Effect::RevokeToken { .. } => "revokeToken",
            Effect::WithdrawRights { .. } => "withdrawRights",
        }
    }

    /// Can this effect be carried out at all? Checked when it is ordered, not when it strikes.
    pub(crate) fn check(&self) -> Result<(), String> {
        let status = match self {
            Effect::Status { status, .. } => Some(*status),
            Effect::PartialBatch { status, .. } => *status,
            _ => None,
        };
        match status {
            Some(status) if !(200..=999).contains(&status) => {
                Err(format!("{status} is not a status of an answer"))
            }
            _ => Ok(()),
        }
    }
}

impl Plan {
    /// Adds an effect; of two for the same stage the later one stands.
    pub(crate) fn add(&mut self, effect: &Effect) {
        self.names.push(effect.name());
        match effect.clone() {
            Effect::Latency { ms } => self.latency_ms += ms,
            Effect::Status { status, retry_after_s, retry_after_date, html, stored } => {
                self.say(Answer::Status { status, retry_after_s, retry_after_date, html }, stored);
            }
            Effect::ResetBefore => self.say(Answer::Reset, false),
            Effect::ResetAfter => self.say(Answer::Reset, true),
            Effect::ResetMidAnswer => self.say(Answer::ResetMidway, true),
            Effect::PartialBatch { items, status } => self.store_part(items, status),
            Effect::TruncatedJson => self.say(Answer::Truncated, true),
            Effect::HtmlPage { stored } => self.say(Answer::Html, stored),
            Effect::LoseAnswer { close_after_ms } => self.say(Answer::Lost { close_after_ms }, true),
            Effect::StoreNothing => self.storing = Storing::Nothing,
            Effect::VisibleAfter { ms } => self.storing = Storing::VisibleAfter(ms),
            Effect::StoreAfterDisconnect { ms } => self.storing = Storing::AfterDisconnect(ms),
            Effect::Listing { change } => self.listing = Some(change),
            Effect::RevokeToken { refresh_too } => self.revoke = Some(refresh_too),
            Effect::WithdrawRights { school } => self.withdraw = Some(school),
        }
    }

    fn say(&mut self, answer: Answer, handled_first: bool) {
        *(if handled_first { &mut self.after } else { &mut self.before }) = Some(answer);
    }

    fn store_part(&mut self, items: Option<usize>, status: Option<u16>) {
        self.storing = Storing::Part(items);
        self.after = Some(status.map_or(Answer::Reset, |status| Answer::Status {
            status,
            retry_after_s: None,
            retry_after_date: false,
            html: false,
        }));
    }
}
