//! Numbered scripts bring a file up to date, each in a transaction of its own; a newer file is refused.

use std::any::Any;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Error, Result};

use super::file::broken;

/// One step. Its number is its place in the list, from 1.
pub(super) type Script = &'static str;

/// A school's file.
pub(super) const SCHOOL: &[Script] = &[
    include_str!("../../../migrations/school/0001.sql"),
    include_str!("../../../migrations/school/0002.sql"),
    include_str!("../../../migrations/school/0003.sql"),
    include_str!("../../../migrations/school/keeping.sql"),
    include_str!("../../../migrations/school/import_memory.sql"),
    include_str!("../../../migrations/school/erased.sql"),
    include_str!("../../../migrations/school/seeing.sql"),
    include_str!("../../../migrations/school/compact_ledger.sql"),
    include_str!("../../../migrations/school/inbound.sql"),
];

/// The host's file.
pub(super) const HOST: &[Script] = &[
    include_str!("../../../migrations/host/0001.sql"),
    include_str!("../../../migrations/host/0002.sql"),
    include_str!("../../../migrations/host/budgets.sql"),
    include_str!("../../../migrations/host/leaving.sql"),
    include_str!("../../../migrations/host/audit-places.sql"),
    include_str!("../../../migrations/host/notifications.sql"),
    include_str!("../../../migrations/host/checked.sql"),
    include_str!("../../../migrations/host/accounts.sql"),
    include_str!("../../../migrations/host/ordered.sql"),
];

/// Keeps everybody away who works with the file by what the older program knew of it; or says who does.
pub(super) type KeepOut<'a> = &'a dyn Fn() -> Result<Box<dyn Any>>;

/// Applies what is missing. A file that is not new is brought up to date only while nobody else works with it.
pub(super) fn migrate(
    connection: &mut Connection,
    path: &Path,
    scripts: &[Script],
    keep_out: KeepOut<'_>,
) -> Result<()> {
    let version = refuse_newer(connection, path, scripts.len())?;
    let _kept_out = if (1..scripts.len()).contains(&version) { Some(keep_out()?) } else { None };
    (version..scripts.len()).try_for_each(|done| apply(connection, scripts[done], done))
}

/// The version of the file, which this program has to know.
pub(super) fn refuse_newer(connection: &Connection, path: &Path, newest: usize) -> Result<usize> {
    let version = version(connection)?;
    if version <= newest {
        return Ok(version);
    }
    Err(Error::failed(format!(
        "{} was made by a newer version of this program (data version {version}, known up to {newest})",
        path.display()
    ))
    .hint("use the newer program, or restore a backup from before its first start"))
}

/// Applies one script unless another process was faster.
fn apply(connection: &mut Connection, script: Script, done: usize) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(broken)?;
    if version(&transaction)? == done {
        transaction.execute_batch(script).map_err(broken)?;
        transaction.pragma_update(None, "user_version", done as i64 + 1).map_err(broken)?;
    }
    transaction.commit().map_err(broken)
}

/// The version of a file's data: how many scripts were applied.
pub(super) fn version(connection: &Connection) -> Result<usize> {
    let version: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(broken)?;
    usize::try_from(version).map_err(|cause| Error::failed("the database has no sane version").because(cause))
}
