//! How often a token may call.

use serde_json::json;

use super::fixture::{ACCOUNT, CHAT, PUPIL_TOKEN, TOKEN, Vk};

/// The clock stands still for no test: the second is made long instead, so that all calls lie within it.
fn patient() -> Vk {
    let vk = Vk::limited();
    vk.settings(&json!({"secondMs": 60_000}));
    vk
}

#[test]
fn a_community_has_twenty_calls_a_second_a_person_three() {
    let vk = patient();
    let served = |token: &str| {
        let codes = (0..25).map(|_| vk.call(token, "groups.getById", &[("group_id", "101")]));
        codes.take_while(|body| body.get("response").is_some()).count()
    };
    assert_eq!([served(TOKEN), served(ACCOUNT), served(PUPIL_TOKEN)], [20, 3, 3], "each token for itself");
    assert_eq!(vk.code(TOKEN, "groups.getById", &[]), 6);
    vk.advance_clock(60_000);
    assert_eq!(served(ACCOUNT), 3);
}

#[test]
fn a_method_has_a_quota_where_it_is_set() {
    let vk = Vk::new();
    vk.settings(&json!({"quotas": {"messages.createChat": 1}}));
    vk.chat("Алгебра", &[]);
    assert_eq!(vk.code(TOKEN, "messages.createChat", &[("title", "Физика")]), 29);
    vk.ok("groups.getById", &[]);
    vk.advance_clock(3_600_000);
    vk.chat("Физика", &[]);
}

#[test]
fn the_same_writing_call_again_is_too_much_where_that_is_set() {
    let vk = Vk::new();
    vk.settings(&json!({"alike": 2}));
    vk.chat("Алгебра", &[]);
    let say = |text: &str, random_id: &str| {
        let params = [("peer_id", CHAT), ("message", text), ("random_id", random_id)];
        vk.call(TOKEN, "messages.send", &params)["error"]["error_code"].as_u64().unwrap_or_default()
    };
    assert_eq!([say("раз", "1"), say("раз", "2"), say("раз", "3"), say("два", "4")], [0, 0, 9, 0]);
    (0..5).for_each(|_| drop(vk.ok("messages.getHistory", &[("peer_id", CHAT)])));
    vk.advance_clock(60_000);
    assert_eq!(say("раз", "5"), 0);
}

#[test]
fn refusals_for_frequency_come_before_those_for_parameters() {
    let vk = patient();
    (0..3).for_each(|_| drop(vk.ok_as(ACCOUNT, "users.get", &[])));
    assert_eq!(vk.code(ACCOUNT, "messages.editChat", &[]), 6);
}
