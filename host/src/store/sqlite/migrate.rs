//! Numbered scripts bring a file up to date, each in a transaction of its own; a newer file is refused.

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
    include_str!("../../../migrations/school/compact_ledger.sql"),
];

/// The host's file.
pub(super) const HOST: &[Script] =
    &[include_str!("../../../migrations/host/0001.sql"), include_str!("../../../migrations/host/0002.sql")];

/// Applies what is missing.
pub(super) fn migrate(connection: &mut Connection, path: &Path, scripts: &[Script]) -> Result<()> {
    let version = version(connection)?;
    if version > scripts.len() {
        return Err(Error::failed(format!(
            "{} was made by a newer version of this program (data version {version}, known up to {})",
            path.display(),
            scripts.len()
        ))
        .hint("use the newer program, or restore a backup from before its first start"));
    }
    (version..scripts.len()).try_for_each(|done| apply(connection, scripts[done], done))
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

fn version(connection: &Connection) -> Result<usize> {
    let version: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(broken)?;
    usize::try_from(version).map_err(|cause| Error::failed("the database has no sane version").because(cause))
}
