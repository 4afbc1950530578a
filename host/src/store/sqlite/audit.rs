//! The audit: rows that are only ever added, each sealing the one before.
//!
//! A link is SHA-256, which every system can compute, over netstrings (`docs/audit.md`). Rows that the first version
//! of the program wrote keep the BLAKE3 links they were written with.

use rusqlite::{Connection, Row, params};
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::model::{SchoolId, TaskId, hex};
use crate::store::{AuditBreak, AuditCheck, AuditEntry, AuditFilter, AuditRow, AuditStore};

use super::HostDb;
use super::file::Commit;
use super::values::{bytes32, col, exec, first, int, rows};

/// The links that are made now.
const CHAIN: u8 = 2;

/// Rows with the hash of the one before.
const LINKED: &str = "SELECT *, lag(hash, 1, zeroblob(32)) OVER (ORDER BY number) AS previous FROM audit";

impl AuditStore for HostDb {
    fn audit(&self, entry: &AuditEntry) -> Result<AuditRow> {
        let last = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1";
        self.database.write(Commit::Durable, |t| {
            let last = first(t, last, [], |row| {
                Ok((col::<i64>(row, "number")? as u64, bytes32(&col::<Vec<u8>>(row, "hash")?)?))
            })?;
            let (number, previous) = last.map_or((1, [0; 32]), |(number, hash)| (number + 1, hash));
            let hash = link(&previous, number, entry);
            let row = AuditRow { number, entry: entry.clone(), chain: CHAIN, previous, hash };
            append(t, &row)?;
            Ok(row)
        })
    }

    fn audit_rows(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
        // What the first version wrote names the school in its text.
        let sql = format!(
            "SELECT * FROM ({LINKED}) WHERE at >= ?2 AND (?1 IS NULL OR school = ?1 OR chain = 1 AND (about = ?1 \
             OR substr(about, 1, length(?1) + 1) IN (?1 || '/', ?1 || ':'))) ORDER BY number DESC LIMIT ?3"
        );
        let school = filter.school.as_ref().map(SchoolId::as_str);
        let (since, limit) = (filter.since.unwrap_or(i64::MIN), filter.limit.map_or(-1, i64::from));
        let mut found = self.database.read(|t| rows(t, &sql, params![school, since, limit], audit_row))?;
        found.reverse();
        Ok(found)
    }

    fn verify_audit(&self) -> Result<AuditCheck> {
        let sql = format!("{LINKED} ORDER BY number");
        let all = self.database.read(|t| rows(t, &sql, [], audit_row))?;
        Ok(check(&all))
    }
}

fn append(t: &Connection, row: &AuditRow) -> Result<()> {
    let sql = "INSERT INTO audit (number, at, who, behalf, what, school, task, about, chain, hash) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let entry = &row.entry;
    let (school, task) = places(entry);
    exec(
        t,
        sql,
        params![
            int(row.number),
            entry.at,
            entry.who,
            entry.behalf,
            entry.what,
            school,
            task,
            entry.about,
            row.chain,
            row.hash.as_slice(),
        ],
    )
    .map(drop)
}

fn places(entry: &AuditEntry) -> (Option<&str>, Option<&str>) {
    (entry.school.as_ref().map(SchoolId::as_str), entry.task.as_ref().map(TaskId::as_str))
}

fn check(all: &[AuditRow]) -> AuditCheck {
    let mut last = [0; 32];
    for (row, number) in all.iter().zip(1..) {
        let broken = if row.number != number {
            Some(AuditBreak::Missing(number))
        } else if expected(row, &last) != row.hash {
            Some(AuditBreak::Altered(number))
        } else {
            None
        };
        if broken.is_some() {
            return AuditCheck { entries: number - 1, last: hex(&last), broken };
        }
        last = row.hash;
    }
    AuditCheck { entries: all.len() as u64, last: hex(&last), broken: None }
}

fn expected(row: &AuditRow, previous: &[u8; 32]) -> [u8; 32] {
    if row.chain == 1 { first_link(previous, &row.entry) } else { link(previous, row.number, &row.entry) }
}

/// SHA-256 over the fields as netstrings; one that is not there is empty.
fn link(previous: &[u8; 32], number: u64, entry: &AuditEntry) -> [u8; 32] {
    let (school, task) = places(entry);
    let (previous, number, at) = (hex(previous), number.to_string(), entry.at.to_string());
    let behalf = entry.behalf.as_deref();
    let fields = [
        previous.as_str(),
        &number,
        &at,
        &entry.who,
        behalf.unwrap_or_default(),
        &entry.what,
        school.unwrap_or_default(),
        task.unwrap_or_default(),
        &entry.about,
    ];
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update(format!("{}:{field},", field.len()));
    }
    hasher.finalize().into()
}

/// The links of the first version.
fn first_link(previous: &[u8; 32], entry: &AuditEntry) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous).update(&entry.at.to_le_bytes());
    for text in [&entry.who, &entry.what, &entry.about] {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

fn audit_row(row: &Row<'_>) -> Result<AuditRow> {
    let entry = AuditEntry {
        at: col(row, "at")?,
        who: col(row, "who")?,
        behalf: col(row, "behalf")?,
        what: col(row, "what")?,
        school: col::<Option<String>>(row, "school")?.map(SchoolId::from),
        task: col::<Option<String>>(row, "task")?.map(TaskId::from),
        about: col(row, "about")?,
    };
    Ok(AuditRow {
        number: col::<i64>(row, "number")? as u64,
        entry,
        chain: col(row, "chain")?,
        previous: hash(row, "previous")?,
        hash: hash(row, "hash")?,
    })
}

/// Whatever has another length was not written by us, and is as wrong as zeros.
fn hash(row: &Row<'_>, name: &str) -> Result<[u8; 32]> {
    Ok(bytes32(&col::<Vec<u8>>(row, name)?).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out apart from this program, with Python's hashlib.
    #[test]
    fn a_link_is_what_other_tools_compute() {
        let entry = AuditEntry {
            at: 1_780_000_000_000,
            who: "ivanov".into(),
            behalf: Some("Отдел образования".into()),
            what: "approve".into(),
            school: Some("school57".into()),
            task: Some("dnevnik".into()),
            about: "0123abcd".into(),
        };
        assert_eq!(
            hex(&link(&[0; 32], 1, &entry)),
            "f06df4b2f55d9203d777fa6465819b08944fff35912e68cdd28e7a2a5c35d8fd"
        );
    }
}
