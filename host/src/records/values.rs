//! One text of a file → the value of a field, judged by what the field holds.

pub(super) mod class;
mod date;
mod name;
pub(super) mod snils;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::problem::{Code, Fault};
use super::words;
use crate::model::fields::Content;
use crate::model::records::{Date, RecordType};

/// Most characters of an id and of a text.
const MAX_ID: usize = 100;
const MAX_TEXT: usize = 4_000;
const MAX_SHORT: u8 = 12;

/// What values are judged against.
pub(super) struct Today<'a> {
    pub(super) date: Date,
    /// Moments without an offset are in it.
    pub(super) zone: &'a TimeZone,
}

/// A value, and what is worth telling about it.
pub(super) struct Read {
    pub(super) value: Value,
    pub(super) warning: Option<Fault>,
}

impl From<Value> for Read {
    fn from(value: Value) -> Self {
        Self { value, warning: None }
    }
}

/// Reads a text that is not empty. References are not followed here.
pub(super) fn read(content: Content, text: &str, today: &Today<'_>) -> Result<Read, Fault> {
    Ok(match content {
        Content::Id => id(text)?,
        Content::Ref(RecordType::SchoolClass) => Value::from(plain_text(text, MAX_ID)?).into(),
        Content::Ref(_) | Content::AnyRef => Value::from(reference(text)?).into(),
        Content::Refs(_) => references(text)?.into(),
        Content::Text => Value::from(plain_text(text, MAX_TEXT)?).into(),
        Content::Name => Value::from(name::read(text)?).into(),
        Content::Snils => Value::from(snils::read(text)?).into(),
        Content::Date => date::read(text)?.to_string().pipe(),
        Content::ChildBirth => date::birth(text, today.date, 5..=21, Code::PupilAge)?,
        Content::AdultBirth => date::birth(text, today.date, 14..=110, Code::AdultAge)?,
        Content::Instant => Value::from(instant(text, today.zone)?).into(),
        Content::StudyYear => Value::from(study_year(text, today.date)?).into(),
        Content::Grade => Value::from(grade(text)?).into(),
        Content::Letter => class::letter(text)?,
        Content::Flag => Value::from(words::flag(text).ok_or(Fault::new(Code::Flag))?).into(),
        Content::Word(known) => {
            let word = words::value(known, text);
            Value::from(word.ok_or_else(|| Fault::new(Code::Word).with("known", known.join(", ")))?).into()
        }
        Content::AnyType => {
            let known = RecordType::NAMES;
            let word = words::value(&known, text);
            Value::from(word.ok_or_else(|| Fault::new(Code::Word).with("known", known.join(", ")))?).into()
        }
    })
}

/// A text as a value, for chains.
trait Pipe {
    fn pipe(self) -> Read;
}

impl Pipe for String {
    fn pipe(self) -> Read {
        Value::from(self).into()
    }
}

fn plain_text(text: &str, longest: usize) -> Result<String, Fault> {
    if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
        return Err(Fault::new(Code::BadText));
    }
    if text.chars().count() > longest {
        return Err(Fault::new(Code::TextTooLong).with("limit", longest));
    }
    Ok(text.to_owned())
}

fn reference(text: &str) -> Result<String, Fault> {
    let fits = text.chars().count() <= MAX_ID && !text.chars().any(|c| c.is_control() || c.is_whitespace());
    if fits { Ok(text.to_owned()) } else { Err(Fault::new(Code::BadId).with("limit", MAX_ID)) }
}

/// Ids are journaled and sent on; a СНИЛС is not to travel as one.
fn id(text: &str) -> Result<Read, Fault> {
    let id = reference(text)?;
    let formatted = text.len() == 14 && text.contains('-');
    if formatted && snils::check_snils(text).is_ok() {
        return Err(Fault::new(Code::PersonalId));
    }
    Ok(Value::from(id).into())
}

