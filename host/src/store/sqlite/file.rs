//! A database file: two connections, transactions that are durable or lazy.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{Context, Error, Kind, Result};

use super::migrate::{self, Script};

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
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
}

impl Database {
    /// Opens, makes and migrates.
    pub(super) fn open(path: &Path, scripts: &[Script]) -> Result<Self> {
        let what = || format!("cannot open the database {}", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).context(Kind::Failed, what())?;
        }
        let mut writer = connect(path).context(Kind::Failed, what())?;
        migrate::migrate(&mut writer, path, scripts)?;
        let reader = connect(path).context(Kind::Failed, what())?;
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    /// Runs `work` in one transaction; nothing of it stays when it fails.
    pub(super) fn write<T>(
        &self,
        commit: Commit,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut connection = lock(&self.writer);
        let mode = if commit == Commit::Durable { "FULL" } else { "NORMAL" };
        connection.pragma_update(None, "synchronous", mode).map_err(broken)?;
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(broken)?;
        let value = work(&transaction)?;
        transaction.commit().map_err(broken)?;
        // What survives a power failure can be heard, and counted: each durable commit is one wait for the disk.
        tracing::trace!(target: COMMITS, file = %self.path.display(), durable = commit == Commit::Durable);
        Ok(value)
    }

    /// Reads in one transaction: what it sees belongs together.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut connection = lock(&self.reader);
        let transaction = connection.transaction().map_err(broken)?;
        work(&transaction)
    }
}

/// A poisoned lock means that a thread died inside a transaction, which SQLite has undone: the connection is good.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// An error of SQLite as ours. Statements are never part of it: they may hold personal data.
pub(super) fn broken(cause: rusqlite::Error) -> Error {
    match cause {
        rusqlite::Error::SqlInputError { error, msg, .. } => {
            Error::internal(format!("the store asked the database nonsense: {msg}")).because(error)
        }
        cause => Error::failed("the database refused").because(cause),
    }
}
