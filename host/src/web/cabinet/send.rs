//! «Отправить»: what is to be sent is said once more, and one button orders it. Sending the form twice orders once.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::chosen::Chosen;
use super::shell::{Notice, Shell, said, shown};
use super::signed::{busy, fault, refused, value};
use super::task::{Acting, AtTask, TaskDeed};
use crate::daemon::cabinet::Busy;
use crate::daemon::errands::Look;
use crate::daemon::orders::Ordered;
use crate::daemon::page::{Anchor, Mark};
use crate::daemon::preview::Preview;
use crate::model::records::RecordRef;
use crate::model::{Message, visible};
use crate::report::plan_words::name;
use crate::web::language::Spoken;
use crate::web::{Face, params, see};

/// Names that are shown; of more the number is told.
const NAMES: usize = 20;

#[derive(Template)]
#[template(path = "cabinet/send.html")]
struct SendPage {
    shell: Shell,
    up: Anchor,
    path: String,
    step: String,
    /// Names this form.
    form: String,
    notice: Option<Notice>,
    chosen: Chosen,
    names: Vec<String>,
    more: usize,
    enabled: bool,
}

impl SendPage {
    /// As they are read: the address may say anything.
    fn groups(&self) -> String {
        visible(&self.chosen.groups.join(", ")).into_owned()
    }

    fn more_told(&self) -> Message {
        Message::new("cabinet-send-more").with("n", self.more)
    }
}

/// `GET …/~send`: what would be sent.
pub(super) async fn ask(
    State(face): State<Arc<Face>>,
    Acting(at): Acting,
    spoken: Spoken,
    RawQuery(query): RawQuery,
) -> Response {
    let query = params(query.unwrap_or_default().as_bytes());
    let form = match face.cabinet.new_form() {
        Ok(form) => form,
        Err(error) => return fault(&face, &spoken, &error),
    };
    let shell = at.shell(&face, &spoken, "cabinet-send");
    let (chosen, enabled) = (Chosen::of(&query), at.task.enabled);
    let approved = query.iter().any(|param| param.name == "approved");
    let notice = match (enabled, chosen.too_many, approved) {
        (false, ..) => Some(Notice::of(&shell, Mark::Bad, "cabinet-send-off")),
        (_, true, _) => Some(Notice::of(&shell, Mark::Bad, "cabinet-too-many")),
        (.., true) => Some(Notice::of(&shell, Mark::Good, "cabinet-approved")),
        _ => None,
    };
    let mut names = names(&face, &at, &chosen);
    let more = chosen.persons.len() - names.len().min(NAMES);
    names.truncate(NAMES);
    let (up, path, step) = (at.up(spoken.language()), at.path(), at.person.step.clone());
    shown(StatusCode::OK, &SendPage { shell, up, path, step, form, notice, chosen, names, more, enabled })
}

/// Of those who were ticked, as the plan that is looked at names them.
fn names(face: &Face, at: &AtTask, chosen: &Chosen) -> Vec<String> {
    let Look::Done(preview, _) = face.cabinet.planned(&at.name()) else { return Vec::new() };
    let Preview::Made(made) = &*preview else { return Vec::new() };
    let mut seen = HashSet::new();
    let ticked = |about: &&RecordRef| chosen.has_person(&about.id);
    let lines =
        made.plan.lines.iter().filter_map(|line| Some((line.item.about.as_ref().filter(ticked)?, line)));
    let first = lines.filter(|(about, _)| seen.insert(*about));
    first.map(|(_, line)| visible(name(line)).into_owned()).collect()
}

/// `POST …/~send`: orders it.
pub(super) async fn begin(
    State(face): State<Arc<Face>>,
    spoken: Spoken,
    TaskDeed { at, values }: TaskDeed,
) -> Response {
    let (chosen, form) = (Chosen::of(&values), value(&values, "form"));
    if chosen.too_many || !is_form(form) {
        return refused(&face, &spoken);
    }
    let ordered = face.cabinet.send(&at.person, &at.name(), chosen.selection(), form).await;
    let told = |code| {
        let back = at.path();
        said(&face, &spoken, StatusCode::CONFLICT, code, Some((&back, "cabinet-back")))
    };
    match ordered {
        Err(Busy) => busy(&face, &spoken),
        Ok(Err(error)) => fault(&face, &spoken, &error),
        Ok(Ok(Ordered::Taken | Ordered::Before)) => see(&format!("{}/~progress", at.path())),
        Ok(Ok(Ordered::Off)) => told("cabinet-send-off"),
        Ok(Ok(Ordered::Nowhere)) => told("cabinet-no-task"),
    }
}

/// As we name forms.
fn is_form(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
