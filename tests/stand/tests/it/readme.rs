//! README.md names every setting and every effect there is.

use serde_json::json;

use exchange_stand::{Stand, esia};

use crate::client::Call;
use crate::fixture::World;

pub(crate) const README: &str = include_str!("../../README.md");

/// All of these have a row in one of its tables.
#[track_caller]
pub(crate) fn documented(names: &[String]) {
    assert!(names.len() > 5, "{names:?}");
    let missing: Vec<&String> =
        names.iter().filter(|name| !README.contains(&format!("\n| `{name}` |"))).collect();
    assert!(missing.is_empty(), "README.md has no row for {missing:?}");
}

#[test]
fn settings() {
    let settings = World::new().control("GET", "settings", None).value();
    documented(&settings.as_object().expect("an object").keys().cloned().collect::<Vec<_>>());
}

#[test]
fn effects() {
    // The refusal of an unknown kind lists all there are.
    let unknown = json!({"faults": [{"effect": {"kind": "unknown"}}]});
    let refusal = World::new().control("POST", "faults", Some(&unknown)).value();
    let text = refusal["description"].as_str().expect("a text").to_owned();
    let kinds = text.split("expected").nth(1).expect("the list").split('`').skip(1).step_by(2);
    documented(&kinds.map(String::from).collect::<Vec<_>>());
}

#[test]
fn the_seed_it_shows_is_accepted() {
    let world = World::new();
    let block =
        README.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the block");
    let seed = serde_json::from_str(block).expect("JSON");
    let reply = world.control("POST", "seed", Some(&seed));
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(world.state()["persons"].as_array().map(Vec::len), Some(2));
}

/// What the remote control of ЕСИА answers.
fn of_esia(method: &str, what: &str, body: &serde_json::Value) -> crate::client::Reply {
    let stand = Stand::spawn(esia::Options::default()).expect("it starts");
    let call = Call::new(stand.addr(), method, &format!("/_stand/{what}"));
    if method == "GET" { call.send() } else { call.json(body).send() }
}

#[test]
fn settings_of_esia() {
    let settings = of_esia("GET", "settings", &json!(null)).value();
    documented(&settings.as_object().expect("an object").keys().cloned().collect::<Vec<_>>());
}

#[test]
fn effects_of_esia() {
    let unknown = json!({"faults": [{"effect": {"kind": "unknown"}}]});
    let refusal = of_esia("POST", "faults", &unknown).value();
    let text = refusal["description"].as_str().expect("a text").to_owned();
    let kinds = text.split("expected").nth(1).expect("the list").split('`').skip(1).step_by(2);
    documented(&kinds.map(String::from).collect::<Vec<_>>());
}

#[test]
fn the_seed_of_esia_is_accepted() {
    let block =
        README.split("```json esia\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the block");
    let reply = of_esia("POST", "seed", &serde_json::from_str(block).expect("JSON"));
    assert_eq!(reply.status, 200, "{}", reply.body);
}
