use exchange_sdk::records::{Journal, LessonMode};
use serde_json::json;

use super::*;
use crate::samples::{NOW, facts, lesson, print, settings, vk};

const HOUR: i64 = 3_600_000;

fn page(changes: serde_json::Value, facts: &Facts) -> DesiredPage {
    let settings = settings(changes);
    let view =
        View { settings: &settings, wall: Wall::of("Europe/Moscow"), now: NOW, year: 2026, prints: &print };
    let (journal, lessons) = (journal(&view, facts).expect("a page"), lessons(&view, facts).expect("a page"));
    assert!(lessons.complete, "what is not wanted for a lesson any more is closed");
    assert_eq!(journal.valid_until.filter(|_| journal.complete), lessons.valid_until);
    DesiredPage {
        items: [journal.items, lessons.items].concat(),
        left_out: [journal.left_out, lessons.left_out].concat(),
        ..journal
    }
}

/// Kinds and keys.
fn names(page: &DesiredPage) -> Vec<String> {
    page.items.iter().map(|item| format!("{} {}", item.kind, item.key)).collect()
}

fn item<'p>(page: &'p DesiredPage, kind: &str) -> &'p Item {
    page.items.iter().find(|item| item.kind == kind).expect("an item of this kind")
}

#[test]
fn s4_a_journal_without_a_chat_leaves_everything_as_it_is_and_says_why() {
    type Edit = fn(&mut Facts);
    let cases: [(Edit, &str); 3] = [
        (|facts| facts.journal.general = false, "out-not-general"),
        (|facts| facts.journal.chat = false, "out-selector-off"),
        (|facts| facts.lessons[0].mode = LessonMode::InClass, "out-no-video-lesson"),
    ];
    for (change, code) in cases {
        let mut facts = facts();
        change(&mut facts);
        let page = page(json!({}), &facts);
        assert_eq!((page.items.len(), page.complete), (0, false), "{code}");
        assert_eq!(page.left_out[0].reason.code, code);
        assert_eq!(page.left_out[0].group.as_deref(), Some("5-А"));
    }
}

#[test]
fn journals_of_another_year_answer_nothing_and_nothing_of_them_is_gone() {
    let facts = facts();
    let past = Facts { journal: Journal { study_year: 2025, ..facts.journal.clone() }, ..facts };
    let page = page(json!({}), &past);
    assert_eq!((page.items.len(), page.left_out.len(), page.complete), (0, 0, false));
}

#[test]
fn s4_s6_chat_members_and_announcement_by_default() {
    let page = page(json!({}), &facts());
    let key = format!("announcement j1/l1@{}", NOW + HOUR);
    assert_eq!(names(&page), ["chat j1", "member j1/staff:t1", "member j1/pupil:p1", key.as_str()]);
    assert!(page.complete);
    let chat = item(&page, "chat");
    assert_eq!(chat.texts("members"), ["501", "601"]);
    let title = chat.text("title").expect("a title");
    assert!(title.starts_with("Алгебра · 5-А · 2026/27 · "), "{title}");
    assert_eq!(mark::split(title).1, Some(mark::of(&print(CHAT, "j1").expect("a hash")).as_str()));
    assert_eq!(item(&page, "member").gone, WhenGone::Remove);
    assert_eq!(chat.gone, WhenGone::Report, "no chat is ever taken away");
}

