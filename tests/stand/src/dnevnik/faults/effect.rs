//! Effects on what is stored, listed and allowed.

use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::dnevnik::error::{ApiError, Kind};
use crate::dnevnik::id::Id;
use crate::dnevnik::settings::Spelling;
use crate::serving::answer::with_type;
use crate::serving::faults::{Answer, Plan, Special, check_status};

/// One effect as it is ordered. Times in milliseconds.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Effect {
    PartialBatch {
        /// How many items are stored; none: half of them, rounded down.
        #[serde(default)]
        items: Option<usize>,
        /// Answer with this status; none: reset.
        #[serde(default)]
        status: Option<u16>,
    },
    StoreNothing,
    VisibleAfter {
        ms: i64,
    },
    StoreAfterDisconnect {
        ms: u64,
    },
    Listing {
        change: Listing,
    },
    RevokeToken {
        #[serde(default)]
        refresh_too: bool,
    },
    WithdrawRights {
        /// None: everywhere.
        #[serde(default)]
        school: Option<Id>,
    },
}

/// What goes wrong with a list in an answer.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Listing {
    /// The item in the middle is not listed.
    Missing,
    /// The first item is listed twice.
    Repeated,
    /// Both at once, as when pages shift under a reader: the one in the middle is lost, the one before it comes twice.
    Shift,
}

impl Listing {
    pub(crate) fn apply<T: Clone>(self, items: &mut Vec<T>) {
        let middle = items.len() / 2;
        match self {
            _ if items.is_empty() => {}
            Listing::Missing => drop(items.remove(middle)),
            Listing::Repeated => items.push(items[0].clone()),
            Listing::Shift => items[middle] = items[middle.saturating_sub(1)].clone(),
        }
    }
}

/// How a write is stored.
#[derive(Clone, Copy, Default)]
pub(crate) enum Storing {
    #[default]
    All,
    /// Only so many items, or half of them.
    Part(Option<usize>),
    Nothing,
    VisibleAfter(i64),
    AfterDisconnect(u64),
}

/// What the effects on one request add up to.
#[derive(Clone, Default)]
pub(crate) struct Sum {
    pub(crate) storing: Storing,
    pub(crate) listing: Option<Listing>,
    pub(crate) revoke: Option<bool>,
    pub(crate) withdraw: Option<Option<Id>>,
}

impl Special for Effect {
    type Sum = Sum;
    const NAMES: &'static [&'static str] = &[
        "partialBatch",
        "storeNothing",
        "visibleAfter",
        "storeAfterDisconnect",
        "listing",
        "revokeToken",
        "withdrawRights",
    ];

    fn name(&self) -> &'static str {
        match self {
            Effect::PartialBatch { .. } => "partialBatch",
            Effect::StoreNothing => "storeNothing",
            Effect::VisibleAfter { .. } => "visibleAfter",
            Effect::StoreAfterDisconnect { .. } => "storeAfterDisconnect",
            Effect::Listing { .. } => "listing",
            Effect::RevokeToken { .. } => "revokeToken",
            Effect::WithdrawRights { .. } => "withdrawRights",
        }
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Effect::PartialBatch { status: Some(status), .. } => check_status(*status),
            _ => Ok(()),
        }
    }

    fn add(&self, plan: &mut Plan<Self>) {
        let sum = &mut plan.special;
        match self {
            Effect::PartialBatch { items, status } => {
                sum.storing = Storing::Part(*items);
                plan.say(instead_of_a_part(*status), true);
            }
            Effect::StoreNothing => sum.storing = Storing::Nothing,
            Effect::VisibleAfter { ms } => sum.storing = Storing::VisibleAfter(*ms),
            Effect::StoreAfterDisconnect { ms } => sum.storing = Storing::AfterDisconnect(*ms),
            Effect::Listing { change } => sum.listing = Some(*change),
            Effect::RevokeToken { refresh_too } => sum.revoke = Some(*refresh_too),
            Effect::WithdrawRights { school } => sum.withdraw = Some(*school),
        }
    }

    fn refusal(status: StatusCode) -> Response {
        let kind = match status.as_u16() {
            429 | 433 => Kind::RequestLimit,
            401 => Kind::InvalidToken,
            403 => Kind::OwnerForbidden,
            _ => Kind::ServerError,
        };
        ApiError::new(kind, "Injected by the stand-in").spelled(Spelling::Seen)
    }

    /// Without a charset, which one client library relies on.
    fn gateway_page(status: StatusCode) -> Response {
        let html = "<!DOCTYPE html><html lang=\"ru\"><head><meta charset=\"utf-8\"><title>Дневник.ру</title></head><body>\
            <div class=\"error__description\"><p>Сервис временно недоступен</p></div></body></html>";
        with_type(status, "text/html", html)
    }
}

/// What is said when only a part was stored.
fn instead_of_a_part(status: Option<u16>) -> Answer {
    let (retry_after_s, retry_after_date, html) = (None, false, false);
    status
        .map_or(Answer::Reset, |status| Answer::Status { status, retry_after_s, retry_after_date, html })
}
