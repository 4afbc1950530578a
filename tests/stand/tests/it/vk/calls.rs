//! Video calls: of the public API, and as the web client plans them.

use serde_json::{Value, json};

use super::fixture::{ACCOUNT, PARTNER, PUPIL_TOKEN, Vk};

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[test]
fn a_call_is_started_and_ended_by_whoever_started_it() {
    let vk = Vk::new();
    let started = vk.ok_as(ACCOUNT, "calls.start", &[("group_id", "101")]);
    let (id, join) = (text(&started["call_id"]), text(&started["ok_join_link"]));
    assert_eq!((id.len(), join.len()), (36, 43));
    assert_eq!(text(&started["join_link"]), format!("https://vk.com/call/join/{join}"));
    let end = [("call_id", id.as_str())];
    assert_eq!(vk.code(PUPIL_TOKEN, "calls.forceFinish", &end), 951);
    assert_eq!(vk.ok_as(ACCOUNT, "calls.forceFinish", &end), json!(1));
    assert_eq!(vk.code(ACCOUNT, "calls.forceFinish", &end), 951);
    let call = &vk.state()["calls"][0];
    assert_eq!((&call["state"], &call["by"], &call["group"]), (&json!("finished"), &json!(700), &json!(101)));
    assert_eq!(call["joinLink"], started["join_link"]);
    assert_eq!(vk.code(ACCOUNT, "calls.start", &[("group_id", "9")]), 125);
}

#[test]
fn a_partner_may_call_with_a_communitys_token() {
    let vk = Vk::new();
    vk.ok_as(PARTNER, "calls.start", &[]);
    assert_eq!(vk.state()["calls"][0]["by"], json!(-101));
}

/// The account plans a lesson; the schema knows neither the parameters nor the methods.
fn planned(vk: &Vk, name: &str, time: &str) -> String {
    let params = [("name", name), ("time", time), ("duration", "2700"), ("group_id", "101")];
    text(&vk.raw(ACCOUNT, "calls.start", &params).value()["response"]["call_id"])
}

fn listed(vk: &Vk, params: &[(&str, &str)]) -> Value {
    vk.raw(ACCOUNT, "messages.getScheduledCalls", params).value()["response"].clone()
}

#[test]
fn without_the_setting_nothing_is_planned() {
    let vk = Vk::new();
    planned(&vk, "Алгебра", "1800000000");
    let call = &vk.state()["calls"][0];
    assert_eq!(
        (&call["state"], &call["name"], &call["time"]),
        (&json!("running"), &Value::Null, &Value::Null)
    );
    for method in ["messages.editCall", "messages.getScheduledCalls", "messages.deleteScheduledCall"] {
        assert_eq!(vk.raw(ACCOUNT, method, &[]).value()["error"]["error_code"], json!(3), "{method}");
    }
}

#[test]
fn a_planned_call_is_listed_changed_and_deleted() {
    let vk = Vk::new();
    vk.settings(&json!({"scheduledCalls": true}));
    let later = planned(&vk, "Физика", "1800003600");
    let first = planned(&vk, "Алгебра", "1800000000");
    let names = |list: &Value| {
        list["items"].as_array().expect("a list").iter().map(|item| text(&item["name"])).collect::<Vec<_>>()
    };
    assert_eq!(names(&listed(&vk, &[])), ["Алгебра", "Физика"]);
    let page = listed(&vk, &[("count", "1")]);
    assert_eq!((names(&page), text(&page["next_from"])), (vec!["Алгебра".to_owned()], later.clone()));
    assert_eq!(names(&listed(&vk, &[("start_from", &later)])), ["Физика"]);

    let change = [("call_id", first.as_str()), ("time", "1800007200"), ("name", "Алгебра, перенос")];
    assert_eq!(vk.raw(ACCOUNT, "messages.editCall", &change).value()["response"], json!(1));
    let moved = &listed(&vk, &[])["items"][1];
    assert_eq!(
        (text(&moved["name"]), &moved["time"], &moved["duration"]),
        ("Алгебра, перенос".into(), &json!(1_800_007_200), &json!(2700))
    );

    let delete = [("call_id", later.as_str())];
    assert_eq!(vk.raw(ACCOUNT, "messages.deleteScheduledCall", &delete).value()["response"], json!(1));
    assert_eq!(
        vk.raw(ACCOUNT, "messages.deleteScheduledCall", &delete).value()["error"]["error_code"],
        json!(951)
    );
    assert_eq!(names(&listed(&vk, &[])), ["Алгебра, перенос"]);
    assert_eq!(
        vk.raw(PUPIL_TOKEN, "messages.getScheduledCalls", &[]).value()["response"]["items"],
        json!([])
    );
}
