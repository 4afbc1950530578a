//! Several files as one import: records come out one by one, references are followed, memory stays flat.
//!
//! Records are given out by type, those that are referred to first, so that a row's references lead to what has gone in
//! already. Only what is referred to before its turn (the teachers of classes; anything in a file that holds several
//! types) is read twice: the first pass learns which ids and classes are there and sound. What is kept between the
//! rows is the set of ids.

mod digest;
mod draft;
mod references;
mod table;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

use jiff::tz::TimeZone;

pub use self::digest::{Circumstances, digest};
use self::references::Index;
use self::table::Table;
use super::problem::{Code, Fault, Problem, Severity};
use super::text::Meter;
use super::values::Today;
use crate::model::records::{Date, Record, RecordType, SchoolClass};
use crate::model::setup::ImportProfile;

/// Rows between two reports of progress.
const STRIDE: u64 = 500;

/// A file and how it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The file.
    pub path: PathBuf,
    /// Its description; the default one where the file speaks for itself.
    pub profile: ImportProfile,
}

impl Input {
    /// A file with the profile that bears its name without extension, if the school has one.
    pub fn new(path: PathBuf, profiles: &BTreeMap<String, ImportProfile>) -> Self {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let profile = stem.and_then(|stem| profiles.get(&stem)).cloned().unwrap_or_default();
        Self { path, profile }
    }

    /// The name without folders: what problems show.
    fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// What is known before an import.
pub struct Known<'a> {
    /// Does the school have a record of this type with this id?
    pub has: &'a dyn Fn(RecordType, &str) -> bool,
    /// Was the person with this id erased at the school?
    pub erased: &'a dyn Fn(RecordType, &str) -> bool,
    /// The school's classes, for classes named `5-А`.
    pub classes: &'a [SchoolClass],
    /// Today at the school.
    pub today: Date,
    /// The school's time zone, for moments without an offset.
    pub zone: TimeZone,
}

impl Known<'_> {
    fn was_erased(&self, draft: &draft::Draft) -> bool {
        draft.text("id").is_some_and(|id| (self.erased)(draft.kind, id))
    }
}

/// How far an import has come; both passes count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes done …
    pub bytes: u64,
    /// … of so many.
    pub total: u64,
    /// Rows given out.
    pub rows: u64,
}

/// An import under way: records that are sound, and problems with their places. A row with several faults gives
/// several problems; one with warnings gives them before its record.
pub struct Import<'a> {
    inputs: Vec<Input>,
    known: Known<'a>,
    on_progress: Box<dyn FnMut(Progress) + 'a>,
    progress: Progress,
    index: Index,
    /// Files of the second pass, the next one last.
    left: Option<Vec<usize>>,
    contents: Contents,
    open: Option<Open>,
    ready: VecDeque<Result<Record, Problem>>,
}

/// What an import's files hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Types of records, those that are referred to first.
    pub types: Vec<RecordType>,
    /// Records come out type by type: no file holds several.
    pub grouped: bool,
}

/// A file being read.
struct Open {
    number: usize,
    name: String,
    table: Table,
    meter: Meter,
    /// Bytes of it that are counted as done.
    counted: u64,
    rows: u64,
}

/// What a look at the beginning of a file tells.
enum Look {
    /// It has no row that can be read.
    Nothing,
    /// All rows are of the type with this rank.
    One(usize),
    /// Each record says what it is.
    Several,
}

/// The place of a type in the order of types.
fn rank(kind: RecordType) -> Option<usize> {
    RecordType::ALL.iter().position(|one| *one == kind)
}

/// Ranks of types that records of the same or an earlier rank may refer to. Where a file may hold several, all.
fn referred_to_early(looks: &[Look]) -> BTreeSet<usize> {
    let ranks: BTreeSet<usize> = looks.iter().filter_map(Look::rank).collect();
    if looks.iter().any(|look| matches!(look, Look::Several)) {
        return ranks;
    }
    let refers = |from: usize, to: usize| {
        RecordType::ALL[from].fields().iter().any(|field| field.content.may_refer_to(RecordType::ALL[to]))
    };
    let early = |to: &usize| ranks.range(..=*to).any(|from| refers(*from, *to));
    ranks.iter().copied().filter(early).collect()
}

impl Look {
    fn rank(&self) -> Option<usize> {
        match self {
            Self::One(rank) => Some(*rank),
            Self::Nothing | Self::Several => None,
        }
    }
}

fn length(input: &Input) -> u64 {
    std::fs::metadata(&input.path).map_or(0, |metadata| metadata.len())
}

/// Starts an import. Nothing is read before the first answer is asked for.
pub fn import<'a>(
    inputs: Vec<Input>,
    known: Known<'a>,
    on_progress: impl FnMut(Progress) + 'a,
) -> Import<'a> {
    let total = 2 * inputs.iter().map(length).sum::<u64>();
    Import {
        index: Index::new(known.classes),
        inputs,
        known,
        on_progress: Box::new(on_progress),
        progress: Progress { total, ..Progress::default() },
        left: None,
        contents: Contents::default(),
        open: None,
        ready: VecDeque::new(),
    }
}

