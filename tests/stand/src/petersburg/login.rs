//! `POST /api/user/auth/login`: login and password for a token.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::app::Shared;
use super::envelope::{self, Refusal};
use super::session::{TOKEN, admit};
use crate::serving::cookie;

/// As the portal's own page sends it; `activation_code` and `_isEmpty` mean nothing here.
#[derive(Deserialize)]
struct Entered {
    #[serde(rename = "type")]
    kind: String,
    login: String,
    password: String,
}

#[derive(Serialize)]
struct Token<'a> {
    token: &'a str,
}

/// The token is a member of the answer, and a cookie.
pub(crate) async fn enter(State(app): State<Shared>, bytes: Bytes) -> Result<Response, Refusal> {
    let entered: Entered =
        serde_json::from_slice(&bytes).map_err(|_| Refusal::Invalid("Некорректный запрос"))?;
    let right = app.read(|world, _| {
        let account = world.accounts.get(&entered.login);
        account.is_some_and(|account| account.password == entered.password)
    });
    if entered.kind != "email" || !right {
        return Err(Refusal::Invalid("Неверный логин или пароль"));
    }
    let token = admit(&app, &entered.login)?;
    Ok(cookie::set(envelope::good(Token { token: &token }), TOKEN, &token))
}
