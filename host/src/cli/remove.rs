//! `exchange remove`: takes away on the other side what a task has there of a person, because somebody says so: an
//! account's link above all. Asked back, with a reason, and in the audit.

use super::app::{App, name_of};
use super::args::Remove;
use super::ready::Ready;
use super::stores::{self, About};
use super::terminal;
use crate::error::{Error, Result};
use crate::model::manifest::Direction;
use crate::model::{ItemRef, LedgerEntry, Message, Outcome, OutcomeRow, TaskRef};
use crate::report::{run_report, words};
use crate::store::LedgerStore;

/// Exit code where something is still there.
const NOT_ALL: u8 = 3;

/// Removes what the task has of a person.
pub(super) async fn remove(app: &App, args: &Remove) -> Result<u8> {
    let name = &args.task.0;
    let ready = Ready::open(app, name)?;
    let entries = of_person(&ready, &args.person)?;
    if entries.is_empty() {
        return Err(nothing(name, &args.person));
    }
    confirm(app, &ready, &entries, args)?;
    let ids: Vec<ItemRef> = entries.iter().map(|entry| entry.item.clone()).collect();
    let person = key(&ready, &entries)?;
    let about = |rest: String| About::from(name).with(format!("person {person}: {rest}"));
    stores::audit(app, "remove-begin", about(args.reason.clone()))?;
    let removed = ready.task.remove(&ids).await?;
    let left = removed.iter().filter(|(_, outcome)| *outcome != Outcome::Removed).count();
    stores::audit(app, "remove", about(format!("{} of {}", ids.len() - left, ids.len())))?;
    for (entry, (_, outcome)) in entries.into_iter().zip(removed) {
        app.output.line(told(app, &ready, entry, outcome))?;
    }
    Ok(if left == 0 { 0 } else { NOT_ALL })
}

/// What can be removed and is about this person.
fn of_person(ready: &Ready, person: &str) -> Result<Vec<LedgerEntry>> {
    let removable = |entry: &LedgerEntry| {
        let kind = ready.manifest().kind(&entry.item.kind);
        kind.is_some_and(|kind| kind.removal && kind.direction == Direction::Outbound)
    };
    let mut entries = Vec::new();
    ready.task.store.each_entry(&ready.name.task, &mut |entry| {
        if entry.about.as_ref().is_some_and(|about| about.id == person) && removable(&entry) {
            entries.push(entry);
        }
    })?;
    Ok(entries)
}

/// How the audit speaks of the person whom all of these are about.
fn key(ready: &Ready, entries: &[LedgerEntry]) -> Result<String> {
    let who = entries.iter().find_map(|entry| entry.about.as_ref());
    let who = who.ok_or_else(|| Error::internal("what is removed is about nobody"))?;
    stores::person_key(&ready.task.store, who)
}

fn nothing(task: &TaskRef, person: &str) -> Error {
    Error::config(format!("{task} has nothing of `{person}` that it could remove"))
        .message(Message::new("remove-nothing").with("task", task).with("person", person))
        .hint(format!("exchange by-class {task}"))
}

/// Shows what is removed; the person's number is typed once more.
fn confirm(app: &App, ready: &Ready, entries: &[LedgerEntry], args: &Remove) -> Result<()> {
    let typed = match &args.confirm {
        Some(typed) => typed.clone(),
        None => {
            for entry in entries {
                app.output.line(title(app, ready, entry))?;
            }
            terminal::prompt(&app.text(Message::new("remove-confirm").with("person", &args.person)))?;
            terminal::read_line_now()?
        }
    };
    if typed.trim() == args.person {
        return Ok(());
    }
    Err(Error::config("what was typed is not whose things are to be removed")
        .message(Message::new("erase-other").with("id", &args.person)))
}

fn title(app: &App, ready: &Ready, entry: &LedgerEntry) -> String {
    let kind = run_report::kind_title(ready.manifest(), &entry.item.kind, &app.catalogue);
    let name = entry.about.as_ref().and_then(|about| name_of(&*ready.task.store, about));
    format!("{kind}: {}", name.unwrap_or_else(|| entry.item.key.to_string()))
}

fn told(app: &App, ready: &Ready, entry: LedgerEntry, outcome: Outcome) -> String {
    let title = title(app, ready, &entry);
    if outcome == Outcome::Removed {
        return app.text(Message::new("remove-done").with("what", title));
    }
    let LedgerEntry { item, group, about, .. } = entry;
    let row = OutcomeRow { item, group, about, outcome, action: None, remarks: Vec::new() };
    let (reason, advice) = words::reason_and_advice(&ready.catalogue, &ready.manifest().id, &row);
    let text = app.text(Message::new("remove-not-done").with("what", title).with("reason", reason));
    format!("{text} {advice}").trim_end().to_owned()
}
