//! A task's evening: it is switched on, checked, looked at and sent, and what was held is approved.
//!
//! A check and a plan go on in the background here; a run goes through the server's loop. Whatever changes something
//! stands in the audit, under the person's login.

use std::sync::{Arc, PoisonError};

use super::{Busy, Cabinet, Person, School};
use crate::config::{self, Edited};
use crate::daemon::check::{self, Checked};
use crate::daemon::errands::{Begun, Kept, Look};
use crate::daemon::live::{self, Running};
use crate::daemon::orders::{Ordered, UnderWay};
use crate::daemon::preview::Preview;
use crate::daemon::task::Watch;
use crate::error::{Error, Result};
use crate::model::setup::TaskConfig;
use crate::model::{Extent, Selection, TaskId, TaskRef};
use crate::store::{DecisionStore, LaneStore, Order};

impl Kept for Checked {
    fn weight(&self) -> usize {
        self.lines.len() << 10
    }
}

impl Cabinet {
    /// Begins a check.
    pub fn check(&self, school: &School, task: &TaskConfig) -> Begun {
        let (school, task) = (school.clone(), task.clone());
        let name = school.name(&task.id);
        self.checks.begin(&name.clone(), |_, _| async move {
            let opened = school.open(&task).await;
            check::check(&school.host, &name, &task, opened.as_ref()).await
        })
    }

    /// What a check came to.
    pub fn checked(&self, task: &TaskRef) -> Look<Checked> {
        self.checks.look(task)
    }

    /// Begins to work out what a run would change. Of a school one plan is kept.
    pub fn plan(&self, school: &School, task: &TaskConfig) -> Begun {
        let (school, task) = (school.clone(), task.clone());
        let name = school.name(&task.id);
        self.plans.only(&name);
        self.plans.begin(&name, |progress, cancel| async move {
            let opened = school.open(&task).await?;
            let planned =
                opened.plan(Selection::default(), Extent::default(), Watch { progress, cancel }).await?;
            Ok(Preview::of(planned))
        })
    }

    /// What a run would change.
    pub fn planned(&self, task: &TaskRef) -> Look<Preview> {
        self.plans.look(task)
    }

    /// Names a form, so that sending it twice does once what it says.
    pub fn new_form(&self) -> Result<String> {
        super::secret()
    }

    /// Orders a run. What was planned is true no more when it has begun.
    ///
    /// # Errors
    /// Nobody answers, or (inside) the order cannot be remembered or the audit not be written.
    pub async fn send(
        &self,
        person: &Person,
        task: &TaskRef,
        selection: Selection,
        form: &str,
    ) -> std::result::Result<Result<Ordered>, Busy> {
        let about = told(&selection);
        let (at, form) = (self.now(), form.to_owned());
        let order = Order { task: task.clone(), at, selection, form, not_before: None };
        let ordered = self.asks.order(order).await?;
        if !matches!(ordered, Ok(Ordered::Taken)) {
            return Ok(ordered);
        }
        self.plans.forget(task);
        if let Err(error) = self.note(person, "run", &task.school, Some(&task.task), &about) {
            // What nobody can prove is not done.
            self.asks.stop(task).await?;
            return Ok(Err(error));
        }
        Ok(ordered)
    }

    /// What goes on with a task, here or in another process.
    pub async fn under_way(&self, task: &TaskRef) -> std::result::Result<Option<UnderWay>, Busy> {
        match self.asks.under_way(task).await? {
            None => Ok(self.elsewhere(task).await.map(UnderWay::Elsewhere)),
            here => Ok(here),
        }
    }

    /// Its run in another process. Whoever cannot be asked is not seen, and the page says what it said before.
    async fn elsewhere(&self, task: &TaskRef) -> Option<Running> {
        let (data, of) = (self.data.clone(), task.clone());
        match tokio::task::spawn_blocking(move || live::elsewhere(&data, &of)).await {
            Ok(Ok(running)) => running,
            Ok(Err(error)) => {
                tracing::warn!(?error, "runs of other processes cannot be looked at");
                None
            }
            Err(broken) => {
                tracing::error!(%broken, "looking at runs of other processes broke off");
                None
            }
        }
    }

