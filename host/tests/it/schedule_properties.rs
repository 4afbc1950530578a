//! What holds for any schedule, zone, calendar and moment.

use std::collections::{BTreeMap, BTreeSet};

use exchange::model::timetable::{
    Calendar, CronLine, Days, Missed, MonthDay, Overlap, Schedule, Weekdays, When, Window,
};
use exchange::model::{Millis, TaskRef};
use exchange::schedule::{Ahead, GRACE_MS, Timetable};
use jiff::civil::{Date, date, time};
use proptest::prelude::*;

use crate::schedule::{HOUR, at, task, timetable};
use crate::schedule_month::Host;

const DAY: Millis = 24 * HOUR;

/// Zones that shift by half an hour, by one, two and by a day, forward and back, at night and at midnight.
const ZONES: [&str; 12] = [
    "UTC",
    "Europe/Berlin",
    "Europe/Moscow",
    "Europe/Kaliningrad",
    "Asia/Magadan",
    "Asia/Kamchatka",
    "Asia/Yekaterinburg",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "America/St_Johns",
    "Pacific/Apia",
    "Asia/Kathmandu",
];

fn field(low: u8, high: u8) -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just("*".to_owned()),
        3 => (low..=high).prop_map(|n| n.to_string()),
        1 => (1..=high.max(2)).prop_map(|n| format!("*/{n}")),
        1 => (low..=high, low..=high).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        1 => (low..=high, low..=high).prop_map(|(a, b)| format!("{a},{b}")),
    ]
}

fn line() -> impl Strategy<Value = CronLine> {
    let day = prop_oneof![4 => Just("*".to_owned()), 1 => field(1, 28)];
    let month = prop_oneof![6 => Just("*".to_owned()), 1 => field(1, 12)];
    let weekday = prop_oneof![4 => Just("*".to_owned()), 1 => field(0, 6)];
    (field(0, 59), field(0, 23), day, month, weekday).prop_filter_map("it comes due", |(a, b, c, d, e)| {
        CronLine::parse(&format!("{a} {b} {c} {d} {e}")).ok()
    })
}

/// Once an hour at most, so that weeks of it are not many.
fn seldom() -> impl Strategy<Value = CronLine> {
    (0_u8..60, field(0, 23)).prop_filter_map("it comes due", |(minute, hour)| {
        CronLine::parse(&format!("{minute} {hour} * * *")).ok()
    })
}

fn when(line: impl Strategy<Value = CronLine>) -> impl Strategy<Value = When> {
    let clock =
        || (0_i8..24, prop_oneof![Just(0_i8), Just(30), 0_i8..60]).prop_map(|(h, m)| time(h, m, 0, 0));
    let days = prop::collection::btree_set(0_usize..7, 1..7)
        .prop_map(|days| Weekdays::of(days.into_iter().map(|n| Weekdays::NAMES[n])).expect("some"));
    let window = (clock(), clock(), days).prop_filter("two ends", |(from, to, _)| from != to);
    prop_oneof![
        2 => (line, prop_oneof![Just(0), 0_u64..7_200_000]).prop_map(|(line, jitter_ms)| When::Cron { line, jitter_ms }),
        1 => window.prop_map(|(from, to, days)| When::Window(Window { from, to, days })),
    ]
}

fn schedule(line: impl Strategy<Value = CronLine>) -> impl Strategy<Value = Schedule> {
    let missed = prop_oneof![
        Just(Missed::Skip),
        (0_u64..30).prop_map(|h| Missed::Latest { within_ms: h * 3_600_000 })
    ];
    let overlap = prop_oneof![Just(Overlap::Skip), Just(Overlap::Queue)];
    (when(line), missed, overlap).prop_map(|(when, missed, overlap)| Schedule {
        missed,
        overlap,
        ..Schedule::new(when)
    })
}

fn days() -> impl Strategy<Value = Days> {
    let once = (0_i32..7_000, 0_i32..20).prop_map(|(from, length)| {
        let first: Date = date(2008, 1, 1).saturating_add(jiff::Span::new().days(from));
        Days::Once(first, first.saturating_add(jiff::Span::new().days(length)))
    });
    let day = || (1_i8..=12, 1_i8..=28).prop_map(|(m, d)| MonthDay::new(m, d).expect("a day"));
    prop_oneof![once, (day(), day()).prop_map(|(a, b)| Days::Yearly(a.min(b), a.min(b)))]
}

fn calendar() -> impl Strategy<Value = Calendar> {
    let list = || prop::collection::vec(days(), 0..3);
    let year = prop::option::of(Just(MonthDay::new(9, 1).expect("a day")));
    (list(), list(), year).prop_map(|(blackout, additions_only, study_year)| Calendar {
        blackout,
        additions_only,
        study_year,
    })
}

