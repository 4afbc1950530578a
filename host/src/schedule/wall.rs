//! The clock on the wall against moments: rules 1 and 2 of the module's description.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use crate::model::Millis;
use crate::model::timetable::CronLine;

/// A moment. What lies beyond all calendars is the end of them.
pub(super) fn moment(at: Millis) -> Timestamp {
    let end = if at < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(at).unwrap_or(end)
}

/// The day on the wall.
pub(super) fn day_of(zone: &TimeZone, at: Millis) -> Date {
    zone.to_datetime(moment(at)).date()
}

/// When this day begins.
pub(super) fn beginning(zone: &TimeZone, day: Date) -> Millis {
    once(zone, day.to_datetime(jiff::civil::Time::midnight())).as_millisecond()
}

/// The one moment of a time on the wall: the first of two; where there is none, the first after the gap.
pub(super) fn once(zone: &TimeZone, time: DateTime) -> Timestamp {
    match zone.to_ambiguous_timestamp(time).offset() {
        AmbiguousOffset::Unambiguous { offset } => by(offset, time),
        AmbiguousOffset::Fold { before, .. } => by(before, time),
        AmbiguousOffset::Gap { before, after } => {
            let shifts = zone.following(by(after, time)).find(|shift| shift.offset() != before);
            shifts.map_or(by(before, time), |shift| shift.timestamp())
        }
    }
}

/// The moment at which clocks of this offset show this time.
fn by(offset: Offset, time: DateTime) -> Timestamp {
    let end = if time.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    offset.to_timestamp(time).unwrap_or(end)
}

/// The first time of a cron line after this moment. `None`: beyond all calendars.
pub(super) fn next(line: &CronLine, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    if line.every_hour() { next_of_pace(line, zone, after) } else { next_of_day(line, zone, after) }
}

fn next_of_day(line: &CronLine, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    // In the second passage of a repeated hour the wall shows times that have happened.
    let mut time = line.next(zone.to_datetime(after), true)?;
    loop {
        let at = once(zone, time);
        if at > after {
            return Some(at);
        }
        time = line.next(time, false)?;
    }
}

