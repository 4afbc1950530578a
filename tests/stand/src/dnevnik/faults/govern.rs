//! The layer every governed request passes: counts it, has the plan carried out, notes the answer.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::effect::Sum;
use crate::dnevnik::app::{App, Shared};
use crate::dnevnik::caller::token_of;
use crate::dnevnik::error::ApiError;
use crate::dnevnik::settings::Spelling;
use crate::serving::faults::{carry_out, template};
use crate::serving::lock;

pub(crate) async fn govern(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let method = request.method().as_str().to_owned();
    let path = one_version(request.uri().path());
    let template = one_version(&template(&request));
    let plan = lock(&app.controls.faults).plan(&method, &template, &path);
    let number = lock(&app.controls.journal).came(&method, &template, plan.names());
    request.extensions_mut().insert(plan.special.storing);
    if let Some(listing) = plan.special.listing {
        request.extensions_mut().insert(listing);
    }
    let (parts, body) = request.into_parts();
    let response = match withdraw(&app, &plan.special, token_of(&parts).as_deref()) {
        Ok(()) => carry_out(plan, Request::from_parts(parts, body), next).await,
        Err(error) => error.spelled(Spelling::Seen),
    };
    let response = respell(&app, response);
    lock(&app.controls.journal).answered(number, response.status().as_u16());
    response
}

/// `/v1/…`, `/v2.0/…` are `/v2/…`: one name for one call.
fn one_version(path: &str) -> String {
    match path.strip_prefix("/v2.0/").or_else(|| path.strip_prefix("/v1/")) {
        Some(rest) => format!("/v2/{rest}"),
        None => path.to_owned(),
    }
}

/// Token and role are lost before the request is looked at, and stay lost.
fn withdraw(app: &App, sum: &Sum, token: Option<&str>) -> Result<(), ApiError> {
    let Some(token) = token.filter(|_| sum.revoke.is_some() || sum.withdraw.is_some()) else {
        return Ok(());
    };
    app.write(|world, _| {
        let Some(known) = world.tokens.get_mut(token) else { return };
        let person = known.person;
        if let Some(refresh_too) = sum.revoke {
            known.revoked = true;
            if refresh_too {
                known.refresh.clear();
            }
        }
        if let Some(school) = sum.withdraw {
            world.withdraw_rights(person, school);
        }
    })
}

/// Our refusals carry themselves along; where the settings ask for it they are spelled anew.
fn respell(app: &App, response: Response) -> Response {
    let spelling = app.read(|view| view.world.settings.error_spelling);
    match response.extensions().get::<ApiError>() {
        Some(error) if spelling != Spelling::Seen => error.spelled(spelling),
        _ => response,
    }
}