/// From 2008 to 2027, often near a shift of the clock.
fn moment() -> impl Strategy<Value = Millis> {
    let shifts = [
        "2011-03-27T00:00Z",
        "2014-10-25T20:00Z",
        "2026-03-29T01:00Z",
        "2026-10-25T01:00Z",
        "2011-12-30T10:00Z",
    ];
    prop_oneof![
        at("2008-01-01T00:00Z")..at("2027-01-01T00:00Z"),
        (prop::sample::select(shifts.to_vec()), -30 * HOUR..30 * HOUR).prop_map(|(shift, by)| at(shift) + by),
    ]
}

fn zone() -> impl Strategy<Value = &'static str> {
    prop::sample::select(ZONES.to_vec())
}

/// Runs of a preview: name and start.
fn runs(table: &Timetable, from: Millis, count: usize) -> Vec<(Millis, Millis)> {
    let ahead = table.ahead(from, count).into_iter();
    let run = |line| match line {
        Ahead::Run { due, .. } => Some((due.occurrence.at, due.occurrence.start)),
        Ahead::Blackout(..) => None,
    };
    ahead.filter_map(run).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, fork: false, ..ProptestConfig::default() })]

    #[test]
    fn times_only_grow(schedule in schedule(line()), zone in zone(), from in moment()) {
        let runs = runs(&timetable(&schedule, zone, &Calendar::default()), from, 40);
        prop_assert_eq!(runs.len(), 40);
        prop_assert!(runs[0].1 > from);
        for pair in runs.windows(2) {
            prop_assert!(pair[0].1 >= pair[0].0 && pair[0].1 < pair[1].0, "{:?}", pair);
        }
    }

    /// Each time on the wall that a line of the day names, and no other, comes on each day by rule 1.
    #[test]
    fn each_named_time_of_the_day_happens_once(line in line(), zone in zone(), from in moment()) {
        prop_assume!(!line.every_hour());
        let wall = jiff::tz::TimeZone::get(zone).unwrap();
        let table = timetable(&Schedule::new(When::Cron { line: line.clone(), jitter_ms: 0 }), zone, &Calendar::default());
        let shown = |at: Millis| wall.to_datetime(jiff::Timestamp::from_millisecond(at).unwrap());
        let runs = runs(&table, from, 50);
        let seen: BTreeSet<_> = runs.iter().map(|(at, _)| shown(*at)).collect();
        prop_assert_eq!(seen.len(), runs.len(), "one time of the wall twice");
        // Every named time that exists, from the first to the last, is among them.
        let (mut time, last) = (shown(runs[0].0), shown(runs[runs.len() - 1].0));
        while time < last {
            let exists = !matches!(wall.to_ambiguous_timestamp(time).offset(), jiff::tz::AmbiguousOffset::Gap { .. });
            prop_assert!(!exists || seen.contains(&time), "{time}");
            time = line.next(time, false).unwrap();
        }
    }

    /// A line of a pace shows on the wall what it names, and misses none.
    #[test]
    fn a_pace_is_kept(minute in field(0, 59), zone in zone(), from in moment()) {
        let line = CronLine::parse(&format!("{minute} * * * *")).unwrap();
        let table = timetable(&Schedule::new(When::Cron { line: line.clone(), jitter_ms: 0 }), zone, &Calendar::default());
        let wall = jiff::tz::TimeZone::get(zone).unwrap();
        let runs: BTreeSet<Millis> = runs(&table, from, 50).into_iter().map(|(at, _)| at).collect();
        let mut at = (from / 60_000 + 1) * 60_000;
        while at <= *runs.last().unwrap() {
            let shown = wall.to_datetime(jiff::Timestamp::from_millisecond(at).unwrap());
            prop_assert_eq!(runs.contains(&at), line.next(shown, true) == Some(shown), "{}", shown);
            at += 60_000;
        }
    }

    #[test]
    fn a_preview_says_what_will_be_due(
        schedule in schedule(line()), zone in zone(), calendar in calendar(), from in moment(),
    ) {
        let table = timetable(&schedule, zone, &calendar);
        let promised = runs(&table, from, 12);
        let mut after = from;
        let mut due = Vec::new();
        // A host that is always there: asked at each of the moments it asked for.
        let mut now = from;
        while due.len() < promised.len() {
            let verdict = table.judge(after, now);
            due.extend(verdict.due.map(|due| (due.occurrence.at, due.occurrence.start)));
            prop_assert!(verdict.due.is_none_or(|due| due.occurrence.start == now));
            after = verdict.decided;
            let Some(next) = verdict.next else { break };
            prop_assert!(next > now);
            now = next;
        }
        // At `from` itself one may begin that lies before the preview, or whose time came before.
        let due: Vec<_> = due.into_iter().filter(|(at, _)| promised.iter().any(|(known, _)| known == at) || *at > from).collect();
        let promised: Vec<_> = promised.into_iter().filter(|(at, _)| *at > from).take(due.len()).collect();
        prop_assert_eq!(&due[..promised.len()], &promised[..]);
    }

    /// Asked at any moments, late ones too: each time is decided once, and no run is begun past its limit.
    #[test]
    fn catching_up_keeps_its_limit(
        schedule in schedule(seldom()), zone in zone(), calendar in calendar(), from in moment(),
        steps in prop::collection::vec(1_000..2 * DAY, 1..8),
    ) {
        let table = timetable(&schedule, zone, &calendar);
        let limit = match schedule.missed {
            Missed::Skip => GRACE_MS,
            Missed::Latest { within_ms } => Millis::try_from(within_ms).unwrap().max(GRACE_MS),
        };
        let (mut after, mut now) = (from, from);
        let mut begun = BTreeSet::new();
        for step in steps {
            now += step;
            let verdict = table.judge(after, now);
            prop_assert!(verdict.decided >= after);
            if let Some(due) = verdict.due {
                let o = due.occurrence;
                prop_assert!(o.start <= now && now <= o.until.unwrap_or(o.start).max(o.start + limit));
                prop_assert!(o.at > after && o.at <= verdict.decided, "decided before");
                prop_assert!(begun.insert(o.at));
            }
            for passed in &verdict.passed {
                prop_assert!(passed.first > after && passed.last <= verdict.decided && passed.first <= passed.last);
            }
            after = verdict.decided;
            prop_assert_eq!(table.judge(after, now).due, None, "asked again at once");
        }
    }

    /// Two weeks of some tasks in some schools with restarts at any instants: every time is run to its end once, or
    /// let go with a reason.
    #[test]
    fn through_restarts_every_time_happens_once_or_is_told(
        schedules in prop::collection::vec(schedule(seldom()), 1..5), zone in zone(), calendar in calendar(), from in moment(),
        restarts in prop::collection::vec((1_000..30 * HOUR, 0..10 * HOUR), 0..8), slots in 1_usize..4,
    ) {
        let names: Vec<TaskRef> = (0..schedules.len()).map(|n| task(&format!("s{}", n % 3), &format!("t{n}"))).collect();
        let tables: BTreeMap<TaskRef, Timetable> = names.iter().zip(&schedules)
            .map(|(name, schedule)| (name.clone(), Timetable::new(name, schedule, zone, &calendar).unwrap()))
            .collect();
        let mut host = Host::new(tables.clone(), slots, |task| if task.task.as_str() == "t0" { 2 * HOUR } else { 20_000 }, from);
        for (runs, away) in restarts {
            host.until(host.now + runs);
            host.restart(away);
        }
        host.until(host.now + DAY);
        for (name, times) in host.times() {
            let once: BTreeSet<&Millis> = times.iter().collect();
            prop_assert_eq!(once.len(), times.len(), "{}: one twice", name);
        }
        // All times up to what is decided: done, told, or still open.
        for (name, table) in tables {
            let mark = host.queue.mark(&name).unwrap();
            let open: BTreeSet<Millis> = mark.open.iter().copied().collect();
            let done: BTreeSet<Millis> = host.times().remove(&name).unwrap_or_default().into_iter().collect();
            let told: u32 = host.let_go.iter().filter(|(of, ..)| *of == name).map(|(_, _, count)| count).sum();
            let plain = timetable_of(&name, &schedules, &names, zone);
            let all = runs(&plain, from - DAY, 700).into_iter().map(|(at, _)| at);
            let all: BTreeSet<Millis> = all.filter(|at| (from + 1..=mark.decided).contains(at)).collect();
            prop_assert!(done.iter().chain(&open).all(|at| all.contains(at)), "{}: something that is no time of it", name);
            let accounted = done.union(&open).count() + usize::try_from(told).unwrap();
            prop_assert_eq!(accounted, all.len(), "{}: {:?}", name, table.written());
        }
    }

    #[test]
    fn any_text_is_a_cron_line_or_is_refused(text in "[*/0-9,LW#?a-z +-]{0,24}|\\PC{0,24}") {
        if let Ok(line) = CronLine::parse(&text) {
            prop_assert!(line.next(date(2026, 1, 1).at(0, 0, 0, 0), false).is_some());
        }
    }
}

/// The same schedule without a calendar.
fn timetable_of(name: &TaskRef, schedules: &[Schedule], names: &[TaskRef], zone: &str) -> Timetable {
    let place = names.iter().position(|other| other == name).unwrap();
    Timetable::new(name, &schedules[place], zone, &Calendar::default()).unwrap()
}
