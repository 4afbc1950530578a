//! Taking away there what a task has of a person, an account's link above all: shown first, with a reason, and the person's
//! number typed once more.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use url::form_urlencoded::byte_serialize;

use super::deed::Deed;
use super::reading::{Of, of_task};
use super::school::{AtSchool, path_of, up_to};
use super::shell::{Notice, Shell, shown};
use super::signed::{busy, fault, value};
use crate::daemon::cabinet::{Person, School, TaskLine};
use crate::daemon::page::{Anchor, Mark};
use crate::daemon::removal;
use crate::daemon::told::name_of;
use crate::error::{Error, Result};
use crate::model::manifest::Manifest;
use crate::model::{LedgerEntry, Message, Outcome, OutcomeRow, Param, TaskId};
use crate::report::{Called, Catalogue, run_report, words};
use crate::web::language::Spoken;
use crate::web::{Face, params, see, strays};

/// Something that would be taken away, or that stayed.
struct Thing {
    kind: String,
    name: String,
    /// Why it is still there, and what to do.
    why: String,
}

#[derive(Template)]
#[template(path = "cabinet/removing.html")]
struct Removing {
    shell: Shell,
    who: Person,
    up: Anchor,
    here: String,
    notice: Option<Notice>,
    /// The person's number.
    person: String,
    things: Vec<Thing>,
    /// Who may, and where the task may write at all.
    may: bool,
    acts: bool,
}

/// `GET /~school/SCHOOL/TASK/~remove?person=PERSON`: what would be taken away.
pub(super) async fn page(
    State(face): State<Arc<Face>>,
    AtSchool { person: who, school }: AtSchool,
    spoken: Spoken,
    Path((_, task)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let (task, query) = (TaskId::from(task), params(query.unwrap_or_default().as_bytes()));
    let person = value(&query, "person").to_owned();
    let of = person.clone();
    let read = of_task(&face, &school, &spoken, &task, move |reading| things(reading, &of)).await;
    let (line, things) = match read {
        Ok(read) => read,
        Err(page) => return page,
    };
    let shell = Shell::new(&face, &spoken, Some(&who), "removal");
    let notice = told(&shell, &query);
    shown(StatusCode::OK, &made(shell, who, (&school, &line), (person, things), notice))
}

fn things(of: &Of<'_>, person: &str) -> Result<Vec<Thing>> {
    let entries = removal::of_person(of.store, &of.package.manifest, &of.line.task.id, person)?;
    let thing = |entry: &LedgerEntry| Thing {
        kind: run_report::kind_title(&of.package.manifest, &entry.item.kind, of.texts),
        name: entry.about.as_ref().and_then(|about| name_of(of.store, about)).unwrap_or_default(),
        why: String::new(),
    };
    Ok(entries.iter().map(thing).collect())
}

fn made(
    shell: Shell,
    who: Person,
    (school, line): (&School, &TaskLine),
    (person, things): (String, Vec<Thing>),
    notice: Option<Notice>,
) -> Removing {
    let acts = who.account.acts(&school.config.id);
    let here = path_of(school, &line.task.id);
    Removing {
        may: acts && line.task.grants.write && !things.is_empty(),
        acts,
        up: up_to(&shell, school, line),
        here,
        notice,
        person,
        things,
        who,
        shell,
    }
}

/// What became of it, as the address says it.
fn told(shell: &Shell, query: &[Param]) -> Option<Notice> {
    let codes = [
        ("done", "removal-told-done", Mark::Good),
        ("nothing", "removal-told-nothing", Mark::Bad),
        ("other", "removal-told-other", Mark::Bad),
        ("reason", "reason-missing", Mark::Bad),
        ("busy", "lane-busy", Mark::Bad),
    ];
    let (_, code, mark) = codes.into_iter().find(|(word, ..)| *word == value(query, "told"))?;
    Some(Notice::of(shell, mark, code))
}

/// `POST /~school/SCHOOL/TASK/~remove`: it is taken away, and what became of it told.
pub(super) async fn remove(
    State(face): State<Arc<Face>>,
    spoken: Spoken,
    Path((_, task)): Path<(String, String)>,
    acting: Deed,
) -> Response {
    let task = TaskId::from(task);
    let person = acting.value("person").to_owned();
    let named: String = byte_serialize(person.as_bytes()).collect();
    let here = format!("{}/~remove?person={named}", path_of(&acting.actor.school, &task));
    let told = |word: &str| see(&format!("{here}&told={word}"));
    let writes = acting.actor.school.config.task(&task).map(|task| task.grants.write);
    let Some(true) = writes else { return strays::nowhere(&face, &spoken).into_response() };
    let Some(reason) = acting.reason() else { return told("reason") };
    if acting.value("confirm").trim() != person {
        return told("other");
    }
    let actor = acting.actor.clone();
    let (of, who) = (task.clone(), person.clone());
    // To its end whatever becomes of this browser: what was asked there cannot be taken back.
    let removed = face.desk.beside(async move { actor.remove(&of, &who, &reason).await }).await;
    match removed {
        None => busy(&face, &spoken),
        Some(Err(broken)) => {
            fault(&face, &spoken, &Error::internal("taking something away broke off").because(broken))
        }
        Some(Ok(Err(error))) => fault(&face, &spoken, &error),
        Some(Ok(Ok(None))) => told("busy"),
        Some(Ok(Ok(Some(removed)))) if removed.is_empty() => told("nothing"),
        Some(Ok(Ok(Some(removed)))) => {
            let left: Vec<_> =
                removed.into_iter().filter(|(_, outcome)| *outcome != Outcome::Removed).collect();
            if left.is_empty() {
                return told("done");
            }
            stayed(&face, &spoken, acting, (task, person), left).await
        }
    }
}

/// Not all of it is gone: what is still there, and why. Nothing keeps this, so it is told at once.
async fn stayed(
    face: &Arc<Face>,
    spoken: &Spoken,
    acting: Deed,
    (task, person): (TaskId, String),
    left: Vec<(LedgerEntry, Outcome)>,
) -> Response {
    let read = of_task(face, &acting.actor.school, spoken, &task, move |of| {
        Ok(left.into_iter().map(|left| why(&of.package.manifest, of.texts, left)).collect::<Vec<Thing>>())
    });
    let (line, things) = match read.await {
        Ok(read) => read,
        Err(page) => return page,
    };
    let shell = Shell::new(face, spoken, Some(&acting.actor.person), "removal");
    let notice = Some(Notice::of(&shell, Mark::Bad, "removal-told-left"));
    let (who, school) = (acting.actor.person.clone(), &acting.actor.school);
    shown(StatusCode::OK, &made(shell, who, (school, &line), (person, things), notice))
}

fn why(manifest: &Manifest, texts: &Catalogue, (entry, outcome): (LedgerEntry, Outcome)) -> Thing {
    let kind = run_report::kind_title(manifest, &entry.item.kind, texts);
    let LedgerEntry { item, group, about, .. } = entry;
    let name = item.key.to_string();
    let row = OutcomeRow { item, group, about, outcome, action: None, remarks: Vec::new() };
    let (reason, advice) = words::reason_and_advice(texts, &manifest.id, &row, &Called::default());
    Thing { kind, name, why: format!("{reason}. {advice}").trim().to_owned() }
}

impl Removing {
    fn confirm(&self) -> Message {
        Message::new("removal-confirm").with("person", &self.person)
    }
}
