//! The face for browsers: dialogues with people and the cabinet, served by `exchange serve` where `[web]` says.
//!
//! Plain pages in Russian and English. They need no script; those of what goes on have one that keeps them up to date. What a dialogue is at stands in [`Desk`], who is signed in in
//! [`Cabinet`]; here requests are judged before they reach them (`guard`), addresses are told apart (`routes`), and what
//! they say becomes pages (`pages`, `cabinet`). A browser holds unguessable cookies, and the language
//! that was asked for.

mod cabinet;
mod client;
mod cookie;
mod guard;
mod language;
mod named;
mod pages;
mod strays;
mod texts;

use std::sync::Arc;

use axum::extract::{RawForm, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router, middleware};

use self::client::Client;
use self::language::Spoken;
use self::named::Named;
use self::texts::Texts;
use crate::daemon::cabinet::Cabinet;
use crate::daemon::desk::{Answer, Closed, Desk, Heard, Place};
use crate::daemon::page::{self, Page};
use crate::model::{Param, TaskRef};

/// What all requests have in common.
pub(crate) struct Face {
    desk: Arc<Desk>,
    cabinet: Arc<Cabinet>,
    texts: Texts,
}

type Shared = State<Arc<Face>>;

/// Everything that browsers may ask for.
pub fn routes(desk: Arc<Desk>, cabinet: Arc<Cabinet>) -> Router {
    let face = Arc::new(Face { desk, cabinet, texts: Texts::default() });
    cabinet::pages()
        .route("/{school}/{task}/{dialogue}", get(offer).post(start))
        .route("/{school}/{task}/{dialogue}/step", get(step).post(answer))
        .route("/~bind/{school}/{task}/{token}", get(invitation).post(accept))
        .route("/callback", get(returned))
        .route(page::STYLE_PATH, get(page::style))
        .route(page::SCRIPT_PATH, get(page::script))
        .fallback(nowhere)
        .layer(middleware::from_fn_with_state(Arc::clone(&face), guard::guard))
        .with_state(face)
}

/// All addresses of the cabinet, with places in braces: whoever tries each of them misses none.
pub fn cabinet_paths() -> impl Iterator<Item = &'static str> {
    cabinet::paths()
}

/// `GET /SCHOOL/TASK/DIALOGUE`: what it is about, and a button. Looking starts nothing. Whoever is signed in and comes back
/// to a dialogue that is not for everybody is led to its task's page, where such dialogues begin.
async fn offer(State(face): Shared, spoken: Spoken, headers: HeaderMap, names: Named) -> Response {
    let place = names.place();
    match face.desk.offered(&place).await {
        Ok(offered) => pages::offer(&face, &spoken, &place, &offered).into_response(),
        Err(Closed::Nowhere) if is_signed(&face, &headers) => see(&place.home()),
        Err(closed) => strays::closed(&face, &spoken, closed).into_response(),
    }
}

/// Does this browser hold a session of the cabinet? Whether it is good is seen there.
fn is_signed(face: &Face, headers: &HeaderMap) -> bool {
    cookie::SESSION.of(headers, face.desk.web()).is_some()
}

/// `POST /SCHOOL/TASK/DIALOGUE`: a dialogue begins, under a fresh cookie.
async fn start(
    State(face): Shared,
    Extension(client): Extension<Client>,
    spoken: Spoken,
    headers: HeaderMap,
    names: Named,
) -> Response {
    let place = names.place();
    let started = face.desk.start(place.clone(), client.0, spoken.asked).await;
    began(&face, &spoken, &headers, started.map(|cookie| (cookie, place)))
}

/// `GET /~bind/SCHOOL/TASK/TOKEN`: a button. Says nothing of the school: whoever guesses learns nothing.
async fn invitation(State(face): Shared, spoken: Spoken, Named([school, task, token]): Named) -> Page {
    pages::invitation(&face, &spoken, &format!("/~bind/{school}/{task}/{token}"))
}

/// `POST /~bind/SCHOOL/TASK/TOKEN`: the address is used up, and the binding dialogue begins.
async fn accept(
    State(face): Shared,
    Extension(client): Extension<Client>,
    spoken: Spoken,
    headers: HeaderMap,
    Named([school, task, token]): Named,
) -> Response {
    let task = TaskRef { school: school.as_str().into(), task: task.as_str().into() };
    let started = face.desk.start_invited(task, &token, client.0, spoken.asked).await;
    began(&face, &spoken, &headers, started)
}

