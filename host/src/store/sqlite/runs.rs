//! Runs, their outcomes, requests and log lines as rows.

use rusqlite::{Row, Transaction, params};

use crate::error::Result;
use crate::model::{
    Message, Millis, OutcomeRow, RunCounts, RunId, RunStatus, RunSummary, Selection, TaskId, TaskRef,
};
use crate::store::{Fence, LogRow, RequestRow, RunEnd, RunStore};

use super::SchoolDb;
use super::file::Commit;
use super::outcomes::outcome;
use super::values::{col, exec, first, int, json, json_col, json_col_opt, json_opt, rows};

/// Requests are counted where they still are; a run whose requests were dropped remembers how many there were.
const SUMMARY: &str = "SELECT run.*, coalesce(reading, (SELECT count(*) FROM request WHERE run = number AND NOT writes)) AS read_there, \
     coalesce(writing, (SELECT count(*) FROM request WHERE run = number AND writes)) AS written_there FROM run";

impl RunStore for SchoolDb {
    fn begin_run(&self, fence: &Fence, task: &TaskId, selection: &Selection, now: Millis) -> Result<RunId> {
        let sql = "INSERT INTO run (task, started, status, selection, counts) VALUES (?1, ?2, ?3, ?4, ?5)";
        let values = (json(&RunStatus::Running)?, json(selection)?, json(&RunCounts::default())?);
        // Durable with the first durable commit of the run; until then the run has done nothing that anybody could miss.
        let number = self.change(fence, Commit::Lazy, |t| {
            end_interrupted(t, now)?;
            exec(t, sql, params![task.as_str(), now, values.0, values.1, values.2])?;
            Ok(t.last_insert_rowid() as u64)
        })?;
        Ok(RunId { school: self.school.clone(), number })
    }

    fn end_run(&self, fence: &Fence, run: u64, end: &RunEnd, now: Millis) -> Result<()> {
        let sql = "UPDATE run SET finished = ?2, status = ?3, reason = ?4, verdict = ?5, plan = ?6, counts = ?7 \
                   WHERE number = ?1";
        let values = params![
            int(run),
            now,
            json(&end.status)?,
            json_opt(end.reason.as_ref())?,
            json_opt(end.verdict.as_ref())?,
            end.plan,
            json(&end.counts)?,
        ];
        self.change(fence, Commit::Durable, |t| exec(t, sql, values).map(drop))
    }

    fn run(&self, number: u64) -> Result<Option<RunSummary>> {
        let sql = format!("{SUMMARY} WHERE number = ?1");
        self.database.read(|t| first(t, &sql, [int(number)], |row| self.summary(row)))
    }

    fn runs(&self, task: Option<&TaskId>, limit: u32) -> Result<Vec<RunSummary>> {
        let sql = format!("{SUMMARY} WHERE ?1 IS NULL OR task = ?1 ORDER BY number DESC LIMIT ?2");
        let task = task.map(TaskId::as_str);
        self.database.read(|t| rows(t, &sql, params![task, limit], |row| self.summary(row)))
    }

    fn runs_since(&self, task: &TaskId, number: u64, limit: u32) -> Result<Vec<RunSummary>> {
        let sql = "SELECT *, 0 AS read_there, 0 AS written_there FROM run WHERE task = ?1 AND number > ?2 \
                   AND finished IS NOT NULL ORDER BY number LIMIT ?3";
        let values = params![task.as_str(), int(number), limit];
        self.database.read(|t| rows(t, sql, values, |row| self.summary(row)))
    }

    fn last_run(&self, task: &TaskId) -> Result<Option<RunSummary>> {
        Ok(self.runs(Some(task), 1)?.pop())
    }

    fn outcomes(&self, run: u64) -> Result<Vec<OutcomeRow>> {
        let sql = "SELECT * FROM outcome WHERE run = ?1 ORDER BY kind, key";
        self.database.read(|t| rows(t, sql, [int(run)], outcome))
    }

    fn add_requests(&self, fence: &Fence, run: u64, requests: &[RequestRow]) -> Result<()> {
        if requests.is_empty() {
            return Ok(());
        }
        self.change(fence, Commit::Lazy, |t| requests.iter().try_for_each(|row| add_request(t, run, row)))
    }

    fn requests(&self, run: u64) -> Result<Vec<RequestRow>> {
        let sql = "SELECT * FROM request WHERE run = ?1 ORDER BY rowid";
        self.database.read(|t| rows(t, sql, [int(run)], request))
    }

    fn add_log(&self, fence: &Fence, run: u64, lines: &[LogRow]) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO log VALUES (?1, ?2, ?3, ?4)";
        self.change(fence, Commit::Lazy, |t| {
            lines.iter().try_for_each(|line| {
                exec(t, sql, params![int(run), line.at, line.level, line.text]).map(drop)
            })
        })
    }

    fn log(&self, run: u64) -> Result<Vec<LogRow>> {
        let sql = "SELECT * FROM log WHERE run = ?1 ORDER BY rowid";
        self.database.read(|t| {
            rows(t, sql, [int(run)], |row| {
                Ok(LogRow { at: col(row, "at")?, level: col(row, "level")?, text: col(row, "text")? })
            })
        })
    }
}

impl SchoolDb {
    fn summary(&self, row: &Row<'_>) -> Result<RunSummary> {
        let task = TaskRef { school: self.school.clone(), task: col::<String>(row, "task")?.into() };
        let number = col::<i64>(row, "number")? as u64;
        let requests = (col::<i64>(row, "read_there")? as u64, col::<i64>(row, "written_there")? as u64);
        Ok(RunSummary {
            id: RunId { school: self.school.clone(), number },
            task,
            started: col(row, "started")?,
            finished: col(row, "finished")?,
            status: json_col(row, "status")?,
            reason: json_col_opt(row, "reason")?,
            verdict: json_col_opt(row, "verdict")?,
            plan: col(row, "plan")?,
            selection: json_col(row, "selection")?,
            counts: json_col(row, "counts")?,
            requests,
            dropped: col(row, "dropped")?,
        })
    }
}

fn end_interrupted(t: &Transaction<'_>, now: Millis) -> Result<()> {
    let sql = "UPDATE run SET finished = ?1, status = ?2, reason = ?3 WHERE finished IS NULL";
    let reason = json(&Message::new("host-interrupted"))?;
    exec(t, sql, params![now, json(&RunStatus::Failed)?, reason]).map(drop)
}

fn add_request(t: &Transaction<'_>, run: u64, row: &RequestRow) -> Result<()> {
    let sql = "INSERT INTO request (run, at, upstream, operation, method, writes, status, error, sent, received, attempt, \
               ms, path) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    let values = params![
        int(run),
        row.at,
        row.upstream,
        row.operation,
        row.method,
        row.write,
        row.status,
        row.error,
        int(row.sent),
        int(row.received),
        row.attempt,
        int(row.ms),
        row.path,
    ];
    exec(t, sql, values).map(drop)
}

fn request(row: &Row<'_>) -> Result<RequestRow> {
    Ok(RequestRow {
        at: col(row, "at")?,
        upstream: col(row, "upstream")?,
        operation: col(row, "operation")?,
        method: col(row, "method")?,
        path: col(row, "path")?,
        write: col(row, "writes")?,
        status: col(row, "status")?,
        error: col(row, "error")?,
        sent: col::<i64>(row, "sent")? as u64,
        received: col::<i64>(row, "received")? as u64,
        attempt: col(row, "attempt")?,
        ms: col::<i64>(row, "ms")? as u64,
    })
}
