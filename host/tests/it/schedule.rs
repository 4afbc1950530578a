//! One task's timetable: what is due, what was missed and why it is let go, what comes next.

use exchange::model::timetable::{
    Calendar, CronLine, Days, Missed, MonthDay, Schedule, Weekdays, When, Window,
};
use exchange::model::{Extent, Millis, TaskRef};
use exchange::schedule::{Ahead, Reason, Timetable, Verdict};
use jiff::Timestamp;
use jiff::civil::{date, time};

pub(crate) const HOUR: Millis = 3_600_000;
const MINUTE: Millis = 60_000;

pub(crate) fn task(school: &str, task: &str) -> TaskRef {
    TaskRef { school: school.into(), task: task.into() }
}

pub(crate) fn cron(line: &str, jitter_ms: u64) -> Schedule {
    let line = CronLine::parse(line).unwrap_or_else(|fault| panic!("{line}: {fault:?}"));
    Schedule::new(When::Cron { line, jitter_ms })
}

pub(crate) fn window(from: i8, to: i8) -> Schedule {
    let at = |hour| time(hour, 0, 0, 0);
    Schedule::new(When::Window(Window { from: at(from), to: at(to), days: Weekdays::ALL }))
}

pub(crate) fn timetable(schedule: &Schedule, zone: &str, calendar: &Calendar) -> Timetable {
    Timetable::new(&task("school57", "dnevnik"), schedule, zone, calendar).unwrap()
}

