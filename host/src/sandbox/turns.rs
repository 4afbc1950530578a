//! Time in which requests of a call wait for their turn at a remote system that many schools share: it is not the
//! guest's, and a call is not ended for it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a call has waited for turns; requests that wait beside each other count once.
#[derive(Debug, Default)]
pub struct Turns(Mutex<Waited>);

#[derive(Debug, Default)]
struct Waited {
    waiting: u32,
    since: Option<Instant>,
    total: Duration,
}

/// A request that waits for its turn, until it is dropped.
#[derive(Debug)]
pub struct Turn<'a>(&'a Turns);

impl Turns {
    /// A request begins to wait.
    pub fn wait(&self) -> Turn<'_> {
        self.with(|waited| {
            waited.waiting += 1;
            waited.since.get_or_insert_with(Instant::now);
        });
        Turn(self)
    }

    /// All the time until now.
    pub(super) fn total(&self) -> Duration {
        self.with(|waited| waited.total + waited.since.map_or(Duration::ZERO, |since| since.elapsed()))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Waited) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.with(|waited| {
            waited.waiting -= 1;
            if waited.waiting == 0 {
                waited.total += waited.since.take().map_or(Duration::ZERO, |since| since.elapsed());
            }
        });
    }
}
