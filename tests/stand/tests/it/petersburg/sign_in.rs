//! Login and password for a token; where it is taken, how long it lives.

use serde_json::json;

use super::fixture::{DIRECTOR, PASSWORD, Portal, SCHOOLS, TEACHERS, fresh, is_sign_in_page};

#[test]
fn a_right_password_gives_a_token_as_member_and_as_cookie() {
    let portal = Portal::new();
    let reply = portal.sign_in(DIRECTOR, PASSWORD);
    let token = reply.value()["data"]["token"].as_str().expect("a token").to_owned();
    assert_eq!(fresh(&reply), Some(token.clone()));
    let whole = json!({"data": {"token": token}, "validations": [], "messages": [], "debug": []});
    assert_eq!((reply.status, reply.value()), (200, whole));
    assert_eq!(portal.get(&token, SCHOOLS).status, 200);
}

#[test]
fn a_wrong_password_is_400_and_gives_none() {
    let portal = Portal::new();
    for (login, password) in [(DIRECTOR, "wrong"), ("nobody@example.org", PASSWORD), ("", "")] {
        let reply = portal.sign_in(login, password);
        assert_eq!((reply.status, fresh(&reply)), (400, None), "{login}");
        assert_eq!(reply.value()["validations"][0]["message"], "Неверный логин или пароль");
    }
    let other_kind = json!({"type": "esia", "login": DIRECTOR, "password": PASSWORD});
    assert_eq!(portal.call("POST", "/api/user/auth/login").json(&other_kind).send().status, 400);
    let form = [("type", "email"), ("login", DIRECTOR), ("password", PASSWORD)];
    assert_eq!(portal.call("POST", "/api/user/auth/login").form(&form).send().status, 400, "JSON only");
}

#[test]
fn the_token_travels_in_the_cookie_or_in_the_header() {
    let portal = Portal::new();
    let token = portal.token(DIRECTOR);
    let by = |name: &str, value: &str| {
        let reply = portal.call("GET", TEACHERS).header(name, value).send();
        reply.header("content-type").is_some_and(|kind| kind.starts_with("application/json"))
    };
    let both = || (by("Cookie", &format!("X-JWT-Token={token}")), by("X-JWT-Token", &token));
    assert_eq!(both(), (true, true));
    portal.settings(&json!({"tokenIn": "cookie"}));
    assert_eq!(both(), (true, false));
    portal.settings(&json!({"tokenIn": "header"}));
    assert_eq!(both(), (false, true));
}

#[test]
fn whoever_is_not_signed_in_gets_a_page_with_200_or_401() {
    let portal = Portal::new();
    for token in ["", "unknown"] {
        assert!(is_sign_in_page(&portal.get(token, TEACHERS)));
    }
    portal.settings(&json!({"loggedOut": "status"}));
    let reply = portal.get("unknown", TEACHERS);
    assert_eq!(
        (reply.status, &reply.value()["messages"][0]["message"]),
        (401, &json!("Требуется авторизация"))
    );
}

#[test]
fn an_answer_brings_a_fresh_token_and_the_one_before_lives_to_its_own_end() {
    let portal = Portal::new();
    let first = portal.token(DIRECTOR);
    portal.advance_clock(20 * 3_600_000);
    let second = fresh(&portal.get(&first, TEACHERS)).expect("a fresh token");
    assert_ne!(first, second);
    assert!(!is_sign_in_page(&portal.get(&first, TEACHERS)));
    portal.advance_clock(5 * 3_600_000);
    assert!(is_sign_in_page(&portal.get(&first, TEACHERS)), "after a day and an hour");
    assert!(!is_sign_in_page(&portal.get(&second, TEACHERS)));
    portal.settings(&json!({"reissue": false, "tokenLifetimeS": 60}));
    let short = portal.token(DIRECTOR);
    assert_eq!(fresh(&portal.get(&short, TEACHERS)), None);
    portal.advance_clock(61_000);
    assert!(is_sign_in_page(&portal.get(&short, TEACHERS)));
}
