//! What an import came to: names and numbers, never values.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Done, State};
use crate::cli::app::App;
use crate::cli::args::SecretImport;
use crate::cli::output::{Tone, print_error};
use crate::cli::problems::{self, ProblemJson, SHOWN};
use crate::error::Result;
use crate::model::Message;
use crate::records::Problem;

#[derive(Serialize)]
struct Told {
    dry_run: bool,
    /// Schools by what became of them.
    totals: BTreeMap<&'static str, u64>,
    schools: Vec<School>,
    problems: Vec<ProblemJson>,
}

#[derive(Serialize)]
struct School {
    row: u64,
    school: String,
    task: String,
    state: &'static str,
    /// What was stored, or would be.
    secrets: Vec<String>,
    settings: Vec<String>,
    /// Why it could not be stored.
    reason: Option<String>,
}

impl State {
    fn word(&self) -> &'static str {
        match self {
            Self::Untouched => "untouched",
            Self::Stored => "stored",
            Self::Unchanged => "unchanged",
            Self::Busy => "busy",
            Self::Failed(_) => "failed",
        }
    }
}

/// Tells it; answers the exit code.
pub(super) fn show(app: &App, args: &SecretImport, done: Vec<Done>, problems: &[Problem]) -> Result<u8> {
    let code = exit_code(args, &done, problems);
    let mut totals: BTreeMap<&'static str, u64> = BTreeMap::new();
    done.iter().for_each(|done| *totals.entry(done.state.word()).or_default() += 1);
    if app.output.json {
        let problems = problems.iter().map(|problem| ProblemJson::of(app, problem)).collect();
        let schools = done.into_iter().map(|done| school(app, done)).collect();
        return app
            .output
            .print_json(&Told { dry_run: args.dry_run, totals, schools, problems })
            .map(|()| code);
    }
    if !problems.is_empty() {
        problems::print(app, problems)?;
        let further = problems.len().saturating_sub(SHOWN);
        if further > 0 {
            app.output.line(app.text(Message::new("handover-more").with("n", further)))?;
        }
        if !args.partly {
            app.output.line(app.output.tone(Tone::Bad, &app.word("handover-nothing-stored")))?;
        }
    }
    print_schools(app, args, &done, &totals)?;
    Ok(code)
}

fn print_schools(app: &App, args: &SecretImport, done: &[Done], totals: &BTreeMap<&str, u64>) -> Result<()> {
    for (state, n) in totals.iter().filter(|(state, _)| **state != "untouched" || args.dry_run) {
        app.output.line(app.text(Message::new(format!("handover-{state}")).with("n", n)))?;
    }
    let mut names: BTreeMap<&str, u64> = BTreeMap::new();
    let stored = done.iter().filter(|done| match done.state {
        State::Stored => true,
        State::Untouched => args.dry_run,
        State::Unchanged | State::Busy | State::Failed(_) => false,
    });
    for name in stored.flat_map(|done| done.secrets.iter().chain(&done.settings)) {
        *names.entry(name).or_default() += 1;
    }
    for (name, n) in names {
        app.output
            .line(format!("  {}", app.text(Message::new("handover-name").with("name", name).with("n", n))))?;
    }
    for one in done {
        match &one.state {
            State::Busy => {
                let message = Message::new("handover-busy-school").with("school", &one.task.school);
                app.output.line(app.output.tone(Tone::Warn, &app.text(message)))?;
            }
            State::Failed(error) => {
                let message = Message::new("handover-failed-school").with("school", &one.task.school);
                app.output.line(app.output.tone(Tone::Bad, &app.text(message)))?;
                print_error(error, &app.catalogue);
            }
            State::Untouched | State::Stored | State::Unchanged => {}
        }
    }
    Ok(())
}

fn school(app: &App, done: Done) -> School {
    let reason = match &done.state {
        State::Failed(error) => Some(app.told(error)),
        _ => None,
    };
    School {
        row: done.row,
        school: done.task.school.to_string(),
        task: done.task.task.to_string(),
        state: done.state.word(),
        secrets: done.secrets,
        settings: done.settings,
        reason,
    }
}

fn exit_code(args: &SecretImport, done: &[Done], problems: &[Problem]) -> u8 {
    let any = |is: fn(&State) -> bool| done.iter().any(|done| is(&done.state));
    match () {
        () if !problems.is_empty() && !args.partly => 2,
        () if any(|state| matches!(state, State::Failed(_))) => 1,
        () if any(|state| matches!(state, State::Busy)) => 5,
        () if !problems.is_empty() => 3,
        () => 0,
    }
}
