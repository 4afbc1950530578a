//! Importing a school's files: they become its records, all of them or none, or it is told what would come of it.
//!
//! The same for every face. Bad rows are left out and listed with their remedies; a file that cannot be read as a whole
//! stops the import; one that would drop a noticeable part of the school is held.

mod heard;
mod memory;
mod source;

use std::cell::RefCell;
use std::rc::Rc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use self::heard::Heard;
use self::memory::Memory;
pub use self::source::STOPPED;
use self::source::{OfType, Source};
use crate::error::{Context, Kind, Result};
use crate::model::Millis;
use crate::model::records::{Date, Filter, RecordType, SchoolClass};
use crate::model::setup::SchoolConfig;
use crate::records::{self, Circumstances, Input, Known, Progress};
use crate::store::{
    EraseStore, Fence, ImportBatch, ImportLimits, ImportMode, ImportResult, RecordStore, SchoolDb,
};

/// Classes read at once.
const PAGE: u32 = 10_000;

/// What is to be imported, and how.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// Into which school.
    pub school: &'a SchoolConfig,
    /// Its files.
    pub inputs: Vec<Input>,
    /// What is missing in them is dropped, or stays.
    pub mode: ImportMode,
    /// A person said: all the same.
    pub force: bool,
    /// Nothing is changed: it is only told what would come of it.
    pub preview: bool,
    /// The day by which ages and study years are judged.
    pub today: Date,
}

/// What an import came to.
pub struct Imported {
    /// What reading the files came to.
    pub heard: Heard,
    /// What became of the records, or why nothing did.
    pub result: Result<ImportResult>,
    /// The files and the records are those of an import before: nothing was read again.
    pub same: bool,
}

impl Imported {
    /// Records that are other than before.
    pub fn changed(&self) -> u64 {
        let types =
            self.result.iter().filter(|result| result.held.is_none()).flat_map(|result| &result.types);
        types.map(|counts| counts.added + counts.changed + counts.dropped).sum()
    }
}

/// The zone of a school.
pub fn zone(school: &SchoolConfig) -> TimeZone {
    TimeZone::get(&school.time_zone).unwrap_or(TimeZone::UTC)
}

/// Today at a school.
pub fn today(school: &SchoolConfig) -> Date {
    Timestamp::now().to_zoned(zone(school)).date()
}

/// Imports what is ordered.
///
/// # Errors
/// What is no fault of the files: the store cannot be read or written. Faults of the files are in the answer.
pub fn import(
    store: &SchoolDb,
    order: &Order<'_>,
    fence: &Fence,
    now: Millis,
    on_progress: impl FnMut(Progress),
) -> Result<Imported> {
    let replaces = order.mode == ImportMode::Replace;
    let circumstances = Circumstances { today: order.today, zone: &order.school.time_zone, replaces };
    let memory = Memory::new(&order.inputs, circumstances);
    let known = if order.force { None } else { memory.recall(store)? };
    if let Some((heard, result)) = known {
        return Ok(Imported { heard, result: Ok(result), same: true });
    }
    let (heard, result) = read(store, order, fence, now, on_progress);
    if let (Ok(result), false) = (&result, order.preview) {
        memory.keep(store, fence, &heard, result)?;
    }
    Ok(Imported { heard, result, same: false })
}

/// Reads the files into the store, in one transaction.
fn read(
    store: &SchoolDb,
    order: &Order<'_>,
    fence: &Fence,
    now: Millis,
    on_progress: impl FnMut(Progress),
) -> (Heard, Result<ImportResult>) {
    let known = known_classes(store).and_then(|classes| Ok((classes, store.erasures()?)));
    let (classes, erasures) = match known {
        Ok(known) => known,
        Err(error) => return (Heard::default(), Err(error)),
    };
    let erased = |of: RecordType, id: &str| erasures.has(of, id);
    let has = |of: RecordType, id: &str| store.has(of, id).unwrap_or_default();
    let zone = zone(order.school);
    let known = Known { has: &has, erased: &erased, classes: &classes, today: order.today, zone };
    let mut import = records::import(order.inputs.clone(), known, on_progress);
    let contents = import.contents().clone();
    let source = Rc::new(RefCell::new(Source::new(import, contents.grouped)));
    let mut rows: Vec<(RecordType, OfType<'_>)> =
        contents.types.iter().map(|of| (*of, OfType { of: *of, source: Rc::clone(&source) })).collect();
    let batches = rows
        .iter_mut()
        .map(|(of, rows)| ImportBatch { record_type: *of, mode: order.mode, rows: rows as _ })
        .collect();
    let result = store.import(fence, batches, limits(order), now);
    // What is left are problems behind the last record: trailing bad rows, unreadable files.
    let rest = source.borrow_mut().finish();
    drop(rows);
    let heard = std::mem::take(&mut source.borrow_mut().heard);
    (heard, rest.and(result))
}

fn limits(order: &Order<'_>) -> ImportLimits {
    ImportLimits {
        drop_share: order.school.import_drop_share,
        force: order.force,
        preview: order.preview,
        ..ImportLimits::default()
    }
}

fn known_classes(store: &SchoolDb) -> Result<Vec<SchoolClass>> {
    let page = store.page(RecordType::SchoolClass, &Filter::default(), None, PAGE)?;
    let class = |(_, json): &(String, String)| {
        serde_json::from_str(json).context(Kind::Internal, "a stored class cannot be read")
    };
    page.rows.iter().map(class).collect()
}
