//! Dropping rows that were kept long enough, run by run, so that no transaction takes long.

use rusqlite::{Transaction, params};

use crate::error::Result;
use crate::model::Millis;
use crate::store::{Fence, HostKeepStore, KeepStore, Kept, LAST_RUNS, Restored};

use super::file::Commit;
use super::values::{col, exec, first, int, json, number, parse};
use super::{HostDb, SchoolDb, outbox};

/// Runs that ended before `?1`, but for the last ones of each task and those with a write that nobody answered.
const OLD_RUNS: &str = "finished < ?1 AND number < (SELECT later.number FROM run AS later WHERE later.task = run.task \
                        ORDER BY later.number DESC LIMIT 1 OFFSET ?2) AND number NOT IN \
                        (SELECT write.run FROM write WHERE answered IS NULL AND write.run IS NOT NULL)";

/// No details are left of it.
const EMPTY: &str = "NOT EXISTS (SELECT 1 FROM request WHERE run = number) \
                     AND NOT EXISTS (SELECT 1 FROM log WHERE run = number) \
                     AND NOT EXISTS (SELECT 1 FROM outcome WHERE run = number) \
                     AND NOT EXISTS (SELECT 1 FROM record_before WHERE run = number)";

impl KeepStore for SchoolDb {
    fn excess(&self, kept: Kept, before: Millis) -> Result<u64> {
        let last = LAST_RUNS - 1;
        self.database.read(|t| match Rows::of(kept) {
            Rows::OfRuns(table, _) => {
                let sql = format!(
                    "SELECT count(*) FROM {table} WHERE run IN (SELECT number FROM run WHERE {OLD_RUNS})"
                );
                number(t, &sql, params![before, last])
            }
            Rows::Runs => {
                let sql = format!("SELECT count(*) FROM run WHERE {OLD_RUNS}");
                number(t, &sql, params![before, last])
            }
            Rows::Own(table, _, old) => {
                number(t, &format!("SELECT count(*) FROM {table} WHERE {old}"), [before])
            }
        })
    }

    fn drop_excess(&self, fence: &Fence, kept: Kept, before: Millis, limit: u32, now: Millis) -> Result<u64> {
        // Not durable: what a power failure brings back is dropped the next time.
        self.change(fence, Commit::Lazy, |t| match Rows::of(kept) {
            Rows::OfRuns(table, key) => drop_details(t, table, key, before, limit, now),
            Rows::Runs => {
                let old = format!("SELECT number FROM run WHERE {OLD_RUNS} AND {EMPTY} LIMIT ?3");
                let sql = format!("DELETE FROM run WHERE number IN ({old})");
                Ok(exec(t, &sql, params![before, LAST_RUNS - 1, limit])? as u64)
            }
            Rows::Own(table, key, old) => drop_own(t, table, key, old, before, limit),
        })
    }

    fn restored(&self) -> Result<Option<Restored>> {
        let sql = "SELECT value FROM meta WHERE name = 'restored'";
        let text: Option<String> = self.database.read(|t| first(t, sql, [], |row| col(row, "value")))?;
        text.as_deref().map(parse).transpose()
    }

    fn remember_restored(&self, fence: &Fence, restored: Option<&Restored>) -> Result<()> {
        let put = "INSERT OR REPLACE INTO meta VALUES ('restored', ?1)";
        self.change(fence, Commit::Durable, |t| match restored {
            Some(restored) => exec(t, put, [json(restored)?]).map(drop),
            None => exec(t, "DELETE FROM meta WHERE name = 'restored'", []).map(drop),
        })
    }
}

impl HostKeepStore for HostDb {
    fn last_kept(&self) -> Result<Option<Millis>> {
        let sql = "SELECT value FROM meta WHERE name = 'kept'";
        self.database.read(|t| first(t, sql, [], |row| col(row, "value")))
    }

