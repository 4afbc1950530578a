//! The token endpoint: codes and refresh tokens against tokens.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

use super::app::{App, Shared, uuid};
use super::client::{self, Claim};
use super::error::{Code, Refusal};
use super::faults::Sum;
use super::model::{Access, Asking, Client, Generation, Grant, Refresh, Session};
use super::params::Params;
use super::settings::RefreshSigning;
use super::world::World;
use super::{pkce, scope, token};
use crate::serving::answer::json_with;
use crate::serving::clock::Millis;

#[derive(Serialize)]
struct Tokens {
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    state: String,
    token_type: &'static str,
    expires_in: i64,
}

/// A token request of a known system.
struct Request<'a> {
    app: &'a App,
    generation: Generation,
    client: Client,
    params: &'a Params,
    sum: &'a Sum,
}

pub(crate) async fn first(
    state: State<Shared>,
    query: RawQuery,
    sum: Extension<Sum>,
    body: Bytes,
) -> Response {
    answer(&state.0, Generation::First, query, &sum.0, &body)
}

pub(crate) async fn current(
    state: State<Shared>,
    query: RawQuery,
    sum: Extension<Sum>,
    body: Bytes,
) -> Response {
    answer(&state.0, Generation::Current, query, &sum.0, &body)
}

fn answer(
    app: &App,
    generation: Generation,
    RawQuery(query): RawQuery,
    sum: &Sum,
    body: &[u8],
) -> Response {
    let params = match Params::of_both(query.as_deref(), body) {
        Ok(params) => params,
        Err(refusal) => return refusal.as_json(None),
    };
    let answered = match exchange(app, generation, &params, sum) {
        Ok(tokens) => json_with(StatusCode::OK, &tokens),
        Err(refusal) => refusal.as_json(params.maybe("state").ok().flatten()),
    };
    not_cached(answered)
}

