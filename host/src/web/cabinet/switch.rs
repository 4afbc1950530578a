//! A task is switched on and off: the line of the school's file that changes is shown, and one button changes it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::shell::{Shell, shown};
use super::signed::{fault, value};
use super::task::{Acting, TaskDeed};
use crate::config::Edited;
use crate::daemon::page::Anchor;
use crate::model::Message;
use crate::web::language::Spoken;
use crate::web::{Face, params, see};

#[derive(Template)]
#[template(path = "cabinet/switch.html")]
struct Switch {
    shell: Shell,
    up: Anchor,
    action: String,
    step: String,
    on: bool,
    file: String,
    edited: Edited,
}

impl Switch {
    fn code(&self, code: &str) -> String {
        format!("{code}-{}", if self.on { "on" } else { "off" })
    }

    fn about_file(&self) -> Message {
        Message::new("cabinet-switch-file").with("file", &self.file)
    }

    fn is_new(&self) -> bool {
        self.edited.lines().0.is_empty()
    }
}

/// `GET …/~switch?to=on`, `?to=off`: what would change.
pub(super) async fn ask(
    State(face): State<Arc<Face>>,
    Acting(at): Acting,
    spoken: Spoken,
    RawQuery(query): RawQuery,
) -> Response {
    let on = value(&params(query.unwrap_or_default().as_bytes()), "to") != "off";
    let edited = match face.cabinet.switched(&at.school, &at.task.id, on).await {
        Ok(edited) => edited,
        Err(error) => return fault(&face, &spoken, &error),
    };
    if edited.changed.is_empty() {
        return see(&at.path());
    }
    let shell = at.shell(&face, &spoken, if on { "cabinet-switch-on" } else { "cabinet-switch-off" });
    let file = at.school.config.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let page = Switch {
        up: at.up(spoken.language()),
        action: format!("{}/~switch", at.path()),
        step: at.person.step.clone(),
        shell,
        on,
        file,
        edited,
    };
    shown(StatusCode::OK, &page)
}

/// `POST …/~switch`: does it. Twice is once.
pub(super) async fn set(
    State(face): State<Arc<Face>>,
    spoken: Spoken,
    TaskDeed { at, values }: TaskDeed,
) -> Response {
    let on = match value(&values, "to") {
        "on" => true,
        "off" => false,
        _ => return see(&at.path()),
    };
    match face.cabinet.switch(&at.person, &at.school, &at.task.id, on).await {
        Ok(()) => see(&format!("{}?switched", at.path())),
        Err(error) => fault(&face, &spoken, &error),
    }
}
