//! Who is calling: from the token of a request to a person with scopes.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;

use super::app::{App, Shared};
use super::error::{ApiError, Kind};
use super::id::Id;
use super::query::Query;

/// The person behind a live token.
pub(crate) struct Caller {
    pub(crate) person: Id,
    scopes: Vec<String>,
    check_scopes: bool,
}

/// The token of a request: the header, or in the old version the query as well.
pub(crate) fn token_of(parts: &Parts) -> Option<String> {
    let header = parts.headers.get("access-token").and_then(|value| value.to_str().ok()).map(String::from);
    // Behind the router the version has been cut off the path.
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    let old = uri.path().starts_with("/v1/");
    header.or_else(|| Query::parse(uri.query().filter(|_| old)?).get("access_token").map(String::from))
}

impl Caller {
    pub(crate) fn of_token(app: &App, token: Option<&str>) -> Result<Caller, ApiError> {
        let token = token.filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| ApiError::new(Kind::TokenRequired, "Access token is required"))?;
        app.read(|view| {
            let known =
                view.world.tokens.get(token).filter(|known| !known.revoked && known.expires > view.now);
            let known = known
                .ok_or_else(|| ApiError::new(Kind::InvalidToken, "Access token is invalid or expired"))?;
            let scopes = known.scope.split(',').map(|scope| scope.trim().to_lowercase()).collect();
            Ok(Caller { person: known.person, scopes, check_scopes: view.world.settings.check_scopes })
        })
    }

    pub(crate) fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == &scope.to_lowercase())
    }

    /// Refuses unless the token carries `scope`.
    pub(crate) fn needs(&self, scope: &str) -> Result<(), ApiError> {
        if !self.check_scopes || self.has(scope) {
            return Ok(());
        }
        Err(ApiError::new(Kind::OutOfScope, format!("Scope {scope} is required")))
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        Caller::of_token(app, token_of(parts).as_deref())
    }
}
