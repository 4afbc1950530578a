//! `run --all`: every enabled task of every school in one process. One school's trouble is its own, the exit code is the
//! gravest one, so many schools run at once, and a budget holds for all of them together.

use std::fs;
use std::time::{Duration, Instant};

use exchange_stand::rows::{Fault, Options};
use serde_json::Value;

use crate::h4_rows_to_http::World;

/// Pupils of each school: one delivery.
const PUPILS: u64 = 10;
/// Requests of a school's first run: a look-up, the delivery, reading back.
const REQUESTS: u64 = 3;

fn region(schools: &[&str], options: Options, limits: &str) -> World {
    let world = World::without_schools(options, limits);
    schools.iter().for_each(|school| world.add_school(school, &format!("{school}-p"), PUPILS));
    world
}

fn unlimited(schools: &[&str]) -> World {
    region(schools, Options::default(), "rate = 0")
}

/// Which task ended how, in the order of their names.
fn ended(said: &Value) -> Vec<(&str, &str)> {
    let runs = said["runs"].as_array().expect("a list").iter();
    let mut ended: Vec<(&str, &str)> =
        runs.filter_map(|run| Some((run["task"].as_str()?, run["status"].as_str()?))).collect();
    ended.sort_unstable();
    ended
}

/// Overwrites a school's data from byte 4,096 on.
pub(crate) fn damage(world: &World, school: &str) {
    let file = world.path(&format!("data/schools/{school}.db"));
    let mut bytes = fs::read(&file).expect("the school's data");
    bytes[4_096..].fill(0xA5);
    fs::write(&file, bytes).expect("it is damaged");
}

#[test]
fn a_damaged_school_costs_only_itself() {
    let world = unlimited(&["a", "b", "c", "d"]);
    damage(&world, "b");
    world.run("", &["disable", "d/rows"]).with(0);
    world.write("schools/e.toml", "name = \"no time zone\"\n");
    let ran = world.run("", &["run", "--all", "--jobs", "2", "--json"]).with(1);
    let said: Value = ran.json();
    let expected = [("a/rows", "success"), ("b", "not-run"), ("c/rows", "success"), ("e", "not-run")];
    let found = ended(&said);
    // Where in the damaged file the damage is met is the database's affair.
    let found: Vec<_> =
        found.into_iter().map(|(task, how)| (if task == "b/rows" { "b" } else { task }, how)).collect();
    assert_eq!(found, expected, "{said:#}");
    assert_eq!(said["totals"]["success"], 2);
    assert_eq!(world.arrived(), 2 * PUPILS, "what is switched off is not sent");

    let again = world.run("", &["run", "--all"]).with(1).complains("b.db").complains("e.toml");
    for line in ["a/rows · a-2 · Успешно", "c/rows · c-2 · Успешно", "Не выполнялось", "Всего отправок: 4."]
    {
        assert!(again.out.contains(line), "{line}: {}", again.out);
    }
}

#[test]
fn the_exit_code_is_the_gravest_one() {
    let world = unlimited(&["a", "b"]);
    world.run("", &["run", "--all"]).with(0).says("Всего отправок: 2. Успешно 2");
    world.add_school("c", "c-p", PUPILS);
    world.service.misbehave(Fault::BadRow("c-p7".into()));
    let said: Value = world.run("", &["run", "--all", "--json"]).with(3).json();
    assert_eq!(ended(&said), [("a/rows", "success"), ("b/rows", "success"), ("c/rows", "with-remarks")]);
    assert_eq!(world.arrived(), 3 * PUPILS - 1);
    world.write("connectors/connectors.lock", "");
    world.run("", &["run", "--all"]).with(2).complains("connector lock rows-to-http");
}

#[test]
fn without_an_enabled_task_there_is_nothing_to_do() {
    let world = unlimited(&["a"]);
    world.run("", &["disable", "a/rows"]).with(0);
    world.run("", &["run", "--all"]).with(0).says("Ни у одной школы нет включённых задач");
    for wrong in [&["run"][..], &["run", "a/rows", "--all"], &["run", "--all", "--classes", "5-А"]] {
        world.run("", wrong).with(2);
    }
}

#[test]
fn so_many_schools_run_at_once() {
    let latency = Duration::from_millis(1_000);
    let schools = ["a", "b", "c", "d"];
    let most = |jobs: &str| {
        let world = region(&schools, Options { latency, ..Options::default() }, "rate = 0\nparallel = 8");
        world.run("", &["run", "--all", "--jobs", jobs]).with(0);
        assert_eq!(world.arrived(), 4 * PUPILS);
        world.service.tally().at_once
    };
    assert_eq!(most("1"), 1, "one school after the other");
    assert_eq!(most("4"), 4, "all at once");
}

#[test]
fn a_budget_holds_for_all_schools_together() {
    let schools = ["a", "b", "c", "d"];
    let world = region(&schools, Options::default(), "rate = 4");
    let began = Instant::now();
    world.run("", &["run", "--all", "--jobs", "4"]).with(0);
    let requests = REQUESTS * 4;
    let tally = world.service.tally();
    assert_eq!(tally.posts + tally.lookups, requests);
    // Evenly spaced: the last one cannot come sooner. A school alone would be done in half a second.
    let least = Duration::from_millis((requests - 1) * 1_000 / 4);
    assert!(began.elapsed() >= least, "{:?} is less than {least:?}", began.elapsed());
}
