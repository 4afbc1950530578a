//! Runs with their outcomes, requests and log lines; decisions and approvals.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::contract::{Link, Verdict};
use crate::model::records::RecordRef;
use crate::model::{
    ItemRef, Message, Millis, OutcomeRow, RunCounts, RunId, RunStatus, RunSummary, ScopeId, Selection, TaskId,
};

use super::Fence;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEnd {
    /// In which state.
    pub status: RunStatus,
    /// Why, where it did not go well.
    pub reason: Option<Message>,
    /// The sandbox's verdict.
    pub verdict: Option<Verdict>,
    /// The plan's hash.
    pub plan: Option<String>,
    /// How many of which outcome.
    pub counts: RunCounts,
}

/// A line of the request journal. No bodies, no addresses with content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    /// When it began.
    pub at: Millis,
    /// The upstream's name.
    pub upstream: String,
    /// The manifest's name of the operation.
    pub operation: String,
    /// GET, POST, …
    pub method: String,
    /// The path as the manifest has it, places not filled; empty in lines of older versions.
    pub path: String,
    /// May it write?
    pub write: bool,
    /// Status; `None`: no answer.
    pub status: Option<u16>,
    /// Why there was no whole answer, without content: `no-connection`, `no-answer`, `too-large`, `refused`.
    pub error: Option<String>,
    /// Bytes sent.
    pub sent: u64,
    /// Bytes received.
    pub received: u64,
    /// 1 for the first.
    pub attempt: u32,
    /// Milliseconds.
    pub ms: u64,
}

/// A line of a connector's log, already redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    /// When.
    pub at: Millis,
    /// `error`, `warn`, `info`, `debug`.
    pub level: String,
    /// What.
    pub text: String,
}

/// Runs and what is told of them.
pub trait RunStore: Send + Sync {
    /// Begins a run. Runs of the school that never ended (their process died) end as failed with
    /// `host-interrupted`: whoever holds the lane knows that nobody works on them.
    ///
    /// The beginning outlives a power failure from the first durable commit of the run on, its end at the latest. A run
    /// that is lost with the power before has sent nothing and found out nothing.
    fn begin_run(&self, fence: &Fence, task: &TaskId, selection: &Selection, now: Millis) -> Result<RunId>;

    /// Ends a run. Durable.
    fn end_run(&self, fence: &Fence, run: u64, end: &RunEnd, now: Millis) -> Result<()>;

    /// One run.
    fn run(&self, number: u64) -> Result<Option<RunSummary>>;

    /// Runs, the latest first.
    fn runs(&self, task: Option<&TaskId>, limit: u32) -> Result<Vec<RunSummary>>;

    /// Runs of a task that have ended, after the one with this number; the oldest first, their requests not counted.
    fn runs_since(&self, task: &TaskId, number: u64, limit: u32) -> Result<Vec<RunSummary>>;

    /// The last run of a task that was not a dry one; dry runs are not stored.
    fn last_run(&self, task: &TaskId) -> Result<Option<RunSummary>>;

    /// Outcomes of a run, ordered by kind and key. Unchanged items are counted, not listed.
    fn outcomes(&self, run: u64) -> Result<Vec<OutcomeRow>>;

    /// Adds lines to the request journal of a run.
    fn add_requests(&self, fence: &Fence, run: u64, rows: &[RequestRow]) -> Result<()>;

    /// The request journal of a run.
    fn requests(&self, run: u64) -> Result<Vec<RequestRow>>;

    /// Adds lines of the connector's log.
    fn add_log(&self, fence: &Fence, run: u64, rows: &[LogRow]) -> Result<()>;

    /// The connector's log of a run.
    fn log(&self, run: u64) -> Result<Vec<LogRow>>;
}

/// What a person is asked about an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Is one of these it?
    Which,
    /// Two items would take over this one thing: whose is it?
    Shared,
    /// A write has no answer and cannot be checked: did it arrive?
    Arrived,
}

/// A thing it might be. The label is personal and not stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Possibility {
    /// Its remote identifier.
    pub handle: String,
    /// For and against.
    pub evidence: Vec<Message>,
    /// Where to look.
    pub link: Option<Link>,
}

/// A person's answer; it steers the next run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is this one; for [`Question::Arrived`]: it did arrive (the handle may be empty where none is known).
    Adopt(String),
    /// It is none of them: make a new one; for [`Question::Arrived`]: it did not arrive, send again.
    Create,
    /// Leave this item out.
    Skip,
}

/// A question to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// About which item.
    pub item: ItemRef,
    /// Its scope.
    pub scope: ScopeId,
    /// The class.
    pub group: Option<String>,
    /// The record it is about.
    pub about: Option<RecordRef>,
    /// What is asked.
    pub question: Question,
    /// What it might be.
    pub candidates: Vec<Possibility>,
}

/// A question with its number and, perhaps, its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// 1, 2, 3 … within the school.
    pub number: u64,
    /// Of which task.
    pub task: TaskId,
    /// The question.
    pub ask: Ask,
    /// When it was asked first.
    pub asked: Millis,
    /// The answer.
    pub answer: Option<Answer>,
    /// When and by whom.
    pub answered: Option<(Millis, String)>,
}

/// Decisions and approvals.
pub trait DecisionStore: Send + Sync {
    /// Asks. A question about an item that was asked before keeps its number; candidates are replaced, and an older
    /// answer is dropped: it did not settle the question. Answers the numbers, in order.
    fn ask(&self, fence: &Fence, task: &TaskId, asks: &[Ask], now: Millis) -> Result<Vec<u64>>;

    /// Decisions by number; all tasks when `task` is `None`.
    fn decisions(&self, task: Option<&TaskId>, open_only: bool) -> Result<Vec<Decision>>;

    /// Answers; fails when there is no such decision, or the handle is not among its candidates.
    fn answer(&self, fence: &Fence, number: u64, answer: &Answer, who: &str, now: Millis)
    -> Result<Decision>;

    /// Forgets decisions of these items: they are settled, or no longer desired.
    fn drop_decisions(&self, fence: &Fence, task: &TaskId, items: &[ItemRef]) -> Result<()>;

    /// Approves exactly this plan.
    fn approve(&self, fence: &Fence, task: &TaskId, plan: &str, who: &str, now: Millis) -> Result<()>;

    /// Was this plan approved, by whom and when?
    fn approval(&self, task: &TaskId, plan: &str) -> Result<Option<(String, Millis)>>;
}
