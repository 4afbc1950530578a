//! Erasing a person: records, ledger, journal, outcomes, decisions, logs and what scopes remember, in one transaction.
//!
//! Rows that are the person's go; where others name the person, the name goes and the row stays. At the end the whole
//! file is searched for the person's values, column by column, so that a table that this module does not know is told
//! instead of trusted.

mod school;
mod subject;
mod traces;

use std::collections::BTreeMap;

use rusqlite::Transaction;

use crate::error::{Error, Result};
use crate::model::Millis;
use crate::model::records::{RecordRef, RecordType};
use crate::store::{EraseStore, Erased, Erasures, Fence, SecretStore};

use self::subject::Subject;
use super::SchoolDb;
use super::file::{Commit, broken};
use super::import::forget_imports;
use super::ledger::settle;
use super::records::raise_revision;
use super::values::{bytes32, col, columns, exec, number, rows};

pub use self::school::{destroy_school_files, school_files};

/// Types of records that are people.
const PEOPLE: [RecordType; 3] = [RecordType::Pupil, RecordType::Guardian, RecordType::Staff];

impl EraseStore for SchoolDb {
    fn people(&self, id: &str) -> Result<Vec<RecordRef>> {
        let sql = "SELECT count(*) FROM record WHERE type = ?1 AND id = ?2";
        self.database.read(|t| {
            let mut people = Vec::new();
            for record_type in PEOPLE {
                if number(t, sql, [record_type.name(), id])? > 0 {
                    people.push(RecordRef { record_type, id: id.to_owned() });
                }
            }
            Ok(people)
        })
    }

    fn only_guardians(&self, pupil: &str) -> Result<Vec<RecordRef>> {
        let sql = "SELECT guardian_id FROM guardian_of g WHERE pupil_id = ?1 AND NOT EXISTS \
                   (SELECT 1 FROM guardian_of o WHERE o.guardian_id = g.guardian_id AND o.pupil_id <> ?1) \
                   ORDER BY guardian_id";
        let guardian = |id| RecordRef { record_type: RecordType::Guardian, id };
        self.database.read(|t| rows(t, sql, [pupil], |row| Ok(guardian(col(row, "guardian_id")?))))
    }

    fn erase_person(&self, fence: &Fence, who: &RecordRef, now: Millis, preview: bool) -> Result<Erased> {
        self.database.overwrite_deleted()?;
        let hash = Erasures::hash(&self.hash_key()?, who.record_type, &who.id);
        self.change(fence, Commit::Durable, |t| {
            t.execute_batch("SAVEPOINT erasing").map_err(broken)?;
            let erased = self.erase_all(t, who)?;
            let remember = "INSERT OR IGNORE INTO erased VALUES (?1, ?2, ?3)";
            exec(t, remember, rusqlite::params![who.record_type.name(), hash.as_slice(), now])?;
            t.execute_batch(if preview { "ROLLBACK TO erasing" } else { "RELEASE erasing" })
                .map_err(broken)?;
            Ok(erased)
        })
    }

    fn overwrite_erased(&self, fence: &Fence) -> Result<()> {
        // Under the lane: nobody else writes meanwhile.
        self.change(fence, Commit::Durable, |_| Ok(()))?;
        self.database.overwrite_deleted()?;
        self.database.compact()
    }

    fn erasures(&self) -> Result<Erasures> {
        let found = self
            .database
            .read(|t| rows(t, "SELECT hash FROM erased", [], |row| bytes32(&col::<Vec<u8>>(row, "hash")?)))?;
        Ok(Erasures { hashes: found.into_iter().collect(), key: self.hash_key()? })
    }

    fn lift_erasure(&self, fence: &Fence, who: &RecordRef) -> Result<bool> {
        let hash = Erasures::hash(&self.hash_key()?, who.record_type, &who.id);
        let sql = "DELETE FROM erased WHERE type = ?1 AND hash = ?2";
        self.change(fence, Commit::Durable, |t| {
            // Files that were read without this person bring something new now.
            forget_imports(t)?;
            Ok(exec(t, sql, rusqlite::params![who.record_type.name(), hash.as_slice()])? > 0)
        })
    }

    fn kept(&self) -> Result<(BTreeMap<String, u64>, BTreeMap<String, u64>)> {
        self.database.read(school::kept)
    }
}

impl SchoolDb {
    fn erase_all(&self, t: &Transaction<'_>, who: &RecordRef) -> Result<Erased> {
        let mut erased = Erased::default();
        // Writes under way name their items beside the ledger.
        settle(t, &[])?;
        let subject = Subject::find(t, who)?;
        subject.erase_records(t, &self.time_zone, &mut erased)?;
        traces::erase(t, &subject, &mut erased)?;
        forget_imports(t)?;
        raise_revision(t)?;
        erased.left = search(t, &subject)?;
        Ok(erased)
    }
}

/// Columns of the whole file in which values of the person are still found.
fn search(t: &Transaction<'_>, subject: &Subject) -> Result<BTreeMap<String, u64>> {
    let mut left = BTreeMap::new();
    for value in subject.telling_values() {
        for (table, column) in columns(t)? {
            let sql = format!(
                "SELECT CAST(\"{column}\" AS TEXT) AS text FROM \"{table}\" WHERE instr(\"{column}\", ?1) > 0"
            );
            let texts = rows(t, &sql, [&value], |row| col::<String>(row, "text"))?;
            let named = texts.iter().filter(|text| subject.is_named_in(text)).count() as u64;
            if named > 0 {
                *left.entry(format!("{table}.{column}")).or_default() += named;
            }
        }
    }
    Ok(left)
}

/// A person of another type of record than people are.
pub(super) fn no_person(who: &RecordRef) -> Error {
    Error::config(format!("{} is no person", who.record_type)).hint("persons are pupil, guardian, staff")
}
