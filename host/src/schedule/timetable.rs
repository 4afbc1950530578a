//! One task's schedule on its school's calendar: what is due, what was missed, what comes next.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::calendar::{self, Day};
use super::clockwork::{Clockwork, Occurrence};
use super::spread::Spread;
use super::wall;
use crate::error::{Context, Kind, Result};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::timetable::{Calendar, Missed, Overlap, Schedule};
use crate::model::{Extent, Millis, TaskRef};

/// A run that begins so many milliseconds late is not missed: the host was busy, not away.
pub const GRACE_MS: Millis = 5 * 60_000;

/// A run cut short goes on within so many milliseconds after its time, or longer where missed ones are made up for.
pub const RESUME_MS: Millis = 3_600_000;

const DAY_MS: Millis = 24 * 3_600_000;

/// Most missed times that are looked at one by one.
const LOOKED_AT: u32 = 1_000;

/// When a task runs by itself.
#[derive(Clone, Debug)]
pub struct Timetable {
    clockwork: Clockwork,
    /// Whose days the calendar counts.
    zone: TimeZone,
    calendar: Calendar,
    missed: Missed,
    overlap: Overlap,
    written: String,
}

/// Why no run came of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The calendar has a blackout on this day.
    Blackout,
    /// The host was not there, and now it is too late.
    Missed,
    /// The host was not there, and a later one is made up for.
    Superseded,
    /// The study year has changed since.
    NewYear,
    /// The run before it still went on, or had not begun.
    Overlap,
}

/// Times of which no run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Why.
    pub reason: Reason,
    /// How many at least.
    pub count: u32,
    /// The first.
    pub first: Millis,
    /// The last.
    pub last: Millis,
}

/// A run that begins now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its time.
    pub occurrence: Occurrence,
    /// How much of its plan is carried out.
    pub extent: Extent,
}

/// What follows from a moment.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Verdict {
    /// What begins now.
    pub due: Option<Due>,
    /// Of which times no run came.
    pub passed: Vec<Passed>,
    /// Up to this time (its `at`) everything is decided, what is due included.
    pub decided: Millis,
    /// When to ask again. `None`: never.
    pub next: Option<Millis>,
}

/// A line of a preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// A run.
    Run {
        /// Its time.
        due: Due,
        /// The first of a study year.
        first_of_year: bool,
    },
    /// From this moment to the end of this day none, for a blackout.
    Blackout(Millis, Date),
}

/// May a run begin now?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permit {
    Begin(Extent),
    /// Not before this moment.
    Wait(Millis),
    LetGo(Reason),
}

impl Timetable {
    /// A task's timetable; `None` where it has no schedule.
    ///
    /// # Errors
    /// A time zone is not known on this machine.
    pub fn of(school: &SchoolConfig, task: &TaskConfig) -> Result<Option<Self>> {
        let name = TaskRef { school: school.id.clone(), task: task.id.clone() };
        let make = |schedule| Self::new(&name, schedule, &school.time_zone, &school.calendar);
        task.schedule.as_ref().map(make).transpose()
    }

    /// The timetable of this task by this schedule, in a school's zone and on its calendar.
    ///
    /// # Errors
    /// A time zone is not known on this machine.
    pub fn new(task: &TaskRef, schedule: &Schedule, zone: &str, calendar: &Calendar) -> Result<Self> {
        let own = schedule.zone.as_deref().unwrap_or(zone);
        Ok(Self {
            clockwork: Clockwork::new(schedule.when.clone(), named(own)?, Spread::of(task)),
            written: format!("{} {own}", schedule.when),
            zone: named(zone)?,
            calendar: calendar.clone(),
            missed: schedule.missed,
            overlap: schedule.overlap,
        })
    }

    /// What is due at `now`, when everything up to the time `after` has been decided.
    ///
    /// At most one run is due: of several missed ones the latest. `after` grows from call to call (`decided`), and so
    /// each time is decided once. Where it lies more than a day ahead, the clock was wrong then, and `now` counts.
    pub fn judge(&self, after: Millis, now: Millis) -> Verdict {
        let after = if after.saturating_sub(now) > DAY_MS { now } else { after };
        let mut verdict = Verdict { decided: after, ..Verdict::default() };
        let mut looked_at = 0;
        let mut next = self.clockwork.after(after);
        while let Some(occurrence) = next {
            if occurrence.start > now {
                verdict.next = Some(occurrence.start);
                break;
            }
            let permit = self.permit(&occurrence, now, self.deadline(&occurrence));
            if let Permit::Wait(until) = permit {
                verdict.next = Some(until);
                break;
            }
            looked_at += 1;
            verdict.decide(occurrence, permit);
            next = self.clockwork.after(self.skip(occurrence.at, looked_at, now));
        }
        verdict
    }

