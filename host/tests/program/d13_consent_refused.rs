//! D13: errors of the consent are explained in Russian, to the browser and to the terminal, with what to do next.

use invented_school::StandOptions;
use serde_json::json;

use crate::world::{ADMINISTRATOR, TASK, World, allow, answer_consent};

#[test]
fn d13_unauthorized_client_is_explained() {
    let world = World::empty();
    let StandOptions { client_id, client_secret, redirects, .. } = StandOptions::default();
    let client = json!({"id": client_id, "secret": client_secret, "name": "Exchange", "redirectUris": redirects, "flows": []});
    world.post("seed", &json!({"clients": [client]}));
    let mut talk = world.start(&["bind", TASK]);
    let page = allow(&talk.address(), ADMINISTRATOR);
    assert_eq!((page.status, page.title.as_str()), (400, "Не получилось"));
    assert!(page.text.contains("unauthorized_client"), "{}", page.text);
    assert!(page.text.contains("Передайте это сообщение интегратору"), "{}", page.text);
    let ended = talk.end().with(1);
    ended.complains("unauthorized_client").complains("Передайте это сообщение интегратору");
    world.run(&["check"]).with(1);
}

#[test]
fn d13_a_person_who_refuses_is_told_that_nothing_changed() {
    let world = World::empty();
    let mut talk = world.start(&["bind", TASK]);
    let page = answer_consent(&talk.address(), ADMINISTRATOR, false);
    assert!(page.text.contains("Вы нажали «Отказать»"), "{}", page.text);
    talk.end().with(1).complains("ничего не изменилось").complains("exchange bind");
}

#[test]
fn d13_a_wrong_secret_of_the_application_is_no_riddle() {
    let world = World::empty();
    world.run_with("wrong", &["secret", "set", "client-secret", "--school", "school57"]).with(0);
    let mut talk = world.start(&["bind", TASK]);
    let page = allow(&talk.address(), ADMINISTRATOR);
    assert!(page.text.contains("не принял подтверждение входа"), "{}", page.text);
    talk.end().with(1).complains("секрет приложения");
}
