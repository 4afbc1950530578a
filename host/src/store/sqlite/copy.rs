//! Database files as wholes: copied out while they are in use, checked, made fit to be put back, copied in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction};

use crate::error::{Error, Result};
use crate::model::{Action, Doubt, Message, Millis, SchoolId};
use crate::store::backup::Facts;
use crate::store::{KeyRing, Restored, Seal};

use super::file::{Commit, Database, broken, in_file, no_file};
use super::ledger::settle;
use super::migrate::{self, Script};
use super::values::{col, exec, first, json, number, rows};

/// How long a file is waited for that somebody writes to.
const BUSY: Duration = Duration::from_secs(30);

/// Copies a database as it is at one moment, whoever reads and writes it meanwhile; what was deleted in it stays behind.
pub(in crate::store) fn copy_out(from: &Path, to: &Path) -> Result<()> {
    let copy = || {
        let source = open(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        source.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(broken)
    };
    copy().map_err(|error| in_file(error, from))?;
    std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(|cause| no_file(cause, to))
}

/// What a closed database is, every page of it looked at.
///
/// # Errors
/// It is damaged.
pub(in crate::store) fn facts(path: &Path) -> Result<Facts> {
    let look = || -> Result<Facts> {
        let file = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        sound(&file, "PRAGMA integrity_check(1)")?;
        let schema = number(&file, "PRAGMA user_version", [])?;
        let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let names = rows(&file, tables, [], |row| col::<String>(row, "name"))?;
        let count = |name: String| -> Result<(String, u64)> {
            let rows = number(&file, &format!("SELECT count(*) FROM \"{name}\""), [])?;
            Ok((name, rows))
        };
        Ok(Facts { schema, rows: names.into_iter().map(count).collect::<Result<BTreeMap<_, _>>>()? })
    };
    look().map_err(|error| in_file(error, path))
}

/// Is a database sound, as far as a quick look tells, and not newer than this program? Nothing is made or migrated.
pub(in crate::store) fn look_at(path: &Path, newest: usize) -> Result<()> {
    let look = || {
        let file = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        migrate::refuse_newer(&file, path, newest)?;
        sound(&file, "PRAGMA quick_check(1)")
    };
    look().map_err(|error| in_file(error, path))
}

fn sound(file: &Connection, question: &str) -> Result<()> {
    let answer: Option<String> = first(file, question, [], |row| row.get(0).map_err(broken))?;
    match answer.as_deref() {
        Some("ok") => Ok(()),
        answer => Err(Error::failed("the database is damaged")
            .because(answer.unwrap_or_default())
            .message(Message::new("store-damaged"))),
    }
}

/// A database that is to be put back.
pub(in crate::store) struct Copy<'a> {
    pub(in crate::store) file: &'a Path,
    pub(in crate::store) key: &'a KeyRing,
}

