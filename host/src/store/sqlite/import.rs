//! Importing: rows are compared with what is there by their hashes, and what differs is written, in one transaction that
//! is undone where it would lose too much.
//!
//! Held in memory are the ids and hashes of a type's records; of the rows only the one in hand.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, params};

use crate::error::{Error, Result};
use crate::model::records::{Record, RecordType};
use crate::store::{Fence, ImportBatch, ImportCounts, ImportLimits, ImportMode, ImportResult};

use super::SchoolDb;
use super::file::{Commit, broken};
use super::index::guardians;
use super::records::{Form, insert, raise_revision};
use super::values::{exec, first};
use super::written::{self, Written};

/// The import of the trait, see there.
pub(super) fn import(
    store: &SchoolDb,
    fence: &Fence,
    batches: Vec<ImportBatch<'_>>,
    limits: ImportLimits,
) -> Result<ImportResult> {
    distinct(&batches)?;
    store.change(fence, Commit::Durable, |t| {
        t.execute_batch("SAVEPOINT import").map_err(broken)?;
        let types =
            batches.into_iter().map(|batch| take(store, t, batch)).collect::<Result<Vec<ImportCounts>>>()?;
        let held = types.iter().copied().find(|counts| too_many(counts, limits));
        if held.is_some() || limits.preview {
            t.execute_batch("ROLLBACK TO import").map_err(broken)?;
        } else if types.iter().any(|counts| counts.added + counts.changed + counts.dropped > 0) {
            raise_revision(t)?;
        }
        t.execute_batch("RELEASE import").map_err(broken)?;
        Ok(ImportResult { types, held })
    })
}

fn distinct(batches: &[ImportBatch<'_>]) -> Result<()> {
    let types: BTreeSet<_> = batches.iter().map(|batch| batch.record_type).collect();
    if types.len() == batches.len() {
        return Ok(());
    }
    Err(Error::internal("an import names one type of record twice"))
}

fn too_many(counts: &ImportCounts, limits: ImportLimits) -> bool {
    !limits.force
        && counts.dropped > limits.drop_rows
        && counts.dropped as f64 > limits.drop_share * counts.before as f64
}

/// Takes the rows of one type.
fn take(store: &SchoolDb, t: &Connection, batch: ImportBatch<'_>) -> Result<ImportCounts> {
    let record_type = batch.record_type;
    let mut known = Known::of(t, record_type)?;
    let written = Written::of(t, record_type)?;
    let before = known.0.len() as u64;
    for record in batch.rows {
        let mut record = record?;
        if record.record_type() != record_type {
            return Err(Error::internal(format!("{record:?} among records of {record_type}")));
        }
        written.keep_link(&mut record);
        let form = Form::of(&record)?;
        let changed = known.note(record.id(), form.hash);
        if written.overruled(&record, changed.is_some()) {
            written::note(t, record_type, record.id(), None)?;
        }
        if let Some(seen) = changed {
            insert(t, &record, &form, &store.time_zone)?;
            put_guardians(t, &record, seen)?;
        }
    }
    known.leave(|id| batch.mode == ImportMode::Add || is_whole(record_type) && written.holds(id));
    known.missing().try_for_each(|id| drop_record(t, record_type, id))?;
    let count = |wanted: Seen| known.0.values().filter(|(seen, _)| *seen == wanted).count() as u64;
    let (added, changed, unchanged) = (count(Seen::Added), count(Seen::Changed), count(Seen::Same));
    Ok(ImportCounts { record_type, before, added, changed, unchanged, dropped: count(Seen::No) })
}

/// What an import has shown of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// The school has it, the import not yet.
    No,
    /// It came as it is there.
    Same,
    /// It came with another content.
    Changed,
    /// It came, and was not there.
    Added,
}

/// Records of a type by id, with the hash of what is there by now.
struct Known(HashMap<Box<str>, (Seen, [u8; 16])>);

