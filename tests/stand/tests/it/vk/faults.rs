//! Misbehaviour on order, by the name of a method.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::fixture::{CHAT, PUPIL, TOKEN, Vk};
use crate::client::Call;

fn chats(vk: &Vk) -> usize {
    vk.state()["chats"].as_array().expect("a list").len()
}

fn create(vk: &Vk) -> crate::client::Reply {
    vk.raw(TOKEN, "messages.createChat", &[("title", "Алгебра"), ("user_ids", "601")])
}

#[test]
fn the_effect_happens_and_the_answer_is_lost() {
    for kind in ["resetAfter", "resetMidAnswer", "truncatedJson"] {
        let vk = Vk::new();
        vk.fault(&json!({"template": "messages.createChat", "times": 1}), &json!({"kind": kind}));
        let reply = create(&vk);
        assert!(reply.broken.is_some() || serde_json::from_str::<Value>(&reply.body).is_err(), "{kind}");
        assert_eq!(chats(&vk), 1, "{kind}");
        assert_eq!(vk.ok("messages.getConversations", &[])["count"], json!(1), "{kind}");
        assert_eq!(
            create(&vk).value()["response"]["chat_id"],
            json!(2),
            "a repetition makes another: {kind}"
        );
    }
}

#[test]
fn an_answer_may_never_come() {
    let vk = Vk::new();
    let effect = json!({"kind": "loseAnswer", "closeAfterMs": 10});
    vk.fault(&json!({"template": "messages.createChat"}), &effect);
    let reply = create(&vk);
    assert_eq!((reply.status, reply.body.as_str()), (0, ""));
    assert_eq!(chats(&vk), 1);
}

#[test]
fn nothing_happens_where_the_call_never_arrives() {
    let vk = Vk::new();
    for effect in [
        json!({"kind": "resetBefore"}),
        json!({"kind": "htmlPage"}),
        json!({"kind": "status", "status": 502, "html": true}),
    ] {
        vk.fault(&json!({"template": "messages.createChat", "times": 1}), &effect);
        let reply = create(&vk);
        assert!(serde_json::from_str::<Value>(&reply.body).is_err(), "{effect}");
        assert_eq!(chats(&vk), 0, "{effect}");
    }
    assert_eq!(create(&vk).status, 200);
}

#[test]
fn a_slow_answer_is_late() {
    let vk = Vk::new();
    vk.fault(&json!({"template": "groups.getById"}), &json!({"kind": "latency", "ms": 200}));
    let begin = Instant::now();
    vk.ok("groups.getById", &[]);
    assert!(begin.elapsed() >= Duration::from_millis(200));
}

#[test]
fn any_code_comes_on_order_before_or_after_the_effect() {
    let vk = Vk::new();
    let of_create = json!({"template": "messages.createChat", "times": 1});
    for (effect, stored) in [
        (json!({"kind": "error", "code": 10}), 0),
        (json!({"kind": "error", "code": 958, "text": "Something new"}), 0),
        (json!({"kind": "error", "code": 1, "stored": true}), 1),
    ] {
        vk.fault(&of_create, &effect);
        let body = create(&vk).value();
        assert_eq!(body["error"]["error_code"], effect["code"]);
        assert_eq!(chats(&vk), stored, "{effect}");
    }
    assert_eq!(create(&vk).value()["response"]["chat_id"], json!(2));
}

#[test]
fn codes_bring_the_members_that_belong_to_them() {
    let vk = Vk::new();
    let members = |effect: &Value| {
        vk.fault(&json!({}), effect);
        let error = vk.call(TOKEN, "groups.getById", &[])["error"].clone();
        let usual = ["error_code", "error_msg", "request_params"];
        let more = error.as_object().expect("an object").keys().filter(|key| !usual.contains(&key.as_str()));
        more.cloned().collect::<Vec<_>>()
    };
    assert_eq!(members(&json!({"kind": "error", "code": 14})), ["captcha_img", "captcha_sid"]);
    assert_eq!(members(&json!({"kind": "error", "code": 17})), ["redirect_uri"]);
    assert_eq!(members(&json!({"kind": "error", "code": 24})), ["confirmation_text"]);
    assert_eq!(members(&json!({"kind": "error", "code": 15, "subcode": 1133})), ["error_subcode"]);
    assert_eq!(members(&json!({"kind": "captcha"})), ["captcha_img", "captcha_sid"]);
    assert_eq!(members(&json!({"kind": "captcha", "form": "page"})), ["redirect_uri", "remixstlid"]);
}

