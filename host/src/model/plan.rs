//! What a run intends and what became of it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::contract::{Action, Candidate, Difference, LeftOut, Rejection, Verdict};
use super::ids::{ItemRef, Millis, RunId, ScopeId, TaskRef};
use super::item::{Item, Message, Param, Waiting, WhenGone};
use super::records::RecordRef;

/// What a person chose to send. Empty lists: everything.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Selection {
    /// Groups (classes), as the connector titles them: `5-А`. Compared without regard to case, space and hyphen.
    pub groups: Vec<String>,
    /// Record ids of persons.
    pub persons: Vec<String>,
}

impl Selection {
    /// Everything is chosen.
    pub fn is_all(&self) -> bool {
        self.groups.is_empty() && self.persons.is_empty()
    }
}

/// How much of a plan is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// All of it.
    #[default]
    Everything,
    /// Additions; changes, closings and removals wait until a run may carry out everything.
    Additions,
}

/// What the plan says about one item. Personal through the item; `Debug` is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// Will be applied.
    Apply(Action),
    /// Is there already and will be taken over: its handle.
    Adopt(String),
    /// Differs, and the task says to report only.
    ReportChange,
    /// No longer desired, and will only be told.
    ReportGone,
    /// No longer desired, and dropped from the ledger.
    Forget,
    /// A person decides first.
    Decide(Vec<Candidate>),
    /// A person acts first (awaited kinds).
    Wait(Waiting),
    /// A write has no definite answer yet.
    InDoubt,
    /// Refers to something that cannot be there yet: which.
    Blocked(ItemRef),
    /// Past its window.
    Expired,
    /// Nothing definite from `observe`.
    Unknown(Message),
}

/// One line of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The item; for something gone, what the ledger still knows of it (no fields).
    pub item: Arc<Item>,
    /// Its scope.
    pub scope: ScopeId,
    /// What to do.
    pub intent: Intent,
    /// Its remote identifier, where known.
    pub handle: Option<String>,
    /// Fields that differ: for the preview.
    pub differing: Vec<Difference>,
    /// What a message says, or what becomes of one of the school's own records: for the preview.
    pub content: Vec<Shown>,
    /// Worth telling.
    pub remarks: Vec<Message>,
}

/// The content of a field, as a preview shows it. Personal, never stored: `Debug` names the field only.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    /// Which field.
    pub field: String,
    /// What the school's record says now; `None` for messages, and where it says nothing.
    pub before: Option<String>,
    /// What will be there.
    pub after: After,
}

/// What will be there.
#[derive(Clone, PartialEq, Eq)]
pub enum After {
    /// This.
    Text(String),
    /// Nothing.
    Empty,
    /// An output of something else, known after that was sent.
    Later,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=…", self.field)
    }
}

impl fmt::Debug for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Why a plan waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// What went over which threshold.
    pub reason: Message,
    /// The likely cause.
    pub cause: Message,
}

/// How many of what: for summaries, thresholds and exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PlanCounts {
    /// To be created.
    pub create: u64,
    /// To be put right.
    pub update: u64,
    /// To be closed or removed.
    pub remove: u64,
    /// To be adopted.
    pub adopt: u64,
    /// Unchanged.
    pub unchanged: u64,
    /// Differences and departures that are only told.
    pub told: u64,
    /// For a person to decide.
    pub decide: u64,
    /// Waiting for somebody.
    pub waiting: u64,
    /// In doubt, blocked, unknown.
    pub unsettled: u64,
    /// Left out by the rules.
    pub left_out: u64,
}

/// What a run is about to do.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Plan {
    /// Names exactly this set of changes: 16 hex digits over kinds, keys, actions and contents.
    pub hash: String,
    /// Lines, in the order of application. Unchanged items are counted, not listed.
    pub lines: Vec<Planned>,
    /// Who is left out.
    pub left_out: Vec<LeftOut>,
    /// Counts.
    pub counts: PlanCounts,
    /// Present: the plan waits for `approve`.
    pub hold: Option<Hold>,
}

