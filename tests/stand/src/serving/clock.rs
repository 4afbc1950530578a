//! The stand-in's clock: the machine's, plus what a test has added to it.
//!
//! Lifetimes and windows are measured with it, so a test moves the clock instead of waiting.

use std::sync::atomic::{AtomicI64, Ordering};

/// Milliseconds since the Unix epoch.
pub(crate) type Millis = i64;

#[derive(Default)]
pub(crate) struct Clock {
    ahead: AtomicI64,
}

impl Clock {
    pub(crate) fn now(&self) -> Millis {
        jiff::Timestamp::now().as_millisecond() + self.ahead.load(Ordering::Relaxed)
    }

    pub(crate) fn advance(&self, by: Millis) {
        self.ahead.fetch_add(by, Ordering::Relaxed);
    }

    /// Today in UTC: precise enough for "a birthday lies in the past".
    pub(crate) fn today(now: Millis) -> jiff::civil::Date {
        jiff::Timestamp::from_millisecond(now)
            .unwrap_or(jiff::Timestamp::MAX)
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date()
    }
}
