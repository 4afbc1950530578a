//! Reading one item member by member, so that each refusal can name its field.

use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::dnevnik::error::{ApiError, Kind};
use crate::dnevnik::id::Id;
use crate::dnevnik::settings::Spelling;

/// Longest text in a member.
const LONGEST: usize = 200;

/// Why an item was refused.
#[derive(Clone, Serialize)]
pub(crate) struct Refusal {
    r#type: &'static str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl Refusal {
    pub(super) fn invalid(field: &str, description: impl Into<String>) -> Refusal {
        Refusal::of(Kind::ParameterInvalid, field, description)
    }

    /// The member names something that is not there.
    pub(super) fn absent(field: &str) -> Refusal {
        Refusal::of(Kind::ResourceUnavailable, field, format!("'{field}' names nothing known"))
    }

    fn of(kind: Kind, field: &str, description: impl Into<String>) -> Refusal {
        Refusal {
            r#type: kind.word(Spelling::Seen),
            description: description.into(),
            field: Some(field.into()),
        }
    }

    /// The same as the answer to a whole request.
    pub(super) fn into_error(self) -> ApiError {
        let kind = match self.r#type == Kind::ParameterInvalid.word(Spelling::Seen) {
            true => Kind::ParameterInvalid,
            false => Kind::ResourceUnavailable,
        };
        ApiError { kind, description: self.description, field: self.field }
    }
}

pub(super) type Read<T> = Result<T, Refusal>;

#[derive(Clone)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn new(members: Map<String, Value>) -> Fields {
        Fields(members)
    }

    /// Refuses members that mean nothing here: a typing error must not pass for an omission.
    pub(super) fn only(&self, known: &[&str]) -> Read<()> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Refusal::invalid(name, format!("'{name}' is not a member of this object"))),
            None => Ok(()),
        }
    }

    /// The member, unless it is missing or null.
    fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn required<T>(name: &str, value: Option<T>) -> Read<T> {
        value.ok_or_else(|| Refusal::invalid(name, format!("'{name}' is required")))
    }

    /// Text without the spaces around it; may be empty.
    pub(super) fn maybe_text(&self, name: &str) -> Read<Option<String>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let text = value.as_str().map(str::trim).filter(|text| text.chars().count() <= LONGEST);
        let text = text.ok_or_else(|| {
            Refusal::invalid(name, format!("'{name}' is a text of at most {LONGEST} characters"))
        });
        text.map(|text| Some(text.to_owned()))
    }

    /// Text that is not empty, where given.
    pub(super) fn maybe_name(&self, name: &str) -> Read<Option<String>> {
        match self.maybe_text(name)? {
            Some(text) if text.is_empty() => {
                Err(Refusal::invalid(name, format!("'{name}' must not be empty")))
            }
            text => Ok(text),
        }
    }

    pub(super) fn name(&self, name: &str) -> Read<String> {
        Self::required(name, self.maybe_name(name)?)
    }

    pub(super) fn maybe_number(&self, name: &str, from: i64, to: i64) -> Read<Option<i64>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = value.as_i64().filter(|number| (from..=to).contains(number));
        number
            .map(Some)
            .ok_or_else(|| Refusal::invalid(name, format!("'{name}' is a number from {from} to {to}")))
    }

    pub(super) fn number(&self, name: &str, from: i64, to: i64) -> Read<i64> {
        Self::required(name, self.maybe_number(name, from, to)?)
    }

    /// A day as `YYYY-MM-DD` and nothing else: what we write has one form.
    pub(super) fn maybe_date(&self, name: &str) -> Read<Option<Date>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let text = value.as_str().filter(|text| text.len() == 10);
        let date = text.and_then(|text| text.parse().ok());
        date.map(Some)
            .ok_or_else(|| Refusal::invalid(name, format!("'{name}' is a day that exists, as YYYY-MM-DD")))
    }

    pub(super) fn date(&self, name: &str) -> Read<Date> {
        Self::required(name, self.maybe_date(name)?)
    }

    pub(super) fn maybe_id(&self, name: &str) -> Read<Option<Id>> {
        self.maybe_of(name, "an id")
    }

    pub(super) fn id(&self, name: &str) -> Read<Id> {
        Self::required(name, self.maybe_id(name)?)
    }

    /// A member of any form serde knows, described to people as `form`.
    pub(super) fn maybe_of<T: DeserializeOwned>(&self, name: &str, form: &str) -> Read<Option<T>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let read = serde_json::from_value(value.clone());
        read.map(Some).map_err(|_| Refusal::invalid(name, format!("'{name}' is {form}")))
    }

    pub(super) fn of<T: DeserializeOwned>(&self, name: &str, form: &str) -> Read<T> {
        Self::required(name, self.maybe_of(name, form)?)
    }
}
