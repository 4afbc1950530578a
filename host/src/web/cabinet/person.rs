//! A person's card: identifiers, how each task stands with the person, what is to be done. That somebody looked is in the
//! audit.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::school::AtSchool;
use super::school::home;
use super::shell::{Shell, shown};
use super::signed::fault;
use crate::daemon::host::Package;
use crate::daemon::page::Anchor;
use crate::daemon::persons::{Card, Known, Thing, named};
use crate::model::records::RecordRef;
use crate::model::{Message, visible};
use crate::web::language::Spoken;
use crate::web::{Face, strays};

/// How something about a person stands, in a word and by shape.
struct Standing {
    class: &'static str,
    shape: &'static str,
    words: String,
}

/// Something that a task has about the person.
struct Item {
    title: String,
    state: Standing,
    reason: String,
    steps: Vec<String>,
}

/// A task that has something to do with the person.
struct Of {
    title: String,
    name: String,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "cabinet/person.html")]
struct PersonPage {
    shell: Shell,
    up: Anchor,
    name: String,
    role: String,
    id: String,
    classes: String,
    identifiers: Vec<[String; 3]>,
    tasks: Vec<Of>,
}

/// `GET /~school/SCHOOL/~people/TYPE:ID`: somebody's card.
pub(super) async fn card(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    Path((_, wanted)): Path<(String, String)>,
) -> Response {
    let (Some(record_type), id) = named(&wanted) else {
        return strays::nowhere(&face, &spoken).into_response();
    };
    let who = RecordRef { record_type, id: id.to_owned() };
    let (language, of, by) = (spoken.language(), Arc::clone(&face), person.clone());
    let read = school.read(move |school, store| {
        let texts = |package: Option<&Package>| of.texts.of(package, language);
        let Some((card, key)) = school.card(store, &who, &texts)? else { return Ok(None) };
        of.cabinet.note_card(&by, school, &key)?;
        Ok(Some(card))
    });
    match read.await {
        Ok(Some(card)) => {
            let shell = Shell::new(&face, &spoken, Some(&person), "cabinet-person");
            let address = format!("{}/~people", home(&school));
            let up = Anchor { address, words: shell.word("cabinet-people") };
            shown(StatusCode::OK, &page(shell, up, card))
        }
        Ok(None) => strays::nowhere(&face, &spoken).into_response(),
        Err(error) => fault(&face, &spoken, &error),
    }
}

fn page(shell: Shell, up: Anchor, card: Card) -> PersonPage {
    let seen = |text: &str| visible(text).into_owned();
    let from = |known: &Known| match &known.task {
        Some(task) => shell.text(Message::new("person-from-task").with("task", task)),
        None => shell.word("person-from-files"),
    };
    let identifiers =
        card.identifiers.iter().map(|known| [seen(&known.system), seen(&known.value), from(known)]).collect();
    let tasks = card.tasks.iter().map(|task| Of {
        title: task.title.clone(),
        name: task.task.clone(),
        items: task.items.iter().map(|thing| item(&shell, thing)).collect(),
    });
    PersonPage {
        up,
        name: seen(&card.name),
        role: card.role,
        id: seen(&card.id),
        classes: card.classes.join(", "),
        identifiers,
        tasks: tasks.collect(),
        shell,
    }
}

fn item(shell: &Shell, thing: &Thing) -> Item {
    let (class, shape) = match thing.state {
        "there" | "accepted" => ("good", "✓"),
        "rejected" | "failed" | "not-confirmed" => ("bad", "✕"),
        _ => ("warn", "◆"),
    };
    let title = [Some(&thing.title), thing.class.as_ref()];
    Item {
        title: title.into_iter().flatten().map(|part| visible(part)).collect::<Vec<_>>().join(" · "),
        state: Standing { class, shape, words: shell.word(&format!("person-{}", thing.state)) },
        reason: visible(&thing.reason).into_owned(),
        steps: thing.steps.iter().map(|step| visible(step).into_owned()).collect(),
    }
}
