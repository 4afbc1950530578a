//! A person signs in at the diary through ЕСИА: what links by itself.
//!
//! The diary is a client of ЕСИА of its own there; that part of it is not played. The remote control says who came,
//! and the rule of the vendor's help decides: from the age in the settings on, with a СНИЛС in the profile that is the
//! same, and equal names, the account is linked at the first sign-in.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::lookup::same_name;
use crate::dnevnik::app::Shared;
use crate::dnevnik::error::{ApiError, Kind};
use crate::dnevnik::id::Id;
use crate::dnevnik::model::{Link, Person, Source};
use crate::dnevnik::read::body;
use crate::dnevnik::table::{Key, digits};
use crate::dnevnik::world::World;
use crate::serving::answer::json;
use crate::serving::clock::{Clock, Millis};

/// Who came, as ЕСИА tells it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Visitor {
    subject: String,
    last_name: String,
    first_name: String,
    #[serde(default)]
    middle_name: String,
    #[serde(default)]
    snils: Option<String>,
}

/// What became of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    linked: bool,
    /// The account, where one was found.
    person: Option<Id>,
    /// Why nothing was linked.
    why: Option<&'static str>,
}

impl Outcome {
    fn linked(person: Id) -> Outcome {
        Outcome { linked: true, person: Some(person), why: None }
    }

    fn not(person: Option<Id>, why: &'static str) -> Outcome {
        Outcome { linked: false, person, why: Some(why) }
    }
}

/// Whole years from `birthday` to `today`.
fn age(birthday: Date, today: Date) -> i16 {
    let before = (today.month(), today.day()) < (birthday.month(), birthday.day());
    today.year() - birthday.year() - i16::from(before)
}

impl World {
    fn meet(&mut self, visitor: &Visitor, now: Millis) -> Outcome {
        if let Some(link) = self.links.by(&Key::Words(visitor.subject.clone())).next() {
            return Outcome::linked(link.person);
        }
        let Some(person) = self.account_of(visitor) else { return Outcome::not(None, "notFound") };
        let id = person.id;
        if let Some(why) = self.obstacle(person, visitor, Clock::today(now)) {
            return Outcome::not(Some(id), why);
        }
        let link = Link {
            id: self.new_link(),
            person: id,
            subject: visitor.subject.clone(),
            source: Source::SignIn,
            since: now,
            hidden_until: None,
        };
        self.links.put(link);
        Outcome::linked(id)
    }

    /// By СНИЛС, else by full name.
    fn account_of(&self, visitor: &Visitor) -> Option<&Person> {
        let snils = visitor.snils.as_deref().map(digits).filter(|digits| !digits.is_empty());
        let by_snils = snils.and_then(|snils| self.persons.by(&Key::Words(snils)).next());
        by_snils.or_else(|| {
            let namesakes =
                self.persons.by(&Key::words(&[visitor.last_name.trim(), visitor.first_name.trim()]));
            let mut same = namesakes.filter(|person| visitor.is_called_like(person));
            same.next()
        })
    }

    fn obstacle(&self, person: &Person, visitor: &Visitor, today: Date) -> Option<&'static str> {
        let old_enough = person
            .birthday
            .is_none_or(|birthday| age(birthday, today) >= self.settings.link_by_itself_from_age);
        if person.user_id.is_none() {
            return Some("notActivated");
        }
        if self.links.of(person.id).next().is_some() {
            return Some("linkedToAnother");
        }
        if !visitor.is_called_like(person) {
            return Some("namesDiffer");
        }
        if !old_enough {
            return Some("tooYoung");
        }
        let same_snils = person.snils.as_deref().map(digits) == visitor.snils.as_deref().map(digits);
        match (person.snils.is_some(), same_snils) {
            (true, true) => None,
            (true, false) => Some("snilsDiffers"),
            (false, _) => Some("noSnils"),
        }
    }
}

impl Visitor {
    fn is_called_like(&self, person: &Person) -> bool {
        same_name(person, &self.last_name, &self.first_name, &self.middle_name)
    }
}

pub(crate) async fn sign_in(State(app): State<Shared>, bytes: Bytes) -> Result<Response, ApiError> {
    let visitor: Visitor = body(&bytes)?;
    if visitor.subject.trim().is_empty() {
        return Err(ApiError::new(Kind::ParameterInvalid, "'subject' must not be empty"));
    }
    Ok(json(&app.write(|world, now| world.meet(&visitor, now))?))
}

#[cfg(test)]
mod tests {
    use super::age;
    use jiff::civil::date;

    #[test]
    fn a_year_is_full_on_the_birthday() {
        let born = date(2012, 11, 29);
        assert_eq!(age(born, date(2026, 11, 28)), 13);
        assert_eq!(age(born, date(2026, 11, 29)), 14);
        assert_eq!(age(date(2012, 2, 29), date(2026, 2, 28)), 13);
    }
}
