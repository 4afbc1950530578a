use exchange_sdk::testing::Recorded;
use exchange_sdk::{Item, ItemRef, Made, Param};
use serde_json::json;

use super::*;
use crate::keys;
use crate::samples::{NOW, print};
use crate::vk::Vk;
use crate::vk::samples::{COMMUNITY, Room, State, param};

const PEER: i64 = 2_000_000_001;

fn title(journal: &str) -> String {
    format!("Алгебра · 5-А · 2026/27 · {}", mark::of(&print(CHAT, journal).expect("a hash")))
}

fn state(title: &str) -> State {
    let room = Room { title: title.into(), people: vec![501, 601], ..Room::default() };
    State { rooms: BTreeMap::from([(PEER, room)]).into(), date: NOW / 1_000, ..State::default() }
}

/// Applies where the records name the accounts 501 and 602 in journal j1; also answers the requests.
fn make(
    state: &State,
    changes: &[Change],
) -> (Result<Vec<Effect>, Failure>, Vec<exchange_sdk::http::Request>) {
    let http = Recorded::new(|request: &exchange_sdk::http::Request| state.answer(request));
    let named = |journal: &str| Ok((journal == "j1").then(|| BTreeSet::from([501, 602])));
    let vk = Vk::new(&http, COMMUNITY);
    let hand = Hand { messenger: &vk, community: COMMUNITY, prints: &print, named: &named };
    (apply(&hand, changes), http.requests())
}

fn one(state: &State, change: Change) -> Effect {
    make(state, &[change]).0.expect("effects").pop().expect("one effect")
}

fn change(action: Action, item: Item, handle: Option<&str>) -> Change {
    let outputs = vec![Param::new("invite-link", "https://vk.me/join/x")];
    let chat = Target { item: ItemRef::new("chat", "j1"), handle: Some(format!("vk:57/{PEER}")), outputs };
    let targets = if item.fields.is_empty() { vec![] } else { vec![chat] };
    Change { action, item, handle: handle.map(str::to_owned), fields: vec![], targets, token: "t".into() }
}

fn chat(people: &[&str]) -> Item {
    let people: Vec<String> = people.iter().map(|person| (*person).to_owned()).collect();
    Item::new("chat", "j1").field("title", title("j1")).create_only("members", people)
}

fn member(person: i64) -> Item {
    Item::new("member", "j1/pupil:p1").reference("chat", "chat", "j1").field("vk-id", person)
}

fn announcement() -> Item {
    let key = keys::of_word("j1", "l1", NOW + 3_600_000, None);
    Item::new("announcement", key).reference("chat", "chat", "j1").create_only("text", "Урок")
}

fn code(effect: &Effect) -> &str {
    match effect {
        Effect::Done(_) => "done",
        Effect::Rejected(rejection) => &rejection.reason.code,
        Effect::Waiting(waiting) => &waiting.whom.code,
        Effect::Pending => "pending",
        Effect::Postponed(_) => "postponed",
        Effect::InDoubt(_) => "in doubt",
    }
}

#[test]
fn s4_a_chat_is_made_of_everybody_whose_account_is_known() {
    let state = State::default();
    let (effects, requests) = make(&state, &[change(Action::Create, chat(&["501", "601"]), None)]);
    assert_eq!(effects, Ok(vec![Effect::made("vk:57/2000000001")]));
    let made = requests.iter().find(|request| request.operation == "create-chat").expect("a request");
    assert_eq!(param(made, "user_ids").as_deref(), Some("501,601"));
    assert_eq!(param(made, "group_id").as_deref(), Some("57"));
    assert_eq!(made.changes, [0]);
}

#[test]
fn s4_one_person_who_may_not_be_added_does_not_cost_the_chat() {
    let state = State { private: vec![601], ..State::default() };
    let effect = one(&state, change(Action::Create, chat(&["501", "601"]), None));
    assert_eq!(effect, Effect::made("vk:57/2000000001"));
    assert_eq!(state.rooms.borrow()[&PEER].people, Vec::<i64>::new(), "they come by the link");
}

#[test]
fn s4_a_lost_answer_leaves_a_doubt_and_no_second_chat() {
    let state = State::default();
    for code_there in [1, 10, 36, 43] {
        state.refuses.borrow_mut().insert("create-chat".into(), code_there);
        let (effects, requests) = make(&state, &[change(Action::Create, chat(&["501"]), None)]);
        assert_eq!(code(&effects.expect("effects")[0]), "in doubt", "{code_there}");
        assert_eq!(requests.iter().filter(|request| request.operation == "create-chat").count(), 1);
    }
}

#[test]
fn s1_nothing_is_written_with_another_communitys_token() {
    let state = State { token: Some(58), ..state(&title("j1")) };
    for item in [chat(&["501"]), announcement()] {
        let (effects, requests) = make(&state, &[change(Action::Create, item, None)]);
        assert!(matches!(effects, Err(Failure::InvalidConfig(_))), "{effects:?}");
        assert!(requests.iter().all(|request| request.changes.is_empty()));
    }
}

#[test]
fn s6_who_came_in_with_the_chat_is_seen_and_others_get_the_link() {
    let state = state(&title("j1"));
    assert_eq!(code(&one(&state, change(Action::Create, member(601), None))), "in doubt");
    let Effect::Waiting(waiting) = one(&state, change(Action::Create, member(602), None)) else {
        panic!("no waiting")
    };
    assert_eq!(
        (waiting.whom.code.as_str(), waiting.steps[0].code.as_str()),
        ("waiting-to-join", "step-join")
    );
    assert_eq!(waiting.steps[0].args[0].value, "https://vk.me/join/x");
}

