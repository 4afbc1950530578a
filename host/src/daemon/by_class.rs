//! How a task stands by class, whichever face shows it (E9): read from the ledger and the last run for the whole school.

use std::io::Cursor;

use super::told::{last_whole_run, local_time, name_of};
use crate::error::Result;
use crate::model::manifest::Manifest;
use crate::model::setup::SchoolConfig;
use crate::model::{LedgerEntry, Message, RunSummary, TaskId};
use crate::report::by_class::ByClass;
use crate::report::{Catalogue, Format, Sheet, table};
use crate::store::{LedgerStore, RunStore, SchoolDb};

/// How a task stands.
#[derive(Debug)]
pub struct Picture {
    /// The last run that looked at everybody and came to its end.
    pub run: RunSummary,
    /// Its classes.
    pub classes: ByClass,
}

/// How a task stands, in these classes or in all if none is named; nothing where no run has looked at everybody yet.
///
/// # Errors
/// Our own store fails.
pub fn picture(store: &SchoolDb, task: &TaskId, classes: &[String]) -> Result<Option<Picture>> {
    let Some(run) = last_whole_run(store, task)? else { return Ok(None) };
    let (entries, outcomes) = (store.ledger(task)?, store.outcomes(run.id.number)?);
    Ok(Some(Picture { run, classes: ByClass::new(entries, outcomes, classes) }))
}

/// What this class of a task has there, the class as its connector titles it.
///
/// # Errors
/// Our own store fails.
pub fn there(store: &SchoolDb, task: &TaskId, class: &str) -> Result<Vec<LedgerEntry>> {
    let mut there = Vec::new();
    store.each_entry(task, &mut |entry| {
        let is_there = entry.state.is_there() && entry.gone_since.is_none();
        if is_there && entry.group.as_deref().unwrap_or_default() == class {
            there.push(entry);
        }
    })?;
    Ok(there)
}

/// «По классам: Школа № 57, 29.11.2026 02:14»
pub fn title(catalogue: &Catalogue, school: &SchoolConfig, run: &RunSummary) -> String {
    let at = local_time(run.finished.unwrap_or(run.started), school);
    catalogue.text(&Message::new("by-class-title").with("school", &school.name).with("at", at))
}

/// The numbers, and a sheet for each class. The catalogue knows the connector's texts.
pub fn sheets(store: &SchoolDb, manifest: &Manifest, picture: &Picture, catalogue: &Catalogue) -> Vec<Sheet> {
    let mut sheets = vec![picture.classes.numbers(&manifest.id, catalogue)];
    sheets.extend(picture.classes.sheets(manifest, &|about| name_of(store, about), catalogue));
    sheets
}

/// These sheets as a file.
///
/// # Errors
/// They cannot be written in this format.
pub fn file(format: Format, title: &str, sheets: &[Sheet]) -> Result<Vec<u8>> {
    let mut file = Cursor::new(Vec::new());
    table::write(format, title, sheets, &mut file)?;
    Ok(file.into_inner())
}