fn not_cached(mut response: Response) -> Response {
    let kind = HeaderValue::from_static("application/json;charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn exchange(app: &App, generation: Generation, params: &Params, sum: &Sum) -> Result<Tokens, Refusal> {
    sum.refuse()?;
    let client = client::find(app, generation, params.must("client_id")?)?;
    let request = Request { app, generation, client, params, sum };
    match (params.must("grant_type")?, generation) {
        ("authorization_code", _) => request.by_code(),
        ("refresh_token", Generation::Current) => request.by_refresh(),
        ("client_credentials", Generation::Current) => request.by_itself(),
        _ => Err(Code::GrantType.into()),
    }
}

impl Request<'_> {
    /// What every request has, its time and its signature over one of these texts.
    fn check(&self, messages: Vec<String>, without_hash: bool) -> Result<(), Refusal> {
        self.params.maybe("scope")?.ok_or(Code::NoScope)?;
        self.params.must("state")?;
        if self.params.must("token_type")? != "Bearer" {
            return Err(Refusal::about(Code::Malformed, "token_type"));
        }
        client::check_time(self.app, self.params)?;
        let (client, generation) = (&self.client, self.generation);
        Claim { client, generation, messages, without_hash }.check(self.app, self.params)
    }

    /// A code serves once, whatever comes of it.
    fn by_code(&self) -> Result<Tokens, Refusal> {
        let (code, redirect_uri) = (self.params.must("code")?, self.params.must("redirect_uri")?);
        let message = match self.generation {
            Generation::First => client::first_message(self.params)?,
            Generation::Current => client::current_message(self.params)? + code,
        };
        self.check(vec![message], false)?;
        let known = self.app.write(|world, now| {
            world.codes.remove(code).filter(|known| known.expires > now).map(|known| known.grant)
        })?;
        let grant = known.ok_or(Code::BadGrant)?;
        let asking = &grant.asking;
        let same = asking.client == self.client.id
            && asking.generation == self.generation
            && asking.redirect_uri == redirect_uri;
        if !same {
            return Err(Code::BadGrant.into());
        }
        self.check_repeated(asking)?;
        pkce::check(asking.challenge.as_deref(), self.params)?;
        let words = all_words(asking);
        self.issue(grant, words)
    }

    /// What a token request has to say again, or must not.
    fn check_repeated(&self, asking: &Asking) -> Result<(), Refusal> {
        let settings = self.app.read(|world, _| world.settings.clone());
        let current = self.generation == Generation::Current;
        if settings.same_scope && current && self.params.or_empty("scope")? != asking.scope {
            return Err(Refusal::about(Code::BadGrant, "scope"));
        }
        if settings.fresh_state && self.params.or_empty("state")? == asking.state {
            return Err(Refusal::about(Code::Malformed, "state"));
        }
        Ok(())
    }

    /// Two clients in use sign this in different ways; a setting says which is right.
    fn by_refresh(&self) -> Result<Tokens, Refusal> {
        let refresh = self.params.must("refresh_token")?;
        let signing = self.app.read(|world, _| world.settings.refresh_signing);
        let as_authorization = client::current_message(self.params)?;
        let names = ["client_id", "scope", "timestamp", "state", "refresh_token"];
        let with_token = client::joined(self.params, &names)?;
        match signing {
            RefreshSigning::AsAuthorization => self.check(vec![as_authorization], false)?,
            RefreshSigning::WithToken => self.check(vec![with_token], true)?,
            RefreshSigning::Either => self.check(vec![as_authorization, with_token], true)?,
        }
        let client = &self.client.id;
        let grant = self.app.write(|world, now| redeem(world, now, refresh, client))?;
        let grant = grant.ok_or(Code::BadGrant)?;
        let (granted, asked) = (all_words(&grant.asking), scope::words(self.params.or_empty("scope")?));
        match asked.iter().all(|word| granted.contains(word)) {
            true => self.issue(grant, asked),
            false => Err(Refusal::about(Code::BadGrant, "scope")),
        }
    }

    /// The system in its own name.
    fn by_itself(&self) -> Result<Tokens, Refusal> {
        self.check(vec![client::current_message(self.params)?], false)?;
        let words = scope::words(self.params.or_empty("scope")?);
        scope::check(&self.client, &words)?;
        let (sid, family) = (uuid()?, uuid()?);
        let grant = Grant {
            asking: Asking {
                client: self.client.id.clone(),
                generation: self.generation,
                redirect_uri: String::new(),
                scope: self.params.or_empty("scope")?.to_owned(),
                scope_org: String::new(),
                state: String::new(),
                offline: false,
                filter: Vec::new(),
                permissions: None,
                challenge: None,
                expires: 0,
            },
            session: Session { oid: 0, sid, since: 0, expires: 0 },
            family,
        };
        let (_, wrong) = self.sum.of_tokens();
        let access_token = token::access(self.app, &grant, &words, false, wrong)?;
        self.remember(&access_token, None, &grant, words)?;
        self.told(access_token, None, None)
    }

    fn issue(&self, grant: Grant, words: Vec<String>) -> Result<Tokens, Refusal> {
        let (wrong_id, wrong_access) = self.sum.of_tokens();
        let access_token = token::access(self.app, &grant, &words, true, wrong_access)?;
        let id_token = match words.iter().any(|word| word == "openid") {
            true => Some(token::id(self.app, &grant, wrong_id)?),
            false => None,
        };
        self.remember(&access_token, Some(grant.session.oid), &grant, words)?;
        let refresh_token = match grant.asking.offline {
            true => Some(self.refresh(grant)?),
            false => None,
        };
        self.told(access_token, refresh_token, id_token)
    }

    fn remember(
        &self,
        token: &str,
        oid: Option<u64>,
        grant: &Grant,
        scope: Vec<String>,
    ) -> Result<(), Refusal> {
        let family = grant.family.clone();
        self.app.write(|world, now| {
            let expires = now + world.settings.access_lifetime_s * 1000;
            world.access.insert(token.to_owned(), Access { oid, scope, expires, family });
        })
    }

    /// A new refresh token, or the one that was used where they are not rotated.
    fn refresh(&self, grant: Grant) -> Result<String, Refusal> {
        let fresh = uuid()?;
        let used = self.params.maybe("refresh_token")?.map(String::from);
        self.app.write(|world, now| {
            let rotates = world.settings.rotate_refresh;
            if let Some(used) = used.filter(|used| !rotates && world.refresh.contains_key(used)) {
                return used;
            }
            let expires = now + world.settings.refresh_lifetime_s * 1000;
            world.refresh.insert(fresh.clone(), Refresh { grant, expires, used: false });
            fresh
        })
    }

    fn told(
        &self,
        access_token: String,
        refresh_token: Option<String>,
        id_token: Option<String>,
    ) -> Result<Tokens, Refusal> {
        let expires_in = self.app.read(|world, _| world.settings.access_lifetime_s);
        let state = match self.sum.other_state {
            true => uuid()?,
            false => self.params.must("state")?.to_owned(),
        };
        Ok(Tokens { access_token, refresh_token, id_token, state, token_type: "Bearer", expires_in })
    }
}

fn all_words(asking: &Asking) -> Vec<String> {
    let own = scope::words(&asking.scope);
    own.into_iter().chain(scope::words(&asking.scope_org)).collect()
}

/// The grant behind a refresh token. One that comes a second time was stolen: then (a setting) nobody keeps anything.
fn redeem(world: &mut World, now: Millis, token: &str, client: &str) -> Option<Grant> {
    let (rotates, revokes) = (world.settings.rotate_refresh, world.settings.reuse_revokes);
    let known = world.refresh.get_mut(token)?;
    if known.expires <= now || known.grant.asking.client != client {
        return None;
    }
    let grant = known.grant.clone();
    if !std::mem::replace(&mut known.used, rotates) {
        return Some(grant);
    }
    if revokes {
        world.revoke_family(&grant.family);
    }
    None
}
