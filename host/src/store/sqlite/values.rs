//! Values that columns hold as JSON text: enums, lists, references.

use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Context, Kind, Result};

use super::file::broken;

/// A value as JSON text.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).context(Kind::Internal, "cannot write a value as JSON")
}

/// An optional value as JSON text.
pub(super) fn json_opt<T: Serialize>(value: Option<&T>) -> Result<Option<String>> {
    value.map(json).transpose()
}

/// A column.
pub(super) fn col<T: rusqlite::types::FromSql>(row: &Row<'_>, name: &str) -> Result<T> {
    row.get(name).map_err(broken)
}

/// A column of JSON text.
pub(super) fn json_col<T: DeserializeOwned>(row: &Row<'_>, name: &str) -> Result<T> {
    parse(&col::<String>(row, name)?)
}

/// A column of JSON text that may be null.
pub(super) fn json_col_opt<T: DeserializeOwned>(row: &Row<'_>, name: &str) -> Result<Option<T>> {
    col::<Option<String>>(row, name)?.as_deref().map(parse).transpose()
}

/// JSON text as a value.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).context(Kind::Internal, "the database holds a value of another shape")
}

/// All rows of a query, each made by `make`.
pub(super) fn rows<T>(
    connection: &rusqlite::Connection,
    sql: &str,
    params: impl rusqlite::Params,
    mut make: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql).map_err(broken)?;
    let mut rows = statement.query(params).map_err(broken)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(broken)? {
        all.push(make(row)?);
    }
    Ok(all)
}

/// The first row of a query, if any.
pub(super) fn first<T>(
    connection: &rusqlite::Connection,
    sql: &str,
    params: impl rusqlite::Params,
    make: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = connection.prepare_cached(sql).map_err(broken)?;
    let mut rows = statement.query(params).map_err(broken)?;
    rows.next().map_err(broken)?.map(make).transpose()
}

/// A single number.
pub(super) fn number(
    connection: &rusqlite::Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<u64> {
    let value = first(connection, sql, params, |row| row.get::<_, i64>(0).map_err(broken))?;
    Ok(value.unwrap_or_default().max(0) as u64)
}

/// Executes a statement; answers how many rows changed.
pub(super) fn exec(
    connection: &rusqlite::Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<usize> {
    let mut statement = connection.prepare_cached(sql).map_err(broken)?;
    statement.execute(params).map_err(broken)
}

/// All columns of all tables: table and column.
pub(super) fn columns(connection: &rusqlite::Connection) -> Result<Vec<(String, String)>> {
    let sql = "SELECT m.name AS of, c.name AS name FROM sqlite_master m, pragma_table_info(m.name) c \
               WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1, c.cid";
    rows(connection, sql, [], |row| Ok((col(row, "of")?, col(row, "name")?)))
}

/// Numbers of ours are never negative and never near 2^63.
pub(super) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A 32-byte column.
pub(super) fn bytes32(blob: &[u8]) -> Result<[u8; 32]> {
    blob.try_into().context(Kind::Internal, "the database holds a hash of another length")
}
