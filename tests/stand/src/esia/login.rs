//! The login page, and leaving. Plain HTML forms: an HTTP client with a cookie can play the person.

use axum::Form;
use axum::extract::{Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::app::{App, Shared, secret, uuid};
use super::authorize::Failure;
use super::client;
use super::error::{Code, Refusal};
use super::model::{Asking, Session};
use super::pages::{hidden, show};
use super::params::Params;
use super::session::{self, COOKIE, admit};
use crate::serving::answer::{escape, redirect};
use crate::serving::cookie;

#[derive(Deserialize)]
pub(crate) struct Request {
    #[serde(default)]
    pub(crate) request: String,
}

#[derive(Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    request: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
}

/// A page for a request that has run out.
pub(crate) fn too_late() -> Response {
    let text = "<p role=\"alert\">Запрос на вход устарел. Вернитесь в систему, из которой вы пришли, и начните снова.</p>";
    show(StatusCode::BAD_REQUEST, "Запрос устарел", text)
}

pub(crate) fn back(asking: &Asking, refusal: Refusal) -> Response {
    let (redirect_uri, state) = (asking.redirect_uri.clone(), asking.state.clone());
    Failure::Back { refusal, redirect_uri, state }.into_response()
}

/// GET: the form; somebody who is signed in goes on at once.
pub(crate) async fn form(
    State(app): State<Shared>,
    headers: HeaderMap,
    Query(asked): Query<Request>,
) -> Response {
    let Some(asking) = session::asking(&app, &asked.request) else { return too_late() };
    match app.read(|world, now| session::of_browser(world, now, &headers)) {
        Some(session) => go_on(&app, &asked.request, &asking, &session),
        None => page(&app, &asked.request, &asking, None),
    }
}

fn page(app: &App, request: &str, asking: &Asking, failure: Option<&str>) -> Response {
    let failure = failure.map(|text| format!("<p role=\"alert\"><strong>{text}</strong></p>\n"));
    let system = app.read(|world, _| world.clients.get(&asking.client).map(|client| client.name.clone()));
    let html = format!(
        "<p>Вход в систему «{}»</p>\n{}<form method=\"post\" action=\"/login\">\n{}\
         <p><label>Телефон, почта или СНИЛС <input name=\"login\" autocomplete=\"username\" required></label></p>\n\
         <p><label>Пароль <input name=\"password\" type=\"password\" autocomplete=\"current-password\" required></label></p>\n\
         <p><button>Войти</button></p>\n</form>",
        escape(&system.unwrap_or_default()),
        failure.unwrap_or_default(),
        hidden("request", request),
    );
    show(StatusCode::OK, "Вход", &html)
}

/// To the consent page, unless this person is not let in.
fn go_on(app: &App, request: &str, asking: &Asking, session: &Session) -> Response {
    let admitted = app.read(|world, _| match world.personas.get(&session.oid) {
        Some(persona) => admit(world, asking, persona),
        None => Err(Code::Denied.into()),
    });
    match admitted {
        Ok(()) => redirect(&format!("/aas/oauth2/consent?request={request}")),
        Err(refusal) => back(asking, refusal),
    }
}

/// POST: login and password.
pub(crate) async fn enter(State(app): State<Shared>, Form(entered): Form<Entered>) -> Response {
    let Some(asking) = session::asking(&app, &entered.request) else { return too_late() };
    let oid = app.read(|world, _| {
        let persona = world.by_login(&entered.login)?;
        (persona.password == entered.password).then_some(persona.oid)
    });
    let Some(oid) = oid else {
        return page(&app, &entered.request, &asking, Some("Неверный логин или пароль"));
    };
    match enter_as(&app, oid) {
        Ok((key, session)) => {
            cookie::set(go_on(&app, &entered.request, &asking, &session), COOKIE, &key)
        }
        Err(refusal) => refusal.as_page(),
    }
}

fn enter_as(app: &App, oid: u64) -> Result<(String, Session), Refusal> {
    let (key, sid) = (secret()?, uuid()?);
    app.write(|world, now| {
        let expires = now + world.settings.session_lifetime_s * 1000;
        let session = Session { oid, sid, since: now, expires };
        world.sessions.insert(key.clone(), session.clone());
        (key, session)
    })
}

/// `/idp/ext/Logout?client_id=…&redirect_url=…`: the session ends, whatever becomes of the way back.
pub(crate) async fn leave(
    State(app): State<Shared>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let ended = app.write(|world, _| {
        cookie::value(&headers, COOKIE).map(|key| world.sessions.remove(key)).is_some()
    });
    if let Err(refusal) = ended {
        return refusal.as_page();
    }
    let params = Params::parse(&query.unwrap_or_default());
    let to = return_address(&app, &params);
    let response = match to {
        Ok(Some(url)) => redirect(&url),
        Ok(None) => show(StatusCode::OK, "Выход", "<p>Вы вышли из Госуслуг.</p>"),
        Err(refusal) => refusal.as_page(),
    };
    cookie::clear(response, COOKIE)
}

fn return_address(app: &App, params: &Params) -> Result<Option<String>, Refusal> {
    let Some(url) = params.maybe("redirect_url")? else { return Ok(None) };
    let client = params.must("client_id")?;
    app.read(|world, _| match world.clients.get(client) {
        Some(client) if client::may_return_to(client, url, &world.settings) => Ok(Some(url.to_owned())),
        Some(_) => Err(Code::RedirectUri.into()),
        None => Err(Code::Unauthorized.into()),
    })
}
