//! Holds the stand-in's state against what the invented school says a correct exchange makes.
//!
//! Counts only, and twins: whole records with their dates are compared by the tests of the whole program.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::failure::{Context, Failure, Outcome};

/// The school's number at the stand-in.
const SCHOOL: &str = "1000000000057";

/// What the school's `expected.json` files say, taken together.
#[derive(Debug, Default)]
pub(super) struct Truth {
    study_year: i64,
    pupils: usize,
    guardians: usize,
    relations: usize,
    classes: BTreeSet<String>,
    already_there: Vec<AlreadyThere>,
}

#[derive(Debug, Deserialize)]
struct Expected {
    study_year: i64,
    classes: Vec<Named>,
    pupils: Vec<serde::de::IgnoredAny>,
    guardians: Vec<serde::de::IgnoredAny>,
    relations: Vec<serde::de::IgnoredAny>,
    already_there: Vec<AlreadyThere>,
}

#[derive(Debug, Deserialize)]
struct Named {
    id: String,
}

/// Something made by hand there before.
#[derive(Debug, Deserialize)]
struct AlreadyThere {
    what: String,
    #[serde(default)]
    ours: Option<String>,
    theirs: Vec<String>,
    how: String,
}

impl AlreadyThere {
    /// Records there that no record of ours becomes.
    fn of_others(&self) -> &[String] {
        match (self.how.as_str(), &self.ours) {
            ("namesake", _) | (_, None) => &self.theirs,
            _ => &self.theirs[1..],
        }
    }
}

impl Truth {
    /// Adds up the files: the school's own, and what came later.
    ///
    /// # Errors
    /// When one is not of the expected form.
    pub(super) fn read(files: &[&str]) -> Outcome<Self> {
        let mut truth = Self::default();
        for file in files {
            let expected: Expected =
                serde_json::from_str(file).context(|| "cannot understand expected.json".into())?;
            truth.study_year = expected.study_year;
            truth.pupils += expected.pupils.len();
            truth.guardians += expected.guardians.len();
            truth.relations += expected.relations.len();
            truth.classes.extend(expected.classes.into_iter().map(|class| class.id));
            truth.already_there.extend(expected.already_there);
        }
        Ok(truth)
    }

    /// The record there that is this one of ours, if there is one.
    pub(super) fn there(&self, ours: &str) -> Option<&str> {
        let known = self.already_there.iter().find(|known| known.ours.as_deref() == Some(ours))?;
        if known.how == "namesake" { None } else { known.theirs.first().map(String::as_str) }
    }

    /// Ids there that are not ours, of pupils and strangers.
    fn of_others(&self) -> BTreeSet<&str> {
        let persons = self.already_there.iter().filter(|known| known.what != "class");
        persons.flat_map(AlreadyThere::of_others).map(String::as_str).collect()
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    persons: Vec<Person>,
    edu_groups: Vec<Group>,
    memberships: Vec<Membership>,
    relatives: Vec<Relation>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    id: String,
    last_name: String,
    first_name: String,
    middle_name: String,
    birthday: Option<String>,
    snils: Option<String>,
    role: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Group {
    school: String,
    studyyear: i64,
}

#[derive(Debug, Deserialize)]
struct Membership {
    school: String,
    person: String,
    role: String,
}

#[derive(Debug, Deserialize)]
struct Relation {
    child: String,
}

/// One line that says that all is there, once.
///
/// # Errors
/// When it is not, with both numbers or the twins.
pub(super) fn compare(truth: &Truth, state: &str) -> Outcome<String> {
    let state: State =
        serde_json::from_str(state).context(|| "cannot understand the stand-in's state".into())?;
    let ours = members(truth, &state);
    let guardians = state.persons.iter().filter(|person| person.role.as_deref() == Some("EduParent")).count();
    let classes = state.edu_groups.iter().filter(|g| g.school == SCHOOL && g.studyyear == truth.study_year);
    let relations = state.relatives.iter().filter(|relation| ours.contains(relation.child.as_str()));
    let rows = [
        ("classes", classes.count(), truth.classes.len()),
        ("pupils", ours.len(), truth.pupils),
        ("parents", guardians, truth.guardians),
        ("links", relations.count(), truth.relations),
    ];
    for (what, there, expected) in rows {
        if there != expected {
            return Err(Failure::new(format!("{there} {what} are there, {expected} should be")));
        }
    }
    no_twins(truth, &state)?;
    Ok(rows.map(|(what, there, _)| format!("{there} {what}")).join(", ") + ": all there, nobody twice.")
}

/// Ids of the school's pupils there, without those who are none of ours.
fn members<'a>(truth: &Truth, state: &'a State) -> BTreeSet<&'a str> {
    let others = truth.of_others();
    let pupils = state.memberships.iter().filter(|m| m.school == SCHOOL && m.role == "EduStudent");
    pupils.map(|membership| membership.person.as_str()).filter(|id| !others.contains(id)).collect()
}

