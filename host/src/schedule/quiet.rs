//! When a recipient may be written to: quiet hours, a time of the day for everything together, waiting for others.

use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::wall::{day_of, moment, once};
use crate::model::Millis;
use crate::model::notify::Recipient;

/// The first moment from now on at which this recipient is written to.
pub fn send_at(recipient: &Recipient, zone: &TimeZone, now: Millis) -> Millis {
    let at = match recipient.digest {
        Some(time) => next_at(zone, now, time),
        None => now.saturating_add_unsigned(recipient.gather_ms),
    };
    match recipient.quiet {
        Some((from, to)) if is_within(zone.to_datetime(moment(at)).time(), from, to) => next_at(zone, at, to),
        _ => at,
    }
}

/// An end before the beginning lies on the next day.
fn is_within(time: Time, from: Time, to: Time) -> bool {
    if from < to { from <= time && time < to } else { from <= time || time < to }
}

/// The first moment not before this one at which the wall shows this time.
fn next_at(zone: &TimeZone, from: Millis, time: Time) -> Millis {
    let (mut day, mut at) = (day_of(zone, from), from);
    // A day ahead is enough on most days, and two where a day is left out.
    for _ in 0..3 {
        at = once(zone, day.to_datetime(time)).as_millisecond();
        match day.tomorrow() {
            Ok(next) if at < from => day = next,
            _ => break,
        }
    }
    at.max(from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::notify::Address;

    fn at(recipient: &Recipient, zone: &str, now: &str) -> String {
        let zone = TimeZone::get(zone).expect("a zone");
        let now =
            now.parse::<jiff::civil::DateTime>().expect("a time").to_zoned(zone.clone()).expect("it exists");
        let at = send_at(recipient, &zone, now.timestamp().as_millisecond());
        moment(at).to_zoned(zone).strftime("%d.%m %H:%M").to_string()
    }

    fn recipient() -> Recipient {
        Recipient::new(Address::Mail("a@example.org".into()))
    }

    fn time(hour: i8) -> Time {
        jiff::civil::time(hour, 0, 0, 0)
    }

    #[test]
    fn nobody_is_written_to_in_quiet_hours() {
        let quiet = Recipient { quiet: Some((time(22), time(7))), ..recipient() };
        let kamchatka = |now| at(&quiet, "Asia/Kamchatka", now);
        assert_eq!(kamchatka("2026-11-28T21:59"), "28.11 21:59");
        assert_eq!(kamchatka("2026-11-28T22:00"), "29.11 07:00");
        assert_eq!(kamchatka("2026-11-29T06:59"), "29.11 07:00");
        assert_eq!(kamchatka("2026-11-29T07:00"), "29.11 07:00");
        let noon = Recipient { quiet: Some((time(12), time(14))), ..recipient() };
        assert_eq!(at(&noon, "Europe/Moscow", "2026-11-28T13:30"), "28.11 14:00");
    }

    #[test]
    fn a_digest_comes_at_its_time_and_never_in_quiet_hours() {
        let digest = Recipient { digest: Some(time(8)), ..recipient() };
        assert_eq!(at(&digest, "Europe/Moscow", "2026-11-28T07:59"), "28.11 08:00");
        assert_eq!(at(&digest, "Europe/Moscow", "2026-11-28T08:01"), "29.11 08:00");
        let both = Recipient { quiet: Some((time(22), time(9))), ..digest };
        assert_eq!(at(&both, "Europe/Moscow", "2026-11-28T10:00"), "29.11 09:00");
    }

    #[test]
    fn a_message_waits_for_others_and_a_missing_hour_is_no_trap() {
        let gathers = Recipient { gather_ms: 900_000, ..recipient() };
        assert_eq!(at(&gathers, "Europe/Moscow", "2026-11-28T10:00"), "28.11 10:15");
        let night = Recipient { quiet: Some((time(1), jiff::civil::time(2, 30, 0, 0))), ..recipient() };
        assert_eq!(at(&night, "Europe/Berlin", "2026-03-29T01:10"), "29.03 03:00");
    }
}
