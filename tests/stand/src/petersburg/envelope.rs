//! The envelope around every answer, and pages of a list.
//!
//! What `before` and `next` are at the ends of a list is our assumption: the first and the last page themselves. So are
//! the sentences in `messages`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::pages;
use crate::serving::answer::{json, json_with};

#[derive(Serialize)]
struct Envelope<T> {
    data: T,
    validations: Vec<Said>,
    messages: Vec<Said>,
    debug: [(); 0],
}

#[derive(Serialize)]
struct Said {
    message: String,
}

/// Some items of a list, and where they stand in it.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    items: Vec<T>,
    before: u64,
    current: u64,
    next: u64,
    last: u64,
    total_pages: u64,
    total_items: u64,
}

impl<T> Page<T> {
    /// The `current`-th page, from 1, of a list cut into pages of `limit`, which is not 0; `shift` items later than it
    /// should begin.
    pub(crate) fn cut(all: Vec<T>, current: u64, limit: u64, shift: usize) -> Page<T> {
        let total_items = all.len() as u64;
        let last = total_items.div_ceil(limit).max(1);
        let (skip, take) = ((current.max(1) - 1).saturating_mul(limit) as usize, limit as usize);
        let items = all.into_iter().skip(skip.saturating_add(shift)).take(take).collect();
        let (before, next) = (current.saturating_sub(1).max(1), (current + 1).min(last));
        Page { items, before, current, next, last, total_pages: last, total_items }
    }
}

pub(crate) fn good<T: Serialize>(data: T) -> Response {
    json(&Envelope { data, validations: Vec::new(), messages: Vec::new(), debug: [] })
}

/// What comes instead of what was asked for.
pub(crate) enum Refusal {
    /// Input that the portal does not take.
    Invalid(&'static str),
    /// This status, with this sentence.
    Refused(StatusCode, &'static str),
    /// Something on this machine went wrong.
    Fault(String),
    /// The page for people, with 200.
    SignInPage,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, validations, messages) = match self {
            Refusal::SignInPage => return pages::sign_in(),
            Refusal::Invalid(text) => (StatusCode::BAD_REQUEST, said(text), Vec::new()),
            Refusal::Refused(status, text) => (status, Vec::new(), said(text)),
            Refusal::Fault(text) => (StatusCode::INTERNAL_SERVER_ERROR, Vec::new(), said(text)),
        };
        json_with(status, &Envelope { data: (), validations, messages, debug: [] })
    }
}

fn said(message: impl Into<String>) -> Vec<Said> {
    vec![Said { message: message.into() }]
}
