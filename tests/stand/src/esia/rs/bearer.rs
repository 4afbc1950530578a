//! Whose token a request brings, and what it opens.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;

use super::error::Unseen;
use crate::esia::app::{App, Shared};
use crate::esia::faults::Sum;
use crate::esia::model::Oid;
use crate::esia::scope;

/// A live access token.
pub(super) struct Bearer {
    oid: Option<Oid>,
    words: Vec<String>,
}

impl Bearer {
    fn of(app: &App, parts: &Parts) -> Result<Bearer, Unseen> {
        let sum = parts.extensions.get::<Sum>().cloned().unwrap_or_default();
        sum.refuse().map_err(Unseen::Ordered)?;
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = value.and_then(|value| value.strip_prefix("Bearer ")).ok_or(Unseen::NoToken)?;
        app.read(|world, now| {
            let known = world.access.get(token.trim()).ok_or(Unseen::NoToken)?;
            match known.expires > now {
                true => Ok(Bearer { oid: known.oid, words: known.scope.clone() }),
                false => Err(Unseen::Expired),
            }
        })
    }

    /// Only the person who signed in.
    pub(super) fn is(&self, oid: Oid) -> Result<(), Unseen> {
        match self.oid == Some(oid) {
            true => Ok(()),
            false => Err(Unseen::ScopeNotAllowed),
        }
    }

    /// Does it open at least one of these?
    pub(super) fn opens(&self, scopes: &[&str]) -> bool {
        self.words.iter().any(|word| scopes.contains(&word.as_str()))
    }

    /// The scopes about this organisation, without its number.
    pub(super) fn about_organization(&self, oid: Oid) -> Vec<&str> {
        let own = self.words.iter().filter(|word| scope::organization(word) == Some(oid));
        own.map(|word| scope::base(word)).collect()
    }
}

impl FromRequestParts<Shared> for Bearer {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Response> {
        Bearer::of(app, parts).map_err(|unseen| unseen.answer(app))
    }
}
