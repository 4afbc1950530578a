//! Every method's answer in the form that VK's schema gives it, and the schema's opinion on what is wrong on purpose.

use serde_json::{Value, json};

use super::fixture::{ACCOUNT, CHAT, COMMUNITY, DELETED, PARTNER, PUPIL, PUPIL_TOKEN, TEACHER, TOKEN, Vk};
use super::schema::Schema;

/// Method, answer by its name in the schema, token, parameters.
type Case<'a> = (&'a str, &'a str, &'a str, Vec<(&'a str, &'a str)>);

/// In this order they tell one story: a chat, its members, what is said in it, a call. `link` leads into the chat.
fn story<'a>(link: &'a str, call: &'a str) -> Vec<Case<'a>> {
    let group = ("group_id", COMMUNITY);
    let peer = ("peer_id", CHAT);
    let message = ("message", "Урок в 10:00");
    vec![
        (
            "messages.createChat",
            "response",
            TOKEN,
            vec![("title", "Алгебра · 5-А"), ("user_ids", "501,601"), group],
        ),
        ("messages.editChat", "response", TOKEN, vec![("chat_id", "1"), ("title", "Алгебра · 5-Б")]),
        ("messages.getInviteLink", "response", TOKEN, vec![peer, ("reset", "0"), group]),
        (
            "messages.getConversationMembers",
            "response",
            TOKEN,
            vec![peer, ("extended", "1"), ("count", "1000")],
        ),
        ("messages.send", "deprecatedResponse", TOKEN, vec![peer, message, ("random_id", "7")]),
        (
            "messages.send",
            "userIdsResponse",
            TOKEN,
            vec![("peer_ids", "2000000001,602"), message, ("random_id", "8")],
        ),
        ("messages.pin", "response", TOKEN, vec![peer, ("cmid", "3")]),
        ("messages.getConversations", "response", TOKEN, vec![("extended", "1"), ("count", "200"), group]),
        ("messages.getConversationsById", "response", TOKEN, vec![("peer_ids", CHAT)]),
        (
            "messages.getConversationsById",
            "extendedResponse",
            TOKEN,
            vec![("peer_ids", CHAT), ("extended", "1")],
        ),
        ("messages.getHistory", "response", TOKEN, vec![peer, ("count", "200")]),
        ("messages.getHistory", "extendedResponse", TOKEN, vec![peer, ("extended", "1"), ("rev", "1")]),
        (
            "messages.getByConversationMessageId",
            "response",
            TOKEN,
            vec![peer, ("conversation_message_ids", "1,2,3")],
        ),
        (
            "messages.getByConversationMessageId",
            "extendedResponse",
            TOKEN,
            vec![peer, ("conversation_message_ids", "3"), ("extended", "1")],
        ),
        ("messages.unpin", "response", TOKEN, vec![peer]),
        ("messages.removeChatUser", "response", TOKEN, vec![("chat_id", "1"), ("member_id", "601")]),
        ("messages.getChatPreview", "response", ACCOUNT, vec![("link", link)]),
        ("messages.joinChatByInviteLink", "response", ACCOUNT, vec![("link", link)]),
        ("messages.addChatUser", "response", ACCOUNT, vec![("chat_id", "1"), ("user_id", "601")]),
        ("messages.isMessagesFromGroupAllowed", "response", TOKEN, vec![group, ("user_id", "501")]),
        ("groups.getById", "response", TOKEN, vec![group]),
        ("groups.getMembers", "response", TOKEN, vec![group]),
        ("groups.getMembers", "fieldsResponse", TOKEN, vec![group, ("fields", "screen_name")]),
        ("groups.getMembers", "filterResponse", TOKEN, vec![group, ("filter", "managers")]),
        ("groups.isMember", "response", TOKEN, vec![group, ("user_id", "501")]),
        ("groups.isMember", "userIdsResponse", TOKEN, vec![group, ("user_ids", "501,602")]),
        ("groups.isMember", "extendedResponse", TOKEN, vec![group, ("user_id", "501"), ("extended", "1")]),
        ("groups.getTokenPermissions", "response", TOKEN, vec![]),
        ("users.get", "response", TOKEN, vec![("user_ids", "501,602,603"), ("fields", "screen_name,domain")]),
        ("calls.start", "response", ACCOUNT, vec![group]),
        ("calls.start", "response", PARTNER, vec![]),
        ("calls.forceFinish", "response", ACCOUNT, vec![("call_id", call)]),
    ]
}

/// The community's first chat and a call of the account, so that the story has something to name.
fn prepared(vk: &Vk) -> (String, String) {
    vk.chat("Алгебра · 5-А", &[TEACHER, PUPIL]);
    let link = vk.ok("messages.getInviteLink", &[("peer_id", CHAT)]);
    let call = vk.ok_as(ACCOUNT, "calls.start", &[]);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (text(&link["link"]), text(&call["call_id"]))
}

