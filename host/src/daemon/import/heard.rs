//! What reading the files came to. The counts go on where the problems are no longer kept.

use serde::{Deserialize, Serialize};

use crate::model::records::Record;
use crate::records::{Problem, Report, Severity};

/// What reading the files came to: the problems kept, and the counts of all.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Heard {
    /// The problems.
    pub report: Report,
    /// Rows left out. One row may have several faults.
    pub left_out: u64,
    /// Warnings; by themselves they leave nothing out.
    pub warnings: u64,
    #[serde(skip)]
    last_out: Option<(String, u64)>,
}

impl Heard {
    /// Hears one answer of the import.
    pub fn add(&mut self, answer: &Result<Record, Problem>) {
        self.report.add(answer);
        match answer {
            Err(problem) if problem.severity == Severity::Warning => self.warnings += 1,
            Err(problem) if problem.severity == Severity::Row => self.leave_out(problem),
            Ok(_) | Err(_) => {}
        }
    }

    /// Faults of one row come one after another.
    fn leave_out(&mut self, problem: &Problem) {
        let is_last = |(file, row): &(String, u64)| *file == problem.file && *row == problem.row;
        if !self.last_out.as_ref().is_some_and(is_last) {
            self.left_out += 1;
            self.last_out = Some((problem.file.clone(), problem.row));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Message;

    fn problem(row: u64, severity: Severity) -> Problem {
        let (message, fix) = (Message::new("import-letter"), Message::new("import-letter-fix"));
        Problem { file: "pupils.csv".to_owned(), row, column: None, severity, message, fix }
    }

    #[test]
    fn rows_left_out_are_counted_once_and_warnings_apart() {
        let mut heard = Heard::default();
        let row = Severity::Row;
        let answers = [(1, Severity::Warning), (2, row), (2, Severity::Warning), (2, row), (3, row)];
        for (number, severity) in answers {
            heard.add(&Err(problem(number, severity)));
        }
        assert_eq!((heard.left_out, heard.warnings, heard.report.problems.len()), (2, 2, 5));
        let mut only_warned = Heard::default();
        only_warned.add(&Err(problem(1, Severity::Warning)));
        assert_eq!((only_warned.left_out, only_warned.warnings), (0, 1));
    }
}
