//! Undoing what a run wrote into the school's records, because a person says so: each record becomes what it was, unless
//! somebody has changed it since; and the item stays undone until its content changes.

use std::collections::BTreeSet;

use crate::error::{Context, Kind, Result};
use crate::model::contract::Difference;
use crate::model::records::{Lesson, Record, RecordRef, RecordType};
use crate::model::{After, Connector, ItemRef, LedgerEntry, LedgerState, Shown};
use crate::store::{BeforeImage, Lane, PutBack, RecordWrite, ScopeMemory, Settled};

use super::env::Env;
use super::image;

/// One record that the run had changed. Personal through what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// Its type.
    pub record_type: RecordType,
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub about: Option<RecordRef>,
    /// Why it is not put back: somebody has changed it since.
    pub since: Option<Since>,
    /// What it says, and what it said before the run.
    pub content: Vec<Shown>,
}

/// Who changed a record since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// A later run.
    Run(u64),
    /// An import of files, or an erasure.
    Import,
}

/// Puts back what this run changed in the school's records, in one transaction, and says what became of each. Without a
/// lane it only says what would.
///
/// # Errors
/// Our own store fails.
pub fn undo<C: Connector>(env: &Env<C>, lane: Option<&Lane>, run: u64) -> Result<Vec<Undone>> {
    let images = env.school.before_images(run)?;
    let mut undone = Vec::new();
    let mut back = Vec::new();
    for image in images {
        let (told, put) = one(env, image, run)?;
        undone.push(told);
        back.extend(put);
    }
    if let Some(lane) = lane.filter(|_| !back.is_empty()) {
        open_scopes(env, lane, &back)?;
        env.school.put_back(lane.fence(), &env.task.id, run, &back)?;
    }
    Ok(undone)
}

/// The next run looks at what was undone and says so, whatever the records say by then.
fn open_scopes<C: Connector>(env: &Env<C>, lane: &Lane, back: &[PutBack]) -> Result<()> {
    let scopes: BTreeSet<_> =
        back.iter().filter_map(|put| put.entry.as_ref()).map(|entry| &entry.scope).collect();
    let known = env.school.scopes(&env.task.id)?.into_iter();
    let open = known
        .filter(|memory| scopes.contains(&memory.scope.id))
        .map(|memory| ScopeMemory { settled: Settled::Open, ..memory });
    env.school.remember_scopes(lane.fence(), &env.task.id, &open.collect::<Vec<_>>())
}

fn one<C: Connector>(env: &Env<C>, image: BeforeImage, run: u64) -> Result<(Undone, Option<PutBack>)> {
    let BeforeImage { record_type, id, json, written } = image;
    let now = record(record_type, env.school.get(record_type, &id)?)?;
    let then = as_before(record(record_type, json)?, now.as_ref());
    let since = match env.school.written_by(record_type, &id)? {
        Some(last) if last == run => None,
        Some(later) => Some(Since::Run(later)),
        None => Some(Since::Import),
    };
    let content = shown(now.as_ref(), then.as_ref());
    let about = now.as_ref().or(then.as_ref()).and_then(about);
    let put = match (&since, then) {
        (Some(_), _) => None,
        (None, Some(record)) => Some(RecordWrite::Put(Box::new(record))),
        (None, None) => Some(RecordWrite::Remove(record_type, id.clone())),
    };
    let entry = entry(env, record_type, &id)?;
    let put = put.map(|write| PutBack { write, written, entry });
    Ok((Undone { record_type, id, about, since, content }, put))
}

fn record(record_type: RecordType, json: Option<String>) -> Result<Option<Record>> {
    let read = |json: String| {
        Record::from_json(record_type, &json).context(Kind::Internal, "a stored record has another shape")
    };
    json.map(read).transpose()
}

/// Of a lesson only the link goes back: the rest is the school's, and may be newer.
fn as_before(then: Option<Record>, now: Option<&Record>) -> Option<Record> {
    match (then, now) {
        (Some(Record::Lesson(then)), Some(Record::Lesson(now))) => {
            Some(Record::Lesson(Lesson { call_link: then.call_link, ..now.clone() }))
        }
        (then, _) => then,
    }
}

fn about(record: &Record) -> Option<RecordRef> {
    if let Record::Identifier(identifier) = record { Some(identifier.about.clone()) } else { None }
}

/// The item that keeps this record, as it is known from now on.
fn entry<C: Connector>(env: &Env<C>, record_type: RecordType, id: &str) -> Result<Option<LedgerEntry>> {
    let kinds = env.connector.manifest().kinds.iter().filter(|kind| kind.record == Some(record_type));
    for kind in kinds {
        if let Some(entry) = env.school.ledger_entry(&env.task.id, &ItemRef::new(kind.name.as_str(), id))? {
            return Ok(Some(LedgerEntry {
                state: LedgerState::Undone,
                doubt: None,
                confirmed: None,
                ..entry
            }));
        }
    }
    Ok(None)
}

/// What changes, field by field.
fn shown(now: Option<&Record>, then: Option<&Record>) -> Vec<Shown> {
    let (now, then) =
        (now.map(image::content).unwrap_or_default(), then.map(image::content).unwrap_or_default());
    let said = |all: &[Difference], field: &str| {
        all.iter().find(|known| known.field == field).and_then(|known| known.there.clone())
    };
    let mut fields: Vec<&str> = now.iter().chain(&then).map(|known| known.field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    let change = |field: &str| {
        let (before, after) = (said(&now, field), said(&then, field));
        let changes = before != after;
        let after = after.map_or(After::Empty, After::Text);
        changes.then(|| Shown { field: field.to_owned(), before, after })
    };
    fields.into_iter().filter_map(change).collect()
}
