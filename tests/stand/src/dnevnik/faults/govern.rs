//! The layer every governed request passes: counts it, carries out the plan, notes the answer.

use std::future::pending;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::sleep;

use super::effect::{Answer, Plan};
use crate::dnevnik::answer;
use crate::dnevnik::app::{App, Shared, lock};
use crate::dnevnik::caller::token_of;
use crate::dnevnik::error::{ApiError, Kind};
use crate::dnevnik::settings::Spelling;
use crate::dnevnik::wire::Connection;

pub(crate) async fn govern(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let method = request.method().as_str().to_owned();
    let path = one_version(request.uri().path());
    let template = template(&request);
    let plan = lock(&app.faults).plan(&method, &template, &path);
    let fault = (!plan.names.is_empty()).then(|| plan.names.join("+"));
    let number = lock(&app.journal).came(&method, &template, fault);
    request.extensions_mut().insert(plan.storing);
    if let Some(listing) = plan.listing {
        request.extensions_mut().insert(listing);
    }
    let response = respell(&app, carry_out(&app, plan, request, next).await);
    lock(&app.journal).answered(number, response.status().as_u16());
    response
}

/// `/v1/…`, `/v2.0/…` are `/v2/…`: one name for one call.
fn one_version(path: &str) -> String {
    match path.strip_prefix("/v2.0/").or_else(|| path.strip_prefix("/v1/")) {
        Some(rest) => format!("/v2/{rest}"),
        None => path.to_owned(),
    }
}

/// The route's template, with `me` where the caller wrote `me`.
fn template(request: &Request) -> String {
    let Some(matched) = request.extensions().get::<MatchedPath>() else { return "(no such path)".into() };
    let segments = matched.as_str().split('/').zip(request.uri().path().split('/'));
    let segments: Vec<&str> =
        segments.map(|(of_route, of_path)| if of_path == "me" { "me" } else { of_route }).collect();
    one_version(&segments.join("/"))
}

async fn carry_out(app: &App, plan: Plan, request: Request, next: Next) -> Response {
    let connection = request.extensions().get::<Connection>().cloned();
    let (parts, body) = request.into_parts();
    if let Err(error) = withdraw(app, &plan, token_of(&parts).as_deref()) {
        return error.spelled(Spelling::Seen);
    }
    sleep(Duration::from_millis(plan.latency_ms)).await;
    if let Some(answer) = plan.before {
        // What the client still sends is read first: a reset or refusal then reliably meets a complete request.
        drop(to_bytes(body, usize::MAX).await);
        return say(answer, connection, Response::default()).await;
    }
    let response = next.run(Request::from_parts(parts, body)).await;
    match plan.after {
        Some(answer) => say(answer, connection, response).await,
        None => response,
    }
}

/// Token and role are lost before the request is looked at, and stay lost.
fn withdraw(app: &App, plan: &Plan, token: Option<&str>) -> Result<(), ApiError> {
    let Some(token) = token.filter(|_| plan.revoke.is_some() || plan.withdraw.is_some()) else {
        return Ok(());
    };
    app.write(|world, _| {
        let Some(known) = world.tokens.get_mut(token) else { return };
        let person = known.person;
        if let Some(refresh_too) = plan.revoke {
            known.revoked = true;
            if refresh_too {
                known.refresh.clear();
            }
        }
        if let Some(school) = plan.withdraw {
            world.withdraw_rights(person, school);
        }
    })
}

async fn say(answer: Answer, connection: Option<Connection>, response: Response) -> Response {
    match answer {
        Answer::Status { status, retry_after_s, retry_after_date, html } => {
            refusal(status, retry_after_s, retry_after_date, html)
        }
        Answer::Html => answer::gateway_page(StatusCode::OK),
        Answer::Truncated => truncated(response).await,
        Answer::Reset => {
            if let Some(connection) = connection {
                connection.reset();
            }
            pending().await
        }
        Answer::ResetMidway => reset_midway(response, connection).await,
        Answer::Lost { close_after_ms } => lost(connection, close_after_ms).await,
    }
}

fn refusal(status: u16, retry_after_s: Option<u64>, as_date: bool, html: bool) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = match status.as_u16() {
        429 | 433 => Kind::RequestLimit,
        401 => Kind::InvalidToken,
        403 => Kind::OwnerForbidden,
        _ => Kind::ServerError,
    };
    let mut response = match html {
        true => answer::gateway_page(status),
        false => ApiError::new(kind, "Injected by the stand-in").spelled(Spelling::Seen),
    };
    *response.status_mut() = status;
    if let Some(value) = retry_after_s.and_then(|seconds| retry_after(seconds, as_date)) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn retry_after(seconds: u64, as_date: bool) -> Option<HeaderValue> {
    if !as_date {
        return Some(HeaderValue::from(seconds));
    }
    // Real time, not the stand-in's clock: the client compares with its own. A date has whole seconds, so the next
    // one is taken, lest the pause come out shorter than ordered.
    let at = jiff::Timestamp::now().checked_add(Duration::from_millis(seconds * 1000 + 999)).ok()?;
    let text = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()?;
    HeaderValue::from_str(&text).ok()
}

async fn bytes_of(body: Body) -> Bytes {
    // Bodies here were made in memory by our own handlers: reading one cannot fail.
    to_bytes(body, usize::MAX).await.unwrap_or_default()
}

/// Half of the answer with a matching length: whole for HTTP, broken for JSON.
async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let whole = bytes_of(body).await;
    let half = whole.slice(..whole.len() / 2);
    Response::from_parts(parts, Body::from(half))
}

/// The head with the full length and half of the body, then RST.
async fn reset_midway(response: Response, connection: Option<Connection>) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = bytes_of(body).await;
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let half = whole.slice(..whole.len() / 2);
    Response::from_parts(parts, Body::new(Broken { half: Some(half), connection }))
}

async fn lost(connection: Option<Connection>, close_after_ms: Option<u64>) -> Response {
    if let (Some(ms), Some(connection)) = (close_after_ms, connection) {
        sleep(Duration::from_millis(ms)).await;
        connection.close();
    }
    pending().await
}

/// A body that breaks its connection after the first piece.
struct Broken {
    half: Option<Bytes>,
    connection: Option<Connection>,
}

impl hyper::body::Body for Broken {
    type Data = Bytes;
    type Error = std::convert::Infallible;
    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        if let Some(half) = self.half.take() {
            return std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(half))));
        }
        // Never woken: the connection that polls this is on its way down.
        if let Some(connection) = self.connection.take() {
            connection.reset();
        }
        std::task::Poll::Pending
    }
}

/// Our refusals carry themselves along; where the settings ask for it they are spelled anew.
fn respell(app: &App, response: Response) -> Response {
    let spelling = app.read(|view| view.world.settings.error_spelling);
    match response.extensions().get::<ApiError>() {
        Some(error) if spelling != Spelling::Seen => error.spelled(spelling),
        _ => response,
    }
}
