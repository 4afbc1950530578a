//! What a remote system was asked since the process began: numbers for whoever watches, and nothing rests on them.

use std::sync::atomic::{AtomicU64, Ordering};

/// Names of the classes of answers, in the order of [`Reading::answers`].
pub const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "none"];

/// Counts the attempts at one remote system.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    answers: [AtomicU64; CLASSES.len()],
    ms: AtomicU64,
    waiting: AtomicU64,
    waited_ms: AtomicU64,
}

impl Traffic {
    /// An attempt is over. `status`: none where no answer came.
    pub(super) fn attempt(&self, status: Option<u16>, ms: u64) {
        self.answers[class(status)].fetch_add(1, Ordering::Relaxed);
        self.ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// A request waits for its turn.
    pub(super) fn waits(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    /// It waits no more, after so long.
    pub(super) fn waited(&self, ms: u64) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.waited_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// The numbers as they are now.
    pub(super) fn read(&self, upstream: &str) -> Reading {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Reading {
            upstream: upstream.to_owned(),
            answers: self.answers.each_ref().map(load),
            ms: load(&self.ms),
            waiting: load(&self.waiting),
            waited_ms: load(&self.waited_ms),
            open: false,
            paused_ms: 0,
        }
    }
}

/// Classes are hundreds; what is no status of HTTP counts as no answer.
fn class(status: Option<u16>) -> usize {
    match status {
        Some(status @ 100..=599) => usize::from(status / 100) - 1,
        _ => CLASSES.len() - 1,
    }
}

/// How a remote system has fared since the process began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its name in `exchange.toml`.
    pub upstream: String,
    /// Attempts by what came of them, as [`CLASSES`] names them.
    pub answers: [u64; CLASSES.len()],
    /// Milliseconds that attempts took together.
    pub ms: u64,
    /// Requests that wait for their turn now.
    pub waiting: u64,
    /// Milliseconds that requests have waited for their turn together.
    pub waited_ms: u64,
    /// The circuit is open: nothing is sent for a while.
    pub open: bool,
    /// Milliseconds for which it still asks everybody to wait.
    pub paused_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_counted_by_the_class_of_their_answer() {
        let traffic = Traffic::default();
        for status in [Some(200), Some(204), Some(302), Some(404), Some(503), Some(99), Some(600), None] {
            traffic.attempt(status, 2);
        }
        traffic.waits();
        traffic.waits();
        traffic.waited(30);
        let read = traffic.read("rows");
        assert_eq!((read.answers, read.ms), ([0, 2, 1, 1, 1, 3], 16));
        assert_eq!((read.waiting, read.waited_ms), (1, 30));
    }
}
