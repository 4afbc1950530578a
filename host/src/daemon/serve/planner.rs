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

    /// Schools with their last good settings.
    pub(super) fn configs(&self) -> Vec<Arc<SchoolConfig>> {
        self.schools.values().cloned().collect()
    }

    /// How many tasks have a timetable.
    pub(super) fn tasks(&self) -> usize {
        self.queue.tasks().count()
    }

    /// A school as its last good file has it.
    pub(super) fn school(&self, school: &SchoolId) -> Option<Arc<SchoolConfig>> {
        self.schools.get(school).cloned()
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

    /// A school is not to be seen, and may come back: nothing of it begins, and what is remembered stays.
    pub(super) fn set_aside(&mut self, school: &SchoolId) {
        self.schools.remove(school);
        for task in self.planned.get(school).into_iter().flatten() {
            if let Some(mark) = self.queue.mark(task) {
                self.remembered.insert(task.clone(), mark);
            }
            self.queue.remove(task);
        }
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
            decisions.begin.drain(..).for_each(|begin| self.queue.put_back(&begin.task, again, false));
            decisions.asked.drain(..).for_each(|task| self.queue.ask_again(&task, again));
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
            let mark = |task| self.queue.mark(task).or_else(|| self.remembered.get(task).cloned());
            let marks = self.unsaved.iter().filter_map(|task| Some((task.clone(), mark(task)?)));
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::error::Error;
    use crate::model::timetable::{CronLine, Missed, Schedule, When};
    use crate::store::Rota;

    const HOUR: Millis = 3_600_000;
    /// A midnight, by UTC.
    const NOW: Millis = 1_780_012_800_000;

    /// Keeps marks, or refuses to.
    #[derive(Default)]
    struct Store(Mutex<(BTreeMap<TaskRef, Mark>, bool)>);

    impl Store {
        fn full(&self, full: bool) {
            self.0.lock().expect("no panic").1 = full;
        }
    }

    impl MarkStore for Store {
        fn take_rota(&self, _: Millis) -> Result<Rota> {
            Ok(Rota::new(Box::new(())))
        }

        fn marks(&self) -> Result<Vec<(TaskRef, Mark)>> {
            Ok(self.0.lock().expect("no panic").0.clone().into_iter().collect())
        }

        fn put_marks(&self, marks: &[(TaskRef, Mark)]) -> Result<()> {
            let mut kept = self.0.lock().expect("no panic");
            if kept.1 {
                return Err(Error::failed("the disk is full"));
            }
            kept.0.extend(marks.iter().cloned());
            Ok(())
        }

        fn remove_marks(&self, tasks: &[TaskRef]) -> Result<()> {
            let mut kept = self.0.lock().expect("no panic");
            kept.0.retain(|task, _| !tasks.contains(task));
            Ok(())
        }
    }

    /// Its one task runs every hour.
    fn school(enabled: bool) -> Arc<SchoolConfig> {
        let line = CronLine::parse("0 * * * *").expect("a line");
        let mut schedule = Schedule::new(When::Cron { line, jitter_ms: 0 });
        schedule.missed = Missed::Skip;
        let task = TaskConfig { id: "t".into(), enabled, schedule: Some(schedule), ..TaskConfig::default() };
        let time_zone = "UTC".to_owned();
        Arc::new(SchoolConfig { id: "s".into(), time_zone, tasks: vec![task], ..SchoolConfig::default() })
    }

    fn begun(planner: &mut Planner, store: &Store, now: Millis) -> usize {
        planner.turn(store, now).0.begin.len()
    }

    #[test]
    fn nothing_begins_that_could_not_be_remembered() {
        let (store, mut planner) = (Store::default(), Planner::new(8, Vec::new()));
        planner.set(school(true), NOW + 1).expect("a timetable");
        assert_eq!(begun(&mut planner, &store, NOW + 1), 0);
        store.full(true);
        let (decisions, saved) = planner.turn(&store, NOW + HOUR);
        assert!(saved.is_err() && decisions.begin.is_empty(), "{decisions:?}");
        store.full(false);
        assert_eq!(begun(&mut planner, &store, NOW + HOUR + STORE_AGAIN_MS), 1, "it was not forgotten");
        let task = TaskRef { school: "s".into(), task: "t".into() };
        assert_eq!(store.marks().expect("readable")[0].1.open, [NOW + HOUR]);
        planner.ended(&task, 1);
        planner.save(&store).expect("writable");
        assert!(store.marks().expect("readable")[0].1.open.is_empty());
    }

    #[test]
    fn a_school_that_is_not_to_be_seen_keeps_what_it_missed() {
        let (store, mut planner) = (Store::default(), Planner::new(8, Vec::new()));
        planner.set(school(true), NOW + 1).expect("a timetable");
        assert_eq!(begun(&mut planner, &store, NOW + HOUR), 1);
        planner.set_aside(&"s".into());
        planner.save(&store).expect("writable");
        assert_eq!(begun(&mut planner, &store, NOW + HOUR + 1), 0);
        assert_eq!((planner.tasks(), planner.schools().len()), (0, 1), "it is known of");
        assert_eq!(store.marks().expect("readable")[0].1.open, [NOW + HOUR]);
        planner.ended(&TaskRef { school: "s".into(), task: "t".into() }, 1);
        planner.set(school(true), NOW + HOUR + 2).expect("a timetable");
        let decisions = planner.turn(&store, NOW + HOUR + 2).0;
        assert!(decisions.begin.len() == 1 && decisions.begin[0].resumed, "{decisions:?}");
    }

    #[test]
    fn what_is_remembered_waits_for_its_school_and_goes_with_it() {
        let (store, mut planner) = (Store::default(), Planner::new(8, Vec::new()));
        planner.set(school(true), NOW + 1).expect("a timetable");
        assert_eq!(begun(&mut planner, &store, NOW + HOUR), 1);

        let mut after = Planner::new(8, store.marks().expect("readable"));
        assert_eq!(after.schools().len(), 1, "known before its file is read");
        assert_eq!(begun(&mut after, &store, NOW + HOUR + 1), 0, "its file may be broken");
        after.set(school(true), NOW + HOUR + 2).expect("a timetable");
        let decisions = after.turn(&store, NOW + HOUR + 2).0;
        assert!(decisions.begin.len() == 1 && decisions.begin[0].resumed, "{decisions:?}");

        after.set(school(false), NOW + HOUR + 3).expect("nothing to plan");
        after.save(&store).expect("writable");
        assert_eq!((store.marks().expect("readable").len(), after.tasks()), (0, 0));
    }
}
