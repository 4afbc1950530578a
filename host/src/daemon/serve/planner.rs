//! Which runs begin when: the queue, the schools' last good settings, and the marks that are still to be stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::Result;
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::timetable::Mark;
use crate::model::{Millis, SchoolId, TaskRef};
use crate::schedule::{Decisions, Queue, Timetable};
use crate::store::MarkStore;

/// Milliseconds until a run is tried again that could not begin because marks could not be stored.
const STORE_AGAIN_MS: Millis = 5_000;

/// Decides, and remembers what it has decided.
pub(super) struct Planner {
    pub(super) queue: Queue,
    schools: BTreeMap<SchoolId, Arc<SchoolConfig>>,
    /// The tasks of each school that have a timetable, or a mark from before the start.
    planned: BTreeMap<SchoolId, BTreeSet<TaskRef>>,
    /// Marks from before the start whose tasks have not been seen yet.
    remembered: BTreeMap<TaskRef, Mark>,
    unsaved: BTreeSet<TaskRef>,
    forgotten: BTreeSet<TaskRef>,
}

impl Planner {
    /// Begins so many runs at once; `marks` is what was remembered.
    pub(super) fn new(slots: usize, marks: Vec<(TaskRef, Mark)>) -> Self {
        let mut planned: BTreeMap<SchoolId, BTreeSet<TaskRef>> = BTreeMap::new();
        for (task, _) in &marks {
            planned.entry(task.school.clone()).or_default().insert(task.clone());
        }
        Self {
            queue: Queue::new(slots),
            schools: BTreeMap::new(),
            planned,
            remembered: marks.into_iter().collect(),
            unsaved: BTreeSet::new(),
            forgotten: BTreeSet::new(),
        }
    }

    /// Schools whose settings it knows, or of which something is remembered.
    pub(super) fn schools(&self) -> BTreeSet<SchoolId> {
        self.schools.keys().chain(self.planned.keys()).cloned().collect()
    }

    /// How many tasks have a timetable.
    pub(super) fn tasks(&self) -> usize {
        self.queue.tasks().count()
    }

    /// A task as its school's last good file has it.
    pub(super) fn find(&self, task: &TaskRef) -> Option<(Arc<SchoolConfig>, TaskConfig)> {
        let school = self.schools.get(&task.school)?;
        Some((Arc::clone(school), school.task(&task.task)?.clone()))
    }

    /// Takes a school's settings.
    ///
    /// # Errors
    /// A timetable cannot be made; everything stays as it was.
    pub(super) fn set(&mut self, school: Arc<SchoolConfig>, now: Millis) -> Result<()> {
        if self.schools.get(&school.id) == Some(&school) {
            return Ok(());
        }
        let timetables = timetables(&school)?;
        let tasks = timetables.iter().map(|(task, _)| task.clone()).collect();
        self.forget_others(&school.id, tasks);
        for (task, timetable) in timetables {
            let mark = self.remembered.remove(&task);
            self.forgotten.remove(&task);
            self.queue.set(&task, timetable, mark.as_ref(), now);
        }
        self.schools.insert(school.id.clone(), school);
        Ok(())
    }

    /// A school is there no more.
    pub(super) fn remove(&mut self, school: &SchoolId) {
        self.forget_others(school, BTreeSet::new());
        self.planned.remove(school);
        self.schools.remove(school);
    }

    /// Only these tasks of the school are still there: the marks of others go.
    fn forget_others(&mut self, school: &SchoolId, tasks: BTreeSet<TaskRef>) {
        let before = self.planned.insert(school.clone(), tasks.clone()).unwrap_or_default();
        for task in before.difference(&tasks) {
            self.queue.remove(task);
            self.remembered.remove(task);
            self.unsaved.remove(task);
            self.forgotten.insert(task.clone());
        }
    }

    /// Decides what `now` brings. While marks cannot be stored nothing begins; the error says why.
    pub(super) fn turn(&mut self, store: &dyn MarkStore, now: Millis) -> (Decisions, Result<()>) {
        let mut decisions = self.queue.tick(now);
        self.unsaved.extend(decisions.marks.drain(..).map(|(task, _)| task));
        let saved = self.save(store);
        if saved.is_err() {
            let again = now.saturating_add(STORE_AGAIN_MS);
            decisions.begin.drain(..).for_each(|begin| self.queue.put_back(&begin.task, again));
        }
        (decisions, saved)
    }

    /// A run has ended, well or not. What is remembered of it is stored with the next turn.
    pub(super) fn ended(&mut self, task: &TaskRef, took_ms: u64) {
        if self.queue.ended(task, took_ms).is_some() {
            self.unsaved.insert(task.clone());
        }
    }

    /// Stores durably what has not been stored yet.
    pub(super) fn save(&mut self, store: &dyn MarkStore) -> Result<()> {
        if !self.unsaved.is_empty() {
            let marks = self.unsaved.iter().filter_map(|task| Some((task.clone(), self.queue.mark(task)?)));
            store.put_marks(&marks.collect::<Vec<_>>())?;
            self.unsaved.clear();
        }
        if !self.forgotten.is_empty() {
            store.remove_marks(&self.forgotten.iter().cloned().collect::<Vec<_>>())?;
            self.forgotten.clear();
        }
        Ok(())
    }
}

/// The timetables of the tasks that are switched on and have one.
fn timetables(school: &SchoolConfig) -> Result<Vec<(TaskRef, Timetable)>> {
    let mut all = Vec::new();
    for task in school.tasks.iter().filter(|task| task.enabled) {
        let name = TaskRef { school: school.id.clone(), task: task.id.clone() };
        all.extend(Timetable::of(school, task)?.map(|timetable| (name, timetable)));
    }
    Ok(all)
}
