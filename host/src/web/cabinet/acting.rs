//! Somebody who may change something at their school. Whoever only looks is told so in plain words.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::school::{AtSchool, home};
use super::shell::said;
use super::signed::spoken;
use crate::daemon::cabinet::{Person, School};
use crate::web::Face;
use crate::web::language::Spoken;

/// Somebody at a school where they may change something.
pub(super) struct Acting {
    pub(super) person: Person,
    pub(super) school: School,
}

impl FromRequestParts<Arc<Face>> for Acting {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, face: &Arc<Face>) -> Result<Self, Response> {
        let AtSchool { person, school } = AtSchool::from_request_parts(parts, face).await?;
        if person.account.acts(&school.config.id) {
            return Ok(Self { person, school });
        }
        Err(only_looks(face, &spoken(parts).await, &home(&school)))
    }
}

/// What whoever only looks is told, and the way back.
pub(super) fn only_looks(face: &Face, spoken: &Spoken, back: &str) -> Response {
    said(face, spoken, StatusCode::FORBIDDEN, "only-looks", Some((back, "only-looks-back")))
}
