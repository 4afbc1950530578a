//! Calls planned ahead, as the system's own web client was seen to do it. No contract: names and shapes may be otherwise.

use serde_json::{Value, json};

use super::calls::{Plan, own};
use super::{Answered, Call};
use crate::vk::error::ApiError;
use crate::vk::model::{CallState, VideoCall};
use crate::vk::shapes;

/// `messages.editCall`: what is given replaces what was.
pub(super) fn edit(call: &mut Call<'_>) -> Answered {
    let Plan { name, time, duration, recurrence_rule } = Plan::of(call)?;
    let known = planned(call)?;
    known.name = name.or(known.name.take());
    known.time = time.or(known.time);
    known.duration = duration.or(known.duration);
    known.recurrence_rule = recurrence_rule.or(known.recurrence_rule.take());
    Ok(json!(1))
}

/// `messages.deleteScheduledCall`.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    planned(call)?.state = CallState::Deleted;
    Ok(json!(1))
}

fn planned<'a>(call: &'a mut Call<'_>) -> Result<&'a mut VideoCall, ApiError> {
    let known = own(call)?;
    match known.state {
        CallState::Planned => Ok(known),
        _ => Err(ApiError::of(951)),
    }
}

/// `messages.getScheduledCalls`: by time; `next_from` names the call the next page begins with.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let count = call.params.number("count", 20, 1..=200)?;
    let own = call
        .world
        .calls
        .values()
        .filter(|known| known.by == call.caller.actor && known.state == CallState::Planned);
    let mut own: Vec<&VideoCall> = own.collect();
    own.sort_by(|one, other| (one.time, &one.id).cmp(&(other.time, &other.id)));
    let from = call.params.get("start_from").map(|from| own.iter().position(|known| known.id == from));
    let from = match from {
        Some(place) => place.ok_or_else(|| ApiError::invalid("start_from"))?,
        None => 0,
    };
    let items: Vec<Value> = own.iter().skip(from).take(count).map(|known| shapes::planned(known)).collect();
    let mut answer = json!({ "items": items, "groups": [], "profiles": [] });
    if let Some(next) = own.get(from + count) {
        answer["next_from"] = json!(next.id);
    }
    Ok(answer)
}
