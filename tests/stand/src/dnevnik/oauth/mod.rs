//! Signing in, consent, tokens: what the login host and the token endpoint do.

mod authorize;
mod login;
mod token;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{get, post};

use super::app::Shared;
use super::id::Id;
use super::view::View;
use crate::serving::cookie;

/// Words accepted in `scope`: today's, and those of the first version, in any case.
const SCOPES: &[&str] = &[
    "CommonInfo",
    "ContactInfo",
    "FriendsAndRelatives",
    "EducationalInfo",
    "SocialInfo",
    "Files",
    "Wall",
    "Messages",
    "FullName",
    "Birthday",
    "Age",
    "Sex",
    "Avatar",
    "Roles",
    "Schools",
    "Organizations",
    "EduGroups",
    "Lessons",
    "Marks",
    "EduWorks",
    "Relatives",
    "Contacts",
    "Friends",
    "Groups",
    "Networks",
    "Events",
    "EmailAddress",
    "SocialEntityMembership",
];

const COOKIE: &str = "DnevnikStandAuth";

/// The pages of the login host.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/oauth2", get(authorize::ask).post(authorize::decide))
        .route("/oauth2/Authorization/Result", get(authorize::result))
        .route("/login", get(login::form).post(login::enter))
        .route("/login/", get(login::form).post(login::enter))
        .route("/logout", get(login::leave))
}

/// The calls of the API host; they get a version prefix like all its calls.
pub(crate) fn token_routes() -> Router<Shared> {
    Router::new()
        .route("/authorizations", post(token::exchange))
        .route("/authorizations/bycredentials", post(token::by_credentials))
}

/// A client's GUID in one form: without dashes, in lower case.
fn plain_guid(text: &str) -> String {
    text.replace('-', "").to_lowercase()
}

/// With dashes, the way addresses of results show it; text of another length stays as it is.
fn dashed_guid(text: &str) -> String {
    let plain = plain_guid(text);
    if plain.len() != 32 || !plain.is_ascii() {
        return plain;
    }
    [&plain[..8], &plain[8..12], &plain[12..16], &plain[16..20], &plain[20..]].join("-")
}

/// The scopes asked for, or the first word that is none.
fn check_scopes(scope: &str) -> Result<(), &str> {
    let words = scope.split(',').map(str::trim).filter(|word| !word.is_empty());
    for word in words {
        if !SCOPES.iter().any(|known| known.eq_ignore_ascii_case(word)) {
            return Err(word);
        }
    }
    Ok(())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    cookie::value(headers, COOKIE)
}

/// The person signed in with this browser.
fn signed_in(view: View<'_>, headers: &HeaderMap) -> Option<Id> {
    view.world.sessions.get(cookie(headers)?).copied()
}
