//! `authorizations`: code, refresh token or password against a token. JSON and forms are both accepted.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Serialize;

use super::{check_scopes, plain_guid};
use crate::serving::answer::json;
use crate::dnevnik::app::{App, Shared, secret};
use crate::serving::clock::Millis;
use crate::dnevnik::error::{ApiError, Kind};
use crate::dnevnik::id::Id;
use crate::dnevnik::model::{Flow, Token};
use crate::dnevnik::query::Query;
use crate::dnevnik::world::World;

type Fields = Query;

#[derive(Serialize)]
struct TokenOut {
    #[serde(rename = "accessToken")]
    access_token: String,
    #[serde(rename = "expiresIn")]
    expires_in: i64,
    #[serde(rename = "expiresIn_str")]
    expires_in_str: String,
    #[serde(rename = "refreshToken")]
    refresh_token: String,
    scope: String,
    user: Option<u64>,
    user_str: Option<String>,
}

fn failed(description: &str) -> ApiError {
    ApiError::new(Kind::AuthorizationFailed, description)
}

/// The fields of a body in either form.
fn fields(headers: &HeaderMap, body: &[u8]) -> Result<Fields, ApiError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let text =
        std::str::from_utf8(body).map_err(|_| ApiError::new(Kind::InvalidRequest, "Body is not UTF-8"))?;
    if !kind.starts_with("application/json") {
        return Ok(Query::parse(text));
    }
    let members: serde_json::Map<String, serde_json::Value> = super::super::read::body(body)?;
    let text_of = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), String::from);
    let present = members.iter().filter(|(_, value)| !value.is_null());
    let pairs = present.map(|(name, value)| (name.clone(), text_of(value)));
    Ok(pairs.collect())
}

/// The client that presents itself, if its secret is right and it may use this flow.
fn client(app: &App, fields: &Fields, flow: Flow) -> Result<String, ApiError> {
    let id = plain_guid(fields.get("client_id").ok_or_else(|| ApiError::parameter("client_id"))?);
    let secret = plain_guid(fields.get("client_secret").ok_or_else(|| ApiError::parameter("client_secret"))?);
    app.read(|view| {
        let known = view.world.clients.get(&id).filter(|known| plain_guid(&known.secret) == secret);
        match known {
            Some(known) if known.flows.contains(&flow) => Ok(id.clone()),
            Some(_) => Err(failed("The client may not use this grant")),
            None => Err(failed("Unknown client or wrong client secret")),
        }
    })
}

/// Whom a new token is for.
struct Grant {
    client: String,
    person: Id,
    scope: String,
}

fn issue(world: &mut World, now: Millis, grant: Grant, access: String, refresh: String) -> TokenOut {
    let lifetime = world.settings.token_lifetime_s;
    let user = world.persons.get(grant.person).and_then(|person| person.user_id);
    let out = TokenOut {
        access_token: access.clone(),
        expires_in: lifetime,
        expires_in_str: lifetime.to_string(),
        refresh_token: refresh.clone(),
        scope: grant.scope.clone(),
        user: user.map(|id| id.0),
        user_str: user.map(|id| id.to_string()),
    };
    let Grant { client, person, scope } = grant;
    let expires = now + lifetime * 1000;
    world
        .tokens
        .insert(access.clone(), Token { access, refresh, client, person, scope, expires, revoked: false });
    out
}

fn answered(
    app: &App,
    redeem: impl FnOnce(&mut World, Millis) -> Result<Grant, ApiError>,
) -> Result<Response, ApiError> {
    let (access, refresh) = (secret()?, secret()?);
    let out =
        app.write(|world, now| redeem(world, now).map(|grant| issue(world, now, grant, access, refresh)))??;
    Ok(json(&out))
}

pub(super) async fn exchange(
    State(app): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = fields(&headers, &body)?;
    match fields.get("grant_type").map(str::to_lowercase).as_deref() {
        // The first version knew no grant types.
        None | Some("authorizationcode" | "authorization_code") => by_code(&app, &fields),
        Some("refreshtoken" | "refresh_token") => by_refresh(&app, &fields),
        Some(_) => Err(ApiError::parameter("grant_type")),
    }
}

/// A code serves once, whatever comes of it.
fn by_code(app: &App, fields: &Fields) -> Result<Response, ApiError> {
    let client = client(app, fields, Flow::Code)?;
    let code = fields.get("code").ok_or_else(|| ApiError::parameter("code"))?.to_owned();
    answered(app, |world, now| {
        let known = world.codes.remove(&code).filter(|known| known.expires > now && known.client == client);
        let known = known.ok_or_else(|| failed("The code is unknown, used or expired"))?;
        Ok(Grant { client, person: known.person, scope: known.scope })
    })
}

/// The old refresh token dies, and (a setting) the access token given with it.
fn by_refresh(app: &App, fields: &Fields) -> Result<Response, ApiError> {
    let client = client(app, fields, Flow::Code)?;
    let refresh = fields.get("refreshToken").or_else(|| fields.get("refresh_token"));
    let refresh = refresh.ok_or_else(|| ApiError::parameter("refreshToken"))?.to_owned();
    answered(app, |world, _| {
        let revokes = world.settings.refresh_revokes_access;
        let known =
            world.tokens.values_mut().find(|token| token.refresh == refresh && token.client == client);
        let known = known.ok_or_else(|| failed("The refresh token is unknown or used"))?;
        known.refresh.clear();
        known.revoked |= revokes;
        Ok(Grant { client, person: known.person, scope: known.scope.clone() })
    })
}

/// The password grant of old clients.
pub(super) async fn by_credentials(
    State(app): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = fields(&headers, &body)?;
    let client = client(&app, &fields, Flow::Password)?;
    let (login, password) =
        (fields.get("username").unwrap_or_default(), fields.get("password").unwrap_or_default());
    let scope = fields.get("scope").unwrap_or_default().to_owned();
    check_scopes(&scope).map_err(|_| ApiError::parameter("scope"))?;
    answered(&app, |world, _| {
        let account = world.accounts.get(login).filter(|account| account.password == password);
        let account = account.ok_or_else(|| failed("Can't authorize"))?;
        Ok(Grant { client, person: account.person, scope })
    })
}
