//! README.md names every setting and every effect there is, and shows a seed that is taken.

use serde_json::json;

use super::fixture::Portal;
use crate::readme::{README, documented};

#[test]
fn settings() {
    let settings = Portal::new().control("GET", "settings", None).value();
    documented(&settings.as_object().expect("an object").keys().cloned().collect::<Vec<_>>());
}

#[test]
fn unknown_settings_are_refused() {
    let portal = Portal::new();
    for patch in [json!({"nonsense": 1}), json!({"tokenIn": "pocket"})] {
        assert_eq!(portal.control("POST", "settings", Some(&patch)).status, 400, "{patch}");
    }
}

#[test]
fn effects() {
    let unknown = json!({"faults": [{"effect": {"kind": "unknown"}}]});
    let refusal = Portal::new().control("POST", "faults", Some(&unknown)).value();
    let text = refusal["description"].as_str().expect("a text").to_owned();
    let kinds = text.split("expected").nth(1).expect("the list").split('`').skip(1).step_by(2);
    documented(&kinds.map(String::from).collect::<Vec<_>>());
}

#[test]
fn the_seed_it_shows_is_accepted() {
    let block = README.split("```json petersburg\n").nth(1).and_then(|rest| rest.split("```").next());
    let seed = serde_json::from_str(block.expect("the block")).expect("JSON");
    let reply = Portal::new().control("POST", "seed", Some(&seed));
    assert_eq!(reply.status, 200, "{}", reply.body);
}
