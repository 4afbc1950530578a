//! The little that is needed of a calendar. Dates are `YYYY-MM-DD` texts, so they compare as they stand.

/// Year, month and day of a date with or without a time behind it.
pub fn parts(date: &str) -> Option<(i64, i64, i64)> {
    let mut numbers = date.get(..10)?.split('-').map(|part| part.parse::<i64>().ok());
    Some((numbers.next()??, numbers.next()??, numbers.next()??))
}

/// Milliseconds since 1970 at which this day begins *somewhere*: fourteen hours before it begins at Greenwich.
///
/// No guest knows the school's offset. Too early is harmless: the host asks again, and is told the same.
pub fn earliest_start(date: &str) -> Option<i64> {
    let (year, month, day) = parts(date)?;
    Some((days_since_1970(year, month, day) * 24 - 14) * 3_600_000)
}

/// Counts in years that begin in March, so that the leap day comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_across_leap_years() {
        assert_eq!(days_since_1970(1970, 1, 1), 0);
        assert_eq!(days_since_1970(2000, 3, 1) - days_since_1970(2000, 2, 28), 2);
        assert_eq!(days_since_1970(2026, 9, 1), 20_697);
        assert_eq!(earliest_start("1970-01-02"), Some(10 * 3_600_000));
    }
}
