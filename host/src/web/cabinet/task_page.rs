//! A task's page: how it stands, what one can do now, what it did.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::history::{Chart, is_held, usual};
use super::school::{ended, next, path_of, reason, title, up};
use super::shell::{Notice, Shell, State as Told, shown};
use super::signed::{busy, fault};
use super::task::AtTask;
use super::ways::{self, Ways};
use crate::daemon::cabinet::{School, TaskLine};
use crate::daemon::orders::UnderWay;
use crate::daemon::page::{Anchor, Mark};
use crate::daemon::told::local_time;
use crate::model::{Message, RunSummary};
use crate::report::words;
use crate::web::language::Spoken;
use crate::web::{Face, params, strays};

/// A run in a list.
struct RunLine {
    address: String,
    title: String,
    state: Told,
    counts: String,
}

#[derive(Template)]
#[template(path = "cabinet/task.html")]
struct TaskPage {
    shell: Shell,
    up: Anchor,
    path: String,
    /// Proof that a form is ours; nothing for whoever only looks.
    step: Option<String>,
    notice: Option<Notice>,
    state: Told,
    said: Vec<String>,
    /// A run goes on or is to.
    goes_on: bool,
    /// A plan waits for approval.
    held: bool,
    enabled: bool,
    last: String,
    next: String,
    name: String,
    chart: Option<Chart>,
    runs: Vec<RunLine>,
    ways: Ways,
}

/// `GET /~school/SCHOOL/TASK`: how a task stands, and what it did.
pub(super) async fn task(
    State(face): State<Arc<Face>>,
    at: AtTask,
    spoken: Spoken,
    RawQuery(query): RawQuery,
) -> Response {
    let (now, id) = (face.cabinet.now(), at.task.id.clone());
    let read = at.school.read(move |school, store| {
        let line = school.task(store, &id, now)?;
        line.map(|line| Ok(Read { on: ways::read(store, &line)?, runs: school.runs(store, &id)?, line }))
            .transpose()
    });
    let read = match read.await {
        Ok(Some(read)) => read,
        Ok(None) => return strays::nowhere(&face, &spoken).into_response(),
        Err(error) => return fault(&face, &spoken, &error),
    };
    let Ok(under_way) = face.cabinet.under_way(&at.name()).await else { return busy(&face, &spoken) };
    let goes_on =
        matches!(under_way, Some(UnderWay::Waits { .. } | UnderWay::Runs { .. } | UnderWay::Elsewhere(_)));
    let query = params(query.unwrap_or_default().as_bytes());
    let switched = query.iter().any(|param| param.name == "switched");
    shown(StatusCode::OK, &page(&face, &spoken, &at, &read, goes_on, switched))
}

/// What is read of a task for its page.
struct Read {
    line: TaskLine,
    runs: Vec<RunSummary>,
    on: ways::Read,
}

fn page(
    face: &Face,
    spoken: &Spoken,
    at: &AtTask,
    Read { line, runs, on }: &Read,
    goes_on: bool,
    switched: bool,
) -> TaskPage {
    let shell = at.shell(face, spoken, "cabinet");
    let shell = {
        let title = title(&shell, line);
        shell.called(&title).helped("cabinet-task").and_help(own_help(spoken, line))
    };
    let school = &at.school;
    let time = |at| local_time(at, &school.config);
    let held = line.standing.last.as_ref().is_some_and(is_held);
    TaskPage {
        up: up(school),
        path: at.path(),
        step: at.step(),
        notice: switched.then(|| switched_notice(&shell, line.task.enabled)),
        state: Told::of_task(&shell, line),
        said: said(face, &shell, (line, runs), held),
        goes_on,
        held,
        enabled: line.task.enabled,
        last: ended(line).map_or_else(|| shell.word("cabinet-never"), time),
        next: line.next.map_or_else(|| next(&shell, school, line), time),
        name: at.name().to_string(),
        chart: Chart::of(&shell, &school.config, runs),
        runs: runs.iter().map(|run| of_run(&shell, school, run)).collect(),
        ways: ways::of(&shell, &at.person, school, line, on),
        shell,
    }
}

/// What the task's connector says of itself.
fn own_help<'l>(spoken: &Spoken, line: &'l TaskLine) -> &'l str {
    line.package.as_ref().map_or("", |package| spoken.language().of(&package.manifest.help))
}

fn switched_notice(shell: &Shell, enabled: bool) -> Notice {
    let code = if enabled { "cabinet-switched-on" } else { "cabinet-switched-off" };
    Notice::of(shell, Mark::Good, code)
}

/// Why it did not go well, what is usual instead.
fn said(face: &Face, shell: &Shell, (line, runs): (&TaskLine, &[RunSummary]), held: bool) -> Vec<String> {
    let last = line.standing.last.as_ref();
    let why = last.and_then(|run| reason(face, shell, line.package.as_deref(), run));
    let usual = usual(runs).filter(|_| held);
    let usual = usual.map(|n| shell.text(Message::new("cabinet-held-usual").with("n", n)));
    [why, usual].into_iter().flatten().collect()
}

fn of_run(shell: &Shell, school: &School, run: &RunSummary) -> RunLine {
    RunLine {
        address: format!("{}/{}", path_of(school, &run.task.task), run.id.number),
        title: local_time(run.started, &school.config),
        state: Told::of(shell, Some(run.status)),
        counts: format!("{}: {}", run.id, words::counts(&shell.texts, &run.counts)),
    }
}
