//! Days: `2026-09-01` and `01.09.2026`; ages that are possible, and usual.

use std::ops::RangeInclusive;

use super::Read;
use crate::model::records::Date;
use crate::records::problem::{Code, Fault};

/// A day. A time after it is dropped, as spreadsheets write one.
pub(super) fn read(text: &str) -> Result<Date, Fault> {
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    let mut parts = day.split(['.', '-', '/']);
    let (Some(first), Some(second), Some(third), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Fault::new(Code::DateForm));
    };
    let (year, month, date) = match (first.len(), third.len()) {
        (4, 1 | 2) if day.contains('-') => (first, second, third),
        (1 | 2, 4) if day.contains('.') => (third, second, first),
        _ => return Err(Fault::new(Code::DateForm)),
    };
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse::<i16>().map_err(|_| Fault::new(Code::DateForm)),
        false => Err(Fault::new(Code::DateForm)),
    };
    let (year, month, date) = (number(year)?, number(month)?, number(date)?);
    let narrow = |number: i16| i8::try_from(number).map_err(|_| Fault::new(Code::DateImpossible));
    Date::new(year, narrow(month)?, narrow(date)?)
        .ok()
        .filter(|_| year >= 1900)
        .ok_or(Fault::new(Code::DateImpossible))
}

/// A date of birth; an age outside `usual` is worth a look.
pub(super) fn birth(
    text: &str,
    today: Date,
    usual: RangeInclusive<i16>,
    unusual: Code,
) -> Result<Read, Fault> {
    let born = read(text)?;
    let age = age(born, today);
    if born > today || age > 120 {
        return Err(Fault::new(Code::BirthImpossible));
    }
    let warning = (!usual.contains(&age))
        .then(|| Fault::new(unusual).with("from", usual.start()).with("to", usual.end()));
    Ok(Read { value: born.to_string().into(), warning })
}

/// Full years.
fn age(born: Date, today: Date) -> i16 {
    let years = today.year() - born.year();
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    years - i16::from(!had_birthday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_impossible_days() {
        let day = |y, m, d| Ok(Date::constant(y, m, d));
        let cases = [
            ("2026-09-01", day(2026, 9, 1)),
            ("01.09.2026", day(2026, 9, 1)),
            ("1.9.2026", day(2026, 9, 1)),
            ("2026-09-01T00:00:00", day(2026, 9, 1)),
            ("01.09.2026 0:00", day(2026, 9, 1)),
            ("29.02.2024", day(2024, 2, 29)),
            ("29.02.2026", Err(Code::DateImpossible)),
            ("31.04.2026", Err(Code::DateImpossible)),
            ("01.13.2026", Err(Code::DateImpossible)),
            ("01.09.0026", Err(Code::DateImpossible)),
            ("01.09.26", Err(Code::DateForm)),
            ("09/01/2026", Err(Code::DateForm)),
            ("46266", Err(Code::DateForm)),
            ("+1.+9.2026", Err(Code::DateForm)),
            ("первое", Err(Code::DateForm)),
            ("", Err(Code::DateForm)),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).map_err(|fault| fault.code), expected, "{text}");
        }
    }

    #[test]
    fn ages() {
        let today = Date::constant(2026, 10, 1);
        let judge = |text| birth(text, today, 5..=21, Code::PupilAge).map(|read| read.warning.is_some());
        assert_eq!(judge("2016-10-01").ok(), Some(false));
        assert_eq!(judge("2021-10-01").ok(), Some(false), "five today");
        assert_eq!(judge("2021-10-02").ok(), Some(true), "five tomorrow");
        assert_eq!(judge("2004-10-01").ok(), Some(true), "twenty-two today");
        assert_eq!(judge("2026-10-02").map_err(|fault| fault.code), Err(Code::BirthImpossible));
        assert_eq!(judge("1901-01-01").map_err(|fault| fault.code), Err(Code::BirthImpossible));
    }
}
