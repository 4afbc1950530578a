//! The ledger and the journal of writes.
//!
//! A write under way is one row with the entries of its items in doubt, and not a row of the ledger for each: most are
//! answered at once, and what they come to is written then. Whoever reads the ledger sees these doubts over it.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use crate::error::Result;
use crate::model::{ItemRef, LedgerEntry, LedgerState, Millis, SharedTexts, TaskId, WriteTicket};
use crate::store::{Fence, JournalStore, LedgerStore, Progress, Sending, WriteRow};

use super::SchoolDb;
use super::entries::{COLUMNS, drop_entries, entry, put_entries};
use super::file::{Commit, broken};
use super::outcomes::put_outcomes;
use super::values::{col, exec, first, int, json, number, parse, rows};

impl LedgerStore for SchoolDb {
    fn each_entry(&self, task: &TaskId, each: &mut dyn FnMut(LedgerEntry)) -> Result<()> {
        let sql = format!("SELECT {COLUMNS} FROM ledger WHERE task = ?1 ORDER BY kind, key");
        self.database.read(|t| {
            let mut doubts = doubts(t, task)?;
            let mut statement = t.prepare_cached(&sql).map_err(broken)?;
            let mut rows = statement.query([task.as_str()]).map_err(broken)?;
            let mut shared = SharedTexts::default();
            while let Some(row) = rows.next().map_err(broken)? {
                let known = entry(row, &mut shared)?;
                let later = doubts.split_off(&known.item);
                std::mem::replace(&mut doubts, later).into_values().for_each(&mut *each);
                each(doubts.remove(&known.item).unwrap_or(known));
            }
            doubts.into_values().for_each(each);
            Ok(())
        })
    }

    fn ledger_entry(&self, task: &TaskId, item: &ItemRef) -> Result<Option<LedgerEntry>> {
        let sql = format!("SELECT {COLUMNS} FROM ledger WHERE task = ?1 AND kind = ?2 AND key = ?3");
        self.database.read(|t| {
            let doubt = doubts(t, task)?.remove(item);
            let known = || {
                first(t, &sql, [task.as_str(), &item.kind, &item.key], |row| {
                    entry(row, &mut SharedTexts::default())
                })
            };
            doubt.map_or_else(known, |doubt| Ok(Some(doubt)))
        })
    }

    fn ledger_count(&self, task: &TaskId) -> Result<u64> {
        let sql = "SELECT count(*) FROM ledger WHERE task = ?1";
        self.count(task, |_| true, |t| number(t, sql, [task.as_str()]))
    }

    fn ledger_open(&self, task: &TaskId) -> Result<u64> {
        let sql =
            "SELECT count(*) FROM ledger WHERE task = ?1 AND state IN ('\"in-doubt\"', '\"unconfirmed\"')";
        let open =
            |entry: &LedgerEntry| matches!(entry.state, LedgerState::InDoubt | LedgerState::Unconfirmed);
        self.count(task, open, |t| number(t, sql, [task.as_str()]))
    }

    fn ledger_due(&self, task: &TaskId, kind: &str, before: Millis, now: Millis) -> Result<u64> {
        // Two questions, since an index answers no `OR` of them.
        let sql = "SELECT (SELECT count(*) FROM ledger WHERE task = ?1 AND kind = ?2 AND confirmed < ?3) + \
                   (SELECT count(*) FROM ledger WHERE task = ?1 AND kind = ?2 AND confirmed > ?4)";
        let due = |entry: &LedgerEntry| {
            &*entry.item.kind == kind && entry.confirmed.is_some_and(|at| at < before || at > now)
        };
        self.count(task, due, |t| number(t, sql, params![task.as_str(), kind, before, now]))
    }

    fn record(&self, fence: &Fence, task: &TaskId, run: Option<u64>, progress: &Progress) -> Result<()> {
        self.change(fence, Commit::Durable, |t| {
            settle(t, &progress.settled)?;
            drop_entries(t, task, &progress.drop)?;
            put_entries(t, task, &progress.put)?;
            run.map_or(Ok(()), |run| put_outcomes(t, run, &progress.outcomes))
        })
    }
}

