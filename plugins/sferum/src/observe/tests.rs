use exchange_sdk::testing::Recorded;
use exchange_sdk::{Basis, Item, ItemRef, Param, Purpose, Target};

use super::*;
use crate::keys;
use crate::mark;
use crate::prints::{CHAT, Word, once};
use crate::samples::{NOW, print};
use crate::vk::Vk;
use crate::vk::samples::{COMMUNITY, Room, State};

const PEER: i64 = 2_000_000_001;

fn mark_of(journal: &str) -> String {
    mark::of(&print(CHAT, journal).expect("a hash"))
}

fn title(journal: &str) -> String {
    format!("Алгебра · 5-А · 2026/27 · {}", mark_of(journal))
}

fn room(title: &str) -> Room {
    Room { title: title.into(), people: vec![501, 601, 999], ..Room::default() }
}

fn state(rooms: Vec<(i64, Room)>) -> State {
    State {
        rooms: rooms.into_iter().collect::<std::collections::BTreeMap<_, _>>().into(),
        date: NOW / 1_000,
        ..State::default()
    }
}

/// What is seen, and how often each operation was asked for.
fn look(state: &State, probes: &[Probe]) -> (Vec<Observation>, Vec<(String, usize)>) {
    let http = Recorded::new(|request: &exchange_sdk::http::Request| state.answer(request));
    let journals = || Ok(vec!["j1".to_owned(), "j2".to_owned()]);
    let vk = Vk::new(&http, COMMUNITY);
    let eye = Eye { messenger: &vk, community: COMMUNITY, prints: &print, journals: &journals };
    let seen = observe(&eye, probes).expect("answers");
    let mut counts: Vec<(String, usize)> = Vec::new();
    for request in http.requests() {
        match counts.iter_mut().find(|(name, _)| *name == request.operation) {
            Some((_, count)) => *count += 1,
            None => counts.push((request.operation, 1)),
        }
    }
    (seen, counts)
}

fn chat(purpose: Purpose, handle: Option<&str>) -> Probe {
    let members = vec!["501".to_owned(), "601".to_owned(), "602".to_owned()];
    let item = Item::new("chat", "j1").field("title", title("j1")).create_only("members", members);
    Probe { item, handle: handle.map(str::to_owned), targets: vec![], purpose }
}

fn in_chat(item: Item, handle: Option<&str>, purpose: Purpose) -> Probe {
    let item = item.reference("chat", "chat", "j1");
    let outputs = vec![Param::new("invite-link", "https://vk.me/join/x")];
    let target = Target { item: ItemRef::new("chat", "j1"), handle: Some(format!("vk:57/{PEER}")), outputs };
    Probe { item, handle: handle.map(str::to_owned), targets: vec![target], purpose }
}

/// An observation in a word or two.
fn word(observation: &Observation) -> String {
    match observation {
        Observation::Absent(Basis::Listing) => "absent by listing".into(),
        Observation::Absent(Basis::Lookup) => "absent by look-up".into(),
        Observation::Present(there) => format!("{} {}", there.handle, there.differing.len()),
        Observation::Ambiguous(all) => {
            let all: Vec<&str> = all.iter().map(|one| one.evidence[0].code.as_str()).collect();
            format!("which: {}", all.join(" "))
        }
        Observation::Pending => "pending".into(),
        Observation::Unknown(why) => format!("unknown: {}", why.reason.code),
    }
}

#[test]
fn s4_a_chat_is_found_by_its_mark_and_by_nothing_else() {
    let stranger = |title: &str| Room { foreign: true, ..room(title) };
    type Rooms = Vec<(i64, Room)>;
    let cases: [(&str, Rooms, Purpose, &str); 9] = [
        ("nothing there", vec![], Purpose::Adopt, "absent by listing"),
        ("the mark", vec![(PEER, room(&title("j1")))], Purpose::Doubt, "vk:57/2000000001 0"),
        (
            "renamed, the mark stays",
            vec![(PEER, room(&format!("Наш чат · {}", mark_of("j1"))))],
            Purpose::Adopt,
            "vk:57/2000000001 1",
        ),
        (
            "a stranger's with the mark",
            vec![(PEER, stranger(&title("j1")))],
            Purpose::Adopt,
            "which: evidence-mark-of-stranger",
        ),
        (
            "two with the mark",
            vec![(PEER, room(&title("j1"))), (PEER + 1, room(&title("j1")))],
            Purpose::Adopt,
            "which: evidence-mark evidence-mark",
        ),
        ("made by hand", vec![(PEER, room("Алгебра 5А"))], Purpose::Adopt, "which: evidence-title"),
        ("made by hand, in doubt", vec![(PEER, room("Алгебра 5А"))], Purpose::Doubt, "absent by listing"),
        ("the other group's", vec![(PEER, room(&title("j2")))], Purpose::Adopt, "absent by listing"),
        ("another subject", vec![(PEER, room("Геометрия 5А"))], Purpose::Adopt, "absent by listing"),
    ];
    for (name, rooms, purpose, expected) in cases {
        let (seen, _) = look(&state(rooms), &[chat(purpose, None)]);
        assert_eq!(word(&seen[0]), expected, "{name}");
    }
}

