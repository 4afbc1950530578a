//! A month of a region played through by the queue: every due run happens once, through restarts, busy lanes, a change
//! of the clock, blackouts and a week in which only additions go.

use std::collections::{BTreeMap, BTreeSet};

use exchange::model::timetable::{Calendar, Days, Missed, Overlap, Schedule};
use exchange::model::{Extent, Millis, TaskRef};
use exchange::schedule::{Ahead, Begin, Mark, Queue, Reason, Timetable};
use jiff::civil::date;

use crate::schedule::{HOUR, at, cron, task, timetable, window};

const MINUTE: Millis = 60_000;
const DAY: Millis = 24 * HOUR;

/// A host with a connector that does nothing but take time.
pub(crate) struct Host {
    pub(crate) queue: Queue,
    slots: usize,
    tasks: BTreeMap<TaskRef, Timetable>,
    /// As they are on the disk.
    marks: BTreeMap<TaskRef, Mark>,
    /// What runs, until when.
    running: BTreeMap<TaskRef, (Millis, Begin)>,
    lasts: fn(&TaskRef) -> Millis,
    pub(crate) now: Millis,
    /// Runs that came to their end: whose, when begun, what for.
    pub(crate) done: Vec<(Millis, Begin)>,
    pub(crate) let_go: Vec<(TaskRef, Reason, u32)>,
}

impl Host {
    pub(crate) fn new(
        tasks: BTreeMap<TaskRef, Timetable>,
        slots: usize,
        lasts: fn(&TaskRef) -> Millis,
        now: Millis,
    ) -> Self {
        let mut host = Self {
            queue: Queue::new(slots),
            slots,
            tasks,
            marks: BTreeMap::new(),
            running: BTreeMap::new(),
            lasts,
            now,
            done: Vec::new(),
            let_go: Vec::new(),
        };
        host.start();
        host
    }

    fn start(&mut self) {
        self.queue = Queue::new(self.slots);
        self.tasks.iter().for_each(|(task, table)| {
            self.queue.set(task, table.clone(), self.marks.get(task), self.now);
        });
    }

    /// Is killed and comes back later; what ran is cut short.
    pub(crate) fn restart(&mut self, away: Millis) {
        self.running.clear();
        self.now += away;
        self.start();
    }

    /// Goes on until this moment.
    pub(crate) fn until(&mut self, end: Millis) {
        loop {
            let decisions = self.queue.tick(self.now);
            self.marks.extend(decisions.marks);
            self.let_go.extend(
                decisions.let_go.into_iter().map(|gone| (gone.task, gone.passed.reason, gone.passed.count)),
            );
            for begin in decisions.begin {
                let ends = self.now + (self.lasts)(&begin.task);
                let before = self.running.insert(begin.task.clone(), (ends, begin));
                assert!(before.is_none(), "a second run of one task at once: {before:?}");
            }
            let schools: BTreeSet<_> = self.running.keys().map(|task| &task.school).collect();
            assert!(
                schools.len() == self.running.len() && schools.len() <= self.slots,
                "one lane each, and slots"
            );
            let first = self.running.iter().map(|(task, (ends, _))| (*ends, task.clone())).min();
            let next = first.iter().map(|(ends, _)| *ends).chain(decisions.wake).min().unwrap_or(end);
            if next > end {
                self.now = end;
                return;
            }
            assert!(next > self.now || first.is_some(), "the clock stands still");
            self.now = self.now.max(next);
            if let Some((ends, task)) = first.filter(|(ends, _)| *ends <= self.now) {
                let (_, begin) = self.running.remove(&task).unwrap();
                let took = (self.lasts)(&task);
                self.marks.insert(task.clone(), self.queue.ended(&task, took.unsigned_abs()).unwrap());
                self.done.push((ends - took, begin));
            }
        }
    }

    /// What was done of each task, by its time.
    pub(crate) fn times(&self) -> BTreeMap<TaskRef, Vec<Millis>> {
        let mut times: BTreeMap<TaskRef, Vec<Millis>> = BTreeMap::new();
        for (_, begin) in &self.done {
            times.entry(begin.task.clone()).or_default().push(begin.due.occurrence.at);
        }
        times
    }
}

