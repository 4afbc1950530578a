use exchange_sdk::http::Request;
use exchange_sdk::testing::{Recorded, answer};
use serde_json::{Value, json};

use super::samples::{COMMUNITY, param};
use super::*;

fn number(request: &Request, name: &str) -> usize {
    param(request, name).and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn response(value: &Value) -> exchange_sdk::testing::Answer {
    answer(200, &json!({ "response": value }).to_string())
}

fn conversation(peer: i64) -> Value {
    json!({"conversation": {"peer": {"id": peer, "type": "chat"},
        "chat_settings": {"owner_id": -57, "title": "Чат", "state": "in"}}})
}

fn our_own() -> exchange_sdk::testing::Answer {
    response(&json!({"groups": [{"id": 57}]}))
}

/// A listing in which the `moves`-th page lacks one that moved to the top while it was read.
fn listing(total: usize, moves: usize) -> (Result<usize, Fault>, usize) {
    let asked = std::cell::Cell::new(0);
    let http = Recorded::new(|request: &Request| {
        if request.operation == "get-community" {
            return our_own();
        }
        asked.set(asked.get() + 1);
        let offset = number(request, "offset");
        let missing = usize::from(asked.get() <= moves && offset > 0);
        let page =
            (offset + missing..total.min(offset + 200)).map(|at| conversation(2_000_000_001 + at as i64));
        response(&json!({"count": total, "items": page.collect::<Vec<_>>()}))
    });
    let all = Vk::new(&http, COMMUNITY).all_chats().map(|all| all.len());
    (all, http.count("list-conversations"))
}

#[test]
fn a_listing_is_complete_or_it_is_none() {
    assert_eq!(listing(450, 0), (Ok(450), 3));
    assert_eq!(listing(450, 3), (Ok(450), 6), "one moved while it was read: read again");
    let (all, pages) = listing(450, 99);
    assert!(matches!(all, Err(Fault::Incomplete(_))), "{all:?}");
    assert_eq!(pages, 9);
}

#[test]
fn history_is_read_back_to_the_moment_asked_for() {
    let read = |since: i64, total: usize| {
        let http = Recorded::new(|request: &Request| {
            if request.operation == "get-community" {
                return our_own();
            }
            let offset = number(request, "offset");
            let message = |at: usize| json!({"conversation_message_id": total - at, "date": 1_000_000 - at, "from_id": -57, "random_id": at + 1});
            let page: Vec<Value> = (offset..total.min(offset + 200)).map(message).collect();
            response(&json!({"count": total, "items": page}))
        });
        let said =
            Vk::new(&http, COMMUNITY).said(&[(2_000_000_001, since)]).expect("an answer").pop().expect("one");
        (said.map(|said| said.len()), http.count("get-history"))
    };
    assert_eq!(read(0, 450), (Ok(450), 3), "to its beginning");
    assert_eq!(read((1_000_000 - 250) * 1_000, 450), (Ok(400), 2));
    assert_eq!(read(0, 0), (Ok(0), 1));
    let (said, pages) = read(0, 100_000);
    assert!(matches!(said, Err(Fault::Incomplete(_))), "{said:?}");
    assert_eq!(pages, 25);
}

#[test]
fn both_forms_of_answers_are_understood() {
    for form in [json!({"chat_id": 7, "peer_ids": []}), json!(7)] {
        let http = Recorded::new(|request: &Request| match request.operation.as_str() {
            "get-community" => response(&json!([{"id": 57}])),
            _ => response(&form),
        });
        assert_eq!(Vk::new(&http, COMMUNITY).create_chat(0, "Чат", &[]), Ok(2_000_000_007), "{form}");
    }
}

#[test]
fn what_is_no_answer_of_vk_is_a_doubt_after_a_write() {
    for (status, body) in [(200, "<html>"), (200, "{}"), (502, ""), (200, "{\"response\":")] {
        let http = Recorded::new(|request: &Request| match request.operation.as_str() {
            "get-community" => our_own(),
            _ => answer(status, body),
        });
        let made = Vk::new(&http, COMMUNITY).create_chat(0, "Чат", &[]);
        assert!(matches!(made, Err(Fault::Broken(_))), "{status} {body}: {made:?}");
    }
}

#[test]
fn s1_the_token_goes_with_no_request_of_ours() {
    let http = Recorded::new(|_: &Request| our_own());
    let _ = Vk::new(&http, COMMUNITY).is_ours();
    assert_eq!(param(&http.requests()[0], "access_token"), None);
    assert_eq!(param(&http.requests()[0], "v").as_deref(), Some("5.199"));
}
