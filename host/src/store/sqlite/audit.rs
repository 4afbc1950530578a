//! The audit: rows that are only ever added, each sealing the one before.

use rusqlite::{Connection, Row, params};

use crate::error::{Error, Result};
use crate::store::{AuditEntry, AuditStore};

use super::HostDb;
use super::file::Commit;
use super::values::{bytes32, col, exec, first, rows};

impl AuditStore for HostDb {
    fn audit(&self, entry: &AuditEntry) -> Result<()> {
        let last = "SELECT hash FROM audit ORDER BY number DESC LIMIT 1";
        let sql = "INSERT INTO audit (at, who, what, about, hash) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.database.write(Commit::Durable, |t| {
            let before: Option<Vec<u8>> = first(t, last, [], |row| col(row, "hash"))?;
            let hash = link(&bytes32(&before.unwrap_or_else(|| vec![0; 32]))?, entry);
            exec(t, sql, params![entry.at, entry.who, entry.what, entry.about, hash.as_slice()]).map(drop)
        })
    }

    fn audit_entries(&self, limit: u32) -> Result<Vec<AuditEntry>> {
        let sql = "SELECT * FROM audit ORDER BY number DESC LIMIT ?1";
        self.database.read(|t| rows(t, sql, [limit], entry))
    }

    fn verify_audit(&self) -> Result<u64> {
        self.database.read(|t| verify(t))
    }
}

fn verify(t: &Connection) -> Result<u64> {
    let sql = "SELECT * FROM audit ORDER BY number";
    let all = rows(t, sql, [], |row| Ok((entry(row)?, col::<Vec<u8>>(row, "hash")?)))?;
    let mut before = [0; 32];
    for (place, (entry, hash)) in all.iter().enumerate() {
        before = link(&before, entry);
        if hash.as_slice() != before.as_slice() {
            return Err(Error::failed(format!("entry {} of the audit was altered", place + 1)));
        }
    }
    Ok(all.len() as u64)
}

fn link(before: &[u8; 32], entry: &AuditEntry) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(before).update(&entry.at.to_le_bytes());
    for text in [&entry.who, &entry.what, &entry.about] {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

fn entry(row: &Row<'_>) -> Result<AuditEntry> {
    Ok(AuditEntry {
        at: col(row, "at")?,
        who: col(row, "who")?,
        what: col(row, "what")?,
        about: col(row, "about")?,
    })
}
