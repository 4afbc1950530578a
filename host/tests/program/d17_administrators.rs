//! D17, D18: the binding belongs to the school, the token to a person; only an administrator binds and sends.

use crate::world::{TASK, World, allow};

#[test]
fn d17_another_administrator_of_the_same_organisation_goes_on() {
    let world = World::bound();
    let mut talk = world.start(&["bind", TASK]);
    allow(&talk.address(), "colleague57");
    talk.end().with(0).says("обмен продолжается");
    world.run(&["check"]).with(0);
}

#[test]
fn d17_an_administrator_of_another_organisation_is_refused() {
    let world = World::bound();
    let mut talk = world.start(&["bind", TASK]);
    let page = allow(&talk.address(), "school58");
    assert!(page.text.contains("Связь не меняется"), "{}", page.text);
    talk.end().with(1).complains("администратор той же организации");
    world.run(&["check"]).with(0);
}

#[test]
fn d18_who_is_no_administrator_does_not_bind() {
    let world = World::empty();
    let mut talk = world.start(&["bind", TASK]);
    let page = allow(&talk.address(), "teacher57");
    assert!(page.text.contains("не является администратором"), "{}", page.text);
    talk.end().with(1).complains("не является администратором");
    world.run(&["check"]).with(1).says("не связана");
}
