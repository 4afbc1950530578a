//! Ledger entries and the journal of writes as rows.

use rusqlite::{Connection, Row, params};

use crate::error::Result;
use crate::model::{ItemRef, LedgerEntry, Millis, OutcomeRow, TaskId, WriteTicket};
use crate::store::{Fence, JournalStore, LedgerStore, Progress, Sending, WriteRow};

use super::SchoolDb;
use super::file::Commit;
use super::values::{bytes32, col, exec, first, int, json, json_col, json_col_opt, json_opt, number, rows};

impl LedgerStore for SchoolDb {
    fn ledger(&self, task: &TaskId) -> Result<Vec<LedgerEntry>> {
        let sql = "SELECT * FROM ledger WHERE task = ?1 ORDER BY kind, key";
        self.database.read(|t| rows(t, sql, [task.as_str()], entry))
    }

    fn ledger_entry(&self, task: &TaskId, item: &ItemRef) -> Result<Option<LedgerEntry>> {
        let sql = "SELECT * FROM ledger WHERE task = ?1 AND kind = ?2 AND key = ?3";
        self.database.read(|t| first(t, sql, [task.as_str(), &item.kind, &item.key], entry))
    }

    fn ledger_count(&self, task: &TaskId) -> Result<u64> {
        let sql = "SELECT count(*) FROM ledger WHERE task = ?1";
        self.database.read(|t| number(t, sql, [task.as_str()]))
    }

    fn ledger_open(&self, task: &TaskId) -> Result<u64> {
        let sql =
            "SELECT count(*) FROM ledger WHERE task = ?1 AND state IN ('\"in-doubt\"', '\"unconfirmed\"')";
        self.database.read(|t| number(t, sql, [task.as_str()]))
    }

    fn ledger_due(&self, task: &TaskId, kind: &str, before: Millis, now: Millis) -> Result<u64> {
        // Two questions, since an index answers no `OR` of them.
        let sql = "SELECT (SELECT count(*) FROM ledger WHERE task = ?1 AND kind = ?2 AND confirmed < ?3) + \
                   (SELECT count(*) FROM ledger WHERE task = ?1 AND kind = ?2 AND confirmed > ?4)";
        self.database.read(|t| number(t, sql, params![task.as_str(), kind, before, now]))
    }

    fn record(&self, fence: &Fence, task: &TaskId, run: Option<u64>, progress: &Progress<'_>) -> Result<()> {
        self.change(fence, Commit::Durable, |t| {
            progress.drop.iter().try_for_each(|item| drop_entry(t, task, item))?;
            progress.put.iter().try_for_each(|entry| put_entry(t, task, entry))?;
            let Some(run) = run else { return Ok(()) };
            progress.outcomes.iter().try_for_each(|row| put_outcome(t, run, row))
        })
    }
}

impl JournalStore for SchoolDb {
    fn journal_sent(&self, fence: &Fence, task: &TaskId, sending: &Sending<'_>) -> Result<WriteTicket> {
        let sql = "INSERT INTO write (task, run, operation, sent, until) VALUES (?1, ?2, ?3, ?4, ?5)";
        let item = "INSERT OR IGNORE INTO write_item VALUES (?1, ?2, ?3)";
        self.change(fence, Commit::Durable, |t| {
            let run = sending.run.map(int);
            exec(t, sql, params![task.as_str(), run, sending.operation, sending.sent, sending.until])?;
            let ticket = t.last_insert_rowid();
            sending
                .items
                .iter()
                .try_for_each(|id| exec(t, item, params![ticket, id.kind, id.key]).map(drop))?;
            sending.doubts.iter().try_for_each(|entry| put_entry(t, task, entry))?;
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

/// The columns `kind` and `key`.
pub(super) fn item_ref(row: &Row<'_>) -> Result<ItemRef> {
    Ok(ItemRef { kind: col(row, "kind")?, key: col(row, "key")? })
}

fn entry(row: &Row<'_>) -> Result<LedgerEntry> {
    let identity: Option<Vec<u8>> = col(row, "identity")?;
    Ok(LedgerEntry {
        item: item_ref(row)?,
        scope: col::<String>(row, "scope")?.into(),
        group: col(row, "class")?,
        about: json_col_opt(row, "about")?,
        handle: col(row, "handle")?,
        outputs: json_col(row, "outputs")?,
        refs: json_col(row, "refs")?,
        fields: json_col(row, "fields")?,
        origin: json_col(row, "origin")?,
        state: json_col(row, "state")?,
        gone: json_col(row, "gone")?,
        identity: identity.as_deref().map(bytes32).transpose()?,
        doubt: json_col_opt(row, "doubt")?,
        confirmed: col(row, "confirmed")?,
        gone_since: col(row, "gone_since")?,
    })
}

fn put_entry(t: &Connection, task: &TaskId, entry: &LedgerEntry) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO ledger (task, kind, key, scope, class, about, handle, outputs, refs, fields, \
               origin, state, gone, identity, doubt, confirmed, gone_since) VALUES \
               (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    let values = params![
        task.as_str(),
        entry.item.kind,
        entry.item.key,
        entry.scope.as_str(),
        entry.group,
        json_opt(entry.about.as_ref())?,
        entry.handle,
        json(&entry.outputs)?,
        json(&entry.refs)?,
        json(&entry.fields)?,
        json(&entry.origin)?,
        json(&entry.state)?,
        json(&entry.gone)?,
        entry.identity.as_ref().map(|hash| hash.as_slice()),
        json_opt(entry.doubt.as_ref())?,
        entry.confirmed,
        entry.gone_since,
    ];
    exec(t, sql, values).map(drop)
}

fn drop_entry(t: &Connection, task: &TaskId, item: &ItemRef) -> Result<()> {
    let sql = "DELETE FROM ledger WHERE task = ?1 AND kind = ?2 AND key = ?3";
    exec(t, sql, [task.as_str(), &item.kind, &item.key]).map(drop)
}

fn put_outcome(t: &Connection, run: u64, row: &OutcomeRow) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO outcome VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let values = params![
        int(run),
        row.item.kind,
        row.item.key,
        row.group,
        json_opt(row.about.as_ref())?,
        json(&row.outcome)?,
        json_opt(row.action.as_ref())?,
        json(&row.remarks)?,
    ];
    exec(t, sql, values).map(drop)
}
