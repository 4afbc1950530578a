//! Checking a person's login and password on behalf of somebody who wants to link the account.
//!
//! Attempts are counted by login whether it exists or not, so that neither passwords nor logins can be tried out.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::lookup::concerns;
use super::shapes::AccountOut;
use crate::dnevnik::app::Shared;
use crate::dnevnik::caller::Caller;
use crate::dnevnik::error::{ApiError, Kind};
use crate::dnevnik::id::Id;
use crate::dnevnik::model::Attempts;
use crate::dnevnik::read::{Ids, body};
use crate::dnevnik::settings::Spelling;
use crate::dnevnik::world::World;
use crate::dnevnik::write::admin_of;
use crate::serving::answer::{json, json_with};
use crate::serving::clock::Millis;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    login: String,
    password: String,
}

/// How a check ends.
enum Outcome {
    Right(Id),
    Wrong { left: u32 },
    Locked { seconds: u64 },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Refusal {
    r#type: &'static str,
    description: &'static str,
    attempts_left: u32,
}

impl World {
    fn try_password(&mut self, tried: &Credentials, now: Millis) -> Outcome {
        let (most, lock) = (self.settings.link_attempts, self.settings.link_lock_s * 1000);
        let attempts = self.attempts.entry(tried.login.clone()).or_default();
        if attempts.locked_until > now {
            let seconds = (attempts.locked_until - now).unsigned_abs().div_ceil(1000);
            return Outcome::Locked { seconds };
        }
        let account = self.accounts.get(&tried.login).filter(|account| account.password == tried.password);
        if let Some(account) = account {
            self.attempts.remove(&tried.login);
            return Outcome::Right(account.person);
        }
        attempts.failed += 1;
        if attempts.failed >= most {
            *attempts = Attempts { failed: 0, locked_until: now + lock };
            return Outcome::Wrong { left: 0 };
        }
        Outcome::Wrong { left: most - attempts.failed }
    }
}

/// JSON, or a form: whoever keeps passwords out of the hands of its own parts puts them into a form last.
fn entered(headers: &HeaderMap, bytes: &Bytes) -> Result<Credentials, ApiError> {
    const FORM: &[u8] = b"application/x-www-form-urlencoded";
    let form = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(FORM));
    if !form {
        return body(bytes);
    }
    let pairs: Vec<_> = url::form_urlencoded::parse(bytes).collect();
    let value =
        |name: &str| pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone().into_owned());
    match (pairs.len(), value("login"), value("password")) {
        (2, Some(login), Some(password)) => Ok(Credentials { login, password }),
        _ => Err(ApiError::new(Kind::ParameterInvalid, "'login' and 'password' are needed")),
    }
}

fn refused(status: StatusCode, kind: Kind, description: &'static str, attempts_left: u32) -> Response {
    json_with(status, &Refusal { r#type: kind.word(Spelling::Seen), description, attempts_left })
}

pub(super) async fn check(
    State(app): State<Shared>,
    caller: Caller,
    Ids([school]): Ids<1>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    admin_of(&app, &caller, school)?;
    let tried = entered(&headers, &bytes)?;
    Ok(match app.write(|world, now| world.try_password(&tried, now))? {
        Outcome::Right(person) => answer(&app, school, person).unwrap_or_else(IntoResponse::into_response),
        Outcome::Wrong { left } => {
            let kind = Kind::AuthorizationFailed;
            refused(kind.status(), kind, "Wrong login or password", left)
        }
        Outcome::Locked { seconds } => {
            let kind = Kind::RequestLimit;
            let mut response = refused(kind.status(), kind, "Too many wrong passwords", 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
    })
}

/// The account, if it goes with the school that asks.
fn answer(app: &Shared, school: Id, person: Id) -> Result<Response, ApiError> {
    app.read(|view| match view.person(person).filter(|_| concerns(view, person, school)) {
        Some(person) => Ok(json(&AccountOut::of(view, person))),
        None => Err(ApiError::forbidden()),
    })
}
