//! The log of requests: what came when and how it was answered, without bodies, tokens or names.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::Serialize;

#[derive(Clone, Serialize)]
pub(crate) struct Entry {
    /// From 1.
    n: u64,
    method: String,
    template: String,
    /// None: no answer left (reset, lost, or the client went away first).
    status: Option<u16>,
    /// Names of the effects applied, joined by `+`.
    fault: Option<String>,
    /// When the request came, since the start or the last clearing of the log.
    ms: u128,
}

#[derive(Serialize)]
pub(crate) struct Counters {
    total: u64,
    reads: u64,
    writes: u64,
    /// By method and path template.
    paths: BTreeMap<String, u64>,
}

pub(crate) struct Journal {
    start: Instant,
    /// How often the log was cleared: an answer to a request from before must not be noted on one from after.
    clearings: u64,
    entries: Vec<Entry>,
}

/// Names a request in the log.
#[derive(Clone, Copy)]
pub(crate) struct Number {
    clearings: u64,
    n: u64,
}

impl Default for Journal {
    fn default() -> Self {
        Journal { start: Instant::now(), clearings: 0, entries: Vec::new() }
    }
}

impl Journal {
    /// Notes a request that has come; the number returned names it to [`Journal::answered`].
    pub(crate) fn came(&mut self, method: &str, template: &str, fault: Option<String>) -> Number {
        let n = self.entries.len() as u64 + 1;
        let (method, template) = (method.to_owned(), template.to_owned());
        self.entries.push(Entry {
            n,
            method,
            template,
            status: None,
            fault,
            ms: self.start.elapsed().as_millis(),
        });
        Number { clearings: self.clearings, n }
    }

    pub(crate) fn answered(&mut self, number: Number, status: u16) {
        let entry =
            self.entries.get_mut(number.n as usize - 1).filter(|_| number.clearings == self.clearings);
        if let Some(entry) = entry {
            entry.status = Some(status);
        }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn clear(&mut self) {
        *self = Journal { clearings: self.clearings + 1, ..Journal::default() };
    }

    /// `is_write` is told method and template; whatever is none counts as a read, POST or not.
    pub(crate) fn counters(&self, is_write: impl Fn(&str, &str) -> bool) -> Counters {
        let mut counters = Counters { total: 0, reads: 0, writes: 0, paths: BTreeMap::new() };
        for entry in &self.entries {
            counters.total += 1;
            match is_write(&entry.method, &entry.template) {
                true => counters.writes += 1,
                false => counters.reads += 1,
            }
            *counters.paths.entry(format!("{} {}", entry.method, entry.template)).or_default() += 1;
        }
        counters
    }
}