#[test]
fn s4_a_known_chat_is_looked_at_by_its_number() {
    let handle = format!("vk:57/{PEER}");
    let cases = [
        ("there", vec![(PEER, room(&title("j1")))], handle.as_str(), "vk:57/2000000001 0"),
        ("renamed by people", vec![(PEER, room("Алгебра и жизнь"))], handle.as_str(), "vk:57/2000000001 1"),
        ("gone", vec![], handle.as_str(), "absent by listing"),
        (
            "another journal's by now",
            vec![(PEER, room(&title("j2")))],
            handle.as_str(),
            "unknown: chat-of-another-journal",
        ),
        (
            "another community's number",
            vec![(PEER, room(&title("j1")))],
            "vk:58/2000000001",
            "absent by look-up",
        ),
    ];
    for (name, rooms, handle, expected) in cases {
        let (seen, _) = look(&state(rooms), &[chat(Purpose::Audit, Some(handle))]);
        assert_eq!(word(&seen[0]), expected, "{name}");
    }
}

#[test]
fn s6_strangers_and_missing_members_are_counted_and_the_link_is_told() {
    let (seen, _) =
        look(&state(vec![(PEER, room(&title("j1")))]), &[chat(Purpose::Audit, Some("vk:57/2000000001"))]);
    let Observation::Present(there) = &seen[0] else { panic!("{seen:?}") };
    assert_eq!(there.outputs, [Param::new("invite-link", "https://vk.me/join/2000000001")]);
    let told: Vec<(&str, &str)> =
        there.remarks.iter().map(|remark| (remark.code.as_str(), remark.args[0].value.as_str())).collect();
    assert_eq!(told, [("chat-strangers", "1"), ("chat-members-missing", "1")]);
}

#[test]
fn listings_are_read_once_for_all_probes() {
    let probes = vec![chat(Purpose::Adopt, None); 5];
    let (_, counts) = look(&state(vec![]), &probes);
    assert_eq!(counts, [("get-community".to_owned(), 1), ("list-conversations".to_owned(), 1)]);
    let member = |person: i64| {
        in_chat(Item::new("member", format!("j1/{person}")).field("vk-id", person), None, Purpose::Adopt)
    };
    let (seen, counts) =
        look(&state(vec![(PEER, room(&title("j1")))]), &[member(501), member(502), member(601)]);
    let seen: Vec<String> = seen.iter().map(word).collect();
    assert_eq!(seen, ["vk:57/2000000001/501 0", "absent by listing", "vk:57/2000000001/601 0"]);
    assert_eq!(counts, [("get-community".to_owned(), 1), ("list-members".to_owned(), 1)]);
}

#[test]
fn of_a_chat_that_is_still_to_be_made_nothing_is_asked() {
    let in_none = |item: Item| Probe { targets: vec![], ..in_chat(item, None, Purpose::Adopt) };
    let probes = [
        in_none(Item::new("member", "j1/pupil:p1").field("vk-id", 601)),
        in_none(Item::new("invitation", "j1/pupil:p1").create_only("vk-id", 601)),
        in_none(Item::new("announcement", keys::of_word("j1", "l1", NOW, None))),
    ];
    for probe in probes {
        let (seen, counts) = look(&state(vec![]), &[probe]);
        assert_eq!((word(&seen[0]).as_str(), counts), ("absent by look-up", vec![]));
    }
}

#[test]
fn s6_what_leaves_is_looked_for_by_its_handle() {
    let bare = |handle: &str| Probe {
        item: Item::new("member", "j1/pupil:p1"),
        handle: Some(handle.to_owned()),
        targets: vec![],
        purpose: Purpose::Confirm,
    };
    let state = state(vec![(PEER, room(&title("j1")))]);
    let (seen, _) = look(&state, &[bare("vk:57/2000000001/601"), bare("vk:57/2000000001/602")]);
    assert_eq!(seen.iter().map(word).collect::<Vec<_>>(), ["vk:57/2000000001/601 0", "absent by listing"]);
}

