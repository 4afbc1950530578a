//! Misbehaviour on order: rules say which requests, effects say what happens to them.
//!
//! `rule` decides, `effect` is the vocabulary every stand-in has, `govern` carries a plan out. A stand-in adds effects of
//! its own with [`Special`].

mod effect;
mod govern;
mod rule;

pub(crate) use effect::{Answer, Plan, Special, check_status};
pub(crate) use govern::{carry_out, template};
pub(crate) use rule::{Faults, Rule};