#[test]
fn s6_who_left_is_removed_and_who_is_named_never() {
    let leaves = |state: &State, key: &str, person: i64| {
        let handle = format!("vk:57/{PEER}/{person}");
        let effect = one(state, change(Action::Remove, Item::new("member", key), Some(&handle)));
        (code(&effect).to_owned(), state.rooms.borrow()[&PEER].people.clone())
    };
    let there = || state(&title("j1"));
    assert_eq!(leaves(&there(), "j1/pupil:p1", 601), ("done".into(), vec![501]));
    assert_eq!(leaves(&there(), "j1/pupil:p9", 909), ("done".into(), vec![501, 601]), "left by themselves");
    assert_eq!(leaves(&there(), "j1/pupil:p1", 501), ("account-of-another".into(), vec![501, 601]));
    assert_eq!(
        leaves(&state(&title("j2")), "j1/pupil:p1", 601),
        ("chat-of-another-journal".into(), vec![501, 601])
    );
    // The journal is not in the records (any more): the year is over, or it was not exported.
    assert_eq!(
        leaves(&state(&title("j3")), "j3/pupil:p1", 601),
        ("waiting-administrator".into(), vec![501, 601])
    );
}

#[test]
fn s6_an_account_that_was_corrected_leaves_the_old_one() {
    let state = state(&title("j1"));
    let effect = one(&state, change(Action::Update, member(602), Some("vk:57/2000000001/601")));
    assert_eq!(code(&effect), "waiting-to-join");
    assert_eq!(state.rooms.borrow()[&PEER].people, [501]);
}

#[test]
fn s5_a_message_goes_to_the_chat_that_the_ledger_names_and_to_no_other() {
    let cases = [
        ("its own", title("j1"), "done"),
        ("without a mark, as a person chose it", "Алгебра 5А".to_owned(), "done"),
        ("another journal's", title("j2"), "chat-of-another-journal"),
    ];
    for (name, title, expected) in cases {
        let state = state(&title);
        assert_eq!(code(&one(&state, change(Action::Create, announcement(), None))), expected, "{name}");
        assert_eq!(state.rooms.borrow()[&PEER].said.len(), usize::from(expected == "done"), "{name}");
    }
    let elsewhere =
        Target { item: ItemRef::new("chat", "j1"), handle: Some("vk:58/2000000001".into()), outputs: vec![] };
    let state = state(&title("j1"));
    let strange = Change { targets: vec![elsewhere], ..change(Action::Create, announcement(), None) };
    assert_eq!(code(&one(&state, strange)), "chat-elsewhere");
    assert!(state.rooms.borrow()[&PEER].said.is_empty());
}

#[test]
fn s5_what_is_said_is_not_said_again() {
    let state = state(&title("j1"));
    let said = || one(&state, change(Action::Create, announcement(), None));
    assert_eq!(said(), Effect::made("vk:57/2000000001/1"));
    assert_eq!(code(&said()), "in doubt", "the host sees for itself");
    assert_eq!(state.rooms.borrow()[&PEER].said.len(), 1);
}

#[test]
fn s5_words_said_again_after_others_have_another_number() {
    let state = state(&title("j1"));
    let at = |starts: i64| {
        let item = Item { key: keys::of_word("j1", "l1", starts, None), ..announcement() };
        assert_eq!(code(&one(&state, change(Action::Create, item, None))), "done");
    };
    [NOW + 3_600_000, NOW + 90_000_000, NOW + 3_600_000].into_iter().for_each(at);
    let numbers: BTreeSet<i64> = state.rooms.borrow()[&PEER].said.iter().map(|said| said.1).collect();
    assert_eq!(numbers.len(), 3, "VK would drop a number that it has just seen");
}

#[test]
fn s5_a_call_answers_its_link_and_a_refusal_leaves_no_doubt() {
    let state = State::default();
    let call = || change(Action::Create, Item::new("call", "l1").create_only("title", "Алгебра"), None);
    let outputs = vec![Param::new("join-link", "https://vk.com/call/join/x")];
    assert_eq!(one(&state, call()), Effect::Done(Made { handle: Some("c1".into()), outputs }));
    for (there, expected) in
        [(27, "community-cannot-call"), (5, "account-token-dead"), (7, "no-right"), (6, "postponed")]
    {
        state.refuses.borrow_mut().insert("start-call".into(), there);
        assert_eq!(code(&one(&state, call())), expected, "{there}");
    }
    state.refuses.borrow_mut().insert("end-call".into(), 951);
    assert_eq!(
        code(&one(&state, change(Action::Close, Item::new("call", "l1"), Some("c1")))),
        "done",
        "over already"
    );
}

#[test]
fn s6_an_invitation_goes_to_the_person_with_the_chats_link() {
    let state = state(&title("j1"));
    let invite = |person: i64| {
        Item::new("invitation", "j1/pupil:p2")
            .reference("chat", "chat", "j1")
            .create_only("vk-id", person)
            .create_only("text", "Чат")
            .output("link", ItemRef::new("chat", "j1"), "invite-link")
    };
    assert_eq!(code(&one(&state, change(Action::Create, invite(601), None))), "in doubt", "is in");
    assert_eq!(code(&one(&state, change(Action::Create, invite(602), None))), "done");
    let letters = state.letters.borrow().clone();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].0, letters[0].2.as_str()), (602, "Чат\nhttps://vk.me/join/x"));
    assert_eq!(json!(letters[0].1 > 0 && letters[0].1 <= 0x7fff_ffff), json!(true));
}