impl JournalStore for SchoolDb {
    fn journal_sent(&self, fence: &Fence, task: &TaskId, sending: &Sending<'_>) -> Result<WriteTicket> {
        let sql = "INSERT INTO write (task, run, operation, sent, until) VALUES (?1, ?2, ?3, ?4, ?5)";
        let item = "INSERT OR IGNORE INTO write_item VALUES (?1, ?2, ?3)";
        let doubts = json(sending.doubts)?;
        self.change(fence, Commit::Durable, |t| {
            let run = sending.run.map(int);
            exec(t, sql, params![task.as_str(), run, sending.operation, sending.sent, sending.until])?;
            let ticket = t.last_insert_rowid();
            let mut named = t.prepare_cached(item).map_err(broken)?;
            for id in sending.items {
                named.execute(params![ticket, id.kind, id.key]).map_err(broken)?;
            }
            exec(t, "INSERT INTO sending VALUES (?1, ?2, ?3)", params![ticket, task.as_str(), doubts])?;
            Ok(WriteTicket(ticket as u64))
        })
    }

    fn journal_answered(
        &self,
        fence: &Fence,
        ticket: WriteTicket,
        status: Option<u16>,
        now: Millis,
    ) -> Result<()> {
        let sql = "UPDATE write SET answered = ?2, status = ?3 WHERE ticket = ?1";
        self.change(fence, Commit::Lazy, |t| exec(t, sql, params![int(ticket.0), now, status]).map(drop))
    }

    fn writes(&self, task: &TaskId, limit: u32) -> Result<Vec<WriteRow>> {
        let sql = "SELECT * FROM write WHERE task = ?1 ORDER BY ticket DESC LIMIT ?2";
        self.database.read(|t| rows(t, sql, params![task.as_str(), limit], |row| write_row(t, row)))
    }
}

fn write_row(t: &Connection, row: &Row<'_>) -> Result<WriteRow> {
    let ticket: i64 = col(row, "ticket")?;
    let sql = "SELECT kind, key FROM write_item WHERE ticket = ?1 ORDER BY kind, key";
    Ok(WriteRow {
        ticket: WriteTicket(ticket as u64),
        run: col::<Option<i64>>(row, "run")?.map(|run| run as u64),
        operation: col(row, "operation")?,
        items: rows(t, sql, [ticket], item_ref)?,
        sent: col(row, "sent")?,
        until: col(row, "until")?,
        answered: col(row, "answered")?,
        status: col(row, "status")?,
    })
}

impl SchoolDb {
    /// Counts entries: by a question to the database, or one by one while writes are under way.
    fn count(
        &self,
        task: &TaskId,
        counts: impl Fn(&LedgerEntry) -> bool,
        question: impl FnOnce(&Connection) -> Result<u64>,
    ) -> Result<u64> {
        let under_way = "SELECT 1 FROM sending WHERE task = ?1";
        let asked = self.database.read(|t| {
            let under_way = first(t, under_way, [task.as_str()], |_| Ok(()))?.is_some();
            if under_way { Ok(None) } else { question(t).map(Some) }
        })?;
        if let Some(count) = asked {
            return Ok(count);
        }
        let mut count = 0;
        self.each_entry(task, &mut |entry| count += u64::from(counts(&entry)))?;
        Ok(count)
    }
}

/// The entries of items whose writes are under way, or were when a process died.
fn doubts(t: &Connection, task: &TaskId) -> Result<BTreeMap<ItemRef, LedgerEntry>> {
    let sql = "SELECT doubts FROM sending WHERE task = ?1 ORDER BY ticket";
    let texts = rows(t, sql, [task.as_str()], |row| col::<String>(row, "doubts"))?;
    let lists = texts.iter().map(|text| parse::<Vec<LedgerEntry>>(text)).collect::<Result<Vec<_>>>()?;
    Ok(lists.into_iter().flatten().map(|entry| (entry.item.clone(), entry)).collect())
}

/// These writes are over, and all before them: what was not said to be settled is in doubt, and goes where doubts of
/// earlier runs are. Without any it is all of them.
pub(super) fn settle(t: &Connection, settled: &[WriteTicket]) -> Result<()> {
    let over = "DELETE FROM sending WHERE ticket = ?1";
    settled.iter().try_for_each(|ticket| exec(t, over, [int(ticket.0)]).map(drop))?;
    let last = settled.iter().map(|ticket| int(ticket.0)).max();
    let left = "DELETE FROM sending WHERE ?1 IS NULL OR ticket < ?1 RETURNING ticket, task, doubts";
    let mut left: Vec<(i64, TaskId, String)> = rows(t, left, [last], |row| {
        Ok((col(row, "ticket")?, col::<String>(row, "task")?.into(), col(row, "doubts")?))
    })?;
    left.sort_by_key(|(ticket, ..)| *ticket);
    left.iter().try_for_each(|(_, task, doubts)| put_entries(t, task, &parse::<Vec<_>>(doubts)?))
}

/// The columns `kind` and `key`.
pub(super) fn item_ref(row: &Row<'_>) -> Result<ItemRef> {
    Ok(ItemRef { kind: col(row, "kind")?, key: col(row, "key")? })
}
