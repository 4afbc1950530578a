//! The request journal of a run at the terminal: what was asked of which remote system, and, by leave, the bodies.

use serde::Serialize;

use super::app::{App, local_time, now};
use super::stores::{self, About};
use crate::error::{Error, Result};
use crate::model::setup::SchoolConfig;
use crate::model::{Message, RunId, visible};
use crate::store::{Bodies, DebugStore, RequestRow, RunStore, SchoolDb};

/// One line of the journal as `--json` gives it.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    row: RequestRow,
    /// What was sent, or its beginning; only with `--bodies`, and only while it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_body: Option<String>,
    /// What was answered, or its beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    response_body: Option<String>,
}

/// The journal of a run. Looking at bodies goes to the audit.
///
/// # Errors
/// Bodies are asked for and none are kept: the error says how leave is given.
pub(super) fn read(app: &App, store: &SchoolDb, run: &RunId, bodies: bool) -> Result<Vec<Shown>> {
    let rows = store.requests(run.number)?;
    let kept = if bodies { kept(app, store, run)? } else { Vec::new() };
    let mut kept = kept.into_iter().peekable();
    let shown = rows.into_iter().zip(0u64..).map(|(row, place)| {
        let of_row = kept.next_if(|bodies| bodies.place == place);
        let (request_body, response_body) = of_row.map(texts).unzip();
        Shown { row, request_body, response_body }
    });
    Ok(shown.collect())
}

fn kept(app: &App, store: &SchoolDb, run: &RunId) -> Result<Vec<Bodies>> {
    let kept = store.bodies(run.number, now())?;
    if kept.is_empty() {
        let task = store.run(run.number)?.map(|run| run.task.to_string()).unwrap_or_default();
        return Err(Error::config(format!("no bodies of {run} are kept"))
            .message(Message::new("debug-no-bodies").with("run", run))
            .hint(format!("exchange debug grant {task} --for 2h --reason \"…\"")));
    }
    stores::audit(app, "debug-read", About::from(&run.school).with(run))?;
    Ok(kept)
}

fn texts(bodies: Bodies) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&bodies.sent), text(&bodies.received))
}

/// A table, and below it the bodies.
pub(super) fn print(app: &App, school: &SchoolConfig, shown: &[Shown]) -> Result<()> {
    let headings = ["when", "system", "request", "answer", "bytes", "attempt", "time"];
    let headings = headings.map(|word| app.word(&format!("requests-{word}")));
    let cells: Vec<Vec<String>> = shown.iter().map(|shown| line(app, school, &shown.row)).collect();
    app.output.table(&headings, &cells)?;
    for (number, shown) in shown.iter().enumerate() {
        body(app, number + 1, "requests-sent", shown.request_body.as_deref())?;
        body(app, number + 1, "requests-received", shown.response_body.as_deref())?;
    }
    Ok(())
}

fn line(app: &App, school: &SchoolConfig, row: &RequestRow) -> Vec<String> {
    let path = if row.path.is_empty() { &row.operation } else { &row.path };
    let answer = match (row.status, &row.error) {
        (Some(status), None) => status.to_string(),
        (Some(status), Some(error)) => format!("{status}, {}", app.word(&format!("requests-{error}"))),
        (None, Some(error)) => app.word(&format!("requests-{error}")),
        (None, None) => String::new(),
    };
    vec![
        local_time(row.at, school),
        row.upstream.clone(),
        format!("{} {path}", row.method),
        answer,
        format!("{} / {}", row.sent, row.received),
        row.attempt.to_string(),
        app.text(Message::new("requests-ms").with("n", row.ms)),
    ]
}

/// A body line by line, none of which can steer the terminal.
fn body(app: &App, number: usize, heading: &str, body: Option<&str>) -> Result<()> {
    let Some(body) = body.filter(|body| !body.is_empty()) else { return Ok(()) };
    app.output.line("")?;
    app.output.line(app.text(Message::new(heading).with("n", number)))?;
    body.lines().try_for_each(|line| app.output.line(visible(line)))
}
