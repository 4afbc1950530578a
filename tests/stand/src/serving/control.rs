//! The remote control under `/_stand`: no token needed, never struck by faults, never counted.
//!
//! Faults, the log and the clock are steered here in one way; state, seed and settings are each stand-in's own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::answer::{json, json_with, pretty};
use super::clock::{Clock, Millis};
use super::faults::{Faults, Rule, Special};
use super::journal::Journal;
use super::lock;

/// What the remote control steers of any stand-in.
pub(crate) struct Controls<S: Special> {
    pub(crate) clock: Clock,
    pub(crate) faults: Mutex<Faults<S>>,
    pub(crate) journal: Mutex<Journal>,
}

impl<S: Special> Controls<S> {
    /// Every request is handled so much later; nothing else goes wrong.
    pub(crate) fn after(latency: Duration) -> Self {
        let (clock, journal) = (Clock::default(), Mutex::default());
        Controls { clock, faults: Mutex::new(Faults::after(latency)), journal }
    }
}

/// A stand-in that can be steered.
pub(crate) trait Controlled: Send + Sync + 'static {
    type Effects: Special;
    fn controls(&self) -> &Controls<Self::Effects>;
}

/// A request to the remote control that cannot be followed.
pub(crate) struct Refused {
    r#type: &'static str,
    description: String,
}

impl Refused {
    pub(crate) fn new(r#type: &'static str, description: impl Into<String>) -> Refused {
        Refused { r#type, description: description.into() }
    }

    /// A member with a value that means nothing.
    pub(crate) fn invalid(description: impl Into<String>) -> Refused {
        Refused::new("parameterInvalid", description)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: &'a str,
            description: &'a str,
        }
        let body = Body { r#type: self.r#type, description: &self.description };
        json_with(StatusCode::BAD_REQUEST, &body)
    }
}

/// The body as JSON of one form.
pub(crate) fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(bytes)
        .map_err(|error| Refused::new("invalidRequest", format!("Bad body: {error}")))
}

#[derive(Serialize)]
struct Done {
    ok: bool,
}

/// The answer where there is nothing to say.
pub(crate) fn done() -> Response {
    json(&Done { ok: true })
}

/// These settings with the members of `patch` in place of their own; an unknown member is an error.
pub(crate) fn patched<T: Serialize + DeserializeOwned>(
    settings: &T,
    patch: serde_json::Map<String, serde_json::Value>,
) -> serde_json::Result<T> {
    let mut whole = serde_json::to_value(settings)?;
    if let Some(members) = whole.as_object_mut() {
        members.extend(patch);
    }
    serde_json::from_value(whole)
}

pub(crate) fn routes<A: Controlled>() -> Router<Arc<A>> {
    Router::new()
        .route("/_stand", get(index))
        .route("/_stand/", get(index))
        .route("/_stand/faults", get(faults::<A>).post(set_faults::<A>).delete(clear_faults::<A>))
        .route("/_stand/requests", get(requests::<A>).delete(clear_requests::<A>))
        .route("/_stand/clock", post(advance_clock::<A>))
}

async fn index() -> Response {
    json(&["state", "seed", "settings", "faults", "requests", "clock"].map(|name| format!("/_stand/{name}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "S: Special"))]
struct NewFaults<S: Special> {
    faults: Vec<Rule<S>>,
}

async fn faults<A: Controlled>(State(app): State<Arc<A>>) -> Response {
    pretty(&lock(&app.controls().faults).rules())
}

/// The list given takes the place of the one in force; its counters begin at nought.
async fn set_faults<A: Controlled>(State(app): State<Arc<A>>, bytes: Bytes) -> Result<Response, Refused> {
    let NewFaults { faults } = body::<NewFaults<A::Effects>>(&bytes)?;
    for rule in &faults {
        rule.check().map_err(Refused::invalid)?;
    }
    lock(&app.controls().faults).set(faults);
    Ok(done())
}

async fn clear_faults<A: Controlled>(State(app): State<Arc<A>>) -> Response {
    lock(&app.controls().faults).set(Vec::new());
    done()
}

async fn requests<A: Controlled>(State(app): State<Arc<A>>) -> Response {
    pretty(&lock(&app.controls().journal).entries())
}

async fn clear_requests<A: Controlled>(State(app): State<Arc<A>>) -> Response {
    lock(&app.controls().journal).clear();
    done()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Advance {
    advance_ms: Millis,
}

/// Moves the stand-in's clock, so that a test need not wait for an end.
async fn advance_clock<A: Controlled>(State(app): State<Arc<A>>, bytes: Bytes) -> Result<Response, Refused> {
    let Advance { advance_ms } = body(&bytes)?;
    app.controls().clock.advance(advance_ms);
    Ok(done())
}
