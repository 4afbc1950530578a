//! Versions of a connector side by side: compared, tried by one task, run by all, taken back.

use std::fs;

use serde_json::Value;

use crate::world::{TASK, World};

const MANIFEST: &str = include_str!("../../../plugins/dnevnik/connector.toml");

/// Packs the connector anew under this version; `change` alters what its manifest says.
fn pack(world: &World, version: &str, change: impl Fn(String) -> String) -> String {
    let manifest = MANIFEST.replace("version = \"0.1.0\"", &format!("version = \"{version}\""));
    assert_ne!(manifest, MANIFEST);
    world.write("connector.toml", &change(manifest));
    let file = format!("dnevnik-{version}.wasm");
    let module = world.path("connectors/dnevnik.wasm").display().to_string();
    world.run(&["connector", "pack", &module, "--manifest", "connector.toml", "-o", &file]).with(0);
    file
}

/// A version that does not read who the parents are.
fn forgetful(world: &World) -> String {
    pack(world, "0.2.0", |manifest| {
        let forgetful = manifest.replace("\"child\", \"guardian\"]", "\"child\"]");
        assert_ne!(forgetful, manifest);
        forgetful
    })
}

fn list(world: &World) -> Vec<(String, bool, Vec<String>)> {
    let rows: Vec<Value> = world.run(&["connector", "list", "--json"]).with(0).json();
    let row = |row: &Value| {
        let places = row["runs_for"].as_array().expect("a list").iter();
        let places = places.map(|place| place.as_str().expect("a place").to_owned()).collect();
        (row["version"].as_str().expect("a version").to_owned(), row["default"] == true, places)
    };
    let mut rows: Vec<_> = rows.iter().map(row).collect();
    rows.sort();
    rows.dedup();
    rows
}

#[test]
fn a_version_is_compared_tried_by_one_run_by_all_and_taken_back() {
    let world = World::bound();
    let second = world.school_file();
    world.write("schools/school58.toml", &second);
    let new = forgetful(&world);
    world.run(&["connector", "compare", TASK, "--with", "0.2.0"]).with(2).complains("не добавлена");
    world.run(&["connector", "add", &new]).with(0).says("compare");
    assert_eq!(list(&world), [("0.1.0".into(), true, vec![]), ("0.2.0".into(), false, vec![])]);

    world.forget_requests();
    let told: Value = world.run(&["connector", "compare", TASK, "--with", "0.2.0", "--json"]).with(3).json();
    let differences = told["differences"].as_array().expect("a list");
    let guardians: Vec<&Value> = differences.iter().filter(|one| one["kind"] == "guardian").collect();
    assert!(guardians.iter().any(|one| one["old"] == "create" && one["new"].is_null()), "{told:#}");
    assert!(
        differences.iter().all(|one| one["kind"] != "pupil"),
        "children are none of the difference: {told:#}"
    );
    assert_eq!((&told["old"]["version"], &told["new"]["version"]), (&"0.1.0".into(), &"0.2.0".into()));
    world.run(&["connector", "compare", TASK, "--with", "0.2.0"]).with(3).says("Ничего не отправлено");
    assert!(world.writes().is_empty(), "nothing was applied");
    let same: Value = world.run(&["connector", "compare", TASK, "--with", "0.1.0", "--json"]).with(0).json();
    assert_eq!(same["differences"], Value::Array(vec![]));

    // A canary: one task alone.
    world.run(&["connector", "lock", "dnevnik", "--version", "0.2.0", "--for", "school75/dnevnik"]).with(2);
    world.run(&["connector", "lock", "dnevnik", "--version", "0.2.0", "--for", TASK]).with(0).says(TASK);
    assert_eq!(
        list(&world),
        [("0.1.0".into(), true, vec![]), ("0.2.0".into(), false, vec![TASK.to_owned()])]
    );
    world.run(&["check", TASK]).with(0);
    world.run(&["connector", "remove", "dnevnik", "0.2.0"]).with(2).complains(TASK);
    world.run(&["connector", "rollback", "dnevnik", "--for", TASK]).with(0).says("0.1.0");
    world.run(&["connector", "rollback", "dnevnik", "--for", TASK]).with(2);

    // For all, and back.
    world.run(&["connector", "rollback", "dnevnik"]).with(2).complains("других не было");
    world.run(&["connector", "lock", "dnevnik", "--version", "0.2.0"]).with(0);
    assert_eq!(list(&world), [("0.1.0".into(), false, vec![]), ("0.2.0".into(), true, vec![])]);
    world.run(&["connector", "lock"]).with(0).says("0.2.0");
    world.run(&["connector", "rollback", "dnevnik"]).with(0).says("0.1.0");
    assert_eq!(list(&world), [("0.1.0".into(), true, vec![]), ("0.2.0".into(), false, vec![])]);
    world.run(&["connector", "remove", "dnevnik", "0.2.0"]).with(0);
    world.run(&["connector", "lock", "dnevnik", "--version", "0.2.0"]).with(2).complains("0.1.0");
    world.run(&["run", TASK]).with(4);
    let audit = world.run(&["audit", "--json"]).out;
    for action in ["connector-add", "connector-lock", "connector-rollback", "connector-remove"] {
        assert!(audit.contains(action), "{action}");
    }
}

#[test]
fn each_task_runs_the_version_that_is_named_for_it_and_a_changed_file_never() {
    let world = World::bound();
    let new = pack(&world, "0.2.0", |manifest| manifest);
    world.run(&["connector", "add", &new]).with(0);
    world.run(&["connector", "lock", "dnevnik", "--version", "0.2.0", "--for", "school57"]).with(0);
    let lock = fs::read_to_string(world.path("connectors/connectors.lock")).expect("the lock");
    assert!(lock.contains("[connector.dnevnik.for]\nschool57 = \"0.2.0\""), "{lock}");
    // The default's file may go bad: this school runs another one.
    let plain = fs::read(world.path("connectors/dnevnik.wasm")).expect("the connector");
    for file in ["connectors/dnevnik.wasm", "connectors/dnevnik@0.1.0.wasm"] {
        fs::write(world.path(file), b"nothing").expect("it is written");
    }
    world.run(&["run", TASK]).with(4);
    fs::write(world.path("connectors/dnevnik.wasm"), &plain).expect("it is written");
    let pinned = world.path("connectors/dnevnik@0.2.0.wasm");
    let mut bytes = fs::read(&pinned).expect("the version");
    bytes.extend([0, 2, 1, b'x']);
    fs::write(&pinned, bytes).expect("it is written");
    world.run(&["run", TASK]).with(2).complains("exchange connector lock dnevnik");
    // The same number for another file is refused.
    let other = pack(&world, "0.2.0", |manifest| manifest.replace("settle-ms = 5000", "settle-ms = 4000"));
    world.run(&["connector", "add", &other]).with(2).complains("другой файл");
}
