//! The decisions of a scheduler for all tasks: time and ended runs go in, runs to begin come out.
//!
//! A plain state machine, so that a month of a region can be played through in a test. What it has to remember over a
//! restart is one [`Mark`] for each task. Whoever drives it stores the marks of an answer durably before it begins the
//! runs of that answer, and so each time of a schedule is either run to its end once or let go with a reason, wherever
//! the host is killed: a run that was cut short goes on as the same run.
//!
//! - One run for each school at once, and no more in all than there are slots.
//! - When slots are scarce, the school that has used least is next (`fair`); within a school the earliest time.
//! - What a person asks for goes before what a schedule asks for. It is not remembered here: it is asked for again after
//!   a restart.
//! - At most one run of a task waits while another goes on (`overlap = "queue"`), or none (`"skip"`). A run whose turn
//!   has not come yet stands for the later ones too: it will find what they would.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::clockwork::Occurrence;
use super::fair::Fair;
use super::timetable::{Due, Passed, Permit, Reason, Timetable};
use crate::model::timetable::{Mark, Overlap};
use crate::model::{Extent, Millis, SchoolId, TaskRef};

/// A clock set back by more than this was wrong before.
const SET_BACK_MS: Millis = 24 * 3_600_000;

/// A run to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begin {
    /// Whose.
    pub task: TaskRef,
    /// Its time, and how much of its plan is carried out.
    pub due: Due,
    /// It had begun, or was to begin, before the host went away.
    pub resumed: bool,
    /// It had begun and was put back: that it begins now is not how late it was.
    pub again: bool,
}

/// Times of which no run came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetGo {
    /// Whose.
    pub task: TaskRef,
    /// Which, and why.
    pub passed: Passed,
}

/// What follows from a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// To be stored durably before anything of `begin` begins.
    pub marks: Vec<(TaskRef, Mark)>,
    /// Runs to begin.
    pub begin: Vec<Begin>,
    /// Runs to begin that people asked for.
    pub asked: Vec<TaskRef>,
    /// Times let go, to be told.
    pub let_go: Vec<LetGo>,
    /// When to ask again at the latest. `None`: when something changes.
    pub wake: Option<Millis>,
}

/// A run whose turn has not come.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    occurrence: Occurrence,
    resumed: bool,
    again: bool,
    not_before: Millis,
}

#[derive(Debug)]
struct Entry {
    timetable: Timetable,
    decided: Millis,
    running: Option<Waiting>,
    waiting: VecDeque<Waiting>,
}

/// Tasks, what of them waits and what runs.
#[derive(Debug)]
pub struct Queue {
    slots: usize,
    tasks: BTreeMap<TaskRef, Entry>,
    /// Schools with something that waits, and which tasks.
    waiting: BTreeMap<SchoolId, BTreeSet<TaskRef>>,
    /// The task that runs in each school.
    lanes: BTreeMap<SchoolId, TaskRef>,
    wakes: BTreeSet<(Millis, TaskRef)>,
    /// Runs that people asked for, the first first, and before when each does not begin.
    asked: VecDeque<(TaskRef, Millis)>,
    fair: Fair,
    last: Millis,
    changed: BTreeSet<TaskRef>,
}

impl Queue {
    /// A queue that begins so many runs at once, at least one.
    pub fn new(slots: usize) -> Self {
        Self {
            slots: slots.max(1),
            tasks: BTreeMap::new(),
            waiting: BTreeMap::new(),
            lanes: BTreeMap::new(),
            wakes: BTreeSet::new(),
            asked: VecDeque::new(),
            fair: Fair::default(),
            last: Millis::MIN,
            changed: BTreeSet::new(),
        }
    }

    /// Adds a task, or gives it another timetable. `mark`: what was remembered of it; `None`: it is new, and its first
    /// time is the first after `now`. A task that is known already keeps what it remembers.
    pub fn set(&mut self, task: &TaskRef, timetable: Timetable, mark: Option<&Mark>, now: Millis) {
        let known = self.tasks.remove(task);
        let before = known.as_ref().map(Entry::mark);
        if known.is_some() {
            self.wakes.retain(|(_, other)| other != task);
        }
        let mark = before.as_ref().or(mark);
        let same = mark.filter(|mark| mark.schedule == timetable.written());
        let decided = same.map_or(now, |mark| mark.decided);
        let (running, waiting) = match known {
            Some(entry) => (entry.running, entry.waiting),
            None => (None, mark.map(|mark| resumed(&timetable, mark)).unwrap_or_default()),
        };
        self.tasks.insert(task.clone(), Entry { timetable, decided, running, waiting });
        self.note_waiting(task);
        self.wakes.insert((Millis::MIN, task.clone()));
        self.changed.insert(task.clone());
    }

    /// Takes a task away. A run of it that goes on keeps its school's lane until it has ended.
    pub fn remove(&mut self, task: &TaskRef) {
        self.tasks.remove(task);
        self.note_waiting(task);
        self.wakes.retain(|(_, other)| other != task);
        self.changed.remove(task);
    }

