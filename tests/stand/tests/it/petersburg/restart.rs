//! A restart over the same folder goes on where it was.

use exchange_stand::petersburg::{Options, Stand};
use serde_json::json;

use super::fixture::{DIRECTOR, Portal, TEACHERS, ids};

fn over(folder: &std::path::Path) -> Options {
    Options { data: Some(folder.to_owned()), ..Options::default() }
}

#[test]
fn teachers_tokens_and_settings_survive() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = Portal::over(over(folder.path()));
    before.settings(&json!({"pageLimit": 2}));
    let teacher = json!({"id": 5, "institution": 9101, "surname": "Новый", "firstname": "Учитель"});
    assert_eq!(before.control("POST", "seed", Some(&json!({"teachers": [teacher]}))).status, 200);
    let token = before.token(DIRECTOR);
    drop(before);
    let after = Portal::over(over(folder.path()));
    assert_eq!(ids(&after.get(&token, TEACHERS)), [5, 700001]);
}

#[test]
fn a_seed_may_replace_the_first_people_and_state_shows_no_secrets() {
    let portal = Portal::new();
    let account = json!({"login": "x", "password": "secret", "institutions": [1], "staff": true});
    let seed = json!({"replace": true, "institutions": [{"id": 1, "name": "Школа"}], "accounts": [account]});
    assert_eq!(portal.control("POST", "seed", Some(&seed)).status, 200);
    let state = portal.state();
    assert_eq!(state["accounts"], json!([{"login": "x", "institutions": [1], "staff": true}]));
    assert_eq!((state["teachers"].clone(), state["sessions"].clone()), (json!([]), json!(0)));
}

#[test]
fn a_spoilt_file_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("petersburg.json"), "{").expect("a file");
    let error = Stand::spawn(over(folder.path())).err().expect("an error").to_string();
    assert!(error.starts_with("cannot read the state in ") && error.contains("\nhint: "), "{error}");
}
