//! Faults in what is kept.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::{Value, json};

use crate::fixture::{CHILD, CLASS, SCHOOL, World, pupils, stored, until};

fn world_with(effect: &Value) -> (World, String) {
    let world = World::new();
    let token = world.token();
    world.fault(&json!({"prefix": "/contingent/", "times": 1}), effect);
    (world, token)
}

#[test]
fn part_of_a_batch_then_reset_or_refusal() {
    let (world, token) = world_with(&json!({"kind": "partialBatch"}));
    let reply = world.post(&token, "persons", &pupils(5));
    assert_eq!((reply.status, reply.broken, stored(&world)), (0, Some(ErrorKind::ConnectionReset), 2));

    let (world, token) = world_with(&json!({"kind": "partialBatch", "items": 3, "status": 500}));
    let reply = world.post(&token, "persons", &pupils(5));
    assert_eq!((reply.status, reply.broken, stored(&world)), (500, None, 3));
}

#[test]
fn answered_but_not_stored() {
    let (world, token) = world_with(&json!({"kind": "storeNothing"}));
    let reply = world.post(&token, "persons", &pupils(1));
    assert_eq!((reply.status, stored(&world)), (200, 0));
    let pretended = reply.value()["items"][0]["id"].clone();
    assert_eq!(pretended, json!(1000100000001_u64));
    // The number is used up: nobody else gets it.
    assert_eq!(world.post(&token, "persons", &pupils(1)).value()["items"][0]["id"], json!(1000100000002_u64));
    assert_eq!(world.get(&token, &format!("/v2/persons/{pretended}")).status, 404);
}

#[test]
fn an_answered_update_may_not_be_stored_either() {
    let (world, token) = world_with(&json!({"kind": "storeNothing"}));
    let rename = || {
        world
            .call("PUT", &format!("/contingent/v1/edu-groups/{CLASS}"))
            .token(&token)
            .json(&json!({"name": "7-Я"}))
            .send()
    };
    let name = || world.get(&token, &format!("/v2/edu-groups/{CLASS}")).value()["name"].clone();
    assert_eq!((rename().status, name()), (200, json!("7-А")));
    assert_eq!((rename().status, name()), (200, json!("7-Я")));
}

#[test]
fn readers_see_it_later_and_writers_at_once() {
    let (world, token) = world_with(&json!({"kind": "visibleAfter", "ms": 3_600_000}));
    let made = world.post(&token, "persons", &pupils(1));
    let id = made.value()["items"][0]["id"].clone();
    let path = format!("/v2/persons/{id}");
    assert_eq!((made.status, world.get(&token, &path).status), (200, 404));
    let enrol = json!([{"key": "m", "person": id, "start": "2026-09-01"}]);
    assert!(world.post(&token, "memberships", &enrol).value()["items"][0]["id"].is_u64());
    world.advance_clock(3_600_000);
    assert_eq!(world.get(&token, &path).status, 200);
}

#[test]
fn an_update_under_the_same_fault_is_made_later() {
    let (world, token) = world_with(&json!({"kind": "visibleAfter", "ms": 30}));
    let put = world.call("PUT", &format!("/contingent/v1/persons/{CHILD}")).token(&token);
    assert_eq!(put.json(&json!({"firstName": "Алла"})).send().status, 200);
    until("the new name", || {
        world.get(&token, &format!("/v2/persons/{CHILD}")).value()["firstName"] == "Алла"
    });
}

#[test]
fn stored_only_after_the_client_has_gone() {
    let (world, token) = world_with(&json!({"kind": "storeAfterDisconnect", "ms": 30}));
    let reply = world.posting(&token, "persons", &pupils(2)).timeout(Duration::from_millis(150)).send();
    assert_eq!((reply.status, reply.broken), (0, Some(ErrorKind::WouldBlock)));
    until("the late write", || stored(&world) == 2);
    let last = world.requests().pop().expect("a request");
    assert_eq!((&last["status"], &last["fault"]), (&json!(null), &json!("storeAfterDisconnect")));
}

#[test]
fn a_late_write_waits_for_the_client_to_leave() {
    let (world, token) = world_with(&json!({"kind": "storeAfterDisconnect", "ms": 0}));
    std::thread::scope(|scope| {
        let call = world.posting(&token, "persons", &pupils(1)).timeout(Duration::from_millis(400));
        let waiting = scope.spawn(|| call.send());
        until("the request has come", || {
            world.requests().last().is_some_and(|last| last["fault"].is_string())
        });
        // The client is still there.
        assert_eq!((waiting.is_finished(), stored(&world)), (false, 0));
        assert_eq!(waiting.join().expect("no panic").broken, Some(ErrorKind::WouldBlock));
    });
    until("the late write", || stored(&world) == 1);
}

#[test]
fn a_reset_after_storing_is_mended_by_an_idempotency_key() {
    let (world, token) = world_with(&json!({"kind": "resetAfter"}));
    world.settings(&json!({"idempotencyWindowMs": 60_000}));
    let send = || world.posting(&token, "persons", &pupils(2)).header("Idempotency-Key", "k1").send();
    assert_eq!(send().broken, Some(ErrorKind::ConnectionReset));
    assert_eq!((send().status, stored(&world)), (200, 2));
}

#[test]
fn the_school_is_untouched_by_a_fault_on_another_path() {
    let world = World::new();
    let token = world.token();
    world.fault(
        &json!({"template": "/contingent/v1/schools/{school}/edu-groups"}),
        &json!({"kind": "storeNothing"}),
    );
    assert_eq!(world.post(&token, "persons", &pupils(1)).status, 200);
    assert_eq!(stored(&world), 1);
    let class = json!([{"key": "c", "name": "8-А", "parallel": 8, "studyyear": 2026}]);
    assert_eq!(world.post(&token, "edu-groups", &class).status, 200);
    let listed = world.get(&token, &format!("/v2/schools/{SCHOOL}/edu-groups")).value();
    assert_eq!(listed.as_array().expect("a list").len(), 1);
}
