//! The vocabulary of effects, and how several of them add up for one request.

use axum::http::StatusCode;
use axum::response::Response;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What any stand-in can do to a request. Times in milliseconds unless the name says otherwise.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(super) enum Common {
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
}

/// What one stand-in can do beside that, in its system's dialect.
pub(crate) trait Special: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What its effects on one request add up to.
    type Sum: Clone + Default + Send + Sync + 'static;
    /// All words for `kind`.
    const NAMES: &'static [&'static str];

    fn name(&self) -> &'static str;

    /// Can this effect be carried out at all? Checked when it is ordered, not when it strikes.
    fn check(&self) -> Result<(), String>;

    /// Adds this effect to what happens to a request; of two for the same stage the later one stands.
    fn add(&self, plan: &mut Plan<Self>);

    /// A refusal with this status in the system's form.
    fn refusal(status: StatusCode) -> Response;

    /// The page its gateway shows when something behind it is down.
    fn gateway_page(status: StatusCode) -> Response;
}

/// One effect as it is ordered.
#[derive(Clone)]
pub(super) enum Effect<S> {
    Common(Common),
    Special(S),
}

impl<S: Special> Serialize for Effect<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        match self {
            Effect::Common(effect) => effect.serialize(serializer),
            Effect::Special(effect) => effect.serialize(serializer),
        }
    }
}

impl<'de, S: Special> Deserialize<'de> for Effect<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = serde_json::Map::deserialize(deserializer)?;
        let kind = members.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned();
        let whole = serde_json::Value::Object(members);
        if Common::NAMES.contains(&kind.as_str()) {
            return Common::deserialize(whole).map(Effect::Common).map_err(Error::custom);
        }
        if S::NAMES.contains(&kind.as_str()) {
            return S::deserialize(whole).map(Effect::Special).map_err(Error::custom);
        }
        let known: Vec<String> =
            Common::NAMES.iter().chain(S::NAMES).map(|name| format!("`{name}`")).collect();
        Err(Error::custom(format!("unknown kind of effect `{kind}`, expected one of {}", known.join(", "))))
    }
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
#[derive(Clone)]
pub(crate) struct Plan<S: Special> {
    names: Vec<&'static str>,
    pub(super) latency_ms: u64,
    /// Said without handling the request.
    pub(super) before: Option<Answer>,
    /// Said after handling it.
    pub(super) after: Option<Answer>,
    pub(crate) special: S::Sum,
}

impl<S: Special> Default for Plan<S> {
    fn default() -> Self {
        Plan { names: Vec::new(), latency_ms: 0, before: None, after: None, special: S::Sum::default() }
    }
}

impl Common {
    const NAMES: [&'static str; 8] = [
        "latency",
        "status",
        "resetBefore",
        "resetAfter",
        "resetMidAnswer",
        "truncatedJson",
        "htmlPage",
        "loseAnswer",
    ];

    fn name(&self) -> &'static str {
        match self {
            Common::Latency { .. } => "latency",
            Common::Status { .. } => "status",
            Common::ResetBefore => "resetBefore",
            Common::ResetAfter => "resetAfter",
            Common::ResetMidAnswer => "resetMidAnswer",
            Common::TruncatedJson => "truncatedJson",
            Common::HtmlPage { .. } => "htmlPage",
            Common::LoseAnswer { .. } => "loseAnswer",
        }
    }
}

/// Is this a status an answer can have?
pub(crate) fn check_status(status: u16) -> Result<(), String> {
    match (200..=999).contains(&status) {
        true => Ok(()),
        false => Err(format!("{status} is not a status of an answer")),
    }
}

impl<S: Special> Effect<S> {
    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Effect::Common(Common::Status { status, .. }) => check_status(*status),
            Effect::Common(_) => Ok(()),
            Effect::Special(effect) => effect.check(),
        }
    }
}

impl<S: Special> Plan<S> {
    /// Names of the effects, for the log.
    pub(crate) fn names(&self) -> Option<String> {
        (!self.names.is_empty()).then(|| self.names.join("+"))
    }

    /// Adds an effect; of two for the same stage the later one stands.
    pub(super) fn add(&mut self, effect: &Effect<S>) {
        match effect {
            Effect::Common(effect) => {
                self.names.push(effect.name());
                self.add_common(effect.clone());
            }
            Effect::Special(effect) => {
                self.names.push(effect.name());
                effect.add(self);
            }
        }
    }

    fn add_common(&mut self, effect: Common) {
        match effect {
            Common::Latency { ms } => self.latency_ms += ms,
            Common::Status { status, retry_after_s, retry_after_date, html, stored } => {
                self.say(Answer::Status { status, retry_after_s, retry_after_date, html }, stored);
            }
            Common::ResetBefore => self.say(Answer::Reset, false),
            Common::ResetAfter => self.say(Answer::Reset, true),
            Common::ResetMidAnswer => self.say(Answer::ResetMidway, true),
            Common::TruncatedJson => self.say(Answer::Truncated, true),
            Common::HtmlPage { stored } => self.say(Answer::Html, stored),
            Common::LoseAnswer { close_after_ms } => self.say(Answer::Lost { close_after_ms }, true),
        }
    }

    pub(crate) fn say(&mut self, answer: Answer, handled_first: bool) {
        *(if handled_first { &mut self.after } else { &mut self.before }) = Some(answer);
    }
}
