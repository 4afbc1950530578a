//! Calls about persons, activated or not.

use axum::extract::State;
use jiff::civil::Date;

use super::{Answer, Asked, Ids, groups};
use crate::dnevnik::app::Shared;
use crate::dnevnik::caller::Caller;
use crate::dnevnik::error::ApiError;
use crate::dnevnik::id::Id;
use crate::dnevnik::model::Person;
use crate::dnevnik::query::{Query, date};
use crate::dnevnik::settings::Shape;
use crate::dnevnik::shapes::{GroupOut, MembershipOut, PersonOut};
use crate::dnevnik::table::{Key, Stored, digits};
use crate::dnevnik::view::{View, by_name};
use crate::serving::answer::json;

fn readable<'a>(view: View<'a>, caller: &Caller, id: Id) -> Result<&'a Person, ApiError> {
    let person = view.person(id).ok_or_else(ApiError::absent)?;
    match view.may_read_person(caller.person, person) {
        true => Ok(person),
        false => Err(ApiError::forbidden()),
    }
}

pub(super) async fn one(State(app): State<Shared>, caller: Caller, Ids([person]): Ids<1>) -> Answer {
    app.read(|view| Ok(json(&PersonOut::from(readable(view, &caller, person)?))))
}

/// `persons?eduGroup=`: another name for the members of a class.
pub(super) async fn of_group(state: State<Shared>, caller: Caller, asked: Asked) -> Answer {
    let ids = asked.query.ids("eduGroup")?;
    let [group] = ids[..] else { return Err(ApiError::parameter("eduGroup")) };
    groups::persons(state, caller, asked, Ids([group])).await
}

/// What a search asks for; a criterion not given does not restrict.
struct Wanted {
    last_name: Option<String>,
    first_name: Option<String>,
    middle_name: Option<String>,
    snils: Option<String>,
    birthday: Option<Date>,
}

impl Wanted {
    fn of(query: &Query) -> Result<Wanted, ApiError> {
        let word = |name: &str| query.get(name).map(str::to_lowercase);
        let birthday =
            query.get("birthday").map(|text| date(text).ok_or_else(|| ApiError::parameter("birthday")));
        let wanted = Wanted {
            last_name: word("lastName"),
            first_name: word("firstName"),
            middle_name: word("middleName"),
            snils: query.get("snils").map(digits),
            birthday: birthday.transpose()?,
        };
        match wanted.is_empty() {
            true => Err(ApiError::parameter("lastName")),
            false => Ok(wanted),
        }
    }

    fn is_empty(&self) -> bool {
        let words = [&self.last_name, &self.first_name, &self.middle_name, &self.snils];
        words.iter().all(|word| word.is_none()) && self.birthday.is_none()
    }

    /// Those among whom to look: the fewest that an index knows. A region has hundreds of thousands of people, and
    /// hundreds of one surname.
    fn candidates<'a>(&self, view: View<'a>) -> Vec<&'a Person> {
        let persons = &view.world.persons;
        match self.keys().into_iter().min_by_key(|key| persons.count(key)) {
            Some(key) => persons.by(&key).filter(|person| person.visible(view.now)).collect(),
            None => view.all(persons).collect(),
        }
    }

    /// What an index knows of those who fit.
    fn keys(&self) -> Vec<Key> {
        let name = self.last_name.as_deref().map(|last| match &self.first_name {
            Some(first) => Key::words(&[last, first]),
            None => Key::words(&[last]),
        });
        let snils = self.snils.clone().map(Key::Words);
        name.into_iter().chain(snils).chain(self.birthday.map(Key::Born)).collect()
    }

    fn fits(&self, person: &Person) -> bool {
        let same = |wanted: &Option<String>, own: &str| {
            wanted.as_ref().is_none_or(|word| *word == own.to_lowercase())
        };
        same(&self.last_name, &person.last_name)
            && same(&self.first_name, &person.first_name)
            && same(&self.middle_name, &person.middle_name)
            && self
                .snils
                .as_ref()
                .is_none_or(|snils| person.snils.as_deref().map(digits).as_ref() == Some(snils))
            && self.birthday.is_none_or(|day| person.birthday == Some(day))
    }
}

/// Whole words, in any case; at least one criterion.
pub(super) async fn search(State(app): State<Shared>, caller: Caller, asked: Asked) -> Answer {
    caller.needs("EducationalInfo")?;
    let wanted = Wanted::of(&asked.query)?;
    app.read(|view| {
        let found = wanted.candidates(view).into_iter().filter(|person| wanted.fits(person));
        let mut found: Vec<&Person> =
            found.filter(|person| view.may_read_person(caller.person, person)).collect();
        found.sort_by_key(|person| by_name(person));
        Ok(asked.list(found.into_iter().map(PersonOut::from)))
    })
}

pub(super) async fn children(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([person]): Ids<1>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    app.read(|view| {
        let person = readable(view, &caller, person)?;
        Ok(asked.list(view.children_of(person.id).into_iter().map(PersonOut::from)))
    })
}

pub(super) async fn groups(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([person]): Ids<1>,
) -> Answer {
    list_groups(&app, &caller, &asked, person, false, None)
}

/// With the classes of earlier years.
pub(super) async fn all_groups(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([person]): Ids<1>,
) -> Answer {
    list_groups(&app, &caller, &asked, person, true, None)
}

pub(super) async fn groups_in_school(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([person, school]): Ids<2>,
) -> Answer {
    list_groups(&app, &caller, &asked, person, false, Some(school))
}

fn list_groups(
    app: &Shared,
    caller: &Caller,
    asked: &Asked,
    person: Id,
    archive: bool,
    school: Option<Id>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    app.read(|view| {
        let groups = view.groups_of(readable(view, caller, person)?.id, archive).into_iter();
        let groups = groups.filter(|group| school.is_none_or(|school| group.school == school));
        Ok(asked.list(groups.map(|group| GroupOut::of(view, group))))
    })
}

pub(super) async fn memberships(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([person]): Ids<1>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    app.read(|view| {
        let memberships = MembershipOut::of(view, readable(view, &caller, person)?);
        Ok(match view.world.settings.person_memberships_shape {
            Shape::Object => json(&memberships),
            Shape::List => asked.list([memberships]),
        })
    })
}
