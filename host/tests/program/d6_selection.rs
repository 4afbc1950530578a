//! D6: chosen classes and chosen persons go, and nobody else.

use invented_school::expected::{ExpectedClass, ExpectedPupil};
use serde_json::Value;

use crate::compare::{list, text};
use crate::school::{school, there_by_hand};
use crate::world::{SCHOOL, TASK, World};

/// A class that nobody made by hand, with children none of whom is there.
pub(crate) fn fresh_class() -> &'static ExpectedClass {
    let expected = &school().expected;
    let nobody_there = |class: &&ExpectedClass| {
        let mut pupils = expected.pupils.iter().filter(|pupil| pupil.class == class.id);
        there_by_hand(&class.id).is_none() && pupils.all(|pupil| there_by_hand(&pupil.id).is_none())
    };
    expected.classes.iter().filter(nobody_there).max_by_key(|class| class.pupils).expect("such a class")
}

fn pupils_of(class: &ExpectedClass) -> Vec<&'static ExpectedPupil> {
    school().expected.pupils.iter().filter(|pupil| pupil.class == class.id).collect()
}

fn surnames(state: &Value, role: &str) -> Vec<String> {
    let persons = list(state, "persons").iter().filter(|person| text(person, "role") == role);
    persons.map(|person| format!("{} {}", text(person, "lastName"), text(person, "firstName"))).collect()
}

#[test]
fn d6_a_chosen_class_goes_alone() {
    let (world, class) = (World::bound(), fresh_class());
    let before = surnames(&world.state(), "EduStudent").len();
    world.run(&["run", TASK, "--classes", &class.name]).with(0);
    let state = world.state();
    assert_eq!(surnames(&state, "EduStudent").len() - before, class.pupils);
    let made = list(&state, "eduGroups").iter().filter(|group| text(group, "name") == class.name);
    assert_eq!(made.filter(|group| text(group, "school") == SCHOOL).count(), 1);
    let pupils = pupils_of(class);
    let ours = |relation: &&invented_school::expected::ExpectedRelation| {
        pupils.iter().any(|pupil| pupil.id == relation.child)
    };
    let guardians: std::collections::BTreeSet<&str> =
        school().expected.relations.iter().filter(ours).map(|relation| relation.guardian.as_str()).collect();
    let there = surnames(&state, "EduParent").len();
    let by_hand = school().expected.already_there.iter().filter(|known| known.what == "guardian").count();
    assert!(there <= guardians.len() + by_hand, "{there} parents are there");
}

#[test]
fn d6_the_rest_follows_without_twins() {
    let (world, class) = (World::bound(), fresh_class());
    world.run(&["run", TASK, "--classes", &class.name]).with(0);
    world.send_all();
    crate::compare::all_there(world.state());
}

#[test]
fn d6_a_chosen_person_goes_with_class_and_parents() {
    let (world, pupil) = (World::bound(), pupils_of(fresh_class())[0]);
    let before = surnames(&world.state(), "EduStudent");
    world.run(&["run", TASK, "--persons", &pupil.id]).with(0);
    let state = world.state();
    let after = surnames(&state, "EduStudent");
    assert_eq!(after.len(), before.len() + 1);
    assert!(after.contains(&format!("{} {}", pupil.person.last_name, pupil.person.first_name)));
    let links = school().expected.relations.iter().filter(|relation| relation.child == pupil.id).count();
    let before = 2; // The two mothers made by hand, each with a child.
    assert_eq!(list(&state, "relatives").len(), before + links);
}

#[test]
fn d6_a_class_that_does_not_exist_sends_nothing() {
    let world = World::bound();
    world.forget_requests();
    world.run(&["run", TASK, "--classes", "12-Ы"]);
    assert!(world.writes().is_empty());
}
