//! VK's answers for tests, from a small state behind [`Recorded`]: enough to see where requests go.

use std::cell::RefCell;
use std::collections::BTreeMap;

use exchange_sdk::http::{Body, Request, TextOrSecret};
use exchange_sdk::testing::{Answer, answer};
use serde_json::{Value, json};

/// The community of the tests.
pub(crate) const COMMUNITY: &str = "57";

/// A chat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room {
    pub(crate) title: String,
    /// Made by somebody else.
    pub(crate) foreign: bool,
    pub(crate) people: Vec<i64>,
    /// Newest last: from whom, number, text.
    pub(crate) said: Vec<(i64, i64, String)>,
}

/// What is at VK.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) rooms: RefCell<BTreeMap<i64, Room>>,
    /// Messages to people: to whom, number, text.
    pub(crate) letters: RefCell<Vec<(i64, i64, String)>>,
    /// People who let nobody put them into chats.
    pub(crate) private: Vec<i64>,
    /// Codes with which operations are refused.
    pub(crate) refuses: RefCell<BTreeMap<String, i64>>,
    /// The community of the token.
    pub(crate) token: Option<i64>,
    /// Seconds at which everything was said.
    pub(crate) date: i64,
}

/// A parameter of a request.
pub(crate) fn param(request: &Request, name: &str) -> Option<String> {
    let Body::Form(values) = &request.body else { return None };
    let value = values.iter().find(|value| value.name == name)?;
    match &value.value {
        TextOrSecret::Text(text) => Some(text.clone()),
        TextOrSecret::Secret(_) => None,
    }
}

fn number(request: &Request, name: &str) -> i64 {
    param(request, name).and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn numbers(request: &Request, name: &str) -> Vec<i64> {
    param(request, name).unwrap_or_default().split(',').filter_map(|text| text.parse().ok()).collect()
}

impl State {
    /// The answer to a request.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        if let Some(code) = self.refuses.borrow().get(&request.operation) {
            return answer(200, &json!({"error": {"error_code": code, "error_msg": "no"}}).to_string());
        }
        let body = match self.respond(request) {
            Ok(response) => json!({ "response": response }),
            Err(code) => json!({"error": {"error_code": code, "error_msg": "no"}}),
        };
        answer(200, &body.to_string())
    }

    fn respond(&self, request: &Request) -> Result<Value, i64> {
        let own = -self.token.unwrap_or(57);
        let peer = number(request, "peer_id");
        let mut rooms = self.rooms.borrow_mut();
        Ok(match request.operation.as_str() {
            "get-community" => json!({"groups": [{"id": -own}]}),
            "get-token-permissions" => json!({"permissions": [{"name": "messages"}, {"name": "manage"}]}),
            "get-account" => json!([{"id": 1}]),
            "list-conversations" => {
                let all: Vec<Value> =
                    rooms.iter().map(|(peer, room)| json!({"conversation": shape(*peer, room)})).collect();
                json!({"count": all.len(), "items": all})
            }
            "get-conversations" => {
                let asked = numbers(request, "peer_ids");
                let all: Vec<Value> = rooms
                    .iter()
                    .filter(|(peer, _)| asked.contains(peer))
                    .map(|(peer, room)| shape(*peer, room))
                    .collect();
                json!({"count": all.len(), "items": all})
            }
            "list-members" => {
                let room = rooms.get(&peer).ok_or(927)?;
                let people: Vec<Value> =
                    [own].iter().chain(&room.people).map(|id| json!({"member_id": id})).collect();
                json!({"count": people.len(), "items": people})
            }
            "get-invite-link" => {
                rooms.get(&peer).ok_or(927)?;
                json!({"link": format!("https://vk.me/join/{peer}")})
            }
            "get-history" if peer < 2_000_000_000 => {
                let letters = self.letters.borrow();
                let own_letters = letters.iter().enumerate().filter(|(_, letter)| letter.0 == peer);
                let all: Vec<Value> =
                    own_letters.rev().map(|(at, (_, id, _))| self.message(at, own, *id)).collect();
                json!({"count": all.len(), "items": all})
            }
            "get-history" => {
                let room = rooms.get(&peer).ok_or(927)?;
                let all: Vec<Value> = room
                    .said
                    .iter()
                    .enumerate()
                    .rev()
                    .map(|(at, (from, id, _))| self.message(at, *from, *id))
                    .collect();
                json!({"count": all.len(), "items": all})
            }
            "may-write" => json!({"is_allowed": 1}),
            "create-chat" => {
                let people = numbers(request, "user_ids");
                if people.iter().any(|person| self.private.contains(person)) {
                    return Err(15);
                }
                let title = param(request, "title").unwrap_or_default();
                let peer = 2_000_000_001 + rooms.len() as i64;
                rooms.insert(peer, Room { title, people, ..Room::default() });
                json!({"chat_id": peer - 2_000_000_000, "peer_ids": []})
            }
            "rename-chat" => {
                let room = rooms.get_mut(&(2_000_000_000 + number(request, "chat_id"))).ok_or(927)?;
                room.title = param(request, "title").unwrap_or_default();
                json!(1)
            }
            "remove-member" => {
                let room = rooms.get_mut(&(2_000_000_000 + number(request, "chat_id"))).ok_or(927)?;
                let person = number(request, "member_id");
                if !room.people.contains(&person) {
                    return Err(935);
                }
                room.people.retain(|id| *id != person);
                json!(1)
            }
            "send-message" => {
                let peer = number(request, "peer_ids");
                let (id, text) =
                    (number(request, "random_id"), param(request, "message").unwrap_or_default());
                let place = if peer > 2_000_000_000 {
                    let room = rooms.get_mut(&peer).ok_or(917)?;
                    room.said.push((own, id, text));
                    room.said.len()
                } else {
                    self.letters.borrow_mut().push((peer, id, text));
                    self.letters.borrow().len()
                };
                json!([{"peer_id": peer, "message_id": 0, "conversation_message_id": place}])
            }
            "start-call" => json!({"call_id": "c1", "join_link": "https://vk.com/call/join/x"}),
            _ => json!(1),
        })
    }

    fn message(&self, at: usize, from: i64, number: i64) -> Value {
        let random = if from < 0 { number } else { 0 };
        json!({"conversation_message_id": at + 1, "date": self.date, "from_id": from, "random_id": random, "text": ""})
    }
}

fn shape(peer: i64, room: &Room) -> Value {
    let owner = if room.foreign { 999 } else { -57 };
    json!({"peer": {"id": peer, "type": "chat"},
        "chat_settings": {"owner_id": owner, "title": room.title, "state": "in", "members_count": 1}})
}
