//! This system's own effects: wrong tokens, refusals by code; and the layer every governed request passes.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::app::Shared;
use super::error::{Code, Refusal};
use super::pages;
use crate::serving::faults::{Plan, Special, carry_out, template};
use crate::serving::lock;

/// One effect as it is ordered.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Effect {
    /// The token endpoint gives a token that a client must not trust.
    WrongToken {
        #[serde(default)]
        token: Which,
        wrong: Wrong,
    },
    /// The token endpoint answers with another `state`.
    OtherState,
    /// Instead of what was asked for comes the refusal with this code.
    Refusal { code: String },
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Which {
    #[default]
    Id,
    Access,
    Both,
}

/// What is wrong with a token.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Wrong {
    Expired,
    NotYetValid,
    OtherIssuer,
    /// `aud` or `client_id` of another system.
    OtherAudience,
    /// `sbt` of another kind of token.
    OtherKind,
    /// The number of another person.
    OtherPerson,
    /// Signed with a key that is not ЕСИА's, under the name of the right certificate.
    ForeignKey,
    /// The signature belongs to other content.
    BrokenSignature,
    /// `alg` is `none`, and there is no signature.
    Unsigned,
    /// Signed well, with the algorithm that this system did not choose.
    OtherAlgorithm,
}

/// What the effects on one request add up to.
#[derive(Clone, Default)]
pub(crate) struct Sum {
    pub(crate) wrong: Option<(Which, Wrong)>,
    pub(crate) other_state: bool,
    pub(crate) refusal: Option<Code>,
}

impl Sum {
    /// The refusal ordered, if there is one.
    pub(crate) fn refuse(&self) -> Result<(), Refusal> {
        self.refusal.map_or(Ok(()), |code| Err(code.into()))
    }

    /// What is to be wrong with the id token, and with the access token.
    pub(crate) fn of_tokens(&self) -> (Option<Wrong>, Option<Wrong>) {
        match self.wrong {
            None => (None, None),
            Some((Which::Id, wrong)) => (Some(wrong), None),
            Some((Which::Access, wrong)) => (None, Some(wrong)),
            Some((Which::Both, wrong)) => (Some(wrong), Some(wrong)),
        }
    }
}

impl Special for Effect {
    type Sum = Sum;
    const NAMES: &'static [&'static str] = &["wrongToken", "otherState", "refusal"];

    fn name(&self) -> &'static str {
        match self {
            Effect::WrongToken { .. } => "wrongToken",
            Effect::OtherState => "otherState",
            Effect::Refusal { .. } => "refusal",
        }
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Effect::Refusal { code } if Code::find(code).is_none() => {
                Err(format!("`{code}` is not a code this stand-in knows"))
            }
            _ => Ok(()),
        }
    }

    fn add(&self, plan: &mut Plan<Self>) {
        let sum = &mut plan.special;
        match self {
            Effect::WrongToken { token, wrong } => sum.wrong = Some((*token, *wrong)),
            Effect::OtherState => sum.other_state = true,
            Effect::Refusal { code } => sum.refusal = Code::find(code),
        }
    }

    fn refusal(status: StatusCode) -> Response {
        let code = match status.as_u16() {
            503 => Code::Overloaded,
            _ => Code::ServerFault,
        };
        Refusal::about(code, "injected by the stand-in").as_json(None)
    }

    fn gateway_page(status: StatusCode) -> Response {
        pages::gateway(status)
    }
}

/// Counts a request, has the plan carried out, notes the answer.
pub(crate) async fn govern(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let (method, path) = (request.method().as_str().to_owned(), request.uri().path().to_owned());
    let template = template(&request);
    let plan = lock(&app.controls.faults).plan(&method, &template, &path);
    let number = lock(&app.controls.journal).came(&method, &template, plan.names());
    request.extensions_mut().insert(plan.special.clone());
    let response = carry_out(plan, request, next).await;
    lock(&app.controls.journal).answered(number, response.status().as_u16());
    response
}
