//! The login form: `login`, `password`, `ReturnUrl`. Scripts send them in the query as well.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::COOKIE;
use crate::serving::answer::{self, escape};
use crate::dnevnik::app::{App, Shared, secret};
use crate::dnevnik::error::ApiError;
use crate::dnevnik::id::Id;
use crate::dnevnik::pages::layout;
use crate::dnevnik::query::Query;
use crate::serving::{cookie, redirect};

pub(super) async fn form(RawQuery(query): RawQuery) -> Response {
    let query = Query::parse(&query.unwrap_or_default());
    page(query.get("ReturnUrl").unwrap_or("/"), None)
}

/// The form, with the reason why the last attempt failed.
pub(super) fn page(return_url: &str, failure: Option<&str>) -> Response {
    let failure = failure.map(|text| format!("<p role=\"alert\"><strong>{}</strong></p>", escape(text)));
    let html = format!(
        "{}<form method=\"post\" action=\"/login/\">\n\
         <p><label>Логин <input name=\"login\" autocomplete=\"username\" required></label></p>\n\
         <p><label>Пароль <input name=\"password\" type=\"password\" autocomplete=\"current-password\" required></label></p>\n\
         <input type=\"hidden\" name=\"ReturnUrl\" value=\"{}\">\n\
         <p><button>Войти</button></p>\n</form>",
        failure.unwrap_or_default(),
        escape(return_url),
    );
    answer::page(StatusCode::OK, layout("Вход", &html))
}

fn known(app: &App, login: &str, password: &str) -> Option<Id> {
    app.read(|view| {
        let account = view.world.accounts.get(login).filter(|account| account.password == password)?;
        Some(account.person)
    })
}

pub(super) async fn enter(State(app): State<Shared>, RawQuery(query): RawQuery, body: String) -> Response {
    let (query, form) = (Query::parse(&query.unwrap_or_default()), Query::parse(&body));
    let field = |name| form.get(name).or_else(|| query.get(name)).unwrap_or_default();
    let return_url = redirect::local(field("ReturnUrl"));
    match known(&app, field("login"), field("password")) {
        None => page(&return_url, Some("Неверный логин или пароль")),
        Some(person) => enter_as(&app, person, &return_url).unwrap_or_else(IntoResponse::into_response),
    }
}

fn enter_as(app: &App, person: Id, return_url: &str) -> Result<Response, ApiError> {
    let session = secret()?;
    app.write(|world, _| world.sessions.insert(session.clone(), person))?;
    Ok(cookie::set(answer::redirect(return_url), COOKIE, &session))
}

pub(super) async fn leave(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, ApiError> {
    if let Some(session) = super::cookie(&headers) {
        app.write(|world, _| world.sessions.remove(session))?;
    }
    Ok(cookie::clear(answer::redirect("/"), COOKIE))
}
