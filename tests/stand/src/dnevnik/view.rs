//! Questions to the state as readers see it: what is still hidden is not there.

use std::collections::BTreeSet;

use crate::serving::clock::Millis;
use super::id::Id;
use super::model::{EduGroup, Membership, Organization, Person, Role, Status};
use super::settings::Reach;
use super::table::{Stored, Table};
use super::world::World;

#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) world: &'a World,
    pub(crate) now: Millis,
}

impl<'a> View<'a> {
    pub(crate) fn all<T: Stored>(self, table: &'a Table<T>) -> impl Iterator<Item = &'a T> {
        table.iter().filter(move |record| record.visible(self.now))
    }

    /// Those of this person, class, school or user.
    pub(crate) fn of<T: Stored>(self, table: &'a Table<T>, id: Id) -> impl Iterator<Item = &'a T> {
        table.of(id).filter(move |record| record.visible(self.now))
    }

    fn one<T: Stored>(self, table: &'a Table<T>, id: Id) -> Option<&'a T> {
        table.get(id).filter(|record| record.visible(self.now))
    }

    pub(crate) fn person(self, id: Id) -> Option<&'a Person> {
        self.one(&self.world.persons, id)
    }

    pub(crate) fn person_of_user(self, user: Id) -> Option<&'a Person> {
        self.of(&self.world.persons, user).find(|person| person.user_id == Some(user))
    }

    pub(crate) fn group(self, id: Id) -> Option<&'a EduGroup> {
        self.one(&self.world.groups, id)
    }

    pub(crate) fn school(self, id: Id) -> Option<&'a Organization> {
        self.one(&self.world.organizations, id)
    }

    /// Active memberships of schools, by id.
    pub(crate) fn memberships_of(self, person: Id) -> impl Iterator<Item = &'a Membership> {
        self.of(&self.world.memberships, person)
            .filter(move |m| m.person == person && m.status == Status::Active)
    }

    /// Schools the person belongs to, in order of id.
    pub(crate) fn schools_of(self, person: Id) -> BTreeSet<Id> {
        self.memberships_of(person).map(|membership| membership.school).collect()
    }

    /// Schools the person works in: "organisations".
    pub(crate) fn organizations_of(self, person: Id) -> BTreeSet<Id> {
        self.memberships_of(person).filter(|m| m.role.is_staff()).map(|m| m.school).collect()
    }

    pub(crate) fn roles_in(self, person: Id, school: Id) -> BTreeSet<Role> {
        self.memberships_of(person).filter(|m| m.school == school).map(|m| m.role).collect()
    }

    pub(crate) fn roles_of(self, person: &Person) -> BTreeSet<Role> {
        self.memberships_of(person.id).map(|m| m.role).chain(person.role).collect()
    }

    /// Classes of the person; those left only with `archive`.
    pub(crate) fn groups_of(self, person: Id, archive: bool) -> Vec<&'a EduGroup> {
        let ids: BTreeSet<Id> = self
            .of(&self.world.group_memberships, person)
            .filter(|m| m.person == person && (archive || m.status == Status::Active))
            .map(|m| m.edu_group)
            .collect();
        ids.into_iter().filter_map(|id| self.group(id)).collect()
    }

    /// Members of a class with the status of their membership, by name. Somebody who is a member twice is listed once.
    pub(crate) fn members_of(self, group: Id, archive: bool) -> Vec<(&'a Person, Status)> {
        let mut seen = BTreeSet::new();
        let mut members: Vec<_> = self
            .of(&self.world.group_memberships, group)
            .filter(|m| m.edu_group == group && (archive || m.status == Status::Active))
            .filter(|m| seen.insert((m.person, m.status == Status::Archive)))
            .filter_map(|m| self.person(m.person).map(|person| (person, m.status)))
            .collect();
        members.sort_by_key(|(person, _)| by_name(person));
        members
    }

    pub(crate) fn children_of(self, relative: Id) -> Vec<&'a Person> {
        let ids: BTreeSet<Id> = self
            .of(&self.world.relations, relative)
            .filter(|r| r.relative == relative)
            .map(|r| r.child)
            .collect();
        ids.into_iter().filter_map(|id| self.person(id)).collect()
    }

    /// Both directions: the relatives of a child, and the children of a relative.
    pub(crate) fn relatives_of(self, person: Id) -> Vec<(&'a str, &'a Person)> {
        self.of(&self.world.relations, person)
            .filter_map(|r| match person {
                p if p == r.child => Some((r.kind.as_str(), self.person(r.relative)?)),
                p if p == r.relative => Some(("Child", self.person(r.child)?)),
                _ => None,
            })
            .collect()
    }

    /// May `caller` read classes and members of `school`?
    pub(crate) fn may_read_school(self, caller: Id, school: Id) -> bool {
        self.world.settings.school_scope == Reach::All || self.schools_of(caller).contains(&school)
    }

    /// May `caller` see `person` at all? Their own, their relatives, and everyone of their schools.
    pub(crate) fn may_read_person(self, caller: Id, person: &Person) -> bool {
        if self.world.settings.search_scope == Reach::All || caller == person.id {
            return true;
        }
        let schools = self.schools_of(caller);
        self.touches(person, &schools)
            || self
                .relatives_of(person.id)
                .iter()
                .any(|(_, other)| other.id == caller || self.touches(other, &schools))
    }

    /// Made by this school, or a member of it.
    pub(crate) fn belongs_to(self, person: Id, school: Id) -> bool {
        self.person(person).is_some_and(|person| person.school == Some(school))
            || self.memberships_of(person).any(|membership| membership.school == school)
    }

    /// People with a role in `school` that `wanted` accepts, by name, each once.
    pub(crate) fn people_with(self, school: Id, wanted: impl Fn(Role) -> bool) -> Vec<&'a Person> {
        let of_school = self
            .of(&self.world.memberships, school)
            .filter(|m| m.school == school && m.status == Status::Active);
        let ids: BTreeSet<Id> = of_school.filter(|m| wanted(m.role)).map(|m| m.person).collect();
        let mut people: Vec<&Person> = ids.into_iter().filter_map(|id| self.person(id)).collect();
        people.sort_by_key(|person| by_name(person));
        people
    }

    fn touches(self, person: &Person, schools: &BTreeSet<Id>) -> bool {
        person.school.is_some_and(|school| schools.contains(&school))
            || self.memberships_of(person.id).any(|m| schools.contains(&m.school))
    }
}

/// Russian lists are sorted by surname; the id settles namesakes.
pub(crate) fn by_name(person: &Person) -> (String, String, String, Id) {
    (person.last_name.clone(), person.first_name.clone(), person.middle_name.clone(), person.id)
}
