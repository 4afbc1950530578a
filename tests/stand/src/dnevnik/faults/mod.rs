//! Misbehaviour on order: rules say which requests, effects say what happens to them.
//!
//! `rule` decides, `effect` is the vocabulary, `govern` is the layer every governed request passes. Handlers learn
//! of a fault only where it concerns storing ([`Storing`]) or a listing ([`Listing`]).

mod effect;
mod govern;
mod rule;

pub(crate) use effect::{Listing, Storing};
pub(crate) use govern::govern;
pub(crate) use rule::{Faults, Rule};
