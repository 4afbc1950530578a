//! Somebody who may change something at their school. Whoever only looks is told so in plain words.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::school::AtSchool;
use super::shell::said;
use super::signed::spoken;
use crate::daemon::cabinet::{Person, School};
use crate::web::Face;

/// Somebody at a school where they may change something.
pub(super) struct Acting {
    pub(super) person: Person,
    pub(super) school: School,
}

impl FromRequestParts<Arc<Face>> for Acting {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, face: &Arc<Face>) -> Result<Self, Response> {
        let AtSchool { person, school } = AtSchool::from_request_parts(parts, face).await?;
        if may_act(&person, &school) {
            return Ok(Self { person, school });
        }
        let (home, to) = (format!("/~school/{}", school.config.id), "cabinet-only-looks-back");
        let spoken = spoken(parts).await;
        Err(said(face, &spoken, StatusCode::FORBIDDEN, "cabinet-only-looks", Some((&home, to))))
    }
}

/// May somebody change something at this school?
pub(super) fn may_act(person: &Person, school: &School) -> bool {
    person.account.acts(&school.config.id)
}
