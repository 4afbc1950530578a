//! `exchange import`: the school's files become its records, all of them or none.
//!
//! Bad rows are left out and listed with their remedies; a file that cannot be read as a whole stops the import; an
//! import that would drop a noticeable part of the school is held.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io::Cursor;
use std::rc::Rc;

use indicatif::ProgressBar;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::app::{App, now, write_file};
use super::args;
use super::output::Tone;
use super::progress;
use super::stores;
use crate::error::{Context, Error, Kind, Result};
use crate::model::Message;
use crate::model::records::{Filter, Record, RecordType, SchoolClass};
use crate::model::setup::SchoolConfig;
use crate::records::{self, Import, Input, Known, Problem, Report, Severity};
use crate::report::{Format, Sheet, table};
use crate::store::{
    ImportBatch, ImportCounts, ImportLimits, ImportMode, ImportResult, RecordStore, SchoolDb,
};

/// Problems shown at the terminal; all of them go into the report.
const SHOWN: usize = 20;
/// Classes read at once.
const PAGE: u32 = 10_000;

/// Imports files. Exit code 3 when rows were left out, 4 when the import is held.
pub(super) fn import(app: &App, args: &args::Import) -> Result<u8> {
    let school = app.school(&args.school.as_str().into())?;
    let store = app.store(&school)?;
    let inputs = inputs(&school, args)?;
    let lane = stores::lane(&store, "import")?;
    let bar = progress::bar(app, 0);
    bar.set_message(app.word("phase-import"));
    let (heard, result) = read(&store, &school, args, inputs, lane.fence(), &bar);
    let report = &heard.report;
    bar.finish_and_clear();
    write_problems(app, args, report)?;
    let result = result.map_err(|error| with_problems(app, error, report))?;
    let code = exit_code(&heard, &result);
    if app.output.json {
        return app.output.print_json(&as_json(app, &heard, &result)).map(|()| code);
    }
    show(app, args, &heard, &result).map(|()| code)
}

fn exit_code(heard: &Heard, result: &ImportResult) -> u8 {
    if result.held.is_some() {
        return 4;
    }
    if heard.left_out > 0 { 3 } else { 0 }
}

/// What reading the files came to: the problems kept, and the counts of all.
#[derive(Default)]
struct Heard {
    report: Report,
    /// Rows left out. One row may have several faults.
    left_out: u64,
    /// Warnings: their rows went in.
    warnings: u64,
    last_out: Option<(String, u64)>,
}

impl Heard {
    fn add(&mut self, answer: &std::result::Result<Record, Problem>) {
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

fn inputs(school: &SchoolConfig, args: &args::Import) -> Result<Vec<Input>> {
    let Some(name) = &args.profile else {
        return Ok(args.files.iter().map(|file| Input::new(file.clone(), &school.import)).collect());
    };
    let profile = school.import.get(name).ok_or_else(|| {
        let names: Vec<&str> = school.import.keys().map(String::as_str).collect();
        Error::config(format!("the school's file has no import profile `{name}`"))
            .hint(format!("it has: {}", names.join(", ")))
    })?;
    Ok(args.files.iter().map(|file| Input { path: file.clone(), profile: profile.clone() }).collect())
}

/// Reads the files into the store, in one transaction.
fn read(
    store: &SchoolDb,
    school: &SchoolConfig,
    args: &args::Import,
    inputs: Vec<Input>,
    fence: &crate::store::Fence,
    bar: &ProgressBar,
) -> (Heard, Result<ImportResult>) {
    let classes = match known_classes(store) {
        Ok(classes) => classes,
        Err(error) => return (Heard::default(), Err(error)),
    };
    let has = |of: RecordType, id: &str| matches!(store.get(of, id), Ok(Some(_)));
    let zone = TimeZone::get(&school.time_zone).unwrap_or(TimeZone::UTC);
    let today = Timestamp::now().to_zoned(zone.clone()).date();
    let known = Known { has: &has, classes: &classes, today, zone };
    let mut import = records::import(inputs, known, |progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.bytes);
    });
    let contents = import.contents().clone();
    let source = Rc::new(RefCell::new(Source::new(import, contents.grouped)));
    let mode = if args.add { ImportMode::Add } else { ImportMode::Replace };
    let mut rows: Vec<(RecordType, OfType<'_>)> =
        contents.types.iter().map(|of| (*of, OfType { of: *of, source: Rc::clone(&source) })).collect();
    let batches =
        rows.iter_mut().map(|(of, rows)| ImportBatch { record_type: *of, mode, rows: rows as _ }).collect();
    let limits =
        ImportLimits { drop_share: school.import_drop_share, force: args.force, ..ImportLimits::default() };
    let result = store.import(fence, batches, limits, now());
    // What is left are problems behind the last record: trailing bad rows, unreadable files.
    let rest = source.borrow_mut().finish();
    drop(rows);
    let heard = std::mem::take(&mut source.borrow_mut().heard);
    (heard, rest.and(result))
}

fn known_classes(store: &SchoolDb) -> Result<Vec<SchoolClass>> {
    let page = store.page(RecordType::SchoolClass, &Filter::default(), None, PAGE)?;
    let class = |(_, json): &(String, String)| {
        serde_json::from_str(json).context(Kind::Internal, "a stored class cannot be read")
    };
    page.rows.iter().map(class).collect()
}

/// The records of all files, told apart by type as the store wants them.
struct Source<'a> {
    import: Import<'a>,
    /// Records come type by type: the first of another type ends the one before.
    grouped: bool,
    waiting: BTreeMap<RecordType, VecDeque<Record>>,
    heard: Heard,
}

