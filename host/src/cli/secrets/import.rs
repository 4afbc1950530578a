//! `exchange secret import`: a district hands over the secrets and settings of many schools in one table (S1).
//!
//! Everything is looked at before anything is stored. A school's secrets are sealed in its own store, under the name of
//! its task; its settings go into its file. Values are told to nobody: neither at the terminal nor in logs nor in the
//! audit, nor where the table has them in the wrong column.

mod columns;
mod judge;
mod put;
mod shown;

use serde_json::{Map, Value};

use self::judge::Judged;
use self::put::{Done, State};
use crate::capability::Secret;
use crate::cli::app::App;
use crate::cli::args::SecretImport;
use crate::cli::{progress, terminal};
use crate::error::{Error, Result};
use crate::model::TaskRef;
use crate::model::setup::SchoolConfig;
use crate::records;

/// What a row of the table hands over; sound as far as can be told before it is stored.
struct Handover {
    row: u64,
    school: SchoolConfig,
    task: TaskRef,
    secrets: Vec<(String, Secret)>,
    settings: Map<String, Value>,
}

/// Imports a table. Exit code 2 when nothing is stored because of faults, 3 when rows were left out, 5 when a school was
/// busy all the time.
pub(in crate::cli) fn import(app: &App, args: &SecretImport) -> Result<u8> {
    let wait = terminal::duration(&args.wait)?;
    let table = records::sheet(&args.file, columns::is_school).map_err(|problem| refused(app, &problem))?;
    let Judged { good, problems } = judge::judge(app, args, table)?;
    if args.dry_run || (!problems.is_empty() && !args.partly) {
        let done = good.iter().map(Done::untouched).collect();
        return shown::show(app, args, done, &problems);
    }
    let bar = progress::bar(app, good.len() as u64);
    bar.set_message(app.word("phase-handover"));
    let done = put::all(app, good, wait, || bar.inc(1));
    bar.finish_and_clear();
    shown::show(app, args, done, &problems)
}

/// A table that cannot be read at all.
fn refused(app: &App, problem: &records::Problem) -> Error {
    Error::config(format!("{} cannot be read", problem.file))
        .message(problem.message.clone())
        .hint(app.catalogue.text(&problem.fix))
}
