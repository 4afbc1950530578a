//! The keys of schedules and calendars, which `exchange.toml` and a school's file share.

use super::{Shape, Table, defaulted, duration, optional};
use crate::model::timetable::{Missed, Weekdays};

/// `schedule` as a table.
pub(super) static SCHEDULE: Table = Table {
    title: "[task.schedule]",
    keys: &[
        optional(
            "cron",
            Shape::Text,
            "Minute, hour, day of the month, month, day of the week: `15 3 * * mon-fri`. This or `window`.",
        ),
        optional(
            "window",
            Shape::Text,
            "Once between two times, `01:00-05:00`: each school's task at a place of its own.",
        ),
        optional(
            "days",
            Shape::List(&Shape::Word(&Weekdays::NAMES)),
            "Days of the week on which the window begins; every day without it.",
        ),
        defaulted(
            "jitter",
            Shape::Duration,
            || "\"0s\"".to_owned(),
            "With `cron`: each run begins later by up to this much, and before the next one's time.",
        ),
        defaulted(
            "missed",
            Shape::Word(&["skip", "latest"]),
            || "\"latest\"".to_owned(),
            "Runs whose time passed while the host was down: let go, or the latest made up for once.",
        ),
        defaulted(
            "within",
            Shape::Duration,
            || match Missed::default() {
                Missed::Latest { within_ms } => duration(within_ms),
                Missed::Skip => String::new(),
            },
            "With `missed = \"latest\"`: later than this it is let go.",
        ),
        defaulted(
            "overlap",
            Shape::Word(&["skip", "queue"]),
            || "\"skip\"".to_owned(),
            "A run whose time comes while the one before goes on: let go, or begun when that has ended.",
        ),
        optional("time-zone", Shape::Text, "Zone of these times, where it is not the school's."),
    ],
};

/// `calendar`.
pub(super) static CALENDAR: Table = Table {
    title: "[calendar]",
    keys: &[
        optional(
            "blackout",
            Shape::List(&Shape::Text),
            "Days on which nothing begins by itself: `2026-11-04`, `2026-12-30..2027-01-08`, or of every year `12-30..01-08`.",
        ),
        optional(
            "additions-only",
            Shape::List(&Shape::Text),
            "Days on which what begins by itself only adds; changes, closings and removals wait.",
        ),
        optional(
            "study-year",
            Shape::Text,
            "Day on which the study year changes, such as `09-01`. A run missed before it is not made up for after it.",
        ),
    ],
};
