//! Whose request it is: taken from the cookie before a page is made. Whoever is not signed in is sent to do so.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, RawForm, Request};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded::byte_serialize;

use crate::daemon::cabinet::Person;
use crate::daemon::desk::Closed;
use crate::error::Error;
use crate::model::Param;
use crate::web::language::Spoken;
use crate::web::{Face, cookie, params, see, strays};

/// Somebody who is signed in.
pub(super) struct Signed(pub(super) Person);

impl FromRequestParts<Arc<Face>> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, face: &Arc<Face>) -> Result<Self, Response> {
        let token = cookie::SESSION.of(&parts.headers, face.desk.web());
        let found = token.map_or(Ok(None), |token| face.cabinet.who(&token));
        match found {
            Ok(Some(person)) => Ok(Self(person)),
            Ok(None) => Err(see(&sign_in(parts))),
            Err(error) => Err(fault(face, &spoken(parts).await, &error)),
        }
    }
}

/// In which language whoever asked is answered.
pub(super) async fn spoken(parts: &mut Parts) -> Spoken {
    match Spoken::from_request_parts(parts, &()).await {
        Ok(spoken) => spoken,
        Err(never) => match never {},
    }
}

/// Where somebody signs in, and goes on where they wanted to.
fn sign_in(parts: &Parts) -> String {
    let path = parts.uri.path();
    let wanted = parts.method == Method::GET && is_ours(path);
    let to: String = byte_serialize(path.as_bytes()).collect();
    if wanted { format!("/~sign-in?to={to}") } else { "/~sign-in?over".to_owned() }
}

/// A page of a school, and nothing that leads elsewhere.
pub(super) fn is_ours(path: &str) -> bool {
    ["/~school/", "/runs/"].iter().any(|own| path.starts_with(own))
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// Our own fault.
pub(super) fn fault(face: &Face, spoken: &Spoken, error: &Error) -> Response {
    tracing::error!(?error, "a page of the cabinet cannot be made");
    strays::fault(face, spoken, None).into_response()
}

/// Nobody answers at the moment: the server stops, or has its hands full.
pub(super) fn busy(face: &Face, spoken: &Spoken) -> Response {
    strays::closed(face, spoken, Closed::Busy).into_response()
}

/// A form that somebody sent from a page of this very session; what is in it. Nothing where it came from elsewhere, or
/// from a session that is over.
pub(super) fn own_form(person: &Person, RawForm(form): &RawForm) -> Option<Vec<Param>> {
    let values = params(form);
    (value(&values, "step") == person.step).then_some(values)
}

/// What is in the form of a request by somebody; the page about it where it came from elsewhere.
pub(super) async fn sent(
    request: Request,
    person: &Person,
    face: &Arc<Face>,
    spoken: &Spoken,
) -> Result<Vec<Param>, Response> {
    let form = RawForm::from_request(request, face).await.map_err(IntoResponse::into_response)?;
    own_form(person, &form).ok_or_else(|| refused(face, spoken))
}

/// A form that came from elsewhere.
pub(super) fn refused(face: &Face, spoken: &Spoken) -> Response {
    strays::refused(face, spoken, StatusCode::FORBIDDEN).into_response()
}

/// A value of a form; empty where it is not there.
pub(super) fn value<'a>(values: &'a [Param], name: &str) -> &'a str {
    values.iter().find(|param| param.name == name).map_or("", |param| &param.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere_after_signing_in() {
        assert!(is_ours("/~school/57/dnevnik"));
        for bad in ["", "/", "//evil", "https://evil/~school/", "/~school/\\evil", "/~school/a b", "/~me"] {
            assert!(!is_ours(bad), "{bad}");
        }
    }
}