/// Ten minutes, more or less, each task always the same.
fn ten_minutes(task: &TaskRef) -> Millis {
    5 * MINUTE
        + Millis::try_from(task.to_string().bytes().map(usize::from).sum::<usize>() % 10).unwrap() * MINUTE
}

fn calendar() -> Calendar {
    Calendar {
        blackout: vec![Days::Once(date(2026, 10, 20), date(2026, 10, 21))],
        additions_only: vec![Days::Once(date(2026, 10, 27), date(2026, 11, 2))],
        study_year: None,
    }
}

/// Fifty schools: a window in the night, a cron line at noon, one every three hours.
fn region() -> BTreeMap<TaskRef, Timetable> {
    let schedules = |n: u32| {
        [
            ("dnevnik", Schedule { missed: Missed::Latest { within_ms: 12 * 3_600_000 }, ..window(1, 5) }),
            (
                "sferum",
                Schedule {
                    missed: Missed::Latest { within_ms: 3 * 3_600_000 },
                    ..cron("0 12 * * mon-fri", 1_800_000)
                },
            ),
            (
                "esia",
                Schedule {
                    overlap: Overlap::Queue,
                    missed: Missed::Skip,
                    ..cron(&format!("{} */3 * * *", n % 60), 0)
                },
            ),
        ]
    };
    let mut tasks = BTreeMap::new();
    for n in 0..50 {
        for (name, schedule) in schedules(n) {
            let name = task(&format!("school{n}"), name);
            let table = Timetable::new(&name, &schedule, "Europe/Berlin", &calendar()).unwrap();
            tasks.insert(name, table);
        }
    }
    tasks
}

/// 24 days over the change of the clock on 25 October.
const FROM: &str = "2026-10-12T09:30Z";
const DAYS: Millis = 24;

/// What a preview says before it begins.
fn promised(
    tasks: &BTreeMap<TaskRef, Timetable>,
    from: Millis,
    to: Millis,
) -> BTreeMap<TaskRef, Vec<(Millis, Extent)>> {
    let of = |table: &Timetable| {
        let ahead = table.ahead(from, 500).into_iter();
        let runs = ahead.filter_map(|line| match line {
            Ahead::Run { due, .. } => Some((due.occurrence.at, due.extent)),
            Ahead::Blackout(..) => None,
        });
        runs.filter(|(at, _)| *at <= to).collect()
    };
    tasks.iter().map(|(task, table)| (task.clone(), of(table))).collect()
}

#[test]
fn h3_24_days_of_50_schools_every_due_run_happens_once() {
    let from = at(FROM);
    let to = from + DAYS * DAY;
    let tasks = region();
    let promised = promised(&tasks, from, to);
    let mut host = Host::new(tasks, 8, ten_minutes, from);
    host.until(to + HOUR);
    for (task, expected) in &promised {
        let done: Vec<(Millis, Extent)> = host
            .done
            .iter()
            .filter(|(_, begin)| begin.task == *task && begin.due.occurrence.at <= to)
            .map(|(_, begin)| (begin.due.occurrence.at, begin.due.extent))
            .collect();
        assert_eq!(&done, expected, "{task}");
    }
    // A night in the window each day but the two of the blackout.
    assert_eq!(promised[&task("school7", "dnevnik")].len(), 22);
    // Three-hourly over an autumn change of the clock and two days of blackout.
    assert_eq!(promised[&task("school0", "esia")].len(), 22 * 8);
    let additions = host.done.iter().filter(|(_, begin)| begin.due.extent == Extent::Additions).count();
    assert!(additions > 50 * 7, "{additions}");
    assert!(host.let_go.iter().all(|(_, reason, _)| *reason == Reason::Blackout), "{:?}", host.let_go);
    let lag = host.done.iter().map(|(begun, begin)| begun - begin.due.occurrence.start).max().unwrap();
    assert!(lag < 5 * HOUR, "{lag}");
}

