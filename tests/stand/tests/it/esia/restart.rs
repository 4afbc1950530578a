//! A restart over the same folder goes on where it was.

use exchange_stand::esia::Options;
use serde_json::json;

use super::fixture::{CONFIRMED, Esia, SCOPE, ask, redeem, refresh, text};

fn over(folder: &std::path::Path) -> Esia {
    Esia::reopened(Options { data: Some(folder.to_owned()), ..Options::default() })
}

#[test]
fn keys_systems_codes_and_tokens_survive() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = over(folder.path());
    before.register(&json!({}));
    before.settings(&json!({"signingKey": 3}));
    let tokens = before.tokens("confirmed", SCOPE);
    let code = before.code("confirmed", &ask(&[]));
    let certificates = before.control("GET", "certificates", None).body;
    drop(before);

    let after = over(folder.path());
    assert_eq!(after.control("GET", "certificates", None).body, certificates);
    assert_eq!(after.rs(&text(&tokens["access_token"]), &format!("/prns/{CONFIRMED}")).status, 200);
    assert_eq!(after.te(&refresh(&text(&tokens["refresh_token"]))).status, 200);
    assert_eq!(after.te(&redeem(&code, &[])).status, 200);
}

#[test]
fn a_seed_may_replace_the_first_people() {
    let esia = Esia::new();
    let persona = json!({"oid": 1, "login": "x", "password": "y", "level": "standard", "lastName": "Некто",
        "firstName": "Один", "birthDate": "2000-01-01", "gender": "M"});
    assert_eq!(esia.control("POST", "seed", Some(&json!({"replace": true, "personas": [persona]}))).status, 200);
    let state = esia.control("GET", "state", None).value();
    assert_eq!(state["personas"].as_array().map(Vec::len), Some(1));
    assert_eq!((&state["personas"][0]["password"], state["clients"].as_array().map(Vec::len)), (&json!(""), Some(0)));
}

#[test]
fn a_spoilt_file_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("esia.json"), "{").expect("a file");
    let options = Options { data: Some(folder.path().to_owned()), ..Options::default() };
    let error = exchange_stand::Stand::spawn(options).err().expect("an error").to_string();
    assert!(error.starts_with("cannot read the state in ") && error.contains("\nhint: "), "{error}");
}
