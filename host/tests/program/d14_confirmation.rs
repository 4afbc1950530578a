//! D14: «Успешно» only after reading back.

use serde_json::json;

use crate::compare::all_there;
use crate::world::{TASK, World};

#[test]
fn d14_an_answer_of_200_that_stored_nothing_is_not_confirmed() {
    let world = World::bound();
    world.fault(json!({"method": "POST", "prefix": "/contingent/"}), json!({"kind": "storeNothing"}));
    let before = world.state()["persons"].clone();
    let (code, waits) = world.send();
    assert_eq!(code, 4, "a question for a person is graver: {waits:#}");
    assert!(waits["counts"]["not_confirmed"].as_u64() > Some(0), "{waits:#}");
    world.answer_questions();
    let (code, run) = world.send();
    assert_eq!((code, run["status"].as_str()), (3, Some("not-confirmed")), "{run:#}");
    assert_eq!(run["title"], "Не подтверждено");
    assert!(run["counts"]["not_confirmed"].as_u64() > Some(0), "{run:#}");
    assert_eq!(world.state()["persons"], before);
    world.run(&["status"]).with(0).says("Не подтверждено");
    let shown = world.run(&["show", run["run"].as_str().expect("a run"), "--outcome", "not-confirmed"]);
    shown.with(3).says("Не подтверждены");
}

#[test]
fn d14_once_it_stores_again_all_arrives() {
    let world = World::bound();
    world.fault(json!({"method": "POST", "prefix": "/contingent/"}), json!({"kind": "storeNothing"}));
    world.send();
    world.heal();
    world.send_all();
    all_there(world.state());
}

#[test]
fn d14_what_can_be_seen_only_later_is_awaited() {
    let world = World::bound();
    world.fault(
        json!({"method": "POST", "template": "/contingent/v1/schools/{school}/edu-groups"}),
        json!({"kind": "visibleAfter", "ms": 1500}),
    );
    world.send_all();
    all_there(world.state());
    world.run(&["status", TASK]).with(0);
}