#[test]
fn every_method_answers_in_the_form_of_the_schema() {
    let vk = Vk::new();
    let (link, call) = prepared(&vk);
    let schema = Schema::get();
    let story = story(&link, &call);
    for (method, answer, token, params) in &story {
        let faults = schema.faults_of_call(method, params);
        assert!(faults.is_empty(), "{method}: {faults:?}");
        let body = vk.raw(token, method, params).value();
        assert!(body.get("response").is_some(), "{method}: {body}");
        let faults = schema.faults_of_answer(method, answer, &body);
        assert!(faults.is_empty(), "{method}, {answer}: {faults:?}\n{body:#}");
    }
    // The schema knows no parameter of this one but the chat, so whom to add is ours.
    let added =
        vk.raw(ACCOUNT, "messages.addChatUsers", &[("chat_id", "1"), ("user_ids", "602,501")]).value();
    let faults = schema.faults_of_answer("messages.addChatUsers", "response", &added);
    assert!(faults.is_empty(), "{faults:?}\n{added:#}");
    let mut told: Vec<&str> = story.iter().map(|case| case.0).chain(["messages.addChatUsers"]).collect();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, schema.methods());
}

#[test]
fn older_versions_get_bare_values() {
    let vk = Vk::new();
    let old = |method: &str, params: &[(&str, &str)]| {
        let params: Vec<_> = params.iter().copied().chain([("v", "5.131")]).collect();
        vk.raw(TOKEN, method, &params).value()["response"].clone()
    };
    assert_eq!(old("messages.createChat", &[("title", "Алгебра")]), json!(1));
    let groups = old("groups.getById", &[]);
    assert_eq!(groups[0]["id"], json!(101));
    let form = json!({ "response": { "groups": groups, "profiles": [] } });
    assert_eq!(Schema::get().faults_of_answer("groups.getById", "response", &form), [""; 0]);
}

#[test]
fn a_refusal_has_the_form_of_the_schema_and_repeats_the_call_without_its_token() {
    let vk = Vk::new();
    let body = vk.call(TOKEN, "messages.editChat", &[("chat_id", "9"), ("title", "х")]);
    insta::assert_snapshot!(format!("{body:#}"));
}

#[test]
fn the_schema_notices_what_is_wrong() {
    let schema = Schema::get();
    let wrong: [(&str, &str, Value); 7] = [
        ("messages.createChat", "response", json!({"response": 5})),
        ("messages.editChat", "response", json!({"response": 0})),
        ("messages.getConversationsById", "response", json!({"response": {}})),
        (
            "messages.getConversationsById",
            "response",
            json!({"response": {"count": 1, "items": [{"peer": {"id": 1, "type": "room"},
            "last_message_id": 0, "last_conversation_message_id": 0, "in_read": 0, "out_read": 0, "version": 0}]}}),
        ),
        ("calls.start", "response", json!({"response": {"call_id": "x", "ok_join_link": "x"}})),
        ("groups.getById", "response", json!({"response": {"groups": [{"id": 1, "ours": 1}]}})),
        ("users.get", "response", json!({"response": [{"first_name": "Анна"}]})),
    ];
    for (method, answer, body) in wrong {
        assert_ne!(schema.faults_of_answer(method, answer, &body), [""; 0], "{method}: {body}");
    }
    assert_ne!(schema.faults("base_error", &json!({"error_msg": "no code"})), [""; 0]);
}

#[test]
fn the_schema_notices_a_missing_member_of_a_real_answer() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[]);
    let mut body = vk.raw(TOKEN, "messages.getConversationsById", &[("peer_ids", CHAT)]).value();
    let schema = Schema::get();
    let acl = &mut body["response"]["items"][0]["chat_settings"]["acl"];
    acl.as_object_mut().expect("an object").remove("can_call");
    let faults = schema.faults_of_answer("messages.getConversationsById", "response", &body);
    assert_eq!(faults.len(), 1, "{faults:?}");
}

#[test]
fn the_schema_notices_a_wrong_call() {
    let schema = Schema::get();
    let wrong: [(&str, &[(&str, &str)]); 6] = [
        ("messages.editChat", &[("title", "х")]),
        ("messages.editChat", &[("chat_id", "2000000001")]),
        ("messages.createChat", &[("permissions", "{}")]),
        ("messages.getHistory", &[("count", "201")]),
        ("messages.send", &[("random_id", "x")]),
        ("calls.forceFinish", &[("call_id", "1")]),
    ];
    for (method, params) in wrong {
        assert_eq!(schema.faults_of_call(method, params).len(), 1, "{method} {params:?}");
    }
}

#[test]
fn every_code_has_the_sentence_of_the_schema() {
    let vk = Vk::new();
    assert_eq!(Schema::get().errors.len(), 62);
    for (code, sentence) in &Schema::get().errors {
        vk.fault(&json!({}), &json!({"kind": "error", "code": code}));
        let error = vk.call(TOKEN, "groups.getById", &[])["error"].clone();
        assert_eq!((&error["error_code"], &error["error_msg"]), (&json!(code), &json!(sentence)));
    }
}

#[test]
fn somebody_deactivated_is_marked() {
    let vk = Vk::new();
    let id = DELETED.to_string();
    let people = vk.ok("users.get", &[("user_ids", &id)]);
    assert_eq!(people[0]["deactivated"], "deleted");
    let fields = [("user_ids", "602"), ("fields", "can_invite_to_chats")];
    assert_eq!(vk.raw(TOKEN, "users.get", &fields).value()["response"][0]["can_invite_to_chats"], false);
    assert_eq!(vk.ok_as(PUPIL_TOKEN, "users.get", &[])[0]["id"], json!(PUPIL));
}
