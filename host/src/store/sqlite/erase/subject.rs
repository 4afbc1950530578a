//! Who is erased: the person's records, and how records of others read without the person.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use rusqlite::{Connection, Transaction, params};

use crate::error::{Context, Error, Kind, Result};
use crate::model::records::{Record, RecordRef, RecordType};
use crate::store::Erased;
use crate::store::sqlite::records::{Form, insert};
use crate::store::sqlite::values::{col, exec, rows};
use crate::store::sqlite::written;

/// A person, and all records that go with them.
pub(super) struct Subject {
    /// The person.
    pub(super) who: RecordRef,
    /// The person and records that are about nobody else.
    gone: BTreeSet<(RecordType, String)>,
    /// Records of others, without the person.
    edited: Vec<Record>,
    /// Values that tell the person: СНИЛС, telephone, address of mail.
    values: Vec<String>,
}

/// What becomes of a record.
enum Fate {
    Gone,
    Edited,
    Stays,
}

impl Subject {
    /// Looks for the person's records.
    pub(super) fn find(t: &Connection, who: &RecordRef) -> Result<Self> {
        if !super::PEOPLE.contains(&who.record_type) {
            return Err(super::no_person(who));
        }
        let gone = [(who.record_type, who.id.clone())].into();
        let mut subject = Self { who: who.clone(), gone, edited: Vec::new(), values: Vec::new() };
        for mut record in naming(t, "record", &subject.needle()?)? {
            match subject.fate(&mut record) {
                Fate::Gone => {
                    subject.values.extend(telling(&record));
                    subject.gone.insert((record.record_type(), record.id().to_owned()));
                }
                Fate::Edited => subject.edited.push(record),
                Fate::Stays => {}
            }
        }
        Ok(subject)
    }

    /// The id as it stands in JSON.
    pub(super) fn needle(&self) -> Result<String> {
        serde_json::to_string(&self.who.id).context(Kind::Internal, "an id is no text")
    }

    /// Is this record the person's?
    pub(super) fn owns(&self, record_type: RecordType, id: &str) -> bool {
        self.gone.contains(&(record_type, id.to_owned()))
    }

    /// Does a text name the person?
    pub(super) fn is_named_in(&self, text: &str) -> bool {
        is_word_of(text, &self.who.id) || self.values.iter().any(|value| text.contains(value))
    }

    /// What is worth looking for in a whole file: an id of two digits is found everywhere.
    pub(super) fn telling_values(&self) -> Vec<String> {
        let id = Some(self.who.id.clone()).filter(|id| id.chars().count() >= 5);
        self.values.iter().cloned().chain(id).collect()
    }

    pub(super) fn erase_records(
        &self,
        t: &Transaction<'_>,
        zone: &TimeZone,
        erased: &mut Erased,
    ) -> Result<()> {
        for (record_type, id) in &self.gone {
            let sql = "DELETE FROM record WHERE type = ?1 AND id = ?2";
            let rows = exec(t, sql, [record_type.name(), id])? as u64;
            if rows > 0 {
                *erased.records.entry(*record_type).or_default() += rows;
            }
        }
        match self.who.record_type {
            RecordType::Pupil => {
                exec(t, "DELETE FROM guardian_of WHERE pupil_id = ?1", [&self.who.id])?;
            }
            RecordType::Guardian => {
                exec(t, "DELETE FROM guardian_of WHERE guardian_id = ?1", [&self.who.id])?;
            }
            _ => {}
        }
        erased.mentions = self.edited.len() as u64;
        self.edited.iter().try_for_each(|record| insert(t, record, &Form::of(record)?, zone))?;
        self.erase_images(t, erased)
    }

    /// What records were before an inbound change.
    fn erase_images(&self, t: &Transaction<'_>, erased: &mut Erased) -> Result<()> {
        let delete = "DELETE FROM record_before WHERE type = ?1 AND id = ?2";
        let update = "UPDATE record_before SET json = ?4 WHERE type = ?1 AND id = ?2 AND json = ?3";
        let mut count = 0;
        for (record_type, id) in &self.gone {
            written::note(t, *record_type, id, None)?;
            count += exec(t, delete, [record_type.name(), id])? as u64;
        }
        for mut record in naming(t, "record_before", &self.needle()?)? {
            let before = written(&record)?;
            let (name, id) = (record.record_type().name(), record.id().to_owned());
            count += match self.fate(&mut record) {
                Fate::Gone => exec(t, delete, [name, &id])? as u64,
                Fate::Edited => exec(t, update, params![name, id, before, written(&record)?])? as u64,
                Fate::Stays => 0,
            };
        }
        super::traces::count(erased, "record_before", count);
        Ok(())
    }

