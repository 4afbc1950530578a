//! The way to a token and back: addresses, and what each error of it means to a school (D13, D15).

use exchange_sdk::dialogue::param;
use exchange_sdk::failure::{of_read, of_status};
use exchange_sdk::http::{Http, Request};
use exchange_sdk::{Failure, Link, Message, Param, RoundTrip, Step};

use crate::settings::Settings;

/// The consent page.
pub fn consent(settings: &Settings, round_trip: &RoundTrip) -> Link {
    Link::to("dnevnik-login", "/oauth2")
        .query("response_type", "code")
        .query("client_id", &settings.client_id)
        .query("scope", settings.scope.join(","))
        .query("redirect_uri", &round_trip.callback)
        .query("state", &round_trip.state)
}

/// The code that the browser brought back.
///
/// # Errors
/// The end of the dialogue that says what came instead.
pub fn code(params: &[Param]) -> Result<&str, Step> {
    if let Some(error) = param(params, "error") {
        return Err(explained(error));
    }
    param(params, "code").filter(|code| !code.is_empty()).ok_or_else(interrupted)
}

/// «Нажала "Разрешить", дальше работа не идёт».
pub fn interrupted() -> Step {
    let advice = vec![Message::new("advice-start-anew"), Message::new("advice-one-tab")];
    Step::fail(Message::new("consent-interrupted"), advice, true)
}

/// What an OAuth error means, and what to do.
fn explained(error: &str) -> Step {
    let (reason, advice, again) = match error {
        "unauthorized_client" => {
            (Message::new("oauth-unauthorized-client"), Message::new("advice-unauthorized-client"), false)
        }
        "access_denied" => (Message::new("oauth-access-denied"), Message::new("advice-access-denied"), true),
        "invalid_scope" => (Message::new("oauth-invalid-scope"), Message::new("advice-settings"), false),
        "invalid_request" => (Message::new("oauth-invalid-request"), Message::new("advice-settings"), false),
        "unsupported_response_type" => {
            (Message::new("oauth-unsupported"), Message::new("advice-integrator"), false)
        }
        "server_error" => (Message::new("oauth-server-error"), Message::new("advice-later"), true),
        "temporarily_unavailable" => (Message::new("oauth-busy"), Message::new("advice-later"), true),
        _ => (Message::new("oauth-unknown"), Message::new("advice-integrator"), true),
    };
    Step::fail(reason, vec![advice], again)
}

/// Exchanges the code. The host keeps the tokens of the answer: nothing of it is read here.
///
/// # Errors
/// The inner one ends the dialogue with an explanation; the outer one is for the host.
pub fn exchange<H: Http>(http: &H, settings: &Settings, code: &str) -> Result<Result<(), Step>, Failure> {
    let request = Request::to("exchange-code")
        .form("code", code)
        .form("client_id", &settings.client_id)
        .form_secret("client_secret", "client-secret")
        .form("grant_type", "AuthorizationCode");
    let answer = http.send(request);
    if let Ok(response) = &answer
        && matches!(response.status, 400 | 401 | 403)
    {
        return Ok(Err(code_refused()));
    }
    match answer {
        Ok(response) if !response.is_success() => Err(of_status(&response)),
        answer => {
            let _: serde::de::IgnoredAny = of_read(answer)?.json()?;
            Ok(Ok(()))
        }
    }
}

/// A code serves once and for minutes: the back button, a second tab, a long break.
fn code_refused() -> Step {
    let advice = vec![Message::new("advice-start-anew"), Message::new("advice-client-secret")];
    Step::fail(Message::new("code-refused"), advice, true)
}