    /// The tasks it knows.
    pub fn tasks(&self) -> impl Iterator<Item = &TaskRef> {
        self.tasks.keys()
    }

    /// What is to be remembered of a task.
    pub fn mark(&self, task: &TaskRef) -> Option<Mark> {
        self.tasks.get(task).map(Entry::mark)
    }

    /// What runs.
    pub fn running(&self) -> impl Iterator<Item = &TaskRef> {
        self.lanes.values()
    }

    /// How many runs wait for their turn.
    pub fn waiting(&self) -> usize {
        self.asked.len() + self.tasks.values().map(|entry| entry.waiting.len()).sum::<usize>()
    }

    /// A person asks for a run, which does not begin before this. `false`: one of the task runs, or was asked for already.
    pub fn ask(&mut self, task: &TaskRef, not_before: Millis) -> bool {
        let runs = self.lanes.get(&task.school) == Some(task);
        let free = !runs && !self.is_asked(task);
        if free {
            self.asked.push_back((task.clone(), not_before));
        }
        free
    }

    /// Did somebody ask for a run of this task that has not begun?
    pub fn is_asked(&self, task: &TaskRef) -> bool {
        self.asked.iter().any(|(asked, _)| asked == task)
    }

    /// Nobody asks for it any more. `false`: nobody did, or it has begun.
    pub fn unask(&mut self, task: &TaskRef) -> bool {
        let before = self.asked.len();
        self.asked.retain(|(asked, _)| asked != task);
        self.asked.len() < before
    }

    /// A run that somebody asked for could not begin, or could not go on: it waits again, at least until then.
    pub fn ask_again(&mut self, task: &TaskRef, not_before: Millis) {
        if self.leave_lane(task).is_some() {
            self.asked.push_front((task.clone(), not_before));
        }
    }

    /// A run has ended, well or not, and took so many milliseconds. Answers the mark to be stored.
    pub fn ended(&mut self, task: &TaskRef, took_ms: u64) -> Option<Mark> {
        self.leave_lane(task)?;
        self.fair.charge(&task.school, took_ms);
        let entry = self.tasks.get_mut(task)?;
        entry.running = None;
        Some(entry.mark())
    }

    /// A school has used so many milliseconds that are not told by [`Self::ended`].
    pub fn used(&mut self, school: &SchoolId, ms: u64) {
        self.fair.charge(school, ms);
    }

    /// A run could not begin, or (`begun`) could not go on: it waits again, at least until then.
    pub fn put_back(&mut self, task: &TaskRef, not_before: Millis, begun: bool) {
        if self.leave_lane(task).is_none() {
            return;
        }
        let Some(entry) = self.tasks.get_mut(task) else { return };
        if let Some(run) = entry.running.take() {
            let again = run.again || begun;
            entry.waiting.push_front(Waiting { again, not_before, ..run });
            self.wakes.insert((not_before, task.clone()));
            self.note_waiting(task);
        }
    }

    /// Decides what `now` brings.
    pub fn tick(&mut self, now: Millis) -> Decisions {
        if now < self.last.saturating_sub(SET_BACK_MS) {
            self.wakes = self.tasks.keys().map(|task| (Millis::MIN, task.clone())).collect();
        }
        self.last = now;
        let mut decisions = Decisions::default();
        while let Some((_, task)) = self.wakes.first().filter(|(at, _)| *at <= now).cloned() {
            self.wakes.pop_first();
            self.judge(&task, now, &mut decisions.let_go);
        }
        self.dispatch_asked(now, &mut decisions);
        self.dispatch(now, &mut decisions);
        let marks = std::mem::take(&mut self.changed).into_iter();
        decisions.marks = marks.filter_map(|task| Some((task.clone(), self.mark(&task)?))).collect();
        let later = self.asked.iter().map(|(_, at)| *at).filter(|at| *at > now);
        decisions.wake = later.chain(self.wakes.first().map(|(at, _)| *at)).min();
        decisions
    }

    fn judge(&mut self, task: &TaskRef, now: Millis, let_go: &mut Vec<LetGo>) {
        let Some(entry) = self.tasks.get_mut(task) else { return };
        let mut verdict = entry.timetable.judge(entry.decided, now);
        if let Some(due) = verdict.due
            && !entry.admit(due)
        {
            let at = due.occurrence.at;
            verdict.passed.push(Passed { reason: Reason::Overlap, count: 1, first: at, last: at });
        }
        if verdict.decided != entry.decided {
            entry.decided = verdict.decided;
            self.changed.insert(task.clone());
        }
        let_go.extend(verdict.passed.into_iter().map(|passed| LetGo { task: task.clone(), passed }));
        self.wakes.extend(verdict.next.map(|at| (at, task.clone())));
        self.note_waiting(task);
    }