fn references(text: &str) -> Result<Value, Fault> {
    let parts = text.split(|c: char| matches!(c, '|' | ',' | ';') || c.is_whitespace());
    let mut ids: Vec<Value> = Vec::new();
    for part in parts.filter(|part| !part.is_empty()) {
        let id = Value::from(reference(part)?);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(Value::Array(ids))
}

fn instant(text: &str, zone: &TimeZone) -> Result<i64, Fault> {
    if let Ok(millis) = text.parse::<i64>() {
        // Before 1980 it is no lesson: somebody wrote seconds, or a year.
        return if millis > 315_532_800_000 { Ok(millis) } else { Err(Fault::new(Code::InstantForm)) };
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment.as_millisecond());
    }
    let moment = text.parse::<DateTime>().ok().or_else(|| DateTime::strptime("%d.%m.%Y %H:%M", text).ok());
    let zoned = moment.and_then(|moment| moment.to_zoned(zone.clone()).ok());
    zoned.map(|zoned| zoned.timestamp().as_millisecond()).ok_or(Fault::new(Code::InstantForm))
}

/// `2026`, `2026/2027`, `2026-2027`, `2026/27`: the first year.
fn study_year(text: &str, today: Date) -> Result<u16, Fault> {
    let fault =
        || Fault::new(Code::StudyYear).with("first", today.year() - 20).with("last", today.year() + 1);
    let (first, second) = match text.split_once(['/', '-', '–']) {
        Some((first, second)) => (first.trim(), Some(second.trim())),
        None => (text, None),
    };
    let year: i16 = first.parse().map_err(|_| fault())?;
    let follows =
        |second: &str| second == (year + 1).to_string() || second == format!("{:02}", (year + 1) % 100);
    let near = (today.year() - 20..=today.year() + 1).contains(&year);
    if !near || second.is_some_and(|second| !follows(second)) {
        return Err(fault());
    }
    u16::try_from(year).map_err(|_| fault())
}

fn grade(text: &str) -> Result<u8, Fault> {
    let grade = text.parse::<u8>().ok().filter(|grade| (1..=MAX_SHORT).contains(grade));
    grade.ok_or(Fault::new(Code::Grade))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(content: Content, text: &str) -> Result<Value, Code> {
        let today = Today { date: Date::constant(2026, 10, 1), zone: &TimeZone::UTC };
        read(content, text, &today).map(|read| read.value).map_err(|fault| fault.code)
    }

    #[test]
    fn values_table() {
        let cases: &[(Content, &str, Result<Value, Code>)] = &[
            (Content::Id, "p-1", Ok("p-1".into())),
            (Content::Id, "p 1", Err(Code::BadId)),
            (Content::Id, "112-233-445 95", Err(Code::BadId)),
            (Content::Id, "112-233-445-95", Err(Code::PersonalId)),
            (Content::Text, "=1+1", Ok("=1+1".into())),
            (Content::Text, "a\u{1}", Err(Code::BadText)),
            (Content::Refs(RecordType::Guardian), "g1|g2, g3 g1", Ok(serde_json::json!(["g1", "g2", "g3"]))),
            (Content::StudyYear, "2026", Ok(2026.into())),
            (Content::StudyYear, "2026/2027", Ok(2026.into())),
            (Content::StudyYear, "2026-27", Ok(2026.into())),
            (Content::StudyYear, "2026/2028", Err(Code::StudyYear)),
            (Content::StudyYear, "1926", Err(Code::StudyYear)),
            (Content::StudyYear, "32767", Err(Code::StudyYear)),
            (Content::Grade, "12", Ok(12.into())),
            (Content::Grade, "0", Err(Code::Grade)),
            (Content::Grade, "13", Err(Code::Grade)),
            (Content::Flag, "Да", Ok(true.into())),
            (Content::Flag, "0", Ok(false.into())),
            (Content::Flag, "может быть", Err(Code::Flag)),
            (Content::Word(&["male", "female"]), "Ж", Ok("female".into())),
            (Content::Word(&["male", "female"]), "x", Err(Code::Word)),
            (Content::Instant, "2026-09-01T08:30:00+03:00", Ok(1_788_240_600_000_i64.into())),
            (Content::Instant, "01.09.2026 08:30", Ok(1_788_251_400_000_i64.into())),
            (Content::Instant, "2026", Err(Code::InstantForm)),
        ];
        for (content, text, expected) in cases {
            assert_eq!(&judged(*content, text), expected, "{content:?} {text}");
        }
    }
}