#[test]
fn s6_a_person_with_another_account_is_seen_by_the_old_one() {
    let probe = in_chat(
        Item::new("member", "j1/pupil:p1").field("vk-id", 777),
        Some("vk:57/2000000001/601"),
        Purpose::Audit,
    );
    let (seen, _) = look(&state(vec![(PEER, room(&title("j1")))]), &[probe]);
    assert_eq!(word(&seen[0]), "vk:57/2000000001/601 1");
}

/// Nothing is known of a chat that cannot be read, least of all that somebody is not in it.
#[test]
fn what_cannot_be_read_is_unknown() {
    let probe = in_chat(Item::new("member", "j1/pupil:p1").field("vk-id", 601), None, Purpose::Adopt);
    let (seen, _) = look(&state(vec![]), &[probe]);
    assert_eq!(word(&seen[0]), "unknown: chat-lost");
}

fn said(words: &[(&str, i64, usize)]) -> Vec<(i64, i64, String)> {
    let number = |(kind, starts, before): &(&str, i64, usize)| {
        Word::of(&print, kind, "l1", *starts, "").expect("a word").number(*before)
    };
    words.iter().map(|word| (-57, number(word), String::new())).collect()
}

#[test]
fn s5_only_the_last_word_about_a_lesson_counts() {
    let (monday, tuesday) = (NOW + 3_600_000, NOW + 90_000_000);
    type Words<'w> = Vec<(&'w str, i64, usize)>;
    let cases: [(&str, Words<'_>, &str); 6] = [
        ("nothing said", vec![], "absent by listing"),
        ("said", vec![("announcement", monday, 0)], "vk:57/2000000001/1 0"),
        ("moved since", vec![("announcement", monday, 0), ("announcement", tuesday, 1)], "absent by listing"),
        (
            "moved back",
            vec![("announcement", monday, 0), ("announcement", tuesday, 1), ("announcement", monday, 2)],
            "vk:57/2000000001/3 0",
        ),
        (
            "called off since",
            vec![("announcement", monday, 0), ("cancellation", monday, 1)],
            "absent by listing",
        ),
        ("said for another time", vec![("announcement", tuesday, 0)], "absent by listing"),
    ];
    for (name, words, expected) in cases {
        let room = Room { said: said(&words), ..room(&title("j1")) };
        let probe =
            in_chat(Item::new("announcement", keys::of_word("j1", "l1", monday, None)), None, Purpose::Doubt);
        let (seen, _) = look(&state(vec![(PEER, room)]), &[probe]);
        assert_eq!(word(&seen[0]), expected, "{name}");
    }
}

#[test]
fn people_who_repeat_a_number_are_not_the_community() {
    let starts = NOW + 3_600_000;
    let forged = said(&[("announcement", starts, 0)])
        .into_iter()
        .map(|(_, number, text)| (601, number, text))
        .collect();
    let room = Room { said: forged, ..room(&title("j1")) };
    let probe =
        in_chat(Item::new("announcement", keys::of_word("j1", "l1", starts, None)), None, Purpose::Doubt);
    assert_eq!(word(&look(&state(vec![(PEER, room)]), &[probe]).0[0]), "absent by listing");
}

#[test]
fn s6_an_invitation_is_there_when_the_person_is_in_or_was_written_to() {
    let invite = |key: &str, person: i64| {
        in_chat(Item::new("invitation", key).create_only("vk-id", person), None, Purpose::Adopt)
    };
    let state = state(vec![(PEER, room(&title("j1")))]);
    let number = once(&print, "invitation", "j1/pupil:p2").expect("a number");
    state.letters.borrow_mut().push((602, number, String::new()));
    let probes = [invite("j1/pupil:p1", 601), invite("j1/pupil:p2", 602), invite("j1/pupil:p3", 603)];
    let seen: Vec<String> = look(&state, &probes).0.iter().map(word).collect();
    assert_eq!(seen, ["vk:57/2000000001/601 0", "vk:57/602/1 0", "absent by listing"]);
}

#[test]
fn s3_accounts_are_seen_without_any_request() {
    let account = |number: Option<i64>| Probe {
        item: Item::new("account", "staff:t1").field("vk-id", number),
        handle: None,
        targets: vec![],
        purpose: Purpose::Adopt,
    };
    let (seen, counts) = look(&state(vec![]), &[account(Some(501)), account(None)]);
    assert_eq!(seen.iter().map(word).collect::<Vec<_>>(), ["vk:501 0", "absent by look-up"]);
    assert_eq!(counts, []);
}
