//! Budgets of a remote system over several processes: its pace, the requests it takes in a day, what people see of it.

use std::process::Stdio;

use exchange::store::MarkStore;
use exchange_stand::rows::Options;
use serde_json::Value;

use crate::h4_rows_to_http::World;
use crate::process;
use crate::serve::{add_due, listening_with, store};
use crate::served::{Served, until};

/// Requests a second that all may make together.
const RATE: u64 = 10;
/// Pupils of a school, and the requests of its first run: look-ups, deliveries, look-ups.
const PUPILS: u64 = 2_500;
const REQUESTS: u64 = 15;

#[test]
fn two_processes_keep_to_one_pace_together() {
    let world = World::without_schools(Options::default(), &format!("rate = {RATE}\nparallel = 4"));
    let schools = ["a", "b"];
    schools.iter().for_each(|school| world.add_school(school, school, PUPILS));
    let running: Vec<_> = schools
        .iter()
        .map(|school| {
            let mut command = process::exchange(&world.path(""));
            command.args(["run", &format!("{school}/rows"), "--quiet"]).stdout(Stdio::null());
            command.spawn().expect("it starts")
        })
        .collect();
    for mut run in running {
        assert!(run.wait().expect("it ends").success());
    }
    assert_eq!(world.arrived(), 2 * PUPILS);
    let pace = world.service.tally().paces[""];
    assert_eq!(pace.requests, 2 * REQUESTS, "{pace:?}");
    // Alone, each would have been done in half the time.
    assert!(pace.seconds >= (2 * REQUESTS - 1) as f64 / RATE as f64, "{pace:?}");
    assert!(pace.busiest_forgiving <= RATE, "{pace:?}");
    let told: Vec<Value> = world.run("", &["upstreams", "--json"]).with(0).json();
    assert_eq!((&told[0]["state"], &told[0]["processes"]), (&"ready".into(), &0.into()), "{told:#?}");
}

#[test]
fn each_school_keeps_to_its_own_pace() {
    let limits = format!("rate = 0\nrate-per-school = {RATE}\nparallel = 4");
    let world = World::without_schools(Options::default(), &limits);
    let schools = ["a", "b"];
    schools.iter().for_each(|school| world.add_school(school, school, PUPILS));
    world.run("", &["run", "--all", "--jobs", "2"]).with(0);
    assert_eq!(world.arrived(), 2 * PUPILS);
    for school in schools {
        let shown: Value =
            world.run("", &["show", &format!("{school}-1"), "--requests", "--json"]).with(0).json();
        let requests = shown["requests"].as_array().expect("requests");
        let mut times: Vec<i64> = requests.iter().filter_map(|request| request["at"].as_i64()).collect();
        times.sort_unstable();
        assert_eq!(times.len() as u64, REQUESTS, "{shown:#}");
        let fullest =
            times.iter().map(|from| times.iter().filter(|at| (*from..from + 960).contains(*at)).count());
        assert!(fullest.max() <= Some(RATE as usize), "{times:?}");
    }
    let told: Vec<Value> = world.run("", &["upstreams", "--json"]).with(0).json();
    assert_eq!(told[0]["rate_per_school"], RATE as f64, "{told:#?}");
    world.run("", &["upstreams"]).with(0).says("без ограничения; на школу 10");
}

/// Takes so few requests that a run does not come to its end.
const FEW: &str = "rate = 0\nparallel = 1\nquota = { per-day = 4, time-zone = \"Asia/Kamchatka\" }";

/// The system takes more from now on.
fn take_more(world: &World) {
    let text = std::fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &text.replace("per-day = 4", "per-day = 400"));
}

#[test]
fn a_run_beyond_the_day_s_requests_is_postponed_and_loses_nothing() {
    let world = World::without_schools(Options::default(), FEW);
    world.add_school("rows", "p", PUPILS);
    world.run("", &["run", "rows/rows"]).with(5).says("Отложено").says("на сегодня исчерпан");
    let tally = world.service.tally();
    assert_eq!(tally.posts + tally.lookups, 4, "{tally:?}");
    let again: Value = world.run("", &["run", "rows/rows", "--json"]).with(5).json();
    assert_eq!((&again["status"], &again["counts"]["failed"]), (&"postponed".into(), &0.into()), "{again:#}");
    let tally = world.service.tally();
    assert_eq!(tally.posts + tally.lookups, 4, "another process knows of it");

    let told: Vec<Value> = world.run("", &["upstreams", "rows", "--json"]).with(5).json();
    assert_eq!(told[0]["state"], "used-up", "{told:#?}");
    let quota = &told[0]["quota"];
    assert_eq!((&quota["used"], &quota["left"], &quota["per_day"]), (&4.into(), &0.into(), &4.into()));
    assert!(told[0]["until"].as_str().is_some_and(|until| until.ends_with("T12:00:00Z")), "{told:#?}");
    world.run("", &["upstreams"]).with(5).says("4 из 4");
    world.run("", &["upstreams", "nobody"]).with(2).complains("nobody");
    world.run("", &["status"]).with(0).says("Отложено").says("лимит на сегодня исчерпан");
    world.run("", &["check"]).says("лимит на сегодня исчерпан");

    take_more(&world);
    world.run("", &["run", "rows/rows"]).with(0).says("Успешно");
    assert_eq!(world.arrived(), PUPILS);
    world.run("", &["upstreams"]).with(0).says("готова");
}

#[test]
fn a_postponed_run_waits_in_the_server_and_goes_on() {
    let world = listening_with(Options::default(), FEW);
    add_due(&world, "rows", "p", PUPILS);
    let served = Served::start(&world);
    until("it is postponed", || served.said("the run is postponed").is_some());
    let postponed = "exchange_runs_total{connector=\"rows-to-http\",status=\"postponed\"}";
    assert_eq!(served.number(postponed), Some(1.0));
    assert_eq!(served.number("exchange_runs_waiting"), Some(1.0));
    served.stop();
    let marks = store(world.path("data").as_path()).marks().expect("readable");
    assert_eq!(marks[0].1.open.len(), 1, "it is not over");
    take_more(&world);
    let served = Served::start(&world);
    until("it has gone on", || world.arrived() == PUPILS);
    served.stop();
}
