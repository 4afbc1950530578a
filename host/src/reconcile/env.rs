//! What a run is given: stores, a clock, a connector, options; and what it gives back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::setup::TaskConfig;
use crate::model::{
    Connector, Extent, ItemRef, Message, Millis, OutcomeRow, Plan, RunCounts, RunId, RunStatus, Selection,
};
use crate::store::{HostStore, Lane, SchoolStore};

use super::clock::Clock;
use super::outcomes::Outcomes;

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Working out what should exist.
    Desired,
    /// Looking at what does.
    Observe,
    /// Making changes and reading them back.
    Apply,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Desired => "desired",
            Self::Observe => "observe",
            Self::Apply => "apply",
        })
    }
}

/// Hears how a run gets on.
pub trait ProgressSink: Send + Sync {
    /// The run has this number from now on: for journals of requests.
    fn started(&self, _run: &RunId) {}

    /// So many of so many are done in this phase.
    fn progress(&self, _phase: Phase, _done: u64, _total: u64) {}
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl ProgressSink for Silent {}

/// Asks a run to stop between two calls.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    own: Arc<AtomicBool>,
    /// Whoever stops this stops it too.
    above: Option<Arc<AtomicBool>>,
}

impl Cancel {
    /// One that stops with this, and also by itself.
    pub fn beneath(&self) -> Self {
        Self { own: Arc::default(), above: Some(Arc::clone(&self.own)) }
    }

    /// Please stop.
    pub fn cancel(&self) {
        self.own.store(true, Ordering::Relaxed);
    }

    /// Was asked to.
    pub fn is_cancelled(&self) -> bool {
        self.own.load(Ordering::Relaxed)
            || self.above.as_ref().is_some_and(|above| above.load(Ordering::Relaxed))
    }
}

/// Where a run leaves work that holds its thread, and goes on.
pub trait Aside: Send + Sync {
    /// Begins it; it may have ended before this returns.
    fn begin(&self, work: Box<dyn FnOnce() + Send>);
}

/// Does it on the spot.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnTheSpot;

impl Aside for OnTheSpot {
    fn begin(&self, work: Box<dyn FnOnce() + Send>) {
        work();
    }
}

/// Everything a run stands on.
pub struct Env<C> {
    /// The connector, set up for the task.
    pub connector: Arc<C>,
    /// The school's store.
    pub school: Arc<dyn SchoolStore>,
    /// What schools share.
    pub host: Arc<dyn HostStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who hears of progress.
    pub progress: Arc<dyn ProgressSink>,
    /// How to stop.
    pub cancel: Cancel,
    /// Who writes to the store meanwhile.
    pub aside: Arc<dyn Aside>,
    /// The task.
    pub task: TaskConfig,
    /// Milliseconds from journaling a write until the other side can no longer begin to process it: connection,
    /// waiting for the rate limit, all attempts.
    pub request_deadline_ms: u64,
}

impl<C: Connector> std::fmt::Debug for Env<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Env({}/{})", self.school.school(), self.task.id)
    }
}

/// How far a run goes.
#[derive(Clone, Copy, Debug)]
pub enum Mode<'a> {
    /// Up to the plan; writes nothing anywhere.
    DryRun,
    /// To the end, under this lane.
    Apply {
        /// The school's lane.
        lane: &'a Lane,
        /// Only this plan, which a person has read and approved.
        approved: Option<&'a str>,
    },
}

/// What a run is to do.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// How far.
    pub mode: Mode<'a>,
    /// For whom.
    pub selection: Selection,
    /// How much of the plan.
    pub extent: Extent,
}

/// What a run came to.
#[derive(Debug)]
pub struct RunReport {
    /// Its number; none for a dry run.
    pub run: Option<RunId>,
    /// In which state.
    pub status: RunStatus,
    /// Why, where it did not go well.
    pub reason: Option<Message>,
    /// For integrators: what the connector broke. English.
    pub detail: Option<String>,
    /// The plan, with labels (personal); its lines only where it was to be shown. `None` where the run did not get as far.
    pub plan: Option<Plan>,
    /// Outcomes: also stored.
    pub outcomes: Outcomes,
    /// How many of which outcome: also stored.
    pub counts: RunCounts,
    /// The connector was asked nothing, because nothing could have changed.
    pub quiet: bool,
    /// It is postponed: it goes on from this moment on the wall.
    pub again: Option<Millis>,
}

impl RunReport {
    /// The outcome of an item.
    pub fn outcome(&self, item: &ItemRef) -> Option<OutcomeRow> {
        self.outcomes.get(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_is_stopped_alone_or_with_all() {
        let all = Cancel::default();
        let (one, other) = (all.beneath(), all.beneath());
        one.cancel();
        let stopped = [&all, &one, &other].map(Cancel::is_cancelled);
        assert_eq!(stopped, [false, true, false]);
        all.cancel();
        assert!(other.is_cancelled());
    }
}
