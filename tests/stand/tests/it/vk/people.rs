//! The remote control: seeding, settings, what people do, what the state shows.

use serde_json::{Value, json};

use super::fixture::{CHAT, PUPIL, SHY, TEACHER, Vk};

#[test]
fn the_state_shows_everything_but_tokens() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[TEACHER]);
    vk.send(CHAT, "объявление", "77");
    vk.act(&json!({"act": "write", "person": PUPIL, "community": 101, "text": "здравствуйте"}));
    let mut state = vk.state();
    for message in state["chats"][0]["messages"].as_array_mut().expect("a list") {
        message["date"] = json!("a time");
    }
    state["chats"][0]["members"]
        .as_array_mut()
        .expect("a list")
        .iter_mut()
        .for_each(|m| m["joined"] = json!("a time"));
    state["dialogues"][0]["messages"][0]["date"] = json!("a time");
    insta::assert_snapshot!(format!("{:#}\n{:#}\n{:#}", state["chats"], state["dialogues"], state["tokens"]));
    assert!(!state.to_string().contains("vk1.a"));
}

#[test]
fn settings_have_defaults_and_strange_ones_are_refused() {
    let vk = Vk::limited();
    insta::assert_snapshot!(vk.control("GET", "settings", None).body);
    for patch in [json!({"nonsense": 1}), json!({"createChat": "sometimes"})] {
        assert_eq!(vk.control("POST", "settings", Some(&patch)).status, 400, "{patch}");
    }
}

#[test]
fn a_seed_adds_chats_and_knows_its_people() {
    let vk = Vk::new();
    let chat = |owner: i64, members: Value| {
        json!({"chats": [{"owner": owner, "title": "Старый", "members": members,
            "messages": [{"from": owner, "text": "было"}]}]})
    };
    vk.seed(&chat(-101, json!([TEACHER])));
    assert_eq!((vk.members(), vk.texts()), (vec![-101, TEACHER], vec!["было".to_owned()]));
    vk.seed(&chat(TEACHER, json!([-101])));
    assert_eq!(vk.ok("messages.getConversations", &[])["count"], json!(2));
    for seed in [
        chat(-999, json!([])),
        chat(-101, json!([999])),
        json!({"tokens": [{"token": "t", "kind": "community"}]}),
        json!({"nonsense": []}),
    ] {
        assert_eq!(vk.control("POST", "seed", Some(&seed)).status, 400, "{seed}");
    }
}

#[test]
fn people_do_things_by_themselves() {
    let vk = Vk::new();
    vk.chat("Алгебра", &[TEACHER, PUPIL]);
    vk.act(&json!({"act": "rename", "chat": 1, "title": "Переименован"}));
    vk.act(&json!({"act": "leave", "member": PUPIL, "chat": 1}));
    vk.act(&json!({"act": "remove", "member": TEACHER, "chat": 1}));
    vk.act(&json!({"act": "privacy", "person": SHY, "canBeInvited": true}));
    assert_eq!(vk.chat("Физика", &[SHY])["peer_ids"], json!([SHY]));
    let chat = &vk.state()["chats"][0];
    assert_eq!(
        (&chat["title"], &chat["gone"]),
        (&json!("Переименован"), &json!({"501": "kicked", "601": "left"}))
    );
    let happened = chat["messages"].as_array().expect("a list").iter();
    let happened: Vec<_> = happened.map(|message| message["action"]["kind"].clone()).collect();
    assert_eq!(happened, ["chat_create", "chat_title_update", "chat_kick_user", "chat_kick_user"]);
}

#[test]
fn what_cannot_be_done_is_refused_with_its_code() {
    let vk = Vk::new();
    let refused = |deed: &Value| {
        let reply = vk.control("POST", "act", Some(deed));
        assert_eq!(reply.status, 400, "{deed}");
        reply.value()["description"].as_str().expect("a text")[..3].to_owned()
    };
    assert_eq!(refused(&json!({"act": "leave", "member": 1, "chat": 9})), "927");
    assert_eq!(refused(&json!({"act": "allow", "person": 9, "community": 101, "allowed": true})), "113");
    assert_eq!(refused(&json!({"act": "write", "person": PUPIL, "community": 9, "text": "х"})), "125");
    vk.chat("Алгебра", &[]);
    assert_eq!(refused(&json!({"act": "say", "member": PUPIL, "chat": 1, "text": "х"})), "935");
    assert_eq!(refused(&json!({"act": "sing"})), "Bad");
}
