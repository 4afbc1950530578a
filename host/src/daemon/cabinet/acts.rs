//! What somebody changes at a school. [`Actor`] is made only for whoever may; what they do goes through the school's lane,
//! goes on to its end whatever becomes of their browser, and stands in the audit under their login.

use std::sync::Arc;

use super::{Cabinet, Person, School};
use crate::config;
use crate::daemon::answers::{self, Answered, Given};
use crate::daemon::host::Package;
use crate::daemon::notify::Teller;
use crate::daemon::removal;
use crate::daemon::soon::lane_soon;
use crate::daemon::task::Task;
use crate::daemon::unbinding::Bound;
use crate::error::{Error, Result};
use crate::model::account::Role;
use crate::model::notify::{Recipient, Topic};
use crate::model::{Connector, LedgerEntry, Millis, Outcome, TaskId};
use crate::reconcile::Undone;
use crate::store::{
    AuditEntry, AuditStore, BindingStore, HostDb, LANE_BUSY, Lane, Notice, NoticeFilter, OutboxStore,
    SchoolDb,
};

/// Somebody who may change something at a school.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who.
    pub person: Person,
    /// Where.
    pub school: School,
    shared: Arc<HostDb>,
    now: Millis,
}

/// Bytes of an address.
const LONGEST_ADDRESS: usize = 254;

/// What became of a wish to be told, or not to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It stands in the school's file.
    Written,
    /// It is no e-mail address.
    NoAddress,
    /// This host sends no mail.
    NoWay,
}

/// What became of an unbinding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbound {
    /// It is bound no more.
    Done,
    /// It was not bound.
    Before,
}

impl Cabinet {
    /// Somebody who may change something at this school; nothing where they may only look.
    pub fn actor(&self, person: Person, school: School) -> Option<Actor> {
        let (shared, now) = (Arc::clone(&self.store), self.now());
        person.account.acts(&school.config.id).then(|| Actor { person, school, shared, now })
    }

    /// The school's latest notifications, the newest first.
    ///
    /// # Errors
    /// Our own store fails.
    pub fn notices(&self, school: &School, limit: u32) -> Result<Vec<Notice>> {
        let filter = NoticeFilter { school: Some(&school.config.id), ..NoticeFilter::default() };
        self.store.notices(filter, limit)
    }

    /// Who is told of what happens at a school.
    pub fn recipients(&self, school: &School) -> Vec<Recipient> {
        let teller = Teller::new(&self.store, &school.host.config().notify, &school.config);
        teller.recipients().into_iter().cloned().collect()
    }
}

impl Person {
    /// May they undo bindings? No school can do that itself (D1).
    pub fn unbinds(&self) -> bool {
        self.account.role == Role::RegionAdministrator
    }
}

impl Actor {
    /// Answers a question; `None`: somebody else has the lane.
    ///
    /// # Errors
    /// Our own store fails.
    pub async fn answer(&self, task: &TaskId, given: Given) -> Result<Option<Answered>> {
        let (shared, task) = (Arc::clone(&self.shared), task.clone());
        let entry = self.entry("decide", &task, given.number.to_string());
        let answer = move |store: &Arc<SchoolDb>, lane: &Lane| {
            answers::answer(store, &shared, lane, (&task, &given), &entry)
        };
        self.in_lane("decide", answer).await
    }

    /// Undoes a binding; `None`: somebody else has the lane.
    ///
    /// # Errors
    /// They may not, or our own store fails.
    pub async fn unbind(
        &self,
        task: &TaskId,
        package: Arc<Package>,
        reason: &str,
    ) -> Result<Option<Unbound>> {
        if !self.person.unbinds() {
            return Err(Error::internal("a school undoes its own binding"));
        }
        let (shared, school, task) = (Arc::clone(&self.shared), self.school.clone(), task.clone());
        let entry = self.entry("unbind", &task, reason.to_owned());
        let unbind = move |store: &Arc<SchoolDb>, lane: &Lane| {
            if store.binding(&task)?.is_none() {
                return Ok(Unbound::Before);
            }
            let (notify, manifest) = (&school.host.config().notify, &package.manifest);
            let bound =
                Bound { store, shared: &shared, notify, school: &school.config, task: &task, manifest };
            bound.unbind(lane, &entry).map(|()| Unbound::Done)
        };
        self.in_lane("unbind", unbind).await
    }

    /// Puts back what a run changed in the school's records; `None`: somebody else has the lane.
    ///
    /// # Errors
    /// Our own store fails.
    pub async fn undo(&self, task: &TaskId, run: u64, reason: &str) -> Result<Option<Vec<Undone>>> {
        let (school, shared, task) = (self.school.clone(), Arc::clone(&self.shared), task.clone());
        let about = format!("run {}-{run}: ", school.config.id);
        let (entry, reason) = (self.entry("undo", &task, String::new()), reason.to_owned());
        let undo = move |store: &Arc<SchoolDb>, lane: &Lane| {
            let Some(ready) = school.ready(store, &task)? else { return Ok(Vec::new()) };
            if ready.undo(None, run)?.is_empty() {
                return Ok(Vec::new());
            }
            let note = |what: &str, rest: String| {
                let (what, about) = (what.to_owned(), format!("{about}{rest}"));
                shared.audit(&AuditEntry { what, about, ..entry.clone() })
            };
            note("undo-begin", reason)?;
            let undone = ready.undo(Some(lane), run)?;
            let back = undone.iter().filter(|record| record.since.is_none()).count();
            note("undo", format!("{back} of {}", undone.len()))?;
            Ok(undone)
        };
        self.in_lane("undo", undo).await
    }

