//! Questions of those who serve browsers to whoever knows which schools and tasks there are: the server's loop, which
//! answers with the last good settings. What people want of it comes the same way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::host::{Host, Package};
use super::orders::{Ordered, UnderWay};
use crate::error::Result as Fallible;
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{SchoolId, TaskId, TaskRef};
use crate::store::Order;

/// How long whoever knows may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Questions that may wait.
const WAITING: usize = 64;

/// A question, and where the answer goes.
#[derive(Debug)]
pub(super) enum Ask {
    /// A task, and all it takes to open it.
    Task(TaskRef, oneshot::Sender<Option<Known>>),
    /// A school, and all it takes to read of it.
    School(SchoolId, oneshot::Sender<Option<KnownSchool>>),
    /// All schools.
    Schools(oneshot::Sender<Vec<Arc<SchoolConfig>>>),
    /// Files may have changed: they are read now.
    Read(oneshot::Sender<()>),
    /// Somebody wants a run.
    Order(Order, oneshot::Sender<Fallible<Ordered>>),
    /// What goes on with a task.
    UnderWay(TaskRef, oneshot::Sender<Option<UnderWay>>),
    /// Somebody wants the run of a task to stop.
    Stop(TaskRef, oneshot::Sender<bool>),
}

/// A task that there is, and all it takes to open it.
#[derive(Debug)]
pub struct Known {
    pub(super) host: Arc<Host>,
    pub(super) school: Arc<SchoolConfig>,
    pub(super) task: TaskConfig,
    pub(super) package: Arc<Package>,
}

/// A school that there is.
#[derive(Debug)]
pub struct KnownSchool {
    pub(super) host: Arc<Host>,
    pub(super) school: Arc<SchoolConfig>,
    /// The connectors of its tasks, of those that can be used.
    pub(super) packages: BTreeMap<TaskId, Arc<Package>>,
}

/// Nobody answers: the server stops, or has its hands full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// Where questions are asked.
#[derive(Clone, Debug)]
pub(super) struct Asks(mpsc::Sender<Ask>);

impl Asks {
    /// Where they are asked, and where they come in.
    pub(super) fn open() -> (Self, mpsc::Receiver<Ask>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }

    /// A task; nothing where there is none, or its connector cannot be used.
    pub(super) async fn task(&self, task: &TaskRef) -> Result<Option<Known>, Busy> {
        self.ask(|answer| Ask::Task(task.clone(), answer)).await
    }

    /// A school; nothing where there is none.
    pub(super) async fn school(&self, school: &SchoolId) -> Result<Option<KnownSchool>, Busy> {
        self.ask(|answer| Ask::School(school.clone(), answer)).await
    }

    /// All schools, by id.
    pub(super) async fn schools(&self) -> Result<Vec<Arc<SchoolConfig>>, Busy> {
        self.ask(Ask::Schools).await
    }

    /// The schools' files are read anew, as far as they have changed.
    pub(super) async fn read(&self) -> Result<(), Busy> {
        self.ask(Ask::Read).await
    }

    /// Orders a run; the error within: it cannot be remembered.
    pub(super) async fn order(&self, order: Order) -> Result<Fallible<Ordered>, Busy> {
        self.ask(|answer| Ask::Order(order, answer)).await
    }

    /// What goes on with a task.
    pub(super) async fn under_way(&self, task: &TaskRef) -> Result<Option<UnderWay>, Busy> {
        self.ask(|answer| Ask::UnderWay(task.clone(), answer)).await
    }

    /// Asks the run of a task to stop; `false`: there is none.
    pub(super) async fn stop(&self, task: &TaskRef) -> Result<bool, Busy> {
        self.ask(|answer| Ask::Stop(task.clone(), answer)).await
    }

    async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Result<T, Busy> {
        let (answer, known) = oneshot::channel();
        self.0.send(question(answer)).await.map_err(|_| Busy)?;
        let known = tokio::time::timeout(PATIENCE, known).await;
        known.ok().and_then(Result::ok).ok_or(Busy)
    }
}
