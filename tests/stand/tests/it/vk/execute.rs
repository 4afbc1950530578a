//! Scripts in the form that client libraries make.

use serde_json::{Value, json};

use super::fixture::{TOKEN, Vk};

fn run(vk: &Vk, code: &str) -> Value {
    vk.raw(TOKEN, "execute", &[("code", code)]).value()
}

#[test]
fn calls_are_carried_out_in_turn_and_a_failed_one_leaves_false() {
    let vk = Vk::new();
    let code = "return [API.messages.createChat({\"title\": \"Алгебра, 5-А\", \"user_ids\": [501, 601]}),\
        API.messages.editChat({\"chat_id\": 9, \"title\": \"х\"}), API.calls.start(), \
        API.messages.send({\"peer_id\": 2000000001, \"message\": \"раз); API.x()\", \"random_id\": 1}) ];";
    let body = run(&vk, code);
    let made = json!({"chat_id": 1, "peer_ids": [501, 601]});
    assert_eq!(body["response"], json!([made, false, false, 0]));
    let told = body["execute_errors"].as_array().expect("a list").iter();
    let told: Vec<_> = told.map(|error| (error["method"].clone(), error["error_code"].clone())).collect();
    assert_eq!(told, [(json!("messages.editChat"), json!(927)), (json!("calls.start"), json!(27))]);
    assert_eq!(vk.texts(), ["раз); API.x()"]);
}

#[test]
fn when_all_fail_there_is_no_answer() {
    let vk = Vk::new();
    let body = run(&vk, "return [API.calls.start()];");
    assert_eq!((&body["response"], &body["execute_errors"][0]["error_code"]), (&Value::Null, &json!(27)));
}

#[test]
fn other_scripts_are_not_compiled_and_long_ones_not_run() {
    let vk = Vk::new();
    for code in [
        "var a = 1; return a;",
        "return [API.users.get({]);",
        "return [API.users.get()",
        "return [API.users.get()]; 1",
    ] {
        assert_eq!(run(&vk, code)["error"]["error_code"], json!(12), "{code}");
    }
    let calls = |count: usize| format!("return [{}];", vec!["API.users.get()"; count].join(","));
    assert_eq!(run(&vk, &calls(26))["error"]["error_code"], json!(13));
    assert_eq!(run(&vk, &calls(25))["response"].as_array().map(Vec::len), Some(25));
    assert_eq!(run(&vk, "return [];")["response"], json!([]));
    assert_eq!(vk.raw("", "execute", &[("code", "return [];")]).value()["error"]["error_code"], json!(15));
}

#[test]
fn a_script_is_one_call_of_the_second_and_many_of_the_quota() {
    let vk = Vk::limited();
    vk.settings(&json!({"secondMs": 60_000, "communityPerSecond": 2, "quotas": {"messages.createChat": 1}}));
    let body = run(
        &vk,
        "return [API.messages.createChat({\"title\":\"а\"}),API.messages.createChat({\"title\":\"б\"})];",
    );
    assert_eq!(body["execute_errors"][0]["error_code"], json!(29));
    run(&vk, "return [];");
    assert_eq!(run(&vk, "return [];")["error"]["error_code"], json!(6));
    assert_eq!(vk.state()["chats"].as_array().map(Vec::len), Some(1));
}
