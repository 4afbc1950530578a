//! A round: every task of many schools is run, so many schools at once.
//!
//! A school's tasks follow one another: it has one lane. What a school needs is opened when its turn comes and closed
//! after its last task, so that the memory of a round grows with the schools that run at once, not with all of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinError;

use super::host::{Host, Package};
use super::jobs::Jobs;
use super::task::{Task, Watch};
use crate::error::{Error, Result};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Extent, Message, Millis, RunCounts, RunId, RunStatus, SchoolId, Selection, TaskId};
use crate::reconcile::{Cancel, RunReport};
use crate::store::{Lane, SchoolDb};

/// A school whose turn comes in a round.
#[derive(Debug)]
pub struct Visit {
    /// The school.
    pub school: Arc<SchoolConfig>,
    /// Its tasks, each with its connector or why that cannot be used.
    pub tasks: Vec<(TaskConfig, Result<Arc<Package>>)>,
}

/// What a run of a round came to. It holds no names of people.
#[derive(Debug)]
pub struct Ran {
    /// Of which school.
    pub school: SchoolId,
    /// Of which task; none: what happened concerns the school as a whole.
    pub task: Option<TaskId>,
    /// How it ended, or why it could not be run or told.
    pub ended: Result<Ended>,
    /// From the beginning of the round until its turn came.
    pub waited: Duration,
    /// From then to its end.
    pub took: Duration,
}

impl Ran {
    /// A school that is not visited, and why.
    pub fn not_visited(school: SchoolId, why: Error) -> Self {
        Self { school, task: None, ended: Err(why), waited: Duration::ZERO, took: Duration::ZERO }
    }
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// The task's connector, whose texts these are.
    pub connector: String,
    /// Its number.
    pub run: Option<RunId>,
    /// In which state.
    pub status: RunStatus,
    /// Why, where it did not go well.
    pub reason: Option<Message>,
    /// How many of which outcome.
    pub counts: RunCounts,
    /// The connector was asked nothing, because nothing could have changed.
    pub quiet: bool,
    /// It is postponed: it goes on from this moment on the wall.
    pub again: Option<Millis>,
}

impl Ended {
    fn of(connector: String, report: RunReport) -> Self {
        let RunReport { run, status, reason, counts, quiet, again, .. } = report;
        Self { connector, run, status, reason, counts, quiet, again }
    }
}

/// Makes a round: takes the visits as they come, `at_once` of them at a time, and tells what each run came to. In place
/// of a visit may come what is to be told of a school that gets none.
///
/// What one school's runs do to it (a damaged file, a lane that somebody else holds, a panic) concerns no other school.
/// Once `cancel` says so, runs under way stop after the batch in hand and no further ones begin.
pub async fn round(
    host: &Arc<Host>,
    visits: impl IntoIterator<Item = std::result::Result<Visit, Box<Ran>>>,
    at_once: usize,
    cancel: &Cancel,
    mut tell: impl FnMut(Ran),
) {
    let guide = Guide { host: Arc::clone(host), cancel: cancel.clone(), began: Instant::now() };
    let (mut visits, mut under_way) = (visits.into_iter().fuse(), Jobs::default());
    loop {
        while under_way.len() < at_once.max(1) && !cancel.is_cancelled() {
            match visits.next() {
                Some(Ok(visit)) => {
                    let school = visit.school.id.clone();
                    under_way.begin(school, guide.clone().visit(visit));
                }
                Some(Err(ran)) => tell(*ran),
                None => break,
            }
        }
        match under_way.next().await {
            Some((_, Ok(ran))) => ran.into_iter().for_each(&mut tell),
            Some((school, Err(broken))) => tell(Ran::not_visited(school, broke_off(broken))),
            None => return,
        }
    }
}

fn broke_off(broken: JoinError) -> Error {
    Error::internal("the runs of a school broke off").because(broken)
}

/// What every visit of a round needs.
#[derive(Clone)]
struct Guide {
    host: Arc<Host>,
    cancel: Cancel,
    began: Instant,
}

impl Guide {
    /// Runs the tasks of a school, one after the other.
    async fn visit(self, visit: Visit) -> Vec<Ran> {
        let Visit { school, tasks } = visit;
        let store = match self.host.school(&school) {
            Ok(store) => store,
            Err(error) => return vec![Ran::not_visited(school.id.clone(), error)],
        };
        let mut all = Vec::with_capacity(tasks.len());
        let mut lane = None;
        for (config, package) in tasks {
            if self.cancel.is_cancelled() {
                break;
            }
            let (waited, began, task) = (self.began.elapsed(), Instant::now(), config.id.clone());
            let ended = match package {
                Ok(package) => self.run(&school, config, package, &store, &mut lane).await,
                Err(error) => Err(error),
            };
            let school = school.id.clone();
            all.push(Ran { school, task: Some(task), ended, waited, took: began.elapsed() });
        }
        all
    }

    async fn run(
        &self,
        school: &Arc<SchoolConfig>,
        config: TaskConfig,
        package: Arc<Package>,
        store: &Arc<SchoolDb>,
        lane: &mut Option<Lane>,
    ) -> Result<Ended> {
        let task = self.host.task(Arc::clone(school), config, package, Arc::clone(store))?;
        // Taken once for all tasks of the school: each taking is a wait for the disk.
        let lane = match lane {
            Some(lane) => lane,
            none => none.insert(task.take_lane()?),
        };
        let watch = Watch::silent(self.cancel.clone());
        let report = task.run_in(lane, Selection::default(), Extent::default(), None, watch).await?;
        Ok(Ended::of(task.config.connector.clone(), report))
    }
}

/// Runs a task with nobody who watches.
pub(super) async fn run(task: &Task, selection: Selection, extent: Extent, cancel: &Cancel) -> Result<Ended> {
    let watch = Watch::silent(cancel.clone());
    let report = task.run(selection, extent, None, watch).await?;
    Ok(Ended::of(task.config.connector.clone(), report))
}
