//! Notifications: what was told last, the cabinet, and the outbox.

use std::any::Any;
use std::fmt;

use serde::Serialize;

use crate::error::Result;
use crate::model::notify::{Address, Event, Topic};
use crate::model::{Millis, SchoolId};

/// What was told last of a subject: a task's id, or something that tasks stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The latest run that was looked at; 0: none.
    pub run: u64,
    /// What was told last.
    pub state: Topic,
    /// That run was cut short: it says nothing yet.
    pub cut: bool,
}

/// A message that a notification becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Where it goes.
    pub to: Address,
    /// In which language.
    pub language: String,
    /// Not before.
    pub due: Millis,
    /// It goes together with others to the same recipient that wait and were never tried.
    pub joins: bool,
}

/// Something to be told of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling<'a> {
    /// Of which school.
    pub school: &'a SchoolId,
    /// Of what.
    pub subject: &'a str,
    /// What was told last as far as the teller knows: when somebody else has told since, nothing is told.
    pub before: Option<Standing>,
    /// What was told last from now on.
    pub now: Standing,
    /// The notifications, in order, each with the messages it becomes.
    pub events: Vec<(Event, Vec<Outgoing>)>,
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its name for whoever receives it: 32 hex digits, the same at every attempt.
    pub id: String,
    /// Where it goes.
    pub to: Address,
    /// In which language.
    pub language: String,
    /// When it was put into the outbox.
    pub made: Millis,
    /// The attempt under way: 1 is the first.
    pub attempt: u32,
    /// What it carries, with their numbers.
    pub events: Vec<(u64, Event)>,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// To be sent, at its time.
    Waiting,
    /// The other side took it.
    Delivered,
    /// The other side will never take it.
    Refused,
    /// Nobody took it in time.
    GivenUp,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Delivered, Self::Refused, Self::GivenUp];

    /// As it is written: in the store, in JSON, in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::GivenUp => "given-up",
        }
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptEnd {
    /// Where the message stands now.
    pub state: DeliveryState,
    /// Waiting: not again before.
    pub due: Millis,
    /// What the other side said, without addresses and secrets.
    pub answer: String,
}

/// A message as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeliveryRow {
    /// Its id.
    pub id: String,
    /// By which way.
    pub channel: String,
    /// To whom.
    pub address: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts made.
    pub attempts: u32,
    /// Waiting: not before.
    pub due: Millis,
    /// When it was over.
    pub ended: Option<Millis>,
    /// What the other side said last.
    pub answer: Option<String>,
}

/// A notification as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// 1, 2, 3 … within the host.
    pub number: u64,
    /// What happened.
    pub event: Event,
    /// When somebody read it, and who.
    pub read: Option<(Millis, String)>,
    /// The messages it became.
    pub deliveries: Vec<DeliveryRow>,
}

/// Which notifications are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoticeFilter<'a> {
    /// Of this school only.
    pub school: Option<&'a SchoolId>,
    /// Only what nobody has read.
    pub unread: bool,
    /// Only what did not reach somebody: refused or given up.
    pub undelivered: bool,
}

/// How many messages of a channel stand so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutboxCount {
    /// The channel.
    pub channel: String,
    /// The state.
    pub state: DeliveryState,
    /// How many.
    pub count: u64,
    /// When the oldest of them was made.
    pub oldest: Millis,
}

/// The right to deliver, until this is dropped or the process ends in whatever way.
pub struct Round(#[expect(dead_code, reason = "held for its end")] Box<dyn Any + Send + Sync>);

impl Round {
    /// With what keeps it. For back-ends.
    pub fn new(guard: Box<dyn Any + Send + Sync>) -> Self {
        Self(guard)
    }
}

impl fmt::Debug for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Round")
    }
}

/// Notifications of all schools.
pub trait OutboxStore: Send + Sync {
    /// What was told last.
    fn standing(&self, school: &SchoolId, subject: &str) -> Result<Option<Standing>>;

    /// Tells, in one transaction: what was told last, the cabinet and the outbox change together. `false`: somebody
    /// else has told since, and nothing has changed. Durable, unless there is nothing to tell: where only the place
    /// moves on, losing that costs nothing.
    fn tell(&self, telling: &Telling<'_>, now: Millis) -> Result<bool>;

    /// Takes the right to deliver: two who deliver would send everything twice. `None`: somebody else has it.
    fn take_round(&self, now: Millis) -> Result<Option<Round>>;

    /// Messages whose time has come, the longest due first, each with its address.
    fn due(&self, now: Millis, limit: u32) -> Result<Vec<(String, Address)>>;

    /// When the next message is due.
    fn next_due(&self) -> Result<Option<Millis>>;

    /// An attempt begins: durably, before anything leaves. `None`: the message does not wait any more. From now on
    /// nothing joins it, so that every attempt says the same.
    fn begin_attempt(&self, id: &str) -> Result<Option<Delivery>>;

    /// An attempt has ended. Durable.
    fn end_attempt(&self, id: &str, end: &AttemptEnd, now: Millis) -> Result<()>;

    /// How many messages stand how.
    fn outbox(&self) -> Result<Vec<OutboxCount>>;

    /// Notifications, the newest first.
    fn notices(&self, filter: NoticeFilter<'_>, limit: u32) -> Result<Vec<Notice>>;

    /// Notes that somebody has read these; answers how many were unread.
    fn read_notices(&self, numbers: &[u64], who: &str, now: Millis) -> Result<u64>;
}