impl Copy<'_> {
    /// Fails unless this key opens what the school's file holds sealed.
    pub(in crate::store) fn school_opens(&self, school: &SchoolId) -> Result<()> {
        self.opens("hash-key", &format!("school/{school}/hash-key"))
    }

    /// Fails unless this key opens what the host's file holds sealed.
    pub(in crate::store) fn host_opens(&self) -> Result<()> {
        self.opens("identity-key", "host/identity-key")
    }

    fn opens(&self, name: &str, about: &str) -> Result<()> {
        let file = open(self.file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let sql = "SELECT value FROM meta WHERE name = ?1";
        let sealed: Option<Vec<u8>> = first(&file, sql, [name], |row| col(row, "value"))?;
        // A file that was made and never opened under a key has nothing to open.
        let Some(sealed) = sealed else { return Ok(()) };
        let mut seal = Seal::new(&self.key.current);
        seal.also(&self.key.others);
        seal.open(about, &sealed).map(drop).map_err(|error| error.message(Message::new("backup-other-key")))
    }

    /// Brings a school's copy to what a run can go on from, though the other side may have gone on without it.
    pub(in crate::store) fn fit_school(&self, made: Millis, now: Millis, fence: u64) -> Result<()> {
        self.change(migrate::SCHOOL, |t| {
            let doubt =
                Doubt { action: Action::Create, token: String::new(), sent: now, until: now, scale: None };
            let records = Some(number(t, "SELECT value FROM meta WHERE name = 'revision'", [])?);
            let mark = Restored { at: now, made, doubt, records };
            fit(t, now)?;
            exec(t, "INSERT OR REPLACE INTO meta VALUES ('restored', ?1)", [json(&mark)?])?;
            exec(t, "UPDATE meta SET value = max(value, ?1) WHERE name = 'fence'", [fence as i64]).map(drop)
        })
    }

    /// Brings the host's copy up to date: messages that waited then are not sent today, whoever was signed in then has to
    /// sign in, and what was audited and spent since the backup is kept where the present file can be read.
    pub(in crate::store) fn fit_host(&self, present: &Path, now: Millis) -> Result<()> {
        let late = "UPDATE delivery SET state = 'given-up', ended = ?1 WHERE state = 'waiting'";
        self.change(migrate::HOST, |t| {
            exec(t, late, [now])?;
            exec(t, "DELETE FROM session", []).map(drop)
        })?;
        let taken = self.take_present(present);
        self.close()?;
        taken
    }

    fn take_present(&self, present: &Path) -> Result<()> {
        if !present.exists() || look_at(present, migrate::HOST.len()).is_err() {
            return Ok(());
        }
        let file = open(self.file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        file.execute("ATTACH ?1 AS present", [present.to_string_lossy()]).map_err(broken)?;
        // Only what continues this very chain.
        let sql = "INSERT INTO main.audit SELECT * FROM present.audit WHERE number > \
                   (SELECT coalesce(max(number), 0) FROM main.audit) AND (NOT EXISTS (SELECT 1 FROM main.audit) \
                   OR EXISTS (SELECT 1 FROM present.audit p JOIN main.audit m ON p.number = m.number \
                   AND p.hash = m.hash WHERE m.number = (SELECT max(number) FROM main.audit)))";
        exec(&file, sql, [])?;
        // A remote system counts today's requests whatever is put back here.
        let spends = "SELECT count(*) FROM present.sqlite_schema WHERE name = 'budget'";
        if number(&file, spends, [])? > 0 {
            exec(&file, "INSERT OR REPLACE INTO main.budget SELECT * FROM present.budget", [])?;
        }
        file.execute("DETACH present", []).map(drop).map_err(broken)
    }

    /// Nobody else works with a copy.
    fn change(&self, scripts: &[Script], work: impl FnOnce(&Transaction<'_>) -> Result<()>) -> Result<()> {
        Database::open(self.file, scripts, &|| Ok(Box::new(())))?.write(Commit::Durable, work)?;
        self.close()
    }

    /// One file, without a write-ahead file beside it.
    fn close(&self) -> Result<()> {
        let file = open(self.file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        file.pragma_update(None, "journal_mode", "DELETE").map_err(broken)
    }
}

/// What is known to be there is looked at again, and what is in doubt can still arrive. What people have said of writes
/// and plans was said of another present. Dialogues are over.
fn fit(t: &Transaction<'_>, now: Millis) -> Result<()> {
    settle(t, &[])?;
    exec(t, "UPDATE ledger SET confirmed = NULL WHERE confirmed IS NOT NULL", [])?;
    let doubts = "UPDATE ledger SET doubt = json_remove(json_set(doubt, '$.until', ?1), '$.scale') \
                  WHERE doubt IS NOT NULL";
    exec(t, doubts, [now])?;
    exec(t, "UPDATE scope SET memory = json_set(memory, '$.settled', 'open')", [])?;
    let said = "UPDATE decision SET answer = NULL, answered = NULL, answered_by = NULL WHERE question = '\"arrived\"'";
    exec(t, said, [])?;
    exec(t, "DELETE FROM approval", [])?;
    exec(t, "DELETE FROM dialogue", []).map(drop)
}

/// The highest fence of a school that these files know; files that cannot be read know none.
pub(in crate::store) fn highest_fence(school: &SchoolId, school_file: &Path, host_files: &[PathBuf]) -> u64 {
    let ask = |file: &Path, sql: &str, params: &[&str]| {
        let file = open(file, OpenFlags::SQLITE_OPEN_READ_WRITE).ok()?;
        number(&file, sql, rusqlite::params_from_iter(params)).ok()
    };
    let own = ask(school_file, "SELECT value FROM meta WHERE name = 'fence'", &[]);
    let seen = host_files
        .iter()
        .filter_map(|file| ask(file, "SELECT number FROM fence WHERE school = ?1", &[school.as_str()]));
    own.into_iter().chain(seen).max().unwrap_or_default()
}

/// Puts a database in the place of another in one transaction: whoever has that open sees the old one or the new one.
/// What is damaged beyond that is laid aside, beside it.
pub(in crate::store) fn copy_in(from: &Path, to: &Path) -> Result<()> {
    match overwrite(from, to) {
        Err(error) if is_damaged(&error) => {
            lay_aside(to)?;
            overwrite(from, to).map_err(|error| in_file(error.into(), to))
        }
        ended => ended.map_err(|error| in_file(error.into(), to)),
    }
}

/// An error of the copying, by the database's own name.
struct Refused(rusqlite::Error);

impl From<Refused> for Error {
    fn from(Refused(cause): Refused) -> Self {
        broken(cause)
    }
}

fn is_damaged(Refused(cause): &Refused) -> bool {
    matches!(cause.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
}

fn overwrite(from: &Path, to: &Path) -> std::result::Result<(), Refused> {
    let copy = || -> rusqlite::Result<()> {
        let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut target = Connection::open(to)?;
        target.busy_timeout(BUSY)?;
        target.pragma_update(None, "journal_mode", "WAL")?;
        target.pragma_update(None, "synchronous", "FULL")?;
        let backup = Backup::new(&source, &mut target)?;
        // Each attempt has waited for those who write.
        if !(0..3).any(|_| matches!(backup.step(-1), Ok(StepResult::Done))) {
            backup.step(-1)?;
            let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
            return Err(rusqlite::Error::SqliteFailure(busy, None));
        }
        drop(backup);
        target.pragma_update(None, "wal_checkpoint", "TRUNCATE")
    };
    copy().map_err(Refused)
}

/// The write-ahead file first: it must never lie beside a file that it does not belong to.
fn lay_aside(file: &Path) -> Result<()> {
    for end in ["-wal", "-shm", ""] {
        let part = PathBuf::from(format!("{}{end}", file.display()));
        let aside = PathBuf::from(format!("{}.damaged{end}", file.display()));
        if part.exists() {
            std::fs::rename(&part, &aside).map_err(|cause| no_file(cause, &part))?;
        }
    }
    Ok(())
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connect = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        Ok(connection)
    };
    connect().map_err(|cause| in_file(broken(cause), path))
}

/// Versions of the two kinds of files that this program knows.
pub(in crate::store) fn newest(host: bool) -> usize {
    if host { migrate::HOST.len() } else { migrate::SCHOOL.len() }
}

/// Bytes of the write-ahead file beside a database.
pub(in crate::store) fn write_ahead(path: &Path) -> u64 {
    std::fs::metadata(format!("{}-wal", path.display())).map_or(0, |about| about.len())
}

#[cfg(test)]
mod tests {
    use rusqlite::params;

    use super::*;

    fn database(path: &Path, rows: i64) -> Connection {
        let file = Connection::open(path).unwrap();
        file.pragma_update(None, "journal_mode", "WAL").unwrap();
        file.execute_batch("CREATE TABLE t (n INTEGER)").unwrap();
        for n in 0..rows {
            file.execute("INSERT INTO t VALUES (?1)", params![n]).unwrap();
        }
        file
    }

    fn count(file: &Connection) -> u64 {
        number(file, "SELECT count(*) FROM t", []).unwrap()
    }

    #[test]
    fn a_copy_holds_what_the_write_ahead_file_holds_and_replaces_an_open_database_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two, copy) =
            (folder.path().join("one"), folder.path().join("two"), folder.path().join("copy"));
        let first = database(&one, 3);
        copy_out(&one, &copy).unwrap();
        assert_eq!(facts(&copy).unwrap().rows["t"], 3);
        database(&two, 9);
        let reader = Connection::open(&two).unwrap();
        assert_eq!(count(&reader), 9);
        copy_in(&copy, &two).unwrap();
        assert_eq!(count(&reader), 3, "whoever has it open sees the new one");
        drop(first);
    }

    #[test]
    fn what_is_no_database_any_more_is_laid_aside() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two, copy) =
            (folder.path().join("one"), folder.path().join("two"), folder.path().join("copy"));
        database(&one, 3);
        copy_out(&one, &copy).unwrap();
        std::fs::write(&two, vec![0xA5; 10_000]).unwrap();
        std::fs::write(folder.path().join("two-wal"), b"of something else").unwrap();
        assert!(look_at(&two, 9).is_err());
        copy_in(&copy, &two).unwrap();
        assert_eq!(count(&Connection::open(&two).unwrap()), 3);
        assert_eq!(std::fs::read(folder.path().join("two.damaged")).unwrap().len(), 10_000);
    }
}
