//! Misbehaviour on order, beside the wrong tokens.

use serde_json::json;

use super::fixture::{CONFIRMED, Esia, ask, redeem, returned, text, value};

#[test]
fn a_refusal_by_code_takes_the_form_of_the_place() {
    let esia = Esia::new();
    let code = esia.code("confirmed", &ask(&[]));
    let token = esia.access("confirmed", "fullname");
    esia.fault(&json!({}), &json!({"kind": "refusal", "code": "ESIA-007008"}));
    let reply = esia.te(&redeem(&code, &[]));
    assert_eq!((reply.status, &reply.value()["error"]), (503, &json!("temporarily_unavailable")));
    assert!(text(&reply.value()["error_description"]).starts_with("ESIA-007008: "));
    let back = esia.ask(&ask(&[]));
    let location = back.header("location").expect("a redirect");
    assert_eq!(returned(location, "error").as_deref(), Some("temporarily_unavailable"));
    let person = esia.rs(&token, &format!("/prns/{CONFIRMED}"));
    assert_eq!((person.status, &person.value()["code"]), (500, &json!("ESIA-007008")));
    esia.control("DELETE", "faults", None);
    assert_eq!(esia.te(&redeem(&code, &[])).status, 200, "the code was not used up");
}

#[test]
fn codes_that_nobody_knows_cannot_be_ordered() {
    let esia = Esia::new();
    for effect in [
        json!({"kind": "refusal", "code": "ESIA-999999"}),
        json!({"kind": "wrongToken", "wrong": "green"}),
        json!({"kind": "storeNothing"}),
    ] {
        let reply = esia.control("POST", "faults", Some(&json!({"faults": [{"effect": effect}]})));
        assert_eq!(reply.status, 400, "{effect}");
    }
}

#[test]
fn another_state_comes_back() {
    let esia = Esia::new();
    esia.fault(&json!({"template": "/aas/oauth2/v3/te"}), &json!({"kind": "otherState"}));
    let request = redeem(&esia.code("confirmed", &ask(&[])), &[]);
    let answer = esia.te(&request).value();
    assert_ne!(text(&answer["state"]), value(&request, "state"));
}

#[test]
fn what_any_stand_in_can_do_this_one_can_too() {
    let esia = Esia::new();
    let at_te = json!({"template": "/aas/oauth2/v3/te"});
    let struck = |effect| {
        let request = redeem(&esia.code("confirmed", &ask(&[])), &[]);
        esia.fault(&at_te, &effect);
        let reply = esia.te(&request);
        esia.control("DELETE", "faults", None);
        reply
    };
    let page = struck(json!({"kind": "status", "status": 502, "html": true}));
    assert_eq!((page.status, page.header("content-type")), (502, Some("text/html")));
    assert!(page.body.contains("Service Temporarily Unavailable"), "{}", page.body);
    let json = struck(json!({"kind": "status", "status": 503, "retryAfterS": 7}));
    assert_eq!((json.status, json.header("retry-after")), (503, Some("7")));
    assert!(json.body.contains("ESIA-007008"), "{}", json.body);
    let half = struck(json!({"kind": "truncatedJson"}));
    assert_eq!(half.status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&half.body).is_err());
    assert!(struck(json!({"kind": "resetBefore"})).broken.is_some());
    let log = esia.control("GET", "requests", None).value();
    let faults: Vec<&serde_json::Value> =
        log.as_array().expect("a list").iter().map(|entry| &entry["fault"]).filter(|fault| fault.is_string()).collect();
    assert_eq!(faults, ["status", "status", "truncatedJson", "resetBefore"]);
}
