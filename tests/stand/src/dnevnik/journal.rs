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
    entries: Vec<Entry>,
}

impl Default for Journal {
    fn default() -> Self {
        Journal { start: Instant::now(), entries: Vec::new() }
    }
}

impl Journal {
    /// Notes a request that has come; the number returned names it to [`Journal::answered`].
    pub(crate) fn came(&mut self, method: &str, template: &str, fault: Option<String>) -> u64 {
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
        n
    }

    pub(crate) fn answered(&mut self, n: u64, status: u16) {
        if let Some(entry) = self.entries.get_mut(n as usize - 1) {
            entry.status = Some(status);
        }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn clear(&mut self) {
        *self = Journal::default();
    }

    /// Writes are the changing calls of the write half; everything else only reads, POST or not.
    pub(crate) fn counters(&self) -> Counters {
        let mut counters = Counters { total: 0, reads: 0, writes: 0, paths: BTreeMap::new() };
        for entry in &self.entries {
            counters.total += 1;
            match entry.template.starts_with("/contingent/") && entry.method != "GET" {
                true => counters.writes += 1,
                false => counters.reads += 1,
            }
            *counters.paths.entry(format!("{} {}", entry.method, entry.template)).or_default() += 1;
        }
        counters
    }
}
