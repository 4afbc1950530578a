//! D12: what was made by hand earlier is found and taken over; what is doubtful waits for a person; twins are told.

use serde_json::Value;

use crate::compare::{all_there, list, text};
use crate::school::{school, there_by_hand};
use crate::world::{TASK, World};

fn known(how: &str) -> Vec<&'static invented_school::expected::AlreadyThere> {
    school().expected.already_there.iter().filter(|known| known.how == how).collect()
}

/// What a plan means to do with this item.
fn intents(world: &World) -> Vec<(String, String)> {
    let plan: Value = world.run(&["plan", TASK, "--json"]).json();
    let lines = plan["changes"].as_array().expect("a list").iter();
    lines.map(|line| (text(line, "key").to_owned(), text(line, "action").to_owned())).collect()
}

#[test]
fn d12_what_is_certain_is_taken_over() {
    let world = World::bound();
    let intents = intents(&world);
    for how in ["writing", "snils", "snils-not-activated", "name-and-birth-date", "name-and-class"] {
        for ours in known(how).iter().filter_map(|known| known.ours.as_deref()) {
            let intent = intents.iter().find(|(key, _)| key == ours).map(|(_, action)| action.as_str());
            assert_eq!(intent, Some("adopt"), "{how}: {ours}");
        }
    }
}

#[test]
fn d12_a_namesake_waits_for_a_person_and_nothing_of_theirs_goes_before() {
    let world = World::bound();
    world.send();
    let questions = world.questions();
    let namesakes = known("namesake");
    assert!(!namesakes.is_empty());
    for namesake in &namesakes {
        let ours = namesake.ours.as_deref().expect("one of ours");
        let question = questions.iter().find(|question| question["key"] == ours).expect("a question");
        let candidates = question["candidates"].as_array().expect("a list");
        assert!(
            candidates.iter().any(|candidate| candidate["handle"] == namesake.theirs[0].as_str()),
            "{question:#}"
        );
        assert!(
            candidates
                .iter()
                .all(|candidate| candidate["evidence"].as_array().is_some_and(|e| !e.is_empty()))
        );
        let pupil = school().expected.pupils.iter().find(|pupil| pupil.id == ours).expect("a pupil");
        let state = world.state();
        let of_this_name = list(&state, "persons").iter().filter(|person| {
            text(person, "lastName") == pupil.person.last_name
                && text(person, "firstName") == pupil.person.first_name
                && text(person, "birthday") == pupil.person.birth_date.to_string()
        });
        assert_eq!(of_this_name.count(), 0, "nobody was made before the answer");
    }
    let asked: Vec<&str> = questions.iter().map(|question| text(question, "key")).collect();
    assert!(
        asked.iter().all(|key| !known("snils").iter().any(|known| known.ours.as_deref() == Some(key))),
        "{asked:?}"
    );
}

#[test]
fn d12_the_answer_same_takes_the_candidate_and_changes_nothing_there() {
    let world = World::bound();
    world.send();
    let questions = world.questions();
    let question = questions.iter().find(|question| question["kind"] == "pupil").expect("a question");
    let (number, key) = (question["number"].to_string(), text(question, "key"));
    let handle = text(&question["candidates"][0], "handle");
    world.run(&["decide", TASK, &number, "--same", "1"]).with(2);
    world.run(&["decide", TASK, &number, "--same", handle]).with(0);
    let persons = list(&world.state(), "persons").len();
    world.send();
    let of_pupils = |question: &&Value| question["key"] == key;
    assert!(world.questions().iter().find(of_pupils).is_none());
    let state = world.state();
    let added = list(&state, "persons").len() - persons;
    let parents = school().expected.relations.iter().filter(|relation| relation.child == key).count();
    assert!(added <= parents, "{added} persons were made for one who is there");
}

#[test]
fn d12_the_answer_skip_leaves_them_out() {
    let world = World::bound();
    world.send();
    let questions = world.questions();
    assert!(!questions.is_empty());
    for question in questions {
        world.run(&["decide", TASK, &question["number"].to_string(), "--skip"]).with(0);
    }
    world.send();
    assert!(world.questions().is_empty());
    let state = world.state();
    for namesake in known("namesake") {
        let ours = namesake.ours.as_deref().expect("one of ours");
        let pupil = school().expected.pupils.iter().find(|pupil| pupil.id == ours).expect("a pupil");
        let there = list(&state, "persons").iter().any(|person| {
            text(person, "birthday") == pupil.person.birth_date.to_string()
                && text(person, "lastName") == pupil.person.last_name
        });
        assert!(!there, "{ours} was sent");
    }
}

#[test]
fn d12_twins_that_exist_are_told_and_which_of_them_is_not_activated() {
    let world = World::bound();
    let plan: Value = world.run(&["plan", TASK, "--json"]).json();
    let twins = known("twins");
    assert!(!twins.is_empty());
    for twin in twins {
        let ours = twin.ours.as_deref().expect("one of ours");
        let lines = plan["changes"].as_array().expect("a list").iter();
        let line = lines.clone().find(|line| line["key"] == ours && line["kind"] == "pupil").expect("a line");
        let notes = line["notes"].to_string();
        assert!(notes.contains(&twin.theirs[1]) && notes.contains("не активирован"), "{line:#}");
    }
}

#[test]
fn d12_a_parent_known_to_another_school_is_one_person() {
    let world = World::sent();
    let state = world.state();
    for mother in known("other-school") {
        let ours = mother.ours.as_deref().expect("one of ours");
        let theirs = there_by_hand(ours).expect("an id");
        let child =
            school().expected.relations.iter().find(|relation| relation.guardian == ours).expect("a child");
        let linked = list(&state, "relatives").iter().filter(|relation| text(relation, "relative") == theirs);
        assert!(linked.count() >= 2, "{ours} has a child there and {} here", child.child);
    }
    all_there(state);
}

/// Written by hand with one letter of the wrong keyboard: nobody sees it, and a comparison of letters makes a twin.
#[test]
fn d12_a_latin_letter_in_a_name_makes_no_twin() {
    let world = World::bound();
    let known = known("name-and-class")[0];
    let (ours, theirs) = (known.ours.as_deref().expect("one of ours"), known.theirs[0].as_str());
    let state = world.state();
    let mut person =
        list(&state, "persons").iter().find(|one| text(one, "id") == theirs).expect("there").clone();
    let name = text(&person, "lastName").to_owned();
    let (own, twin) = [('а', 'a'), ('о', 'o'), ('е', 'e'), ('р', 'p'), ('с', 'c')]
        .into_iter()
        .find(|(own, _)| name.contains(*own))
        .expect("a letter that has a twin");
    person["lastName"] = name.replacen(own, &twin.to_string(), 1).into();
    world.post("seed", &serde_json::json!({ "persons": [person] }));
    let asked = intents(&world).into_iter().find(|(key, _)| key == ours);
    assert_eq!(asked.map(|(_, action)| action).as_deref(), Some("decide"));
    world.send();
    let question =
        world.questions().into_iter().find(|question| question["key"] == ours).expect("a question");
    let candidate = &question["candidates"][0];
    assert_eq!(candidate["handle"], theirs);
    assert!(candidate["evidence"][0].to_string().contains("похожими буквами"), "{candidate:#}");
}
