//! Holds what the stand-in has against what the invented school expects: every record with its dates, and nothing
//! beside (D9, D10, D11, D12).

use std::collections::BTreeMap;

use invented_school::expected::{ExpectedClass, ExpectedPupil, ExpectedRelation};
use invented_school::model::{Person, Sex};
use serde_json::Value;

use crate::school::{persons_of_others, school, study_year, there_by_hand};
use crate::world::SCHOOL;

/// The stand-in's state, with the ids there that our records have.
pub(crate) struct There {
    state: Value,
    /// Our class, pupil or guardian → id there.
    ids: BTreeMap<String, String>,
}

/// All that should be there is there, with its dates, once.
#[track_caller]
pub(crate) fn all_there(state: Value) {
    let expected = &school().expected;
    let mut there = There { state, ids: BTreeMap::new() };
    expected.classes.iter().for_each(|class| there.class(class));
    expected.pupils.iter().for_each(|pupil| there.person(&pupil.id, &pupil.person, "EduStudent"));
    expected.guardians.iter().for_each(|one| there.person(&one.key, &one.person, "EduParent"));
    expected.pupils.iter().for_each(|pupil| there.memberships_of(pupil));
    expected.relations.iter().for_each(|relation| there.relation(relation));
    there.nothing_beside();
}

/// No person stands there twice, whatever else is missing: for runs that were disturbed.
#[track_caller]
pub(crate) fn nobody_twice(state: &Value) {
    let others = persons_of_others();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for person in list(state, "persons") {
        let id = text(person, "id");
        let name =
            ["lastName", "firstName", "middleName", "birthday"].map(|part| text(person, part).to_lowercase());
        let marks = [name.join(" "), digits(text(person, "snils"))];
        let marks = marks.into_iter().filter(|mark| !mark.is_empty() && !others.contains(&id));
        for mark in marks {
            let twin = seen.insert(mark, id);
            assert!(twin.is_none(), "{} and {id} are one person", twin.unwrap_or_default());
        }
    }
    no_pair_twice(state, "relatives", ["child", "relative"]);
    no_pair_twice(state, "memberships", ["person", "role"]);
    no_pair_twice(state, "eduGroupMemberships", ["person", "eduGroup"]);
    no_pair_twice(state, "eduGroups", ["name", "studyyear"]);
}

#[track_caller]
fn no_pair_twice(state: &Value, what: &str, members: [&str; 2]) {
    let mut seen = BTreeMap::new();
    for record in list(state, what) {
        let school = record.get("school").map(Value::to_string);
        let mark = (school, members.map(|member| record[member].to_string()));
        let twin = seen.insert(mark, record["id"].to_string());
        assert!(twin.is_none(), "{what}: {twin:?} and {} say the same", record["id"]);
    }
}

pub(crate) fn list<'a>(state: &'a Value, what: &str) -> &'a Vec<Value> {
    state[what].as_array().expect("a list")
}

pub(crate) fn text<'a>(record: &'a Value, member: &str) -> &'a str {
    record[member].as_str().unwrap_or_default()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

impl There {
    /// The only record of a list that fits.
    #[track_caller]
    fn only(&self, what: &str, of: &str, fits: impl Fn(&Value) -> bool) -> &Value {
        let found: Vec<&Value> = list(&self.state, what).iter().filter(|record| fits(record)).collect();
        assert_eq!(found.len(), 1, "{what} for {of}: {found:?}");
        found[0]
    }

    #[track_caller]
    fn class(&mut self, class: &ExpectedClass) {
        let by_hand = there_by_hand(&class.id);
        let ours = |group: &Value| match by_hand {
            Some(id) => text(group, "id") == id,
            None => text(group, "school") == SCHOOL && text(group, "name") == class.name,
        };
        let this_year = |group: &Value| group["studyyear"] == study_year() && ours(group);
        let group = self.only("eduGroups", &class.id, this_year);
        assert_eq!(group["parallel"], class.grade, "{}", class.id);
        let id = text(group, "id").to_owned();
        self.ids.insert(class.id.clone(), id);
    }

    /// Adopted ones keep what somebody wrote there; those we made say what the application says.
    #[track_caller]
    fn person(&mut self, ours: &str, person: &Person, role: &str) {
        let others = persons_of_others();
        let by_hand = there_by_hand(ours);
        let fits = |there: &Value| match by_hand {
            Some(id) => text(there, "id") == id,
            None => {
                !others.contains(&text(there, "id")) && text(there, "role") == role && same(there, person)
            }
        };
        let id = text(self.only("persons", ours, fits), "id").to_owned();
        self.ids.insert(ours.to_owned(), id);
    }

