//! The runs under way. What one does (an error, a panic, a damaged store) reaches nothing but its own end.

use std::sync::Arc;

use crate::daemon::host::{Host, Package};
use crate::daemon::jobs::Jobs;
use crate::daemon::round::{self, Ended};
use crate::error::{Error, Result};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Extent, Millis, Selection, TaskRef};
use crate::reconcile::Cancel;
use crate::store::Order;

/// A run to make.
pub(super) struct Job {
    pub(super) host: Arc<Host>,
    pub(super) school: Arc<SchoolConfig>,
    pub(super) task: TaskConfig,
    pub(super) package: Arc<Package>,
    pub(super) selection: Selection,
    pub(super) extent: Extent,
    pub(super) cancel: Cancel,
}

impl Job {
    async fn run(self) -> Result<Ended> {
        let store = self.host.school(&self.school)?;
        let task = self.host.task(self.school, self.task, self.package, store)?;
        round::run(&task, self.selection, self.extent, &self.cancel).await
    }
}

/// Which run, and since when by the clock that nobody sets.
pub(super) struct Underway {
    pub(super) task: TaskRef,
    pub(super) connector: String,
    pub(super) began: Millis,
    /// What a person ordered; none: it came by its schedule.
    pub(super) order: Option<Order>,
    /// Stops it alone.
    pub(super) cancel: Cancel,
}

/// The runs under way.
#[derive(Default)]
pub(super) struct Runs(Jobs<Underway, Result<Ended>>);

impl Runs {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The run of this task.
    pub(super) fn of(&self, task: &TaskRef) -> Option<&Underway> {
        self.0.labels().find(|run| run.task == *task)
    }

    pub(super) fn begin(&mut self, run: Underway, job: Job) {
        self.0.begin(run, job.run());
    }

    /// The next run to end, and how; `None`: none is under way. Nothing is lost when this is dropped before it answers.
    pub(super) async fn next(&mut self) -> Option<(Underway, Result<Ended>)> {
        let (run, ended) = self.0.next().await?;
        let broke_off = |broken| Err(Error::internal("the run broke off").because(broken));
        Some((run, ended.unwrap_or_else(broke_off)))
    }
}
