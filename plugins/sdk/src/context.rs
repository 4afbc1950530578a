//! Where the call stands: settings, school, binding.

use serde::de::DeserializeOwned;

use crate::bindings::exchange::connector::context;
pub use crate::bindings::exchange::connector::context::{
    SchoolInfo, binding, dialogue_round_trip, school, study_year,
};
use crate::{BadSetting, Failure, Message};

/// The task's settings as a type. The host has checked them against the manifest's schema and filled in the
/// defaults, so the type needs none of its own: one place says what a default is.
///
/// # Errors
/// [`Failure::InvalidConfig`] (`settings-do-not-fit`) when schema and type disagree, which is the connector's fault.
pub fn settings<T: DeserializeOwned>() -> Result<T, Failure> {
    parse_settings(&context::settings())
}

/// [`settings`] of a text.
///
/// # Errors
/// As for [`settings`].
pub fn parse_settings<T: DeserializeOwned>(json: &str) -> Result<T, Failure> {
    serde_json::from_str(json).map_err(|error| {
        let reason = Message::new("settings-do-not-fit").arg("cause", error);
        Failure::InvalidConfig(BadSetting { field: String::new(), reason })
    })
}

/// A fact of the binding.
pub fn fact(name: &str) -> Option<String> {
    binding().into_iter().find(|fact| fact.name == name).map(|fact| fact.value)
}
