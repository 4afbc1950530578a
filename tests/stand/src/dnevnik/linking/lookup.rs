//! Looking accounts up, and listing what is linked.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::shapes::{AccountOut, LinkOut};
use crate::dnevnik::app::Shared;
use crate::dnevnik::caller::Caller;
use crate::dnevnik::error::ApiError;
use crate::dnevnik::id::Id;
use crate::dnevnik::model::Person;
use crate::dnevnik::read::{Asked, Ids, body};
use crate::dnevnik::table::{Key, Stored, digits};
use crate::dnevnik::view::{View, by_name};
use crate::dnevnik::write::admin_of;

/// Accounts an answer names at most: whoever asks for more is not looking for one person.
const MOST_ACCOUNTS: usize = 10;

/// Whom to look for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    last_name: String,
    first_name: String,
    #[serde(default)]
    middle_name: String,
    #[serde(default)]
    snils: Option<String>,
}

/// A name as it is compared: case and spaces do not matter.
pub(super) fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

pub(super) fn same_name(person: &Person, last: &str, first: &str, middle: &str) -> bool {
    let own = [&person.last_name, &person.first_name, &person.middle_name];
    own.into_iter().zip([last, first, middle]).all(|(own, asked)| plain(own) == plain(asked))
}

/// Does the person go with the school: belongs to it, or to a child that does?
pub(crate) fn concerns(view: View<'_>, person: Id, school: Id) -> bool {
    view.belongs_to(person, school)
        || view.children_of(person).iter().any(|child| view.belongs_to(child.id, school))
}

impl Wanted {
    /// Those with this СНИЛС, and those with this full name: which of them is meant is for the asker to judge.
    fn found<'a>(&self, view: View<'a>, school: Id) -> Vec<&'a Person> {
        let persons = &view.world.persons;
        let snils = self.snils.as_deref().map(digits).filter(|digits| !digits.is_empty());
        let with_snils = snils.into_iter().flat_map(|snils| persons.by(&Key::Words(snils)));
        let namesakes = persons
            .by(&Key::words(&[&plain(&self.last_name), &plain(&self.first_name)]))
            .filter(|person| same_name(person, &self.last_name, &self.first_name, &self.middle_name));
        let mut found: Vec<&Person> = with_snils.chain(namesakes).collect();
        found.retain(|person| person.visible(view.now) && concerns(view, person.id, school));
        found.sort_by_key(|person| by_name(person));
        found.dedup_by_key(|person| person.id);
        found.truncate(MOST_ACCOUNTS);
        found
    }
}

/// POST, so that no name stands in an address; it only reads.
pub(super) async fn lookup(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([school]): Ids<1>,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    admin_of(&app, &caller, school)?;
    let wanted: Wanted = body(&bytes)?;
    app.read(|view| {
        let found = wanted.found(view, school).into_iter();
        Ok(asked.list(found.map(|person| AccountOut::of(view, person))))
    })
}

/// Links of people who go with the school. With `person` only those of these.
pub(super) async fn links(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([school]): Ids<1>,
) -> Result<Response, ApiError> {
    admin_of(&app, &caller, school)?;
    let persons = asked.query.ids("person")?;
    app.read(|view| {
        let wanted = view.all(&view.world.links).filter(|link| {
            (persons.is_empty() || persons.contains(&link.person)) && concerns(view, link.person, school)
        });
        Ok(asked.list(wanted.map(LinkOut::from)))
    })
}
