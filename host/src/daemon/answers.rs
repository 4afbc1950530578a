//! Answers of people to what a run asks, whichever face they come from: an answer counts once, to the question as it was
//! read, and stands in the audit.

use crate::error::{Context, Kind, Result};
use crate::model::{TaskId, hex};
use crate::store::{
    Answer, AuditEntry, AuditStore, Decision, DecisionStore, HostDb, Lane, Question, SchoolDb,
};

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// To the question of this number.
    pub number: u64,
    /// What is answered.
    pub answer: Answer,
    /// The question as it was read ([`mark`]); `None`: it is read and answered in one go.
    pub read: Option<String>,
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It steers the next run.
    Written,
    /// Somebody had answered before: that holds.
    Before,
    /// A run has asked something else under this number meanwhile.
    Changed,
    /// It is none of the answers to this question.
    Unfit(Box<Decision>),
    /// Nothing is asked under this number any more: it was settled, or is no longer wanted.
    Gone,
}

/// Answers a question of this task.
///
/// # Errors
/// Our own store fails.
pub fn answer(
    store: &SchoolDb,
    shared: &HostDb,
    lane: &Lane,
    (task, given): (&TaskId, &Given),
    entry: &AuditEntry,
) -> Result<Answered> {
    let Some(decision) = find(store, task, given.number)? else { return Ok(Answered::Gone) };
    if decision.answer.is_some() {
        return Ok(Answered::Before);
    }
    if let Some(read) = &given.read
        && *read != mark(&decision)?
    {
        return Ok(Answered::Changed);
    }
    if !fits(&decision, &given.answer) {
        return Ok(Answered::Unfit(Box::new(decision)));
    }
    store.answer(lane.fence(), given.number, &given.answer, &entry.who, entry.at)?;
    shared.audit(entry)?;
    Ok(Answered::Written)
}

/// A question of this task, answered or not.
///
/// # Errors
/// Our own store fails.
pub fn find(store: &SchoolDb, task: &TaskId, number: u64) -> Result<Option<Decision>> {
    Ok(store.decisions(Some(task), false)?.into_iter().find(|decision| decision.number == number))
}

/// Tells a question from another one under the same number: who answers means what they have read.
///
/// # Errors
/// A question has no JSON form.
pub fn mark(decision: &Decision) -> Result<String> {
    let asked = (decision.ask.question, decision.ask.item.to_string(), &decision.ask.candidates);
    let text = serde_json::to_vec(&asked).context(Kind::Internal, "a question has no JSON form")?;
    Ok(hex(&blake3::hash(&text).as_bytes()[..16]))
}

/// "The same" is one of those it was asked about; whether something arrived is asked about no other.
fn fits(decision: &Decision, answer: &Answer) -> bool {
    let Answer::Adopt(handle) = answer else { return true };
    let is_one = || decision.ask.candidates.iter().any(|candidate| candidate.handle == *handle);
    decision.ask.question == Question::Arrived || is_one()
}