    /// Takes away there what a task has of a person; `None`: somebody else has the lane. Asks the other side: to be done
    /// where it goes on to its end.
    ///
    /// # Errors
    /// Our own store fails.
    pub async fn remove(
        &self,
        task: &TaskId,
        person: &str,
        reason: &str,
    ) -> Result<Option<Vec<(LedgerEntry, Outcome)>>> {
        let (id, who) = (task.clone(), person.to_owned());
        let read = self.school.read_shared(move |school, store| {
            let Some(ready) = school.ready(store, &id)? else { return Ok(None) };
            let entries = removal::of_person(store, ready.connector.manifest(), &id, &who)?;
            Ok(Some((ready, entries)))
        });
        let Some((ready, entries)) = read.await? else { return Ok(Some(Vec::new())) };
        if entries.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let entry = self.entry("remove", task, String::new());
        match removal::remove(&ready, &self.shared, entries, reason, &entry).await {
            Err(error) if error.is(LANE_BUSY) => Ok(None),
            removed => removed.map(Some),
        }
    }

    /// Has an address told of these topics, or of everything where none is named; or of nothing any more. `None`: somebody
    /// else has the lane.
    ///
    /// # Errors
    /// The school's file cannot be changed.
    pub async fn tell(&self, mail: &str, wish: Option<(Vec<Topic>, String)>) -> Result<Option<Wish>> {
        if self.school.host.config().notify.mail.is_none() {
            return Ok(Some(Wish::NoWay));
        }
        if mail.len() > LONGEST_ADDRESS || !config::is_mail(mail) {
            return Ok(Some(Wish::NoAddress));
        }
        let (shared, mail, file) =
            (Arc::clone(&self.shared), mail.to_owned(), self.school.config.file.clone());
        let what = if wish.is_some() { "notify-add" } else { "notify-remove" };
        let entry = AuditEntry { task: None, ..self.entry(what, &"".into(), String::new()) };
        let change = move |_: &Arc<SchoolDb>, _: &Lane| {
            let edited = match &wish {
                Some((topics, language)) => config::with_mail(&file, &mail, topics, language)?,
                None => config::without_mail(&file, &mail)?,
            };
            edited.write()?;
            if !edited.changed.is_empty() {
                shared.audit(&entry)?;
            }
            Ok(Wish::Written)
        };
        self.in_lane("notify", change).await
    }

    /// Every notification of the school up to this one is read; of so many that are looked at.
    ///
    /// # Errors
    /// Our own store fails.
    pub async fn read_notices(&self, until: u64, look: u32) -> Result<()> {
        let (shared, now, who) = (Arc::clone(&self.shared), self.now, self.person.account.login.clone());
        let read = self.school.read(move |school, _| {
            let filter =
                NoticeFilter { school: Some(&school.config.id), unread: true, ..NoticeFilter::default() };
            let unread = shared.notices(filter, look)?.into_iter().map(|notice| notice.number);
            let numbers: Vec<u64> = unread.filter(|number| *number <= until).collect();
            shared.read_notices(&numbers, &who, now).map(drop)
        });
        read.await
    }

    /// Work in the school's lane, off the threads that serve; `None`: somebody else has it for longer than anybody waits.
    async fn in_lane<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Arc<SchoolDb>, &Lane) -> Result<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let now = self.now;
        let done = self.school.read_shared(move |_, store| {
            let lane = lane_soon(store, doing, now)?;
            lane.map(|lane| work(store, &lane)).transpose()
        });
        done.await
    }

    fn entry(&self, what: &str, task: &TaskId, about: String) -> AuditEntry {
        AuditEntry {
            at: self.now,
            who: self.person.account.login.clone(),
            what: what.to_owned(),
            school: Some(self.school.config.id.clone()),
            task: Some(task.clone()),
            about,
            ..AuditEntry::default()
        }
    }
}

impl School {
    /// What would be put back of what a run of this task wrote into the school's records.
    ///
    /// # Errors
    /// Our own store fails.
    pub fn undoable(&self, store: &Arc<SchoolDb>, task: &TaskId, run: u64) -> Result<Vec<Undone>> {
        let ready = self.ready(store, task)?;
        ready.map_or_else(|| Ok(Vec::new()), |ready| ready.undo(None, run))
    }

    /// A task made ready; nothing where there is none, or its connector cannot be used.
    pub(super) fn ready(&self, store: &Arc<SchoolDb>, task: &TaskId) -> Result<Option<Task>> {
        let Some((config, package)) = self.config.task(task).cloned().zip(self.package(task)) else {
            return Ok(None);
        };
        self.host.task(Arc::clone(&self.config), config, package, Arc::clone(store)).map(Some)
    }
}