fn began(
    face: &Face,
    spoken: &Spoken,
    headers: &HeaderMap,
    started: Result<(String, Place), Closed>,
) -> Response {
    match started {
        Ok((cookie, place)) => {
            if let Some(before) = cookie::DIALOGUE.of(headers, face.desk.web()) {
                face.desk.leave(&before);
            }
            let mut response = see(&format!("{}/step?new", place.path()));
            if let Ok(value) = HeaderValue::from_str(&cookie::DIALOGUE.set(&cookie, face.desk.web())) {
                response.headers_mut().insert(header::SET_COOKIE, value);
            }
            response
        }
        Err(closed) => strays::closed(face, spoken, closed).into_response(),
    }
}

/// `GET …/step`: where the dialogue is.
async fn step(
    State(face): Shared,
    spoken: Spoken,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    names: Named,
) -> Page {
    let place = names.place();
    let fresh = query.as_deref() == Some("new");
    let Some(cookie) = cookie::DIALOGUE.of(&headers, face.desk.web()) else {
        return if fresh {
            strays::no_cookie(&face, &spoken, &place)
        } else {
            strays::gone(&face, &spoken, Some(&place))
        };
    };
    if let Some(language) = spoken.asked {
        face.desk.speak(&cookie, language);
    }
    match face.desk.look(&cookie).await {
        Ok(view) if view.place == place => {
            let spoken = spoken.or(view.language);
            pages::step(&face, &spoken, &view)
        }
        Ok(view) => strays::elsewhere(&face, &spoken.or(view.language), &view.place),
        Err(_) => strays::gone(&face, &spoken, Some(&place)),
    }
}

/// `POST …/step`: an answer; whatever comes of it is seen at the same address, so that a reload repeats nothing.
async fn answer(
    State(face): Shared,
    Extension(client): Extension<Client>,
    spoken: Spoken,
    headers: HeaderMap,
    names: Named,
    RawForm(form): RawForm,
) -> Response {
    let place = names.place();
    let Some(cookie) = cookie::DIALOGUE.of(&headers, face.desk.web()) else {
        return strays::gone(&face, &spoken, Some(&place)).into_response();
    };
    let mut values = params(&form);
    let at = values.iter().position(|param| param.name == "step");
    let step = at.map(|at| values.swap_remove(at).value).unwrap_or_default();
    let heard = face.desk.answer(&cookie, client.0, Answer { step, values }).await;
    told(&face, &spoken, heard, Some(&place))
}

/// `GET /callback`: back from another system.
async fn returned(
    State(face): Shared,
    spoken: Spoken,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = params(query.unwrap_or_default().as_bytes());
    let Some(cookie) = cookie::DIALOGUE.of(&headers, face.desk.web()) else {
        return lost(&face, &spoken, &headers, strays::other(&face, &spoken, None));
    };
    match face.desk.returned(&cookie, params).await {
        Heard::Gone(None) => lost(&face, &spoken, &headers, strays::gone(&face, &spoken, None)),
        heard => told(&face, &spoken, heard, None),
    }
}

/// Nobody knows any more where this browser was; whoever is signed in finds the way from the cabinet.
fn lost(face: &Face, spoken: &Spoken, headers: &HeaderMap, page: Page) -> Response {
    let word = face.texts.of(None, spoken.language()).word("binding-cabinet");
    if is_signed(face, headers) { page.link("/", word).into_response() } else { page.into_response() }
}

fn told(face: &Face, spoken: &Spoken, heard: Heard, asked: Option<&Place>) -> Response {
    match heard {
        Heard::On(place) => see(&format!("{}/step", place.path())),
        Heard::Late(place) => strays::late(face, spoken, &place).into_response(),
        Heard::Other(place) => strays::other(face, spoken, place.as_ref()).into_response(),
        Heard::Gone(place) => strays::gone(face, spoken, place.as_ref().or(asked)).into_response(),
        Heard::Fault(place) => strays::fault(face, spoken, Some(&place)).into_response(),
    }
}

async fn nowhere(State(face): Shared, spoken: Spoken) -> Page {
    strays::nowhere(&face, &spoken)
}

/// Go and see there.
fn see(path: &str) -> Response {
    let mut response = (StatusCode::SEE_OTHER, page::headers()).into_response();
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, path);
    }
    response
}

fn params(text: &[u8]) -> Vec<Param> {
    let pairs = url::form_urlencoded::parse(text);
    pairs.map(|(name, value)| Param::new(name.into_owned(), value.into_owned())).collect()
}
