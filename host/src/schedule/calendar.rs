//! What a school's calendar says of a day.

use jiff::civil::Date;

use crate::model::timetable::{Calendar, Days};

/// A day of a school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// Everything is sent.
    Open,
    /// Only additions are sent, up to this day at least.
    AdditionsOnly(Date),
    /// Nothing begins by itself, up to this day at least.
    Blackout(Date),
}

/// What the calendar says of this day. A blackout goes before additions.
pub(super) fn day(calendar: &Calendar, day: Date) -> Day {
    let last = |days: &[Days]| days.iter().filter_map(|days| days.last_from(day)).max();
    if let Some(last) = last(&calendar.blackout) {
        return Day::Blackout(last);
    }
    last(&calendar.additions_only).map_or(Day::Open, Day::AdditionsOnly)
}

/// The first day after this one on which something may begin; `None`: none within four years.
pub(super) fn open_after(calendar: &Calendar, from: Date) -> Option<Date> {
    let end = from.saturating_add(jiff::Span::new().years(4));
    let mut next = from;
    while let Day::Blackout(last) = day(calendar, next) {
        next = last.tomorrow().ok().filter(|next| *next < end)?;
    }
    Some(next)
}

/// Does the study year change between these days: after the first, and no later than the last?
pub(super) fn rolls_over(calendar: &Calendar, from: Date, to: Date) -> bool {
    let change = |day: crate::model::timetable::MonthDay| {
        (from.year()..=to.year()).any(|year| (from < day.in_year(year)) && day.in_year(year) <= to)
    };
    calendar.study_year.is_some_and(change)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::timetable::MonthDay;

    fn calendar() -> Calendar {
        let day = |month, day| MonthDay::new(month, day).expect("a day");
        Calendar {
            blackout: vec![
                Days::Once(date(2026, 11, 4), date(2026, 11, 4)),
                Days::Once(date(2026, 11, 5), date(2026, 11, 6)),
            ],
            additions_only: vec![
                Days::Yearly(day(6, 1), day(8, 31)),
                Days::Once(date(2026, 11, 1), date(2026, 11, 30)),
            ],
            study_year: Some(day(9, 1)),
        }
    }

    #[test]
    fn a_blackout_goes_before_additions() {
        let of = |month, d| day(&calendar(), date(2026, month, d));
        assert_eq!(of(11, 3), Day::AdditionsOnly(date(2026, 11, 30)));
        assert_eq!(of(11, 4), Day::Blackout(date(2026, 11, 4)));
        assert_eq!(of(12, 1), Day::Open);
        assert_eq!(of(6, 1), Day::AdditionsOnly(date(2026, 8, 31)));
    }

    #[test]
    fn blackouts_side_by_side_end_with_the_last() {
        assert_eq!(open_after(&calendar(), date(2026, 11, 4)), Some(date(2026, 11, 7)));
        assert_eq!(open_after(&calendar(), date(2026, 11, 3)), Some(date(2026, 11, 3)));
        let day = |month, day| MonthDay::new(month, day).expect("a day");
        let never = Calendar { blackout: vec![Days::Yearly(day(1, 1), day(12, 31))], ..Calendar::default() };
        assert_eq!(open_after(&never, date(2026, 1, 1)), None);
    }

    #[test]
    fn the_study_year_changes_on_its_day() {
        let rolls = |from, to| rolls_over(&calendar(), from, to);
        assert!(rolls(date(2026, 8, 31), date(2026, 9, 1)));
        assert!(!rolls(date(2026, 9, 1), date(2026, 9, 2)));
        assert!(rolls(date(2026, 9, 1), date(2027, 9, 1)));
        assert!(!rolls(date(2026, 9, 2), date(2027, 8, 31)));
    }
}
