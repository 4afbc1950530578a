//! Persons and their relatives. The second version of the API sends neither birthday nor СНИЛС.

use serde::Serialize;

use crate::dnevnik::id::Id;
use crate::dnevnik::model::{Person, Sex};
use crate::dnevnik::view::View;

pub(super) fn joined(parts: [&str; 3]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

pub(super) fn short_name(person: &Person) -> String {
    joined([&person.first_name, &person.last_name, ""])
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PersonOut {
    id: u64,
    #[serde(rename = "id_str")]
    id_str: String,
    user_id: Option<u64>,
    #[serde(rename = "userId_str")]
    user_id_str: Option<String>,
    first_name: String,
    last_name: String,
    middle_name: String,
    short_name: String,
    sex: Sex,
}

impl From<&Person> for PersonOut {
    fn from(person: &Person) -> Self {
        PersonOut {
            id: person.id.0,
            id_str: person.id.to_string(),
            user_id: person.user_id.map(|id| id.0),
            user_id_str: person.user_id.map(|id| id.to_string()),
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            middle_name: person.middle_name.clone(),
            short_name: short_name(person),
            sex: person.sex,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct RelativeOut {
    r#type: String,
    person: PersonOut,
}

impl RelativeOut {
    pub(crate) fn list(view: View<'_>, person: Id) -> Vec<RelativeOut> {
        let out =
            |(kind, person): (&str, &Person)| RelativeOut { r#type: kind.into(), person: person.into() };
        view.relatives_of(person).into_iter().map(out).collect()
    }
}

/// The other form of relatives: the person with the relatives nested.
#[derive(Serialize)]
pub(crate) struct RelativesOut {
    pub(crate) person: PersonOut,
    pub(crate) relatives: Vec<RelativeOut>,
}
