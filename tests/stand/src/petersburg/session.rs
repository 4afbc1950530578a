//! Who calls: the token in the cookie, or in the header of the same name, and the fresh one that goes back.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::envelope::Refusal;
use super::model::Account;
use super::settings::{LoggedOut, Settings, TokenIn};
use crate::serving::{cookie, hex, random};

/// The name of both. That a header is taken beside the cookie is known of one client only.
pub(crate) const TOKEN: &str = "X-JWT-Token";

/// The token that a request brings, where the settings look for it.
pub(crate) fn token(headers: &HeaderMap, settings: &Settings) -> Option<String> {
    let in_cookie = cookie::value(headers, TOKEN);
    let in_header = headers.get(TOKEN).and_then(|value| value.to_str().ok());
    let found = match settings.token_in {
        TokenIn::Cookie => in_cookie,
        TokenIn::Header => in_header,
        TokenIn::Either => in_cookie.or(in_header),
    };
    found.map(str::to_owned)
}

/// The account behind a request, or what somebody who is not signed in gets.
pub(crate) fn caller(app: &App, headers: &HeaderMap) -> Result<Account, Refusal> {
    app.read(|world, now| {
        let token = token(headers, &world.settings);
        let account = token.and_then(|token| world.account_of(&token, now).cloned());
        account.ok_or_else(|| logged_out(&world.settings))
    })
}

/// What a call without a living token gets.
pub(crate) fn logged_out(settings: &Settings) -> Refusal {
    match settings.logged_out {
        LoggedOut::Page => Refusal::SignInPage,
        LoggedOut::Status => Refusal::Refused(StatusCode::UNAUTHORIZED, "Требуется авторизация"),
    }
}

/// A new token of this login.
///
/// # Errors
/// Why there is none.
pub(crate) fn admit(app: &App, login: &str) -> Result<String, Refusal> {
    let token = hex(&random().map_err(Refusal::Fault)?);
    app.write(|world, now| world.admit(&token, login, now)).map_err(Refusal::Fault)?;
    Ok(token)
}

/// The answer with a fresh token, where the settings want it.
pub(crate) fn reissued(app: &App, account: &Account, response: Response) -> Response {
    if !app.read(|world, _| world.settings.reissue) {
        return response;
    }
    match admit(app, &account.login) {
        Ok(token) => cookie::set(response, TOKEN, &token),
        Err(refusal) => refusal.into_response(),
    }
}
