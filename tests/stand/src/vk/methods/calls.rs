//! Video calls of the public API. A community's token gets no further than error 27.

use serde_json::json;

use super::{Answered, Call};
use crate::serving::{hex, random};
use crate::vk::error::ApiError;
use crate::vk::model::{CallState, VideoCall};
use crate::vk::shapes;
use crate::vk::world::opaque;

/// What the web client may say of a call beside the public parameters.
pub(super) struct Plan {
    pub(super) name: Option<String>,
    pub(super) time: Option<i64>,
    pub(super) duration: Option<i64>,
    pub(super) recurrence_rule: Option<String>,
}

/// The words of `recurrence_rule`.
const RULES: [&str; 7] = ["never", "daily", "weekly", "weekdays", "weekend", "monthly", "yearly"];

impl Plan {
    pub(super) fn of(call: &Call<'_>) -> Result<Plan, ApiError> {
        let rule = call.params.get("recurrence_rule");
        if rule.is_some_and(|rule| !RULES.contains(&rule)) {
            return Err(ApiError::invalid("recurrence_rule"));
        }
        let duration = call.params.int("duration")?;
        if duration.is_some_and(|duration| duration <= 0) {
            return Err(ApiError::invalid("duration"));
        }
        let (name, time) = (call.params.get("name").map(str::to_owned), call.params.int("time")?);
        Ok(Plan { name, time, duration, recurrence_rule: rule.map(str::to_owned) })
    }

    /// Parameters that nobody looks at.
    fn none() -> Plan {
        Plan { name: None, time: None, duration: None, recurrence_rule: None }
    }
}

/// `calls.start`: begins at once, or with the setting for it at `time`.
pub(super) fn start(call: &mut Call<'_>) -> Answered {
    let group = call.params.int("group_id")?.map(i64::unsigned_abs).filter(|group| *group != 0);
    if group.is_some_and(|group| !call.world.communities.contains_key(&group)) {
        return Err(ApiError::of(125));
    }
    let plan = if call.world.settings.scheduled_calls { Plan::of(call)? } else { Plan::none() };
    let state = if plan.time.is_some() { CallState::Planned } else { CallState::Running };
    let Plan { name, time, duration, recurrence_rule } = plan;
    let (id, join, by, started) = (uuid()?, opaque_url()?, call.caller.actor, call.now);
    let made = VideoCall { id, join, by, group, state, started, name, time, duration, recurrence_rule };
    let answer = shapes::call(&made);
    call.world.calls.insert(made.id.clone(), made);
    Ok(answer)
}

/// `calls.forceFinish`.
pub(super) fn finish(call: &mut Call<'_>) -> Answered {
    let own = own(call)?;
    if own.state != CallState::Running {
        return Err(ApiError::of(951));
    }
    own.state = CallState::Finished;
    Ok(json!(1))
}

/// The caller's call that `call_id` names.
pub(super) fn own<'a>(call: &'a mut Call<'_>) -> Result<&'a mut VideoCall, ApiError> {
    let id = call.params.need("call_id")?;
    if id.len() != 36 {
        return Err(ApiError::invalid("call_id"));
    }
    let by = call.caller.actor;
    let known = call.world.calls.get_mut(id).filter(|known| known.by == by);
    known.ok_or_else(|| ApiError::of(951))
}

/// 43 characters that need no escaping in an address.
fn opaque_url() -> Result<String, ApiError> {
    let text = opaque()?;
    Ok(text.trim_end_matches('=').replace('+', "-").replace('/', "_"))
}

fn uuid() -> Result<String, ApiError> {
    let digits = random().map(|bytes| hex(&bytes)).map_err(|trouble| ApiError::fault(&trouble))?;
    Ok([&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"))
}
