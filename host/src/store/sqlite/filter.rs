//! A filter as a condition of SQL: one clause per condition and type of record.

use rusqlite::types::Value;

use crate::error::Result;
use crate::model::records::{Filter, RecordType};

use super::values::json;

/// A condition and what fills its named places.
#[derive(Debug, Default)]
pub(super) struct Condition {
    clauses: Vec<String>,
    values: Vec<(&'static str, Value)>,
}

const PUPILS_OF_CLASS: &str = "SELECT id FROM record WHERE type = 'pupil' AND class_id = :class";
const PLACED_PUPILS: &str = "SELECT id FROM record WHERE type = 'pupil' AND class_id IS NOT NULL";
const JOURNALS_OF_CLASS: &str = "SELECT id FROM record WHERE type = 'journal' AND class_id = :class";

impl Condition {
    /// The condition for records of this type.
    pub(super) fn of(record_type: RecordType, filter: &Filter) -> Result<Self> {
        let mut condition = Self::default();
        if let Some(ids) = &filter.ids {
            condition.add("id IN (SELECT value FROM json_each(:ids))", ":ids", Value::Text(json(ids)?));
        }
        if let Some(class) = &filter.class_id {
            condition.add(of_class(record_type), ":class", Value::Text(class.clone()));
        }
        if filter.without_class {
            condition.clauses.push(without_class(record_type));
        }
        if let Some(persons) = &filter.person_ids {
            condition.add(of_persons(record_type), ":persons", Value::Text(json(persons)?));
        }
        if let Some(year) = filter.study_year {
            condition.add(of_year(record_type), ":year", Value::Integer(year.into()));
        }
        condition.add_days(filter);
        if let Some(journal) = &filter.journal_id {
            condition.add(of_journal(record_type), ":journal", Value::Text(journal.clone()));
        }
        Ok(condition)
    }

    fn add_days(&mut self, filter: &Filter) {
        if let Some(since) = filter.since {
            self.add("day >= :since", ":since", Value::Text(since.to_string()));
        }
        if let Some(until) = filter.until {
            self.add("day <= :until", ":until", Value::Text(until.to_string()));
        }
    }

    fn add(&mut self, clause: impl Into<String>, name: &'static str, value: Value) {
        let clause = clause.into();
        // A clause that does not mention its value (a type without that notion) must not bind it either.
        if clause.contains(name) {
            self.values.push((name, value));
        }
        self.clauses.push(clause);
    }

    /// ` AND (…) AND (…)`, or nothing.
    pub(super) fn sql(&self) -> String {
        self.clauses.iter().map(|clause| format!(" AND ({clause})")).collect()
    }

    /// What fills the places.
    pub(super) fn values(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.values.iter().map(|(name, value)| (*name, value))
    }
}

fn of_class(record_type: RecordType) -> String {
    use RecordType as T;
    match record_type {
        T::SchoolClass => "id = :class".to_owned(),
        T::Pupil | T::Journal => "class_id = :class".to_owned(),
        T::Guardian => guardians_of(PUPILS_OF_CLASS),
        T::Application | T::Order | T::Mark | T::Attendance => format!("pupil_id IN ({PUPILS_OF_CLASS})"),
        T::Lesson => format!("journal_id IN ({JOURNALS_OF_CLASS})"),
        T::Account | T::Identifier => format!(
            "(about_type = 'school-class' AND about_id = :class) OR {}",
            about_people(PUPILS_OF_CLASS)
        ),
        T::Staff => "0".to_owned(),
    }
}

fn without_class(record_type: RecordType) -> String {
    use RecordType as T;
    let unplaced = "SELECT id FROM record WHERE type = 'pupil' AND class_id IS NULL";
    match record_type {
        T::Pupil | T::Journal => "class_id IS NULL".to_owned(),
        T::Guardian => guardians_of(unplaced),
        // Also of a child that the contingent does not know: nobody must fall between two scopes.
        T::Application | T::Order | T::Mark | T::Attendance => format!("pupil_id NOT IN ({PLACED_PUPILS})"),
        T::Account | T::Identifier => about_people(unplaced),
        T::Lesson => {
            "journal_id IN (SELECT id FROM record WHERE type = 'journal' AND class_id IS NULL)".to_owned()
        }
        T::SchoolClass | T::Staff => "0".to_owned(),
    }
}

fn guardians_of(pupils: &str) -> String {
    format!("id IN (SELECT guardian_id FROM guardian_of WHERE pupil_id IN ({pupils}))")
}

fn about_people(pupils: &str) -> String {
    format!(
        "(about_type = 'pupil' AND about_id IN ({pupils})) OR (about_type = 'guardian' AND about_id IN \
         (SELECT guardian_id FROM guardian_of WHERE pupil_id IN ({pupils})))"
    )
}

fn of_persons(record_type: RecordType) -> &'static str {
    use RecordType as T;
    match record_type {
        T::Pupil | T::Guardian | T::Staff => "id IN (SELECT value FROM json_each(:persons))",
        T::Application | T::Order | T::Mark | T::Attendance => {
            "pupil_id IN (SELECT value FROM json_each(:persons))"
        }
        T::Account | T::Identifier => {
            "about_type <> 'school-class' AND about_id IN (SELECT value FROM json_each(:persons))"
        }
        T::Journal => {
            "EXISTS (SELECT 1 FROM json_each(record.json, '$.pupil_ids') WHERE value IN (SELECT value FROM \
             json_each(:persons))) OR EXISTS (SELECT 1 FROM json_each(record.json, '$.teacher_ids') WHERE value IN \
             (SELECT value FROM json_each(:persons)))"
        }
        T::Lesson | T::SchoolClass => {
            "record.json ->> '$.teacher_id' IN (SELECT value FROM json_each(:persons))"
        }
    }
}

fn of_year(record_type: RecordType) -> &'static str {
    use RecordType as T;
    match record_type {
        T::SchoolClass | T::Application | T::Order | T::Journal => "study_year = :year",
        T::Pupil => "class_id IN (SELECT id FROM record WHERE type = 'school-class' AND study_year = :year)",
        T::Lesson | T::Mark | T::Attendance => {
            "journal_id IN (SELECT id FROM record WHERE type = 'journal' AND study_year = :year)"
        }
        T::Guardian | T::Staff | T::Account | T::Identifier => "0",
    }
}

fn of_journal(record_type: RecordType) -> &'static str {
    if record_type == RecordType::Journal { "id = :journal" } else { "journal_id = :journal" }
}
