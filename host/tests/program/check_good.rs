//! `exchange check` remembers when everything was last good, and says so when something no longer is.

use serde_json::{Value, json};

use crate::world::{ORGANISATION, TASK, World};

/// What the check finds: the exit code has to be this one.
fn check(world: &World, code: i32) -> Vec<Value> {
    world.run(&["check", TASK, "--json"]).with(code).json()
}

#[test]
fn a_check_says_when_everything_was_last_good() {
    let world = World::empty();
    assert!(check(&world, 1).iter().all(|row| row["last_good"].is_null()));
    world.run(&["check", TASK]).with(1).says("ещё ни разу не было всё в порядке");

    let world = World::bound();
    let found = check(&world, 0);
    assert!(found.iter().all(|row| row["severity"] == "good"), "{found:#?}");
    let good = found[0]["last_good"].clone();
    assert!(good.is_string() && found.iter().all(|row| row["last_good"] == good), "{found:#?}");
    let ended = world.run(&["check", TASK]).with(0);
    assert!(!ended.out.contains("последний раз"), "{}", ended.out);
    let good = check(&world, 0)[0]["last_good"].clone();

    world.run(&["disable", TASK]).with(0);
    let warned = check(&world, 0);
    assert!(warned.iter().any(|row| row["severity"] == "warning"), "{warned:#?}");
    assert!(warned.iter().all(|row| row["last_good"] == good), "a warning is not all good: {warned:#?}");
    world.run(&["unbind", TASK, "--reason", "переезд", "--confirm", ORGANISATION]).with(0);
    assert!(check(&world, 1).iter().all(|row| row["last_good"] == good));
    let told = world.run(&["check", TASK]).with(1).says("последний раз всё было в порядке").out;
    assert_eq!(told.matches("последний раз").count(), 1, "{told}");
    let english: Vec<Value> = world.run(&["check", TASK, "--json", "--lang", "en"]).with(1).json();
    assert_eq!(json!(english[0]["last_good"]), good);
}
