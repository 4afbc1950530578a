//! The doctor: each fault is found, named, and comes with what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::h4_rows_to_http::World;
use crate::run_all;

fn found(world: &World, code: i32) -> Vec<Value> {
    world.run("", &["doctor", "--json"]).with(code).json()
}

fn set_mode(world: &World, file: &str, mode: u32) {
    fs::set_permissions(world.path(file), fs::Permissions::from_mode(mode)).expect("its rights can be set");
}

/// A folder that nothing is wrong with.
fn well() -> World {
    let world = World::new();
    world.run("", &["run", "rows/rows"]).with(0);
    set_mode(&world, "data", 0o700);
    world
}

/// This fault, and no other, is told as so grave, with a cure.
#[track_caller]
fn only(world: &World, exit: i32, severity: &str, code: &str) {
    let all = found(world, exit);
    let bad: Vec<&Value> = all.iter().filter(|finding| finding["severity"] != "good").collect();
    let codes: Vec<&str> = bad.iter().filter_map(|finding| finding["code"].as_str()).collect();
    assert_eq!(codes, [code], "{all:#?}");
    assert_eq!(bad[0]["severity"], severity);
    assert!(bad[0]["cure"].as_str().is_some_and(|cure| !cure.is_empty()), "{bad:#?}");
}

#[test]
fn a_sound_folder_has_no_findings_and_each_fault_is_found() {
    let world = well();
    let all = found(&world, 0);
    assert!(all.iter().all(|finding| finding["severity"] == "good"), "{all:#?}");
    for code in [
        "doctor-key-good",
        "doctor-database-good",
        "doctor-audit-good",
        "doctor-connector-good",
        "doctor-reachable",
    ] {
        assert!(all.iter().any(|finding| finding["code"] == code), "{code}: {all:#?}");
    }

    set_mode(&world, "data", 0o755);
    only(&world, 3, "warning", "doctor-data-open");
    set_mode(&world, "data", 0o700);

    set_mode(&world, "exchange.key", 0o640);
    let codes: Vec<Value> = found(&world, 1);
    assert!(codes.iter().any(|finding| finding["code"] == "doctor-key-open"), "{codes:#?}");
    set_mode(&world, "exchange.key", 0o600);

    fs::write(world.path("data/schools/rows.db.damaged"), "x").expect("a leftover");
    only(&world, 3, "warning", "doctor-leftover");
    fs::remove_file(world.path("data/schools/rows.db.damaged")).expect("it is gone");

    let school = fs::read_to_string(world.path("schools/rows.toml")).expect("the school's file");
    let never = school.replace("patience = \"20s\"", "patience = \"20s\"\nschedule = \"0 3 31 2 *\"");
    world.write("schools/rows.toml", &never);
    let all = found(&world, 1);
    let told = |code: &str| all.iter().any(|finding| finding["code"] == code);
    assert!(told("doctor-never") || told("doctor-settings"), "{all:#?}");
    world.write("schools/rows.toml", "name = 5\n");
    only(&world, 1, "problem", "doctor-settings");
    world.write("schools/rows.toml", &school);

    let lock = fs::read_to_string(world.path("connectors/connectors.lock")).expect("the lock");
    world.write("connectors/connectors.lock", "");
    only(&world, 1, "problem", "doctor-connector");
    world.write("connectors/connectors.lock", &lock);

    let host = fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write(
        "exchange.toml",
        &format!("{host}[upstream.away]\nbase = [\"http://127.0.0.1:9\"]\nprivate = true\n"),
    );
    only(&world, 1, "problem", "doctor-unreachable");
    world.run("", &["doctor", "--offline"]).with(0).says("Неисправностей: 0");
    world.write("exchange.toml", &host);

    fs::rename(world.path("schools/rows.toml"), world.path("rows.toml")).expect("it is moved");
    let all = found(&world, 3);
    assert!(all.iter().any(|finding| finding["code"] == "doctor-no-settings"), "{all:#?}");
    fs::rename(world.path("rows.toml"), world.path("schools/rows.toml")).expect("it is back");

    run_all::damage(&world, "rows");
    only(&world, 1, "problem", "doctor-database");
    world.run("", &["doctor", "--offline"]).with(1).says("rows.db").says("exchange restore");
}

#[test]
fn data_that_a_newer_program_made_and_an_audit_that_was_changed_are_found() {
    let world = well();
    let open = |file: &str| rusqlite::Connection::open(world.path(file)).expect("a database");
    let host = open("data/host.db");
    host.execute_batch("DROP TRIGGER audit_no_update; UPDATE audit SET who = 'nobody'")
        .expect("it is changed");
    let all = found(&world, 1);
    assert!(all.iter().any(|f| f["code"] == "audit-altered"), "{all:#?}");
    open("data/schools/rows.db").pragma_update(None, "user_version", 99).expect("a version");
    let all = found(&world, 1);
    assert!(
        all.iter().any(|f| f["what"].as_str().is_some_and(|what| what.contains("newer version"))),
        "{all:#?}"
    );
}
