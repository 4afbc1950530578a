//! `exchange import`: the school's files become its records, all of them or none.
//!
//! Bad rows are left out and listed with their remedies; a file that cannot be read as a whole stops the import; an
//! import that would drop a noticeable part of the school is held.

mod heard;
mod memory;
mod shown;

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use indicatif::ProgressBar;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::app::{App, now};
use super::args;
use super::progress;
use super::stores::{self, About};
use crate::error::{Context, Error, Kind, Result};
use crate::model::Message;
use crate::model::records::{Date, Filter, Record, RecordType, SchoolClass};
use crate::model::setup::SchoolConfig;
use crate::records::{self, Circumstances, Import, Input, Known, Problem, Severity};
use crate::store::{
    EraseStore, Fence, ImportBatch, ImportLimits, ImportMode, ImportResult, RecordStore, SchoolDb,
};
use heard::Heard;
use memory::Memory;
use shown::{as_json, show, with_problems, write_problems};

/// Classes read at once.
const PAGE: u32 = 10_000;

/// Imports files. Exit code 3 when rows were left out, 4 when the import is held.
pub(super) fn import(app: &App, args: &args::Import) -> Result<u8> {
    let school = app.school(&args.school.as_str().into())?;
    let store = app.store(&school)?;
    let inputs = inputs(&school, args)?;
    let lane = stores::lane(&store, "import")?;
    let memory = Memory::new(&inputs, circumstances(&school, args));
    let known = if args.force { None } else { memory.recall(&store)? };
    let same = known.is_some();
    let (heard, result) = match known {
        Some((heard, result)) => (heard, Ok(result)),
        None => read_all(app, &store, &school, args, inputs, lane.fence()),
    };
    let report = &heard.report;
    write_problems(app, args, report)?;
    let result = result.map_err(|error| with_problems(app, error, report))?;
    if !same {
        if result.held.is_none() {
            let rows: u64 =
                result.types.iter().map(|counts| counts.added + counts.changed + counts.dropped).sum();
            stores::audit(app, "import", About::from(&school.id).with(format!("{rows} records changed")))?;
        }
        memory.keep(&store, lane.fence(), &heard, &result)?;
    }
    let code = exit_code(&heard, &result);
    if app.output.json {
        return app.output.print_json(&as_json(app, &heard, &result, same)).map(|()| code);
    }
    show(app, args, &heard, &result, same).map(|()| code)
}

fn zone(school: &SchoolConfig) -> TimeZone {
    TimeZone::get(&school.time_zone).unwrap_or(TimeZone::UTC)
}

fn today(school: &SchoolConfig) -> Date {
    Timestamp::now().to_zoned(zone(school)).date()
}

fn circumstances<'a>(school: &'a SchoolConfig, args: &args::Import) -> Circumstances<'a> {
    Circumstances { today: today(school), zone: &school.time_zone, replaces: !args.add }
}

/// Reads the files into the store, showing how far it has come.
fn read_all(
    app: &App,
    store: &SchoolDb,
    school: &SchoolConfig,
    args: &args::Import,
    inputs: Vec<Input>,
    fence: &Fence,
) -> (Heard, Result<ImportResult>) {
    let bar = progress::bar(app, 0);
    bar.set_message(app.word("phase-import"));
    let answer = read(store, school, args, inputs, fence, &bar);
    bar.finish_and_clear();
    answer
}

fn exit_code(heard: &Heard, result: &ImportResult) -> u8 {
    if result.held.is_some() {
        return 4;
    }
    if heard.left_out > 0 { 3 } else { 0 }
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
    fence: &Fence,
    bar: &ProgressBar,
) -> (Heard, Result<ImportResult>) {
    let classes = match known_classes(store) {
        Ok(classes) => classes,
        Err(error) => return (Heard::default(), Err(error)),
    };
    let erasures = match store.erasures() {
        Ok(erasures) => erasures,
        Err(error) => return (Heard::default(), Err(error)),
    };
    let erased = |of: RecordType, id: &str| erasures.has(of, id);
    let has = |of: RecordType, id: &str| store.has(of, id).unwrap_or_default();
    let known =
        Known { has: &has, erased: &erased, classes: &classes, today: today(school), zone: zone(school) };
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
