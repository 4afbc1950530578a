//! Reading records, and putting single ones in the course of a run.

use rusqlite::{Connection, Row, ToSql, params};

use crate::error::{Context, Error, Kind, Result};
use crate::model::records::{Filter, Record, RecordType};
use crate::model::{Millis, TaskId};
use crate::store::{
    BeforeImage, Fence, ImportBatch, ImportLimits, ImportResult, PutBack, RecordPage, RecordStore,
    RecordWrite,
};

use super::SchoolDb;
use super::entries::put_entries;
use super::file::{Commit, broken};
use super::filter::Condition;
use super::import;
use super::index::{Index, guardians};
use super::values::{col, exec, first, int, number, rows};
use super::written;

impl RecordStore for SchoolDb {
    fn page(
        &self,
        record_type: RecordType,
        filter: &Filter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<RecordPage> {
        let condition = Condition::of(record_type, filter)?;
        let sql = format!(
            "SELECT id, json FROM record WHERE type = :type AND id > :after{} ORDER BY id LIMIT :limit",
            condition.sql()
        );
        let (name, after, most) = (record_type.name(), cursor.unwrap_or_default(), i64::from(limit) + 1);
        let mut bound: Vec<(&str, &dyn ToSql)> =
            vec![(":type", &name), (":after", &after), (":limit", &most)];
        bound.extend(condition.values().map(|(name, value)| (name, value as &dyn ToSql)));
        let found = self.database.read(|t| {
            rows(t, &sql, bound.as_slice(), |row| Ok((col::<String>(row, "id")?, col(row, "json")?)))
        })?;
        Ok(cut(found, limit as usize))
    }

    fn digest(&self, record_type: RecordType, filter: &Filter) -> Result<[u8; 32]> {
        let condition = Condition::of(record_type, filter)?;
        let sql = format!("SELECT id, hash FROM record WHERE type = :type{} ORDER BY id", condition.sql());
        let name = record_type.name();
        let mut bound: Vec<(&str, &dyn ToSql)> = vec![(":type", &name)];
        bound.extend(condition.values().map(|(name, value)| (name, value as &dyn ToSql)));
        self.database.read(|t| hash_rows(t, &sql, &bound))
    }

    fn get(&self, record_type: RecordType, id: &str) -> Result<Option<String>> {
        self.database.read(|t| stored(t, record_type, id))
    }

    fn has(&self, record_type: RecordType, id: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM record WHERE type = ?1 AND id = ?2";
        let found = self.database.read(|t| first(t, sql, [record_type.name(), id], |_| Ok(())))?;
        Ok(found.is_some())
    }

    fn count(&self, record_type: RecordType) -> Result<u64> {
        let sql = "SELECT count(*) FROM record WHERE type = ?1";
        self.database.read(|t| number(t, sql, [record_type.name()]))
    }

    fn revision(&self) -> Result<u64> {
        self.database.read(|t| number(t, "SELECT value FROM meta WHERE name = 'revision'", []))
    }

    fn import(
        &self,
        fence: &Fence,
        batches: Vec<ImportBatch<'_>>,
        limits: ImportLimits,
        _now: Millis,
    ) -> Result<ImportResult> {
        import::import(self, fence, batches, limits)
    }

    fn recall_import(&self, digest: &[u8; 32]) -> Result<Option<String>> {
        import::recall(self, digest)
    }

    fn remember_import(&self, fence: &Fence, digest: &[u8; 32], told: &str) -> Result<()> {
        import::remember(self, fence, digest, told)
    }

    fn write_records(&self, fence: &Fence, run: u64, writes: &[RecordWrite]) -> Result<()> {
        self.change(fence, Commit::Durable, |t| {
            writes.iter().try_for_each(|write| self.write_record(t, run, write))?;
            raise_revision(t)
        })
    }

    fn written_by(&self, record_type: RecordType, id: &str) -> Result<Option<u64>> {
        self.database.read(|t| written::by(t, record_type, id))
    }

    fn before_images(&self, run: u64) -> Result<Vec<BeforeImage>> {
        let sql = "SELECT type, id, json, written FROM record_before WHERE run = ?1 ORDER BY type, id";
        self.database.read(|t| {
            rows(t, sql, [int(run)], |row| {
                Ok(BeforeImage {
                    record_type: record_type(row)?,
                    id: col(row, "id")?,
                    json: col(row, "json")?,
                    written: col::<Option<i64>>(row, "written")?.map(|run| run as u64),
                })
            })
        })
    }

    fn put_back(&self, fence: &Fence, task: &TaskId, run: u64, back: &[PutBack]) -> Result<()> {
        let used = "DELETE FROM record_before WHERE run = ?1 AND type = ?2 AND id = ?3";
        self.change(fence, Commit::Durable, |t| {
            for PutBack { write, written, entry } in back {
                let (record_type, id) = write.names();
                self.apply_write(t, write)?;
                written::note(t, record_type, id, *written)?;
                exec(t, used, params![int(run), record_type.name(), id])?;
                put_entries(t, task, entry.as_slice())?;
            }
            raise_revision(t)
        })
    }
}

impl SchoolDb {
    fn write_record(&self, t: &Connection, run: u64, write: &RecordWrite) -> Result<()> {
        let (record_type, id) = write.names();
        // The first image of a run is the one to go back to.
        let keep = "INSERT OR IGNORE INTO record_before (run, type, id, json, written) \
                    VALUES (?1, ?2, ?3, ?4, (SELECT run FROM record_written WHERE type = ?2 AND id = ?3))";
        exec(t, keep, params![int(run), record_type.name(), id, stored(t, record_type, id)?])?;
        self.apply_write(t, write)?;
        written::note(t, record_type, id, Some(run))
    }

