//! S1: a community with its token for each school; the check says what is wrong with it, and no token is ever shown.

use serde_json::json;

use crate::chats::{ACCOUNT_TOKEN, OTHER_TOKEN, TASK, TOKEN, World};

#[test]
fn s1_the_check_names_the_community_the_rights_and_what_each_way_cannot_do() {
    let world = World::new("calls = \"account\"");
    let check = world.run(&["check", TASK]).with(0);
    for said in [
        "Ключ доступа действует, сообщество то самое",
        "Прав у ключа доступа хватает",
        "Позже сообщество никого добавить не может",
        "Токен технической учётной записи действует",
    ] {
        assert!(check.out.contains(said), "{said}: {}", check.out);
    }
}

#[test]
fn s1_a_wrong_token_is_told_with_what_to_do() {
    let world = World::new("");
    world.set_secret("token", OTHER_TOKEN);
    world.run(&["check", TASK]).with(1).says("Ключ доступа выпущен другим сообществом").says("Базой ссылок");
    world.set_secret("token", "vk1.a.nobody-knows-this-one");
    world
        .run(&["check", TASK])
        .with(1)
        .says("VK не принимает ключ доступа")
        .says("exchange secret set ЗАДАЧА/token --school ШКОЛА");
    world.act(&json!({"act": "revoke", "token": TOKEN}));
    world.set_secret("token", TOKEN);
    world.run(&["check", TASK]).with(1).says("VK не принимает ключ доступа");
}

#[test]
fn s1_missing_rights_are_told() {
    let world = World::new("");
    let weak = json!({"tokens": [{"token": "vk1.a.weak", "kind": "community", "community": 57, "rights": ["photos"]}]});
    world.post("seed", &weak);
    world.set_secret("token", "vk1.a.weak");
    let check = world.run(&["check", TASK]).with(1);
    for said in ["нет права на сообщения", "нет права на управление", "Работа с API"]
    {
        assert!(check.out.contains(said), "{said}: {}", check.out);
    }
}

#[test]
fn s1_nothing_is_made_with_another_communitys_token() {
    let world = World::new("");
    world.set_secret("token", OTHER_TOKEN);
    world.run(&["run", TASK]);
    assert_eq!(world.chats().len(), 0);
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[test]
fn s1_tokens_are_shown_nowhere() {
    let world = World::new("calls = \"account\"");
    let run: serde_json::Value = world.run(&["run", TASK, "--json"]).json();
    let number = run["run"].as_str().expect("a run");
    let shown = [
        world.run(&["check", TASK, "--json"]),
        world.run(&["show", number, "--log", "--requests", "--bodies"]),
        world.run(&["show", number, "--json", "--log", "--requests", "--bodies"]),
        world.run(&["secret", "list", "--school", "s"]),
        world.run(&["status"]),
    ];
    for ended in shown {
        for token in [TOKEN, ACCOUNT_TOKEN] {
            assert!(!ended.out.contains(token) && !ended.err.contains(token), "{}", ended.out);
        }
    }
}
