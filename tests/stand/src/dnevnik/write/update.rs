//! Changing what is there: members given replace, members left out stay. Nothing changes if one of them is bad.

use jiff::civil::Date;
use serde::Serialize;

use super::create::{PARALLELS, STUDY_YEARS, What, birthday, snils};
use super::fields::{Fields, Read, Refusal};
use crate::dnevnik::id::Id;
use crate::dnevnik::world::World;

/// The answer: what was changed.
#[derive(Serialize)]
pub(super) struct Updated {
    id: u64,
    id_str: String,
}

impl From<Id> for Updated {
    fn from(id: Id) -> Self {
        Updated { id: id.0, id_str: id.to_string() }
    }
}

/// Takes a link away.
pub(super) fn remove(world: &mut World, id: Id) -> Read<Updated> {
    world.links.remove(id).map(|link| Updated::from(link.id)).ok_or_else(|| Refusal::absent("id"))
}

/// Schools whose administrators may change the record; none if there is no such record.
pub(super) fn schools_of(world: &World, what: What, id: Id) -> Option<Vec<Id>> {
    match what {
        What::EduGroups => world.groups.get(id).map(|group| vec![group.school]),
        What::Memberships => world.memberships.get(id).map(|membership| vec![membership.school]),
        What::GroupMemberships => {
            let membership = world.group_memberships.get(id)?;
            world.groups.get(membership.edu_group).map(|group| vec![group.school])
        }
        What::Persons => {
            let person = world.persons.get(id)?;
            let member_of = world.memberships.of(id).filter(|m| m.person == id).map(|m| m.school);
            Some(member_of.chain(person.school).collect())
        }
        What::Relatives | What::Links => None,
    }
}

/// A member that says what the record is, not how it is: it may be repeated but not changed.
fn unchanged<T: PartialEq>(name: &str, given: Option<T>, own: Option<T>) -> Read<()> {
    match given {
        Some(given) if own.is_some_and(|own| own != given) => {
            Err(Refusal::invalid(name, format!("'{name}' cannot be changed")))
        }
        _ => Ok(()),
    }
}

/// Changes one record. `school` is the one in whose name the caller acts.
pub(super) fn update(
    world: &mut World,
    what: What,
    id: Id,
    school: Id,
    fields: &Fields,
    today: Date,
) -> Read<Updated> {
    match what {
        What::EduGroups => edu_group(world, id, fields)?,
        What::Persons => person(world, id, fields, today)?,
        What::Memberships => membership(world, id, fields)?,
        What::GroupMemberships => group_membership(world, id, school, fields)?,
        What::Relatives | What::Links => return Err(Refusal::absent("id")),
    }
    Ok(Updated::from(id))
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn edu_group(world: &mut World, id: Id, fields: &Fields) -> Read<()> {
    fields.only(&["name", "parallel", "studyyear"])?;
    let name = fields.maybe_name("name")?;
    let parallel = fields.maybe_number("parallel", PARALLELS.0, PARALLELS.1)?;
    let studyyear = fields.maybe_number("studyyear", STUDY_YEARS.0, STUDY_YEARS.1)?;
    let changed = world.groups.change(id, |group| {
        set(&mut group.name, name);
        set(&mut group.parallel, parallel);
        set(&mut group.studyyear, studyyear);
    });
    changed.ok_or_else(|| Refusal::absent("id"))
}

fn person(world: &mut World, id: Id, fields: &Fields, today: Date) -> Read<()> {
    fields.only(&["role", "lastName", "firstName", "middleName", "birthday", "sex", "snils"])?;
    unchanged(
        "role",
        fields.maybe_of("role", "a role")?,
        world.persons.get(id).and_then(|person| person.role),
    )?;
    let (last_name, first_name) = (fields.maybe_name("lastName")?, fields.maybe_name("firstName")?);
    let middle_name = fields.maybe_text("middleName")?;
    let (birthday, snils) = (birthday(fields, today)?, snils(fields)?);
    let sex = fields.maybe_of("sex", "Male or Female")?;
    let changed = world.persons.change(id, |person| {
        set(&mut person.last_name, last_name);
        set(&mut person.first_name, first_name);
        set(&mut person.middle_name, middle_name);
        set(&mut person.sex, sex);
        person.birthday = birthday.or(person.birthday);
        set(&mut person.snils, snils.map(Some));
    });
    changed.ok_or_else(|| Refusal::absent("id"))
}

fn membership(world: &mut World, id: Id, fields: &Fields) -> Read<()> {
    fields.only(&["person", "start"])?;
    unchanged(
        "person",
        fields.maybe_id("person")?,
        world.memberships.get(id).map(|membership| membership.person),
    )?;
    let start = fields.maybe_date("start")?;
    let changed = world.memberships.change(id, |membership| membership.start = start.or(membership.start));
    changed.ok_or_else(|| Refusal::absent("id"))
}

/// A pupil moves to another class of the same school by this as well.
fn group_membership(world: &mut World, id: Id, school: Id, fields: &Fields) -> Read<()> {
    fields.only(&["eduGroup", "person", "start"])?;
    let own = world.group_memberships.get(id).map(|membership| membership.person);
    unchanged("person", fields.maybe_id("person")?, own)?;
    let (group, start) = (fields.maybe_id("eduGroup")?, fields.maybe_date("start")?);
    let foreign = group.is_some_and(|id| world.groups.get(id).is_none_or(|group| group.school != school));
    if foreign {
        return Err(Refusal::absent("eduGroup"));
    }
    let changed = world.group_memberships.change(id, |membership| {
        set(&mut membership.edu_group, group);
        membership.start = start.or(membership.start);
    });
    changed.ok_or_else(|| Refusal::absent("id"))
}
