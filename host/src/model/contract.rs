//! Questions to a connector and its answers, as in `wit/types.wit`, which explains each of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{Millis, ScopeId};
use super::item::{Item, Message, Param, Target, Waiting};
use super::records::RecordRef;

/// A part of the desired state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Its id.
    pub id: ScopeId,
    /// For people.
    pub title: String,
    /// For selective sending: the class.
    pub group: Option<String>,
}

/// Somebody the rules leave out, and why. Personal: the label is shown, never stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Whom.
    pub about: RecordRef,
    /// For people.
    pub label: String,
    /// The class.
    pub group: Option<String>,
    /// Why.
    pub reason: Message,
}

impl fmt::Debug for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LeftOut({:?}, {})", self.about, self.reason.code)
    }
}

/// A page of `desired`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DesiredPage {
    /// What should exist.
    pub items: Vec<Item>,
    /// Who is left out.
    pub left_out: Vec<LeftOut>,
    /// Where the next page starts.
    pub next: Option<String>,
    /// Last page: these are all items of the scope.
    pub complete: bool,
    /// When the answer changes by itself.
    pub valid_until: Option<Millis>,
}

/// Why the host observes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Before creating.
    Adopt,
    /// After applying.
    Confirm,
    /// A write has no definite answer.
    Doubt,
    /// Regular comparison.
    Audit,
}

/// A question to `observe`.
#[derive(Clone, Debug)]
pub struct Probe {
    /// About this item.
    pub item: Item,
    /// What the ledger knows.
    pub handle: Option<String>,
    /// One for each item that the item's fields refer to.
    pub targets: Vec<Target>,
    /// Why.
    pub purpose: Purpose,
}

/// What an absence rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A complete listing.
    Listing,
    /// A look-up by key.
    Lookup,
}

/// A field that differs. Personal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which field.
    pub field: String,
    /// What is there now.
    pub there: Option<String>,
}

impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}≠", self.field)
    }
}

/// It is there.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Presence {
    /// Its remote identifier.
    pub handle: String,
    /// Its outputs.
    pub outputs: Vec<Param>,
    /// Fields with another content there.
    pub differing: Vec<Difference>,
    /// Fields that cannot be read there.
    pub unseen: Vec<String>,
    /// Worth telling.
    pub remarks: Vec<Message>,
}

/// A page of an upstream for a person's browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// A name of the configuration.
    pub upstream: String,
    /// Absolute path.
    pub path: String,
    /// Query.
    pub query: Vec<Param>,
}

/// Something that might be it. Personal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its remote identifier.
    pub handle: String,
    /// For the person who decides.
    pub label: String,
    /// For and against.
    pub evidence: Vec<Message>,
    /// Where to look.
    pub link: Option<Link>,
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Candidate({})", self.handle)
    }
}

/// Nothing definite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotKnown {
    /// Why.
    pub reason: Message,
    /// Seconds to wait at least.
    pub retry_after: Option<u32>,
}

/// An answer of `observe`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    /// Not there, and what that rests on.
    Absent(Basis),
    /// There.
    Present(Presence),
    /// One to ten things it might be.
    Ambiguous(Vec<Candidate>),
    /// Still being processed.
    Pending,
    /// Nothing definite.
    Unknown(NotKnown),
}

/// What to do with an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Make it.
    Create,
    /// Put fields right.
    Update,
    /// Close it.
    Close,
    /// Remove it.
    Remove,
}

/// One change of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What to do.
    pub action: Action,
    /// With what.
    pub item: Item,
    /// Its remote identifier, unless it is created.
    pub handle: Option<String>,
    /// `Update`: which fields.
    pub fields: Vec<String>,
    /// One for each item that the item's fields refer to.
    pub targets: Vec<Target>,
    /// Equal for every attempt at this change.
    pub token: String,
}

/// Made.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Made {
    /// Its remote identifier.
    pub handle: Option<String>,
    /// Its outputs.
    pub outputs: Vec<Param>,
}

/// Refused for a reason that lies in the item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The field at fault.
    pub field: Option<String>,
    /// Why.
    pub reason: Message,
    /// How the school mends it.
    pub fix: Option<Message>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Made.
    Done(Made),
    /// Refused; nothing stored.
    Rejected(Rejection),
    /// Nothing stored; a person acts first.
    Waiting(Waiting),
    /// Accepted; learnt by observing.
    Pending,
    /// Nothing stored; later.
    Postponed(NotKnown),
    /// Unknown.
    InDoubt(Message),
}

/// A setting that cannot work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSetting {
    /// Which.
    pub field: String,
    /// Why.
    pub reason: Message,
}

/// A whole batch refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Certain that nothing was stored?
    pub nothing_stored: bool,
    /// Why.
    pub reason: Message,
}

/// Why a call could not do its work, as the connector says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing processed; again after so many seconds.
    Retry(Option<u32>),
    /// The credential is dead.
    Unauthorized(Message),
    /// The credential may not do this.
    Forbidden(Message),
    /// A setting cannot work.
    InvalidConfig(BadSetting),
    /// The batch was refused.
    Refused(Refusal),
    /// No sensible answer from there.
    Unavailable(Message),
    /// Asked to stop.
    Cancelled,
}

impl Failure {
    /// What it says to people.
    pub fn told(self) -> Message {
        match self {
            Self::Unauthorized(reason) | Self::Forbidden(reason) | Self::Unavailable(reason) => reason,
            Self::InvalidConfig(bad) => bad.reason,
            Self::Refused(refusal) => refusal.reason,
            Self::Retry(_) => Message::new("host-busy-there"),
            Self::Cancelled => Message::new("host-cancelled"),
        }
    }
}

/// The sandbox's verdict on a call that broke a limit or the contract. Ends the run; other runs notice nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Computed longer than it may.
    CpuTime,
    /// Took longer on the wall clock than it may.
    WallTime,
    /// More memory than it may.
    Memory,
    /// More table elements than it may.
    Table,
    /// The stack ran over.
    Stack,
    /// A trap: unreachable, out of bounds, a panic.
    Trap,
    /// More requests than it may.
    Requests,
    /// More bytes than it may.
    Bytes,
    /// More items, longer pages or texts than it may.
    Items,
    /// Answers that do not fit the contract: wrong number, unknown kind, a change it never sent.
    Contract,
    /// The component cannot be loaded or linked: it imports what nobody grants.
    Link,
}

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// The connector says why.
    Failed(Failure),
    /// The sandbox stopped it. The text is for integrators.
    Stopped(Verdict, String),
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// In order.
    Good,
    /// Works, but.
    Warning,
    /// Does not work.
    Problem,
}

/// One finding of `check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How grave.
    pub severity: Severity,
    /// What.
    pub what: Message,
    /// What to do.
    pub next_step: Option<Message>,
}
