//! Importing: rows are staged in temporary tables, counted, and merged in one transaction, or nothing happens.

use std::collections::BTreeSet;

use rusqlite::{Connection, Transaction};

use crate::error::{Error, Result};
use crate::store::{Fence, ImportBatch, ImportCounts, ImportLimits, ImportMode, ImportResult};

use super::SchoolDb;
use super::file::{Commit, broken};
use super::index::guardians;
use super::records::{insert, raise_revision};
use super::values::{exec, number};

const STAGE: &str = "
    CREATE TEMP TABLE IF NOT EXISTS staged (
        type TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL, hash BLOB NOT NULL, pupil_id TEXT, class_id TEXT,
        journal_id TEXT, study_year INTEGER, day TEXT, about_type TEXT, about_id TEXT, PRIMARY KEY (type, id)
    ) WITHOUT ROWID;
    CREATE TEMP TABLE IF NOT EXISTS staged_guardian (
        pupil_id TEXT NOT NULL, guardian_id TEXT NOT NULL, PRIMARY KEY (pupil_id, guardian_id)
    ) WITHOUT ROWID;
    DELETE FROM staged;
    DELETE FROM staged_guardian;";

const LEFT_BEHIND: &str =
    "type = ?1 AND NOT EXISTS (SELECT 1 FROM staged s WHERE s.type = record.type AND s.id = record.id)";

/// The import of the trait, see there.
pub(super) fn import(
    store: &SchoolDb,
    fence: &Fence,
    batches: Vec<ImportBatch<'_>>,
    limits: ImportLimits,
) -> Result<ImportResult> {
    distinct(&batches)?;
    store.change(fence, Commit::Durable, |t| {
        t.execute_batch(STAGE).map_err(broken)?;
        let mut modes = Vec::new();
        for batch in batches {
            modes.push((batch.record_type, batch.mode));
            stage(store, t, batch)?;
        }
        let types = modes
            .iter()
            .map(|(kind, mode)| count(t, kind.name(), *mode, *kind))
            .collect::<Result<Vec<_>>>()?;
        let held = types.iter().copied().find(|counts| too_many(counts, limits));
        if held.is_none() && !limits.preview {
            merge_all(t, &types)?;
        }
        t.execute_batch("DELETE FROM staged; DELETE FROM staged_guardian;").map_err(broken)?;
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

fn stage(store: &SchoolDb, t: &Connection, batch: ImportBatch<'_>) -> Result<()> {
    for record in batch.rows {
        let record = record?;
        if record.record_type() != batch.record_type {
            return Err(Error::internal(format!("{record:?} among records of {}", batch.record_type)));
        }
        insert(t, "staged", &record, &store.time_zone)?;
        stage_guardians(t, record.id(), guardians(&record), batch.record_type.name() == "pupil")?;
    }
    Ok(())
}

fn stage_guardians(t: &Connection, pupil: &str, guardians: &[String], is_pupil: bool) -> Result<()> {
    if is_pupil {
        // A second row with the same id replaces the first one, guardians included.
        exec(t, "DELETE FROM staged_guardian WHERE pupil_id = ?1", [pupil])?;
    }
    guardians.iter().try_for_each(|guardian| {
        exec(t, "INSERT OR IGNORE INTO staged_guardian VALUES (?1, ?2)", [pupil, guardian]).map(drop)
    })
}

fn count(
    t: &Connection,
    name: &str,
    mode: ImportMode,
    record_type: crate::model::records::RecordType,
) -> Result<ImportCounts> {
    let before = number(t, "SELECT count(*) FROM record WHERE type = ?1", [name])?;
    let staged = number(t, "SELECT count(*) FROM staged WHERE type = ?1", [name])?;
    let join =
        "SELECT count(*) FROM staged s JOIN record r ON r.type = s.type AND r.id = s.id WHERE s.type = ?1";
    let known = number(t, join, [name])?;
    let unchanged = number(t, &format!("{join} AND r.hash = s.hash"), [name])?;
    let dropped = match mode {
        ImportMode::Replace => {
            number(t, &format!("SELECT count(*) FROM record WHERE {LEFT_BEHIND}"), [name])?
        }
        ImportMode::Add => 0,
    };
    let (added, changed) = (staged - known, known - unchanged);
    Ok(ImportCounts { record_type, before, added, changed, unchanged, dropped })
}

fn too_many(counts: &ImportCounts, limits: ImportLimits) -> bool {
    !limits.force
        && counts.dropped > limits.drop_rows
        && counts.dropped as f64 > limits.drop_share * counts.before as f64
}

fn merge_all(t: &Transaction<'_>, types: &[ImportCounts]) -> Result<()> {
    types.iter().try_for_each(|counts| merge(t, counts))?;
    if types.iter().any(|counts| counts.added + counts.changed + counts.dropped > 0) {
        raise_revision(t)?;
    }
    Ok(())
}

fn merge(t: &Connection, counts: &ImportCounts) -> Result<()> {
    let name = counts.record_type.name();
    if name == "pupil" {
        merge_guardians(t, counts.dropped > 0)?;
    }
    if counts.dropped > 0 {
        exec(t, &format!("DELETE FROM record WHERE {LEFT_BEHIND}"), [name])?;
    }
    let upsert = "INSERT OR REPLACE INTO record SELECT s.* FROM staged s LEFT JOIN record r ON r.type = s.type \
                  AND r.id = s.id WHERE s.type = ?1 AND (r.id IS NULL OR r.hash <> s.hash)";
    exec(t, upsert, [name]).map(drop)
}

fn merge_guardians(t: &Connection, some_left: bool) -> Result<()> {
    if some_left {
        exec(
            t,
            "DELETE FROM guardian_of WHERE pupil_id NOT IN (SELECT id FROM staged WHERE type = 'pupil')",
            [],
        )?;
    }
    exec(t, "DELETE FROM guardian_of WHERE pupil_id IN (SELECT id FROM staged WHERE type = 'pupil')", [])?;
    exec(t, "INSERT INTO guardian_of SELECT pupil_id, guardian_id FROM staged_guardian", []).map(drop)
}