#[test]
fn a_captcha_goes_away_with_an_answer_to_it() {
    let vk = Vk::new();
    for (form, answer) in [
        ("picture", vec![("captcha_sid", "7"), ("captcha_key", "котик")]),
        ("page", vec![("success_token", "t")]),
    ] {
        vk.fault(&json!({"template": "users.get"}), &json!({"kind": "captcha", "form": form}));
        assert_eq!(vk.code(TOKEN, "users.get", &[("user_ids", "601")]), 14);
        let params: Vec<_> = [("user_ids", "601")].into_iter().chain(answer).collect();
        assert_eq!(vk.ok("users.get", &params)[0]["id"], json!(PUPIL));
    }
}

#[test]
fn a_token_dies_in_the_middle() {
    let vk = Vk::new();
    vk.fault(&json!({"template": "messages.createChat", "nth": 2}), &json!({"kind": "revokeToken"}));
    assert_eq!(create(&vk).value()["response"]["chat_id"], json!(1));
    assert_eq!(create(&vk).value()["error"]["error_code"], json!(5));
    assert_eq!(vk.code(TOKEN, "groups.getById", &[]), 5);
    assert_eq!(vk.state()["tokens"][0]["revoked"], json!(false), "the others live");
}

#[test]
fn a_plausible_answer_may_be_all_there_is() {
    let vk = Vk::new();
    vk.fault(&json!({"template": "messages.createChat", "times": 1}), &json!({"kind": "storeNothing"}));
    assert_eq!(create(&vk).value()["response"], json!({"chat_id": 1, "peer_ids": [PUPIL]}));
    assert_eq!(chats(&vk), 0);
    create(&vk);
    assert_eq!(vk.state()["chats"][0]["id"], json!(2), "the stand-in's own number is used up");
}

#[test]
fn what_is_written_may_show_only_later() {
    let vk = Vk::new();
    vk.fault(&json!({"prefix": "messages."}), &json!({"kind": "visibleAfter", "ms": 60_000}));
    create(&vk);
    vk.send(CHAT, "раз", "1");
    let seen = || (vk.ok("messages.getConversations", &[])["count"].clone(), vk.texts().len());
    assert_eq!(seen(), (json!(0), 0));
    vk.advance_clock(60_000);
    assert_eq!(seen(), (json!(1), 1));
}

#[test]
fn the_log_names_methods_and_the_counters_tell_reads_from_writes() {
    let vk = Vk::new();
    create(&vk);
    vk.ok("groups.getById", &[]);
    Call::new(vk.stand.addr(), "GET", "/method/groups.getById.json").send();
    let log: Vec<Value> = vk.requests().iter().map(|entry| entry["template"].clone()).collect();
    assert_eq!(log, ["messages.createChat", "groups.getById", "groups.getById"]);
    let counters = vk.state()["counters"].clone();
    assert_eq!((&counters["reads"], &counters["writes"]), (&json!(2), &json!(1)));
}

#[test]
fn unknown_effects_and_codes_are_not_taken() {
    let vk = Vk::new();
    for effect in [
        json!({"kind": "nonsense"}),
        json!({"kind": "error", "code": 0}),
        json!({"kind": "captcha", "form": "song"}),
    ] {
        let faults = json!({"faults": [{"effect": effect}]});
        assert_eq!(vk.control("POST", "faults", Some(&faults)).status, 400, "{effect}");
    }
}
