//! Which teacher of the portal is which employee of the school? Pure.
//!
//! By full name, where one employee and one teacher are called so. What a person said comes before that: an identifier
//! of system `petersburg` in the school's records that was not ours says who it is, whatever the names. What *we* found
//! earlier counts among namesakes only, and only while the names are still equal: a namesake who comes later takes
//! nobody's identifier away, and a name that was put right does.

use std::collections::{BTreeMap, BTreeSet};

use exchange_sdk::RecordType;
use exchange_sdk::names::{FullName, Likeness};
use exchange_sdk::records::{Identifier, Staff};

use crate::portal::Teacher;

/// The system under which numbers at the portal are recorded.
pub const SYSTEM: &str = "petersburg";

/// An employee.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// Id of the record.
    pub id: String,
    /// Family name, given name, patronymic; empty where there is none.
    pub name: [String; 3],
}

impl From<Staff> for Person {
    fn from(it: Staff) -> Self {
        let name = [it.last_name, it.first_name, it.middle_name];
        Self { id: it.id, name: name.map(|part| part.unwrap_or_default().trim().to_owned()) }
    }
}

impl Person {
    /// «Вымыслова Анна Петровна».
    pub fn shown(&self) -> String {
        let parts = self.name.iter().filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    fn full_name(&self) -> Option<FullName> {
        let [last, first, middle] = &self.name;
        (!last.is_empty() && !first.is_empty()).then(|| FullName::new(last, first, middle))
    }
}

/// What the records say already about who is who at the portal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// By employee: what a person said.
    by_person: BTreeMap<String, String>,
    /// By employee: what we found earlier.
    before: BTreeMap<String, String>,
}

impl Told {
    /// Of the school's identifiers.
    pub fn of(identifiers: Vec<Identifier>) -> Self {
        let mut told = Self::default();
        let of_staff = |it: &Identifier| it.system == SYSTEM && it.about.record_type == RecordType::Staff;
        for it in identifiers.into_iter().filter(of_staff) {
            let ours = it.id == key(&it.about.id);
            let of = if ours { &mut told.before } else { &mut told.by_person };
            of.insert(it.about.id, it.value);
        }
        told
    }
}

/// The key of an employee's number at the portal, which is the id of its record too.
pub fn key(person: &str) -> String {
    format!("{SYSTEM}:{person}")
}

/// What was found for an employee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// This teacher of the portal.
    Teacher(u64),
    /// Nobody at the portal is called so.
    Nobody,
    /// Nobody is called so, but somebody almost.
    Almost(Likeness),
    /// Several employees are called so, and at the portal one or more.
    NamesakesHere,
    /// Several at the portal are called so.
    NamesakesThere,
    /// The number that a person gave is nobody's of this school there.
    NoSuchNumber,
    /// The employee has no name.
    Nameless,
}

/// What is found for each employee, by id.
pub fn match_all(staff: &[Person], told: &Told, teachers: &[Teacher]) -> BTreeMap<String, Found> {
    let mut found = by_person(staff, told, teachers);
    let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for person in staff.iter().filter(|person| !found.contains_key(&person.id)).collect::<Vec<_>>() {
        match person.full_name() {
            Some(name) => groups.entry(name.key()).or_default().people.push(person),
            None => drop(found.insert(person.id.clone(), Found::Nameless)),
        }
    }
    let taken: BTreeSet<u64> = found.values().filter_map(teacher).collect();
    for teacher in teachers.iter().filter(|teacher| !taken.contains(&teacher.id)) {
        if let Some(group) = groups.get_mut(&teacher.name.key()) {
            group.teachers.push(teacher.id);
        }
    }
    found.extend(groups.into_values().flat_map(|group| group.decide(told)));
    look_closer(staff, teachers, &mut found);
    found
}

fn teacher(found: &Found) -> Option<u64> {
    match found {
        Found::Teacher(id) => Some(*id),
        _ => None,
    }
}

fn by_person(staff: &[Person], told: &Told, teachers: &[Teacher]) -> BTreeMap<String, Found> {
    let known = |number: &String| teachers.iter().find(|teacher| teacher.id.to_string() == *number);
    let said = staff.iter().filter_map(|person| {
        let number = told.by_person.get(&person.id)?;
        let found = known(number).map_or(Found::NoSuchNumber, |teacher| Found::Teacher(teacher.id));
        Some((person.id.clone(), found))
    });
    said.collect()
}

/// Everybody of one name, here and there.
#[derive(Default)]
struct Group<'a> {
    people: Vec<&'a Person>,
    teachers: Vec<u64>,
}

impl Group<'_> {
    fn decide(mut self, told: &Told) -> Vec<(String, Found)> {
        let mut found = self.as_before(told);
        let rest = match (self.people.len(), self.teachers.as_slice()) {
            (_, []) => Found::Nobody,
            (1, [one]) => Found::Teacher(*one),
            (1, _) => Found::NamesakesThere,
            _ => Found::NamesakesHere,
        };
        found.extend(self.people.iter().map(|person| (person.id.clone(), rest)));
        found
    }

    /// Takes out whom we know from before.
    fn as_before(&mut self, told: &Told) -> Vec<(String, Found)> {
        let mut found = Vec::new();
        self.people.retain(|person| {
            let number = told.before.get(&person.id);
            let place = self.teachers.iter().position(|id| Some(id.to_string()).as_ref() == number);
            let known = place.map(|place| (person.id.clone(), Found::Teacher(self.teachers.remove(place))));
            let unknown = known.is_none();
            found.extend(known);
            unknown
        });
        found
    }
}

/// Is somebody who is not found written almost so at the portal, among those who are not found either?
fn look_closer(staff: &[Person], teachers: &[Teacher], found: &mut BTreeMap<String, Found>) {
    let taken: BTreeSet<u64> = found.values().filter_map(teacher).collect();
    let free: Vec<&Teacher> = teachers.iter().filter(|teacher| !taken.contains(&teacher.id)).collect();
    for person in staff.iter().filter(|person| found[&person.id] == Found::Nobody).collect::<Vec<_>>() {
        let Some(name) = person.full_name() else { continue };
        let mut likenesses = free.iter().map(|teacher| name.likeness(&teacher.name, true));
        if let Some(likeness) = likenesses.find(|likeness| *likeness != Likeness::Other) {
            found.insert(person.id.clone(), Found::Almost(likeness));
        }
    }
}

#[cfg(test)]
mod tests;