impl<'a> Source<'a> {
    fn new(import: Import<'a>, grouped: bool) -> Self {
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
    fn finish(&mut self) -> Result<()> {
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
        .message(Message::new("import-stopped").with("file", &problem.file))
}

struct OfType<'a> {
    of: RecordType,
    source: Rc<RefCell<Source<'a>>>,
}

impl Iterator for OfType<'_> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        self.source.borrow_mut().next(self.of)
    }
}

fn with_problems(app: &App, error: Error, report: &Report) -> Error {
    let problems = report.problems.iter().filter(|problem| problem.severity == Severity::File);
    problems.fold(error, |error, problem| {
        let (what, fix) = (app.catalogue.text(&problem.message), app.catalogue.text(&problem.fix));
        error.hint(format!("{}: {what}. {fix}", problem.file))
    })
}

fn sheet(app: &App, report: &Report) -> Sheet {
    let headings = ["column-file", "column-row", "column-column", "column-what", "column-advice"];
    let row = |problem: &Problem| {
        vec![
            problem.file.clone(),
            if problem.row == 0 { String::new() } else { problem.row.to_string() },
            problem.column.clone().unwrap_or_default(),
            app.catalogue.text(&problem.message),
            app.catalogue.text(&problem.fix),
        ]
    };
    Sheet {
        title: app.word("import-report"),
        headings: headings.map(|code| app.word(code)).to_vec(),
        rows: report.problems.iter().map(row).collect(),
    }
}

fn write_problems(app: &App, args: &args::Import, report: &Report) -> Result<()> {
    let Some(path) = &args.report else { return Ok(()) };
    let format = Format::of_path(path).unwrap_or(Format::Xlsx);
    let mut file = Cursor::new(Vec::new());
    table::write(format, &app.word("import-report"), &[sheet(app, report)], &mut file)?;
    write_file(path, file.get_ref())
}

fn show(app: &App, args: &args::Import, heard: &Heard, result: &ImportResult) -> Result<()> {
    let out = app.output;
    if let Some(held) = &result.held {
        return show_held(app, args, held);
    }
    let headings = ["column-record", "column-added", "column-changed", "column-unchanged", "column-dropped"];
    let rows: Vec<Vec<String>> = result
        .types
        .iter()
        .map(|counts| {
            let name = app.word(&format!("record-{}", counts.record_type));
            let numbers = [counts.added, counts.changed, counts.unchanged, counts.dropped];
            std::iter::once(name).chain(numbers.iter().map(u64::to_string)).collect()
        })
        .collect();
    out.table(&headings.map(|code| app.word(code)), &rows)?;
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
    let sheet = sheet(app, report);
    out.table(&sheet.headings, &sheet.rows[..SHOWN.min(sheet.rows.len())])?;
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
struct ImportJson {
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

#[derive(Serialize)]
struct ProblemJson {
    file: String,
    row: u64,
    column: Option<String>,
    severity: Severity,
    code: String,
    what: String,
    fix: String,
}

fn as_json(app: &App, heard: &Heard, result: &ImportResult) -> ImportJson {
    let report = &heard.report;
    let counts = |counts: &ImportCounts| CountsJson {
        record: counts.record_type,
        before: counts.before,
        added: counts.added,
        changed: counts.changed,
        unchanged: counts.unchanged,
        dropped: counts.dropped,
    };
    let problem = |problem: &Problem| ProblemJson {
        file: problem.file.clone(),
        row: problem.row,
        column: problem.column.clone(),
        severity: problem.severity,
        code: problem.message.code.clone(),
        what: app.catalogue.text(&problem.message),
        fix: app.catalogue.text(&problem.fix),
    };
    ImportJson {
        held: result.held.as_ref().map(|held| held.record_type),
        types: result.types.iter().map(counts).collect(),
        left_out: heard.left_out,
        warnings: heard.warnings,
        problems: report.problems.iter().map(problem).collect(),
        further: report.further,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(row: u64, severity: Severity) -> std::result::Result<Record, Problem> {
        let (message, fix) = (Message::new("import-letter"), Message::new("import-letter-fix"));
        Err(Problem { file: "pupils.csv".to_owned(), row, column: None, severity, message, fix })
    }

    #[test]
    fn rows_left_out_are_counted_once_and_warnings_apart() {
        let mut heard = Heard::default();
        let row = Severity::Row;
        let answers = [(1, Severity::Warning), (2, row), (2, Severity::Warning), (2, row), (3, row)];
        for (number, severity) in answers {
            heard.add(&problem(number, severity));
        }
        assert_eq!((heard.left_out, heard.warnings, heard.report.problems.len()), (2, 2, 5));
        let held = ImportResult { types: Vec::new(), held: None };
        assert_eq!(exit_code(&heard, &held), 3);
        let mut only_warned = Heard::default();
        only_warned.add(&problem(1, Severity::Warning));
        assert_eq!(exit_code(&only_warned, &held), 0);
    }
}
