//! From a request to a method: reads the parameters, makes the checks in their order, answers with 200 whatever came out.
//!
//! The order of checks is ours: verb, method, token, kind of token, right, frequency, version, parameters, state.

use axum::body::to_bytes;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, Method as Verb, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::app::{App, Shared};
use super::caller::Caller;
use super::error::ApiError;
use super::execute;
use super::faults::{Sum, method_of};
use super::form;
use super::methods::{self, Call, Method};
use super::params::{Params, Version};
use super::settings::NoVersion;
use super::world::World;
use crate::serving::answer;
use crate::serving::lock;

pub(crate) async fn not_found() -> Response {
    answer::page(StatusCode::NOT_FOUND, "<!DOCTYPE html><title>404 Not Found</title>".into())
}

/// A call as it came.
pub(crate) struct Came {
    pub(crate) params: Params,
    token: Option<String>,
    sum: Sum,
}

pub(crate) async fn method(
    State(app): State<Shared>,
    Path(_): Path<String>,
    Extension(sum): Extension<Sum>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    // A body that breaks off is a client that left: nobody reads the answer.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned();
    let params = Params::of(query.chain(form::fields(&parts.headers, &body)).collect());
    let token = bearer(&parts.headers).or_else(|| params.token().map(str::to_owned));
    let name = method_of(parts.uri.path()).unwrap_or_default();
    let came = Came { params, token, sum };
    let answered = match parts.method {
        Verb::GET | Verb::POST => app.answer(name, &came),
        _ => Err(ApiError::of(9999)),
    };
    answer::json(&answered.unwrap_or_else(|error| error.envelope(name, &came.params)))
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|token| token.trim().to_owned())
}

impl App {
    /// The whole body of a success.
    fn answer(&self, name: &str, came: &Came) -> Result<Value, ApiError> {
        if let Some(token) = came.token.as_deref().filter(|_| came.sum.revoke) {
            self.write(|world, _| world.tokens.get_mut(token).map(|known| known.revoked = true))?;
        }
        came.sum.refuse(false, &came.params)?;
        let body = match name {
            "execute" => self.run_code(came)?,
            _ => {
                let method = self.method(name)?;
                let caller = self.admit(method, came)?;
                json!({ "response": self.perform(method, &caller, &came.params, &came.sum)? })
            }
        };
        came.sum.refuse(true, &came.params)?;
        Ok(body)
    }

    pub(crate) fn method(&self, name: &str) -> Result<&'static Method, ApiError> {
        let unstable = self.read(|world, _| world.settings.scheduled_calls);
        methods::find(name).filter(|method| unstable || !method.unstable).ok_or_else(|| ApiError::of(3))
    }

    /// Token, kind, right, frequency.
    fn admit(&self, method: &Method, came: &Came) -> Result<Caller, ApiError> {
        let caller = self.read(|world, _| Caller::of(world, came.token.as_deref()))?;
        let_in(self, &caller, method)?;
        self.count(&caller)?;
        Ok(caller)
    }

    fn count(&self, caller: &Caller) -> Result<(), ApiError> {
        self.read(|world, now| lock(&self.limits).by_the_second(&world.settings, caller, now))
    }

    fn run_code(&self, came: &Came) -> Result<Value, ApiError> {
        let caller = self.read(|world, _| Caller::of(world, came.token.as_deref()))?;
        self.count(&caller)?;
        execute::run(self, &caller, &came.params, &came.sum)
    }

    /// Carries out a call that was let in; this is also where quotas count.
    pub(crate) fn perform(
        &self,
        method: &Method,
        caller: &Caller,
        params: &Params,
        sum: &Sum,
    ) -> Result<Value, ApiError> {
        self.read(|world, now| {
            lock(&self.limits).by_the_hour(&world.settings, caller, (method, params), now)
        })?;
        let keeps = method.writes && !sum.store_nothing;
        self.change(keeps, |world, now| {
            let version = version(params, world.settings.without_version)?;
            let hidden_until = sum.visible_after.map(|ms| now + ms);
            let run = |world: &mut World| {
                (method.run)(&mut Call { world, caller, params, version, now, hidden_until })
            };
            if !sum.store_nothing {
                return run(world);
            }
            let mut copy = world.clone();
            let done = run(&mut copy);
            world.skip_numbers_of(&copy);
            done
        })?
    }
}

/// Is the method open to this kind of token, and has it the right?
pub(crate) fn let_in(app: &App, caller: &Caller, method: &Method) -> Result<(), ApiError> {
    app.read(|world, _| caller.may(method, world.settings.missing_right_code))
}

fn version(params: &Params, without: NoVersion) -> Result<Version, ApiError> {
    match (params.version()?, without) {
        (Some(version), _) => Ok(version),
        (None, NoVersion::Newest) => Ok(Version::Newest),
        (None, NoVersion::Refused) => Err(ApiError::about(8, "Version param should be passed as \"v\"")),
    }
}
