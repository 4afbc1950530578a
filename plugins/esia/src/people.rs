//! The people of the school whose accounts should be linked, as its records have them.

use std::collections::{BTreeMap, BTreeSet};

use exchange_sdk::records::{self, Filter, Guardian, Pupil, SchoolClass, Staff};
use exchange_sdk::{Failure, RecordType};

use crate::matching::Role;

/// Most ids that a question about records may name.
const MOST_IDS: usize = 1_000;

/// Somebody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// Pupil, guardian or employee.
    pub role: Role,
    /// Id of the record.
    pub id: String,
    /// Family name, given name, patronymic; empty where there is none.
    pub name: [String; 3],
    /// Birth date.
    pub born: Option<String>,
    /// СНИЛС as the record has it.
    pub snils: Option<String>,
    /// The class under which the school looks for them.
    pub group: Option<String>,
}

impl Person {
    /// The type of their record.
    pub fn record_type(&self) -> RecordType {
        match self.role {
            Role::Pupil => RecordType::Pupil,
            Role::Guardian => RecordType::Guardian,
            Role::Staff => RecordType::Staff,
        }
    }

    /// «Вымыслова Анна Петровна».
    pub fn shown(&self) -> String {
        let parts = self.name.iter().filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    fn of(
        role: Role,
        id: String,
        name: [Option<String>; 3],
        born: Option<String>,
        snils: Option<String>,
    ) -> Self {
        let name = name.map(|part| part.unwrap_or_default().trim().to_owned());
        Self { role, id, name, born, snils, group: None }
    }

    fn in_group(self, group: Option<String>) -> Self {
        Self { group, ..self }
    }
}

impl From<Pupil> for Person {
    fn from(it: Pupil) -> Self {
        Self::of(Role::Pupil, it.id, [it.last_name, it.first_name, it.middle_name], it.birth_date, it.snils)
    }
}

impl From<Guardian> for Person {
    fn from(it: Guardian) -> Self {
        Self::of(
            Role::Guardian,
            it.id,
            [it.last_name, it.first_name, it.middle_name],
            it.birth_date,
            it.snils,
        )
    }
}

impl From<Staff> for Person {
    fn from(it: Staff) -> Self {
        Self::of(Role::Staff, it.id, [it.last_name, it.first_name, it.middle_name], it.birth_date, it.snils)
    }
}

/// «7-А».
pub fn title(class: &SchoolClass) -> String {
    let letter = class.letter.as_deref().map(|letter| format!("-{letter}")).unwrap_or_default();
    format!("{}{letter}", class.grade)
}

/// The classes of a study year.
///
/// # Errors
/// When the task does not grant them.
pub fn classes(year: u16) -> Result<Vec<SchoolClass>, Failure> {
    records::classes(&Filter::of_year(year))
}

/// The pupils of a class.
///
/// # Errors
/// When the task does not grant them.
pub fn pupils(class: &SchoolClass) -> Result<Vec<Person>, Failure> {
    let pupils = records::pupils(&Filter::of_class(&class.id))?;
    Ok(pupils.into_iter().map(|pupil| Person::from(pupil).in_group(Some(title(class)))).collect())
}

/// The pupils of these classes, all at once.
///
/// # Errors
/// When the task does not grant them.
pub fn all_pupils(classes: &[SchoolClass]) -> Result<Vec<Person>, Failure> {
    let titles: BTreeMap<&str, String> =
        classes.iter().map(|class| (class.id.as_str(), title(class))).collect();
    let group = |pupil: &Pupil| titles.get(pupil.class_id.as_deref()?).cloned();
    let pupils = records::pupils(&Filter::all())?.into_iter();
    let placed = pupils.filter_map(|pupil| Some((group(&pupil)?, pupil)));
    Ok(placed.map(|(group, pupil)| Person::from(pupil).in_group(Some(group))).collect())
}

/// The guardians of the pupils of these classes. One of several children is found under the first class of theirs.
///
/// # Errors
/// When the task does not grant them.
pub fn guardians(classes: &[SchoolClass]) -> Result<Vec<Person>, Failure> {
    let groups = groups(classes, &records::pupils(&Filter::all())?);
    let mut people = Vec::new();
    let ids: Vec<String> = groups.keys().cloned().collect();
    for some in ids.chunks(MOST_IDS) {
        let found = records::guardians(&Filter::by_ids(some.to_vec()))?;
        people.extend(found.into_iter().map(|guardian| {
            let group = groups.get(&guardian.id).cloned();
            Person::from(guardian).in_group(group)
        }));
    }
    Ok(people)
}

/// Guardian → title of the first class with a child of theirs, in the order of grades.
fn groups(classes: &[SchoolClass], pupils: &[Pupil]) -> BTreeMap<String, String> {
    let order: BTreeSet<(u8, String, &str)> =
        classes.iter().map(|class| (class.grade, title(class), class.id.as_str())).collect();
    let mut groups = BTreeMap::new();
    for (_, title, id) in order {
        let of_class = pupils.iter().filter(|pupil| pupil.class_id.as_deref() == Some(id));
        for guardian in of_class.flat_map(|pupil| &pupil.guardian_ids) {
            groups.entry(guardian.clone()).or_insert_with(|| title.clone());
        }
    }
    groups
}

/// The employees.
///
/// # Errors
/// When the task does not grant them.
pub fn staff() -> Result<Vec<Person>, Failure> {
    Ok(records::staff(&Filter::all())?.into_iter().map(Person::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(id: &str, grade: u8, letter: &str) -> SchoolClass {
        SchoolClass { id: id.into(), study_year: 2026, grade, letter: Some(letter.into()), teacher_id: None }
    }

    fn pupil(id: &str, class: &str, guardians: &[&str]) -> Pupil {
        Pupil {
            id: id.into(),
            last_name: Some(" Лисов ".into()),
            first_name: Some("Пётр".into()),
            middle_name: None,
            birth_date: None,
            sex: None,
            snils: None,
            class_id: Some(class.into()),
            guardian_ids: guardians.iter().map(|id| (*id).to_owned()).collect(),
        }
    }

    #[test]
    fn e9_a_parent_is_found_under_the_first_class_of_their_children() {
        let classes = [class("c10", 10, "А"), class("c2b", 2, "Б"), class("c2a", 2, "А")];
        let pupils = [
            pupil("p1", "c10", &["g1", "g2"]),
            pupil("p2", "c2b", &["g1"]),
            pupil("p3", "elsewhere", &["g3"]),
        ];
        let groups = groups(&classes, &pupils);
        let expected = [("g1", "2-Б"), ("g2", "10-А")].map(|(id, group)| (id.to_owned(), group.to_owned()));
        assert_eq!(groups, expected.into());
    }

    #[test]
    fn names_are_shown_without_what_is_missing() {
        let person = Person::from(pupil("p1", "c", &[]));
        assert_eq!((person.shown().as_str(), person.role), ("Лисов Пётр", Role::Pupil));
    }
}
