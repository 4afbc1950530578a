//! What is said about an account and about a link.

use jiff::civil::Date;
use serde::Serialize;

use crate::dnevnik::model::{Link, Person, Role, Source};
use crate::dnevnik::view::View;

/// An account as the administrator of its school sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountOut {
    person: u64,
    #[serde(rename = "person_str")]
    person_str: String,
    /// Null: never activated, so it cannot be linked yet.
    user: Option<u64>,
    #[serde(rename = "user_str")]
    user_str: Option<String>,
    last_name: String,
    first_name: String,
    middle_name: String,
    birthday: Option<Date>,
    snils: Option<String>,
    roles: Vec<Role>,
    link: Option<LinkOut>,
}

#[derive(Serialize)]
pub(super) struct LinkOut {
    id: u64,
    id_str: String,
    person: u64,
    person_str: String,
    subject: String,
    source: Source,
    since: String,
}

impl AccountOut {
    pub(super) fn of(view: View<'_>, person: &Person) -> AccountOut {
        AccountOut {
            person: person.id.0,
            person_str: person.id.to_string(),
            user: person.user_id.map(|id| id.0),
            user_str: person.user_id.map(|id| id.to_string()),
            last_name: person.last_name.clone(),
            first_name: person.first_name.clone(),
            middle_name: person.middle_name.clone(),
            birthday: person.birthday,
            snils: person.snils.clone(),
            roles: view.roles_of(person).into_iter().collect(),
            link: view.of(&view.world.links, person.id).next().map(LinkOut::from),
        }
    }
}

impl From<&Link> for LinkOut {
    fn from(link: &Link) -> Self {
        LinkOut {
            id: link.id.0,
            id_str: link.id.to_string(),
            person: link.person.0,
            person_str: link.person.to_string(),
            subject: link.subject.clone(),
            source: link.source,
            since: jiff::Timestamp::from_millisecond(link.since).unwrap_or(jiff::Timestamp::MAX).to_string(),
        }
    }
}
