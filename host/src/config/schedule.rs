//! `schedule` of a task or a region: a cron line or a window, and what happens when it does not work out.

use std::ops::Range;

use jiff::civil::Time;

use super::host::only_one;
use super::report::{Problem, nearest};
use super::view::{View, Word};
use crate::model::timetable::{CronFault, CronLine, Missed, Overlap, Schedule, Weekdays, When, Window};

/// In place of a schedule: none, whatever the region says.
const BY_HAND: &str = "by-hand";
const DAY_MS: u64 = 24 * 3_600_000;
/// What a cron line's fields may be.
const BOUNDS: [&str; 5] = [
    "a minute is 0 to 59",
    "an hour is 0 to 23",
    "a day of the month is 1 to 31, or `L` for the last",
    "a month is 1 to 12, or `jan` to `dec`",
    "a day of the week is 0 to 7 (0 and 7 are Sunday), or `mon` to `sun`",
];

/// The schedule under the key `schedule` of this table; the region's where there is none.
pub(super) fn read(
    view: View<'_>,
    region: Option<&Schedule>,
    problems: &mut Vec<Problem>,
) -> Option<Schedule> {
    if let Some(word) = view.word("schedule") {
        let by_hand = word.text.trim() == BY_HAND;
        return (!by_hand).then(|| line(&word, 0, problems).map(Schedule::new))?;
    }
    match view.table("schedule") {
        Some(view) => schedule(view, problems),
        None => region.cloned(),
    }
}

/// The time zone under the key `time-zone` of this table.
pub(super) fn zone(view: View<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let zone = view.word("time-zone")?;
    if jiff::tz::TimeZone::get(&zone.text).is_err() {
        let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let problem = Problem::at(zone.span, format!("unknown time zone `{}`", zone.text));
        problems.push(match nearest(&zone.text, known.iter().map(String::as_str)) {
            Some(meant) => problem.label(format!("did you mean `{meant}`?")),
            None => problem.hint("write an IANA name such as `Europe/Moscow`"),
        });
    }
    Some(zone.text)
}

fn schedule(view: View<'_>, problems: &mut Vec<Problem>) -> Option<Schedule> {
    let when = match only_one(view, &["cron", "window"], problems) {
        Some("cron") => {
            goes_with(view, "days", "window", "name the days in the line: `15 3 * * mon-fri`", problems);
            let jitter = at_most(view, "jitter", 1, problems).unwrap_or_default();
            view.word("cron").and_then(|word| line(&word, jitter, problems))
        }
        Some(_) => {
            goes_with(view, "jitter", "cron", "a window spreads the schools by itself", problems);
            window(view, problems)
        }
        None => None,
    };
    let (zone, missed, overlap) = (zone(view, problems), missed(view, problems), overlap(view));
    Some(Schedule { when: when?, zone, missed, overlap })
}

/// Refuses a key that says nothing without another one.
fn goes_with(view: View<'_>, key: &str, other: &str, hint: &str, problems: &mut Vec<Problem>) {
    if view.has(key) {
        let problem = Problem::at(view.key_span(key), format!("`{key}` goes with `{other}` only"));
        problems.push(problem.hint(hint));
    }
}

fn at_most(view: View<'_>, key: &str, days: u64, problems: &mut Vec<Problem>) -> Option<u64> {
    let duration = view.duration(key)?;
    if duration > days * DAY_MS {
        let problem = Problem::at(view.value_span(key), format!("`{key}` is too long"));
        problems.push(problem.hint(format!("at most `{days}d`")));
    }
    Some(duration)
}

fn missed(view: View<'_>, problems: &mut Vec<Problem>) -> Missed {
    if view.text("missed").as_deref() == Some("skip") {
        goes_with(view, "within", "missed = \"latest\"", "take it out: nothing is made up for", problems);
        return Missed::Skip;
    }
    match at_most(view, "within", 7, problems) {
        Some(within_ms) => Missed::Latest { within_ms },
        None => Missed::default(),
    }
}

fn overlap(view: View<'_>) -> Overlap {
    match view.text("overlap").as_deref() {
        Some("queue") => Overlap::Queue,
        _ => Overlap::Skip,
    }
}

fn line(word: &Word, jitter_ms: u64, problems: &mut Vec<Problem>) -> Option<When> {
    match CronLine::parse(&word.text) {
        // That it is empty has been told.
        Err(CronFault::Fields(0)) => {}
        Ok(line) => return Some(When::Cron { line, jitter_ms }),
        Err(CronFault::Fields(count)) => {
            let noun = if count == 1 { "field" } else { "fields" };
            let problem = Problem::at(word.span.clone(), format!("a cron line has 5 fields, not {count}"));
            problems.push(problem.label(format!("{count} {noun}")).hint(
                "minute, hour, day of the month, month, day of the week: `15 3 * * *` is 3:15 every day",
            ));
        }
        Err(CronFault::Field(field)) => problems.push(wrong_field(word, field)),
        Err(CronFault::Never) => {
            let problem = Problem::at(word.span.clone(), "this cron line never comes due");
            problems.push(problem.label("no year has such a day").hint("compare day and month"));
        }
    }
    None
}

fn wrong_field(word: &Word, field: usize) -> Problem {
    let (text, place) = field_of(word, field);
    let what = format!("`{text}` is no {} of a cron line", CronLine::FIELDS[field]);
    Problem::at(place, what).hint(format!("{}; `*`, `*/2`, `1-5` and `1,4` go as well", BOUNDS[field]))
}

/// A field with its place. In a text with escapes the places of letters are not known: then the whole.
fn field_of(word: &Word, field: usize) -> (&str, Range<usize>) {
    let text = word.text.split_whitespace().nth(field).unwrap_or(&word.text);
    let offset = text.as_ptr() as usize - word.text.as_ptr() as usize;
    let plain = word.span.len() == word.text.len() + 2;
    let start = word.span.start + 1 + offset;
    (text, if plain { start..start + text.len() } else { word.span.clone() })
}

fn window(view: View<'_>, problems: &mut Vec<Problem>) -> Option<When> {
    let word = view.word("window")?;
    let days = match view.texts("days") {
        Some(days) => Weekdays::of(days.iter().map(String::as_str)),
        None => Some(Weekdays::ALL),
    };
    if view.words("days").is_some_and(|days| days.is_empty()) {
        let problem = Problem::at(view.value_span("days"), "`days` names no day");
        problems.push(problem.hint("write `days = [\"mon\", \"tue\"]`, or leave it out for every day"));
    }
    let ends = word.text.split_once('-').and_then(|(from, to)| time(from).zip(time(to)));
    let Some((from, to)) = ends else {
        let problem = Problem::at(word.span, format!("`{}` is no window of the day", word.text));
        problems.push(problem.hint("write `01:00-05:00`; an end before the beginning is on the next day"));
        return None;
    };
    if from == to {
        let problem = Problem::at(word.span, "the window ends where it begins");
        problems.push(problem.hint("write `01:00-05:00`; for one time of the day write `cron`"));
    }
    Some(When::Window(Window { from, to, days: days? }))
}

/// `01:00`
pub(super) fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str| {
        (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
    };
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}
