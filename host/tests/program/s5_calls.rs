//! S5: calls of lessons, and what the chat is told; moved, cancelled, refused.

use serde_json::json;

use crate::chats::{TASK, TOKEN, World};

#[test]
fn s5_a_lesson_is_announced_once() {
    let world = World::new("");
    let plan = world.run(&["plan", TASK]);
    assert!(plan.out.contains("Алгебра, 5-А: урок по видеосвязи — "), "{}\n{}", plan.out, plan.err);
    assert_eq!(world.writes(), Vec::<String>::new(), "a preview writes nothing");
    world.send();
    let said = world.said();
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(said[0].starts_with("Алгебра, 5-А: урок по видеосвязи — "), "{said:#?}");
    assert!(!said[0].contains("Ссылка"), "calls are off");
    world.again_writes_nothing();
    assert_eq!(world.said().len(), 1);
}

#[test]
fn s5_a_lost_answer_gives_no_second_message() {
    let world = World::new("");
    world.fault("messages.send", &json!({"kind": "resetAfter"}));
    world.send();
    assert!(world.struck() > 0, "an answer was lost");
    world.heal();
    world.send();
    world.send();
    assert_eq!(world.said().len(), 1, "{:#?}", world.said());
}

#[test]
fn s5_a_supplied_link_reaches_the_chat_when_the_teacher_writes_it() {
    let mut world = World::new("calls = \"supplied\"");
    world.send();
    assert_eq!(world.said().len(), 0, "no link so far");
    world.records.set("lessons", "l1", "call-link", "https://vk.com/call/join/first");
    world.import();
    world.send();
    assert!(
        world.said()[0].ends_with("Ссылка на звонок: https://vk.com/call/join/first"),
        "{:#?}",
        world.said()
    );
    world.again_writes_nothing();
    world.records.set("lessons", "l1", "call-link", "https://vk.com/call/join/second");
    world.import();
    world.send();
    assert_eq!(world.said().len(), 2, "another link is told anew");
}

#[test]
fn s5_a_lesson_that_moves_there_and_back_is_announced_each_time() {
    let mut world = World::new("");
    world.send();
    let first = world.records_of("lessons");
    for step in 0..2 {
        match step {
            0 => world.records.move_lesson("l1", 9),
            _ => world.restore("lessons", first.clone()),
        }
        world.import();
        world.send();
        assert_eq!(world.said().len(), step + 2, "{:#?}", world.said());
        world.again_writes_nothing();
    }
    assert_eq!(world.said()[0], world.said()[2]);
}

#[test]
fn s5_a_cancelled_lesson_is_called_off_once() {
    let mut world = World::new("");
    world.send();
    world.records.set("lessons", "l1", "cancelled", "true");
    world.import();
    world.send();
    assert_eq!(world.said().len(), 2);
    assert!(world.said()[1].contains("урок по видеосвязи отменён"), "{:#?}", world.said());
    world.again_writes_nothing();
}

#[test]
fn s5_a_communitys_token_cannot_call_and_that_is_explained() {
    let world = World::new("calls = \"account\"");
    world.set_secret("account-token", TOKEN);
    let shown = world.sent();
    let outcomes = shown["outcomes"].as_array().expect("a list");
    let call = outcomes.iter().find(|row| row["kind"] == "call").expect("the call");
    assert_eq!(call["outcome"], "rejected", "{call:#}");
    assert!(call["reason"].as_str().is_some_and(|reason| reason.contains("код 27")), "{call:#}");
    assert!(
        call["advice"].as_str().is_some_and(|advice| advice.contains("secret set ЗАДАЧА/account-token")),
        "{call:#}"
    );
    assert_eq!(world.chats().len(), 1, "the chat is made all the same");
    assert_eq!(world.said().len(), 0, "nothing is announced without its link");
}

