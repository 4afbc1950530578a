//! What a run's requests and a connector's log lines are kept in until the store takes them.
//!
//! Lines are held in memory and written in one go: they are for diagnosis, and no promise rests on them. The journal
//! of writes, on which promises do rest, goes to the store directly.

use std::sync::{Mutex, PoisonError};

use crate::capability::http::{RequestEntry, RequestJournal};
use crate::capability::log::LogSink;
use crate::error::Result;
use crate::model::Millis;
use crate::sandbox::ports::LogLevel;
use crate::store::{Fence, LogRow, RequestRow, RunStore};

/// Rows kept at most; what comes later is counted.
const MOST: usize = 200_000;

/// Requests and log lines of one run.
#[derive(Debug, Default)]
pub struct Journal {
    rows: Mutex<Rows>,
}

#[derive(Debug, Default)]
struct Rows {
    requests: Vec<RequestRow>,
    lines: Vec<LogRow>,
    dropped: u64,
}

impl Journal {
    fn push(&self, row: RequestRow) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.requests.len() < MOST { rows.requests.push(row) } else { rows.dropped += 1 }
    }

    /// Writes what was kept to the store, and forgets it.
    pub fn keep(&self, store: &impl RunStore, fence: &Fence, run: u64) -> Result<()> {
        let Rows { requests, lines, dropped } =
            std::mem::take(&mut *self.rows.lock().unwrap_or_else(PoisonError::into_inner));
        if dropped > 0 {
            tracing::warn!(dropped, "the request journal was full");
        }
        store.add_requests(fence, run, &requests)?;
        store.add_log(fence, run, &lines)
    }
}

impl RequestJournal for Journal {
    fn request(&self, entry: RequestEntry) {
        let RequestEntry { upstream, operation, method, path: _, status, sent, received, attempt, ms } =
            entry;
        let row = RequestRow {
            at: now(),
            upstream,
            operation,
            method,
            write: false,
            status,
            error: None,
            sent,
            received,
            attempt,
            ms,
        };
        self.push(row);
    }
}

impl LogSink for Journal {
    fn line(&self, level: LogLevel, text: &str) {
        let level = match level {
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
        };
        let row = LogRow { at: now(), level: level.to_owned(), text: text.to_owned() };
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.lines.len() < MOST { rows.lines.push(row) } else { rows.dropped += 1 }
    }
}

fn now() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}