    /// The next runs from `now` on, so many of them, and the blackouts between. Fewer where the calendar is closed for
    /// years.
    pub fn ahead(&self, now: Millis, runs: usize) -> Vec<Ahead> {
        let mut lines = Vec::new();
        let (mut left, mut before) = (runs, now);
        let mut next = self.starting(now.saturating_add(1));
        while let Some(occurrence) = next.filter(|_| left > 0) {
            let start = occurrence.start;
            match calendar::day(&self.calendar, self.day(start)) {
                Day::Blackout(_) => {
                    let Some(open) = calendar::open_after(&self.calendar, self.day(start)) else {
                        lines.push(Ahead::Blackout(start, Date::MAX));
                        break;
                    };
                    lines.push(Ahead::Blackout(start, open.yesterday().unwrap_or(open)));
                    next = self.starting(wall::beginning(&self.zone, open));
                }
                open => {
                    let first_of_year =
                        calendar::rolls_over(&self.calendar, self.day(before), self.day(start));
                    lines.push(Ahead::Run { due: Due { occurrence, extent: extent(open) }, first_of_year });
                    (left, before) = (left - 1, start);
                    next = self.clockwork.after(occurrence.at);
                }
            }
        }
        lines
    }

    /// The times of its schedule as one would write them, with their zone: equal while they are.
    pub fn written(&self) -> String {
        self.written.clone()
    }

    /// What happens to a run whose time comes while the one before it goes on.
    pub fn overlap(&self) -> Overlap {
        self.overlap
    }

    /// The time of this name.
    pub(super) fn occurrence(&self, at: Millis) -> Option<Occurrence> {
        self.clockwork.after(at.saturating_sub(1))
    }

    /// May a run begin that waits for its turn? Only a strict window closes behind it.
    pub(super) fn permit_waiting(&self, occurrence: &Occurrence, now: Millis) -> Permit {
        let strict = self.missed == Missed::Skip && occurrence.until.is_some();
        self.permit(occurrence, now, if strict { self.deadline(occurrence) } else { Millis::MAX })
    }

    /// May a run go on that was cut short?
    pub(super) fn permit_resumed(&self, occurrence: &Occurrence, now: Millis) -> Permit {
        let deadline = self.deadline(occurrence).max(occurrence.start.saturating_add(RESUME_MS));
        self.permit(occurrence, now, deadline)
    }

    fn permit(&self, occurrence: &Occurrence, now: Millis, deadline: Millis) -> Permit {
        let (then, today) = (self.day(occurrence.start), self.day(now));
        if let Day::Blackout(_) = calendar::day(&self.calendar, then) {
            return Permit::LetGo(Reason::Blackout);
        }
        if calendar::rolls_over(&self.calendar, then, today) {
            return Permit::LetGo(Reason::NewYear);
        }
        if now > deadline {
            return Permit::LetGo(Reason::Missed);
        }
        match calendar::day(&self.calendar, today) {
            Day::Blackout(_) => calendar::open_after(&self.calendar, today)
                .map_or(Permit::LetGo(Reason::Blackout), |open| {
                    Permit::Wait(wall::beginning(&self.zone, open))
                }),
            open => Permit::Begin(extent(open)),
        }
    }

    /// The last moment at which a run is begun that nobody was there to begin.
    fn deadline(&self, occurrence: &Occurrence) -> Millis {
        let late = occurrence.start.saturating_add(self.lateness());
        occurrence.until.map_or(late, |until| until.max(late))
    }

    fn lateness(&self) -> Millis {
        match self.missed {
            Missed::Skip => GRACE_MS,
            Missed::Latest { within_ms } => Millis::try_from(within_ms).unwrap_or(Millis::MAX).max(GRACE_MS),
        }
    }

    /// The time after which to go on looking: after a long absence not each one is looked at that is too late anyway.
    fn skip(&self, at: Millis, looked_at: u32, now: Millis) -> Millis {
        // A window with its change of the clock is shorter than two days.
        let reach = self.lateness().max(2 * DAY_MS).saturating_add(self.clockwork.most_jitter());
        if looked_at < LOOKED_AT { at } else { at.max(now.saturating_sub(reach)) }
    }

    /// The first that begins at this moment or later.
    fn starting(&self, from: Millis) -> Option<Occurrence> {
        let mut next =
            self.clockwork.after(from.saturating_sub(self.clockwork.most_jitter()).saturating_sub(1))?;
        while next.start < from {
            next = self.clockwork.after(next.at)?;
        }
        Some(next)
    }

    fn day(&self, at: Millis) -> Date {
        wall::day_of(&self.zone, at)
    }
}

impl Verdict {
    fn decide(&mut self, occurrence: Occurrence, permit: Permit) {
        self.decided = occurrence.at;
        match permit {
            Permit::LetGo(reason) => note(&mut self.passed, reason, occurrence.at),
            Permit::Begin(extent) => {
                if let Some(earlier) = self.due.replace(Due { occurrence, extent }) {
                    note(&mut self.passed, Reason::Superseded, earlier.occurrence.at);
                }
            }
            Permit::Wait(_) => {}
        }
    }
}

fn note(passed: &mut Vec<Passed>, reason: Reason, at: Millis) {
    match passed.iter_mut().find(|known| known.reason == reason) {
        Some(known) => (known.count, known.last) = (known.count + 1, at),
        None => passed.push(Passed { reason, count: 1, first: at, last: at }),
    }
}

fn extent(day: Day) -> Extent {
    match day {
        Day::AdditionsOnly(_) => Extent::Additions,
        Day::Open | Day::Blackout(_) => Extent::Everything,
    }
}

fn named(zone: &str) -> Result<TimeZone> {
    TimeZone::get(zone).context(Kind::Config, format!("unknown time zone `{zone}`"))
}
