//! What is refused, and in which order the checks come.

use serde_json::json;

use super::fixture::{ACCOUNT, COMMUNITY, PUPIL_TOKEN, TOKEN, Vk};
use crate::client::Call;

fn code(vk: &Vk, token: &str, method: &str, params: &[(&str, &str)]) -> u64 {
    let body = vk.raw(token, method, params).value();
    body["error"]["error_code"].as_u64().unwrap_or_else(|| panic!("{method} is not refused: {body}"))
}

#[test]
fn method_token_kind_right_and_parameters_are_looked_at_in_this_order() {
    let vk = Vk::new();
    assert_eq!(code(&vk, "nobody's", "messages.noSuch", &[]), 3);
    assert_eq!(code(&vk, TOKEN, "Messages.send", &[]), 3, "names are compared as they are written");
    assert_eq!(code(&vk, "", "calls.start", &[]), 15);
    assert_eq!(code(&vk, "nobody's", "calls.start", &[]), 5);
    assert_eq!(code(&vk, "vk1.a.poor", "messages.addChatUser", &[]), 27);
    assert_eq!(code(&vk, "vk1.a.poor", "messages.editChat", &[]), 7);
    assert_eq!(code(&vk, TOKEN, "messages.editChat", &[]), 100);
    assert_eq!(code(&vk, TOKEN, "messages.editChat", &[("chat_id", "5"), ("title", "х")]), 927);
    vk.settings(&json!({"missingRightCode": 15}));
    assert_eq!(code(&vk, "vk1.a.poor", "messages.editChat", &[]), 15);
}

#[test]
fn what_is_not_for_a_community_is_refused_to_it() {
    let vk = Vk::new();
    let methods = [
        "messages.addChatUser",
        "messages.addChatUsers",
        "messages.joinChatByInviteLink",
        "messages.getChatPreview",
        "calls.start",
        "calls.forceFinish",
    ];
    for method in methods {
        assert_eq!(code(&vk, TOKEN, method, &[("group_id", COMMUNITY)]), 27, "{method}");
    }
    assert_eq!(code(&vk, ACCOUNT, "groups.getTokenPermissions", &[]), 15);
    assert_eq!(code(&vk, "vk1.a.service", "messages.send", &[]), 28);
    vk.ok_as("vk1.a.service", "groups.getById", &[("group_id", "school1")]);
}

#[test]
fn a_token_tells_its_rights() {
    let vk = Vk::new();
    let told = vk.ok("groups.getTokenPermissions", &[]);
    let permissions = json!([{"name": "messages", "setting": 4096}, {"name": "manage", "setting": 262144}]);
    assert_eq!(told, json!({"mask": 4096 + 262144, "permissions": permissions}));
    let poor = vk.ok_as("vk1.a.poor", "groups.getTokenPermissions", &[]);
    assert_eq!(poor["mask"], json!(4));
}

#[test]
fn a_token_withdrawn_is_none() {
    let vk = Vk::new();
    vk.act(&json!({"act": "revoke", "token": TOKEN}));
    assert_eq!(code(&vk, TOKEN, "groups.getById", &[]), 5);
    vk.ok_as(PUPIL_TOKEN, "users.get", &[]);
}

#[test]
fn the_token_may_stand_in_a_header_and_parameters_in_the_address() {
    let vk = Vk::new();
    let path = "/method/groups.getById.json?v=5.199&group_ids=school1,102,999";
    let call = |method: &str| Call::new(vk.stand.addr(), method, path);
    let bearer = format!("Bearer {TOKEN}");
    let answered = call("GET").header("Authorization", &bearer).send();
    assert_eq!(answered.status, 200);
    let groups = answered.value()["response"]["groups"].clone();
    assert_eq!(groups.as_array().map(Vec::len), Some(2));
    assert_eq!(call("POST").form(&[("access_token", TOKEN)]).send().value()["response"]["groups"], groups);
    assert_eq!(
        call("PUT").header("Authorization", &bearer).send().value()["error"]["error_code"],
        json!(9999)
    );
    // A body of JSON is not read, so there is no token in it.
    assert_eq!(
        call("POST").json(&json!({"access_token": TOKEN})).send().value()["error"]["error_code"],
        json!(15)
    );
}

#[test]
fn a_form_may_come_in_parts() {
    let vk = Vk::new();
    let part = |name: &str, value: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let fields = [("access_token", TOKEN), ("v", "5.199"), ("title", "Алгебра\r\nи геометрия")];
    let body: String =
        fields.iter().map(|(name, value)| part(name, value)).chain(["--x--\r\n".into()]).collect();
    let call = Call::new(vk.stand.addr(), "POST", "/method/messages.createChat");
    let answer = call.body("multipart/form-data; boundary=x", body).send().value();
    assert_eq!(answer["response"]["chat_id"], json!(1));
    assert_eq!(vk.state()["chats"][0]["title"], "Алгебра\r\nи геометрия");
}

#[test]
fn without_a_version_a_call_is_refused_or_not() {
    let vk = Vk::new();
    let path = format!("/method/groups.getById?access_token={TOKEN}");
    let answered = || Call::new(vk.stand.addr(), "GET", &path).send().value();
    assert_eq!(answered()["error"]["error_code"], json!(8));
    vk.settings(&json!({"withoutVersion": "newest"}));
    assert_eq!(answered()["response"]["groups"][0]["screen_name"], "school1");
    assert_eq!(code(&vk, TOKEN, "groups.getById", &[("v", "6")]), 8);
}

#[test]
fn parameters_that_mean_nothing_are_named() {
    let vk = Vk::new();
    let text = |method: &str, params: &[(&str, &str)]| {
        vk.raw(TOKEN, method, params).value()["error"]["error_msg"].as_str().expect("a text").to_owned()
    };
    let sentence = "One of the parameters specified was missing or invalid";
    assert_eq!(text("messages.createChat", &[]), format!("{sentence}: title is undefined"));
    let bad = [("title", "х"), ("user_ids", "1,два")];
    assert_eq!(text("messages.createChat", &bad), format!("{sentence}: user_ids is invalid"));
    assert_eq!(
        text("messages.getHistory", &[("peer_id", "501"), ("count", "201")]),
        format!("{sentence}: count is invalid")
    );
    assert_eq!(text("groups.getMembers", &[("group_id", "9")]), "Invalid group id");
}

#[test]
fn beside_the_methods_there_is_nothing() {
    let vk = Vk::new();
    assert_eq!(Call::new(vk.stand.addr(), "GET", "/").send().status, 404);
}
