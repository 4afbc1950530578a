//! How long a run may wait in all, and in which steps.

use std::sync::Mutex;
use std::sync::PoisonError;

use super::clock::Clock;

/// The rest of a run's patience.
#[derive(Debug)]
pub(super) struct Patience(Mutex<u64>);

impl Patience {
    /// So many milliseconds.
    pub(super) fn new(ms: u64) -> Self {
        Self(Mutex::new(ms))
    }

    /// Waits, if there is patience for it; says whether it did.
    pub(super) async fn wait(&self, clock: &dyn Clock, ms: u64) -> bool {
        if !self.take(ms) {
            return false;
        }
        clock.sleep(ms).await;
        true
    }

    fn take(&self, ms: u64) -> bool {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = *left >= ms;
        if enough {
            *left -= ms;
        }
        enough
    }
}

/// The pause before the attempt after this one: a second, doubled each time, at most a minute.
pub(super) fn backoff(attempt: u32) -> u64 {
    (1_000_u64 << attempt.min(6)).min(60_000)
}

/// The pause before looking again at what may appear: quarter of a second, doubled each time.
pub(super) fn poll_pause(attempt: u32) -> u64 {
    (250_u64 << attempt.min(8)).min(30_000)
}
