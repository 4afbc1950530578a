//! The portal's own effects, and the layer every governed request passes.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::app::Shared;
use super::envelope::Refusal;
use super::pages;
use super::session::{self, logged_out};
use crate::serving::faults::{Plan, Special, carry_out, template};
use crate::serving::lock;

/// One effect as it is ordered.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Effect {
    /// The token of this request is dead from now on.
    ExpireToken,
    /// This request counts as one without a token; the next one does not.
    LoggedOut,
    /// A page begins one item too late, as if somebody before it had left while the list was read.
    ShiftedPage,
}

/// What the effects on one request add up to.
#[derive(Clone, Default)]
pub(crate) struct Sum {
    pub(crate) expire: bool,
    pub(crate) logged_out: bool,
    pub(crate) shifted: bool,
}

impl Special for Effect {
    type Sum = Sum;
    const NAMES: &'static [&'static str] = &["expireToken", "loggedOut", "shiftedPage"];

    fn name(&self) -> &'static str {
        match self {
            Effect::ExpireToken => "expireToken",
            Effect::LoggedOut => "loggedOut",
            Effect::ShiftedPage => "shiftedPage",
        }
    }

    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn add(&self, plan: &mut Plan<Self>) {
        let sum = &mut plan.special;
        match self {
            Effect::ExpireToken => sum.expire = true,
            Effect::LoggedOut => sum.logged_out = true,
            Effect::ShiftedPage => sum.shifted = true,
        }
    }

    fn refusal(status: StatusCode) -> Response {
        Refusal::Refused(status, "injected by the stand-in").into_response()
    }

    fn gateway_page(status: StatusCode) -> Response {
        pages::gateway(status)
    }
}

/// Counts a request, has the plan carried out, notes the answer.
pub(crate) async fn govern(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().as_str().to_owned(), request.uri().path().to_owned());
    let template = template(&request);
    let plan = lock(&app.controls.faults).plan(&method, &template, &path);
    let number = lock(&app.controls.journal).came(&method, &template, plan.names());
    let response = match obey(&app, &plan.special, &request) {
        Ok(()) => handled(plan, request, next).await,
        Err(refusal) => refusal.into_response(),
    };
    lock(&app.controls.journal).answered(number, response.status().as_u16());
    response
}

async fn handled(plan: Plan<Effect>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(plan.special.clone());
    carry_out(plan, request, next).await
}

fn obey(app: &Shared, sum: &Sum, request: &Request) -> Result<(), Refusal> {
    if sum.expire {
        let ended = app.write(|world, _| {
            let token = session::token(request.headers(), &world.settings);
            token.and_then(|token| world.sessions.remove(&token)).is_some()
        });
        ended.map_err(Refusal::Fault)?;
    }
    match sum.logged_out {
        true => Err(app.read(|world, _| logged_out(&world.settings))),
        false => Ok(()),
    }
}
