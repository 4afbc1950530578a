//! The one cookie by which a stand-in knows a browser again.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

/// The value of the cookie `name`, if the browser sent it.
pub(crate) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| {
        let (own, value) = pair.trim().split_once('=')?;
        (own == name).then_some(value)
    })
}

/// Gives the browser a cookie for this host, until it is closed.
pub(crate) fn set(response: Response, name: &str, value: &str) -> Response {
    with(response, &format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax"))
}

/// Takes the cookie away.
pub(crate) fn clear(response: Response, name: &str) -> Response {
    with(response, &format!("{name}=; Path=/; Max-Age=0"))
}

fn with(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}
