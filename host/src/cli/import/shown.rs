//! How an import is told: at the terminal, as a table of problems, as JSON.

use std::io::Cursor;

use serde::Serialize;

use crate::cli::app::{App, write_file};
use crate::cli::args;
use crate::cli::output::Tone;
use crate::cli::problems::{self, ProblemJson, SHOWN};
use crate::daemon::import::Heard;
use crate::error::{Error, Result};
use crate::model::Message;
use crate::model::records::RecordType;
use crate::records::{Report, Severity};
use crate::report::{self, Format, table};
use crate::store::{ImportCounts, ImportResult};

pub(super) fn with_problems(app: &App, error: Error, report: &Report) -> Error {
    let problems = report.problems.iter().filter(|problem| problem.severity == Severity::File);
    problems.fold(error, |error, problem| {
        let (what, fix) = (app.catalogue.text(&problem.message), app.catalogue.text(&problem.fix));
        error.hint(format!("{}: {what}. {fix}", problem.file))
    })
}

pub(super) fn write_problems(app: &App, args: &args::Import, report: &Report) -> Result<()> {
    let Some(path) = &args.report else { return Ok(()) };
    let format = Format::of_path(path).unwrap_or(Format::Xlsx);
    let mut file = Cursor::new(Vec::new());
    table::write(format, &app.word("import-report"), &[problems::sheet(app, &report.problems)], &mut file)?;
    write_file(path, file.get_ref())
}

/// `same`: the files were not read, because nothing could come of it.
pub(super) fn show(
    app: &App,
    args: &args::Import,
    heard: &Heard,
    result: &ImportResult,
    same: bool,
) -> Result<()> {
    let out = app.output;
    if let Some(held) = &result.held {
        return show_held(app, args, held);
    }
    let counts = report::import::counts(&result.types, &app.catalogue);
    out.table(&counts.headings, &counts.rows)?;
    if same {
        out.line(app.word("import-same-files"))?;
    }
    show_problems(app, heard)
}

fn show_problems(app: &App, heard: &Heard) -> Result<()> {
    let (out, report) = (app.output, &heard.report);
    for (code, n) in [("import-left-out", heard.left_out), ("import-warnings", heard.warnings)] {
        if n > 0 {
            out.line(out.tone(Tone::Warn, &app.text(Message::new(code).with("n", n))))?;
        }
    }
    let total = report.problems.len() as u64 + report.further;
    if total == 0 {
        return Ok(());
    }
    problems::print(app, &report.problems)?;
    if total > SHOWN as u64 {
        out.line(app.text(Message::new("import-more").with("n", total - SHOWN as u64)))?;
    }
    Ok(())
}

fn show_held(app: &App, args: &args::Import, held: &ImportCounts) -> Result<()> {
    let message = Message::new("import-held")
        .with("record", app.word(&format!("record-{}", held.record_type)))
        .with("dropped", held.dropped)
        .with("before", held.before);
    app.output.line(app.output.tone(Tone::Warn, &app.text(message)))?;
    app.output.line(app.text(Message::new("import-held-how").with("school", &args.school)))
}

#[derive(Serialize)]
pub(super) struct ImportJson {
    /// The files and the records are those of an import before: nothing was read again.
    same_files: bool,
    held: Option<RecordType>,
    types: Vec<CountsJson>,
    /// Rows with faults, which were not taken.
    left_out: u64,
    warnings: u64,
    problems: Vec<ProblemJson>,
    further: u64,
}

#[derive(Serialize)]
struct CountsJson {
    record: RecordType,
    before: u64,
    added: u64,
    changed: u64,
    unchanged: u64,
    dropped: u64,
}

pub(super) fn as_json(app: &App, heard: &Heard, result: &ImportResult, same_files: bool) -> ImportJson {
    let report = &heard.report;
    let counts = |counts: &ImportCounts| CountsJson {
        record: counts.record_type,
        before: counts.before,
        added: counts.added,
        changed: counts.changed,
        unchanged: counts.unchanged,
        dropped: counts.dropped,
    };
    ImportJson {
        same_files,
        held: result.held.as_ref().map(|held| held.record_type),
        types: result.types.iter().map(counts).collect(),
        left_out: heard.left_out,
        warnings: heard.warnings,
        problems: report.problems.iter().map(|problem| ProblemJson::of(app, problem)).collect(),
        further: report.further,
    }
}
