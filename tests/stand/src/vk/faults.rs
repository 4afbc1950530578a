//! This system's own effects, and the layer every governed request passes. Requests are named by their method.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::app::Shared;
use super::error::ApiError;
use super::params::Params;
use crate::serving::answer::{json, with_type};
use crate::serving::faults::{Plan, Special, carry_out, template};
use crate::serving::lock;

/// One effect as it is ordered.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Effect {
    /// The refusal with this code.
    Error {
        code: u32,
        /// Instead of the sentence the code has.
        #[serde(default)]
        text: Option<String>,
        #[serde(default)]
        subcode: Option<u32>,
        /// Handle the call first, then answer like this all the same.
        #[serde(default)]
        stored: bool,
    },
    /// Error 14, until the call is repeated with an answer to it.
    Captcha {
        #[serde(default)]
        form: Form,
    },
    /// The token of this call is dead from now on.
    RevokeToken,
    /// A plausible answer; nothing is stored, the numbers are used up.
    StoreNothing,
    /// What this call writes shows in listings only later.
    VisibleAfter { ms: i64 },
}

/// How a captcha is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Form {
    /// `captcha_sid` and `captcha_img`: the older one.
    #[default]
    Picture,
    /// `redirect_uri` and `remixstlid`: a page to be opened.
    Page,
}

/// What the effects on one request add up to.
#[derive(Clone, Default)]
pub(crate) struct Sum {
    /// Said instead of the answer; `true`: after the call was handled.
    error: Option<(Effect, bool)>,
    pub(crate) revoke: bool,
    pub(crate) store_nothing: bool,
    pub(crate) visible_after: Option<i64>,
}

impl Sum {
    /// The refusal ordered for before (`false`) or after (`true`) the call is handled.
    pub(crate) fn refuse(&self, after: bool, params: &Params) -> Result<(), ApiError> {
        match &self.error {
            Some((effect, when)) if *when == after => effect.refusal_of(params).map_or(Ok(()), Err),
            _ => Ok(()),
        }
    }
}

impl Effect {
    fn refusal_of(&self, params: &Params) -> Option<ApiError> {
        match self {
            Effect::Error { code, text, subcode, .. } => Some(ordered(*code, text.as_deref(), *subcode)),
            Effect::Captcha { form } => captcha(*form, params),
            Effect::RevokeToken | Effect::StoreNothing | Effect::VisibleAfter { .. } => None,
        }
    }
}

/// The members that this code carries beside the usual ones come with it.
fn ordered(code: u32, text: Option<&str>, subcode: Option<u32>) -> ApiError {
    let error = text.map_or_else(|| ApiError::of(code), |text| ApiError::new(code, text));
    let error = match code {
        14 => error.with("captcha_sid", "7").with("captcha_img", "https://api.vk.ru/captcha.php?sid=7"),
        17 => error.with("redirect_uri", "https://m.vk.ru/login?act=security_check"),
        24 => error.with("confirmation_text", "Are you sure?"),
        _ => error,
    };
    subcode.into_iter().fold(error, |error, subcode| error.with("error_subcode", subcode))
}

/// None: the call carries an answer to it.
fn captcha(form: Form, params: &Params) -> Option<ApiError> {
    let answer = match form {
        Form::Picture => params.get("captcha_sid").and(params.get("captcha_key")),
        Form::Page => params.get("success_token"),
    };
    if answer.is_some() {
        return None;
    }
    let error = ApiError::of(14);
    Some(match form {
        Form::Picture => ordered(14, None, None),
        Form::Page => error
            .with("redirect_uri", "https://id.vk.ru/not_robot_captcha?session_token=7")
            .with("remixstlid", 7),
    })
}

impl Special for Effect {
    type Sum = Sum;
    const NAMES: &'static [&'static str] =
        &["error", "captcha", "revokeToken", "storeNothing", "visibleAfter"];

    fn name(&self) -> &'static str {
        match self {
            Effect::Error { .. } => "error",
            Effect::Captcha { .. } => "captcha",
            Effect::RevokeToken => "revokeToken",
            Effect::StoreNothing => "storeNothing",
            Effect::VisibleAfter { .. } => "visibleAfter",
        }
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Effect::Error { code: 0, .. } => Err("codes are counted from 1".into()),
            _ => Ok(()),
        }
    }

    fn add(&self, plan: &mut Plan<Self>) {
        let sum = &mut plan.special;
        match self {
            Effect::Error { stored, .. } => sum.error = Some((self.clone(), *stored)),
            Effect::Captcha { .. } => sum.error = Some((self.clone(), false)),
            Effect::RevokeToken => sum.revoke = true,
            Effect::StoreNothing => sum.store_nothing = true,
            Effect::VisibleAfter { ms } => sum.visible_after = Some(*ms),
        }
    }

    /// Behind a status that is no 200 stands what VK says of itself in such hours.
    fn refusal(_: StatusCode) -> Response {
        json(&ApiError::of(10).envelope("", &Params::default()))
    }

    fn gateway_page(status: StatusCode) -> Response {
        let html = "<!DOCTYPE html><html lang=\"ru\"><head><meta charset=\"utf-8\"><title>Ошибка</title></head>\
            <body><p>Сервис временно недоступен</p></body></html>";
        with_type(status, "text/html; charset=utf-8", html)
    }
}

/// `/method/messages.send.json` is `messages.send`.
pub(crate) fn method_of(path: &str) -> Option<&str> {
    let name = path.strip_prefix("/method/")?;
    Some(name.strip_suffix(".json").unwrap_or(name))
}

/// Counts a request, has the plan carried out, notes the answer.
pub(crate) async fn govern(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let (verb, path) = (request.method().as_str().to_owned(), request.uri().path().to_owned());
    let template = method_of(&path).map_or_else(|| template(&request), str::to_owned);
    let plan = lock(&app.controls.faults).plan(&verb, &template, &template);
    let number = lock(&app.controls.journal).came(&verb, &template, plan.names());
    request.extensions_mut().insert(plan.special.clone());
    let response = carry_out(plan, request, next).await;
    lock(&app.controls.journal).answered(number, response.status().as_u16());
    response
}
