//! What a run wrote into the school's records is taken back by a person, and not written again until it is something new
//! (S3).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::teachers::World;

const REASON: &str = "портал прислал чужие номера";

fn undo(world: &World, run: &Value, options: &[&str]) -> crate::process::Ended {
    let run = run["run"].as_str().expect("a run");
    world.run(&[&["undo", run][..], options].concat())
}

#[test]
fn s3_what_a_run_brought_is_taken_back_and_stays_away() {
    let world = World::bound();
    let (_, run) = world.send();
    let brought = world.identifiers();
    assert_eq!(brought.len(), 5);
    let number = run["run"].as_str().expect("a run").to_owned();

    undo(&world, &run, &["--dry-run"]).with(0).says("190000001");
    assert_eq!(world.identifiers(), brought, "looking changes nothing");
    undo(&world, &run, &["--reason", REASON, "--confirm", "school57-99"]).with(2);
    assert_eq!(world.identifiers(), brought, "another run was typed");

    undo(&world, &run, &["--reason", REASON, "--confirm", &number]).with(0);
    assert_eq!(world.identifiers(), BTreeMap::new());
    world.run(&["audit", "--json"]).with(0).says("undo").says(REASON);

    let (code, again) = world.send();
    assert_eq!((code, again["counts"]["applied"].as_u64()), (3, Some(0)), "{again:#}");
    assert_eq!(world.identifiers(), BTreeMap::new(), "what was undone is not done again");
    // Another number is something new.
    world.link(700_001, Some(190_000_777));
    world.send();
    let expected = [("vk:s1".to_owned(), "vk=190000777".to_owned())];
    assert_eq!(world.identifiers(), BTreeMap::from(expected));
    undo(&world, &run, &["--reason", REASON, "--confirm", &number]).with(2);
}

#[test]
fn s3_what_changed_since_is_left_and_named() {
    let world = World::bound();
    let (_, run) = world.send();
    world.link(700_001, Some(190_000_777));
    let (_, later) = world.send();
    let number = run["run"].as_str().expect("a run").to_owned();
    let ended = undo(&world, &run, &["--reason", REASON, "--confirm", &number]).with(3);
    assert!(ended.out.contains(later["run"].as_str().expect("a run")), "{}", ended.out);
    let expected = [("vk:s1".to_owned(), "vk=190000777".to_owned())];
    assert_eq!(world.identifiers(), BTreeMap::from(expected));
}

#[test]
fn s3_who_takes_the_link_back_at_the_portal_loses_the_number_here() {
    let world = World::bound();
    world.send();
    world.link(700_001, None);
    let (code, run) = world.send();
    assert_eq!((code, run["counts"]["removed"].as_u64()), (0, Some(1)), "{run:#}");
    assert!(!world.identifiers().contains_key("vk:s1"), "{:?}", world.identifiers());
    assert!(world.identifiers().contains_key("petersburg:s1"));
}