#[test]
fn h3_24_days_with_restarts_every_due_run_still_ends_once() {
    let from = at(FROM);
    let to = from + DAYS * DAY;
    let tasks = region();
    let promised = promised(&tasks, from, to);
    let mut host = Host::new(tasks, 8, ten_minutes, from);
    // Killed every few hours in the middle of runs, back within minutes; once away for two days.
    for n in 1.. {
        let long = n == 30;
        host.until((host.now + 5 * HOUR + n * 7 * MINUTE % HOUR).min(to));
        if host.now >= to {
            break;
        }
        host.restart(if long { 2 * DAY } else { 3 * MINUTE });
    }
    host.until(host.now + 5 * HOUR);
    let resumed = host.done.iter().filter(|(_, begin)| begin.resumed).count();
    assert!(resumed > 20, "{resumed}");
    let times = host.times();
    for (task, expected) in &promised {
        let done: BTreeSet<Millis> = times[task].iter().copied().collect();
        assert_eq!(done.len(), times[task].len(), "{task}: one twice");
        let owed = expected.iter().filter(|(at, _)| !done.contains(at)).count();
        let told: u32 = host
            .let_go
            .iter()
            .filter(|(of, reason, _)| of == task && *reason != Reason::Blackout)
            .map(|(_, _, count)| count)
            .sum();
        assert_eq!(owed, usize::try_from(told).unwrap(), "{task}: what did not happen was told");
    }
    let nights = times[&task("school7", "dnevnik")].len();
    assert!(nights >= 20, "two days away cost two nights at most, and the latest was made up for: {nights}");
}

/// Twenty schools with a short task, one with five that take an hour each, all every hour: the longest wait of the
/// short ones, and which tasks of the huge one were served within half a day.
fn beside_a_huge_school(slots: usize) -> (Millis, BTreeSet<TaskRef>) {
    let lasts = |task: &TaskRef| if task.school.as_str() == "huge" { HOUR } else { MINUTE };
    let huge = (0..5).map(|n| task("huge", &format!("a{n}")));
    let small = (0..20).map(|n| task(&format!("small{n}"), "a"));
    let table =
        |name: &TaskRef| Timetable::new(name, &cron("0 * * * *", 0), "UTC", &Calendar::default()).unwrap();
    let tasks = huge.chain(small).map(|name| (name.clone(), table(&name))).collect();
    let from = at("2026-11-22T00:30Z");
    let mut host = Host::new(tasks, slots, lasts, from);
    host.until(from + 12 * HOUR);
    let (huge, small): (Vec<_>, Vec<_>) =
        host.done.iter().partition(|(_, begin)| begin.task.school.as_str() == "huge");
    assert!(small.len() >= 20 * 5, "{}", small.len());
    let longest = small.iter().map(|(begun, begin)| begun - begin.due.occurrence.start).max().unwrap();
    (longest, huge.iter().map(|(_, begin)| begin.task.clone()).collect())
}

#[test]
fn h3_a_huge_school_does_not_starve_the_rest() {
    let (longest, served) = beside_a_huge_school(2);
    assert!(longest <= 20 * MINUTE, "one slot was left to them: {longest}");
    assert_eq!(served.len(), 5, "nor is the huge one starved, nor any task of it");
    let (longest, served) = beside_a_huge_school(1);
    assert!(longest <= HOUR + 20 * MINUTE, "no longer than for one long run and for each other: {longest}");
    assert_eq!(served.len(), 5);
}

#[test]
fn h3_a_strict_window_closes_behind_those_who_wait() {
    let strict = Schedule { missed: Missed::Skip, ..window(1, 2) };
    let tasks = (0..10).map(|n| task(&format!("school{n}"), "a"));
    let tasks = tasks
        .map(|name| (name.clone(), Timetable::new(&name, &strict, "UTC", &Calendar::default()).unwrap()));
    let from = at("2026-11-22T00:30Z");
    let mut host = Host::new(tasks.collect(), 1, |_| 20 * MINUTE, from);
    host.until(from + 12 * HOUR);
    let latest = host.done.iter().map(|(begun, _)| *begun).max().unwrap();
    assert!(latest <= at("2026-11-22T02:05Z"), "five minutes of grace for a place at its very end");
    assert_eq!(host.done.len() + host.let_go.len(), 10);
    assert!(host.done.len() >= 3 && host.let_go.iter().all(|(_, reason, _)| *reason == Reason::Missed));
}

