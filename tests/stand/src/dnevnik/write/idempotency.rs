//! `Idempotency-Key`: inside the window, the same key with the same request gets the first answer again.

use crate::serving::clock::Millis;
use crate::dnevnik::error::{ApiError, Kind};
use crate::dnevnik::model::Remembered;
use crate::dnevnik::world::World;

/// The key of a request and what it must be equal to: method is given by the path, so path and body suffice.
pub(super) struct Ticket {
    pub(super) key: String,
    pub(super) request: String,
}

fn is_on(world: &World) -> bool {
    world.settings.idempotency_window_ms > 0
}

/// The answer given before, if any; a key that comes back with another request is refused.
pub(super) fn recall(world: &World, now: Millis, ticket: &Ticket) -> Result<Option<String>, ApiError> {
    if !is_on(world) {
        return Ok(None);
    }
    let window = world.settings.idempotency_window_ms;
    let known = world.remembered.iter().find(|known| known.key == ticket.key && known.at + window > now);
    match known {
        Some(known) if known.request != ticket.request => {
            Err(ApiError::new(Kind::ParameterInvalid, "Idempotency-Key was used for another request"))
        }
        known => Ok(known.map(|known| known.answer.clone())),
    }
}

pub(super) fn remember(world: &mut World, now: Millis, ticket: &Ticket, answer: &str) {
    if is_on(world) {
        let Ticket { key, request } = ticket;
        let (key, request, answer) = (key.clone(), request.clone(), answer.to_owned());
        world.remembered.push(Remembered { key, request, answer, at: now });
    }
}
