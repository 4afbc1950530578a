//! A database file: a connection, another one for those who read meanwhile, transactions that are durable or lazy.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use crate::error::{Error, Result};
use crate::model::Message;

use super::migrate::{self, KeepOut, Script};

/// KiB of pages that a connection keeps, in place of SQLite's 2,000: what it reads once is in the kernel's cache, and
/// hundreds of schools are open at once.
const CACHE: u32 = 512;

/// How much a committed transaction survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Commit {
    /// Power failure included (`synchronous=FULL`).
    Durable,
    /// The process's death, not the machine's.
    Lazy,
}

/// Target of the trace event that follows each commit, with the fields `file` and `durable`.
pub const COMMITS: &str = "exchange::store::commit";

/// An open database.
///
/// A run with nothing to do reads a little and writes less: the connection that writes serves for both, and a second one
/// is opened when somebody reads while it writes (an import reads what it refers to).
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    inode: (u64, u64),
    writer: Mutex<Writer>,
    reader: Mutex<Option<Connection>>,
}

/// The connection that writes.
#[derive(Debug)]
struct Writer {
    connection: Connection,
    /// What its commits survive just now.
    commits: Option<Commit>,
}

impl Writer {
    fn begin(&mut self, commit: Commit) -> rusqlite::Result<Transaction<'_>> {
        if self.commits != Some(commit) {
            let mode = if commit == Commit::Durable { "FULL" } else { "NORMAL" };
            self.connection.pragma_update(None, "synchronous", mode)?;
            self.commits = Some(commit);
        }
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate)
    }
}

impl Database {
    /// Opens, makes and migrates.
    pub(super) fn open(path: &Path, scripts: &[Script], keep_out: KeepOut<'_>) -> Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) {
            std::fs::create_dir_all(folder).map_err(|cause| no_file(cause, folder))?;
        }
        let mut connection = connect(path).map_err(|cause| in_file(broken(cause), path))?;
        migrate::migrate(&mut connection, path, scripts, keep_out).map_err(|error| in_file(error, path))?;
        let writer = Mutex::new(Writer { connection, commits: None });
        let inode = inode(path)?;
        Ok(Self { path: path.to_owned(), inode, writer, reader: Mutex::default() })
    }

    /// Runs `work` in one transaction; nothing of it stays when it fails.
    pub(super) fn write<T>(
        &self,
        commit: Commit,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let write = || {
            let mut writer = lock(&self.writer);
            let transaction = writer.begin(commit).map_err(broken)?;
            let value = work(&transaction)?;
            transaction.commit().map_err(broken)?;
            // What survives a power failure can be heard, and counted: each durable commit is one wait for the disk.
            tracing::trace!(target: COMMITS, file = %self.path.display(), durable = commit == Commit::Durable);
            Ok(value)
        };
        write().map_err(|error| in_file(error, &self.path))
    }

    /// From now on what is deleted is overwritten with zeros.
    pub(super) fn overwrite_deleted(&self) -> Result<()> {
        let set = lock(&self.writer).connection.pragma_update(None, "secure_delete", "ON");
        set.map_err(|cause| in_file(broken(cause), &self.path))
    }

    /// Writes the file anew without free pages, and empties the log of writes: what was deleted is in neither.
    ///
    /// # Errors
    /// Another process reads the file all the time.
    pub(super) fn compact(&self) -> Result<()> {
        let connection = &lock(&self.writer).connection;
        let work = || {
            connection.execute_batch("VACUUM").map_err(broken)?;
            connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
                .map_err(broken)
        };
        match work().map_err(|error| in_file(error, &self.path))? {
            0 => Ok(()),
            _ => Err(Error::failed(format!("another process reads {}", self.path.display()))
                .hint("end it and run the command again")),
        }
    }

    /// Is this still the file that was opened? Another one lies in its place, or none, when it was erased or restored.
    pub(super) fn is_in_place(&self) -> bool {
        inode(&self.path).is_ok_and(|now| now == self.inode)
    }

    /// Reads in one transaction: what it sees belongs together.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let read = |connection: &mut Connection| work(&connection.transaction().map_err(broken)?);
        let read = || match self.writer.try_lock() {
            Ok(mut writer) => read(&mut writer.connection),
            Err(TryLockError::Poisoned(writer)) => read(&mut writer.into_inner().connection),
            Err(TryLockError::WouldBlock) => {
                let mut reader = lock(&self.reader);
                let reader = match &mut *reader {
                    Some(reader) => reader,
                    none => none.insert(connect(&self.path).map_err(broken)?),
                };
                read(reader)
            }
        };
        read().map_err(|error| in_file(error, &self.path))
    }
}

fn inode(path: &Path) -> Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let about = std::fs::metadata(path).map_err(|cause| no_file(cause, path))?;
    Ok((about.dev(), about.ino()))
}

/// A poisoned lock means that a thread died inside a transaction, which SQLite has undone: the connection is good.
fn lock<T>(connection: &Mutex<T>) -> MutexGuard<'_, T> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -{CACHE}"
    ))?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// An error of SQLite as ours. Statements are never part of it: they may hold personal data.
pub(super) fn broken(cause: rusqlite::Error) -> Error {
    match cause {
        rusqlite::Error::SqlInputError { error, msg, .. } => {
            Error::internal(format!("the store asked the database nonsense: {msg}")).because(error)
        }
        cause => {
            let plain = cause.sqlite_error_code().and_then(of_database);
            let error = Error::failed("the database refused").because(cause);
            match plain {
                Some(text) => error.message(Message::new(text)),
                None => error,
            }
        }
    }
}

/// What people are told of an error of the database, where they can do something.
fn of_database(code: ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Some("store-damaged"),
        ErrorCode::DiskFull | ErrorCode::SystemIoFailure => Some("store-disk"),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => Some("store-closed"),
        _ => None,
    }
}

/// A file or folder of the store that could not be used.
pub(in crate::store) fn no_file(cause: io::Error, path: &Path) -> Error {
    let plain = match cause.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Some("store-closed"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Some("store-disk")
        }
        _ => None,
    };
    let error = Error::failed(format!("cannot use {}", path.display())).because(cause);
    match plain {
        Some(text) => in_file(error.message(Message::new(text)), path),
        None => error,
    }
}

/// Names the file in what people are told.
pub(super) fn in_file(error: Error, path: &Path) -> Error {
    match error.catalogue().filter(|message| message.code.starts_with("store-")).cloned() {
        Some(message) => error.message(message.with("file", path.display())),
        None => error,
    }
}
