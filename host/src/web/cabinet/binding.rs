//! Binding a school to its profile at another system, begun by whoever is signed in: what it is bound to, the way into the
//! dialogue, and the way out of a binding, which only the region has (D1).

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::deed::Deed;
use super::school::{AtSchool, path_of, up_to};
use super::shell::{Notice, Shell, said, shown};
use super::signed::{fault, value};
use crate::daemon::cabinet::{Person, School, TaskLine, Unbound};
use crate::daemon::page::{Anchor, Mark};
use crate::daemon::unbinding;
use crate::error::Result;
use crate::model::{Message, Param, TaskId, TaskRef};
use crate::store::{BindingStore, SchoolDb};
use crate::web::client::Client;
use crate::web::language::Spoken;
use crate::web::{Face, began, params, see, strays};

/// What a task is bound to, where its connector is bound at all.
pub(super) struct Binding {
    /// To what; `None`: it is not bound.
    facts: Option<Vec<Param>>,
}

/// Reads what a task is bound to; nothing where its connector needs no binding.
///
/// # Errors
/// Our own store fails.
pub(super) fn read(store: &SchoolDb, line: &TaskLine) -> Result<Option<Binding>> {
    let binds = line
        .package
        .as_ref()
        .is_some_and(|package| package.manifest.dialogues.values().any(|dialogue| dialogue.binds));
    binds.then(|| Ok(Binding { facts: store.binding(&line.task.id)? })).transpose()
}

impl Binding {
    /// Is it?
    pub(super) fn is_bound(&self) -> bool {
        self.facts.is_some()
    }

    /// To what, in a word: a fact that is a name, where there is one.
    pub(super) fn name(&self) -> Option<&str> {
        let named = |fact: &&Param| fact.name == "name" || fact.name.ends_with("-name");
        self.facts.as_ref()?.iter().find(named).map(|fact| fact.value.as_str())
    }

    /// How it stands, in a sentence.
    pub(super) fn told(&self, shell: &Shell) -> String {
        match (self.is_bound(), self.name()) {
            (true, Some(name)) => shell.text(Message::new("binding-bound-to").with("name", name)),
            (true, None) => shell.word("binding-bound"),
            (false, _) => shell.word("binding-unbound"),
        }
    }

    /// What the button that begins says.
    pub(super) fn button(&self) -> &'static str {
        if self.is_bound() { "binding-renew" } else { "binding-begin" }
    }
}

#[derive(Template)]
#[template(path = "cabinet/binding.html")]
struct BindingPage {
    shell: Shell,
    person: Person,
    acts: bool,
    up: Anchor,
    here: String,
    school: String,
    notice: Option<Notice>,
    told: String,
    button: &'static str,
    needs: bool,
    unbinds: bool,
}

/// `GET /~school/SCHOOL/TASK/~bind`: what a task is bound to, and how it is bound anew or no more.
pub(super) async fn page(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    Path((_, task)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let (now, task) = (face.cabinet.now(), TaskId::from(task));
    let query = params(query.unwrap_or_default().as_bytes());
    let read = school.read(move |school, store| {
        let Some(line) = school.task(store, &task, now)? else { return Ok(None) };
        let binding = read(store, &line)?;
        Ok(Some((line, binding)))
    });
    let (line, binding) = match read.await {
        Ok(Some(read)) => read,
        Ok(None) => return strays::nowhere(&face, &spoken).into_response(),
        Err(error) => return fault(&face, &spoken, &error),
    };
    let shell = Shell::new(&face, &spoken, Some(&person), "binding");
    shown(StatusCode::OK, &made(shell, person, &school, &line, (binding.as_ref(), &query)))
}

fn made(
    shell: Shell,
    person: Person,
    school: &School,
    line: &TaskLine,
    (binding, query): (Option<&Binding>, &[Param]),
) -> BindingPage {
    let bound = binding.is_some_and(Binding::is_bound);
    BindingPage {
        acts: person.account.acts(&school.config.id),
        up: up_to(&shell, school, line),
        here: path_of(school, &line.task.id),
        school: school.config.name.clone(),
        notice: told(&shell, query),
        told: binding.map_or_else(|| shell.word("binding-needless"), |binding| binding.told(&shell)),
        button: binding.map_or("binding-begin", Binding::button),
        needs: binding.is_some(),
        unbinds: bound && person.unbinds(),
        person,
        shell,
    }
}

/// What became of an unbinding, as the address says it.
fn told(shell: &Shell, query: &[Param]) -> Option<Notice> {
    let codes = [
        ("unbound", "binding-told-unbound", Mark::Good),
        ("before", "binding-told-before", Mark::Bad),
        ("name", "binding-told-name", Mark::Bad),
        ("reason", "reason-missing", Mark::Bad),
        ("busy", "lane-busy", Mark::Bad),
    ];
    let (_, code, mark) = codes.into_iter().find(|(word, ..)| *word == value(query, "told"))?;
    Some(Notice::of(shell, mark, code))
}

/// `POST /~school/SCHOOL/TASK/~bind`: the dialogue begins, in this browser.
pub(super) async fn begin(
    State(face): State<Arc<Face>>,
    Extension(client): Extension<Client>,
    spoken: Spoken,
    headers: HeaderMap,
    Path((_, task)): Path<(String, String)>,
    Deed { actor, .. }: Deed,
) -> Response {
    let task = TaskRef { school: actor.school.config.id.clone(), task: task.into() };
    let login = &actor.person.account.login;
    let language = Some(spoken.language());
    let started = face.desk.start_signed(task, login, client.0, language).await;
    began(&face, &spoken, &headers, started)
}

/// `POST /~school/SCHOOL/TASK/~unbind`: a binding is undone, by the region and with a reason.
pub(super) async fn unbind(
    State(face): State<Arc<Face>>,
    spoken: Spoken,
    Path((_, task)): Path<(String, String)>,
    acting: Deed,
) -> Response {
    let (task, school) = (TaskId::from(task), &acting.actor.school);
    let Some(package) = school.package(&task) else {
        return strays::nowhere(&face, &spoken).into_response();
    };
    let here = format!("{}/~bind", path_of(school, &task));
    if !acting.actor.person.unbinds() {
        return said(
            &face,
            &spoken,
            StatusCode::FORBIDDEN,
            "binding-region",
            Some((&here, "only-looks-back")),
        );
    }
    let told = match acting.reason() {
        None => "reason",
        Some(_) if !unbinding::is_name(acting.value("name"), &school.config.name) => "name",
        Some(reason) => match acting.actor.unbind(&task, package, &reason).await {
            Ok(Some(Unbound::Done)) => "unbound",
            Ok(Some(Unbound::Before)) => "before",
            Ok(None) => "busy",
            Err(error) => return fault(&face, &spoken, &error),
        },
    };
    see(&format!("{here}?told={told}"))
}
