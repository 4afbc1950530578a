//! The consent page, and the redirect that carries its outcome.

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::app::{App, Shared, uuid};
use super::error::{Code as Error, Refusal};
use super::login::{Request, back, too_late};
use super::model::{Asking, Code, Grant, Session};
use super::pages::{hidden, show};
use super::session;
use super::world::{World, consent_key};
use super::{scope, token};
use crate::serving::answer::{escape, redirect};
use crate::serving::redirect::with_query;

#[derive(Deserialize)]
pub(crate) struct Decided {
    #[serde(default)]
    request: String,
    #[serde(default)]
    is_granted: String,
}

/// Everything a consent is about.
fn asked_for(asking: &Asking) -> BTreeSet<String> {
    let words = scope::words(&asking.scope).into_iter().chain(scope::words(&asking.scope_org));
    let all = asking.permissions.as_ref().and_then(|all| all.as_array());
    let sysnames = all.into_iter().flatten().filter_map(|one| one.get("sysname")?.as_str());
    words.chain(sysnames.map(String::from)).collect()
}

fn is_remembered(world: &World, asking: &Asking, session: &Session) -> bool {
    let known = world.consents.get(&consent_key(&asking.client, session.oid));
    world.settings.remember_consent && known.is_some_and(|known| known.is_superset(&asked_for(asking)))
}

/// GET: the page, or (consent given before) the result at once.
pub(crate) async fn ask(
    State(app): State<Shared>,
    headers: HeaderMap,
    Query(asked): Query<Request>,
) -> Response {
    let Some(asking) = session::asking(&app, &asked.request) else { return too_late() };
    let Some(session) = app.read(|world, now| session::of_browser(world, now, &headers)) else {
        return redirect(&format!("/login?request={}", asked.request));
    };
    match app.read(|world, _| is_remembered(world, &asking, &session)) {
        true => answer(&app, &asked.request, &asking, session),
        false => page(&app, &asked.request, &asking, &session),
    }
}

fn page(app: &App, request: &str, asking: &Asking, session: &Session) -> Response {
    let (name, system) = app.read(|world, _| {
        let persona = world.personas.get(&session.oid);
        let name = persona.map(|persona| format!("{} {}", persona.first_name, persona.last_name));
        (name, world.clients.get(&asking.client).map(|client| client.name.clone()))
    });
    let data: String = asked_for(asking)
        .iter()
        .filter(|word| *word != "openid")
        .map(|word| format!("<li>{}</li>\n", escape(&scope::russian(word))))
        .collect();
    let html = format!(
        "<p>{}, система <strong>{}</strong> запрашивает:</p>\n<ul>\n{data}</ul>\n\
         <form method=\"post\" action=\"/aas/oauth2/consent\">\n{}\
         <p><button name=\"is_granted\" value=\"true\">Предоставить</button>\n\
         <button name=\"is_granted\" value=\"false\">Отказать</button></p>\n</form>",
        escape(&name.unwrap_or_default()),
        escape(&system.unwrap_or_default()),
        hidden("request", request),
    );
    show(StatusCode::OK, "Предоставление прав доступа", &html)
}

/// POST: «Предоставить» or «Отказать».
pub(crate) async fn decide(
    State(app): State<Shared>,
    headers: HeaderMap,
    Form(decided): Form<Decided>,
) -> Response {
    let Some(asking) = session::asking(&app, &decided.request) else { return too_late() };
    let Some(session) = app.read(|world, now| session::of_browser(world, now, &headers)) else {
        return redirect(&format!("/login?request={}", decided.request));
    };
    if decided.is_granted == "true" {
        return answer(&app, &decided.request, &asking, session);
    }
    match app.write(|world, _| world.askings.remove(&decided.request)) {
        Ok(_) => back(&asking, Error::Denied.into()),
        Err(refusal) => back(&asking, refusal),
    }
}

fn answer(app: &App, request: &str, asking: &Asking, session: Session) -> Response {
    match granted(app, request, asking, session) {
        Ok(location) => redirect(&location),
        Err(refusal) => back(asking, refusal),
    }
}

/// The way back with a code. The request is over by it: a form sent twice finds nothing.
fn granted(app: &App, request: &str, asking: &Asking, session: Session) -> Result<String, Refusal> {
    let oid = session.oid;
    let grant = Grant { asking: asking.clone(), session, family: uuid()? };
    let (code, lifetime) = token::code(app, &grant)?;
    app.write(|world, now| {
        world.askings.remove(request);
        let key = consent_key(&asking.client, oid);
        world.consents.entry(key).or_default().extend(asked_for(asking));
        world.codes.insert(code.clone(), Code { grant, expires: now + lifetime });
    })?;
    Ok(with_query(&asking.redirect_uri, &[("code", &code), ("state", &asking.state)]))
}
