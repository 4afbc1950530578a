//! Chats of a community: made, named, filled, left, found again.

use serde_json::json;

use super::fixture::{
    ACCOUNT, CHAT, COMMUNITY, DELETED, MANAGER, PUPIL, PUPIL_TOKEN, SHY, TEACHER, TOKEN, Vk,
};

#[test]
fn who_cannot_be_put_in_is_left_out_or_spoils_it_for_all() {
    let vk = Vk::new();
    let made = vk.chat("Алгебра", &[TEACHER, PUPIL, SHY, DELETED, 999]);
    assert_eq!(made, json!({"chat_id": 1, "peer_ids": [TEACHER, PUPIL]}));
    assert_eq!(vk.members(), [-101, TEACHER, PUPIL]);

    vk.settings(&json!({"createChat": "whole"}));
    let refused = |id: i64| {
        let ids = format!("{TEACHER},{id}");
        vk.code(TOKEN, "messages.createChat", &[("title", "Физика"), ("user_ids", &ids)])
    };
    assert_eq!([SHY, DELETED, 999].map(refused), [15, 18, 936]);
    vk.settings(&json!({"privacyCode": 981}));
    assert_eq!(refused(SHY), 981);
    assert_eq!(vk.state()["chats"].as_array().map(Vec::len), Some(1), "a refusal makes no chat");
}

#[test]
fn a_closed_community_takes_its_members_only() {
    let vk = Vk::new();
    let mut seed = super::fixture::seed();
    seed["communities"][0]["closed"] = json!(true);
    seed["communities"][0]["members"] = json!([TEACHER]);
    vk.seed(&seed);
    assert_eq!(vk.chat("Алгебра", &[TEACHER, PUPIL])["peer_ids"], json!([TEACHER]));
    let link = vk.ok("messages.getInviteLink", &[("peer_id", CHAT)])["link"].clone();
    let join = json!({"act": "join", "person": PUPIL, "link": link});
    assert_eq!(vk.control("POST", "act", Some(&join)).status, 400);
    vk.settings(&json!({"createChat": "whole"}));
    let params = [("title", "Физика"), ("user_ids", "601")];
    assert_eq!(vk.code(TOKEN, "messages.createChat", &params), 947);
    vk.act(&json!({"act": "belong", "person": PUPIL, "community": 101, "belongs": true}));
    vk.act(&join);
    assert_eq!(vk.members(), [-101, TEACHER, PUPIL]);
}

#[test]
fn each_caller_has_numbers_of_their_own() {
    let vk = Vk::new();
    vk.ok_as(PUPIL_TOKEN, "messages.createChat", &[("title", "Свой")]);
    assert_eq!(vk.chat("Алгебра", &[PUPIL])["chat_id"], json!(1));
    assert_eq!(vk.chat("Физика", &[PUPIL])["chat_id"], json!(2));
    let theirs = vk.ok_as(PUPIL_TOKEN, "messages.getConversationsById", &[("peer_ids", "2000000002")]);
    assert_eq!(theirs["items"][0]["chat_settings"]["title"], "Алгебра");
    assert_eq!(theirs["items"][0]["chat_settings"]["owner_id"], json!(-101));
    let peers = &vk.state()["chats"][1]["peers"];
    assert_eq!(peers, &json!({"-101": 2_000_000_001_i64, "601": 2_000_000_002_i64}));
}

#[test]
fn two_calls_make_two_chats() {
    let vk = Vk::new();
    assert_ne!(vk.chat("Алгебра", &[]), vk.chat("Алгебра", &[]));
}

#[test]
fn all_conversations_come_by_pages_the_last_spoken_in_first() {
    let vk = Vk::new();
    (1..=5).for_each(|n| drop(vk.chat(&format!("Чат {n}"), &[])));
    vk.send("2000000002", "последнее слово", "1");
    vk.send("501", "лично", "2");
    let page = |offset: &str| {
        let page = vk
            .ok("messages.getConversations", &[("offset", offset), ("count", "4"), ("group_id", COMMUNITY)]);
        assert_eq!(page["count"], json!(6));
        let items = page["items"].as_array().expect("a list").iter();
        items.map(|item| item["conversation"]["peer"]["id"].as_i64().expect("a number")).collect::<Vec<_>>()
    };
    assert_eq!(page("0"), [501, 2000000002, 2000000005, 2000000004]);
    assert_eq!(page("4"), [2000000003, 2000000001]);
    assert_eq!(page("6"), [0; 0]);
}

#[test]
fn a_link_lets_in_until_it_is_made_anew() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[]);
    let link =
        |reset: &str| vk.ok("messages.getInviteLink", &[("peer_id", CHAT), ("reset", reset)])["link"].clone();
    let first = link("0");
    assert_eq!(link("0"), first);
    let joined = vk.act(&json!({"act": "join", "person": PUPIL, "link": first}));
    assert_eq!(joined, json!({"ok": true, "chat": 1}));
    let second = link("1");
    assert_ne!(second, first);
    let late = json!({"act": "join", "person": SHY, "link": first});
    let refused = vk.control("POST", "act", Some(&late));
    assert_eq!(
        (refused.status, refused.value()["description"].clone()),
        (400, json!("954: Invalid join link"))
    );
    vk.act(&json!({"act": "join", "person": SHY, "link": second}));
    assert_eq!(vk.members(), [-101, PUPIL, SHY], "privacy keeps nobody from going in by themselves");
}