impl Import<'_> {
    /// What the files hold. Makes the first pass if it was not made.
    pub fn contents(&mut self) -> &Contents {
        if self.left.is_none() {
            self.left = Some(self.first_pass());
        }
        &self.contents
    }

    fn open(&self, number: usize) -> Result<Open, Fault> {
        let input = &self.inputs[number];
        let meter = Meter::default();
        let table = Table::open(&input.path, &input.profile, &meter)?;
        Ok(Open { number, name: input.name(), table, meter, counted: 0, rows: 0 })
    }

    /// Looks at every file, and reads those once for their ids that are referred to before their turn; answers the order
    /// of the second pass.
    fn first_pass(&mut self) -> Vec<usize> {
        let looks: Vec<Look> = (0..self.inputs.len()).map(|number| self.look(number)).collect();
        let early = referred_to_early(&looks);
        let mut order = Vec::new();
        let mut found = BTreeSet::new();
        self.contents.grouped = true;
        for (number, look) in looks.into_iter().enumerate() {
            let kinds = match look {
                Look::One(kind) if !early.contains(&kind) => {
                    self.pass_over(number);
                    BTreeSet::from([kind])
                }
                Look::Nothing => {
                    self.pass_over(number);
                    BTreeSet::new()
                }
                _ => self.open(number).map(|mut open| self.learn(&mut open)).unwrap_or_default(),
            };
            self.contents.grouped &= kinds.len() <= 1;
            order.push((kinds.first().copied().unwrap_or(RecordType::ALL.len()), number));
            found.extend(kinds);
        }
        self.contents.types = found.into_iter().map(|rank: usize| RecordType::ALL[rank]).collect();
        // The next file is taken from the end.
        order.sort_by(|a, b| b.cmp(a));
        order.into_iter().map(|(_, number)| number).collect()
    }

    /// Looks at the first row of a file.
    fn look(&self, number: usize) -> Look {
        let Ok(mut open) = self.open(number) else { return Look::Nothing };
        if open.table.is_named() {
            return Look::Several;
        }
        match open.table.next_row() {
            Some(Ok(row)) => rank(row.kind()).map_or(Look::Nothing, Look::One),
            Some(Err(_)) | None => Look::Nothing,
        }
    }

    /// A file that is not read in the first pass counts as done in it.
    fn pass_over(&mut self, number: usize) {
        self.progress.bytes += length(&self.inputs[number]);
        (self.on_progress)(self.progress);
    }

    /// Learns the ids of a file; answers its types by their place in the order of types.
    fn learn(&mut self, open: &mut Open) -> BTreeSet<usize> {
        let mut kinds = BTreeSet::new();
        while let Some(Ok(row)) = open.table.next_row() {
            let today = Today { date: self.known.today, zone: &self.known.zone };
            let draft = draft::read(&row, &today);
            kinds.extend(rank(draft.kind));
            if draft.is_sound() && !self.known.was_erased(&draft) {
                self.index.learn(&draft, (open.number, row.number()));
            }
            open.rows += 1;
            if open.rows.is_multiple_of(STRIDE) {
                self.count(open);
            }
        }
        self.count(open);
        kinds
    }

    fn count(&mut self, open: &mut Open) {
        let done = open.meter.total();
        self.progress.bytes += done - open.counted;
        open.counted = done;
        (self.on_progress)(self.progress);
    }

    /// Files that could not be read to their end count as done too.
    fn finish(&mut self) {
        if self.progress.bytes != self.progress.total {
            self.progress.bytes = self.progress.total;
            (self.on_progress)(self.progress);
        }
    }

    /// Takes one step of the second pass; `None`: there is none left.
    fn step(&mut self) -> Option<()> {
        self.contents();
        let Some(mut open) = self.open.take() else {
            let Some(number) = self.left.as_mut()?.pop() else {
                self.finish();
                return None;
            };
            match self.open(number) {
                Ok(open) => self.open = Some(open),
                Err(fault) => self.ready.push_back(Err(fault.at(&self.inputs[number].name(), 0, None))),
            }
            return Some(());
        };
        if self.next_row(&mut open) {
            self.open = Some(open);
        } else {
            self.count(&mut open);
        }
        Some(())
    }

    /// Gives out a row of the second pass; `false`: the file has ended.
    fn next_row(&mut self, open: &mut Open) -> bool {
        let row = match open.table.next_row() {
            None => {
                if open.rows == 0 {
                    self.ready.push_back(Err(Fault::new(Code::Empty).at(&open.name, 0, None)));
                }
                return false;
            }
            Some(Err(fault)) => {
                self.ready.push_back(Err(fault.at(&open.name, 0, None)));
                return false;
            }
            Some(Ok(row)) => row,
        };
        let today = Today { date: self.known.today, zone: &self.known.zone };
        let mut draft = draft::read(&row, &today);
        let number = row.number();
        for fault in open.table.take_remarks() {
            self.ready.push_back(Err(fault.at(&open.name, 0, None)));
        }
        self.index.judge(&mut draft, (open.number, number), &self.known, &self.inputs);
        self.give_out(draft, &open.name, number);
        open.rows += 1;
        self.progress.rows += 1;
        if open.rows.is_multiple_of(STRIDE) {
            self.count(open);
        }
        true
    }

    fn give_out(&mut self, mut draft: draft::Draft, file: &str, number: u64) {
        let record = if draft.is_sound() { draft.record() } else { None };
        for (fault, column) in &draft.faults {
            self.ready.push_back(Err(fault.at(file, number, column.as_deref())));
        }
        self.ready.extend(record.map(Ok));
    }
}

impl Iterator for Import<'_> {
    type Item = Result<Record, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(answer) = self.ready.pop_front() {
                return Some(answer);
            }
            self.step()?;
        }
    }
}

/// Does this fault leave the row out?
fn leaves_out(fault: &Fault) -> bool {
    fault.code.severity() != Severity::Warning
}