/// What became of an item in a run. Stored; nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Written and read back.
    Applied,
    /// Written and accepted; the kind cannot be observed.
    Accepted,
    /// As it was.
    Unchanged,
    /// Found there and taken over.
    Adopted,
    /// Removed or closed.
    Removed,
    /// Differs, told only: the fields.
    Differs(Vec<String>),
    /// No longer desired, told only.
    Gone,
    /// Refused: field, reason, fix.
    Rejected(Rejection),
    /// Waits for somebody.
    Waiting(Waiting),
    /// Waits for a decision: its number.
    Decision(u64),
    /// Sent, no definite answer, not settled yet.
    InDoubt,
    /// The other side said yes and does not show it.
    NotConfirmed,
    /// Refers to something that is not there.
    Blocked(ItemRef),
    /// Past its window.
    Expired,
    /// Its time has not come: from when it may be sent. Nothing is amiss with it.
    NotYet(Millis),
    /// Not done: why.
    Failed(Message),
}

/// The state of a task after a run, in the words the school reads (D7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunStatus {
    /// Under way.
    Running,
    /// «Успешно»: everything that meets the conditions is confirmed there.
    Success,
    /// «С замечаниями»: some were rejected, differ, or could not be checked.
    WithRemarks,
    /// «Не подтверждено»: the other side said yes and does not show it, or a doubt remains.
    NotConfirmed,
    /// «Ждёт решения»: a hold or a decision.
    Waiting,
    /// «Отложено»: the other side takes no more requests today; the rest follows when it does again.
    Postponed,
    /// «Отправка не удалась».
    Failed,
}

impl RunStatus {
    /// Exit code of the command line: 0 success, 1 failed, 3 remarks or not confirmed, 4 waits for a person,
    /// 5 postponed until the other side takes requests again.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Running | Self::Success => 0,
            Self::Failed => 1,
            Self::WithRemarks | Self::NotConfirmed => 3,
            Self::Waiting => 4,
            Self::Postponed => 5,
        }
    }
}

/// One stored outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeRow {
    /// Which item.
    pub item: ItemRef,
    /// The class.
    pub group: Option<String>,
    /// The record it is about: names are taken from there when a report is made.
    pub about: Option<RecordRef>,
    /// What became of it.
    pub outcome: Outcome,
    /// What was done, if anything.
    pub action: Option<Action>,
    /// Worth telling.
    pub remarks: Vec<Message>,
}

/// A stored left-out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutRow {
    /// Whom.
    pub about: RecordRef,
    /// The class.
    pub group: Option<String>,
    /// Why.
    pub reason: Message,
}

/// How many of which outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunCounts {
    /// Written and read back.
    pub applied: u64,
    /// Written, cannot be read back.
    pub accepted: u64,
    /// As they were.
    pub unchanged: u64,
    /// Taken over.
    pub adopted: u64,
    /// Removed or closed.
    pub removed: u64,
    /// Differ or gone, told only.
    pub told: u64,
    /// Refused.
    pub rejected: u64,
    /// Waiting for somebody.
    pub waiting: u64,
    /// Waiting for a decision.
    pub decisions: u64,
    /// Without a definite answer.
    pub in_doubt: u64,
    /// Said to be there, not there.
    pub not_confirmed: u64,
    /// Blocked, expired, failed.
    pub failed: u64,
    /// Left out by the rules.
    pub left_out: u64,
}

impl RunCounts {
    /// Each count under its name, the weightiest first.
    pub fn named(&self) -> [(&'static str, u64); 13] {
        [
            ("applied", self.applied),
            ("accepted", self.accepted),
            ("adopted", self.adopted),
            ("removed", self.removed),
            ("unchanged", self.unchanged),
            ("rejected", self.rejected),
            ("not-confirmed", self.not_confirmed),
            ("in-doubt", self.in_doubt),
            ("failed", self.failed),
            ("decisions", self.decisions),
            ("waiting", self.waiting),
            ("told", self.told),
            ("left-out", self.left_out),
        ]
    }
}

/// A run as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Its number.
    pub id: RunId,
    /// Its task.
    pub task: TaskRef,
    /// When it began.
    pub started: Millis,
    /// When it ended.
    pub finished: Option<Millis>,
    /// How it ended.
    pub status: RunStatus,
    /// Why, where it did not go well.
    pub reason: Option<Message>,
    /// The sandbox's verdict, where it stopped the connector.
    pub verdict: Option<Verdict>,
    /// The hash of the plan.
    pub plan: Option<String>,
    /// What was chosen.
    pub selection: Selection,
    /// Counts.
    pub counts: RunCounts,
    /// Requests sent: reading and writing.
    pub requests: (u64, u64),
    /// When details (outcomes, requests, log) were dropped because they were kept long enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Millis>,
}

