//! What a person left beside the records: ledger, journal, outcomes, decisions, memories, logs.

use std::collections::BTreeSet;

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, Row, Transaction, params};
use serde_json::Value;

use crate::error::Result;
use crate::model::records::RecordRef;
use crate::model::{ItemRef, LedgerState, Origin};
use crate::store::sqlite::ledger::item_ref;
use crate::store::sqlite::values::{bytes32, col, exec, json, json_col, json_col_opt, parse, rows};
use crate::store::{Erased, RemoteTrace};

use super::subject::{Subject, is_word_of};

/// Stands where a name was.
const ERASED: &str = "—";

/// Columns of JSON in rows that stay.
const TEXTS: [(&str, &str); 5] = [
    ("run", "selection"),
    ("run", "reason"),
    ("outcome", "outcome"),
    ("outcome", "remarks"),
    ("task_memory", "memory"),
];

/// An item of a task.
type OfTask = (String, ItemRef);

/// Erases them all.
pub(super) fn erase(t: &Transaction<'_>, subject: &Subject, erased: &mut Erased) -> Result<()> {
    let items = ledger(t, subject, erased)?;
    references(t, &items, erased)?;
    rows_about(t, "outcome", subject, erased)?;
    rows_about(t, "decision", subject, erased)?;
    writes(t, subject, &items, erased)?;
    memories(t, subject, erased)?;
    TEXTS.iter().try_for_each(|(table, column)| texts(t, table, column, subject, erased))?;
    logs(t, subject, erased)?;
    // These are sealed, so nobody can tell whose they are. A dialogue rests for minutes, and whoever is asked begins
    // again; bodies of requests are kept for a diagnosis, which can be made again.
    for (table, delete) in
        [("dialogue", "DELETE FROM dialogue"), ("request_body", "DELETE FROM request_body")]
    {
        count(erased, table, exec(t, delete, [])? as u64);
    }
    Ok(())
}

pub(super) fn count(erased: &mut Erased, table: &str, rows: u64) {
    if rows > 0 {
        *erased.traces.entry(table.to_owned()).or_default() += rows;
    }
}

/// Is an item the person's: by the record it is about, or by the person's id as a part of its key?
fn is_theirs(subject: &Subject, id: &ItemRef, about: Option<&RecordRef>) -> bool {
    match about {
        Some(about) if subject.owns(about.record_type, &about.id) => true,
        // A class may have the number of a pupil.
        Some(about) if about.id == subject.who.id => false,
        _ => is_word_of(&id.key, &subject.who.id),
    }
}

fn ledger(t: &Transaction<'_>, subject: &Subject, erased: &mut Erased) -> Result<BTreeSet<OfTask>> {
    let sql = "SELECT task, kind, key, about, handle, origin, state, identity FROM ledger";
    let delete = "DELETE FROM ledger WHERE task = ?1 AND kind = ?2 AND key = ?3";
    let mut items = BTreeSet::new();
    for entry in rows(t, sql, [], |row| entry(row, subject))?.into_iter().flatten() {
        let Entry { of, trace, identity } = entry;
        exec(t, delete, params![of.0, &*of.1.kind, &*of.1.key])?;
        erased.identities.extend(identity.map(|identity| (trace.task.clone(), identity)));
        erased.remote.push(trace);
        items.insert(of);
    }
    erased.remote.sort();
    count(erased, "ledger", items.len() as u64);
    Ok(items)
}

struct Entry {
    of: OfTask,
    trace: RemoteTrace,
    identity: Option<[u8; 32]>,
}

fn entry(row: &Row<'_>, subject: &Subject) -> Result<Option<Entry>> {
    let id = item_ref(row)?;
    if !is_theirs(subject, &id, json_col_opt::<RecordRef>(row, "about")?.as_ref()) {
        return Ok(None);
    }
    let task: String = col(row, "task")?;
    let trace = RemoteTrace {
        task: task.as_str().into(),
        kind: id.kind.to_string(),
        handle: col(row, "handle")?,
        created: json_col::<Origin>(row, "origin")? == Origin::Created,
        in_doubt: json_col::<LedgerState>(row, "state")? == LedgerState::InDoubt,
    };
    let identity: Option<Vec<u8>> = col(row, "identity")?;
    let identity = identity.map(|identity| bytes32(&identity)).transpose()?;
    Ok(Some(Entry { of: (task, id), trace, identity }))
}

/// Entries of others refer to items that are no more.
fn references(t: &Connection, items: &BTreeSet<OfTask>, erased: &mut Erased) -> Result<()> {
    let sql = "SELECT task, kind, key, refs FROM ledger WHERE refs <> '[]'";
    let update = "UPDATE ledger SET refs = ?4 WHERE task = ?1 AND kind = ?2 AND key = ?3";
    let all = rows(t, sql, [], |row| {
        Ok((col::<String>(row, "task")?, item_ref(row)?, json_col::<Vec<ItemRef>>(row, "refs")?))
    })?;
    for (task, id, refs) in all {
        let gone = |to: &ItemRef| items.contains(&(task.clone(), to.clone()));
        let kept: Vec<&ItemRef> = refs.iter().filter(|to| !gone(to)).collect();
        if kept.len() < refs.len() {
            exec(t, update, params![task, &*id.kind, &*id.key, json(&kept)?])?;
            count(erased, "ledger", 1);
        }
    }
    Ok(())
}

