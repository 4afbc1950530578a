//! What the stand-in knows: plain data, no behaviour. The same forms are seeded, saved and shown.
//!
//! None of these derive `Debug`: they hold (invented) personal data, and habits form in tests.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::serving::clock::Millis;
use super::id::Id;

/// Words for roles as the system sends them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) enum Role {
    EduStudent,
    EduStaff,
    EduParent,
    OrganizationStaff,
    EduSchoolAdministrator,
}

impl Role {
    /// Roles of people who work there: for them the organisation is one of "their organisations".
    pub(crate) fn is_staff(self) -> bool {
        matches!(self, Role::EduStaff | Role::OrganizationStaff | Role::EduSchoolAdministrator)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) enum Sex {
    #[default]
    Male,
    Female,
}

/// Of classes and of memberships alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) enum Status {
    #[default]
    Active,
    Archive,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Organization {
    pub(crate) id: Id,
    pub(crate) name: String,
    /// Empty: the same as `name`.
    #[serde(default)]
    pub(crate) full_name: String,
    #[serde(default)]
    pub(crate) city: String,
    #[serde(default)]
    pub(crate) municipality: String,
    /// What `OrganizationType` says; the meanings of the numbers are not public.
    #[serde(default)]
    pub(crate) organization_type: i64,
    #[serde(default)]
    pub(crate) region_id: i64,
    #[serde(default)]
    pub(crate) district_id: i64,
    #[serde(default)]
    pub(crate) city_id: i64,
    /// Hours from UTC.
    #[serde(default)]
    pub(crate) time_zone: i64,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Person {
    pub(crate) id: Id,
    /// None: the account was never activated.
    #[serde(default)]
    pub(crate) user_id: Option<Id>,
    pub(crate) last_name: String,
    pub(crate) first_name: String,
    #[serde(default)]
    pub(crate) middle_name: String,
    #[serde(default)]
    pub(crate) sex: Sex,
    #[serde(default)]
    pub(crate) birthday: Option<Date>,
    #[serde(default)]
    pub(crate) snils: Option<String>,
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) phone: Option<String>,
    #[serde(default)]
    pub(crate) role: Option<Role>,
    /// The school that made this person: its administrator sees them before any membership exists.
    #[serde(default)]
    pub(crate) school: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hidden_until: Option<Millis>,
}

/// A class.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EduGroup {
    pub(crate) id: Id,
    pub(crate) school: Id,
    pub(crate) name: String,
    pub(crate) parallel: i64,
    pub(crate) studyyear: i64,
    #[serde(default)]
    pub(crate) parent_ids: Vec<Id>,
    #[serde(default)]
    pub(crate) status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hidden_until: Option<Millis>,
}

/// Belonging to a school, in one role.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Membership {
    pub(crate) id: Id,
    pub(crate) school: Id,
    pub(crate) person: Id,
    pub(crate) role: Role,
    #[serde(default)]
    pub(crate) start: Option<Date>,
    #[serde(default)]
    pub(crate) status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hidden_until: Option<Millis>,
}

/// Belonging to a class.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GroupMembership {
    pub(crate) id: Id,
    pub(crate) edu_group: Id,
    pub(crate) person: Id,
    #[serde(default)]
    pub(crate) start: Option<Date>,
    #[serde(default)]
    pub(crate) status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hidden_until: Option<Millis>,
}

/// `relative` is a `type` (mother, guardian …) of `child`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Relation {
    pub(crate) id: Id,
    pub(crate) child: Id,
    pub(crate) relative: Id,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hidden_until: Option<Millis>,
}

/// How a link came about.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Source {
    /// Somebody asked for it with [`Link::subject`] in hand.
    Dialogue,
    /// The person signed in with that identity.
    SignIn,
}

/// An account goes with an identity elsewhere.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Link {
    pub(crate) id: Id,
    pub(crate) person: Id,
    /// The identity, as whoever linked it names it.
    pub(crate) subject: String,
    pub(crate) source: Source,
    pub(crate) since: Millis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hidden_until: Option<Millis>,
}

/// Wrong passwords for one login in a row.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attempts {
    pub(crate) failed: u32,
    pub(crate) locked_until: Millis,
}

/// Someone who can sign in.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) login: String,
    pub(crate) password: String,
    pub(crate) person: Id,
}

/// What an OAuth client may do.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Flow {
    Code,
    Token,
    Password,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Client {
    /// A GUID, with or without dashes.
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) name: String,
    /// Where answers may be sent; the port of a loopback address is not compared (RFC 8252 §7.3).
    #[serde(default)]
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) flows: Vec<Flow>,
}

/// A live access token and the refresh token given with it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Token {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) client: String,
    pub(crate) person: Id,
    pub(crate) scope: String,
    pub(crate) expires: Millis,
    /// The access half was withdrawn; the refresh half may still serve.
    pub(crate) revoked: bool,
}

/// A code on its way to being a token.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Code {
    pub(crate) client: String,
    pub(crate) person: Id,
    pub(crate) scope: String,
    pub(crate) expires: Millis,
}

/// The first answer to a request with an `Idempotency-Key`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Remembered {
    pub(crate) key: String,
    pub(crate) request: String,
    pub(crate) answer: String,
    pub(crate) at: Millis,
}
