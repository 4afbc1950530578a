//! What runs have written into records, and nobody has changed since: an import of files leaves it alone, a run may take
//! it back, a person may undo it.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use crate::error::{Context, Kind, Result};
use crate::model::records::{Record, RecordType};

use super::records::stored;
use super::values::{col, exec, first, int, rows};

/// The run that wrote this record last.
pub(super) fn by(t: &Connection, record_type: RecordType, id: &str) -> Result<Option<u64>> {
    let sql = "SELECT run FROM record_written WHERE type = ?1 AND id = ?2";
    let run = first(t, sql, [record_type.name(), id], |row| col::<i64>(row, "run"))?;
    Ok(run.map(|run| run as u64))
}

/// Notes who wrote this record last; `None`: no run.
pub(super) fn note(t: &Connection, record_type: RecordType, id: &str, run: Option<u64>) -> Result<()> {
    let name = record_type.name();
    match run {
        Some(run) => {
            let sql = "INSERT OR REPLACE INTO record_written VALUES (?1, ?2, ?3)";
            exec(t, sql, params![name, id, int(run)])
        }
        None => exec(t, "DELETE FROM record_written WHERE type = ?1 AND id = ?2", [name, id]),
    }
    .map(drop)
}

/// What of a type's records runs have written, as an import meets it: by id, the link of a lesson where there is one.
pub(super) struct Written(HashMap<String, Option<String>>);

impl Written {
    /// Of the records of this type.
    pub(super) fn of(t: &Connection, record_type: RecordType) -> Result<Self> {
        let sql = "SELECT id FROM record_written WHERE type = ?1";
        let ids: Vec<String> = rows(t, sql, [record_type.name()], |row| col(row, "id"))?;
        let with_link = |id: String| Ok((id.clone(), link(t, record_type, &id)?));
        ids.into_iter().map(with_link).collect::<Result<_>>().map(Self)
    }

    /// Did a run write it?
    pub(super) fn holds(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// A file that says nothing of a lesson's link leaves the one that a run wrote.
    pub(super) fn keep_link(&self, record: &mut Record) {
        if let Record::Lesson(lesson) = record
            && lesson.call_link.is_none()
        {
            lesson.call_link = self.0.get(&lesson.id).cloned().flatten();
        }
    }

    /// Does this record say something else than the run wrote? `changed`: it is not the record that is stored.
    pub(super) fn overruled(&self, record: &Record, changed: bool) -> bool {
        match (record, self.0.get(record.id())) {
            (Record::Lesson(lesson), Some(link)) => lesson.call_link != *link,
            (_, Some(_)) => changed,
            (_, None) => false,
        }
    }
}

fn link(t: &Connection, record_type: RecordType, id: &str) -> Result<Option<String>> {
    if record_type != RecordType::Lesson {
        return Ok(None);
    }
    let Some(json) = stored(t, record_type, id)? else { return Ok(None) };
    let lesson =
        Record::from_json(record_type, &json).context(Kind::Internal, "a stored lesson cannot be read")?;
    Ok(if let Record::Lesson(lesson) = lesson { lesson.call_link } else { None })
}
