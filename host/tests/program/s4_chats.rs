//! S4: a chat by subject, where the journal wants one and its first lesson by video is published; never two.

use serde_json::json;

use crate::chats::{TASK, World, text};

/// The outcomes of one kind.
fn of(kind: &str, told: &[String]) -> Vec<String> {
    told.iter().filter(|line| line.split(' ').next() == Some(kind)).cloned().collect()
}

#[test]
fn s4_only_the_journal_that_meets_every_condition_gets_a_chat() {
    let mut world = World::new("announce-hours = 0");
    world.records.set("lessons", "l1", "published", "false");
    world.import();
    world.send();
    assert_eq!(world.chats().len(), 0, "no lesson by video is published");

    world.records.set("lessons", "l1", "published", "true");
    world.import();
    let told = world.send();
    assert_eq!(of("chat", &told), ["chat j1 sent"]);
    let title = text(&world.chat()["title"]);
    let year = crate::school::study_year();
    let start = format!("Алгебра · 5-А · {year}/{:02} · ", (year + 1) % 100);
    assert!(title.starts_with(&start) && title.len() == start.len() + 6, "{title}");
    assert_eq!(world.people(), [501, 601, 602]);
    world.again_writes_nothing();

    let left = world.sent()["left_out"].clone();
    let codes: Vec<String> =
        left.as_array().expect("a list").iter().map(|out| text(&out["reason"]["code"])).collect();
    assert!(
        codes.contains(&"out-selector-off".into()) && codes.contains(&"out-not-general".into()),
        "{left:#}"
    );
}

#[test]
fn s4_switching_the_selector_off_touches_nothing() {
    let mut world = World::new("announce-hours = 0");
    world.send();
    world.records.set("journals", "j1", "chat", "false");
    world.records.set("pupils", "p2", "class-id", "c2");
    world.import();
    world.again_writes_nothing();
    assert_eq!(world.people(), [501, 601, 602]);
}

#[test]
fn s4_a_chat_made_by_hand_waits_for_a_person() {
    let world = World::new("announce-hours = 0");
    world.post("seed", &json!({"chats": [{"owner": -57, "title": "Алгебра 5А", "members": [501]}]}));
    let told = world.send();
    assert_eq!(of("chat", &told), ["chat j1 decision"]);
    assert_eq!(world.chats().len(), 1);
    let questions: Vec<serde_json::Value> = world.run(&["decide", TASK, "--json"]).json();
    let handle = text(&questions[0]["candidates"][0]["handle"]);
    let number = questions[0]["number"].to_string();
    world.run(&["decide", TASK, &number, "--same", &handle]).with(0);
    world.send();
    assert_eq!(world.chats().len(), 1, "the one that a person chose");
}

#[test]
fn s4_a_strangers_chat_with_the_mark_is_not_taken_over() {
    let world = World::new("announce-hours = 0");
    world.send();
    let title = text(&world.chat()["title"]);
    let other = World::new("announce-hours = 0");
    // Whoever sees a title can give it to a chat of their own; marks are the school's, so this one only looks alike.
    other.post("seed", &json!({"chats": [{"owner": 900, "title": title, "members": [-57]}]}));
    let told = other.send();
    assert_eq!(of("chat", &told), ["chat j1 decision"]);
}

#[test]
fn s4_a_lost_answer_gives_no_second_chat() {
    let world = World::new("announce-hours = 0");
    world.fault("messages.createChat", &json!({"kind": "resetAfter"}));
    world.send();
    assert!(world.struck() > 0, "an answer was lost");
    world.heal();
    for _ in 0..3 {
        world.send();
    }
    assert_eq!(world.chats().len(), 1);
    assert_eq!(world.people(), [501, 601, 602]);
    world.again_writes_nothing();
}

#[test]
fn s4_partial_membership_is_read_back_and_told() {
    let world = World::new("announce-hours = 0");
    world.act(&json!({"act": "privacy", "person": 602, "canBeInvited": false}));
    let told = world.send();
    assert_eq!(
        of("member", &told),
        ["member j1/pupil:p1 adopted", "member j1/pupil:p2 waiting", "member j1/staff:t1 adopted"]
    );
    world.again_writes_nothing();
}

#[test]
fn s4_when_one_refusal_costs_the_whole_call_the_chat_is_made_without_people() {
    let world = World::new("announce-hours = 0");
    world.post("settings", &json!({"createChat": "whole"}));
    world.act(&json!({"act": "privacy", "person": 602, "canBeInvited": false}));
    let told = world.send();
    assert_eq!(of("chat", &told), ["chat j1 sent"]);
    assert_eq!(world.people(), Vec::<i64>::new());
    assert_eq!(of("member", &told).len(), 3);
    assert!(of("member", &told).iter().all(|line| line.ends_with("waiting")), "{told:#?}");
    world.again_writes_nothing();
}
