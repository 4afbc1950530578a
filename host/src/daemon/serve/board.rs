//! What the server tells of itself: the loop writes it, HTTP answers read it. No names of people, and of schools only
//! the names of broken files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::daemon::desk::Desk;
use crate::daemon::host::Host;
use crate::error::{Error, Result};
use crate::model::{Millis, RunCounts};
use crate::schedule::Reason;

/// A loop that has not turned for so many milliseconds is stuck. A commit may wait ten seconds for another process.
const STUCK_MS: Millis = 60_000;

/// Upper bounds of the histogram of dispatch lags, in milliseconds.
pub(super) const LAGS_MS: [Millis; 8] = [100, 500, 1_000, 5_000, 30_000, 60_000, 300_000, 3_600_000];

/// Where the state of the server is written down.
#[derive(Debug, Default)]
pub(super) struct Board(Mutex<State>);

/// The server as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// When its loop turned last, by the clock that nobody sets.
    turned: Millis,
    /// Schedules are loaded.
    pub(super) loaded: bool,
    /// It was asked to stop.
    pub(super) stopping: bool,
    /// When settings were read without a fault last.
    pub(super) last_good: Option<Millis>,
    /// Files with faults, and which; of each the last good content holds.
    pub(super) broken: BTreeMap<PathBuf, String>,
    /// Why nothing can be stored.
    pub(super) store: Option<String>,
    /// Runs under way.
    pub(super) running: usize,
    /// Runs whose turn has not come.
    pub(super) waiting: usize,
    /// Ended runs by connector and status.
    pub(super) ended: BTreeMap<(String, String), u64>,
    /// Items of ended runs by connector and outcome.
    pub(super) items: BTreeMap<(String, &'static str), u64>,
    /// Times of which no run came.
    pub(super) let_go: BTreeMap<Reason, u64>,
    /// What tasks share, asked about what is measured.
    pub(super) host: Option<Arc<Host>>,
    /// Dialogues with people, asked about what is counted.
    pub(super) desk: Option<Arc<Desk>>,
    /// Of runs begun: how many were late by at most so much, and how much in all.
    pub(super) lags: Lags,
}

/// A histogram.
#[derive(Clone, Debug, Default)]
pub(super) struct Lags {
    /// As many as [`LAGS_MS`], each counting what is not above its bound.
    pub(super) within: [u64; LAGS_MS.len()],
    pub(super) count: u64,
    pub(super) sum_ms: Millis,
}

impl State {
    /// Its loop turns.
    pub(super) fn is_live(&self, steady: Millis) -> bool {
        self.stopping || steady.saturating_sub(self.turned) < STUCK_MS
    }

    /// Due runs begin.
    pub(super) fn is_ready(&self) -> bool {
        self.loaded && !self.stopping && self.store.is_none()
    }
}

impl Board {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The loop has turned.
    pub(super) fn turned(&self, steady: Millis, running: usize, waiting: usize) {
        let mut state = self.state();
        (state.turned, state.running, state.waiting) = (steady, running, waiting);
    }

    /// Settings were read; says whether that is news.
    pub(super) fn file(&self, file: &Path, read: &Result<()>, now: Millis) -> bool {
        let mut state = self.state();
        match read {
            Ok(()) => {
                state.last_good = Some(now);
                state.broken.remove(file).is_some()
            }
            Err(error) => state.broken.insert(file.to_owned(), told(error)) != Some(told(error)),
        }
    }

    /// Something was to be stored; says whether how that went is news.
    pub(super) fn stored(&self, stored: &Result<()>) -> bool {
        let told = stored.as_ref().err().map(told);
        let mut state = self.state();
        let news = state.store.is_some() != told.is_some();
        state.store = told;
        news
    }

    /// A run has begun so late.
    pub(super) fn began(&self, lag: Millis) {
        let (lag, mut state) = (lag.max(0), self.state());
        let within = LAGS_MS.iter().zip(&mut state.lags.within);
        within.filter(|(bound, _)| lag <= **bound).for_each(|(_, count)| *count += 1);
        state.lags.count += 1;
        state.lags.sum_ms += lag;
    }

    /// A run has come to this with its items.
    pub(super) fn items(&self, connector: &str, counts: &RunCounts) {
        let mut state = self.state();
        for (outcome, count) in counts.named().into_iter().filter(|(_, count)| *count > 0) {
            *state.items.entry((connector.to_owned(), outcome)).or_default() += count;
        }
    }

    /// A run has ended.
    pub(super) fn ended(&self, connector: &str, status: &str) {
        *self.state().ended.entry((connector.to_owned(), status.to_owned())).or_default() += 1;
    }

    /// So many times were let go.
    pub(super) fn let_go(&self, reason: Reason, count: u32) {
        *self.state().let_go.entry(reason).or_default() += u64::from(count);
    }
}

/// An error with its causes.
fn told(error: &Error) -> String {
    format!("{error:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_is_stuck_is_not_alive_and_a_store_that_fails_is_not_ready() {
        let board = Board::default();
        board.turned(1_000, 0, 0);
        assert!(board.state().is_live(1_000 + STUCK_MS - 1) && !board.state().is_live(1_000 + STUCK_MS));
        assert!(!board.state().is_ready(), "nothing is loaded");
        board.state().loaded = true;
        assert!(board.state().is_ready());
        assert!(board.stored(&Err(Error::failed("the disk is full"))), "news");
        assert!(!board.stored(&Err(Error::failed("the disk is full"))) && !board.state().is_ready());
        assert!(board.stored(&Ok(())) && board.state().is_ready());
        board.state().stopping = true;
        assert!(board.state().is_live(1_000 + STUCK_MS) && !board.state().is_ready());
    }
}