    fn id(&self, ours: &str) -> &str {
        self.ids.get(ours).map(String::as_str).unwrap_or_default()
    }

    #[track_caller]
    fn memberships_of(&self, pupil: &ExpectedPupil) {
        let id = self.id(&pupil.id);
        let of_school = self.only("memberships", &pupil.id, |membership| {
            text(membership, "person") == id && text(membership, "school") == SCHOOL
        });
        let class = self.id(&pupil.class);
        let of_class =
            self.only("eduGroupMemberships", &pupil.id, |membership| text(membership, "person") == id);
        assert_eq!(text(of_class, "eduGroup"), class, "{}", pupil.id);
        assert_eq!(text(of_school, "role"), "EduStudent", "{}", pupil.id);
        if there_by_hand(&pupil.id).is_none() {
            assert_eq!(text(of_school, "start"), pupil.school_start.to_string(), "{}", pupil.id);
            assert_eq!(text(of_class, "start"), pupil.class_start.to_string(), "{}", pupil.id);
        }
    }

    #[track_caller]
    fn relation(&self, relation: &ExpectedRelation) {
        let (child, guardian) = (self.id(&relation.child), self.id(&relation.guardian));
        let name = format!("{}:{}", relation.child, relation.guardian);
        let there = self.only("relatives", &name, |there| {
            text(there, "child") == child && text(there, "relative") == guardian
        });
        assert_eq!(text(there, "type"), relation_type(&relation.relation), "{name}");
    }

    /// As many as we expect, and those that were there before and are not ours.
    #[track_caller]
    fn nothing_beside(&self) {
        let expected = &school().expected;
        let others = persons_of_others();
        let count = |what: &str, counts: &dyn Fn(&Value) -> bool| {
            list(&self.state, what).iter().filter(|record| counts(record)).count()
        };
        let ours = |record: &Value, member: &str| !others.contains(&text(record, member));
        let classes = count("eduGroups", &|group| {
            text(group, "school") == SCHOOL && group["studyyear"] == study_year()
        });
        let pupils = count("memberships", &|membership| {
            text(membership, "school") == SCHOOL
                && text(membership, "role") == "EduStudent"
                && ours(membership, "person")
        });
        let guardians = count("persons", &|person| text(person, "role") == "EduParent");
        let children = expected.pupils.iter().map(|pupil| self.id(&pupil.id)).collect::<Vec<_>>();
        let relations = count("relatives", &|relation| children.contains(&text(relation, "child")));
        let there = (classes, pupils, guardians, relations);
        let should = (&expected.classes, &expected.pupils, &expected.guardians, &expected.relations);
        assert_eq!(there, (should.0.len(), should.1.len(), should.2.len(), should.3.len()));
    }
}

/// The record there is this one of ours: made by hand for it earlier, or by ourselves with an answer that was lost.
pub(crate) fn is_ours(state: &Value, key: &str, handle: &str) -> bool {
    let expected = &school().expected;
    let pupil = expected.pupils.iter().find(|pupil| pupil.id == key).map(|pupil| &pupil.person);
    let guardian = expected.guardians.iter().find(|one| one.key == key).map(|one| &one.person);
    let there = list(state, "persons").iter().find(|person| text(person, "id") == handle);
    match (there_by_hand(key), pupil.or(guardian), there) {
        (Some(by_hand), _, _) => by_hand == handle,
        (None, Some(person), Some(there)) => same(there, person),
        _ => false,
    }
}

/// The person there is the one we sent.
fn same(there: &Value, person: &Person) -> bool {
    let sex = match person.sex {
        Sex::Male => "Male",
        Sex::Female => "Female",
    };
    text(there, "lastName") == person.last_name
        && text(there, "firstName") == person.first_name
        && text(there, "middleName") == person.middle_name.as_deref().unwrap_or_default()
        && text(there, "birthday") == person.birth_date.to_string()
        && text(there, "sex") == sex
        && digits(text(there, "snils")) == person.snils.as_deref().unwrap_or_default()
}

fn relation_type(word: &str) -> &str {
    match word {
        "мать" => "Mother",
        "отец" => "Father",
        "опекун" => "Guardian",
        "попечитель" => "Trustee",
        _ => "Other",
    }
}
