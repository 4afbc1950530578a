//! README.md names every setting and every effect there is.

use exchange_stand::{Service, Stand, dnevnik, esia, vk};
use serde_json::{Value, json};

use crate::client::{Call, Reply};
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

/// What the remote control of a stand-in answers.
fn control(options: impl Service, method: &str, what: &str, body: &Value) -> Reply {
    let stand = Stand::spawn(options).expect("it starts");
    let call = Call::new(stand.addr(), method, &format!("/_stand/{what}"));
    if method == "GET" { call.send() } else { call.json(body).send() }
}

#[track_caller]
fn settings_are_documented(options: impl Service) {
    let settings = control(options, "GET", "settings", &json!(null)).value();
    documented(&settings.as_object().expect("an object").keys().cloned().collect::<Vec<_>>());
}

/// The refusal of an unknown kind lists all there are.
#[track_caller]
fn effects_are_documented(options: impl Service) {
    let unknown = json!({"faults": [{"effect": {"kind": "unknown"}}]});
    let refusal = control(options, "POST", "faults", &unknown).value();
    let text = refusal["description"].as_str().expect("a text").to_owned();
    let kinds = text.split("expected").nth(1).expect("the list").split('`').skip(1).step_by(2);
    documented(&kinds.map(String::from).collect::<Vec<_>>());
}

/// The seed that the README shows in a block of this kind.
fn shown(kind: &str) -> Value {
    let block = README.split(&format!("```json{kind}\n")).nth(1);
    let block = block.and_then(|rest| rest.split("```").next()).expect("the block");
    serde_json::from_str(block).expect("JSON")
}

#[test]
fn settings() {
    settings_are_documented(dnevnik::Options::default());
    settings_are_documented(esia::Options::default());
    settings_are_documented(vk::Options::default());
}

#[test]
fn effects() {
    effects_are_documented(dnevnik::Options::default());
    effects_are_documented(esia::Options::default());
    effects_are_documented(vk::Options::default());
}

#[test]
fn the_seed_it_shows_is_accepted() {
    let world = World::new();
    let reply = world.control("POST", "seed", Some(&shown("")));
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(world.state()["persons"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_seed_of_esia_is_accepted() {
    let reply = control(esia::Options::default(), "POST", "seed", &shown(" esia"));
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[test]
fn the_seed_of_vk_is_accepted() {
    let reply = control(vk::Options::default(), "POST", "seed", &shown(" vk"));
    assert_eq!(reply.status, 200, "{}", reply.body);
}
