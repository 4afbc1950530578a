//! Faults in what is said, as a raw client sees them.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Reply;
use crate::fixture::{CHILD, CLASS, SCHOOL, World, pupils, stored};

fn me_under(effect: &Value) -> Reply {
    let world = World::new();
    let token = world.token();
    world.fault(&json!({"prefix": "/v2/users"}), effect);
    let reply = world.get(&token, "/v2/users/me/organizations");
    let last = world.requests().pop().expect("a request");
    assert_eq!(last["fault"], effect["kind"]);
    assert_eq!(last["status"], if reply.status == 0 { json!(null) } else { json!(reply.status) });
    reply
}

/// A write of two pupils under a fault, and how many of them are there afterwards.
fn write_under(effect: &Value) -> (Reply, usize) {
    let world = World::new();
    let token = world.token();
    world.fault(&json!({"method": "POST", "prefix": "/contingent/"}), effect);
    let reply = world.post(&token, "persons", &pupils(2));
    (reply, stored(&world))
}

#[test]
fn latency() {
    let start = Instant::now();
    assert_eq!(me_under(&json!({"kind": "latency", "ms": 80})).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(80));
}

#[test]
fn refusals_with_their_bodies() {
    let mut text = String::new();
    for status in [429, 433, 503, 500, 550] {
        let reply = me_under(&json!({"kind": "status", "status": status}));
        assert_eq!(reply.header("retry-after"), None);
        text += &format!("{}\n", reply.shown());
    }
    let html = me_under(&json!({"kind": "status", "status": 502, "html": true}));
    assert_eq!(html.header("content-type"), Some("text/html"));
    text += &html.shown();
    insta::assert_snapshot!(text);
}

#[test]
fn retry_after_in_seconds_and_as_a_date() {
    let reply = me_under(&json!({"kind": "status", "status": 429, "retryAfterS": 7}));
    assert_eq!(reply.header("retry-after"), Some("7"));
    let before = jiff::Timestamp::now();
    let reply = me_under(&json!({"kind": "status", "status": 503, "retryAfterS": 7, "retryAfterDate": true}));
    let date = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(reply.header("retry-after").expect("a date"));
    let ahead = date.expect("an HTTP date").as_second() - before.as_second();
    assert!((7..=28).contains(&ahead), "{ahead} s ahead");
}

#[test]
fn a_refusal_before_or_after_storing() {
    let (reply, there) = write_under(&json!({"kind": "status", "status": 503}));
    assert_eq!((reply.status, there), (503, 0));
    let (reply, there) = write_under(&json!({"kind": "status", "status": 500, "stored": true}));
    assert_eq!((reply.status, there), (500, 2));
}

#[test]
fn reset_before_and_after_storing() {
    for (kind, expected) in [("resetBefore", 0), ("resetAfter", 2)] {
        let (reply, there) = write_under(&json!({"kind": kind}));
        assert_eq!(
            (reply.status, reply.broken, there),
            (0, Some(ErrorKind::ConnectionReset), expected),
            "{kind}"
        );
    }
}

#[test]
fn reset_in_the_middle_of_an_answer() {
    let (reply, there) = write_under(&json!({"kind": "resetMidAnswer"}));
    assert_eq!((reply.status, reply.broken, there), (200, Some(ErrorKind::ConnectionReset), 2));
    let length: usize = reply.header("content-length").and_then(|text| text.parse().ok()).expect("a length");
    assert_eq!(reply.body.len(), length / 2);
}

#[test]
fn half_of_the_json_with_200() {
    let (reply, there) = write_under(&json!({"kind": "truncatedJson"}));
    assert_eq!((reply.status, reply.broken, there), (200, None, 2));
    assert!(reply.body.starts_with("{\"items\":[{\"key\":\"p1\""), "{}", reply.body);
    assert!(serde_json::from_str::<Value>(&reply.body).is_err());
}

#[test]
fn a_page_with_200() {
    for (stored_too, expected) in [(false, 0), (true, 2)] {
        let (reply, there) = write_under(&json!({"kind": "htmlPage", "stored": stored_too}));
        assert_eq!((reply.status, reply.header("content-type"), there), (200, Some("text/html"), expected));
        assert!(reply.body.contains("<div class=\"error__description\"><p>"), "{}", reply.body);
    }
}

#[test]
fn an_answer_lost_by_closing() {
    let (reply, there) = write_under(&json!({"kind": "loseAnswer", "closeAfterMs": 10}));
    assert_eq!((reply.status, reply.broken, there), (0, None, 2));
}

#[test]
fn an_answer_lost_in_silence() {
    let world = World::new();
    let token = world.token();
    world.fault(&json!({"method": "POST"}), &json!({"kind": "loseAnswer"}));
    let reply = world.posting(&token, "persons", &pupils(2)).timeout(Duration::from_millis(150)).send();
    assert_eq!((reply.status, reply.broken, stored(&world)), (0, Some(ErrorKind::WouldBlock), 2));
}

#[test]
fn listings_lose_repeat_and_shift() {
    let world = World::new();
    let token = world.token();
    let items: Vec<Value> = pupils(4).as_array().cloned().expect("a list");
    let made = world.post(&token, "persons", &json!(items)).value();
    let enrolled = made["items"].as_array().expect("a list").iter();
    let enrol = |item: &Value| json!({"key": item["key"], "eduGroup": CLASS, "person": item["id"], "start": "2026-09-01"});
    let enrolled: Value = enrolled.map(enrol).collect();
    assert_eq!(world.post(&token, "edu-group-memberships", &enrolled).status, 200);
    let names = || -> Vec<String> {
        let list = world.get(&token, &format!("/v2/edu-groups/{CLASS}/persons")).value();
        list.as_array()
            .expect("a list")
            .iter()
            .map(|p| p["firstName"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names(), ["Анна", "Имя1", "Имя2", "Имя3", "Имя4"]);
    let under = |change: &str| {
        let template = "/v2/edu-groups/{group}/persons";
        world.fault(&json!({"template": template}), &json!({"kind": "listing", "change": change}));
        names()
    };
    assert_eq!(under("missing"), ["Анна", "Имя1", "Имя3", "Имя4"]);
    assert_eq!(under("repeated"), ["Анна", "Имя1", "Имя2", "Имя3", "Имя4", "Анна"]);
    assert_eq!(under("shift"), ["Анна", "Имя1", "Имя1", "Имя3", "Имя4"]);
}

#[test]
fn a_fault_for_lists_leaves_single_objects_alone() {
    let world = World::new();
    let token = world.token();
    world.fault(&json!({}), &json!({"kind": "listing", "change": "missing"}));
    assert_eq!(world.get(&token, &format!("/v2/persons/{CHILD}")).value()["id"], json!(CHILD));
    assert_eq!(world.get(&token, &format!("/v2/schools/{SCHOOL}/edu-groups")).body, "[]");
}