    /// What becomes of a record; takes the person out of one that is somebody else's.
    fn fate(&self, record: &mut Record) -> Fate {
        if self.is_own(record) {
            Fate::Gone
        } else if self.take_out(record) {
            Fate::Edited
        } else {
            Fate::Stays
        }
    }

    fn is_own(&self, record: &Record) -> bool {
        let (pupil, id) = (self.who.record_type == RecordType::Pupil, &self.who.id);
        match record {
            Record::Application(r) => pupil && &r.pupil_id == id,
            Record::Order(r) => pupil && &r.pupil_id == id,
            Record::Mark(r) => pupil && &r.pupil_id == id,
            Record::Attendance(r) => pupil && &r.pupil_id == id,
            Record::Account(r) => r.person == self.who,
            Record::Identifier(r) => r.about == self.who,
            other => other.record_type() == self.who.record_type && other.id() == id,
        }
    }

    fn take_out(&self, record: &mut Record) -> bool {
        let id = &self.who.id;
        let from_list = |ids: &mut Vec<String>| {
            let before = ids.len();
            ids.retain(|one| one != id);
            ids.len() < before
        };
        let from_field = |field: &mut Option<String>| field.take_if(|one| one == id).is_some();
        match (self.who.record_type, record) {
            (RecordType::Pupil, Record::Journal(r)) => from_list(&mut r.pupil_ids),
            (RecordType::Guardian, Record::Pupil(r)) => from_list(&mut r.guardian_ids),
            (RecordType::Guardian, Record::Application(r)) => {
                let named = from_field(&mut r.guardian_id);
                if named {
                    (r.guardian, r.relation) = (None, None);
                }
                named
            }
            (RecordType::Staff, Record::SchoolClass(r)) => from_field(&mut r.teacher_id),
            (RecordType::Staff, Record::Journal(r)) => from_list(&mut r.teacher_ids),
            (RecordType::Staff, Record::Lesson(r)) => from_field(&mut r.teacher_id),
            _ => false,
        }
    }
}

fn written(record: &Record) -> Result<String> {
    record.to_json().context(Kind::Internal, "cannot write a record as JSON")
}

/// Records of a table whose JSON holds this text.
fn naming(t: &Connection, table: &str, needle: &str) -> Result<Vec<Record>> {
    let sql = format!("SELECT type, json FROM {table} WHERE instr(json, ?1) > 0");
    rows(t, &sql, [needle], |row| {
        let name: String = col(row, "type")?;
        let record_type = RecordType::by_name(&name)
            .ok_or_else(|| Error::internal(format!("unknown type of record `{name}`")))?;
        Record::from_json(record_type, &col::<String>(row, "json")?)
            .context(Kind::Internal, "a stored record cannot be read")
    })
}

/// Values of a person's record that are nobody else's.
fn telling(record: &Record) -> Vec<String> {
    let values = match record {
        Record::Pupil(r) => vec![&r.snils],
        Record::Guardian(r) => vec![&r.snils, &r.phone, &r.email],
        Record::Staff(r) => vec![&r.snils],
        _ => Vec::new(),
    };
    values.into_iter().flatten().filter(|value| value.chars().count() >= 5).cloned().collect()
}

/// Does `word` stand in `text` with nothing before and behind it that could belong to an id?
pub(super) fn is_word_of(text: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let (before, behind) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        !before.is_some_and(joins) && !behind.is_some_and(joins)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_not_part_of_another_one() {
        for text in ["P-18", "P-18:G-1", "G-1:P-18", "pupil P-18 is unknown", "(P-18)", "P-181 P-18"] {
            assert!(is_word_of(text, "P-18"), "{text}");
        }
        for text in ["P-180", "XP-18", "P-18-1", "18", ""] {
            assert!(!is_word_of(text, "P-18"), "{text}");
        }
    }
}
