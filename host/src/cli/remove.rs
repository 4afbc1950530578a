//! `exchange remove`: takes away on the other side what a task has there of a person, because somebody says so: an
//! account's link above all. Asked back, with a reason, and in the audit.

use super::app::{App, name_of};
use super::args::Remove;
use super::ready::Ready;
use super::{stores, terminal};
use crate::daemon::removal;
use crate::error::{Error, Result};
use crate::model::{LedgerEntry, Message, Outcome, OutcomeRow, TaskRef};
use crate::report::{Called, run_report, words};

/// Exit code where something is still there.
const NOT_ALL: u8 = 3;

/// Removes what the task has of a person.
pub(super) async fn remove(app: &App, args: &Remove) -> Result<u8> {
    let name = &args.task.0;
    let ready = Ready::open(app, name)?;
    let entries = removal::of_person(&ready.task.store, ready.manifest(), &name.task, &args.person)?;
    if entries.is_empty() {
        return Err(nothing(name, &args.person));
    }
    confirm(app, &ready, &entries, args)?;
    let (shared, entry) = (app.process()?.store()?, stores::entry(app, "remove", name));
    let removed = removal::remove(&ready.task, &shared, entries, &args.reason, &entry).await?;
    let all = removed.iter().all(|(_, outcome)| *outcome == Outcome::Removed);
    for (entry, outcome) in removed {
        app.output.line(told(app, &ready, entry, outcome))?;
    }
    Ok(if all { 0 } else { NOT_ALL })
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
    let (reason, advice) =
        words::reason_and_advice(&ready.catalogue, &ready.manifest().id, &row, &Called::default());
    let text = app.text(Message::new("remove-not-done").with("what", title).with("reason", reason));
    format!("{text} {advice}").trim_end().to_owned()
}