#[test]
fn h3_a_run_whose_time_comes_during_the_one_before() {
    let two_hours = |_: &TaskRef| 2 * HOUR + MINUTE;
    let name = task("school57", "dnevnik");
    let ran = |overlap| {
        let table = timetable(&Schedule { overlap, ..cron("0 * * * *", 0) }, "UTC", &Calendar::default());
        let from = at("2026-11-22T00:30Z");
        let mut host = Host::new(BTreeMap::from([(name.clone(), table)]), 4, two_hours, from);
        host.until(from + 8 * HOUR);
        let hours: Vec<Millis> =
            host.done.iter().map(|(_, begin)| (begin.due.occurrence.at - from) / HOUR + 1).collect();
        let overlaps = host.let_go.iter().filter(|(_, reason, _)| *reason == Reason::Overlap).count();
        (hours, overlaps)
    };
    // Runs begin at 1, 4, 7: those of 2, 3, 5, 6, 8 came in between.
    assert_eq!(ran(Overlap::Skip), (vec![1, 4], 5));
    // The one of 2 begins at 3:01, the one of 3 was let go for it; the one of 4 waits until 5:02, and so on.
    assert_eq!(ran(Overlap::Queue), (vec![1, 2, 4], 3));
}

#[test]
fn h3_a_lane_that_somebody_else_has_is_waited_for() {
    let name = task("school57", "dnevnik");
    let mut queue = Queue::new(4);
    let from = at("2026-11-22T00:30Z");
    queue.set(&name, timetable(&cron("0 * * * *", 0), "UTC", &Calendar::default()), None, from);
    assert!(queue.tick(from).begin.is_empty());
    let begun = queue.tick(from + 30 * MINUTE).begin;
    assert_eq!(begun.len(), 1);
    queue.put_back(&name, from + 31 * MINUTE, true);
    assert_eq!(queue.running().count(), 0);
    let decisions = queue.tick(from + 30 * MINUTE + 1);
    assert_eq!((decisions.begin, decisions.wake), (vec![], Some(from + 31 * MINUTE)));
    let again = queue.tick(from + 31 * MINUTE).begin;
    assert_eq!((again[0].again, &again[0].due), (true, &begun[0].due), "the same run, which was not late");
}

#[test]
fn h3_another_schedule_makes_nothing_missed() {
    let name = task("school57", "dnevnik");
    let table = |line: &str| timetable(&cron(line, 0), "UTC", &Calendar::default());
    let mut queue = Queue::new(4);
    queue.set(&name, table("0 3 * * *"), None, at("2026-11-22T00:00Z"));
    assert_eq!(queue.tick(at("2026-11-22T03:00Z")).begin.len(), 1);
    queue.ended(&name, 1);
    queue.set(&name, table("0 12 * * *"), None, at("2026-11-22T14:00Z"));
    let decisions = queue.tick(at("2026-11-22T14:00Z"));
    assert_eq!((decisions.begin.len(), decisions.wake), (0, Some(at("2026-11-23T12:00Z"))));
    // The same one again, with the mark of before: what passed meanwhile is missed, and made up for.
    let mark = queue.mark(&name).unwrap();
    let mut again = Queue::new(4);
    again.set(&name, table("0 12 * * *"), Some(&mark), at("2026-11-23T13:00Z"));
    assert_eq!(again.tick(at("2026-11-23T13:00Z")).begin.len(), 1);
}

#[test]
fn h3_four_thousand_tasks_are_begun_and_dispatched_at_once() {
    let mut tasks = BTreeMap::new();
    for n in 0..4_000 {
        let name = task(&format!("school{}", n / 4), &format!("task{}", n % 4));
        let table = Timetable::new(&name, &window(1, 5), "Asia/Kamchatka", &Calendar::default()).unwrap();
        tasks.insert(name, table);
    }
    let from = at("2026-11-22T00:00Z");
    let mut host = Host::new(tasks, 16, |_| 1_000, from);
    host.until(from + DAY);
    assert_eq!(host.done.len(), 4_000);
    let mut lags: Vec<Millis> =
        host.done.iter().map(|(begun, begin)| begun - begin.due.occurrence.start).collect();
    lags.sort_unstable();
    assert!(lags[lags.len() * 99 / 100] <= 1_000, "{}", lags[lags.len() * 99 / 100]);
}
