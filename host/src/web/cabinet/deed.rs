//! Forms that change something at a school: sent from a page of the very session, by somebody who may.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;

use super::acting::only_looks;
use super::school::{AtSchool, home};
use super::signed::{sent, spoken, value};
use crate::daemon::cabinet::Actor;
use crate::model::{Param, visible};
use crate::web::Face;

/// Characters of a reason that are kept.
const REASON: usize = 300;

/// Somebody who may change something at a school, and what they sent.
pub(super) struct Deed {
    /// Who, and where.
    pub(super) actor: Actor,
    /// What the form says.
    pub(super) values: Vec<Param>,
}

impl FromRequest<Arc<Face>> for Deed {
    type Rejection = Response;

    async fn from_request(request: Request, face: &Arc<Face>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let AtSchool { person, school } = AtSchool::from_request_parts(&mut parts, face).await?;
        let spoken = spoken(&mut parts).await;
        let values = sent(Request::from_parts(parts, body), &person, face, &spoken).await?;
        let back = home(&school);
        let actor = face.cabinet.actor(person, school).ok_or_else(|| only_looks(face, &spoken, &back))?;
        Ok(Self { actor, values })
    }
}

impl Deed {
    /// A value; empty where it is not there.
    pub(super) fn value(&self, name: &str) -> &str {
        value(&self.values, name)
    }

    /// Why, in the words of whoever acts; `None`: nothing was said.
    pub(super) fn reason(&self) -> Option<String> {
        let said: String = self.value("reason").trim().chars().take(REASON).collect();
        (!said.is_empty()).then(|| visible(&said).into_owned())
    }
}
