//! Notifications as plain data: what people are told by themselves, whom, and by which way.
//!
//! A notification is about one task of one school, or about something the task stands on. It holds no names of people:
//! the school, the task, the number of the run, how many of what, and what to do.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::ids::{Millis, RunId, SchoolId, TaskId};
use super::manifest::Text;
use super::plan::{RunCounts, RunStatus};

/// What a notification says, and what a recipient may ask for: a task's state in the words of D7, or a fault of what it
/// stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// All is well again.
    Recovered,
    /// «С замечаниями».
    WithRemarks,
    /// «Не подтверждено».
    NotConfirmed,
    /// «Ждёт решения».
    Waiting,
    /// «Отправка не удалась».
    Failed,
    /// A run that was due could not even begin.
    NotRun,
    /// The school is bound to its profile no more.
    BindingLost,
    /// A credential ends soon, or has ended.
    Credential,
    /// A certificate ends soon, or has ended.
    Certificate,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Recovered,
        Self::WithRemarks,
        Self::NotConfirmed,
        Self::Waiting,
        Self::Failed,
        Self::NotRun,
        Self::BindingLost,
        Self::Credential,
        Self::Certificate,
    ];

    /// How they are written, in the order of `ALL`.
    pub const NAMES: [&'static str; 9] = [
        "recovered",
        "with-remarks",
        "not-confirmed",
        "waiting",
        "failed",
        "not-run",
        "binding-lost",
        "credential",
        "certificate",
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The one that is written so.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }

    /// The state of a task whose run ended so; `None`: it goes on.
    pub fn of(status: RunStatus) -> Option<Self> {
        match status {
            RunStatus::Running | RunStatus::Postponed => None,
            RunStatus::Success => Some(Self::Recovered),
            RunStatus::WithRemarks => Some(Self::WithRemarks),
            RunStatus::NotConfirmed => Some(Self::NotConfirmed),
            RunStatus::Waiting => Some(Self::Waiting),
            RunStatus::Failed => Some(Self::Failed),
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that people are told. No personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Event {
    /// What.
    pub topic: Topic,
    /// What was so before, where it is a change of state.
    pub before: Option<Topic>,
    /// When it happened.
    pub at: Millis,
    /// Of which school.
    pub school: SchoolId,
    /// The school's name.
    pub school_name: String,
    /// The school's zone: people read times on their own wall.
    pub time_zone: String,
    /// Of which task.
    pub task: Option<TaskId>,
    /// After which run.
    pub run: Option<RunId>,
    /// What became of how many.
    pub counts: Option<RunCounts>,
    /// Why, in both languages; only what certainly names nobody.
    pub reason: Option<Text>,
    /// When something ends.
    pub until: Option<Millis>,
}

/// Where a notification goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Address {
    /// An e-mail address.
    Mail(String),
    /// A telephone number, `+79001234567`.
    Sms(String),
    /// A webhook of `exchange.toml`, by its name.
    Webhook(String),
}

impl Address {
    /// The ways there are; labels of metrics.
    pub const CHANNELS: [&'static str; 3] = ["mail", "sms", "webhook"];

    /// By which way: one of `CHANNELS`.
    pub fn channel(&self) -> &'static str {
        Self::CHANNELS[match self {
            Self::Mail(_) => 0,
            Self::Sms(_) => 1,
            Self::Webhook(_) => 2,
        }]
    }

    /// The address itself.
    pub fn text(&self) -> &str {
        match self {
            Self::Mail(text) | Self::Sms(text) | Self::Webhook(text) => text,
        }
    }

    /// Of this channel.
    pub fn of(channel: &str, text: String) -> Option<Self> {
        match channel {
            "mail" => Some(Self::Mail(text)),
            "sms" => Some(Self::Sms(text)),
            "webhook" => Some(Self::Webhook(text)),
            _ => None,
        }
    }
}

/// Somebody who wants to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Where.
    pub to: Address,
    /// What of; empty: everything.
    pub topics: Vec<Topic>,
    /// Of which tasks; empty: all.
    pub tasks: Vec<TaskId>,
    /// Of which schools; empty: all. A school's own recipients hear of that school only.
    pub schools: Vec<SchoolId>,
    /// Of schools in which regions; empty: all.
    pub regions: Vec<String>,
    /// `ru` or `en`.
    pub language: String,
    /// Between these times of the school's day nothing is sent; what happens then goes together after their end.
    pub quiet: Option<(Time, Time)>,
    /// Once a day at this time, all together; nothing on a day without changes.
    pub digest: Option<Time>,
    /// Milliseconds that a notification waits for others that would go with it.
    pub gather_ms: u64,
}

impl Recipient {
    /// One who wants everything at once, in Russian.
    pub fn new(to: Address) -> Self {
        Self {
            to,
            topics: Vec::new(),
            tasks: Vec::new(),
            schools: Vec::new(),
            regions: Vec::new(),
            language: "ru".to_owned(),
            quiet: None,
            digest: None,
            gather_ms: 0,
        }
    }

