//! The authorisation request: whether it is right, and on to the login page.
//!
//! Who asks and where the answer goes are checked first, with a page as the only answer: an address that is not
//! registered must not be redirected to. Everything after that is told to the system by redirect.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};

use super::app::{App, Shared, secret};
use super::client::{self, Claim};
use super::error::{Code, Refusal};
use super::faults::Sum;
use super::model::{Asking, Client, Generation};
use super::params::Params;
use super::{encoding, pkce, scope};
use crate::serving::answer::redirect;

/// How a request that goes no further ends.
pub(crate) enum Failure {
    Page(Refusal),
    Back { refusal: Refusal, redirect_uri: String, state: String },
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Failure::Page(refusal) => refusal.as_page(),
            Failure::Back { refusal, redirect_uri, state } => {
                redirect(&refusal.as_redirect(&redirect_uri, &state))
            }
        }
    }
}

pub(crate) async fn first(
    state: State<Shared>,
    query: RawQuery,
    sum: Extension<Sum>,
) -> Result<Response, Failure> {
    ask(&state.0, Generation::First, query, &sum.0)
}

pub(crate) async fn current(
    state: State<Shared>,
    query: RawQuery,
    sum: Extension<Sum>,
) -> Result<Response, Failure> {
    ask(&state.0, Generation::Current, query, &sum.0)
}

fn ask(
    app: &App,
    generation: Generation,
    RawQuery(query): RawQuery,
    sum: &Sum,
) -> Result<Response, Failure> {
    let params = Params::parse(&query.unwrap_or_default());
    let (client, redirect_uri) = whither(app, generation, &params).map_err(Failure::Page)?;
    let back = |refusal| {
        // A state given twice is none.
        let state = params.or_empty("state").unwrap_or_default().to_owned();
        Failure::Back { refusal, redirect_uri: redirect_uri.clone(), state }
    };
    let asking = checked(app, generation, &client, &params, sum).map_err(back)?;
    let id = secret().map_err(back)?;
    app.write(|world, _| world.askings.insert(id.clone(), asking)).map_err(back)?;
    Ok(redirect(&format!("/login?request={id}")))
}

/// The system that asks, and the address its answer goes to.
fn whither(app: &App, generation: Generation, params: &Params) -> Result<(Client, String), Refusal> {
    let client = client::find(app, generation, params.must("client_id")?)?;
    let uri = params.must("redirect_uri")?;
    match app.read(|world, _| client::may_return_to(&client, uri, &world.settings)) {
        true => Ok((client, uri.to_owned())),
        false => Err(Code::RedirectUri.into()),
    }
}

fn checked(
    app: &App,
    generation: Generation,
    client: &Client,
    params: &Params,
    sum: &Sum,
) -> Result<Asking, Refusal> {
    sum.refuse()?;
    if params.must("response_type")? != "code" {
        return Err(Code::ResponseType.into());
    }
    let scope = params.maybe("scope")?.ok_or(Code::NoScope)?;
    let state = params.must("state")?;
    client::check_time(app, params)?;
    let message = match generation {
        Generation::First => client::first_message(params)?,
        Generation::Current => client::current_message(params)?,
    };
    Claim { client, generation, messages: vec![message], without_hash: false }.check(app, params)?;
    let scope_org = match generation {
        Generation::First => "",
        Generation::Current => params.or_empty("scope_org")?,
    };
    scope::check(client, &scope::words(scope))?;
    scope::check(client, &scope::words(scope_org))?;
    let expires = app.read(|world, now| now + world.settings.session_lifetime_s * 1000);
    Ok(Asking {
        client: client.id.clone(),
        generation,
        redirect_uri: params.must("redirect_uri")?.to_owned(),
        scope: scope.to_owned(),
        scope_org: scope_org.to_owned(),
        state: state.to_owned(),
        offline: offline(params)?,
        filter: filter(params)?,
        permissions: permissions(params, scope)?,
        challenge: pkce::challenge(params)?,
        expires,
    })
}

fn offline(params: &Params) -> Result<bool, Refusal> {
    match params.maybe("access_type")? {
        None | Some("online") => Ok(false),
        Some("offline") => Ok(true),
        Some(_) => Err(Refusal::about(Code::Malformed, "access_type")),
    }
}

/// Several words, separated by spaces or commas, all have to let the person in.
fn filter(params: &Params) -> Result<Vec<String>, Refusal> {
    let words = params.or_empty("person_filter")?.split([' ', ',']).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(String::from).collect();
    match words.iter().all(|word| ["conf_acc", "acc_kid", "acc_not_kid"].contains(&word.as_str())) {
        true => Ok(words),
        false => Err(Refusal::about(Code::Malformed, "person_filter")),
    }
}

/// Consents of the "Digital Profile": base64url of a JSON array; `scope` then is `openid` alone.
fn permissions(params: &Params, scope: &str) -> Result<Option<serde_json::Value>, Refusal> {
    let Some(text) = params.maybe("permissions")? else { return Ok(None) };
    let bytes = encoding::decode(text).ok_or(Code::Permissions)?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| Code::Permissions)?;
    let named = |one: &serde_json::Value| one.get("sysname").is_some_and(serde_json::Value::is_string);
    let good = value.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(named));
    match good && scope == "openid" {
        true => Ok(Some(value)),
        false => Err(Code::Permissions.into()),
    }
}
