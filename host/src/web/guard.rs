//! Before a request reaches anything: is it meant for us, does it come from our own pages, is it small and soon enough?

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::client::Client;
use super::language::Spoken;
use super::{Face, cabinet, strays};
use crate::daemon::page;
use crate::model::web::Web;

/// Bytes of a form.
const BODY: usize = 16 << 10;

/// The same where a form has many fields.
const LONG_BODY: usize = 64 << 10;

/// Time for a form to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(15);

/// Time for an answer. A turn that takes longer goes on; its page can be looked at again.
const ANSWER_WITHIN: Duration = Duration::from_secs(90);

/// The same where files come with the request.
const FILES_WITHIN: Duration = Duration::from_secs(700);

/// Judges a request, and sees to it that whatever is answered carries the headers of all pages.
pub(super) async fn guard(
    State(face): State<Arc<Face>>,
    spoken: Spoken,
    request: Request,
    next: Next,
) -> Response {
    let web = face.desk.web();
    let answer = judged(&face, request, next).await.and_then(told);
    let mut answer = answer.unwrap_or_else(|status| strays::refused(&face, &spoken, status).into_response());
    for (name, value) in &page::headers() {
        // A page that has a script says so itself.
        if name != header::CONTENT_SECURITY_POLICY || !answer.headers().contains_key(name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    if web.is_secure() {
        let year = HeaderValue::from_static("max-age=31536000");
        answer.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    answer
}

async fn judged(face: &Face, request: Request, next: Next) -> Result<Response, StatusCode> {
    let web = face.desk.web();
    if !is_ours(web, &request) {
        return Err(StatusCode::MISDIRECTED_REQUEST);
    }
    if request.method() == Method::POST && !is_from_us(request.headers()) {
        return Err(StatusCode::FORBIDDEN);
    }
    let nobody = SocketAddr::from((IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0));
    let peer =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(nobody, |ConnectInfo(peer)| *peer);
    let client = Client::of(web, peer, request.headers());
    if !face.desk.may_ask(client.0) {
        return Err(StatusCode::TOO_MANY_REQUESTS);
    }
    let brings_files = request.method() == Method::POST && cabinet::brings_files(request.uri().path());
    let (mut request, within) =
        if brings_files { (request, FILES_WITHIN) } else { (whole(request).await?, ANSWER_WITHIN) };
    request.extensions_mut().insert(client);
    tokio::time::timeout(within, next.run(request)).await.map_err(|_| StatusCode::GATEWAY_TIMEOUT)
}

/// What the router refuses by itself (an address that is no text, a method that a page does not take) says nothing to people.
fn told(answer: Response) -> Result<Response, StatusCode> {
    let media = answer.headers().get(header::CONTENT_TYPE);
    let is_page = media.is_some_and(|media| media.as_bytes().starts_with(b"text/html"));
    if answer.status().is_client_error() && !is_page { Err(answer.status()) } else { Ok(answer) }
}

/// Asked for by the name people type, and by no other that may point here.
fn is_ours(web: &Web, request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let asked = hosts.next().and_then(|host| host.to_str().ok());
    hosts.next().is_none() && asked.is_some_and(|host| host.eq_ignore_ascii_case(web.authority()))
}

/// Browsers say where a request comes from; what they say of ours is `same-origin`. (`Origin` says nothing here: pages
/// that send no referrer send `null`.) Who says nothing is no browser with somebody's cookie in it, or an old one, and
/// still has to know the step.
fn is_from_us(headers: &HeaderMap) -> bool {
    let site = headers.get(HeaderName::from_static("sec-fetch-site"));
    site.is_none_or(|site| ["same-origin", "none"].iter().any(|own| site == own))
}

/// The request with its body read: a form, not too long, in time.
async fn whole(request: Request) -> Result<Request, StatusCode> {
    let most = if cabinet::has_long_forms(request.uri().path()) { LONG_BODY } else { BODY };
    let (parts, body) = request.into_parts();
    let bytes = tokio::time::timeout(BODY_WITHIN, to_bytes(body, most)).await;
    match bytes {
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Ok(bytes)) => Ok(Request::from_parts(parts, Body::from(bytes))),
    }
}
