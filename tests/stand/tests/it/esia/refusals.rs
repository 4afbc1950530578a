//! What an authorisation request is refused for, and who is told.

use serde_json::json;

use super::fixture::{Esia, Pairs, REDIRECT, ask, pairs, query, returned, signed, unsigned_ask, with};
use crate::client::Reply;

/// What came of a request: the error on the way back, or the code on a page.
fn told(reply: &Reply) -> String {
    match reply.header("location") {
        Some(location) if location.starts_with(REDIRECT) => {
            let get = |name: &str| returned(location, name).unwrap_or_default();
            format!("back: {} {} state={}", get("error"), get("error_description"), get("state"))
        }
        Some(location) => format!("goes on to {}", location.split('?').next().unwrap_or_default()),
        None => {
            let text = reply.body.split("role=\"alert\">").nth(1).and_then(|rest| rest.split('<').next());
            format!("page {}: {}", reply.status, text.unwrap_or("no alert"))
        }
    }
}

#[test]
fn each_fault_of_a_request_has_its_code() {
    let esia = Esia::new();
    esia.register(&json!({"scopes": ["openid", "fullname", "birthdate", "snils", "org_ogrn"]}));
    let mut all = format!("a good one: {}\n", told(&esia.ask(&ask(&[]))));
    let mut try_with = |name: &str, value: &str| {
        let reply = esia.ask(&ask(&[(name, value)]));
        all += &format!("{name}={value}: {}\n", told(&reply));
    };
    for name in ["client_id", "redirect_uri", "response_type", "scope", "state", "timestamp"] {
        try_with(name, "");
    }
    for (name, value) in [
        ("client_id", "NOBODY"),
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", "http://127.0.0.1:8080/callback/.."),
        ("response_type", "token"),
        ("scope", "openid diary"),
        ("scope", "openid inn"),
        ("scope", "openid org_ogrn"),
        ("scope_org", "org_kpp?org_oid=1"),
        ("timestamp", "2026.11.22 08:00:00  0300"),
        ("timestamp", "2020.11.22 08:00:00 +0300"),
        ("access_type", "always"),
        ("person_filter", "conf_acc adults"),
        ("code_challenge_method", "plain"),
        ("permissions", "W10"),
    ] {
        try_with(name, value);
    }
    for name in ["client_secret", "client_certificate_hash"] {
        let reply = esia.ask(&with(ask(&[]), &[(name, "")]));
        all += &format!("{name}=: {}\n", told(&reply));
    }
    for name in ["state", "scope", "redirect_uri", "client_id"] {
        let mut twice = ask(&[]);
        twice.push((name.into(), "again".into()));
        all += &format!("{name} twice: {}\n", told(&esia.ask(&twice)));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_plus_that_was_not_encoded_spoils_the_time() {
    let esia = Esia::new();
    let right = query(&ask(&[]));
    let reply = esia.call("GET", &format!("/aas/oauth2/v2/ac?{}", right.replace("%2B0000", "+0000"))).send();
    let description = returned(reply.header("location").expect("a redirect"), "error_description");
    assert!(description.is_some_and(|text| text.starts_with("ESIA-007014") && text.ends_with("[timestamp]")));
}

#[test]
fn the_window_of_the_time_is_as_wide_as_the_settings_say() {
    let esia = Esia::new();
    let at = |millis: i64| {
        let time = super::fixture::time(super::fixture::now() + millis);
        told(&esia.ask(&ask(&[("timestamp", &time)])))
    };
    assert_eq!((at(-590_000), at(590_000)), ("goes on to /login".into(), "goes on to /login".into()));
    assert!(at(-620_000).contains("ESIA-007015") && at(620_000).contains("ESIA-007015"));
    esia.settings(&json!({"timestampWindowS": 60}));
    assert!(at(-90_000).contains("ESIA-007015"));
}

#[test]
fn addresses_may_be_registered_by_host() {
    let esia = Esia::new();
    let elsewhere = |uri: &str| told(&esia.ask(&ask(&[("redirect_uri", uri)])));
    assert_eq!(elsewhere("http://127.0.0.1:9999/callback"), "goes on to /login", "the port of this computer");
    assert!(elsewhere("http://127.0.0.1:8080/elsewhere").contains("ESIA-007023"));
    esia.settings(&json!({"redirectMatch": "host"}));
    assert_eq!(elsewhere("http://127.0.0.1:8080/elsewhere"), "goes on to /login");
    assert!(elsewhere("http://127.0.0.2:8080/callback").contains("ESIA-007023"));
    assert!(elsewhere("nonsense").contains("ESIA-007023"));
}

#[test]
fn a_system_without_a_certificate_is_told_so() {
    let esia = Esia::new();
    esia.register(&json!({"certificates": []}));
    assert!(told(&esia.ask(&ask(&[]))).contains("ESIA-007002"));
}

#[test]
fn signing_other_parameters_than_those_sent_is_noticed() {
    let esia = Esia::new();
    let good = ask(&[]);
    let changed = |name: &str, value: &str| with(good.clone(), &[(name, value)]);
    for request in [
        changed("scope", "openid"),
        changed("state", "another"),
        changed("redirect_uri", "http://127.0.0.1:8081/callback"),
        changed("timestamp", &super::fixture::time(super::fixture::now() + 5000)),
        changed("scope_org", "org_ogrn?org_oid=1"),
    ] {
        assert!(told(&esia.ask(&request)).contains("ESIA-007053"), "{}", query(&request));
    }
    // Not signed, as clients in use show.
    assert_eq!(told(&esia.ask(&changed("person_filter", "acc_not_kid"))), "goes on to /login");
    let organization: Pairs = pairs(&[("scope_org", "org_ogrn?org_oid=1000500001")]);
    let signed_with = signed([unsigned_ask(), organization].concat(), "");
    assert_eq!(told(&esia.ask(&signed_with)), "goes on to /login");
}