    /// Asks the run of a task to stop.
    ///
    /// # Errors
    /// Nobody answers, or (inside) the audit cannot be written.
    pub async fn stop(&self, person: &Person, task: &TaskRef) -> std::result::Result<Result<()>, Busy> {
        let goes_on = self.asks.stop(task).await?;
        Ok(if goes_on { self.note(person, "run-stop", &task.school, Some(&task.task), "") } else { Ok(()) })
    }

    /// Approves exactly the plan that is looked at, if it is held. `false`: it is not looked at any more.
    ///
    /// # Errors
    /// Somebody else has the school's lane, or our own store fails.
    pub async fn approve(&self, person: &Person, school: &School, task: &TaskId, plan: &str) -> Result<bool> {
        let name = school.name(task);
        let Look::Done(preview, _) = self.planned(&name) else { return Ok(false) };
        let Preview::Made(made) = &*preview else { return Ok(false) };
        if made.plan.hash != plan || made.plan.hold.is_none() {
            return Ok(false);
        }
        let (now, who, of, hash) = (self.now(), person.account.login.clone(), task.clone(), plan.to_owned());
        let approved = school.read(move |_, store| {
            let lane = store.take_lane("approve", now)?;
            store.approve(lane.fence(), &of, &hash, &who, now)
        });
        approved.await?;
        self.note(person, "approve", &name.school, Some(&name.task), plan).map(|()| true)
    }

    /// A school's file with a task switched on or off, to be looked at.
    ///
    /// # Errors
    /// The file cannot be read, or has no such task.
    pub async fn switched(&self, school: &School, task: &TaskId, on: bool) -> Result<Edited> {
        let (file, task) = (school.config.file.clone(), task.clone());
        let edited = tokio::task::spawn_blocking(move || config::with_enabled(&file, &task, on));
        edited.await.map_err(|broken| Error::internal("looking at a file broke off").because(broken))?
    }

    /// Switches a task on or off; the server knows of it when this answers.
    ///
    /// # Errors
    /// The file cannot be changed, or the audit not be written.
    pub async fn switch(&self, person: &Person, school: &School, task: &TaskId, on: bool) -> Result<()> {
        let (file, of, files) = (school.config.file.clone(), task.clone(), Arc::clone(&self.files));
        let written = tokio::task::spawn_blocking(move || {
            let _one = files.lock().unwrap_or_else(PoisonError::into_inner);
            let edited = config::with_enabled(&file, &of, on)?;
            edited.write().map(|()| !edited.changed.is_empty())
        });
        let written = written
            .await
            .map_err(|broken| Error::internal("changing a file broke off").because(broken))??;
        if written {
            let what = if on { "enable" } else { "disable" };
            self.note(person, what, &school.config.id, Some(task), "")?;
            self.checks.forget(&school.name(task));
        }
        self.take_over().await;
        Ok(())
    }

    /// Has the server read changed files now; it knows of them when this answers.
    pub async fn take_over(&self) {
        if self.asks.read().await == Err(Busy) {
            tracing::warn!("nobody reads the changed file now: it is read at its time");
        }
    }
}

/// What was chosen, for the audit: classes by name, persons by number only.
fn told(selection: &Selection) -> String {
    let Selection { groups, persons } = selection;
    let classes = (!groups.is_empty()).then(|| format!("classes {}", groups.join(", ")));
    let persons = (!persons.is_empty()).then(|| format!("persons: {}", persons.len()));
    [classes, persons].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_names_classes_and_counts_persons() {
        let chosen = |groups: &[&str], persons: &[&str]| Selection {
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            persons: persons.iter().map(|person| (*person).to_owned()).collect(),
        };
        assert_eq!(told(&chosen(&[], &[])), "");
        assert_eq!(told(&chosen(&["5-А", "6-Б"], &["p1"])), "classes 5-А, 6-Б; persons: 1");
    }
}