    /// Makes the change, and nothing else.
    pub(super) fn apply_write(&self, t: &Connection, write: &RecordWrite) -> Result<()> {
        let (record_type, id) = write.names();
        if record_type == RecordType::Pupil {
            exec(t, "DELETE FROM guardian_of WHERE pupil_id = ?1", [id])?;
        }
        let RecordWrite::Put(record) = write else {
            let sql = "DELETE FROM record WHERE type = ?1 AND id = ?2";
            return exec(t, sql, [record_type.name(), id]).map(drop);
        };
        insert(t, record, &Form::of(record)?, &self.time_zone)?;
        guardians(record).iter().try_for_each(|guardian| {
            let link = "INSERT OR IGNORE INTO guardian_of VALUES (?1, ?2)";
            exec(t, link, [record.id(), guardian]).map(drop)
        })
    }
}

/// The type of the record that a row names.
pub(super) fn record_type(row: &Row<'_>) -> Result<RecordType> {
    let name: String = col(row, "type")?;
    RecordType::by_name(&name).ok_or_else(|| Error::internal(format!("unknown type of record `{name}`")))
}

/// What is stored of a record: its JSON, and what two records are compared by.
pub(super) struct Form {
    json: String,
    pub(super) hash: [u8; 16],
}

impl Form {
    pub(super) fn of(record: &Record) -> Result<Self> {
        let json = record.to_json().context(Kind::Internal, "cannot write a record as JSON")?;
        let mut hash = [0; 16];
        hash.copy_from_slice(&blake3::hash(json.as_bytes()).as_bytes()[..16]);
        Ok(Self { json, hash })
    }
}

/// Puts a record in the place of the one with its id, if there is one.
pub(super) fn insert(t: &Connection, record: &Record, form: &Form, zone: &jiff::tz::TimeZone) -> Result<()> {
    let index = Index::of(record, zone);
    let sql = "INSERT OR REPLACE INTO record VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let about = index.about.as_ref();
    exec(
        t,
        sql,
        params![
            record.record_type().name(),
            record.id(),
            form.json,
            form.hash.as_slice(),
            index.pupil_id,
            index.class_id,
            index.journal_id,
            index.study_year,
            index.day,
            about.map(|about| about.record_type.name()),
            about.map(|about| &about.id),
        ],
    )
    .map(drop)
}

/// Marks that records have changed.
pub(super) fn raise_revision(t: &Connection) -> Result<()> {
    exec(t, "UPDATE meta SET value = value + 1 WHERE name = 'revision'", []).map(drop)
}

pub(super) fn stored(t: &Connection, record_type: RecordType, id: &str) -> Result<Option<String>> {
    let sql = "SELECT json FROM record WHERE type = ?1 AND id = ?2";
    first(t, sql, [record_type.name(), id], |row| col(row, "json"))
}

fn cut(mut rows: Vec<(String, String)>, limit: usize) -> RecordPage {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(id, _)| id.clone());
    RecordPage { rows, next }
}

fn hash_rows(t: &Connection, sql: &str, bound: &[(&str, &dyn ToSql)]) -> Result<[u8; 32]> {
    let mut statement = t.prepare_cached(sql).map_err(broken)?;
    let mut rows = statement.query(bound).map_err(broken)?;
    let mut hasher = blake3::Hasher::new();
    while let Some(row) = rows.next().map_err(broken)? {
        let id = row.get_ref(0).map_err(broken)?.as_str().context(Kind::Internal, "an id is not text")?;
        let hash =
            row.get_ref(1).map_err(broken)?.as_blob().context(Kind::Internal, "a hash is not bytes")?;
        hasher.update(&(id.len() as u64).to_le_bytes()).update(id.as_bytes()).update(hash);
    }
    Ok(*hasher.finalize().as_bytes())
}
