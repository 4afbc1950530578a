//! What belongs to a person: the way home, their sessions, signing out.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawForm, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::tz::TimeZone;

use super::school;
use super::shell::{Shell, shown, time};
use super::signed::{Signed, fault, own_form, refused, value};
use crate::daemon::cabinet::Person;
use crate::model::Message;
use crate::store::SessionRow;
use crate::web::language::Spoken;
use crate::web::{Face, cookie, see};

/// `GET /`: whoever is signed in is led to what is theirs.
pub(super) async fn home(
    State(face): State<Arc<Face>>,
    Signed(person): Signed,
    spoken: Spoken,
    RawQuery(query): RawQuery,
) -> Response {
    match &person.account.school {
        Some(school) => see(&format!("/~school/{school}")),
        None => school::list(&face, &spoken, &person, query).await,
    }
}

/// A session, for its person.
struct Shown {
    number: u64,
    browser: String,
    begun: String,
    seen: String,
    is_this: bool,
}

#[derive(Template)]
#[template(path = "cabinet/me.html")]
struct Sessions<'a> {
    shell: Shell,
    person: &'a Person,
    sessions: Vec<Shown>,
}

/// `GET /~me`: where this person is signed in.
pub(super) async fn sessions(
    State(face): State<Arc<Face>>,
    Signed(person): Signed,
    spoken: Spoken,
) -> Response {
    let rows = match face.cabinet.sessions(&person) {
        Ok(rows) => rows,
        Err(error) => return fault(&face, &spoken, &error),
    };
    let shell = Shell::new(&face, &spoken, Some(&person), "cabinet-me");
    let zone = face.cabinet.zone(&person).await;
    let sessions = rows.iter().map(|row| session(&shell, &person, &zone, row)).collect();
    shown(StatusCode::OK, &Sessions { shell, person: &person, sessions })
}

fn session(shell: &Shell, person: &Person, zone: &TimeZone, row: &SessionRow) -> Shown {
    let at = |code: &str, at| shell.text(Message::new(code).with("at", time(at, zone)));
    Shown {
        number: row.number,
        browser: Some(row.client.clone())
            .filter(|words| !words.is_empty())
            .unwrap_or_else(|| shell.word("cabinet-some-browser")),
        begun: at("cabinet-begun", row.begun),
        seen: at("cabinet-seen", row.seen),
        is_this: row.number == person.session.number,
    }
}

/// `POST /~me/end`: one of them ends.
pub(super) async fn end(
    State(face): State<Arc<Face>>,
    Signed(person): Signed,
    spoken: Spoken,
    form: RawForm,
) -> Response {
    let Some(values) = own_form(&person, &form) else { return refused(&face, &spoken) };
    let ended =
        value(&values, "session").parse().map_or(Ok(()), |number| face.cabinet.revoke(&person, number));
    ended.map_or_else(|error| fault(&face, &spoken, &error), |()| see("/~me"))
}

/// `POST /~sign-out`: this session ends, and the browser forgets it.
pub(super) async fn sign_out(
    State(face): State<Arc<Face>>,
    Signed(person): Signed,
    spoken: Spoken,
    form: RawForm,
) -> Response {
    if own_form(&person, &form).is_none() {
        return refused(&face, &spoken);
    }
    if let Err(error) = face.cabinet.leave(&person) {
        return fault(&face, &spoken, &error);
    }
    let mut response = see("/~sign-in?out");
    if let Ok(gone) = HeaderValue::from_str(&cookie::SESSION.forget(face.desk.web())) {
        response.headers_mut().insert(header::SET_COOKIE, gone);
    }
    response
}
