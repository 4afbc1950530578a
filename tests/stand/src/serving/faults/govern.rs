//! Carrying out a plan: the layer every governed request passes calls this.

use std::future::pending;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::sleep;

use super::effect::{Answer, Plan, Special};
use crate::serving::wire::Connection;

/// The route's template, with `me` where the caller wrote `me`.
pub(crate) fn template(request: &Request) -> String {
    let Some(matched) = request.extensions().get::<MatchedPath>() else { return "(no such path)".into() };
    let segments = matched.as_str().split('/').zip(request.uri().path().split('/'));
    let segments: Vec<&str> =
        segments.map(|(of_route, of_path)| if of_path == "me" { "me" } else { of_route }).collect();
    segments.join("/")
}

/// Handles a request the way the plan wants it.
pub(crate) async fn carry_out<S: Special>(plan: Plan<S>, request: Request, next: Next) -> Response {
    let connection = request.extensions().get::<Connection>().cloned();
    sleep(Duration::from_millis(plan.latency_ms)).await;
    if let Some(answer) = plan.before {
        // What the client still sends is read first: a reset or refusal then reliably meets a complete request.
        drop(to_bytes(request.into_body(), usize::MAX).await);
        return say::<S>(answer, connection, Response::default()).await;
    }
    let response = next.run(request).await;
    match plan.after {
        Some(answer) => say::<S>(answer, connection, response).await,
        None => response,
    }
}

async fn say<S: Special>(answer: Answer, connection: Option<Connection>, response: Response) -> Response {
    match answer {
        Answer::Status { status, retry_after_s, retry_after_date, html } => {
            refusal::<S>(status, retry_after_s, retry_after_date, html)
        }
        Answer::Html => S::gateway_page(StatusCode::OK),
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

fn refusal<S: Special>(status: u16, retry_after_s: Option<u64>, as_date: bool, html: bool) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match html {
        true => S::gateway_page(status),
        false => S::refusal(status),
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
