//! What is wrong with a file that somebody handed in: at the terminal, as a sheet of a report, as JSON.

use serde::Serialize;

use super::app::App;
use crate::error::Result;
use crate::records::{Problem, Severity};
use crate::report::{self, Sheet};

/// Problems shown at the terminal.
pub(super) const SHOWN: usize = 20;

/// The problems as a sheet of a report.
pub(super) fn sheet(app: &App, problems: &[Problem]) -> Sheet {
    report::import::problems(problems, &app.catalogue)
}

/// Prints the first problems.
pub(super) fn print(app: &App, problems: &[Problem]) -> Result<()> {
    let sheet = sheet(app, &problems[..SHOWN.min(problems.len())]);
    app.output.table(&sheet.headings, &sheet.rows)
}

/// A problem in `--json`.
#[derive(Serialize)]
pub(super) struct ProblemJson {
    file: String,
    row: u64,
    column: Option<String>,
    severity: Severity,
    code: String,
    what: String,
    fix: String,
}

impl ProblemJson {
    /// Its texts in the reader's language.
    pub(super) fn of(app: &App, problem: &Problem) -> Self {
        Self {
            file: problem.file.clone(),
            row: problem.row,
            column: problem.column.clone(),
            severity: problem.severity,
            code: problem.message.code.clone(),
            what: app.catalogue.text(&problem.message),
            fix: app.catalogue.text(&problem.fix),
        }
    }
}
