//! Refusals of `/rs`: `{code, message}`, where a setting says so in an array.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use crate::esia::app::App;
use crate::esia::error::Refusal;
use crate::serving::answer::json_with;

/// Why a person is not shown.
pub(super) enum Unseen {
    /// No token, or one that is not known. Which code goes with it is not known either.
    NoToken,
    Expired,
    ScopeNotAllowed,
    Absent,
    /// A refusal ordered by a fault.
    Ordered(Refusal),
}

impl Unseen {
    pub(super) fn answer(&self, app: &App) -> Response {
        let settings = app.read(|world, _| world.settings.clone());
        let not_allowed = StatusCode::from_u16(settings.scope_not_allowed_status);
        let (status, body) = match self {
            Unseen::NoToken => {
                (StatusCode::UNAUTHORIZED, json!({"message": "SecurityErrorEnum.invalidToken"}))
            }
            Unseen::Expired => (
                StatusCode::UNAUTHORIZED,
                json!({"code": "ESIA-005013", "message": "SecurityErrorEnum.expiredToken"}),
            ),
            Unseen::ScopeNotAllowed => (
                not_allowed.unwrap_or(StatusCode::FORBIDDEN),
                json!({"code": "ESIA-005029", "message": "SecurityErrorEnum.scopeNotAllowed"}),
            ),
            Unseen::Absent => (StatusCode::NOT_FOUND, absent()),
            Unseen::Ordered(refusal) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                json!({"code": format!("ESIA-{}", refusal.code.number()), "message": refusal.description()}),
            ),
        };
        let body = if settings.rest_errors_in_array { json!([body]) } else { body };
        let mut response = json_with(status, &body);
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

fn absent() -> Value {
    json!({"message": "The resource does not exist"})
}

/// Any other path.
pub(crate) async fn not_found() -> Response {
    json_with(StatusCode::NOT_FOUND, &absent())
}