/// Outcomes and decisions of the person's items.
fn rows_about(t: &Connection, table: &str, subject: &Subject, erased: &mut Erased) -> Result<()> {
    let found = rows(t, &format!("SELECT DISTINCT kind, key, about FROM {table}"), [], |row| {
        let id = item_ref(row)?;
        let theirs = is_theirs(subject, &id, json_col_opt::<RecordRef>(row, "about")?.as_ref());
        Ok(theirs.then_some(id))
    })?;
    let sql = format!("DELETE FROM {table} WHERE kind = ?1 AND key = ?2");
    for id in found.into_iter().flatten() {
        count(erased, table, exec(t, &sql, params![&*id.kind, &*id.key])? as u64);
    }
    Ok(())
}

/// Which items were written. The journal keeps that something was.
fn writes(t: &Connection, subject: &Subject, items: &BTreeSet<OfTask>, erased: &mut Erased) -> Result<()> {
    let items: BTreeSet<&ItemRef> = items.iter().map(|(_, id)| id).collect();
    let found = rows(t, "SELECT DISTINCT kind, key FROM write_item", [], item_ref)?;
    let theirs = |id: &&ItemRef| items.contains(id) || is_word_of(&id.key, &subject.who.id);
    for id in found.iter().filter(theirs) {
        let sql = "DELETE FROM write_item WHERE kind = ?1 AND key = ?2";
        count(erased, "write_item", exec(t, sql, params![&*id.kind, &*id.key])? as u64);
    }
    Ok(())
}

/// What scopes remember is worked out anew by the next run.
fn memories(t: &Connection, subject: &Subject, erased: &mut Erased) -> Result<()> {
    let sql = "SELECT task, id, memory FROM scope WHERE instr(memory, ?1) > 0";
    let scopes = rows(t, sql, [&subject.who.id], |row| {
        let named = names(&json_col(row, "memory")?, subject);
        Ok((named, col::<String>(row, "task")?, col::<String>(row, "id")?))
    })?;
    for (_, task, id) in scopes.into_iter().filter(|(named, ..)| *named) {
        count(erased, "scope", exec(t, "DELETE FROM scope WHERE task = ?1 AND id = ?2", [task, id])? as u64);
    }
    Ok(())
}

/// JSON in rows that stay: every text that names the person is replaced.
fn texts(t: &Connection, table: &str, column: &str, subject: &Subject, erased: &mut Erased) -> Result<()> {
    let key = key_of(t, table)?;
    let list = key.join(", ");
    let sql = format!("SELECT {column} AS text, {list} FROM {table} WHERE instr({column}, ?1) > 0");
    let found = rows(t, &sql, [&subject.who.id], |row| {
        let cells = key.iter().map(|name| col::<Cell>(row, name)).collect::<Result<Vec<_>>>()?;
        Ok((cells, cleaned(&col::<String>(row, "text")?, subject)?))
    })?;
    let same: Vec<String> = key.iter().map(|name| format!("{name} = ?")).collect();
    let update = format!("UPDATE {table} SET {column} = ? WHERE {}", same.join(" AND "));
    for (cells, text) in found {
        let Some(text) = text else { continue };
        let values = std::iter::once(Cell::Text(text)).chain(cells);
        count(erased, table, exec(t, &update, rusqlite::params_from_iter(values))? as u64);
    }
    Ok(())
}

/// The columns of a table's primary key.
fn key_of(t: &Connection, table: &str) -> Result<Vec<String>> {
    rows(t, "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk", [table], |row| {
        col(row, "name")
    })
}

/// Lines of logs, and causes of requests without an answer.
fn logs(t: &Connection, subject: &Subject, erased: &mut Erased) -> Result<()> {
    let named = |sql: &str| {
        let lines = rows(t, sql, [], |row| {
            Ok((col::<i64>(row, "line")?, subject.is_named_in(&col::<String>(row, "text")?)))
        });
        lines.map(|lines| lines.into_iter().filter(|(_, named)| *named).map(|(line, _)| line))
    };
    for line in named("SELECT rowid AS line, text FROM log")? {
        count(erased, "log", exec(t, "DELETE FROM log WHERE rowid = ?1", [line])? as u64);
    }
    for line in named("SELECT rowid AS line, error AS text FROM request WHERE error IS NOT NULL")? {
        let sql = "UPDATE request SET error = ?2 WHERE rowid = ?1";
        count(erased, "request", exec(t, sql, params![line, ERASED])? as u64);
    }
    Ok(())
}

/// The JSON text without the person; `None`: it does not name them.
fn cleaned(text: &str, subject: &Subject) -> Result<Option<String>> {
    let mut value: Value = parse(text)?;
    if !names(&value, subject) {
        return Ok(None);
    }
    clean(&mut value, subject);
    json(&value).map(Some)
}

fn names(value: &Value, subject: &Subject) -> bool {
    match value {
        Value::String(text) => subject.is_named_in(text),
        Value::Array(all) => all.iter().any(|value| names(value, subject)),
        Value::Object(all) => all.values().any(|value| names(value, subject)),
        _ => false,
    }
}

fn clean(value: &mut Value, subject: &Subject) {
    match value {
        Value::String(text) if subject.is_named_in(text) => ERASED.clone_into(text),
        Value::Array(all) => all.iter_mut().for_each(|value| clean(value, subject)),
        Value::Object(all) => all.values_mut().for_each(|value| clean(value, subject)),
        _ => {}
    }
}
