//! Messages: once within the window of their `random_id`, to whom they may go, and how they are read again.

use serde_json::{Value, json};

use super::fixture::{ACCOUNT, CHAT, PUPIL, PUPIL_TOKEN, TEACHER, TOKEN, Vk};

const HOUR: i64 = 3_600_000;

#[test]
fn the_same_random_id_is_one_message_for_an_hour() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[]);
    let many = |text: &str, random_id: &str| {
        let sent = vk.ok("messages.send", &[("peer_ids", CHAT), ("message", text), ("random_id", random_id)]);
        sent[0]["conversation_message_id"].as_u64().expect("a number")
    };
    assert_eq!(many("раз", "7"), 2);
    assert_eq!(many("два", "7"), 2, "what is said anew is not looked at");
    assert_eq!(many("три", "8"), 3);
    vk.advance_clock(HOUR + 1000);
    assert_eq!(many("четыре", "7"), 4);
    vk.settings(&json!({"repeatedRandomId": "zero"}));
    assert_eq!(many("пять", "7"), 0);
    assert_eq!(vk.texts(), ["четыре", "три", "раз"]);
}

#[test]
fn a_hundred_messages_later_it_is_another() {
    let vk = Vk::new();
    vk.settings(&json!({"randomIdMessages": 3}));
    vk.chat("Алгебра", &[]);
    ["1", "2", "3", "1"].iter().for_each(|id| drop(vk.send(CHAT, "текст", id)));
    assert_eq!(vk.texts().len(), 3);
    ["4", "1"].iter().for_each(|id| drop(vk.send(CHAT, "текст", id)));
    assert_eq!(vk.texts().len(), 5);
}

#[test]
fn nought_is_no_random_id_and_none_is_refused() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[]);
    vk.send(CHAT, "текст", "0");
    vk.send(CHAT, "текст", "0");
    assert_eq!(vk.texts().len(), 2);
    assert_eq!(vk.code(TOKEN, "messages.send", &[("peer_id", CHAT), ("message", "текст")]), 100);
    let too_large = [("peer_id", CHAT), ("message", "текст"), ("random_id", "2147483648")];
    assert_eq!(vk.code(TOKEN, "messages.send", &too_large), 100);
}

#[test]
fn in_another_conversation_or_of_another_sender_it_is_another_message() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[PUPIL]);
    vk.chat("Физика", &[]);
    vk.send(CHAT, "сюда", "7");
    vk.send("2000000002", "и сюда", "7");
    let theirs = [("peer_id", CHAT), ("message", "и я"), ("random_id", "7")];
    vk.ok_as(PUPIL_TOKEN, "messages.send", &theirs);
    assert_eq!(vk.texts(), ["и я", "сюда"]);
}

#[test]
fn in_chats_of_a_community_the_message_id_is_nought() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[PUPIL]);
    assert_eq!(vk.send(CHAT, "в чат", "1"), json!(0));
    assert_ne!(vk.send("501", "лично", "1"), json!(0));
    let by_id = [("peer_id", CHAT), ("message_id", "0")];
    assert_eq!(vk.code(TOKEN, "messages.pin", &by_id), 100);
    let pinned = vk.ok("messages.pin", &[("peer_id", CHAT), ("cmid", "2")]);
    assert_eq!((&pinned["text"], &pinned["id"]), (&json!("в чат"), &json!(0)));
    let chat = vk.ok("messages.getConversationsById", &[("peer_ids", CHAT)]);
    assert_eq!(chat["items"][0]["chat_settings"]["pinned_message"]["text"], "в чат");
    vk.ok("messages.unpin", &[("peer_id", CHAT)]);
    assert_eq!(vk.state()["chats"][0]["pinned"], Value::Null);
}

#[test]
fn history_shows_a_random_id_to_its_sender_only() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[PUPIL]);
    vk.send(CHAT, "объявление", "77");
    vk.act(&json!({"act": "say", "member": PUPIL, "chat": 1, "text": "ответ"}));
    let seen = |token: &str| {
        let history = vk.ok_as(token, "messages.getHistory", &[("peer_id", CHAT), ("count", "2")]);
        let items = history["items"].as_array().expect("a list").clone();
        items
            .iter()
            .map(|item| (item["text"].clone(), item["random_id"].clone(), item["out"].clone()))
            .collect::<Vec<_>>()
    };
    let entry = |text: &str, random_id: i64, out: i64| (json!(text), json!(random_id), json!(out));
    assert_eq!(seen(TOKEN), [entry("ответ", 0, 0), entry("объявление", 77, 1)]);
    assert_eq!(seen(PUPIL_TOKEN), [entry("ответ", 0, 1), entry("объявление", 0, 0)]);
}

