//! D7: the state of the last sending in the words a school reads.

use serde_json::{Value, json};

use crate::d6_selection::fresh_class;
use crate::world::{TASK, World};

fn status(world: &World) -> Value {
    let rows: Vec<Value> = world.run(&["status", "--json"]).with(0).json();
    assert_eq!(rows.len(), 1);
    rows.into_iter().next().expect("a row")
}

#[test]
fn d7_before_the_first_sending_there_are_no_data() {
    let world = World::bound();
    assert_eq!(status(&world)["title"], "Нет данных");
    world.run(&["status"]).with(0).says("Нет данных");
    world.run(&["plan", TASK]);
    assert_eq!(status(&world)["title"], "Нет данных", "a preview is no sending");
}

#[test]
fn d7_success_is_told_when_everyone_chosen_is_confirmed() {
    let world = World::bound();
    world.run(&["run", TASK, "--classes", &fresh_class().name]).with(0).says("Успешно");
    assert_eq!(status(&world)["title"], "Успешно");
}

#[test]
fn d7_questions_for_a_person_are_waited_for() {
    let world = World::bound();
    let (code, run) = world.send();
    assert_eq!((code, run["title"].as_str()), (4, Some("Ждёт решения")), "{run:#}");
    let status = status(&world);
    assert_eq!(status["title"], "Ждёт решения");
    assert_eq!(status["open_decisions"], world.questions().len());
}

#[test]
fn d7_d18_a_role_withdrawn_fails_the_sending_with_its_reason() {
    let world = World::bound();
    world.fault(json!({"prefix": "/", "nth": 1}), json!({"kind": "withdrawRights"}));
    let (code, run) = world.send();
    assert_eq!((code, run["title"].as_str()), (1, Some("Отправка не удалась")), "{run:#}");
    let reason = run["reason"].as_str().expect("a reason");
    assert!(reason.contains("администратор"), "{reason}");
    let status = status(&world);
    assert_eq!((&status["title"], &status["reason"]), (&json!("Отправка не удалась"), &json!(reason)));
    world.run(&["check"]).with(1).says("администратор");
}

#[test]
fn d7_a_dead_token_says_who_has_to_sign_in() {
    let world = World::bound();
    world.fault(json!({"prefix": "/", "nth": 1}), json!({"kind": "revokeToken", "refreshToo": true}));
    let (code, run) = world.send();
    assert_eq!(code, 1, "{run:#}");
    assert!(run["reason"].as_str().expect("a reason").contains("Разрешить"), "{run:#}");
    world.heal();
    world.run(&["check"]).with(1).says("exchange bind");
}