/// Between two shifts the wall goes on evenly, so each stretch is looked through by itself.
fn next_of_pace(line: &CronLine, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let (mut from, mut inclusive) = (after, false);
    loop {
        let offset = zone.to_offset(from);
        let at = offset.to_timestamp(line.next(offset.to_datetime(from), inclusive)?).ok()?;
        match zone.following(from).next().map(|shift| shift.timestamp()) {
            Some(shift) if shift <= at => (from, inclusive) = (shift, true),
            _ => return Some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("a zone")
    }

    /// All times of a line in a stretch, as the wall shows them, with the offset.
    fn times(line: &str, zone_name: &str, from: &str, to: &str) -> Vec<String> {
        let (line, zone) = (CronLine::parse(line).expect("a line"), zone(zone_name));
        let moment = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let (mut at, end) = (moment(from), moment(to));
        let mut found = Vec::new();
        while let Some(next) = next(&line, &zone, at).filter(|next| *next <= end) {
            found.push(next.to_zoned(zone.clone()).strftime("%d %H:%M%:::z").to_string());
            at = next;
        }
        found
    }

    #[test]
    fn shifts_of_the_clock_by_the_written_rule() {
        // Where, by which line, from and to in UTC, what is expected.
        let cases: [(&str, &str, &str, &str, &[&str]); 14] = [
            // Forward: what does not exist is the first moment after.
            (
                "Europe/Berlin",
                "30 2 * * *",
                "2026-03-28T12:00Z",
                "2026-03-30T12:00Z",
                &["29 03:00+02", "30 02:30+02"],
            ),
            ("Europe/Berlin", "0,20,40 2 * * *", "2026-03-28T12:00Z", "2026-03-29T12:00Z", &["29 03:00+02"]),
            (
                "Europe/Berlin",
                "0 1-4 * * *",
                "2026-03-28T12:00Z",
                "2026-03-29T12:00Z",
                &["29 01:00+01", "29 03:00+02", "29 04:00+02"],
            ),
            (
                "Europe/Berlin",
                "30 * * * *",
                "2026-03-29T00:00Z",
                "2026-03-29T02:00Z",
                &["29 01:30+01", "29 03:30+02"],
            ),
            // Back: what exists twice is the first; a pace goes through both.
            (
                "Europe/Berlin",
                "30 2 * * *",
                "2026-10-24T12:00Z",
                "2026-10-26T12:00Z",
                &["25 02:30+02", "26 02:30+01"],
            ),
            (
                "Europe/Berlin",
                "0 2,3 * * *",
                "2026-10-24T12:00Z",
                "2026-10-25T12:00Z",
                &["25 02:00+02", "25 03:00+01"],
            ),
            (
                "Europe/Berlin",
                "*/30 * * * *",
                "2026-10-24T23:59Z",
                "2026-10-25T02:00Z",
                &["25 02:00+02", "25 02:30+02", "25 02:00+01", "25 02:30+01", "25 03:00+01"],
            ),
            // Russia: the last summer time began in 2011, and in 2014 it was given up.
            ("Europe/Moscow", "30 2 * * *", "2011-03-26T12:00Z", "2011-03-27T12:00Z", &["27 03:00+04"]),
            ("Europe/Moscow", "30 1 * * *", "2014-10-25T12:00Z", "2014-10-26T12:00Z", &["26 01:30+04"]),
            ("Europe/Kaliningrad", "30 1 * * *", "2014-10-25T12:00Z", "2014-10-26T12:00Z", &["26 01:30+03"]),
            ("Asia/Yekaterinburg", "30 2 * * *", "2011-03-26T12:00Z", "2011-03-27T12:00Z", &["27 03:00+06"]),
            // Two hours back at once, so that both hours exist twice.
            (
                "Asia/Magadan",
                "0,30 0-2 * * *",
                "2014-10-25T11:00Z",
                "2014-10-25T18:00Z",
                &["26 00:00+12", "26 00:30+12", "26 01:00+12", "26 01:30+12", "26 02:00+10", "26 02:30+10"],
            ),
            // The clock went forward and stayed in another zone at once: no shift on the wall.
            ("Asia/Kamchatka", "30 2 * * *", "2010-03-27T00:00Z", "2010-03-28T12:00Z", &["28 02:30+12"]),
            // A whole day that did not exist.
            (
                "Pacific/Apia",
                "0 12 * * *",
                "2011-12-29T12:00Z",
                "2011-12-31T00:00Z",
                &["29 12:00-10", "31 00:00+14", "31 12:00+14"],
            ),
        ];
        for (zone, line, from, to, expected) in cases {
            assert_eq!(times(line, zone, from, to), expected, "{zone} {line}");
        }
    }

    #[test]
    fn no_russian_zone_shifts_today() {
        for name in [
            "Europe/Kaliningrad",
            "Europe/Moscow",
            "Europe/Samara",
            "Asia/Yekaterinburg",
            "Asia/Omsk",
            "Asia/Krasnoyarsk",
            "Asia/Irkutsk",
            "Asia/Yakutsk",
            "Asia/Vladivostok",
            "Asia/Magadan",
            "Asia/Kamchatka",
        ] {
            let found = times("30 2 * * *", name, "2026-01-01T00:00Z", "2026-12-31T23:59Z");
            assert_eq!(found.len(), 365, "{name}");
            let offset = &found[0][8..];
            assert!(found.iter().all(|time| time[3..8] == *"02:30" && time[8..] == *offset), "{name}");
        }
    }

    #[test]
    fn days_begin_where_midnight_does_not_exist() {
        // In Beirut the clocks are put forward at midnight.
        let zone = zone("Asia/Beirut");
        let at = beginning(&zone, jiff::civil::date(2022, 3, 27));
        assert_eq!(moment(at).to_zoned(zone.clone()).to_string(), "2022-03-27T01:00:00+03:00[Asia/Beirut]");
        assert_eq!(day_of(&zone, at), jiff::civil::date(2022, 3, 27));
        assert_eq!(day_of(&zone, at - 1), jiff::civil::date(2022, 3, 26));
    }
}
