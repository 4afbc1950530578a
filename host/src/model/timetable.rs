//! When tasks run by themselves: schedules and calendars, as plain data.
//!
//! What follows from them on a clock stands in `schedule`.

use std::fmt;

use jiff::civil::{Date, Time, Weekday, date};
use serde::{Deserialize, Serialize};

use super::Millis;
pub use super::cron::{CronFault, CronLine};

/// When a task runs by itself, and what happens when that does not work out.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// When.
    pub when: When,
    /// IANA name of the zone of its times; `None`: the school's.
    pub zone: Option<String>,
    /// What becomes of runs whose time passed while the host was not there.
    pub missed: Missed,
    /// What becomes of a run whose time comes while the one before it goes on.
    pub overlap: Overlap,
}

impl Schedule {
    /// A schedule with the defaults of everything but its times.
    pub fn new(when: When) -> Self {
        Self { when, zone: None, missed: Missed::default(), overlap: Overlap::default() }
    }
}

/// The times of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// At the times of a cron line, each later by up to so many milliseconds.
    Cron {
        /// The line.
        line: CronLine,
        /// Most milliseconds later; below the time of the next one in any case.
        jitter_ms: u64,
    },
    /// Once within a window of a day, at a place in it that is the task's own.
    Window(Window),
}

impl fmt::Display for When {
    /// As one would write it, jitter left out: `15 3 * * *`, `01:00-05:00`, `01:00-05:00 mon,tue`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cron { line, .. } => f.write_str(line.as_str()),
            Self::Window(window) => {
                write!(f, "{}-{}", window.from.strftime("%H:%M"), window.to.strftime("%H:%M"))?;
                if window.days != Weekdays::ALL { write!(f, " {}", window.days) } else { Ok(()) }
            }
        }
    }
}

/// A window of the day. Its end is not in it; an end before its beginning lies on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its beginning, by the clock on the wall.
    pub from: Time,
    /// Its end, by the clock on the wall.
    pub to: Time,
    /// Days on which one begins.
    pub days: Weekdays,
}

/// Some days of the week, never none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays([bool; 7]);

impl Weekdays {
    /// Every day.
    pub const ALL: Self = Self([true; 7]);
    /// How they are written, Monday first.
    pub const NAMES: [&'static str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// The days of these names; `None` without any.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut days = [false; 7];
        for name in names {
            let place = Self::NAMES.iter().position(|known| *known == name);
            place.into_iter().for_each(|place| days[place] = true);
        }
        days.contains(&true).then_some(Self(days))
    }

    /// Is this one of them?
    pub fn contains(self, day: Weekday) -> bool {
        self.0[usize::from(day.to_monday_zero_offset().unsigned_abs())]
    }
}

impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Self::NAMES.iter().zip(self.0).filter_map(|(name, chosen)| chosen.then_some(*name));
        f.write_str(&names.collect::<Vec<_>>().join(","))
    }
}

/// What becomes of runs whose time passed while the host was not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// They are let go.
    Skip,
    /// The latest is made up for once, unless it is later than so many milliseconds.
    Latest {
        /// Most milliseconds later than it should have begun.
        within_ms: u64,
    },
}

impl Default for Missed {
    fn default() -> Self {
        Self::Latest { within_ms: 12 * 3_600_000 }
    }
}

/// What becomes of a run whose time comes while the one before it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Overlap {
    /// It is let go: the next one finds what it would have found.
    #[default]
    Skip,
    /// It begins when the other has ended.
    Queue,
}

/// A school's days.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Calendar {
    /// Nothing begins by itself.
    pub blackout: Vec<Days>,
    /// What begins by itself only adds.
    pub additions_only: Vec<Days>,
    /// The day on which the study year changes.
    pub study_year: Option<MonthDay>,
}

/// A day of every year. The 29th of February is the 1st of March in other years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthDay {
    month: i8,
    day: i8,
}

impl MonthDay {
    /// A day that at least some years have.
    pub fn new(month: i8, day: i8) -> Option<Self> {
        Date::new(2024, month, day).is_ok().then_some(Self { month, day })
    }

    /// That day in this year.
    pub fn in_year(self, year: i16) -> Date {
        Date::new(year, self.month, self.day).unwrap_or_else(|_| date(year, 3, 1))
    }
}

/// Days from the first to the last, both among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Days {
    /// Of one year.
    Once(Date, Date),
    /// Of every year; a last before the first lies in the year after.
    Yearly(MonthDay, MonthDay),
}

impl Days {
    /// The last of the days that this one is among without a gap; `None`: it is not.
    pub fn last_from(&self, day: Date) -> Option<Date> {
        match *self {
            Self::Once(first, last) => (first..=last).contains(&day).then_some(last),
            Self::Yearly(first, last) => [day.year().saturating_sub(1), day.year()]
                .into_iter()
                .map(|year| {
                    let wraps = i16::from(last < first);
                    (first.in_year(year), last.in_year(year.saturating_add(wraps)))
                })
                .find(|(first, last)| (*first..=*last).contains(&day))
                .map(|(_, last)| last),
        }
    }
}

/// What is remembered of a task over restarts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Up to this time everything is decided.
    pub decided: Millis,
    /// Times whose runs have begun or wait, and have not ended; the earliest first.
    pub open: Vec<Millis>,
    /// The schedule that this was decided by: under another one nothing counts as missed.
    pub schedule: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_every_year_go_over_its_end() {
        let day = |month, day| MonthDay::new(month, day).expect("a day");
        let winter = Days::Yearly(day(12, 29), day(1, 8));
        assert_eq!(winter.last_from(date(2026, 12, 31)), Some(date(2027, 1, 8)));
        assert_eq!(winter.last_from(date(2027, 1, 8)), Some(date(2027, 1, 8)));
        assert_eq!(winter.last_from(date(2027, 1, 9)), None);
        assert_eq!(winter.last_from(date(2027, 12, 28)), None);
        let leap = Days::Yearly(day(2, 29), day(2, 29));
        assert_eq!(leap.last_from(date(2024, 2, 29)), Some(date(2024, 2, 29)));
        assert_eq!(leap.last_from(date(2025, 3, 1)), Some(date(2025, 3, 1)));
        assert_eq!(MonthDay::new(2, 30), None);
    }

    #[test]
    fn weekdays_begin_on_monday() {
        let days = Weekdays::of(["mon", "sun"]).expect("days");
        assert!(days.contains(Weekday::Monday) && days.contains(Weekday::Sunday));
        assert!(!days.contains(Weekday::Saturday));
        assert_eq!(Weekdays::of([]), None);
    }
}
