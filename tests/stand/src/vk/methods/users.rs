//! People by number or screen name.

use serde_json::Value;

use super::{Answered, Call};
use crate::vk::error::ApiError;
use crate::vk::shapes;

/// `users.get`: those it does not know are left out; without names the token's own.
pub(super) fn get(call: &mut Call<'_>) -> Answered {
    let fields = call.params.list("fields");
    let asked = call.params.list("user_ids");
    if asked.len() > 1000 {
        return Err(ApiError::invalid("user_ids"));
    }
    let own = call.caller.actor.to_string();
    let names = if asked.is_empty() && call.caller.actor > 0 { vec![own.as_str()] } else { asked };
    let found = names.into_iter().filter_map(|name| call.world.person_named(name));
    Ok(found.map(|person| shapes::user(person, &fields)).collect::<Vec<Value>>().into())
}
