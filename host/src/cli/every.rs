//! `exchange run --all`: every enabled task of every school, one line per run, and what they came to together.
//!
//! A school whose file or data cannot be read is told in its line and costs the others nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::app::App;
use super::output::{Tone, print_error};
use super::{connectors, status, stores};
use crate::config;
use crate::daemon::round::{Ended, Ran, Visit, round};
use crate::daemon::runtime::interruptible;
use crate::error::Result;
use crate::model::setup::TaskConfig;
use crate::model::{Message, RunCounts, SchoolId, TaskRef};
use crate::reconcile::Cancel;
use crate::report::{Catalogue, words};

/// Exit codes of single runs, gravest first: the gravest one is that of the whole.
const GRAVEST_FIRST: [u8; 6] = [1, 2, 4, 3, 5, 0];

/// In place of a status where nothing was run.
const NOT_RUN: &str = "not-run";

/// Runs them, the tasks of `at_once` schools at a time. The exit code is the gravest one of all.
pub(super) async fn run(app: &App, at_once: usize) -> Result<u8> {
    let files = config::school_files(&app.host)?;
    stores::audit(app, "run-all", "")?;
    let visits = files.into_iter().filter_map(|(id, _)| visit(app, id).transpose());
    let (host, cancel, mut told) = (app.process()?, Cancel::default(), Told::new(app)?);
    interruptible(&cancel, round(&host, visits, at_once, &cancel, |ran| told.ran(ran))).await?;
    told.end(cancel.is_cancelled())
}

/// A school's enabled tasks; nothing where it has none.
fn visit(app: &App, id: SchoolId) -> std::result::Result<Option<Visit>, Box<Ran>> {
    let school = app.school(&id).map_err(|error| Box::new(Ran::not_visited(id, error)))?;
    let runnable = |task: &TaskConfig| {
        let name = TaskRef { school: school.id.clone(), task: task.id.clone() };
        connectors::runnable(app, &name, &task.connector)
    };
    let enabled = school.tasks.iter().filter(|task| task.enabled);
    let tasks: Vec<_> = enabled.map(|task| (task.clone(), runnable(task))).collect();
    Ok((!tasks.is_empty()).then(|| Visit { school: Arc::new(school), tasks }))
}

/// What is told of one run.
#[derive(Serialize)]
struct Row {
    task: String,
    run: Option<String>,
    status: String,
    title: String,
    reason: Option<String>,
    counts: Option<RunCounts>,
    quiet: bool,
    waited_ms: u128,
    ms: u128,
}

/// What is told of all.
#[derive(Serialize)]
struct Together {
    totals: BTreeMap<String, u64>,
    runs: Vec<Row>,
}

/// What was told so far.
struct Told<'a> {
    app: &'a App,
    catalogue: Catalogue,
    together: Together,
    /// Titles of the statuses that occurred.
    titles: BTreeMap<String, String>,
    code: u8,
    printed: Result<()>,
}

impl<'a> Told<'a> {
    fn new(app: &'a App) -> Result<Self> {
        let mut catalogue = Catalogue::new(app.catalogue.language());
        let packages = connectors::ids(app)?.into_iter().filter_map(|id| app.package(&id).ok());
        packages.for_each(|package| catalogue.add_connector(&package.manifest));
        let together = Together { totals: BTreeMap::new(), runs: Vec::new() };
        Ok(Self { app, catalogue, together, titles: BTreeMap::new(), code: 0, printed: Ok(()) })
    }

    fn ran(&mut self, ran: Ran) {
        let row = self.row(&ran);
        let (tone, code) = match &ran.ended {
            Ok(ended) => (status::tone(ended.status), ended.status.exit_code()),
            Err(error) => (Tone::Bad, error.exit_code()),
        };
        self.code = graver(self.code, code);
        *self.together.totals.entry(row.status.clone()).or_default() += 1;
        self.titles.entry(row.status.clone()).or_insert_with(|| row.title.clone());
        if self.app.output.json {
            return self.together.runs.push(row);
        }
        let printed = self.print(&row, tone);
        if let Err(error) = &ran.ended {
            print_error(error, &self.app.catalogue);
        }
        // A terminal that is gone is told at the end: the runs go on.
        self.printed = std::mem::replace(&mut self.printed, Ok(())).and(printed);
    }

    fn row(&self, ran: &Ran) -> Row {
        let of_task = ran.task.as_ref().map_or_else(String::new, |task| format!("/{task}"));
        let row = Row {
            task: format!("{}{of_task}", ran.school),
            run: None,
            status: NOT_RUN.to_owned(),
            title: self.app.word("every-not-run"),
            reason: None,
            counts: None,
            quiet: false,
            waited_ms: ran.waited.as_millis(),
            ms: ran.took.as_millis(),
        };
        match &ran.ended {
            Ok(ended) => self.ended(row, ended),
            Err(error) => Row { reason: Some(self.app.told(error)), ..row },
        }
    }

    fn ended(&self, row: Row, ended: &Ended) -> Row {
        let reason = ended.reason.as_ref().map(|reason| self.catalogue.of(&ended.connector, reason));
        Row {
            run: ended.run.as_ref().map(ToString::to_string),
            status: ended.status.to_string(),
            title: words::status(&self.catalogue, Some(ended.status)),
            reason,
            counts: Some(ended.counts),
            quiet: ended.quiet,
            ..row
        }
    }

    fn print(&self, row: &Row, tone: Tone) -> Result<()> {
        let title = self.app.output.tone(tone, &row.title);
        // Why nothing was run is told at length, on standard error.
        let reason = row.reason.clone().filter(|_| row.run.is_some());
        let counts = row.counts.as_ref().map(|counts| words::counts(&self.catalogue, counts));
        let parts = [Some(row.task.clone()), row.run.clone(), Some(title), reason, counts];
        self.app.output.line(parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    }

    /// What they came to together.
    fn end(self, interrupted: bool) -> Result<u8> {
        self.printed?;
        let code = if interrupted { graver(self.code, 1) } else { self.code };
        let (app, totals) = (self.app, &self.together.totals);
        if app.output.json {
            return app.output.print_json(&self.together).map(|()| code);
        }
        let all: u64 = totals.values().sum();
        let parts: Vec<String> =
            totals.iter().map(|(status, n)| format!("{} {n}", self.titles[status])).collect();
        let total = Message::new("every-total").with("n", all).with("parts", parts.join(", "));
        app.output.line(if all == 0 { app.word("every-none") } else { app.text(total) })?;
        if interrupted {
            app.output.line(app.word("every-interrupted"))?;
        }
        Ok(code)
    }
}

fn graver(one: u8, other: u8) -> u8 {
    GRAVEST_FIRST.into_iter().find(|code| *code == one || *code == other).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_code_is_that_of_the_whole() {
        let whole = |codes: &[u8]| codes.iter().copied().fold(0, graver);
        assert_eq!(whole(&[]), 0);
        assert_eq!(whole(&[0, 3, 0]), 3);
        assert_eq!(whole(&[3, 4, 0]), 4);
        assert_eq!(whole(&[4, 2, 3]), 2);
        assert_eq!(whole(&[2, 1, 4]), 1);
    }
}
