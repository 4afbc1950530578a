//! A school's records: what there is, and files that somebody hands in to be looked at.

use std::sync::Arc;

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::acting::Acting;
use super::school::{AtSchool, home, up};
use super::shell::{Notice, Shell, shown};
use super::signed::{fault, refused};
use super::upload::{self, Refused};
use crate::daemon::cabinet::{FILE_BYTES, FILES, Person, School, Stopped};
use crate::daemon::page::{Anchor, Mark};
use crate::model::Message;
use crate::model::records::RecordType;
use crate::web::language::Spoken;
use crate::web::{Face, see};

/// Where a school's records are.
pub(super) const PATH: &str = "/~school/{school}/~records";

#[derive(Template)]
#[template(path = "cabinet/records.html")]
struct Records<'a> {
    shell: Shell,
    person: &'a Person,
    up: Anchor,
    here: String,
    notice: Option<Notice>,
    /// What there is, with how many.
    counts: Vec<(String, u64)>,
    acts: bool,
    /// Files wait to be confirmed.
    waits: bool,
    limits: Message,
}

/// `GET /~school/SCHOOL/~records`: what there is, and a form for files.
pub(super) async fn records(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
) -> Response {
    page(&face, &spoken, &person, &school, None).await
}

async fn page(
    face: &Face,
    spoken: &Spoken,
    person: &Person,
    school: &School,
    refused: Option<(StatusCode, Message)>,
) -> Response {
    let counts = match school.read(|school, store| school.record_counts(store)).await {
        Ok(counts) => counts,
        Err(error) => return fault(face, spoken, &error),
    };
    let shell = Shell::new(face, spoken, Some(person), "cabinet-records");
    let named = |(of, n): (RecordType, u64)| (shell.word(&format!("record-{of}")), n);
    let counts = counts.into_iter().map(named).collect();
    let status = refused.as_ref().map_or(StatusCode::OK, |(status, _)| *status);
    let notice = refused.map(|(_, text)| Notice {
        mark: Mark::Bad,
        title: shell.word("cabinet-files-refused"),
        text: shell.text(text),
    });
    let limits = Message::new("cabinet-files-limits")
        .with("n", FILES)
        .with("one", FILE_BYTES >> 20)
        .with("all", upload::all_mebibytes());
    let records = Records {
        person,
        up: up(school),
        here: format!("{}/~records", home(school)),
        notice,
        counts,
        acts: person.account.acts(&school.config.id),
        waits: face.cabinet.look(person, &school.config.id).is_some(),
        limits,
        shell,
    };
    shown(status, &records)
}

/// `POST /~school/SCHOOL/~records`: files; what would come of them is seen at the look.
pub(super) async fn hand_in(
    State(face): State<Arc<Face>>,
    Acting { person, school }: Acting,
    spoken: Spoken,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let received = match form {
        Ok(form) => upload::receive(&face.cabinet, &person, &school, form).await,
        Err(_) => Err(Refused::Form),
    };
    let looked = match received {
        Ok((upload, mode)) => face.cabinet.look_at(&person, &school, upload, mode).await,
        Err(Refused::Form) => return refused(&face, &spoken),
        Err(Refused::Fault(error) | Refused::Stopped(Stopped::Fault(error))) => Err(error),
        Err(other) => return page(&face, &spoken, &person, &school, Some(told(other))).await,
    };
    match looked {
        Ok(()) => see(&format!("{}/~records/import", home(&school))),
        Err(error) => fault(&face, &spoken, &error),
    }
}

/// Why files are not looked at, for whoever chose them.
fn told(refused: Refused) -> (StatusCode, Message) {
    let too_large = StatusCode::PAYLOAD_TOO_LARGE;
    match refused {
        Refused::Nothing => (StatusCode::UNPROCESSABLE_ENTITY, Message::new("cabinet-files-none")),
        Refused::Late => (StatusCode::REQUEST_TIMEOUT, Message::new("cabinet-files-broken")),
        Refused::Stopped(Stopped::TooMany) => {
            (too_large, Message::new("cabinet-files-many").with("n", FILES))
        }
        Refused::Stopped(Stopped::TooLarge(file)) => {
            let told = Message::new("cabinet-files-large").with("file", file);
            (too_large, told.with("limit", FILE_BYTES >> 20))
        }
        Refused::Stopped(Stopped::AllTooLarge) => {
            (too_large, Message::new("cabinet-files-all-large").with("limit", upload::all_mebibytes()))
        }
        Refused::Stopped(Stopped::Full) => {
            (StatusCode::SERVICE_UNAVAILABLE, Message::new("cabinet-files-full"))
        }
        Refused::Form | Refused::Broken | Refused::Fault(_) | Refused::Stopped(Stopped::Fault(_)) => {
            (StatusCode::BAD_REQUEST, Message::new("cabinet-files-broken"))
        }
    }
}
