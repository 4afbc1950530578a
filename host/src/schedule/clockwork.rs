//! The times of one schedule, one after the other.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::spread::Spread;
use super::wall;
use crate::model::Millis;
use crate::model::timetable::{CronLine, When, Window};

/// One time of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// What the schedule says: the occurrence's name. Grows from one to the next.
    pub at: Millis,
    /// When its run begins: not before `at`, and before the next one's `at`.
    pub start: Millis,
    /// The end of its window, if it has one.
    pub until: Option<Millis>,
}

/// A schedule's times in a zone.
#[derive(Clone, Debug)]
pub(super) struct Clockwork {
    when: When,
    zone: TimeZone,
    spread: Spread,
}

impl Clockwork {
    pub(super) fn new(when: When, zone: TimeZone, spread: Spread) -> Self {
        Self { when, zone, spread }
    }

    /// The first whose `at` lies after this moment. `None`: beyond all calendars.
    pub(super) fn after(&self, at: Millis) -> Option<Occurrence> {
        match &self.when {
            When::Cron { line, jitter_ms } => self.of_line(line, *jitter_ms, at),
            When::Window(window) => self.of_window(*window, at),
        }
    }

    /// The most by which `start` can lie after `at`.
    pub(super) fn most_jitter(&self) -> Millis {
        match &self.when {
            When::Cron { jitter_ms, .. } => Millis::try_from(*jitter_ms).unwrap_or(Millis::MAX),
            When::Window(_) => 0,
        }
    }

    fn of_line(&self, line: &CronLine, jitter_ms: u64, after: Millis) -> Option<Occurrence> {
        let next = |after| wall::next(line, &self.zone, wall::moment(after)).map(Timestamp::as_millisecond);
        let at = next(after)?;
        let jitter = match jitter_ms {
            0 => 0,
            _ => self.spread.place_at(at, self.most_jitter().min(next(at)? - at)),
        };
        Some(Occurrence { at, start: at + jitter, until: None })
    }

    fn of_window(&self, window: Window, after: Millis) -> Option<Occurrence> {
        // The window of the day before may go on; a day that does not exist may lie between.
        let mut day = wall::day_of(&self.zone, after).checked_sub(Span::new().days(3)).ok()?;
        loop {
            if window.days.contains(day.weekday()) {
                let found = self.in_window(window, day)?;
                if found.at > after {
                    return Some(found);
                }
            }
            day = day.tomorrow().ok()?;
        }
    }

    fn in_window(&self, window: Window, day: Date) -> Option<Occurrence> {
        let last = if window.to <= window.from { day.tomorrow().ok()? } else { day };
        let from = wall::once(&self.zone, day.to_datetime(window.from)).as_millisecond();
        let to = wall::once(&self.zone, last.to_datetime(window.to)).as_millisecond();
        let at = from + self.spread.place(to - from);
        Some(Occurrence { at, start: at, until: Some(to) })
    }
}