impl Known {
    fn of(t: &Connection, record_type: RecordType) -> Result<Self> {
        let mut statement =
            t.prepare_cached("SELECT id, hash FROM record WHERE type = ?1").map_err(broken)?;
        let mut rows = statement.query([record_type.name()]).map_err(broken)?;
        let mut known = HashMap::new();
        while let Some(row) = rows.next().map_err(broken)? {
            let id: Box<str> = row.get(0).map_err(broken)?;
            known.insert(id, (Seen::No, row.get(1).map_err(broken)?));
        }
        Ok(Self(known))
    }

    /// Notes a row; what has become of its record, where it has to be written. The last of several rows with one id
    /// counts.
    fn note(&mut self, id: &str, hash: [u8; 16]) -> Option<Seen> {
        let Some((seen, there)) = self.0.get_mut(id) else {
            self.0.insert(id.into(), (Seen::Added, hash));
            return Some(Seen::Added);
        };
        let same = *there == hash;
        *there = hash;
        *seen = match *seen {
            Seen::No if same => Seen::Same,
            Seen::No | Seen::Same if !same => Seen::Changed,
            other => other,
        };
        // One that was added by this very import has guardians to replace, too.
        (!same).then_some(Seen::Changed)
    }

    /// Leaves those alone that the import has not shown and that stay.
    fn leave(&mut self, stays: impl Fn(&str) -> bool) {
        self.0.retain(|id, (seen, _)| *seen != Seen::No || !stays(id));
    }

    /// What the school has and the import not.
    fn missing(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, (seen, _))| *seen == Seen::No).map(|(id, _)| &**id)
    }
}

fn put_guardians(t: &Connection, record: &Record, seen: Seen) -> Result<()> {
    if seen == Seen::Changed && record.record_type() == RecordType::Pupil {
        forget_guardians(t, record.id())?;
    }
    guardians(record).iter().try_for_each(|guardian| {
        exec(t, "INSERT OR IGNORE INTO guardian_of VALUES (?1, ?2)", [record.id(), guardian]).map(drop)
    })
}

fn forget_guardians(t: &Connection, pupil: &str) -> Result<()> {
    exec(t, "DELETE FROM guardian_of WHERE pupil_id = ?1", [pupil]).map(drop)
}

/// Does a run that writes such records write the whole, and not only a field of what files bring?
fn is_whole(record_type: RecordType) -> bool {
    record_type == RecordType::Identifier
}

fn drop_record(t: &Connection, record_type: RecordType, id: &str) -> Result<()> {
    if record_type == RecordType::Pupil {
        forget_guardians(t, id)?;
    }
    written::note(t, record_type, id, None)?;
    exec(t, "DELETE FROM record WHERE type = ?1 AND id = ?2", [record_type.name(), id]).map(drop)
}

/// Imports remembered of one school.
const REMEMBERED: u32 = 16;

/// What an import of files with this digest came to, if the records have not changed since.
pub(super) fn recall(store: &SchoolDb, digest: &[u8; 32]) -> Result<Option<String>> {
    let sql = "SELECT told FROM import_memory WHERE digest = ?1 \
               AND revision = (SELECT value FROM meta WHERE name = 'revision')";
    store.database.read(|t| first(t, sql, [digest.as_slice()], |row| row.get(0).map_err(broken)))
}

/// Remembers an import, and forgets those that no longer hold. Losing it costs time only.
pub(super) fn remember(store: &SchoolDb, fence: &Fence, digest: &[u8; 32], told: &str) -> Result<()> {
    let insert = "INSERT INTO import_memory (digest, revision, told) \
                  SELECT ?1, value, ?2 FROM meta WHERE name = 'revision'";
    let forget = "DELETE FROM import_memory WHERE digest = ?1 OR revision <> (SELECT value FROM meta WHERE name = \
                  'revision') OR number <= (SELECT max(number) FROM import_memory) + 1 - ?2";
    store.change(fence, Commit::Lazy, |t| {
        exec(t, forget, params![digest.as_slice(), REMEMBERED])?;
        exec(t, insert, params![digest.as_slice(), told]).map(drop)
    })
}

/// Forgets what all imports came to: the next one reads its files.
pub(super) fn forget_imports(t: &Connection) -> Result<()> {
    exec(t, "DELETE FROM import_memory", []).map(drop)
}