#[test]
fn history_comes_by_pages_either_way() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[]);
    (1..=5).for_each(|n| drop(vk.send(CHAT, &format!("сообщение {n}"), &n.to_string())));
    let texts = |params: &[(&str, &str)]| {
        let params: Vec<_> = [("peer_id", CHAT)].into_iter().chain(params.iter().copied()).collect();
        let history = vk.ok("messages.getHistory", &params);
        assert_eq!(history["count"], json!(6));
        let items = history["items"].as_array().expect("a list").iter();
        items.map(|item| item["text"].as_str().expect("a text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts(&[("offset", "1"), ("count", "2")]), ["сообщение 4", "сообщение 3"]);
    assert_eq!(texts(&[("rev", "1"), ("offset", "1"), ("count", "2")]), ["сообщение 1", "сообщение 2"]);
    let some = [("peer_id", CHAT), ("conversation_message_ids", "3,99")];
    let some = vk.ok("messages.getByConversationMessageId", &some);
    assert_eq!((&some["count"], &some["items"][0]["text"]), (&json!(1), &json!("сообщение 2")));
}

#[test]
fn a_person_is_written_to_only_when_they_let_the_community() {
    let vk = Vk::new();
    let to = |id: i64| {
        let id = id.to_string();
        let body =
            vk.call(TOKEN, "messages.send", &[("user_id", &id), ("message", "привет"), ("random_id", "0")]);
        body["error"]["error_code"].as_u64().unwrap_or_default()
    };
    let allowed = |id: i64| {
        let id = id.to_string();
        vk.ok("messages.isMessagesFromGroupAllowed", &[("group_id", "101"), ("user_id", &id)])["is_allowed"]
            .clone()
    };
    assert_eq!([to(TEACHER), to(PUPIL), to(999)], [0, 901, 936]);
    assert_eq!([allowed(TEACHER), allowed(PUPIL)], [json!(1), json!(0)]);
    vk.act(&json!({"act": "write", "person": PUPIL, "community": 101, "text": "здравствуйте"}));
    assert_eq!((to(PUPIL), allowed(PUPIL)), (0, json!(1)));
    vk.act(&json!({"act": "block", "person": PUPIL, "community": 101, "blocked": true}));
    assert_eq!((to(PUPIL), allowed(PUPIL)), (900, json!(0)));
    vk.act(&json!({"act": "allow", "person": TEACHER, "community": 101, "allowed": false}));
    assert_eq!(to(TEACHER), 901);
    vk.act(&json!({"act": "deactivate", "person": TEACHER, "deactivated": "banned"}));
    assert_eq!(to(TEACHER), 18);
}

#[test]
fn a_recipient_has_several_names() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[]);
    for (n, to) in
        [("domain", "id501"), ("user_id", "501"), ("peer_id", "501"), ("chat_id", "1")].iter().enumerate()
    {
        vk.ok("messages.send", &[*to, ("message", "раз"), ("random_id", &(n + 1).to_string())]);
    }
    assert_eq!(
        vk.code(TOKEN, "messages.send", &[("domain", "nobody"), ("message", "раз"), ("random_id", "9")]),
        936
    );
    let state = vk.state();
    assert_eq!(state["dialogues"][0]["messages"].as_array().map(Vec::len), Some(3));
    assert_eq!(vk.texts(), ["раз"]);
}

#[test]
fn one_of_many_recipients_may_fail() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[]);
    let sent =
        vk.ok("messages.send", &[("peer_ids", "2000000001,601"), ("message", "раз"), ("random_id", "1")]);
    assert_eq!(sent[0], json!({"peer_id": 2_000_000_001_i64, "message_id": 0, "conversation_message_id": 2}));
    assert_eq!(sent[1]["error"]["code"], json!(901));
    assert_eq!(vk.texts(), ["раз"]);
}

#[test]
fn a_message_has_something_in_it_and_an_end() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[]);
    let code = |message: &str, more: (&str, &str)| {
        vk.code(TOKEN, "messages.send", &[("peer_id", CHAT), ("message", message), ("random_id", "0"), more])
    };
    assert_eq!(code(" ", ("lang", "ru")), 100);
    assert_eq!(code(&"я".repeat(9001), ("lang", "ru")), 914);
    assert_eq!(code("кнопки", ("keyboard", "[")), 911);
    vk.send(CHAT, &"я".repeat(9000), "0");
}

#[test]
fn a_quiet_chat_is_for_administrators() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[PUPIL]);
    vk.act(&json!({"act": "quiet", "chat": 1, "quiet": true}));
    let params = [("peer_id", CHAT), ("message", "а я?"), ("random_id", "0")];
    assert_eq!(vk.code(PUPIL_TOKEN, "messages.send", &params), 1012);
    vk.send(CHAT, "объявление", "0");
}

#[test]
fn a_manager_speaks_for_the_community_and_nobody_else_does() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[PUPIL]);
    let params = [("peer_id", CHAT), ("message", "от школы"), ("random_id", "0"), ("group_id", "101")];
    vk.ok_as(ACCOUNT, "messages.send", &params);
    assert_eq!(vk.code(PUPIL_TOKEN, "messages.send", &params), 15);
    assert_eq!(vk.state()["chats"][0]["messages"][1]["from"], json!(-101));
}

#[test]
fn who_has_left_a_chat_writes_there_no_more() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[PUPIL]);
    let params = [("peer_id", CHAT), ("message", "ушёл"), ("random_id", "0")];
    vk.act(&json!({"act": "leave", "member": PUPIL, "chat": 1}));
    assert_eq!(vk.code(PUPIL_TOKEN, "messages.send", &params), 922);
}