    /// Begins what people asked for and may begin.
    fn dispatch_asked(&mut self, now: Millis, decisions: &mut Decisions) {
        while self.lanes.len() < self.slots {
            let may = |(task, at): &(TaskRef, Millis)| *at <= now && !self.lanes.contains_key(&task.school);
            let Some(place) = self.asked.iter().position(may) else { return };
            let Some((task, _)) = self.asked.remove(place) else { return };
            self.lanes.insert(task.school.clone(), task.clone());
            self.fair.served(&task.school);
            decisions.asked.push(task);
        }
    }

    /// Begins what may, the school that has used least first.
    fn dispatch(&mut self, now: Millis, decisions: &mut Decisions) {
        while self.lanes.len() < self.slots {
            let Some(task) = self.next_in_turn(now) else { return };
            let Some(entry) = self.tasks.get_mut(&task) else { return };
            let Some(run) = entry.waiting.front().copied() else { return };
            match entry.permit(&run, now) {
                Permit::Wait(until) => {
                    entry.waiting.iter_mut().for_each(|run| run.not_before = until);
                    self.wakes.insert((until, task));
                }
                Permit::LetGo(reason) => {
                    entry.waiting.pop_front();
                    let at = run.occurrence.at;
                    let passed = Passed { reason, count: 1, first: at, last: at };
                    decisions.let_go.push(LetGo { task: task.clone(), passed });
                    self.note_waiting(&task);
                    self.changed.insert(task);
                }
                Permit::Begin(extent) => decisions.begin.push(self.begin(&task, run, extent)),
            }
        }
    }

    fn begin(&mut self, task: &TaskRef, run: Waiting, extent: Extent) -> Begin {
        if let Some(entry) = self.tasks.get_mut(task) {
            entry.waiting.pop_front();
            entry.running = Some(run);
        }
        self.note_waiting(task);
        self.lanes.insert(task.school.clone(), task.clone());
        self.fair.served(&task.school);
        let due = Due { occurrence: run.occurrence, extent };
        Begin { task: task.clone(), due, resumed: run.resumed, again: run.again }
    }

    /// Of the schools whose lane is free the one that has used least; of its tasks the one whose time came first.
    fn next_in_turn(&self, now: Millis) -> Option<TaskRef> {
        let free = self.waiting.iter().filter(|(school, _)| !self.lanes.contains_key(*school));
        let first = free.filter_map(|(school, tasks)| {
            let ready = tasks.iter().filter_map(|task| Some((self.ready(task, now)?, task)));
            ready.min().map(|(start, task)| (self.fair.place(school), start, task))
        });
        first.min().map(|(_, _, task)| task.clone())
    }

    /// When the run of this task that waits should have begun; `None`: it may not yet.
    fn ready(&self, task: &TaskRef, now: Millis) -> Option<Millis> {
        let run = self.tasks.get(task)?.waiting.front()?;
        (run.not_before <= now).then_some(run.occurrence.start)
    }

    fn leave_lane(&mut self, task: &TaskRef) -> Option<()> {
        self.lanes.get(&task.school).filter(|running| *running == task)?;
        self.lanes.remove(&task.school);
        Some(())
    }

    fn note_waiting(&mut self, task: &TaskRef) {
        let waits = self.tasks.get(task).is_some_and(|entry| !entry.waiting.is_empty());
        if waits {
            self.waiting.entry(task.school.clone()).or_default().insert(task.clone());
        } else if let Some(tasks) = self.waiting.get_mut(&task.school) {
            tasks.remove(task);
            if tasks.is_empty() {
                self.waiting.remove(&task.school);
            }
        }
    }
}

impl Entry {
    fn mark(&self) -> Mark {
        let runs = self.running.iter().chain(&self.waiting);
        let open = runs.map(|run| run.occurrence.at).collect();
        Mark { decided: self.decided, open, schedule: self.timetable.written() }
    }

    /// Lets a run wait for its turn, unless another one stands for it.
    fn admit(&mut self, due: Due) -> bool {
        let behind = self.running.is_some() && self.timetable.overlap() == Overlap::Skip;
        if behind || !self.waiting.is_empty() {
            return false;
        }
        let occurrence = due.occurrence;
        self.waiting.push_back(Waiting { occurrence, resumed: false, again: false, not_before: Millis::MIN });
        true
    }

    fn permit(&self, run: &Waiting, now: Millis) -> Permit {
        match run.resumed {
            true => self.timetable.permit_resumed(&run.occurrence, now),
            false => self.timetable.permit_waiting(&run.occurrence, now),
        }
    }
}

/// Runs that had not ended when the host went away. A schedule that has changed meanwhile may not know their times.
fn resumed(timetable: &Timetable, mark: &Mark) -> VecDeque<Waiting> {
    let known = |at: &Millis| timetable.occurrence(*at).filter(|occurrence| occurrence.at == *at);
    let cut_short = |at: &Millis| Occurrence { at: *at, start: *at, until: None };
    let waiting = |occurrence| Waiting { occurrence, resumed: true, again: false, not_before: Millis::MIN };
    mark.open.iter().map(|at| waiting(known(at).unwrap_or_else(|| cut_short(at)))).collect()
}
