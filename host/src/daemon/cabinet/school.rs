//! A school as somebody sees it. Whatever is shown of a school goes through [`Cabinet::school`], which answers nothing
//! for a school that is not theirs: it is not told from one that there is not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::{Cabinet, Person};
use crate::daemon::asks::{Busy, KnownSchool};
use crate::daemon::host::{Host, Package};
use crate::daemon::links::Links;
use crate::daemon::task::Task;
use crate::daemon::told::{self, Standing};
use crate::error::{Error, Result};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Message, Millis, RunSummary, SchoolId, TaskId, TaskRef};
use crate::store::{AuditEntry, AuditStore, RunStore, SchoolDb};

/// Runs of a task that are listed.
const RUNS: u32 = 30;

/// How often, and how many times, it is looked whether changed settings hold.
const LOOK: Duration = Duration::from_millis(150);
const LOOKS: u32 = 40;

/// A school that somebody may see.
#[derive(Clone)]
pub struct School {
    /// Its settings, as its last good file has them.
    pub config: Arc<SchoolConfig>,
    pub(super) host: Arc<Host>,
    pub(super) packages: BTreeMap<TaskId, Arc<Package>>,
}

/// How a task stands, for a list.
pub struct TaskLine {
    /// The task.
    pub task: TaskConfig,
    /// Its connector, where it can be used.
    pub package: Option<Arc<Package>>,
    /// How it stands.
    pub standing: Standing,
    /// When it runs by itself next.
    pub next: Option<Millis>,
}

impl Cabinet {
    /// The schools that this person sees, by id.
    pub async fn schools(&self, person: &Person) -> std::result::Result<Vec<Arc<SchoolConfig>>, Busy> {
        let all = self.asks.schools().await?;
        Ok(all.into_iter().filter(|school| person.account.sees(&school.id)).collect())
    }

    /// A school; nothing where there is none that this person sees.
    pub async fn school(
        &self,
        person: &Person,
        school: &SchoolId,
    ) -> std::result::Result<Option<School>, Busy> {
        if !person.account.sees(school) {
            return Ok(None);
        }
        let known = self.asks.school(school).await?;
        Ok(known.map(|KnownSchool { host, school, packages }| School { config: school, host, packages }))
    }

    /// Waits until the server has taken a change of this school's settings over, which it does within seconds: whoever made
    /// it is shown what holds.
    pub async fn settled(&self, school: &SchoolId, holds: impl Fn(&SchoolConfig) -> bool) {
        for _ in 0..LOOKS {
            let known = self.asks.school(school).await.ok().flatten();
            if known.is_none_or(|known| holds(&known.school)) {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The zone in which times are told somebody: their school's, else this computer's.
    pub async fn zone(&self, person: &Person) -> TimeZone {
        let school = match &person.account.school {
            Some(school) => self.school(person, school).await.ok().flatten(),
            None => None,
        };
        let own = school.and_then(|school| TimeZone::get(&school.config.time_zone).ok());
        own.unwrap_or_else(TimeZone::system)
    }

    /// Somebody took a report of a run with them.
    pub fn note_report(&self, person: &Person, run: &RunSummary) -> Result<()> {
        let entry = AuditEntry {
            at: self.now(),
            who: person.account.login.clone(),
            what: "report".to_owned(),
            school: Some(run.task.school.clone()),
            task: Some(run.task.task.clone()),
            about: run.id.to_string(),
            ..AuditEntry::default()
        };
        self.store.audit(&entry).map(drop)
    }
}

impl School {
    /// Reads of the school's store, off the threads that serve.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self, &SchoolDb) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_shared(move |school, store| work(school, store)).await
    }

    /// The same for work that holds on to the store.
    pub async fn read_shared<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self, &Arc<SchoolDb>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let school = self.clone();
        let read = tokio::task::spawn_blocking(move || {
            let store = school.host.school(&school.config)?;
            work(&school, &store)
        });
        read.await.map_err(|broken| Error::internal("reading a school broke off").because(broken))?
    }

    /// A task's whole name.
    pub fn name(&self, task: &TaskId) -> TaskRef {
        TaskRef { school: self.config.id.clone(), task: task.clone() }
    }

    /// A task's connector, where it can be used.
    pub fn package(&self, task: &TaskId) -> Option<Arc<Package>> {
        self.packages.get(task).cloned()
    }

    /// A task made ready, off the threads that serve.
    pub(super) async fn open(&self, task: &TaskConfig) -> Result<Task> {
        let unusable = || {
            Error::config("the task's connector cannot be used").message(Message::new("cabinet-no-connector"))
        };
        let package = self.packages.get(&task.id).cloned().ok_or_else(unusable)?;
        let (school, task) = (self.clone(), task.clone());
        let opened = tokio::task::spawn_blocking(move || {
            let store = school.host.school(&school.config)?;
            school.host.task(Arc::clone(&school.config), task, package, store)
        });
        opened.await.map_err(|broken| Error::internal("opening a task broke off").because(broken))?
    }

    /// How all tasks stand at this moment.
    pub fn tasks(&self, store: &SchoolDb, now: Millis) -> Result<Vec<TaskLine>> {
        self.config.tasks.iter().map(|task| self.line(store, task, now)).collect()
    }

    /// How one of them stands; nothing where there is none.
    pub fn task(&self, store: &SchoolDb, task: &TaskId, now: Millis) -> Result<Option<TaskLine>> {
        self.config.task(task).map(|task| self.line(store, task, now)).transpose()
    }

    /// Where the pages are that a task's connector names.
    pub fn links(&self, task: &TaskConfig) -> Links {
        Links::of(self.host.config(), task)
    }

    fn line(&self, store: &SchoolDb, task: &TaskConfig, now: Millis) -> Result<TaskLine> {
        Ok(TaskLine {
            standing: told::standing(store, task)?,
            next: told::next_run(&self.config, task, now)?,
            package: self.packages.get(&task.id).cloned(),
            task: task.clone(),
        })
    }

    /// The latest runs of a task.
    pub fn runs(&self, store: &SchoolDb, task: &TaskId) -> Result<Vec<RunSummary>> {
        let runs = store.runs(Some(task), RUNS)?;
        runs.into_iter().map(|run| told::as_it_stands(store, run)).collect()
    }

    /// A run of this task; nothing where there is none.
    pub fn run(&self, store: &SchoolDb, task: &TaskId, number: u64) -> Result<Option<RunSummary>> {
        let run = store.run(number)?.filter(|run| run.task.task == *task);
        run.map(|run| told::as_it_stands(store, run)).transpose()
    }
}

impl std::fmt::Debug for School {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "School({})", self.config.id)
    }
}
