//! Taking away on the other side what a task has there of a person, because somebody says so: an account's link above
//! all. Whichever face asks, the audit has who, why, and what it came to.

use super::persons;
use super::task::Task;
use crate::error::{Error, Result};
use crate::model::manifest::{Direction, Manifest};
use crate::model::{ItemRef, LedgerEntry, Outcome, TaskId};
use crate::store::{AuditEntry, AuditStore, HostDb, LedgerStore, SchoolDb};

/// What a task has of this person that can be removed.
///
/// # Errors
/// Our own store fails.
pub fn of_person(
    store: &SchoolDb,
    manifest: &Manifest,
    task: &TaskId,
    person: &str,
) -> Result<Vec<LedgerEntry>> {
    let mut entries = Vec::new();
    store.each_entry(task, &mut |entry| {
        if entry.about.as_ref().is_some_and(|about| about.id == person) && is_removable(manifest, &entry) {
            entries.push(entry);
        }
    })?;
    Ok(entries)
}

/// Is it of a kind that can be removed there?
pub fn is_removable(manifest: &Manifest, entry: &LedgerEntry) -> bool {
    let kind = manifest.kind(&entry.item.kind);
    kind.is_some_and(|kind| kind.removal && kind.direction == Direction::Outbound)
}

/// Removes what a task has of one person; what became of each. `entry` says who, and of which task.
///
/// # Errors
/// Somebody else has the lane, or our own store fails.
pub async fn remove(
    task: &Task,
    shared: &HostDb,
    entries: Vec<LedgerEntry>,
    reason: &str,
    entry: &AuditEntry,
) -> Result<Vec<(LedgerEntry, Outcome)>> {
    let ids: Vec<ItemRef> = entries.iter().map(|entry| entry.item.clone()).collect();
    let person = key(task, &entries)?;
    let note = |what: &str, rest: String| {
        let (what, about) = (what.to_owned(), format!("person {person}: {rest}"));
        let at = jiff::Timestamp::now().as_millisecond();
        shared.audit(&AuditEntry { at, what, about, ..entry.clone() })
    };
    note("remove-begin", reason.to_owned())?;
    let removed = task.remove(&ids).await?;
    let done = removed.iter().filter(|(_, outcome)| *outcome == Outcome::Removed).count();
    note("remove", format!("{done} of {}", ids.len()))?;
    Ok(entries.into_iter().zip(removed).map(|(entry, (_, outcome))| (entry, outcome)).collect())
}

/// How the audit speaks of the person whom all of these are about.
fn key(task: &Task, entries: &[LedgerEntry]) -> Result<String> {
    let who = entries.iter().find_map(|entry| entry.about.as_ref());
    persons::key(&task.store, who.ok_or_else(|| Error::internal("what is removed is about nobody"))?)
}
