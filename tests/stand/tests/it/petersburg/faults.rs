//! Misbehaviour on order.

use serde_json::json;

use super::fixture::{DIRECTOR, Portal, SCHOOL, TEACHERS, ids, is_sign_in_page};

#[test]
fn a_request_counts_as_signed_out_and_the_next_does_not() {
    let portal = Portal::new();
    let token = portal.token(DIRECTOR);
    portal.fault(&json!({"template": TEACHERS, "nth": 2}), &json!({"kind": "loggedOut"}));
    let pages = [1, 2, 3].map(|_| is_sign_in_page(&portal.get(&token, TEACHERS)));
    assert_eq!(pages, [false, true, false]);
}

#[test]
fn a_token_may_be_ended() {
    let portal = Portal::new();
    let (token, other) = (portal.token(DIRECTOR), portal.token(DIRECTOR));
    portal.fault(&json!({"times": 1}), &json!({"kind": "expireToken"}));
    assert!([1, 2].iter().all(|_| is_sign_in_page(&portal.get(&token, TEACHERS))));
    assert!(!is_sign_in_page(&portal.get(&other, TEACHERS)));
}

#[test]
fn a_list_may_shift_while_it_is_read() {
    let portal = Portal::new();
    let token = portal.token(DIRECTOR);
    portal.fault(&json!({"nth": 2}), &json!({"kind": "shiftedPage"}));
    let page = |n: u64| {
        ids(&portal.get(&token, &format!("{TEACHERS}?p_institutions[]={SCHOOL}&p_page={n}&p_limit=2")))
    };
    assert_eq!([page(1), page(2)], [vec![700001, 700002], vec![700004, 700005]]);
}

#[test]
fn what_any_stand_in_can_do_this_one_can_too() {
    let portal = Portal::new();
    let token = portal.token(DIRECTOR);
    let struck = |effect| {
        portal.fault(&json!({}), &effect);
        portal.get(&token, TEACHERS)
    };
    let busy = struck(json!({"kind": "status", "status": 503, "retryAfterS": 7}));
    assert_eq!((busy.status, busy.header("retry-after")), (503, Some("7")));
    assert_eq!(busy.value()["messages"][0]["message"], "injected by the stand-in");
    let page = struck(json!({"kind": "htmlPage"}));
    assert!(page.status == 200 && page.body.contains("Bad Gateway"), "{}", page.body);
    assert!(struck(json!({"kind": "resetBefore"})).broken.is_some());
    let log: Vec<_> = portal.requests().iter().map(|entry| entry["fault"].clone()).collect();
    assert_eq!(log, [json!(null), json!("status"), json!("htmlPage"), json!("resetBefore")]);
}
