//! This system's own effects, and the layer every governed request passes.
//!
//! Handlers learn of a fault only where it concerns storing ([`Storing`]) or a listing ([`Listing`]).

mod effect;
mod govern;

pub(crate) use effect::{Effect, Listing, Storing};
pub(crate) use govern::govern;
