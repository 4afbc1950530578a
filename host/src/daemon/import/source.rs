//! The records of several files, told apart by type as the store wants them.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::heard::Heard;
use crate::error::{Error, Result};
use crate::model::Message;
use crate::model::records::{Record, RecordType};
use crate::records::{Import, Problem, Severity};

/// Code of the error of an import with a file that cannot be read.
pub const STOPPED: &str = "import-stopped";

/// The records of all files, told apart by type as the store wants them.
pub(super) struct Source<'a> {
    import: Import<'a>,
    /// Records come type by type: the first of another type ends the one before.
    grouped: bool,
    waiting: BTreeMap<RecordType, VecDeque<Record>>,
    pub(super) heard: Heard,
}

impl<'a> Source<'a> {
    pub(super) fn new(import: Import<'a>, grouped: bool) -> Self {
        Self { import, grouped, waiting: BTreeMap::new(), heard: Heard::default() }
    }

    fn next(&mut self, of: RecordType) -> Option<Result<Record>> {
        if let Some(record) = self.waiting.get_mut(&of).and_then(VecDeque::pop_front) {
            return Some(Ok(record));
        }
        if self.grouped && self.waiting.values().any(|waiting| !waiting.is_empty()) {
            return None;
        }
        loop {
            let answer = self.import.next()?;
            self.heard.add(&answer);
            match answer {
                Ok(record) if record.record_type() == of => return Some(Ok(record)),
                Ok(record) => {
                    self.waiting.entry(record.record_type()).or_default().push_back(record);
                    if self.grouped {
                        return None;
                    }
                }
                Err(problem) if problem.severity == Severity::File => return Some(Err(unreadable(&problem))),
                Err(_) => {}
            }
        }
    }

    /// Hears the problems behind the last record.
    pub(super) fn finish(&mut self) -> Result<()> {
        for answer in self.import.by_ref() {
            self.heard.add(&answer);
            if let Err(problem) = &answer
                && problem.severity == Severity::File
            {
                return Err(unreadable(problem));
            }
        }
        Ok(())
    }
}

/// The store takes nothing of an import with a file that cannot be read: half a file looks like a school that lost half
/// its pupils.
fn unreadable(problem: &Problem) -> Error {
    Error::config(format!("{} cannot be read", problem.file))
        .message(Message::new(STOPPED).with("file", &problem.file))
}

/// The records of one type.
pub(super) struct OfType<'a> {
    pub(super) of: RecordType,
    pub(super) source: Rc<RefCell<Source<'a>>>,
}

impl Iterator for OfType<'_> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        self.source.borrow_mut().next(self.of)
    }
}
