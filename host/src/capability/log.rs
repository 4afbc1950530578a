//! A connector's diary: capped, without secrets and personal data, without characters that could forge lines.

pub mod people;

use std::sync::Arc;

use self::people::{Nobody, People, masked};
use super::Redactor;
use crate::model::visible;
use crate::sandbox::ports::{self, CallInfo, LogLevel};

/// Characters of one line.
const MAX_LINE: usize = 2_000;

/// Where lines go.
pub trait LogSink: Send + Sync {
    /// Keeps a line.
    fn line(&self, level: LogLevel, text: &str);
}

/// The diary of one task.
pub struct TaskLog {
    sink: Arc<dyn LogSink>,
    redactor: Arc<Redactor>,
    people: Arc<dyn People>,
}

impl TaskLog {
    /// A diary that goes to this sink.
    pub fn new(sink: Arc<dyn LogSink>, redactor: Arc<Redactor>) -> Self {
        Self { sink, redactor, people: Arc::new(Nobody) }
    }

    /// The same, without the names of these people.
    #[must_use]
    pub fn without_names_of(self, people: Arc<dyn People>) -> Self {
        Self { people, ..self }
    }
}

impl std::fmt::Debug for TaskLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TaskLog")
    }
}

impl ports::Log for TaskLog {
    fn write(&self, call: &CallInfo, level: LogLevel, text: String) {
        if call.meter.line() {
            let text = masked(&self.redactor.text(&text), &*self.people);
            self.sink.line(level, &tame(&text));
        }
    }

    fn finish(&self, call: &CallInfo) {
        let dropped = call.meter.lines_dropped();
        if dropped > 0 {
            self.sink.line(LogLevel::Warn, &format!("{dropped} further lines of this call were dropped"));
        }
    }
}

/// One line, without control and direction characters, of limited length.
fn tame(text: &str) -> String {
    let mut tamed: String = visible(text).chars().take(MAX_LINE).collect();
    if text.chars().nth(MAX_LINE).is_some() {
        tamed.push('…');
    }
    tamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(tame("a\nb\r\u{1b}[31mc\u{202e}d\u{2028}e"), "a b  [31mc d e");
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let tamed = tame(&"щ".repeat(MAX_LINE + 1));
        assert_eq!(tamed.chars().count(), MAX_LINE + 1);
        assert!(tamed.ends_with('…'));
        assert!(!tame(&"щ".repeat(MAX_LINE)).ends_with('…'));
    }
}
