//! Requests as the settings describe them, and what came of them, as text.

use super::behave::{Settings, unknown};
use super::bindings::exchange::connector::http::{
    self, Body, FormValue, HttpError, Raw, Request, Response, TextOrSecret,
};
use super::bindings::exchange::connector::types::{Change, Effect, Failure, Input, Param};

pub(crate) fn param((name, value): &(String, String)) -> Param {
    Param { name: name.clone(), value: value.clone() }
}

fn request(settings: &Settings) -> Request {
    let params = |list: &[(String, String)]| list.iter().map(param).collect();
    Request {
        operation: settings.operation.clone(),
        path: params(&settings.path),
        query: params(&settings.query),
        headers: params(&settings.headers),
        body: body(settings),
        changes: settings.changes.clone(),
        token: settings.token.clone(),
        timeout: settings.timeout,
    }
}

fn body(settings: &Settings) -> Body {
    if let Some((content_type, text)) = &settings.raw {
        return Body::Bytes(Raw { content_type: content_type.clone(), content: text.clone().into_bytes() });
    }
    if let Some(json) = &settings.json {
        return Body::Json(json.clone());
    }
    if settings.form.is_empty() {
        return Body::None;
    }
    Body::Form(settings.form.iter().map(form_value).collect())
}

/// `secret:` before a value makes it the name of a secret.
fn form_value((name, value): &(String, String)) -> FormValue {
    let value = match value.strip_prefix("secret=") {
        Some(secret) => TextOrSecret::Secret(secret.into()),
        None => TextOrSecret::Text(value.clone()),
    };
    FormValue { name: name.clone(), value }
}

/// What came of a request: status and body, or the error.
fn told(answer: &Result<Response, HttpError>) -> String {
    match answer {
        Ok(response) => format!("{} {}", response.status, http::decode(&response.body, None)),
        Err(HttpError::Denied(why)) => format!("denied: {why}"),
        Err(HttpError::NotProcessed(after)) => format!("not processed {after:?}"),
        Err(HttpError::Unanswered) => "unanswered".into(),
        Err(HttpError::TooLarge) => "too large".into(),
    }
}

pub(crate) fn one(settings: &Settings) -> String {
    told(&http::send(&request(settings)))
}

pub(crate) fn flood(settings: &Settings) -> String {
    (0..settings.count).for_each(|_| drop(http::send(&request(settings))));
    "survived".into()
}

pub(crate) fn all_at_once(settings: &Settings) -> String {
    let requests: Vec<_> = (0..settings.count).map(|_| request(settings)).collect();
    http::send_all(&requests).iter().map(told).collect::<Vec<_>>().join(",")
}

pub(crate) fn start_many(settings: &Settings) -> String {
    let pending: Vec<_> = (0..settings.count).map(|_| http::start(&request(settings))).collect();
    pending.iter().map(|one| told(&one.wait())).collect::<Vec<_>>().join(",")
}

/// A turn of the dialogue: signs in, then asks who it is, and tells all it saw.
pub(crate) fn dialogue(input: &Input, _state: &[u8]) -> String {
    if matches!(input, Input::Started) {
        return String::new();
    }
    let secret =
        FormValue { name: "client_secret".into(), value: TextOrSecret::Secret("client-secret".into()) };
    let sign_in = Request { body: Body::Form(vec![secret]), ..plain("sign-in") };
    let first = told(&http::send(&sign_in));
    let second = told(&http::send(&plain("who-am-i")));
    format!("{first} | {second}")
}

fn plain(operation: &str) -> Request {
    Request {
        operation: operation.into(),
        path: Vec::new(),
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::None,
        changes: Vec::new(),
        token: None,
        timeout: None,
    }
}

/// Writes all changes in one request.
pub(crate) fn write(changes: &[Change], settings: &Settings) -> Result<Vec<Effect>, Failure> {
    let (operation, token) = match &settings.token {
        Some(token) => ("put-with-token", Some(token.clone())),
        None => ("put", None),
    };
    let all = (0..changes.len() as u32).collect();
    let request = Request { body: Body::Json("{}".into()), changes: all, token, ..plain(operation) };
    let answer = http::send(&request);
    Ok(changes.iter().map(|change| effect(&answer, &change.item.key)).collect())
}

fn effect(answer: &Result<Response, HttpError>, key: &str) -> Effect {
    match answer {
        Ok(response) if response.status < 300 => super::made(key),
        Err(HttpError::Unanswered) => Effect::InDoubt(super::note("unanswered")),
        other => Effect::Postponed(unknown(&told(other))),
    }
}