    /// Does this one want to hear of it? `region`: the school's.
    pub fn wants(&self, event: &Event, region: Option<&str>) -> bool {
        let task = |wanted: &TaskId| event.task.as_ref() == Some(wanted);
        self.is_for(&event.school, region)
            && (self.topics.is_empty() || self.topics.contains(&event.topic))
            && (self.tasks.is_empty() || self.tasks.iter().any(task))
    }

    /// Does this one hear of that school at all?
    pub fn is_for(&self, school: &SchoolId, region: Option<&str>) -> bool {
        let region = |wanted: &String| Some(wanted.as_str()) == region;
        (self.schools.is_empty() || self.schools.contains(school))
            && (self.regions.is_empty() || self.regions.iter().any(region))
    }
}

/// `[notify]` of `exchange.toml`: by which ways people are told, and whom all schools have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Notify {
    /// Where the pages of this host are, without a slash at the end; without it a command is named in place of a link.
    pub link: Option<String>,
    /// Milliseconds after which a notification that nobody took is given up.
    pub give_up_ms: u64,
    /// The mail server.
    pub mail: Option<MailServer>,
    /// The gateway for short messages.
    pub sms: Option<SmsGateway>,
    /// Webhooks by name.
    pub webhooks: BTreeMap<String, Webhook>,
    /// Who hears of many schools.
    pub recipients: Vec<Recipient>,
}

impl Default for Notify {
    fn default() -> Self {
        Self {
            link: None,
            give_up_ms: 3 * 24 * 3_600_000,
            mail: None,
            sms: None,
            webhooks: BTreeMap::new(),
            recipients: Vec::new(),
        }
    }
}

/// How the connection to the mail server is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MailTls {
    /// Begins in the open and goes on under TLS, or not at all (port 587).
    #[default]
    StartTls,
    /// TLS from the first byte (port 465).
    Tls,
    /// In the open (port 25): for a server on this machine.
    None,
}

impl MailTls {
    /// How they are written.
    pub const NAMES: [&'static str; 3] = ["starttls", "tls", "none"];

    /// The one that is written so.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "starttls" => Some(Self::StartTls),
            "tls" => Some(Self::Tls),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    /// The port where nothing else is said.
    pub fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// The mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Its name: also the one its certificate has to have.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub tls: MailTls,
    /// PEM file with further certificate authorities.
    pub ca: Option<PathBuf>,
    /// The sender: `Exchange <exchange@example.org>`.
    pub from: String,
    /// The user that signs in; `None`: nobody does.
    pub user: Option<String>,
    /// Name of the host's secret that is the user's password.
    pub password: String,
    /// Milliseconds for one step of the conversation.
    pub timeout_ms: u64,
}

impl Default for MailServer {
    /// A server without name and sender: the file has to give them.
    fn default() -> Self {
        Self {
            server: String::new(),
            port: MailTls::default().port(),
            tls: MailTls::default(),
            ca: None,
            from: String::new(),
            user: None,
            password: "smtp-password".to_owned(),
            timeout_ms: 60_000,
        }
    }
}

/// A webhook: notifications as signed JSON, by the scheme of <https://www.standardwebhooks.com>.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Webhook {
    /// An upstream of `exchange.toml`.
    pub upstream: String,
    /// Path under its base address.
    pub path: String,
    /// Name of the host's secret that signs.
    pub key: String,
    /// Name of the host's secret that is the upstream's credential, where that wants one.
    pub credential: Option<String>,
}

/// A gateway for short messages: what a request to it looks like. `{phone}`, `{text}` and `{id}` stand for the number,
/// the text, and a name of the message that stays the same when it is sent again.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SmsGateway {
    /// An upstream of `exchange.toml`.
    pub upstream: String,
    /// `POST` or `GET`.
    pub method: String,
    /// Path under its base address.
    pub path: String,
    /// Query parameters.
    pub query: BTreeMap<String, String>,
    /// Fields of a form.
    pub form: BTreeMap<String, String>,
    /// Members of a JSON body.
    pub json: BTreeMap<String, String>,
    /// Name of the host's secret that is the upstream's credential, where that wants one.
    pub credential: Option<String>,
    /// What an answer has to hold to count as a yes, beside its status.
    pub expect: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_written_as_json_writes_them() {
        for topic in Topic::ALL {
            assert_eq!(serde_json::to_value(topic).unwrap(), topic.name());
            assert_eq!(Topic::by_name(topic.name()), Some(topic));
        }
    }

    #[test]
    fn channels_are_known_by_name() {
        for channel in Address::CHANNELS {
            assert_eq!(Address::of(channel, "x".into()).unwrap().channel(), channel);
        }
    }
}
