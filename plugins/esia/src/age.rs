//! How old somebody is, and when somebody becomes fourteen. Plain calendar days; nothing here knows a clock.

use exchange_sdk::days::earliest_start;

/// From this age on a person has an account of their own.
pub const OWN_ACCOUNT: u16 = 14;

/// A day. Days compare as they follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// Of `2011-01-25`, with or without a time behind it, as the school and the diary write, or `25.01.2011`, as ЕСИА does.
    pub fn of(text: &str) -> Option<Self> {
        let part = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
        let (year, month, day) = match text.as_bytes() {
            [_, _, _, _, b'-', _, _, b'-', _, _, ..] => {
                (text.get(0..4)?.parse().ok()?, part(5..7)?, part(8..10)?)
            }
            [_, _, b'.', _, _, b'.', _, _, _, _] => {
                (text.get(6..10)?.parse().ok()?, part(3..5)?, part(0..2)?)
            }
            _ => return None,
        };
        let fits = (1..=12).contains(&month) && (1..=31).contains(&day);
        fits.then_some(Self { year, month, day })
    }

    /// Full years on `today` of somebody born on this day. A year is full on the birthday itself; who was born on
    /// 29 February has it on 1 March in other years.
    pub fn years_until(self, today: Self) -> u16 {
        let before_birthday = (today.month, today.day) < (self.month, self.day);
        today.year.saturating_sub(self.year).saturating_sub(before_birthday.into())
    }

    /// The day so many years later.
    pub fn years_later(self, years: u16) -> Self {
        Self { year: self.year + years, ..self }
    }

    /// Milliseconds since 1970 at which this day begins somewhere; see [`earliest_start`].
    pub fn begins_somewhere(self) -> Option<i64> {
        earliest_start(&self.to_string())
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::of(text).unwrap()
    }

    #[test]
    fn e6_a_person_is_fourteen_on_the_birthday() {
        for (born, today, years) in [
            ("2012-11-29", "2026-11-28", 13),
            ("2012-11-29", "2026-11-29", 14),
            ("29.11.2012", "2026-11-30", 14),
            ("2012-12-01", "2026-11-29", 13),
            ("2012-02-29", "2026-02-28", 13),
            ("2012-02-29", "2026-03-01", 14),
            ("2012-02-29", "2028-02-29", 16),
            ("2027-01-01", "2026-01-01", 0),
        ] {
            assert_eq!(day(born).years_until(day(today)), years, "{born} {today}");
        }
    }

    #[test]
    fn days_are_read_as_three_systems_write_them() {
        assert_eq!(Day::of("2011-01-25T00:00:00"), Day::of("25.01.2011"));
        for wrong in ["", "2011", "25.13.2011", "00.01.2011", "2011-1-25", "вчера", "2011-01-2é"] {
            assert_eq!(Day::of(wrong), None, "{wrong}");
        }
        assert_eq!(day("02.01.1970").begins_somewhere(), Some(10 * 3_600_000));
        assert_eq!(day("2012-02-29").years_later(14), Day { year: 2026, month: 2, day: 29 });
    }
}