#[test]
fn s5_each_source_of_calls_has_its_items() {
    let kinds = |changes, facts: &Facts| -> Vec<String> {
        let page = page(changes, facts);
        let calls = page
            .items
            .iter()
            .filter(|item| item.about.as_ref().is_some_and(|a| a.record_type == RecordType::Lesson));
        calls.map(|item| item.kind.clone()).collect()
    };
    let facts = facts();
    assert_eq!(kinds(json!({"calls": "off"}), &facts), ["announcement"]);
    assert_eq!(kinds(json!({"calls": "off", "announce-hours": 0}), &facts), Vec::<String>::new());
    assert_eq!(kinds(json!({"calls": "account"}), &facts), ["call", "lesson-link", "announcement"]);
    assert_eq!(
        kinds(json!({"calls": "account", "scheduled-calls": true}), &facts),
        ["scheduled-call", "lesson-link", "announcement"]
    );
    assert_eq!(kinds(json!({"calls": "supplied"}), &facts), Vec::<String>::new(), "no link so far");
    let told = page(json!({"calls": "supplied"}), &facts).left_out;
    assert_eq!(told.iter().map(|out| out.reason.code.as_str()).collect::<Vec<_>>(), ["out-no-link"]);
}

#[test]
fn s5_another_supplied_link_is_another_announcement() {
    let key = |link: &str| {
        let mut facts = facts();
        facts.lessons[0].call_link = Some(link.into());
        let page = page(json!({"calls": "supplied"}), &facts);
        let announcement = item(&page, "announcement");
        assert_eq!(announcement.text("link"), Some(link));
        announcement.key.clone()
    };
    assert_ne!(key("https://vk.com/call/join/a"), key("https://vk.com/call/join/b"));
    assert_eq!(keys::word_of(&key("https://vk.com/call/join/a")), Some(("l1".to_owned(), NOW + HOUR)));
}

#[test]
fn s5_a_moved_lesson_keeps_its_call_and_is_announced_anew() {
    let of = |starts: i64, changes: serde_json::Value| {
        let mut facts = facts();
        facts.lessons = vec![lesson("l1", starts)];
        page(changes, &facts)
    };
    let (before, after) =
        (of(NOW + HOUR, json!({"calls": "account"})), of(NOW + 9 * HOUR, json!({"calls": "account"})));
    assert_eq!(item(&before, "call").key, item(&after, "call").key);
    assert!(
        item(&after, "call")
            .fields
            .iter()
            .all(|field| field.ownership == exchange_sdk::Ownership::CreateOnly)
    );
    assert_ne!(item(&before, "announcement").key, item(&after, "announcement").key);
    let planned = of(NOW + 9 * HOUR, json!({"calls": "account", "scheduled-calls": true}));
    assert_eq!(item(&planned, "scheduled-call").integer("starts"), Some((NOW + 9 * HOUR) / 1_000));
}

#[test]
fn s5_a_cancelled_lesson_has_no_call_and_is_called_off_in_the_chat() {
    let mut facts = facts();
    facts.lessons[0].cancelled = true;
    let page = page(json!({"calls": "account"}), &facts);
    let key = format!("cancellation j1/l1@{}", NOW + HOUR);
    assert_eq!(names(&page).last(), Some(&key));
    assert!(
        page.items.iter().all(|item| !["call", "lesson-link", "announcement"].contains(&item.kind.as_str()))
    );
    let window = item(&page, "cancellation").window.as_ref().expect("a window");
    assert_eq!(window.not_after, Some(NOW + HOUR));
}

#[test]
fn the_answer_is_asked_for_again_when_time_changes_it() {
    let page = page(json!({}), &facts());
    assert_eq!(page.valid_until, Some(NOW + HOUR + 1), "the lesson begins");
}

#[test]
fn s3_accounts_are_waited_for_once_each_and_wrong_ones_are_told() {
    let mut second = facts();
    second.journal.id = "j2".into();
    second.identifiers = vec![vk("t1", "501"), vk("p2", "не число")];
    let mut first = facts();
    first.identifiers = second.identifiers.clone();
    let page = accounts(&[first, second], NOW, 7 * 24 * HOUR);
    assert_eq!(names(&page), ["account staff:t1", "account pupil:p1"]);
    assert_eq!(page.items[0].integer("vk-id"), Some(501));
    let waiting = page.items[1].waiting.as_ref().expect("somebody to wait for");
    assert_eq!(waiting.whom.code, "waiting-pupil");
    assert_eq!(page.left_out[0].reason.code, "out-vk-id-wrong");
}
