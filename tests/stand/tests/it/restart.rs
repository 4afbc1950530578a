//! A restart over the same folder goes on where it was.

use serde_json::json;

use crate::fixture::{CLIENT, SECRET, World, pupils};

#[test]
fn state_tokens_settings_and_numbering_survive() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = World::over(Some(folder.path().to_owned()));
    before.settings(&json!({"searchScope": "all"}));
    let token = before.token();
    assert_eq!(before.post(&token, "persons", &pupils(2)).status, 200);
    let without_counters = |world: &World| {
        let mut state = world.state();
        state["counters"] = json!(null);
        state
    };
    let kept = without_counters(&before);
    drop(before);

    let after = World::reopened(Some(folder.path().to_owned()));
    assert_eq!(without_counters(&after), kept);
    assert_eq!(after.control("GET", "settings", None).value()["searchScope"], "all");
    assert_eq!(after.post(&token, "persons", &pupils(1)).value()["items"][0]["id"], json!(1000100000003_u64));
}

#[test]
fn codes_and_idempotency_survive() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = World::over(Some(folder.path().to_owned()));
    before.settings(&json!({"idempotencyWindowMs": 60_000}));
    let token = before.token();
    let send = |world: &World| {
        world.posting(&token, "persons", &pupils(1)).header("Idempotency-Key", "k").send().body
    };
    let first = send(&before);
    drop(before);
    let after = World::reopened(Some(folder.path().to_owned()));
    assert_eq!(send(&after), first);
    assert_eq!(crate::fixture::stored(&after), 1);
    let body = json!({"client_id": CLIENT, "client_secret": SECRET, "username": "mother", "password": "пароль", "scope": ""});
    assert_eq!(after.call("POST", "/v2/authorizations/bycredentials").json(&body).send().status, 200);
}

#[test]
fn a_spoilt_file_is_an_error_and_not_a_fresh_start() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("dnevnik.json"), "{").expect("a file");
    let options =
        exchange_stand::dnevnik::Options { data: Some(folder.path().to_owned()), ..Default::default() };
    let error = exchange_stand::dnevnik::Stand::spawn(options).err().expect("an error").to_string();
    assert!(error.starts_with("cannot read the state in ") && error.contains("\nhint: "), "{error}");
}

#[test]
fn without_a_folder_nothing_is_kept() {
    let first = World::new();
    drop(first);
    let second = World::reopened(None);
    assert_eq!(second.state()["persons"], json!([]));
}
