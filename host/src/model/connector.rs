//! The connector as the host sees it: a trait, so that a run can be tested without WASM.

use std::future::Future;
use std::sync::Arc;

use super::budget::UsedUp;
use super::contract::{CallError, Change, DesiredPage, Effect, Finding, Observation, Probe, Scope};
use super::dialogue::{Input, RoundTrip, Turn};
use super::ids::{ItemRef, ScopeId};
use super::manifest::Manifest;
use super::records::Dependency;

/// Names a write that was journaled as *sent*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WriteTicket(pub u64);

/// Where writes are journaled: before the first byte leaves, and when a definite answer came.
///
/// Invariant: no byte of a write leaves before `sent` has returned a ticket, and `sent` returns only after the
/// journal is durable. A ticket without `answered` is a doubt for all its items, also after a crash.
pub trait WriteJournal: Send + Sync {
    /// Journals durably that a request with these changes is about to leave. `operation` is the manifest's name.
    /// The error (the lane was lost, the disk is full) means: do not send.
    fn sent(&self, operation: &str, items: &[ItemRef]) -> Result<WriteTicket, String>;

    /// A definite answer came (`Some(status)`), or the connection failed before anything was sent (`None`).
    fn answered(&self, ticket: WriteTicket, status: Option<u16>);
}

/// What a call was worked out from; the host asks again only when one of these changes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Traced<T> {
    /// The answer.
    pub answer: T,
    /// The queries for records that led to it, with the digest of what they answered.
    pub dependencies: Vec<Dependency>,
}

/// A connector set up for one task of one school.
///
/// Every call may run beside others, and may be repeated after a crash.
pub trait Connector: Send + Sync {
    /// Its manifest.
    fn manifest(&self) -> &Manifest;

    /// Is the task ready?
    fn check(&self) -> impl Future<Output = Result<Vec<Finding>, CallError>> + Send;

    /// The scopes of the desired state.
    fn scopes(&self) -> impl Future<Output = Result<Traced<Vec<Scope>>, CallError>> + Send;

    /// A page of what should exist.
    fn desired(
        &self,
        scope: &ScopeId,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<Traced<DesiredPage>, CallError>> + Send;

    /// What exists there for these items: as many answers as probes.
    fn observe(&self, probes: Vec<Probe>)
    -> impl Future<Output = Result<Vec<Observation>, CallError>> + Send;

    /// Makes these changes: as many effects as changes. Writes go through `journal` first.
    fn apply(
        &self,
        changes: Vec<Change>,
        journal: Arc<dyn WriteJournal>,
    ) -> impl Future<Output = Result<Vec<Effect>, CallError>> + Send;

    /// The upstream that took no more requests today, if one did since this was set up.
    fn used_up(&self) -> Option<UsedUp> {
        None
    }

    /// One turn of a dialogue.
    fn interact(
        &self,
        dialogue: &str,
        round_trip: RoundTrip,
        input: Input,
        state: Vec<u8>,
    ) -> impl Future<Output = Result<Turn, CallError>> + Send;
}
