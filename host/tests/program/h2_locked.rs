//! H2: a connector runs only as it was locked, and only with what the task grants.

use std::fs;

use serde_json::Value;

use crate::world::{TASK, World};

#[test]
fn h2_a_connector_that_changed_is_refused() {
    let world = World::bound();
    let file = world.path("connectors/dnevnik.wasm");
    let mut bytes = fs::read(&file).expect("the connector");
    // An empty custom section: the component stays valid, and is another file.
    bytes.extend([0, 2, 1, b'x']);
    fs::write(&file, bytes).expect("it is written");
    world.run(&["run", TASK]).with(2).complains("exchange connector lock dnevnik");
    world.run(&["connector", "lock", "dnevnik"]).with(0);
    world.run(&["check", TASK]).with(0);
}

#[test]
fn h2_a_connector_never_locked_is_refused() {
    let world = World::bound();
    fs::remove_file(world.path("connectors/connectors.lock")).expect("the lock");
    world.run(&["run", TASK]).with(2).complains("exchange connector lock dnevnik");
    let listed: Vec<Value> = world.run(&["connector", "list", "--json"]).with(0).json();
    assert_eq!(listed[0]["locked"], false);
}

#[test]
fn h2_what_is_not_granted_is_refused_with_the_lines_that_would_grant_it() {
    let world = World::bound();
    world.change_school("\nwrite = true", "\nwrite = false");
    let planned = world.run(&["plan", TASK]);
    assert!([Some(0), Some(4)].contains(&planned.code), "a preview needs no right to write: {}", planned.err);
    world.forget_requests();
    let ended = world.run(&["run", TASK]);
    assert!([Some(1), Some(2)].contains(&ended.code), "{:?} {}", ended.code, ended.out);
    assert!(world.writes().is_empty());
    let told = format!("{}{}", ended.out, ended.err);
    assert!(told.contains("write = true"), "{told}");
}
