//! Users: people with an account.

use serde::Serialize;

use super::person::{joined, short_name};
use crate::dnevnik::model::{Person, Role, Sex};
use crate::dnevnik::view::View;

#[derive(Serialize)]
pub(crate) struct UserOut {
    id: Option<u64>,
    id_str: Option<String>,
    #[serde(rename = "personId")]
    person_id: u64,
    #[serde(rename = "personId_str")]
    person_id_str: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    #[serde(rename = "fullName")]
    full_name: String,
    #[serde(rename = "fullNameInverse")]
    full_name_inverse: String,
    #[serde(rename = "firstName")]
    first_name: String,
    #[serde(rename = "middleName")]
    middle_name: String,
    #[serde(rename = "lastName")]
    last_name: String,
    #[serde(rename = "shortName")]
    short_name: String,
    locale: &'static str,
    timezone: String,
    sex: Sex,
    #[serde(rename = "photoSmall")]
    photo_small: Option<String>,
    #[serde(rename = "photoMedium")]
    photo_medium: Option<String>,
    #[serde(rename = "photoLarge")]
    photo_large: Option<String>,
    birthday: Option<String>,
    roles: Vec<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

impl UserOut {
    /// `contacts`: e-mail and phone may be shown to this caller.
    pub(crate) fn of(view: View<'_>, person: &Person, contacts: bool) -> UserOut {
        let zone =
            view.schools_of(person.id).into_iter().find_map(|id| view.school(id)).map_or(3, |s| s.time_zone);
        let login = view.world.accounts.values().find(|account| account.person == person.id);
        UserOut {
            id: person.user_id.map(|id| id.0),
            id_str: person.user_id.map(|id| id.to_string()),
            person_id: person.id.0,
            person_id_str: person.id.to_string(),
            name: short_name(person),
            email: person.email.clone().filter(|_| contacts),
            login: login.map(|account| account.login.clone()),
            full_name: joined([&person.first_name, &person.middle_name, &person.last_name]),
            full_name_inverse: joined([&person.last_name, &person.first_name, &person.middle_name]),
            first_name: person.first_name.clone(),
            middle_name: person.middle_name.clone(),
            last_name: person.last_name.clone(),
            short_name: short_name(person),
            locale: "ru-RU",
            timezone: format!("{zone:+}:00"),
            sex: person.sex,
            photo_small: None,
            photo_medium: None,
            photo_large: None,
            birthday: person.birthday.map(|date| format!("{date}T00:00:00")),
            roles: view.roles_of(person).into_iter().collect(),
            phone: person.phone.clone().filter(|_| contacts),
        }
    }
}
