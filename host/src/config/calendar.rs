//! `[calendar]`: days and stretches of days.

use jiff::civil::Date;

use super::report::Problem;
use super::view::{View, Word};
use crate::model::timetable::{Calendar, Days, MonthDay};

const FORMS: &str =
    "write a day `2026-11-04`, a stretch `2026-12-30..2027-01-08`, or one of every year `12-30..01-08`";

/// The calendar of this file; what it leaves out is the region's.
pub(super) fn read(view: View<'_>, region: &Calendar, problems: &mut Vec<Problem>) -> Calendar {
    let Some(view) = view.table("calendar") else { return region.clone() };
    let mut list = |key, region: &[Days]| match view.words(key) {
        Some(words) => words.iter().filter_map(|word| days(word, problems)).collect(),
        None => region.to_vec(),
    };
    Calendar {
        blackout: list("blackout", &region.blackout),
        additions_only: list("additions-only", &region.additions_only),
        study_year: match view.word("study-year") {
            Some(word) => study_year(&word, problems),
            None => region.study_year,
        },
    }
}

fn days(word: &Word, problems: &mut Vec<Problem>) -> Option<Days> {
    let (first, last) = word.text.split_once("..").unwrap_or((&word.text, &word.text));
    let (first, last) = (first.trim(), last.trim());
    if let (Some(first), Some(last)) = (date(first), date(last)) {
        if last < first {
            let problem = Problem::at(word.span.clone(), "the stretch ends before it begins");
            problems.push(problem.hint(format!("write `{last}..{first}`")));
        }
        return Some(Days::Once(first, last));
    }
    let yearly = month_day(first).zip(month_day(last));
    if yearly.is_none() {
        let problem =
            Problem::at(word.span.clone(), format!("`{}` is no day and no stretch of days", word.text));
        problems.push(problem.hint(FORMS));
    }
    yearly.map(|(first, last)| Days::Yearly(first, last))
}

fn study_year(word: &Word, problems: &mut Vec<Problem>) -> Option<MonthDay> {
    let day = month_day(word.text.trim());
    if day.is_none() {
        let problem = Problem::at(word.span.clone(), format!("`{}` is no day of every year", word.text));
        problems.push(problem.hint("write month and day: `09-01`"));
    }
    day
}

/// `2026-11-04`
fn date(text: &str) -> Option<Date> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    Date::new(number(year, 4)?, number(month, 2)?.try_into().ok()?, number(day, 2)?.try_into().ok()?).ok()
}

/// `11-04`
fn month_day(text: &str) -> Option<MonthDay> {
    let (month, day) = text.split_once('-')?;
    MonthDay::new(number(month, 2)?.try_into().ok()?, number(day, 2)?.try_into().ok()?)
}

/// A number of so many digits.
fn number(text: &str, digits: usize) -> Option<i16> {
    let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}
