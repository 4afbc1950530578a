//! What filters ask for, taken out of a record at import.

use jiff::tz::TimeZone;

use crate::model::Millis;
use crate::model::records::{Date, Record, RecordRef};

/// The columns beside a record's JSON. Which of them a type has, is the type's own.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) pupil_id: Option<String>,
    pub(super) class_id: Option<String>,
    pub(super) journal_id: Option<String>,
    pub(super) study_year: Option<u16>,
    pub(super) day: Option<String>,
    pub(super) about: Option<RecordRef>,
}

impl Index {
    /// The columns of a record. A lesson's day is the day at the school.
    pub(super) fn of(record: &Record, zone: &TimeZone) -> Self {
        match record {
            Record::SchoolClass(r) => Self { study_year: Some(r.study_year), ..Self::default() },
            Record::Pupil(r) => Self { class_id: r.class_id.clone(), ..Self::default() },
            Record::Application(r) => {
                Self { pupil_id: Some(r.pupil_id.clone()), study_year: Some(r.study_year), ..Self::default() }
            }
            Record::Order(r) => Self {
                pupil_id: Some(r.pupil_id.clone()),
                study_year: Some(r.study_year),
                day: Some(r.effective.to_string()),
                ..Self::default()
            },
            Record::Journal(r) => {
                Self { class_id: r.class_id.clone(), study_year: Some(r.study_year), ..Self::default() }
            }
            Record::Lesson(r) => Self {
                journal_id: Some(r.journal_id.clone()),
                day: local_day(r.starts, zone).map(|day| day.to_string()),
                ..Self::default()
            },
            Record::Mark(r) => Self::dated(&r.pupil_id, Some(&r.journal_id), r.day),
            Record::Attendance(r) => Self::dated(&r.pupil_id, r.journal_id.as_ref(), r.day),
            Record::Account(r) => Self { about: Some(r.person.clone()), ..Self::default() },
            Record::Identifier(r) => Self { about: Some(r.about.clone()), ..Self::default() },
            Record::Guardian(_) | Record::Staff(_) => Self::default(),
        }
    }

    fn dated(pupil: &str, journal: Option<&String>, day: Date) -> Self {
        Self {
            pupil_id: Some(pupil.to_owned()),
            journal_id: journal.cloned(),
            day: Some(day.to_string()),
            ..Self::default()
        }
    }
}

fn local_day(at: Millis, zone: &TimeZone) -> Option<Date> {
    Some(jiff::Timestamp::from_millisecond(at).ok()?.to_zoned(zone.clone()).date())
}

/// The guardians of a pupil.
pub(super) fn guardians(record: &Record) -> &[String] {
    match record {
        Record::Pupil(pupil) => &pupil.guardian_ids,
        _ => &[],
    }
}