pub(crate) fn at(text: &str) -> Millis {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn day(month: i8, day: i8) -> MonthDay {
    MonthDay::new(month, day).unwrap()
}

/// `due MOMENT`, then what passed, then when to ask again.
fn told(verdict: &Verdict) -> Vec<String> {
    let show = |at: Millis| Timestamp::from_millisecond(at).unwrap().strftime("%m-%d %H:%M").to_string();
    let due = verdict.due.map(|due| format!("due {}", show(due.occurrence.at)));
    let passed = verdict
        .passed
        .iter()
        .map(|p| format!("{:?} {} to {} x{}", p.reason, show(p.first), show(p.last), p.count));
    let next = verdict.next.map(|next| format!("next {}", show(next)));
    due.into_iter().chain(passed).chain(next).collect()
}

fn nightly(missed: Missed, calendar: &Calendar) -> Timetable {
    timetable(&Schedule { missed, ..cron("0 3 * * *", 0) }, "UTC", calendar)
}

const WITHIN_12H: Missed = Missed::Latest { within_ms: 12 * 3_600_000 };

#[test]
fn h3_missed_runs_by_their_policy() {
    let plain = Calendar::default();
    // The last time decided, now, what follows under `latest` within 12 hours, and under `skip`.
    let cases: [(&str, &str, &[&str], &[&str]); 6] = [
        ("2026-11-22T03:00Z", "2026-11-23T02:59Z", &["next 11-23 03:00"], &["next 11-23 03:00"]),
        (
            "2026-11-22T03:00Z",
            "2026-11-23T03:00Z",
            &["due 11-23 03:00", "next 11-24 03:00"],
            &["due 11-23 03:00", "next 11-24 03:00"],
        ),
        (
            "2026-11-22T03:00Z",
            "2026-11-23T03:05Z",
            &["due 11-23 03:00", "next 11-24 03:00"],
            &["due 11-23 03:00", "next 11-24 03:00"],
        ),
        (
            "2026-11-22T03:00Z",
            "2026-11-23T03:06Z",
            &["due 11-23 03:00", "next 11-24 03:00"],
            &["Missed 11-23 03:00 to 11-23 03:00 x1", "next 11-24 03:00"],
        ),
        (
            "2026-11-20T03:00Z",
            "2026-11-23T15:00Z",
            &["due 11-23 03:00", "Missed 11-21 03:00 to 11-22 03:00 x2", "next 11-24 03:00"],
            &["Missed 11-21 03:00 to 11-23 03:00 x3", "next 11-24 03:00"],
        ),
        (
            "2026-11-20T03:00Z",
            "2026-11-23T15:01Z",
            &["Missed 11-21 03:00 to 11-23 03:00 x3", "next 11-24 03:00"],
            &["Missed 11-21 03:00 to 11-23 03:00 x3", "next 11-24 03:00"],
        ),
    ];
    for (after, now, latest, skip) in cases {
        let judge = |missed| told(&nightly(missed, &plain).judge(at(after), at(now)));
        assert_eq!(judge(WITHIN_12H), latest, "latest, {now}");
        assert_eq!(judge(Missed::Skip), skip, "skip, {now}");
    }
}

#[test]
fn h3_of_several_missed_runs_the_latest_is_made_up_for() {
    let hourly = timetable(&cron("0 * * * *", 0), "UTC", &Calendar::default());
    let verdict = hourly.judge(at("2026-11-22T03:00Z"), at("2026-11-22T08:30Z"));
    assert_eq!(
        told(&verdict),
        ["due 11-22 08:00", "Superseded 11-22 04:00 to 11-22 07:00 x4", "next 11-22 09:00"]
    );
    assert_eq!(verdict.decided, at("2026-11-22T08:00Z"));
    assert_eq!(told(&hourly.judge(verdict.decided, at("2026-11-22T08:31Z"))), ["next 11-22 09:00"], "once");
}

#[test]
fn h3_a_year_away_is_judged_at_once() {
    let often = timetable(&cron("* * * * *", 0), "Europe/Berlin", &Calendar::default());
    let verdict = often.judge(at("2025-11-22T03:00Z"), at("2026-11-22T03:00:30Z"));
    assert_eq!(verdict.due.unwrap().occurrence.at, at("2026-11-22T03:00Z"));
    assert_eq!(verdict.decided, at("2026-11-22T03:00Z"));
    assert!(verdict.passed.iter().map(|passed| passed.count).sum::<u32>() < 10_000, "not one by one");
}

#[test]
fn h3_a_window_is_open_to_its_end() {
    let strict = timetable(&Schedule { missed: Missed::Skip, ..window(1, 5) }, "UTC", &Calendar::default());
    let place = strict.judge(at("2026-11-22T00:00Z"), at("2026-11-22T05:00Z")).due.unwrap().occurrence;
    assert!((at("2026-11-22T01:00Z")..at("2026-11-22T05:00Z")).contains(&place.at));
    assert_eq!(place.until, Some(at("2026-11-22T05:00Z")));
    let late = strict.judge(at("2026-11-22T00:00Z"), at("2026-11-22T05:00:01Z"));
    assert_eq!((late.due, late.passed[0].reason), (None, Reason::Missed));
}

#[test]
fn h3_windows_over_a_change_of_the_clock_and_over_midnight() {
    // The window in UTC on the day before, on the day, and on the day after.
    let cases = [
        ("Europe/Berlin", "2026-03-29", 1, 5, ["00:00 04:00", "00:00 03:00", "23:00 03:00"]),
        ("Europe/Berlin", "2026-10-25", 1, 5, ["23:00 03:00", "23:00 04:00", "00:00 04:00"]),
        ("Europe/Berlin", "2026-03-28", 22, 4, ["21:00 03:00", "21:00 02:00", "20:00 02:00"]),
        ("Europe/Berlin", "2026-03-29", 2, 3, ["01:00 02:00", "01:00 01:00", "00:00 01:00"]),
        ("Asia/Kamchatka", "2026-03-29", 1, 5, ["13:00 17:00", "13:00 17:00", "13:00 17:00"]),
        ("Europe/Kaliningrad", "2026-10-25", 1, 5, ["23:00 03:00", "23:00 03:00", "23:00 03:00"]),
        ("Europe/Kaliningrad", "2014-10-26", 1, 5, ["22:00 02:00", "22:00 03:00", "23:00 03:00"]),
    ];
    for (zone, on, from, to, expected) in cases {
        let zoned = jiff::tz::TimeZone::get(zone).unwrap();
        let on: jiff::civil::Date = on.parse().unwrap();
        let table = timetable(&window(from, to), zone, &Calendar::default());
        for (day, expected) in [on.yesterday().unwrap(), on, on.tomorrow().unwrap()].into_iter().zip(expected)
        {
            let noon =
                |day: jiff::civil::Date| day.at(12, 0, 0, 0).to_zoned(zoned.clone()).unwrap().timestamp();
            let begins = if to > from { day.yesterday().unwrap() } else { day };
            let Ahead::Run { due, .. } = table.ahead(noon(begins).as_millisecond(), 1)[0] else {
                panic!("no blackout")
            };
            let end = due.occurrence.until.unwrap();
            let (first, last) = expected.split_once(' ').unwrap();
            let show = |at: Millis| Timestamp::from_millisecond(at).unwrap().strftime("%H:%M").to_string();
            assert_eq!(show(end), last, "{zone} {day}");
            let length =
                (0..=8).map(|hours| hours * HOUR).find(|length| show(end - length) == first).unwrap();
            assert!((end - length..=end).contains(&due.occurrence.start), "{zone} {day}");
        }
    }
}

#[test]
fn h3_schools_are_spread_over_their_window() {
    let place = |n: u32| {
        let name = task(&format!("school{n}"), "dnevnik");
        let table = Timetable::new(&name, &window(1, 5), "UTC", &Calendar::default()).unwrap();
        let Ahead::Run { due, .. } = table.ahead(at("2026-11-22T00:00Z"), 1)[0] else {
            panic!("no blackout")
        };
        (due.occurrence.start - at("2026-11-22T01:00Z")) / (HOUR / 2)
    };
    let mut halves = [0; 8];
    (0..800).for_each(|n| halves[usize::try_from(place(n)).unwrap()] += 1);
    assert!(halves.iter().all(|count| (70..130).contains(count)), "{halves:?}");
}

#[test]
fn h3_jitter_comes_before_the_next_time_and_is_the_same_in_preview_and_reality() {
    let table = timetable(&cron("*/5 * * * *", 3_600_000), "UTC", &Calendar::default());
    let from = at("2026-11-22T00:00Z");
    let mut moved = 0;
    for ahead in table.ahead(from, 200) {
        let Ahead::Run { due, .. } = ahead else { panic!("no blackout") };
        let o = due.occurrence;
        assert!((o.at..o.at + 5 * MINUTE).contains(&o.start));
        moved += i32::from(o.start > o.at);
        let early = table.judge(o.at - MINUTE, o.start - 1);
        assert!(early.due.is_none_or(|due| due.occurrence.at < o.at), "{early:?}");
        assert_eq!(table.judge(o.at - 1, o.start).due.map(|due| due.occurrence), Some(o));
    }
    assert!(moved > 150, "{moved}");
}

#[test]
fn h3_the_calendar_closes_days_and_holds_changes_back() {
    let calendar = Calendar {
        blackout: vec![Days::Once(date(2026, 11, 4), date(2026, 11, 5))],
        additions_only: vec![Days::Once(date(2026, 11, 6), date(2026, 11, 7))],
        study_year: None,
    };
    let table = nightly(WITHIN_12H, &calendar);
    let verdict = table.judge(at("2026-11-03T03:00Z"), at("2026-11-06T03:00Z"));
    assert_eq!(
        told(&verdict),
        ["due 11-06 03:00", "Blackout 11-04 03:00 to 11-05 03:00 x2", "next 11-07 03:00"]
    );
    assert_eq!(verdict.due.unwrap().extent, Extent::Additions);
    let later = table.judge(verdict.decided, at("2026-11-08T03:00Z")).due.unwrap();
    assert_eq!(later.extent, Extent::Everything);
    let ahead = table.ahead(at("2026-11-03T12:00Z"), 3);
    let [Ahead::Blackout(from, last), Ahead::Run { due: first, .. }, _, Ahead::Run { due: third, .. }] =
        ahead[..]
    else {
        panic!("{ahead:?}")
    };
    assert_eq!((from, last), (at("2026-11-04T03:00Z"), date(2026, 11, 5)));
    assert_eq!((first.occurrence.start, first.extent), (at("2026-11-06T03:00Z"), Extent::Additions));
    assert_eq!(third.extent, Extent::Everything);
}

#[test]
fn h3_what_was_missed_before_a_blackout_waits_for_its_end_within_the_limit() {
    let calendar =
        Calendar { blackout: vec![Days::Once(date(2026, 11, 4), date(2026, 11, 4))], ..Calendar::default() };
    let schedule = |hours: u64| Schedule {
        missed: Missed::Latest { within_ms: hours * 3_600_000 },
        ..cron("0 22 * * *", 0)
    };
    let judge =
        |hours, now| timetable(&schedule(hours), "UTC", &calendar).judge(at("2026-11-02T22:00Z"), at(now));
    let waits = judge(48, "2026-11-04T08:00Z");
    assert_eq!(told(&waits), ["next 11-05 00:00"]);
    assert_eq!(waits.decided, at("2026-11-02T22:00Z"), "not decided yet");
    assert_eq!(
        told(&judge(48, "2026-11-05T00:00Z")),
        ["due 11-03 22:00", "Blackout 11-04 22:00 to 11-04 22:00 x1", "next 11-05 22:00"]
    );
    assert_eq!(
        told(&judge(9, "2026-11-04T08:00Z")),
        ["Missed 11-03 22:00 to 11-03 22:00 x1", "next 11-04 22:00"]
    );
}

#[test]
fn h3_nothing_is_made_up_for_across_the_change_of_the_study_year() {
    let calendar = Calendar { study_year: Some(day(9, 1)), ..Calendar::default() };
    let table = timetable(&cron("0 22 * * *", 0), "Asia/Kamchatka", &calendar);
    let missed = table.judge(at("2026-08-30T10:00Z"), at("2026-08-31T15:00Z"));
    assert_eq!(told(&missed), ["NewYear 08-31 10:00 to 08-31 10:00 x1", "next 09-01 10:00"]);
    let ahead = table.ahead(at("2026-08-31T00:00Z"), 3);
    let years: Vec<bool> =
        ahead.iter().map(|line| matches!(line, Ahead::Run { first_of_year: true, .. })).collect();
    assert_eq!(years, [false, true, false]);
}

#[test]
fn h3_a_calendar_that_is_closed_for_good_ends_a_preview() {
    let calendar = Calendar { blackout: vec![Days::Yearly(day(1, 1), day(12, 31))], ..Calendar::default() };
    let table = nightly(WITHIN_12H, &calendar);
    assert!(matches!(table.ahead(at("2026-11-03T12:00Z"), 3)[..], [Ahead::Blackout(..)]));
    assert_eq!(table.judge(at("2026-11-02T12:00Z"), at("2026-11-03T12:00Z")).due, None);
}

#[test]
fn a_clock_that_was_years_ahead_stops_nothing() {
    let table = nightly(WITHIN_12H, &Calendar::default());
    assert_eq!(
        table.judge(at("2031-01-01T03:00Z"), at("2026-11-22T03:00Z")).next,
        Some(at("2026-11-23T03:00Z"))
    );
    let back = table.judge(at("2026-11-23T03:00Z"), at("2026-11-22T04:00Z"));
    assert_eq!((back.due, back.next), (None, Some(at("2026-11-24T03:00Z"))), "an hour back repeats nothing");
}
