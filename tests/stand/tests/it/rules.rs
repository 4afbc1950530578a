//! Which requests a fault strikes, and what the log says of them.

use serde_json::{Value, json};

use crate::fixture::{CHILD, CLASS, World};

/// Statuses of `count` equal requests while 503 is ordered for some of them.
fn statuses(matching: &Value, count: usize) -> Vec<u16> {
    let world = World::new();
    let token = world.token();
    world.fault(matching, &json!({"kind": "status", "status": 503}));
    (0..count).map(|_| world.get(&token, "/v2/users/me").status).collect()
}

#[test]
fn by_number() {
    assert_eq!(statuses(&json!({"nth": 2}), 4), [200, 503, 200, 200]);
    assert_eq!(statuses(&json!({"every": 2}), 4), [200, 503, 200, 503]);
    assert_eq!(statuses(&json!({"from": 2, "to": 3}), 4), [200, 503, 503, 200]);
    assert_eq!(statuses(&json!({"times": 2}), 4), [503, 503, 200, 200]);
}

#[test]
fn by_chance_that_repeats_with_its_seed() {
    let once = statuses(&json!({"chance": 0.5, "seed": 7}), 40);
    assert_eq!(once, statuses(&json!({"chance": 0.5, "seed": 7}), 40));
    assert_ne!(once, statuses(&json!({"chance": 0.5, "seed": 8}), 40));
    let struck = once.iter().filter(|status| **status == 503).count();
    assert!((8..=32).contains(&struck), "{struck} of 40");
    assert_eq!(statuses(&json!({"chance": 0.0}), 5), [200; 5]);
    assert_eq!(statuses(&json!({"chance": 1.0}), 5), [503; 5]);
}

#[test]
fn by_method_template_and_prefix() {
    assert_eq!(statuses(&json!({"method": "post"}), 1), [200]);
    assert_eq!(statuses(&json!({"template": "/v2/users/me"}), 1), [503]);
    assert_eq!(statuses(&json!({"template": "/v2/users/{user}"}), 1), [200]);
    assert_eq!(statuses(&json!({"prefix": "/v2/persons"}), 1), [200]);
}

#[test]
fn effects_add_up() {
    let world = World::new();
    let token = world.token();
    let rules = json!({"faults": [
        {"match": {}, "effect": {"kind": "latency", "ms": 1}},
        {"effect": {"kind": "status", "status": 429, "retryAfterS": 1}}]});
    assert_eq!(world.control("POST", "faults", Some(&rules)).status, 200);
    assert_eq!(world.get(&token, "/v2/users/me").status, 429);
    assert_eq!(world.requests().pop().expect("a request")["fault"], "latency+status");
}

#[test]
fn the_list_in_force_can_be_read_and_cleared() {
    let world = World::new();
    world.fault(&json!({"nth": 1}), &json!({"kind": "visibleAfter", "ms": 5}));
    let rules = world.control("GET", "faults", None).value();
    assert_eq!((&rules[0]["match"]["nth"], &rules[0]["effect"]["kind"]), (&json!(1), &json!("visibleAfter")));
    world.control("DELETE", "faults", None);
    assert_eq!(world.control("GET", "faults", None).value(), json!([]));
}

#[test]
fn bad_rules_are_refused_whole() {
    let world = World::new();
    world.fault(&json!({}), &json!({"kind": "resetBefore"}));
    for (matching, effect) in [
        (json!({"nth": 0}), json!({"kind": "resetBefore"})),
        (json!({"chance": 2}), json!({"kind": "resetBefore"})),
        (json!({"path": "/"}), json!({"kind": "resetBefore"})),
        (json!({}), json!({"kind": "explode"})),
        (json!({}), json!({"kind": "latency"})),
        (json!({}), json!({"kind": "status", "status": 99})),
    ] {
        let rule = json!({"faults": [{"match": matching, "effect": effect}]});
        assert_eq!(world.control("POST", "faults", Some(&rule)).status, 400, "{rule}");
    }
    assert_eq!(world.control("GET", "faults", None).value().as_array().map(Vec::len), Some(1));
}

#[test]
fn the_log_names_templates_and_the_counters_add_them_up() {
    let world = World::new();
    let token = world.token();
    world.control("DELETE", "requests", None);
    world.get(&token, &format!("/v2.0/edu-groups/{CLASS}/persons"));
    world.get(&token, &format!("/v2/persons/{CHILD}"));
    world.get(&token, "/v1/users/me/roles");
    world.get(&token, "/nowhere");
    world.post(&token, "persons", &json!([]));
    let log: Vec<String> = world
        .requests()
        .iter()
        .map(|entry| {
            format!("{} {} {} {}", entry["n"], entry["method"], entry["template"], entry["status"])
                .replace('"', "")
        })
        .collect();
    insta::assert_snapshot!(log.join("\n"));
    insta::assert_snapshot!("counters", format!("{:#}", world.state()["counters"]));
}
