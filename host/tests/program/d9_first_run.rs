//! D5, D9, D11: the first sending makes classes, pupils, parents and what joins them, with the right dates.

use crate::compare::{all_there, nobody_twice};
use crate::world::{TASK, World};

#[test]
fn d9_d11_after_the_questions_are_answered_all_is_there_with_its_dates() {
    let world = World::bound();
    let (code, _) = world.send();
    assert!([0, 3, 4].contains(&code), "{code}");
    nobody_twice(&world.state());
    world.answer_questions();
    let (code, run) = world.send();
    assert!([0, 3].contains(&code), "{code}: {run:#}");
    all_there(world.state());
    assert!(world.questions().is_empty());
}

#[test]
fn d5_classes_need_not_exist_beforehand() {
    let world = World::bound();
    let plan: serde_json::Value = world.run(&["plan", TASK, "--json"]).json();
    let classes = plan["changes"].as_array().expect("a list").iter().filter(|line| line["kind"] == "class");
    let (adopted, created): (Vec<_>, Vec<_>) = classes.partition(|line| line["action"] == "adopt");
    let known = crate::school::school().expected.already_there.iter().filter(|known| known.what == "class");
    assert_eq!(adopted.len(), known.count(), "classes written in another way are the same classes");
    assert!(created.iter().all(|line| line["action"] == "create"), "{created:?}");
    assert_eq!(adopted.len() + created.len(), crate::school::school().expected.classes.len());
}

#[test]
fn d9_a_plan_sends_nothing() {
    let world = World::bound();
    let before = world.state();
    world.forget_requests();
    let planned = world.run(&["plan", TASK]);
    assert!([Some(0), Some(4)].contains(&planned.code), "{}", planned.err);
    assert!(world.writes().is_empty());
    let [mut before, mut after] = [before, world.state()];
    before["counters"].take();
    after["counters"].take();
    assert!(before == after, "a dry run changed something");
}