#[test]
fn who_is_removed_may_come_back_or_not() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[PUPIL]);
    let remove = [("chat_id", "1"), ("member_id", "601")];
    assert_eq!(vk.ok("messages.removeChatUser", &remove), json!(1));
    assert_eq!(vk.code(TOKEN, "messages.removeChatUser", &remove), 935);
    assert_eq!(vk.code(TOKEN, "messages.removeChatUser", &[("chat_id", "1"), ("member_id", "999")]), 936);
    let theirs = [("peer_id", "2000000001")];
    assert_eq!(vk.code(PUPIL_TOKEN, "messages.getHistory", &theirs), 917);
    let link = vk.ok("messages.getInviteLink", &[("peer_id", CHAT)])["link"].clone();
    let join = json!({"act": "join", "person": PUPIL, "link": link});
    vk.settings(&json!({"removedMayReturn": false}));
    assert_eq!(vk.control("POST", "act", Some(&join)).status, 400);
    vk.settings(&json!({"removedMayReturn": true}));
    vk.act(&join);
    assert_eq!(vk.members(), [-101, PUPIL]);
}

#[test]
fn only_administrators_rename_remove_pin_and_see_the_link() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[PUPIL, TEACHER]);
    let codes = || {
        let edit = vk.code(PUPIL_TOKEN, "messages.editChat", &[("chat_id", "1"), ("title", "х")]);
        let remove =
            vk.code(PUPIL_TOKEN, "messages.removeChatUser", &[("chat_id", "1"), ("member_id", "501")]);
        let see = vk.code(PUPIL_TOKEN, "messages.getInviteLink", &[("peer_id", CHAT)]);
        let reset = vk.code(PUPIL_TOKEN, "messages.getInviteLink", &[("peer_id", CHAT), ("reset", "1")]);
        let pin = vk.code(PUPIL_TOKEN, "messages.pin", &[("peer_id", CHAT), ("cmid", "1")]);
        [edit, remove, see, reset, pin]
    };
    assert_eq!(codes(), [925, 925, 919, 931, 925]);
    vk.act(&json!({"act": "promote", "member": PUPIL, "chat": 1, "admin": true}));
    let edit = [("chat_id", "1"), ("title", "Переименован")];
    assert_eq!(vk.ok_as(PUPIL_TOKEN, "messages.editChat", &edit), json!(1));
    assert_eq!(vk.state()["chats"][0]["title"], "Переименован");
}

#[test]
fn a_community_that_lost_its_chat_is_told_how() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[TEACHER]);
    let code = |number: &str| vk.code(TOKEN, "messages.editChat", &[("chat_id", number), ("title", "х")]);
    assert_eq!(code("7"), 927);
    vk.act(&json!({"act": "disable", "chat": 1, "disabled": true}));
    assert_eq!(code("1"), 945);
    vk.act(&json!({"act": "disable", "chat": 1, "disabled": false}));
    vk.act(&json!({"act": "promote", "member": -101, "chat": 1, "admin": false}));
    assert_eq!(code("1"), 925);
    vk.act(&json!({"act": "leave", "member": -101, "chat": 1}));
    assert_eq!(code("1"), 922);
    let seen = vk.ok("messages.getConversationsById", &[("peer_ids", CHAT)]);
    assert_eq!(seen["items"][0]["chat_settings"]["state"], "left");
}

#[test]
fn a_chat_that_is_not_the_callers_is_left_out_or_refused() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[]);
    let other =
        |vk: &Vk| vk.raw("vk1.a.other", "messages.getConversationsById", &[("peer_ids", CHAT)]).value();
    assert_eq!(other(&vk)["response"], json!({"count": 0, "items": []}));
    vk.settings(&json!({"strangeConversation": "refused"}));
    assert_eq!(other(&vk)["error"]["error_code"], json!(917));
}

#[test]
fn numbers_of_chats_and_of_members_have_an_end_where_it_is_set() {
    let vk = Vk::new();
    vk.settings(&json!({"chatsPerCommunity": 1, "membersPerChat": 2, "longestTitle": 7}));
    let many = [("title", "Алгебра"), ("user_ids", "501,601")];
    assert_eq!(vk.code(TOKEN, "messages.createChat", &many), 103);
    assert_eq!(vk.code(TOKEN, "messages.createChat", &[("title", "Алгебра и начала")]), 100);
    vk.chat("Алгебра", &[PUPIL]);
    assert_eq!(vk.code(TOKEN, "messages.createChat", &[("title", "Физика")]), 103);
}

#[test]
fn managers_are_in_its_chats_from_the_start_where_that_is_set() {
    let vk = Vk::new();
    vk.settings(&json!({"managersJoin": true}));
    vk.chat("Алгебра", &[PUPIL]);
    assert_eq!(vk.members(), [-101, MANAGER, PUPIL]);
    let edit = [("chat_id", "1"), ("title", "Физика")];
    assert_eq!(vk.ok_as(ACCOUNT, "messages.editChat", &edit), json!(1));
}

#[test]
fn members_come_by_pages_and_by_number() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[TEACHER, PUPIL]);
    let ask = |params: &[(&str, &str)]| {
        let params: Vec<_> = [("peer_id", CHAT)].into_iter().chain(params.iter().copied()).collect();
        vk.ok("messages.getConversationMembers", &params)
    };
    let second = ask(&[("offset", "1"), ("count", "1")]);
    assert_eq!(second["count"], json!(3));
    assert_eq!(second["items"][0]["member_id"], json!(TEACHER));
    assert_eq!(second["items"][0]["invited_by"], json!(-101));
    assert_eq!(second["profiles"].as_array().map(Vec::len), Some(1));
    assert_eq!(ask(&[("member_ids", "601,602")])["items"][0]["member_id"], json!(PUPIL));
    let owner = &ask(&[])["items"][0];
    assert_eq!(
        (&owner["is_owner"], &owner["is_admin"], &owner["can_kick"]),
        (&json!(true), &json!(true), &json!(false))
    );
}
