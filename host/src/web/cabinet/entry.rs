//! The way in: signing in, and setting up an account at a one-time address.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, RawForm, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::browser;
use super::shell::{Notice, Shell, said, shown};
use super::signed::{fault, is_ours, value};
use crate::daemon::cabinet::{Browser, Codes, LONGEST, NotIn, SHORTEST, Stage, Typed, Unset, Weak};
use crate::daemon::page::Mark;
use crate::model::account::Account;
use crate::model::{Message, Millis};
use crate::web::client::Client;
use crate::web::language::Spoken;
use crate::web::{Face, cookie, params, see};

#[derive(Template)]
#[template(path = "cabinet/sign_in.html")]
struct SignIn {
    shell: Shell,
    notice: Option<Notice>,
    login: String,
    /// Where to go on afterwards; empty: home.
    to: String,
}

/// `GET /~sign-in`: a form. Why somebody comes here stands in the query.
pub(super) async fn sign_in(
    State(face): State<Arc<Face>>,
    spoken: Spoken,
    RawQuery(query): RawQuery,
) -> Response {
    let query = params(query.unwrap_or_default().as_bytes());
    let shell = Shell::new(&face, &spoken, None, "cabinet-sign-in");
    let said = |name: &str| query.iter().any(|param| param.name == name);
    let notice = match (said("out"), said("over")) {
        (true, _) => Some(Notice::of(&shell, Mark::Good, "cabinet-signed-out")),
        (_, true) => Some(Notice::of(&shell, Mark::Plain, "cabinet-over")),
        _ => None,
    };
    let to = value(&query, "to").to_owned();
    shown(StatusCode::OK, &SignIn { shell, notice, login: String::new(), to })
}

/// `POST /~sign-in`: login, password and code at once.
pub(super) async fn enter(
    State(face): State<Arc<Face>>,
    Extension(client): Extension<Client>,
    spoken: Spoken,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    let values = params(&form);
    let of = |name: &str| value(&values, name).to_owned();
    let typed = Typed { login: of("login"), password: of("password"), code: of("code") };
    let browser = Browser { client: client.0, words: &browser::words(&headers) };
    let refused = match face.cabinet.sign_in(typed, &browser).await {
        Ok(token) => return signed_in(&face, &spoken, &headers, &token, value(&values, "to")),
        Err(refused) => refused,
    };
    let shell = Shell::new(&face, &spoken, None, "cabinet-sign-in");
    let (status, notice) = match refused {
        NotIn::Wrong => (StatusCode::UNAUTHORIZED, Notice::of(&shell, Mark::Bad, "cabinet-wrong")),
        NotIn::Pause(left) => (StatusCode::TOO_MANY_REQUESTS, paused(&shell, left)),
        NotIn::Fault(error) => return fault(&face, &spoken, &error),
    };
    shown(status, &SignIn { shell, notice: Some(notice), login: of("login"), to: of("to") })
}

fn paused(shell: &Shell, left: Millis) -> Notice {
    let minutes = left.unsigned_abs().div_ceil(60_000);
    let text = shell.text(Message::new("cabinet-pause-text").with("minutes", minutes));
    Notice { mark: Mark::Bad, title: shell.word("cabinet-pause"), text }
}

/// The browser holds this from now on, and what it held before opens nothing any more.
fn signed_in(face: &Face, spoken: &Spoken, headers: &HeaderMap, token: &str, to: &str) -> Response {
    let before = cookie::SESSION.of(headers, face.desk.web());
    if let Err(error) = before.map_or(Ok(()), |before| face.cabinet.replace(&before)) {
        return fault(face, spoken, &error);
    }
    let mut response = see(if is_ours(to) { to } else { "/" });
    if let Ok(value) = HeaderValue::from_str(&cookie::SESSION.set(token, face.desk.web())) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

#[derive(Template)]
#[template(path = "cabinet/password.html")]
struct Password<'a> {
    shell: Shell,
    notice: Option<Notice>,
    action: &'a str,
    account: &'a Account,
}

impl Password<'_> {
    fn step_of(&self, step: u8) -> Message {
        step_of(step)
    }

    fn hint(&self) -> Message {
        Message::new("cabinet-password-hint").with("n", SHORTEST)
    }

    fn shortest(&self) -> usize {
        SHORTEST
    }
}