    fn note_kept(&self, now: Millis) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO meta VALUES ('kept', ?1)";
        self.database.write(Commit::Lazy, |t| exec(t, sql, [now]).map(drop))
    }

    fn old_notices(&self, before: Millis) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM notification WHERE {OLD_NOTICES}");
        self.database.read(|t| number(t, &sql, [before]))
    }

    fn drop_notices(&self, before: Millis, limit: u32) -> Result<u64> {
        let old = format!("SELECT number FROM notification WHERE {OLD_NOTICES} LIMIT ?2");
        let sql = format!("DELETE FROM notification WHERE number IN ({old})");
        self.database.write(Commit::Lazy, |t| {
            let dropped = exec(t, &sql, params![before, limit])? as u64;
            if dropped > 0 {
                outbox::drop_empty(t)?;
            }
            Ok(dropped)
        })
    }
}

/// Notifications from before `?1` that wait for no delivery.
const OLD_NOTICES: &str = "at < ?1 AND NOT EXISTS (SELECT 1 FROM delivery_notification AS link \
                           JOIN delivery ON id = delivery WHERE link.notification = number AND state = 'waiting')";

/// Where rows of a kind are, and which of them are old.
enum Rows {
    /// Table and what names a row among those of its run.
    OfRuns(&'static str, &'static str),
    /// The runs themselves.
    Runs,
    /// Table, what names a row, and which are old: before `?1`.
    Own(&'static str, &'static str, &'static str),
}

impl Rows {
    fn of(kept: Kept) -> Self {
        match kept {
            Kept::Requests => Self::OfRuns("request", "rowid"),
            Kept::Log => Self::OfRuns("log", "rowid"),
            Kept::Outcomes => Self::OfRuns("outcome", "kind, key"),
            Kept::Before => Self::OfRuns("record_before", "type, id"),
            Kept::Runs => Self::Runs,
            Kept::Writes => Self::Own("write", "ticket", "answered < ?1"),
            Kept::Tally => Self::Own("tally", "rowid", "at < ?1"),
            Kept::Approvals => Self::Own("approval", "task, plan", "at < ?1"),
            Kept::Dialogues => Self::Own("dialogue", "id", "expires <= ?1"),
        }
    }
}

/// Drops details of old runs, the oldest first; each of them remembers that, and how many requests it had.
fn drop_details(
    t: &Transaction<'_>,
    table: &str,
    key: &str,
    before: Millis,
    limit: u32,
    now: Millis,
) -> Result<u64> {
    let oldest = format!(
        "SELECT number FROM run WHERE {OLD_RUNS} AND EXISTS (SELECT 1 FROM {table} WHERE run = number) LIMIT 1"
    );
    let note = "UPDATE run SET dropped = coalesce(dropped, ?2), \
                reading = coalesce(reading, (SELECT count(*) FROM request WHERE run = ?1 AND NOT writes)), \
                writing = coalesce(writing, (SELECT count(*) FROM request WHERE run = ?1 AND writes)) \
                WHERE number = ?1";
    let sql = format!(
        "DELETE FROM {table} WHERE run = ?1 AND ({key}) IN (SELECT {key} FROM {table} WHERE run = ?1 LIMIT ?2)"
    );
    let mut dropped = 0;
    while dropped < u64::from(limit) {
        let run = first(t, &oldest, params![before, LAST_RUNS - 1], |row| col::<i64>(row, "number"))?;
        let Some(run) = run else { break };
        exec(t, note, params![run, now])?;
        dropped += exec(t, &sql, params![run, int(u64::from(limit) - dropped)])? as u64;
    }
    Ok(dropped)
}

fn drop_own(
    t: &Transaction<'_>,
    table: &str,
    key: &str,
    old: &str,
    before: Millis,
    limit: u32,
) -> Result<u64> {
    let some = format!("SELECT {key} FROM {table} WHERE {old} LIMIT ?2");
    if table == "write" {
        exec(t, &format!("DELETE FROM write_item WHERE ticket IN ({some})"), params![before, limit])?;
    }
    // The same rows: nothing has changed in between.
    let sql = format!("DELETE FROM {table} WHERE ({key}) IN ({some})");
    Ok(exec(t, &sql, params![before, limit])? as u64)
}
