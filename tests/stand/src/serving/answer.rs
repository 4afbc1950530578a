//! Putting bytes into answers: JSON, pages, redirects.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

pub(crate) fn with_type(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Response {
    json_with(StatusCode::OK, value)
}

pub(crate) fn json_with<T: Serialize + ?Sized>(status: StatusCode, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => with_type(status, "application/json; charset=utf-8", bytes),
        Err(error) => with_type(
            StatusCode::INTERNAL_SERVER_ERROR,
            "text/plain; charset=utf-8",
            format!("cannot encode the answer: {error}"),
        ),
    }
}

/// JSON with indents, for people and for snapshots.
pub(crate) fn pretty<T: Serialize>(value: &T) -> Response {
    match serde_json::to_string_pretty(value) {
        Ok(text) => with_type(StatusCode::OK, "application/json; charset=utf-8", text + "\n"),
        Err(error) => json_with(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

pub(crate) fn page(status: StatusCode, html: String) -> Response {
    with_type(status, "text/html; charset=utf-8", html)
}

/// 302 to `location`; text that cannot be a header becomes a refusal.
pub(crate) fn redirect(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(value) => {
            let mut response = with_type(StatusCode::FOUND, "text/html; charset=utf-8", Body::empty());
            response.headers_mut().insert(header::LOCATION, value);
            response
        }
        Err(_) => page(StatusCode::BAD_REQUEST, "bad address".into()),
    }
}

/// Text made safe for HTML, attribute values included.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
