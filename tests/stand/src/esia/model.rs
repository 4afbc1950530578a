//! What the stand-in knows: plain data, seeded, saved and shown in the same forms.
//!
//! None of these derive `Debug`: they hold (invented) personal data, and habits form in tests.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::keys::Algorithm;
use crate::serving::clock::Millis;

/// Number of a person or an organisation.
pub(crate) type Oid = u64;

/// What an account is worth.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Level {
    Simplified,
    Standard,
    Confirmed,
    /// A child's, made by a parent.
    Child,
}

impl Level {
    /// The claim `lvl`. Simplified and standard cannot be told apart by it.
    pub(crate) fn claim(self) -> &'static str {
        match self {
            Level::Child => "KD",
            Level::Confirmed => "PR",
            Level::Simplified | Level::Standard => "P",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    #[default]
    Registered,
    Deleted,
}

/// How somebody signed in.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Method {
    /// Password.
    #[default]
    Pwd,
    /// Electronic signature.
    Ds,
}

impl Method {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Method::Pwd => "PWD",
            Method::Ds => "DS",
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Persona {
    pub(crate) oid: Oid,
    /// None: a child that is in its parent's profile only.
    #[serde(default)]
    pub(crate) login: Option<String>,
    #[serde(default)]
    pub(crate) password: String,
    pub(crate) level: Level,
    #[serde(default)]
    pub(crate) status: Status,
    #[serde(default)]
    pub(crate) method: Method,
    pub(crate) last_name: String,
    pub(crate) first_name: String,
    #[serde(default)]
    pub(crate) middle_name: Option<String>,
    pub(crate) birth_date: Date,
    #[serde(default)]
    pub(crate) birth_place: Option<String>,
    /// M or F.
    pub(crate) gender: String,
    #[serde(default = "russia")]
    pub(crate) citizenship: String,
    /// `NNN-NNN-NNN NN`.
    #[serde(default)]
    pub(crate) snils: Option<String>,
    #[serde(default)]
    pub(crate) inn: Option<String>,
    #[serde(default)]
    pub(crate) contacts: Vec<Contact>,
    #[serde(default)]
    pub(crate) addresses: Vec<Address>,
    #[serde(default)]
    pub(crate) documents: Vec<Document>,
    /// Children in this profile.
    #[serde(default)]
    pub(crate) kids: Vec<Oid>,
    #[serde(default)]
    pub(crate) organizations: Vec<Position>,
}

fn russia() -> String {
    "RUS".into()
}

fn yes() -> bool {
    true
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contact {
    /// EML, MBT, PHN.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) value: String,
    #[serde(default = "yes")]
    pub(crate) verified: bool,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Address {
    /// PLV (residence), PRG (registration).
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) address_str: String,
    #[serde(default)]
    pub(crate) zip_code: String,
    #[serde(default)]
    pub(crate) region: String,
    #[serde(default)]
    pub(crate) city: String,
    #[serde(default)]
    pub(crate) street: String,
    #[serde(default)]
    pub(crate) house: String,
    #[serde(default)]
    pub(crate) flat: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Document {
    /// RF_PASSPORT, RF_BRTH_CERT, MDCL_PLCY …
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) series: String,
    pub(crate) number: String,
    #[serde(default)]
    pub(crate) issue_date: Option<Date>,
    #[serde(default)]
    pub(crate) issued_by: String,
    #[serde(default)]
    pub(crate) issue_id: String,
    #[serde(default = "yes")]
    pub(crate) verified: bool,
}

/// Somebody's place in an organisation.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Position {
    pub(crate) oid: Oid,
    #[serde(default)]
    pub(crate) chief: bool,
    #[serde(default)]
    pub(crate) admin: bool,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Organization {
    pub(crate) oid: Oid,
    pub(crate) short_name: String,
    pub(crate) full_name: String,
    /// LEGAL, AGENCY …
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) ogrn: String,
    #[serde(default)]
    pub(crate) inn: String,
    #[serde(default)]
    pub(crate) kpp: String,
}

/// A system that signs people in.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Client {
    /// Its mnemonic.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    /// What it may ask for; empty: everything.
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    /// PEM, or base64 of DER.
    #[serde(default)]
    pub(crate) certificates: Vec<String>,
    #[serde(default)]
    pub(crate) token_algorithm: Algorithm,
    /// Unconfirmed accounts are turned away.
    #[serde(default)]
    pub(crate) confirmed_only: bool,
}

/// Which pair of endpoints a request came by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Generation {
    /// `/ac` and `/te`.
    First,
    /// `/v2/ac` and `/v3/te`.
    Current,
}

/// An authorisation request that was found right and waits for its person.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Asking {
    pub(crate) client: String,
    pub(crate) generation: Generation,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) scope_org: String,
    pub(crate) state: String,
    pub(crate) offline: bool,
    /// Words of `person_filter`.
    pub(crate) filter: Vec<String>,
    /// Consents of the "Digital Profile", as they were asked for.
    pub(crate) permissions: Option<serde_json::Value>,
    pub(crate) challenge: Option<String>,
    pub(crate) expires: Millis,
}

/// A browser that is signed in.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) oid: Oid,
    /// `urn:esia:sid`.
    pub(crate) sid: String,
    pub(crate) since: Millis,
    pub(crate) expires: Millis,
}

/// What a person let a system have: behind a code, and behind the tokens that come of it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) asking: Asking,
    pub(crate) session: Session,
    /// Names everything that came of one sign-in.
    pub(crate) family: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) grant: Grant,
    pub(crate) expires: Millis,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Access {
    /// None: the system acts in its own name.
    pub(crate) oid: Option<Oid>,
    /// Words as in the token, without the person's number.
    pub(crate) scope: Vec<String>,
    pub(crate) expires: Millis,
    pub(crate) family: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Refresh {
    pub(crate) grant: Grant,
    pub(crate) expires: Millis,
    pub(crate) used: bool,
}
