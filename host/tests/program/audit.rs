//! The audit: every action of a person is in it, the chain shows what was altered, and its export can be verified by
//! whoever reads `docs/audit.md`.

use std::fs;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::world::{ORGANISATION, TASK, World};

/// What `docs/audit.md` tells, written down from there and sharing nothing with the program.
fn link(line: &Value) -> String {
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| line[name].to_string();
    let fields = [
        text("previous"),
        number("number"),
        number("at_ms"),
        text("who"),
        text("behalf"),
        text("what"),
        text("school"),
        text("task"),
        text("about"),
    ];
    let netstrings: String = fields.iter().map(|field| format!("{}:{field},", field.len())).collect();
    Sha256::digest(netstrings.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lines(world: &World, file: &str) -> Vec<Value> {
    let text = fs::read_to_string(world.path(file)).expect("it was exported");
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}

fn actions(world: &World, words: &[&str]) -> Vec<String> {
    let rows: Vec<Value> = world.run(&[&["audit", "--json"], words].concat()).with(0).json();
    rows.iter().map(|row| row["what"].as_str().expect("an action").to_owned()).collect()
}

#[test]
fn what_a_person_does_is_in_the_audit_with_who_and_about_what() {
    let world = World::bound();
    world.run(&["disable", TASK]).with(0);
    world.run(&["enable", TASK, "--as", "Отдел образования"]).with(0);
    world.run_with("x", &["secret", "set", "smtp"]).with(0);
    world.run(&["secret", "rm", "smtp"]).with(0);
    world.run(&["approve", TASK, "0123456789abcdef"]).with(0);
    world.run(&["class-list", "school57", "-o", "list.csv"]).with(0);
    world.send();
    world.run(&["unbind", TASK, "--reason", "другая школа", "--confirm", ORGANISATION]).with(0);
    let of_the_school =
        ["secret-set", "import", "bind", "disable", "enable", "approve", "class-list", "run", "unbind"];
    assert_eq!(actions(&world, &["school57"]), of_the_school);
    let all = actions(&world, &[]);
    assert_eq!(all.first().map(String::as_str), Some("connector-lock"));
    assert!(all.contains(&"secret-rm".to_owned()), "{all:?}");
    assert!(actions(&world, &["--since", "2999-01-01"]).is_empty());
    let rows: Vec<Value> = world.run(&["audit", "school57", "--json"]).json();
    let enabled = rows.iter().find(|row| row["what"] == "enable").expect("it is there");
    assert_eq!((&enabled["school"], &enabled["task"]), (&"school57".into(), &"dnevnik".into()));
    assert_eq!(enabled["behalf"], "Отдел образования");
    world.run(&["audit", "school57"]).with(0).says("включена задача").says("Отдел образования");
}

#[test]
fn the_export_is_verified_without_the_program() {
    let world = World::bound();
    world.run(&["audit", "export", "audit.jsonl"]).with(0);
    let lines = lines(&world, "audit.jsonl");
    assert!(lines.len() >= 4, "{lines:#?}");
    let mut previous = "0".repeat(64);
    for (n, line) in lines.iter().enumerate() {
        assert_eq!(line["number"], n + 1);
        assert_eq!(line["previous"], previous.as_str());
        assert_eq!(line["hash"], link(line).as_str(), "{line}");
        previous = line["hash"].as_str().expect("a hash").to_owned();
    }
    world.run(&["audit", "verify", "--against", "audit.jsonl"]).with(0).says(&previous);
    // One school's entries, each by itself.
    world.run(&["audit", "export", "school.jsonl", "--school", "school57"]).with(0);
    let school = self::lines(&world, "school.jsonl");
    assert!(!school.is_empty() && school.iter().all(|line| line["school"] == "school57"));
    assert!(school.iter().all(|line| line["hash"] == link(line).as_str()));
}

fn tampered(world: &World, sql: &str) -> Value {
    let file = rusqlite::Connection::open(world.path("data/host.db")).expect("the host's file");
    file.execute_batch("DROP TRIGGER IF EXISTS audit_no_update; DROP TRIGGER IF EXISTS audit_no_delete;")
        .expect("ok");
    file.execute_batch(sql).expect("it is altered");
    drop(file);
    world.run(&["audit", "verify", "--json"]).with(1).json()
}

#[test]
fn whatever_is_altered_or_removed_is_found_and_named() {
    let all = World::bound();
    all.run(&["audit", "export", "before.jsonl"]).with(0);
    for column in ["who", "what", "about", "school", "behalf"] {
        let world = World::bound();
        let verdict = tampered(&world, &format!("UPDATE audit SET {column} = 'x' WHERE number = 2"));
        assert_eq!(verdict["broken"]["altered"], 2, "{column}: {verdict}");
    }
    let world = World::bound();
    let verdict = tampered(&world, "UPDATE audit SET at = at + 1 WHERE number = 3");
    assert_eq!((&verdict["broken"]["altered"], &verdict["entries"]), (&3.into(), &2.into()));
    let world = World::bound();
    assert_eq!(tampered(&world, "DELETE FROM audit WHERE number = 2")["broken"]["missing"], 2);
    world.run(&["audit", "verify"]).with(1).says("записи 2 нет");
    // Cutting off the end leaves a chain that holds; an earlier export shows it.
    let file = rusqlite::Connection::open(all.path("data/host.db")).expect("the host's file");
    let cut = "DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE number > 2;";
    file.execute_batch(cut).expect("it is cut");
    all.run(&["audit", "verify"]).with(0);
    all.run(&["audit", "verify", "--against", "before.jsonl"]).with(1).says("3");
}