#[test]
fn s5_an_accounts_call_reaches_lesson_and_chat_and_ends_with_the_lesson() {
    let mut world = World::new("calls = \"account\"");
    world.send();
    let calls = world.calls();
    assert_eq!(calls.len(), 1, "{calls:#?}");
    let link = calls[0].1.clone();
    assert!(world.said()[0].ends_with(&format!("Ссылка на звонок: {link}")), "{:#?}", world.said());
    assert_eq!(world.link_in_lesson("l1").as_deref(), Some(link.as_str()));
    world.again_writes_nothing();

    // The import brings the lesson as the timetable has it; what was put into it stays.
    world.records.set("lessons", "l1", "call-link", &link);
    world.records.move_lesson("l1", 9);
    world.import();
    world.send();
    assert_eq!(world.calls(), calls, "a call has no hour: the link stays");
    assert_eq!(world.said().len(), 2);
    assert!(world.said()[1].ends_with(&link));

    world.records.set("lessons", "l1", "cancelled", "true");
    world.import();
    world.send();
    assert_eq!(world.calls()[0].0, "finished");
    assert_eq!(world.link_in_lesson("l1"), None, "the link is taken out of the lesson again");
    world.again_writes_nothing();
}

#[test]
fn s5_a_scheduled_call_moves_with_its_lesson_and_is_called_off() {
    let mut world = World::new("calls = \"account\"\nscheduled-calls = true");
    world.post("settings", &json!({"scheduledCalls": true}));
    world.send();
    let before = world_calls(&world);
    assert_eq!((before.len(), before[0]["state"].as_str()), (1, Some("planned")), "{before:#?}");
    assert!(world.link_in_lesson("l1").is_some());
    world.again_writes_nothing();

    let link = world.link_in_lesson("l1").expect("a link");
    world.records.set("lessons", "l1", "call-link", &link);
    world.records.move_lesson("l1", 9);
    world.import();
    world.send();
    let after = world_calls(&world);
    assert_eq!((after.len(), &after[0]["id"]), (1, &before[0]["id"]), "the same call");
    assert!(after[0]["time"].as_i64() > before[0]["time"].as_i64(), "{after:#?}");
    assert_eq!(after[0]["duration"], 2_700);
    world.again_writes_nothing();

    world.records.set("lessons", "l1", "cancelled", "true");
    world.import();
    world.send();
    assert_eq!(world_calls(&world)[0]["state"], "deleted");
    assert_eq!(world.link_in_lesson("l1"), None);
    world.again_writes_nothing();
}

/// The calls there, as the stand-in knows them.
fn world_calls(world: &World) -> Vec<serde_json::Value> {
    world.state()["calls"].as_array().expect("a list").clone()
}

#[test]
fn s5_an_accounts_token_that_has_run_out_is_told_and_with_a_new_one_the_call_comes() {
    let world = World::new("calls = \"account\"");
    world.fault("calls.start", &json!({"kind": "revokeToken"}));
    world.sent();
    world.heal();
    let shown = world.sent();
    let outcomes = shown["outcomes"].as_array().expect("a list");
    let call = outcomes.iter().find(|row| row["kind"] == "call").expect("the call");
    assert_eq!(call["outcome"], "rejected", "{call:#}");
    assert!(
        call["reason"].as_str().is_some_and(|why| why.contains("технической учётной записи")),
        "{call:#}"
    );
    let check = world.run(&["check", TASK]);
    assert!(check.out.contains("VK не принимает токен технической учётной записи"), "{}", check.out);
    assert_eq!((world.chats().len(), world.calls().len(), world.said().len()), (1, 0, 0));

    let new = "vk1.a.technical-account-anew";
    let tokens = json!([{"token": new, "kind": "user", "user": 950}]);
    world.post("seed", &json!({"tokens": tokens}));
    world.set_secret("account-token", new);
    world.send();
    assert_eq!((world.calls().len(), world.said().len()), (1, 1), "{:#?}", world.said());
    world.again_writes_nothing();
}

#[test]
fn s5_what_a_preview_shows_and_a_run_sends_is_kept_nowhere_here() {
    let world = World::new("");
    let message = "5-А: урок по видеосвязи";
    let plan = world.run(&["plan", TASK]);
    assert!(plan.out.contains(message) && !plan.err.contains(message), "{}\n{}", plan.out, plan.err);
    assert_eq!(world.kept(message), Vec::<String>::new(), "after a preview");
    let run = world.run(&["run", TASK]);
    assert!(!run.err.contains(message), "{}", run.err);
    assert_eq!((world.said().len(), world.kept(message)), (1, Vec::<String>::new()), "after a run");
    assert!(!world.kept("Алгебра").is_empty(), "the records have the journal");
}