#[derive(Template)]
#[template(path = "cabinet/codes.html")]
struct SetUpCodes<'a> {
    shell: Shell,
    notice: Option<Notice>,
    action: &'a str,
    codes: &'a Codes,
}

impl SetUpCodes<'_> {
    fn step_of(&self, step: u8) -> Message {
        step_of(step)
    }
}

fn step_of(step: u8) -> Message {
    Message::new("cabinet-step-of").with("step", step)
}

/// `GET /~invitation/TOKEN`: the step that comes next. Looking uses nothing up.
pub(super) async fn invitation(
    State(face): State<Arc<Face>>,
    spoken: Spoken,
    Path(token): Path<String>,
) -> Response {
    stage(&face, &spoken, &token, None)
}

/// The page of a one-time address, as far as its person has come.
fn stage(face: &Face, spoken: &Spoken, token: &str, refused: Option<&Unset>) -> Response {
    let Stage { account, codes } = match face.cabinet.stage(token) {
        Ok(Some(stage)) => stage,
        Ok(None) => return gone(face, spoken),
        Err(error) => return fault(face, spoken, &error),
    };
    let action = &format!("/~invitation/{token}");
    let title = if codes.is_some() { "cabinet-codes" } else { "cabinet-welcome" };
    let shell = Shell::new(face, spoken, None, title);
    let notice = refused.and_then(|refused| told(&shell, refused));
    let status = if notice.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    match &codes {
        Some(codes) => shown(status, &SetUpCodes { shell, notice, action, codes }),
        None => shown(status, &Password { shell, notice, action, account: &account }),
    }
}

fn gone(face: &Face, spoken: &Spoken) -> Response {
    said(face, spoken, StatusCode::GONE, "cabinet-gone", Some(("/~sign-in", "cabinet-to-sign-in")))
}

/// What was wrong with what somebody entered.
fn told(shell: &Shell, refused: &Unset) -> Option<Notice> {
    let weak = |code: &str, n: usize| {
        let text = shell.text(Message::new(code).with("n", n));
        Notice { mark: Mark::Bad, title: shell.word("cabinet-weak"), text }
    };
    Some(match refused {
        Unset::Weak(Weak::Short) => weak("cabinet-weak-short", SHORTEST),
        Unset::Weak(Weak::Long) => weak("cabinet-weak-long", LONGEST),
        Unset::Weak(Weak::Common) => weak("cabinet-weak-common", 0),
        Unset::Weak(Weak::Login) => weak("cabinet-weak-login", 0),
        Unset::Different => Notice::of(shell, Mark::Bad, "cabinet-different"),
        Unset::Code => Notice::of(shell, Mark::Bad, "cabinet-wrong-code"),
        Unset::Pause(left) => paused(shell, *left),
        Unset::Gone | Unset::Fault(_) => return None,
    })
}

/// `POST /~invitation/TOKEN`: a password, and then a code, which uses the address up and signs in.
pub(super) async fn set_up(
    State(face): State<Arc<Face>>,
    Extension(client): Extension<Client>,
    spoken: Spoken,
    headers: HeaderMap,
    Path(token): Path<String>,
    RawForm(form): RawForm,
) -> Response {
    let values = params(&form);
    let code = values.iter().find(|param| param.name == "code");
    let done = match code {
        Some(code) => {
            let browser = Browser { client: client.0, words: &browser::words(&headers) };
            let confirmed = face.cabinet.confirm(&token, &code.value, &browser);
            confirmed.map(|session| signed_in(&face, &spoken, &headers, &session, ""))
        }
        None => {
            let password = value(&values, "password").to_owned();
            let set = face.cabinet.set_password(&token, password, value(&values, "again")).await;
            set.map(|()| see(&format!("/~invitation/{token}")).into_response())
        }
    };
    done.unwrap_or_else(|refused| match refused {
        Unset::Gone => gone(&face, &spoken),
        Unset::Fault(error) => fault(&face, &spoken, &error),
        refused => stage(&face, &spoken, &token, Some(&refused)),
    })
}