/// Nobody of ours has a second record with the same СНИЛС, or the same name and birth date.
fn no_twins(truth: &Truth, state: &State) -> Outcome {
    let others = truth.of_others();
    let mut seen = BTreeMap::new();
    for person in state.persons.iter().filter(|person| !others.contains(person.id.as_str())) {
        let name =
            [&person.last_name, &person.first_name, &person.middle_name].map(|part| part.to_lowercase());
        let by_name = person.birthday.as_ref().map(|day| format!("{} {day}", name.join(" ")));
        let by_number =
            person.snils.as_ref().map(|snils| snils.chars().filter(char::is_ascii_digit).collect());
        for mark in [by_name, by_number].into_iter().flatten() {
            if let Some(twin) = seen.insert(mark, &person.id) {
                return Err(Failure::new(format!("{twin} and {} are twins", person.id)));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn expected() -> String {
        json!({"study_year": 2026, "classes": [{"id": "2026-5-А"}], "pupils": [1, 2], "guardians": [1], "relations": [1],
            "already_there": [
                {"what": "pupil", "ours": "P-1", "theirs": ["11", "12"], "how": "twins"},
                {"what": "pupil", "ours": "P-2", "theirs": ["13"], "how": "namesake"},
                {"what": "stranger", "theirs": ["14"], "how": "stranger"}]})
        .to_string()
    }

    fn person(id: &str, first_name: &str, role: &str) -> Value {
        json!({"id": id, "lastName": "Вымыслов", "firstName": first_name, "middleName": "", "birthday": "2015-01-01",
            "snils": null, "role": role})
    }

    fn state(pupils: &[(&str, &str)]) -> Value {
        let mut persons: Vec<Value> =
            pupils.iter().map(|(id, name)| person(id, name, "EduStudent")).collect();
        persons.push(person("21", "Мать", "EduParent"));
        let member = |(id, _): &(&str, &str)| json!({"school": SCHOOL, "person": id, "role": "EduStudent"});
        json!({"persons": persons, "memberships": pupils.iter().map(member).collect::<Vec<_>>(),
            "eduGroups": [{"school": SCHOOL, "studyyear": 2026}, {"school": SCHOOL, "studyyear": 2025}],
            "relatives": [{"child": "11"}, {"child": "99"}]})
    }

    const BY_HAND: [(&str, &str); 4] = [("11", "Иван"), ("12", "Иван"), ("13", "Пётр"), ("14", "Чужой")];

    fn compared(more: &[(&str, &str)]) -> Outcome<String> {
        compare(&Truth::read(&[&expected()]).unwrap(), &state(&[&BY_HAND, more].concat()).to_string())
    }

    #[test]
    fn what_was_made_by_hand_and_is_none_of_ours_does_not_count() {
        let line = compared(&[("15", "Павел")]).unwrap();
        assert_eq!(line, "1 classes, 2 pupils, 1 parents, 1 links: all there, nobody twice.");
    }

    #[test]
    fn one_too_many_or_too_few_is_told() {
        assert!(compared(&[]).unwrap_err().to_string().contains("1 pupils are there, 2 should be"));
        let twins = state(&[("11", "Иван"), ("15", "Иван")]).to_string();
        let truth = Truth::read(&[&expected()]).unwrap();
        assert!(compare(&truth, &twins).unwrap_err().to_string().contains("11 and 15 are twins"));
    }

    #[test]
    fn the_truth_answers_questions() {
        let truth = Truth::read(&[&expected()]).unwrap();
        assert_eq!(truth.there("P-1"), Some("11"));
        assert_eq!(truth.there("P-2"), None, "a namesake is somebody else");
        assert_eq!(truth.there("P-3"), None);
    }
}
