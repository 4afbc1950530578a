//! Everything that is sealed, put under another key: a file in one transaction, so that a file is under one key or the
//! other whatever ends the process.

use rusqlite::{Connection, Transaction};

use crate::error::Result;
use crate::store::{Fence, MasterKey, Seal, SealedCounts};

use super::file::{Commit, Database};
use super::values::{col, exec, number, rows};
use super::{HostDb, SchoolDb};

/// Where sealed values stand.
struct Place {
    /// Answers `name`, what the value is bound to as `about`, and `value`.
    select: &'static str,
    /// Puts `?1` in place of the value called `?2`.
    update: &'static str,
}

const SECRETS: Place = Place {
    select: "SELECT name, 'secret/' || name AS about, value FROM secret",
    update: "UPDATE secret SET value = ?1 WHERE name = ?2",
};

/// What is sealed in a school's file. What is forgotten here is found by its mark, and keeps the old key in use.
const SCHOOL: &[Place] = &[
    Place {
        select: "SELECT name, name AS about, value FROM meta WHERE name = 'hash-key'",
        update: "UPDATE meta SET value = ?1 WHERE name = ?2",
    },
    SECRETS,
    Place {
        select: "SELECT id AS name, 'dialogue/' || task || '/' || id AS about, state AS value FROM dialogue",
        update: "UPDATE dialogue SET state = ?1 WHERE id = ?2",
    },
    Place {
        select: "SELECT CAST(rowid AS TEXT) AS name, 'body/' || run || '/' || place || '/sent' AS about, \
                 sent AS value FROM request_body",
        update: "UPDATE request_body SET sent = ?1 WHERE rowid = ?2",
    },
    Place {
        select: "SELECT CAST(rowid AS TEXT) AS name, 'body/' || run || '/' || place || '/received' AS about, \
                 received AS value FROM request_body",
        update: "UPDATE request_body SET received = ?1 WHERE rowid = ?2",
    },
];

/// The same of the host's file.
const HOST: &[Place] = &[
    Place {
        select: "SELECT name, name AS about, value FROM meta WHERE name IN ('identity-key', 'fingerprint-key')",
        update: "UPDATE meta SET value = ?1 WHERE name = ?2",
    },
    SECRETS,
    Place {
        select: "SELECT CAST(number AS TEXT) AS name, 'user/' || number || '/totp' AS about, totp AS value \
                 FROM user WHERE totp IS NOT NULL",
        update: "UPDATE user SET totp = ?1 WHERE number = ?2",
    },
];

impl SchoolDb {
    /// Puts everything sealed under the current key, in one durable transaction, and overwrites what it was; answers
    /// how many values had another key.
    pub fn seal_anew(&self, fence: &Fence) -> Result<u64> {
        self.database.overwrite_deleted()?;
        let changed =
            self.change(fence, Commit::Durable, |t| anew(t, SCHOOL, &self.seal, &self.about("")))?;
        self.database.compact()?;
        Ok(changed)
    }

    /// How many sealed values open, by key.
    pub fn sealed(&self) -> Result<SealedCounts> {
        counts(&self.database, SCHOOL, &self.seal, &self.about(""))
    }

    /// How many values of the whole file this key sealed.
    pub fn sealed_under(&self, key: &MasterKey) -> Result<u64> {
        marked(&self.database, key)
    }
}

impl HostDb {
    /// As [`SchoolDb::seal_anew`].
    pub fn seal_anew(&self) -> Result<u64> {
        self.database.overwrite_deleted()?;
        let changed = self.database.write(Commit::Durable, |t| anew(t, HOST, &self.seal, "host/"))?;
        self.database.compact()?;
        Ok(changed)
    }

    /// As [`SchoolDb::sealed`].
    pub fn sealed(&self) -> Result<SealedCounts> {
        counts(&self.database, HOST, &self.seal, "host/")
    }

    /// As [`SchoolDb::sealed_under`].
    pub fn sealed_under(&self, key: &MasterKey) -> Result<u64> {
        marked(&self.database, key)
    }
}

struct Found {
    name: String,
    about: String,
    value: Vec<u8>,
}

fn found(t: &Connection, place: &Place) -> Result<Vec<Found>> {
    rows(t, place.select, [], |row| {
        Ok(Found { name: col(row, "name")?, about: col(row, "about")?, value: col(row, "value")? })
    })
}

fn anew(t: &Transaction<'_>, places: &[Place], seal: &Seal, prefix: &str) -> Result<u64> {
    let mut changed = 0;
    for place in places {
        for Found { name, about, value } in found(t, place)? {
            if let Some(value) = seal.anew(&format!("{prefix}{about}"), &value)? {
                exec(t, place.update, rusqlite::params![value, name])?;
                changed += 1;
            }
        }
    }
    Ok(changed)
}

fn counts(database: &Database, places: &[Place], seal: &Seal, prefix: &str) -> Result<SealedCounts> {
    let mut counts = SealedCounts::default();
    for place in places {
        for Found { about, value, .. } in database.read(|t| found(t, place))? {
            match seal.anew(&format!("{prefix}{about}"), &value) {
                Ok(None) => counts.current += 1,
                Ok(Some(_)) => counts.earlier += 1,
                Err(_) => counts.unreadable += 1,
            }
        }
    }
    Ok(counts)
}

/// Looks through all columns of all tables, so that nothing sealed is overlooked.
fn marked(database: &Database, key: &MasterKey) -> Result<u64> {
    let mark = key.mark();
    database.read(|t| {
        let columns = super::values::columns(t)?;
        columns.iter().try_fold(0, |sum, (table, column)| {
            let sql = format!(
                "SELECT count(*) FROM \"{table}\" WHERE typeof(\"{column}\") = 'blob' AND substr(\"{column}\", 1, ?2) = ?1"
            );
            Ok(sum + number(t, &sql, rusqlite::params![mark, mark.len() as i64])?)
        })
    })
}
