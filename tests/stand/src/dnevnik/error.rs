//! Refusals in the system's words: a status and `{type, description}`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::serving::answer;
use super::settings::Spelling;

/// Kinds of refusal; the status of each is fixed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    InvalidRequest,
    ParameterInvalid,
    TokenRequired,
    InvalidToken,
    OutOfScope,
    OwnerForbidden,
    ResourceUnavailable,
    MethodNotSupported,
    RequestLimit,
    ServerError,
    AuthorizationFailed,
}

impl Kind {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Kind::InvalidRequest | Kind::ParameterInvalid | Kind::AuthorizationFailed => {
                StatusCode::BAD_REQUEST
            }
            Kind::TokenRequired | Kind::InvalidToken => StatusCode::UNAUTHORIZED,
            Kind::OutOfScope | Kind::OwnerForbidden => StatusCode::FORBIDDEN,
            Kind::ResourceUnavailable => StatusCode::NOT_FOUND,
            Kind::MethodNotSupported => StatusCode::METHOD_NOT_ALLOWED,
            Kind::RequestLimit => StatusCode::TOO_MANY_REQUESTS,
            Kind::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The word for this kind. Live answers shorten the `authorization…` words and keep the `api…` ones.
    pub(crate) fn word(self, spelling: Spelling) -> &'static str {
        let (long, short) = self.words();
        match spelling {
            Spelling::Long => long,
            Spelling::Short => short,
            Spelling::Seen if long.starts_with("api") => long,
            Spelling::Seen => short,
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Kind::InvalidRequest => ("invalidRequest", "invalidRequest"),
            Kind::ParameterInvalid => ("parameterInvalid", "parameterInvalid"),
            Kind::TokenRequired => ("authorizationTokenRequired", "tokenRequired"),
            Kind::InvalidToken => ("authorizationInvalidToken", "invalidToken"),
            Kind::OutOfScope => ("authorizationOutOfScope", "outOfScope"),
            Kind::OwnerForbidden => ("authorizationOwnerForbidden", "ownerForbidden"),
            Kind::ResourceUnavailable => ("apiResourceUnavailable", "resourceUnavailable"),
            Kind::MethodNotSupported => ("apiMethodNotSupported", "methodNotSupported"),
            Kind::RequestLimit => ("apiRequestLimit", "requestLimit"),
            Kind::ServerError => ("apiServerError", "serverError"),
            Kind::AuthorizationFailed => ("authorizationFailed", "authorizationFailed"),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) kind: Kind,
    pub(crate) description: String,
    /// The member at fault; only the write half names it.
    pub(crate) field: Option<String>,
}

impl ApiError {
    pub(crate) fn new(kind: Kind, description: impl Into<String>) -> Self {
        ApiError { kind, description: description.into(), field: None }
    }

    pub(crate) fn parameter(name: &str) -> Self {
        Self::new(Kind::ParameterInvalid, format!("Parameter '{name}' has an invalid value"))
    }

    pub(crate) fn absent() -> Self {
        Self::new(Kind::ResourceUnavailable, "Resource does not exist")
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(Kind::OwnerForbidden, "Access to the resource is denied by its owner")
    }

    /// The answer in the given spelling.
    pub(crate) fn spelled(&self, spelling: Spelling) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: &'a str,
            description: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            field: Option<&'a str>,
        }
        let r#type = self.kind.word(spelling);
        let body = Body { r#type, description: &self.description, field: self.field.as_deref() };
        answer::json_with(self.kind.status(), &body)
    }
}

impl IntoResponse for ApiError {
    /// Spelled as seen; carries itself along, so that the outermost layer can spell it otherwise.
    fn into_response(self) -> Response {
        let mut response = self.spelled(Spelling::Seen);
        response.extensions_mut().insert(self);
        response
    }
}
