//! What a run promises when something breaks: nobody twice, and the status tells the truth.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::compare::{all_there, nobody_twice};
use crate::process::PATIENCE;
use crate::world::{TASK, World};

fn posts_to(collection: &str) -> Value {
    json!({"method": "POST", "template": format!("/contingent/v1/schools/{{school}}/{collection}")})
}

#[test]
fn a_lost_answer_makes_no_twins() {
    let world = World::bound();
    world.fault(posts_to("persons"), json!({"kind": "loseAnswer"}));
    let (code, run) = world.send();
    assert_ne!(code, 0, "{run:#}");
    assert!(world.struck() > 0);
    world.heal();
    nobody_twice(&world.state());
    world.run_until_done();
    all_there(world.state());
}

#[test]
fn a_reset_after_storing_makes_no_twins() {
    let world = World::bound();
    world.fault(
        json!({"method": "POST", "prefix": "/contingent/", "every": 2}),
        json!({"kind": "resetAfter"}),
    );
    world.send();
    assert!(world.struck() > 0);
    world.heal();
    world.run_until_done();
    all_there(world.state());
}

#[test]
fn half_a_batch_stored_makes_no_twins() {
    let world = World::bound();
    world.fault(
        json!({"method": "POST", "prefix": "/contingent/", "every": 2}),
        json!({"kind": "partialBatch"}),
    );
    world.send();
    assert!(world.struck() > 0);
    world.heal();
    world.run_until_done();
    all_there(world.state());
}

#[test]
fn killed_in_the_middle_it_goes_on_without_twins() {
    let world = World::bound();
    world.fault(posts_to("persons"), json!({"kind": "latency", "ms": 300}));
    let run = world.start(&["run", TASK, "--quiet"]);
    let end = Instant::now() + PATIENCE;
    // The first batch is answered, the second one under way.
    while world
        .writes()
        .iter()
        .filter(|write| write["template"].as_str().is_some_and(|t| t.ends_with("/persons")))
        .count()
        < 2
    {
        assert!(Instant::now() < end, "no second batch");
        std::thread::yield_now();
    }
    run.kill();
    world.heal();
    let start = Instant::now();
    let (code, summary) = world.send();
    assert_ne!(code, 1, "{summary:#}");
    assert!(start.elapsed() < Duration::from_secs(60), "the lane is free within seconds");
    nobody_twice(&world.state());
    world.run_until_done();
    all_there(world.state());
}

#[test]
fn a_pause_asked_for_is_kept() {
    let world = World::bound();
    let template = "/contingent/v1/schools/{school}/edu-groups";
    let matching = json!({"method": "POST", "template": template, "nth": 1});
    world.fault(matching, json!({"kind": "status", "status": 429, "retryAfterS": 2}));
    world.send_all();
    let posts = world.writes();
    let posts: Vec<&Value> = posts.iter().filter(|write| write["template"] == template).collect();
    assert_eq!(posts[0]["status"], 429);
    let pause = posts[1]["ms"].as_u64().expect("a time") - posts[0]["ms"].as_u64().expect("a time");
    assert!(pause >= 2_000, "asked again after {pause} ms");
    all_there(world.state());
}

#[test]

fn a_school_that_asks_too_much_is_served_in_the_end() {
    let world = World::bound();
    world.fault(
        json!({"prefix": "/", "every": 5}),
        json!({"kind": "status", "status": 429, "retryAfterS": 0}),
    );
    world.send();
    world.heal();
    world.run_until_done();
    all_there(world.state());
}

#[test]
fn maintenance_says_so_and_loses_nothing() {
    let world = World::bound();
    world.fault(json!({"prefix": "/"}), json!({"kind": "status", "status": 503, "html": true}));
    let (code, run) = world.send();
    assert_eq!((code, run["title"].as_str()), (1, Some("Отправка не удалась")), "{run:#}");
    assert!(run["reason"].is_string(), "{run:#}");
    world.heal();
    world.send_all();
    all_there(world.state());
}
