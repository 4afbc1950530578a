//! What a run's requests and a connector's log lines are kept in until the store takes them.
//!
//! Lines are held in memory and written in one go: they are for diagnosis, and no promise rests on them. The journal
//! of writes, on which promises do rest, goes to the store directly.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::capability::http::{AttemptBodies, RequestEntry, RequestJournal};
use crate::capability::log::LogSink;
use crate::error::Result;
use crate::model::{Millis, TaskId};
use crate::sandbox::ports::LogLevel;
use crate::store::{Bodies, DebugStore, Fence, LogRow, RequestRow, RunStore};

/// Rows kept at most; what comes later is counted.
const MOST: usize = 200_000;
/// Bytes of bodies kept at most in one run; later ones are left out.
const MOST_OF_BODIES: usize = 64 << 20;

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
    /// Somebody has leave to look at bodies until then.
    bodies_until: Option<Millis>,
    bodies: Vec<Bodies>,
    bytes: usize,
    /// Attempts, those dropped too.
    attempts: u64,
    /// Requests that wait for their turn, by upstream.
    waiting: BTreeMap<String, u64>,
    /// For how long signatures were made and verified.
    signing: Duration,
}

/// Milliseconds that passed elsewhere. One after the other: a guest that signs sends nothing meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Elsewhere {
    /// While a remote system was asked: requests at the same time count once.
    pub(super) remote_ms: u64,
    /// While a signature was made or a token verified: by a program mostly, the wait for its turn included.
    pub(super) signing_ms: u64,
}

/// How far a run is with its requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// Attempts so far.
    pub(super) requests: u64,
    /// Requests that wait for their turn.
    pub(super) waiting: u64,
    /// At which remote system most of them wait.
    pub(super) waits_for: Option<String>,
}

impl Journal {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on bodies are kept, until then; `None`: no more.
    pub(super) fn keep_bodies(&self, until: Option<Millis>) {
        self.rows().bodies_until = until;
    }

    /// How far the run is.
    pub(super) fn sent(&self) -> Sent {
        let rows = self.rows();
        let waits_for = rows.waiting.iter().filter(|(_, n)| **n > 0).max_by_key(|(_, n)| **n);
        Sent {
            requests: rows.attempts,
            waiting: rows.waiting.values().sum(),
            waits_for: waits_for.map(|(upstream, _)| upstream.clone()),
        }
    }

    /// What passed elsewhere since the journal was last written to the store.
    pub(super) fn elsewhere(&self) -> Elsewhere {
        let rows = self.rows();
        let spans = rows.requests.iter().map(|row| (row.at, row.at.saturating_add_unsigned(row.ms)));
        Elsewhere { remote_ms: covered(spans.collect()), signing_ms: whole_ms(rows.signing) }
    }

    /// A signature was made, or a token verified, within this time.
    pub(super) fn signed(&self, took: Duration) {
        self.rows().signing += took;
    }

    /// Writes what was kept to the store, and forgets it.
    pub(super) fn keep<S: RunStore + DebugStore>(
        &self,
        store: &S,
        fence: &Fence,
        run: u64,
        task: &TaskId,
    ) -> Result<()> {
        let Rows { requests, lines, dropped, bodies_until, bodies, .. } = std::mem::take(&mut *self.rows());
        if dropped > 0 {
            tracing::warn!(dropped, "the request journal was full");
        }
        store.add_requests(fence, run, &requests)?;
        store.add_log(fence, run, &lines)?;
        match bodies_until {
            Some(until) if !bodies.is_empty() => store.add_bodies(fence, run, task, until, &bodies),
            _ => Ok(()),
        }
    }
}

/// Whole milliseconds.
pub(super) fn whole_ms(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// How long at least one of these spans lasted.
fn covered(mut spans: Vec<(Millis, Millis)>) -> u64 {
    spans.sort_unstable();
    let (mut total, mut end) = (0, Millis::MIN);
    for (from, to) in spans {
        total += to.saturating_sub(from.max(end)).max(0).unsigned_abs();
        end = end.max(to);
    }
    total
}

impl Rows {
    fn push(&mut self, row: RequestRow, bodies: Option<AttemptBodies>) {
        self.attempts += 1;
        if self.requests.len() >= MOST {
            self.dropped += 1;
            return;
        }
        if let Some(AttemptBodies { sent, received }) = bodies
            && self.bytes + sent.len() + received.len() <= MOST_OF_BODIES
        {
            self.bytes += sent.len() + received.len();
            self.bodies.push(Bodies { place: self.requests.len() as u64, sent, received });
        }
        self.requests.push(row);
    }
}

impl RequestJournal for Journal {
    fn request(&self, entry: RequestEntry) {
        let RequestEntry { at, upstream, operation, method, path, write, status, .. } = entry;
        let RequestEntry { error, sent, received, attempt, ms, bodies, .. } = entry;
        let error = error.map(str::to_owned);
        let row = RequestRow {
            at,
            upstream,
            operation,
            method,
            path,
            write,
            status,
            error,
            sent,
            received,
            attempt,
            ms,
        };
        self.rows().push(row, bodies);
    }

    fn wants_bodies(&self) -> bool {
        self.rows().bodies_until.is_some()
    }

    fn waiting(&self, upstream: &str, one_more: bool) {
        let mut rows = self.rows();
        match rows.waiting.get_mut(upstream) {
            Some(count) if one_more => *count += 1,
            Some(count) => *count = count.saturating_sub(1),
            None if one_more => drop(rows.waiting.insert(upstream.to_owned(), 1)),
            None => {}
        }
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
        let mut rows = self.rows();
        if rows.lines.len() < MOST { rows.lines.push(row) } else { rows.dropped += 1 }
    }
}

fn now() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_at_the_same_time_count_once() {
        assert_eq!(covered(vec![(10, 20), (0, 5), (15, 30), (16, 17), (40, 40)]), 25);
        assert_eq!(covered(Vec::new()), 0);
    }
}
