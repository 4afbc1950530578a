//! `exchange undo`: puts back what a run changed in the school's records. Shown first, asked back, with a reason, and in
//! the audit.

use serde::Serialize;

use super::app::{App, name_of};
use super::args::Undo;
use super::plan::content::{self, ContentJson};
use super::ready::Ready;
use super::show;
use super::stores::{self, About};
use super::terminal;
use crate::error::{Error, Result};
use crate::model::{Message, RunId, RunSummary};
use crate::reconcile::{Since, Undone};

/// Exit code where a record was not put back.
const NOT_ALL: u8 = 3;

#[derive(Serialize)]
struct UndoJson<'a> {
    run: String,
    task: String,
    dry_run: bool,
    put_back: usize,
    left: usize,
    records: Vec<RecordJson<'a>>,
}

#[derive(Serialize)]
struct RecordJson<'a> {
    record: &'static str,
    id: &'a str,
    put_back: bool,
    reason: Option<String>,
    content: Vec<ContentJson<'a>>,
}

/// Undoes a run. Exit code 3 where something was changed since and stays.
pub(super) fn undo(app: &App, args: &Undo) -> Result<u8> {
    let (_, run) = show::find(app, &args.run)?;
    let ready = Ready::open(app, &run.task)?;
    let planned = ready.task.undo(None, args.run.number)?;
    if planned.is_empty() {
        return Err(nothing(&args.run));
    }
    if args.dry_run {
        return told(app, &ready, &run, &planned, true);
    }
    confirm(app, &ready, &planned, args)?;
    let about = |rest: String| About::from(&run.task).with(format!("run {}: {rest}", run.id));
    stores::audit(app, "undo-begin", about(args.reason.clone().unwrap_or_default()))?;
    let lane = stores::lane(&ready.task.store, "undo")?;
    let undone = ready.task.undo(Some(&lane), args.run.number)?;
    drop(lane);
    stores::audit(app, "undo", about(format!("{} of {}", put_back(&undone), undone.len())))?;
    told(app, &ready, &run, &undone, false)
}

fn put_back(undone: &[Undone]) -> usize {
    undone.iter().filter(|record| record.since.is_none()).count()
}

fn nothing(run: &RunId) -> Error {
    Error::config(format!("run {run} has changed nothing in the school's records that is still known"))
        .message(Message::new("undo-nothing").with("run", run))
        .hint(format!("exchange show {run}"))
}

/// Shows what goes back; the run's name is typed once more.
fn confirm(app: &App, ready: &Ready, planned: &[Undone], args: &Undo) -> Result<()> {
    let run = args.run.to_string();
    let typed = match &args.confirm {
        Some(typed) => typed.clone(),
        None if app.output.json => {
            return Err(
                Error::config("nobody can be asked back in `--json`").hint(format!("--confirm {run}"))
            );
        }
        None => {
            planned.iter().try_for_each(|record| print(app, ready, &args.run, record))?;
            terminal::prompt(&app.text(Message::new("undo-confirm").with("run", &run)))?;
            terminal::read_line_now()?
        }
    };
    if typed.trim() == run {
        return Ok(());
    }
    Err(Error::config("what was typed is not the run that is to be undone")
        .message(Message::new("erase-other").with("id", &run)))
}

fn told(app: &App, ready: &Ready, run: &RunSummary, undone: &[Undone], dry_run: bool) -> Result<u8> {
    let done = put_back(undone);
    let left = undone.len() - done;
    let code = if left == 0 { 0 } else { NOT_ALL };
    if app.output.json {
        let records = undone.iter().map(|record| as_json(app, &run.id, record)).collect();
        let (run, task) = (run.id.to_string(), run.task.to_string());
        return app
            .output
            .print_json(&UndoJson { run, task, dry_run, put_back: done, left, records })
            .map(|()| code);
    }
    undone.iter().try_for_each(|record| print(app, ready, &run.id, record))?;
    let text = if dry_run { "undo-would" } else { "undo-done" };
    app.output.line(app.text(Message::new(text).with("n", done).with("left", left)))?;
    if !dry_run {
        app.output.line(app.word("undo-stays"))?;
    }
    Ok(code)
}

fn as_json<'a>(app: &App, run: &RunId, record: &'a Undone) -> RecordJson<'a> {
    RecordJson {
        record: record.record_type.name(),
        id: &record.id,
        put_back: record.since.is_none(),
        reason: record.since.map(|since| reason(app, run, since)),
        content: content::as_json(&record.content),
    }
}

fn print(app: &App, ready: &Ready, run: &RunId, record: &Undone) -> Result<()> {
    let name = record.about.as_ref().and_then(|about| name_of(&*ready.task.store, about));
    let title = name.unwrap_or_else(|| record.id.clone());
    let what = app.word(&format!("record-{}", record.record_type));
    let reason = record.since.map(|since| format!(" · {}", reason(app, run, since))).unwrap_or_default();
    app.output.line(format!("  {what}: {title}{reason}"))?;
    content::show_fields(app, &record.content)
}

/// Why a record is not put back; `run`: the one that is undone, of the same school.
fn reason(app: &App, run: &RunId, since: Since) -> String {
    match since {
        Since::Run(number) => {
            let run = RunId { number, ..run.clone() };
            app.text(Message::new("undo-since-run").with("run", run))
        }
        Since::Import => app.word("undo-since-import"),
    }
}
