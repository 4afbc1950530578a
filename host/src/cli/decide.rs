//! `exchange decide`, `approve`: what waits for a person, and the answers.

use serde::Serialize;

use super::app::{App, name_of, now};
use super::names::Place;
use super::status::connector_text;
use super::stores::{self, About};
use crate::daemon::answers::{self, Answered, Given};
use crate::daemon::links::Links;
use crate::error::{Error, Result};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Message, TaskRef, visible};
use crate::store::{Answer, Decision, DecisionStore, Question, SchoolDb};

#[derive(Serialize)]
struct Row {
    number: u64,
    task: String,
    question: Question,
    kind: String,
    key: String,
    group: Option<String>,
    name: Option<String>,
    candidates: Vec<CandidateRow>,
}

#[derive(Serialize)]
struct CandidateRow {
    handle: String,
    evidence: Vec<String>,
    link: Option<String>,
}

/// Lists open questions. Exit code 4 while there are some.
pub(super) fn list(app: &App, place: Option<&Place>) -> Result<u8> {
    let mut rows = Vec::new();
    for (school, task) in app.tasks(place)? {
        let store = app.store(&school)?;
        for decision in store.decisions(Some(&task.id), true)? {
            rows.push(row(app, &school, &task, &store, decision));
        }
    }
    let code = if rows.is_empty() { 0 } else { 4 };
    if app.output.json {
        return app.output.print_json(&rows).map(|()| code);
    }
    if rows.is_empty() {
        app.output.line(app.word("decide-none"))?;
    }
    rows.iter().try_for_each(|row| print(app, row)).map(|()| code)
}

fn row(app: &App, school: &SchoolConfig, task: &TaskConfig, store: &SchoolDb, decision: Decision) -> Row {
    let candidates = decision
        .ask
        .candidates
        .iter()
        .map(|candidate| CandidateRow {
            handle: candidate.handle.clone(),
            evidence: candidate.evidence.iter().map(|message| connector_text(app, task, message)).collect(),
            link: candidate.link.as_ref().and_then(|link| Links::of(&app.host, task).address(link)),
        })
        .collect();
    Row {
        number: decision.number,
        question: decision.ask.question,
        task: format!("{}/{}", school.id, task.id),
        kind: decision.ask.item.kind.to_string(),
        key: decision.ask.item.key.to_string(),
        group: decision.ask.group.clone(),
        name: decision.ask.about.as_ref().and_then(|about| name_of(store, about)),
        candidates,
    }
}

fn print(app: &App, row: &Row) -> Result<()> {
    let name = row.name.as_deref().unwrap_or(&row.key);
    let (question, how) = match row.question {
        Question::Arrived => ("decide-arrived", "decide-arrived-how"),
        Question::Which | Question::Shared => ("decide-question", "decide-how"),
    };
    let question = Message::new(question)
        .with("number", row.number)
        .with("task", &row.task)
        .with("name", name)
        .with("group", row.group.as_deref().unwrap_or("—"));
    app.output.line(app.text(question))?;
    for candidate in &row.candidates {
        let link = candidate.link.as_deref().unwrap_or_default();
        let handle = visible(&candidate.handle);
        app.output.line(format!("    {handle}  {}  {link}", candidate.evidence.join("; ")))?;
    }
    let (task, number) = (&row.task, row.number);
    app.output.line(app.text(Message::new(how).with("task", task).with("number", number)))
}

/// Answers one.
pub(super) fn answer(app: &App, place: Option<&Place>, number: u64, answer: &Answer) -> Result<u8> {
    let Some(Place::Task(task)) = place else {
        return Err(Error::config("name the task").hint(format!("exchange decide SCHOOL/TASK {number} …")));
    };
    let (school, _) = app.task(task)?;
    let (store, shared) = (app.store(&school)?, app.process()?.store()?);
    let lane = stores::lane(&store, "decide")?;
    let entry = stores::entry(app, "decide", About::from(task).with(number));
    let given = Given { number, answer: answer.clone(), read: None };
    match answers::answer(&store, &shared, &lane, (&task.task, &given), &entry)? {
        Answered::Written => app
            .output
            .line(app.text(Message::new("decide-done").with("task", task).with("number", number)))
            .map(|()| 0),
        Answered::Unfit(decision) => Err(unfit(&decision, answer)),
        Answered::Gone | Answered::Before | Answered::Changed => {
            Err(Error::config(format!("there is no open question {number}"))
                .hint(format!("exchange decide {task}")))
        }
    }
}

/// "The same" names something that was not asked about, or nothing.
fn unfit(decision: &Decision, answer: &Answer) -> Error {
    let Answer::Adopt(handle) = answer else { return Error::internal("an answer that fits does not fit") };
    if handle.is_empty() {
        return Error::config("`--sent` answers the question whether something arrived")
            .hint("here: --same HANDLE, --different or --skip");
    }
    let handles: Vec<&str> =
        decision.ask.candidates.iter().map(|candidate| candidate.handle.as_str()).collect();
    Error::config(format!("`{handle}` is none of the candidates"))
        .hint(format!("they are: {}", handles.join(", ")))
}

/// Approves a plan that is held.
pub(super) fn approve(app: &App, task: &TaskRef, hash: &str) -> Result<u8> {
    let (school, _) = app.task(task)?;
    let store = app.store(&school)?;
    let lane = stores::lane(&store, "approve")?;
    store.approve(lane.fence(), &task.task, hash, &stores::operator(), now())?;
    stores::audit(app, "approve", About::from(task).with(hash))?;
    app.output.line(app.text(Message::new("approved").with("task", task).with("hash", hash))).map(|()| 0)
}
