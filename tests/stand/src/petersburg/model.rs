//! What the portal holds. All people are invented.

use serde::{Deserialize, Serialize};

use crate::serving::clock::Millis;

/// A school.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Institution {
    pub(crate) id: u64,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) jurisdiction_id: u64,
    #[serde(default)]
    pub(crate) jurisdiction_name: String,
}

/// A teacher in a school.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Teacher {
    pub(crate) id: u64,
    pub(crate) institution: u64,
    pub(crate) surname: String,
    pub(crate) firstname: String,
    #[serde(default)]
    pub(crate) middlename: String,
    #[serde(default)]
    pub(crate) position: String,
    #[serde(default)]
    pub(crate) subjects: Vec<String>,
    /// The VK ID they linked, in force for as long as it is there.
    #[serde(default)]
    pub(crate) vk: Option<VkLink>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VkLink {
    pub(crate) id: u64,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub(crate) linked_at: Millis,
}

/// Somebody who signs in.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) login: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) password: String,
    /// The schools they are related to, as employees or as parents.
    pub(crate) institutions: Vec<u64>,
    /// Works there; parents do not.
    #[serde(default)]
    pub(crate) staff: bool,
}

/// A token in force.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) login: String,
    pub(crate) expires: Millis,
}
