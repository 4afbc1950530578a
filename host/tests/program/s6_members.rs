//! S6: members follow class list and teacher; who cannot be added is told with the link.

use serde_json::json;

use crate::chats::{Row, World, lesson, text};
use crate::school::study_year;

#[test]
fn s6_who_joins_the_class_later_waits_with_the_link_and_comes_in() {
    let mut world = World::new("announce-hours = 0");
    world.send();
    world.records.set("pupils", "p4", "class-id", "c1");
    world.import();
    let shown = world.sent();
    let outcomes = shown["outcomes"].as_array().expect("a list");
    let member = outcomes.iter().find(|row| row["key"] == "j1/pupil:p4").expect("the member");
    let link = text(&world.chat()["inviteLink"]);
    assert_eq!(member["outcome"], "waiting");
    assert!(text(&member["advice"]).contains(&link) || text(&member["reason"]).contains(&link), "{member:#}");
    world.again_writes_nothing();

    world.act(&json!({"act": "join", "person": 604, "link": link}));
    let waiting = "member j1/pupil:p4 waiting".to_owned();
    assert!(world.send().contains(&waiting), "it was looked a moment ago, and nothing has changed");
    assert!(world.send_for(&["--classes", "5-А"]).contains(&"member j1/pupil:p4 adopted".to_owned()));
    world.again_writes_nothing();
}

#[test]
fn s6_who_leaves_the_class_leaves_the_chat_whoever_let_them_in() {
    let mut world = World::new("announce-hours = 0");
    world.send();
    world.records.set("pupils", "p4", "class-id", "c1");
    world.import();
    world.send();
    world.act(&json!({"act": "join", "person": 604, "link": world.chat()["inviteLink"]}));
    world.send_for(&["--classes", "5-А"]);
    assert_eq!(world.people(), [501, 601, 602, 604]);
    world.records.set("pupils", "p4", "class-id", "c2");
    world.records.set("pupils", "p2", "class-id", "");
    world.import();
    world.send();
    assert_eq!(world.people(), [501, 601]);
    world.again_writes_nothing();
}

#[test]
fn s6_another_teacher_takes_over() {
    let mut world = World::new("announce-hours = 0");
    world.records.link("t2", 502);
    world.import();
    world.send();
    assert_eq!(world.people(), [501, 601, 602]);
    world.records.set("journals", "j1", "teacher-ids", "t2");
    world.records.set("lessons", "l1", "teacher-id", "t2");
    world.import();
    let told = world.send();
    assert!(told.contains(&"member j1/staff:t2 waiting".to_owned()), "{told:#?}");
    assert_eq!(world.people(), [601, 602]);
}

#[test]
fn s6_a_substitute_belongs_while_the_lesson_is_near() {
    let mut world = World::new("announce-hours = 0");
    world.records.link("t2", 502);
    world.records.set("lessons", "l1", "teacher-id", "t2");
    world.import();
    world.send();
    assert_eq!(world.people(), [501, 502, 601, 602]);
    world.records.set("lessons", "l1", "teacher-id", "t1");
    world.import();
    world.send();
    assert_eq!(world.people(), [501, 601, 602]);
}

#[test]
fn s6_a_person_without_an_account_is_waited_for_and_no_error() {
    let world = World::new("announce-hours = 0");
    let told = world.send();
    assert!(told.contains(&"account pupil:p3 waiting".to_owned()), "{told:#?}");
}

#[test]
fn s6_strangers_are_counted_and_never_removed() {
    let world = World::new("announce-hours = 0");
    world.post("settings", &json!({"managersJoin": true}));
    world.post("seed", &json!({"communities": [{"id": 57, "name": "Школа № 57", "managers": [900]}]}));
    let shown = world.sent();
    assert_eq!(world.people(), [501, 601, 602, 900]);
    let outcomes = shown["outcomes"].as_array().expect("a list");
    let chat = outcomes.iter().find(|row| row["kind"] == "chat").expect("the chat");
    let told = format!("{} {}", text(&chat["reason"]), text(&chat["advice"]));
    assert!(told.contains("В чате 1 участник, которого нет в записях школы"), "{chat:#}");
    world.again_writes_nothing();
    assert_eq!(world.people(), [501, 601, 602, 900]);
}

#[test]
fn s6_a_journal_that_is_not_exported_any_more_turns_nobody_out() {
    let mut world = World::new("announce-hours = 0");
    world.send();
    world.records.drop("journals", "j1");
    world.records.drop("lessons", "l1");
    world.import();
    world.send();
    assert_eq!(world.people(), [501, 601, 602]);
    assert!(!world.writes().contains(&"messages.removeChatUser".to_owned()));
}

#[test]
fn s6_invitations_are_written_once_to_those_who_allow_it() {
    let mut world = World::new("announce-hours = 0\ninvitations = \"message\"");
    world.send();
    world.records.link("p3", 603);
    world.records.set("pupils", "p4", "class-id", "c1");
    world.import();
    let told = world.send();
    assert!(told.contains(&"invitation j1/pupil:p3 sent".to_owned()), "{told:#?}");
    assert!(told.contains(&"invitation j1/pupil:p4 waiting".to_owned()), "{told:#?}");
    let dialogues = world.state()["dialogues"].clone();
    let letters = dialogues[0]["messages"].as_array().expect("a list").len();
    assert_eq!((dialogues.as_array().map(Vec::len), letters), (Some(1), 1), "{dialogues:#}");
    world.again_writes_nothing();
}

#[test]
fn s6_when_a_year_is_over_its_chats_stay_as_they_are_and_the_new_journals_get_new_ones() {
    let mut world = World::new("announce-hours = 0");
    world.send();
    let old = world.chat();
    // In September: last year's journal is still exported, the class is another one, some are not in it any more.
    let last_year = (study_year() - 1).to_string();
    for (table, id) in [("journals", "j1"), ("classes", "c1")] {
        world.records.set(table, id, "study-year", &last_year);
    }
    let new = |mut row: Row, values: &[(&'static str, &str)]| {
        row.extend(values.iter().map(|(name, value)| (*name, (*value).to_owned())));
        row
    };
    let year = study_year().to_string();
    let class =
        new(world.records_of("classes")[0].clone(), &[("id", "c9"), ("study-year", &year), ("grade", "6")]);
    let journal = [("id", "j9"), ("study-year", &*year), ("class-id", "c9")];
    let journal = new(world.records_of("journals")[0].clone(), &journal);
    world.records.add("classes", class);
    world.records.add("journals", journal);
    world.records.add("lessons", lesson("l9", "j9", 3));
    world.records.set("pupils", "p1", "class-id", "c9");
    world.records.set("pupils", "p2", "class-id", "");
    world.import();
    world.send();

    let chats = world.chats();
    assert_eq!(chats.len(), 2, "{chats:#?}");
    let now = chats.iter().find(|chat| chat["id"] == old["id"]).expect("last year's chat");
    assert_eq!((&now["title"], &now["members"]), (&old["title"], &old["members"]), "nobody is removed");
    let other = chats.iter().find(|chat| chat["id"] != old["id"]).expect("this year's chat");
    assert!(text(&other["title"]).starts_with("Алгебра · 6-А · "), "{other:#}");
    world.again_writes_nothing();
}