/// Where the ledger's knowledge of an item came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// We created it.
    Created,
    /// It was there; we took it over. Never removed by itself.
    Adopted,
}

/// How certain the ledger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LedgerState {
    /// Read back (or adopted, which is reading).
    Confirmed,
    /// Accepted; the kind cannot be observed.
    Accepted,
    /// Accepted; not read back yet.
    Unconfirmed,
    /// A write was sent and no definite answer came.
    InDoubt,
    /// A person has undone what a run wrote into the school's records: left alone until its content changes.
    Undone,
}

impl LedgerState {
    /// Is the thing there, as far as can be known?
    pub fn is_there(self) -> bool {
        matches!(self, Self::Confirmed | Self::Accepted)
    }
}

/// What the host knows of an item. No content: only keyed hashes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Which item.
    pub item: ItemRef,
    /// Its scope.
    pub scope: ScopeId,
    /// The class.
    pub group: Option<String>,
    /// The record it is about.
    pub about: Option<RecordRef>,
    /// Its remote identifier.
    pub handle: Option<String>,
    /// Its outputs.
    pub outputs: Vec<Param>,
    /// What it refers to.
    pub refs: Vec<ItemRef>,
    /// Keyed hash of each field as it was last written or seen there.
    pub fields: Vec<FieldHash>,
    /// Where the knowledge came from.
    pub origin: Origin,
    /// How certain it is.
    pub state: LedgerState,
    /// What happens when it is gone.
    pub gone: WhenGone,
    /// Keyed hash of the shared identity.
    pub identity: Option<[u8; 32]>,
    /// In doubt: which write, and the last moment at which it could have been processed.
    pub doubt: Option<Doubt>,
    /// Last confirmed by observation.
    pub confirmed: Option<Millis>,
    /// No longer desired, and told: since when. Told and counted towards thresholds once.
    pub gone_since: Option<Millis>,
}

impl LedgerEntry {
    /// The entry of an item of which nothing is known yet.
    pub fn unknown(item: ItemRef) -> Self {
        Self {
            item,
            scope: ScopeId::from(""),
            group: None,
            about: None,
            handle: None,
            outputs: Vec::new(),
            refs: Vec::new(),
            fields: Vec::new(),
            origin: Origin::Created,
            state: LedgerState::Confirmed,
            gone: WhenGone::default(),
            identity: None,
            doubt: None,
            confirmed: None,
            gone_since: None,
        }
    }
}

/// A keyed hash of one field's content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldHash {
    /// The field.
    #[serde(with = "super::shared_text")]
    pub name: Arc<str>,
    /// BLAKE3, keyed per school, cut to 16 bytes; in JSON a number in hexadecimal digits.
    #[serde(with = "super::hex16")]
    pub hash: [u8; 16],
}

/// A write without a definite answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// What was to be done.
    pub action: Action,
    /// The change's idempotency token.
    pub token: String,
    /// When it was sent first (the token's window counts from here).
    pub sent: Millis,
    /// The last moment at which the other side could have begun to process it.
    pub until: Millis,
    /// How these moments lie on a clock that nobody sets; `None`: nobody noted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
}

/// How the moments of a run lie on a clock that nobody sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    /// Which start of the machine.
    pub boot: u64,
    /// When that was, in the time of the run.
    pub zero: Millis,
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Success => "success",
            Self::WithRemarks => "with-remarks",
            Self::NotConfirmed => "not-confirmed",
            Self::Waiting => "waiting",
            Self::Postponed => "postponed",
            Self::Failed => "failed",
        })
    }
}
