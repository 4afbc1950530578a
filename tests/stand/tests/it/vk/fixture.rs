//! A stand-in with one invented school's community, and calls that are held against the schema both ways.

use std::ops::Deref;
use std::path::PathBuf;

use exchange_stand::vk::{Options, Stand};
use serde_json::{Value, json};

use super::schema::Schema;
use crate::client::{Call, Reply};
use crate::remote::Remote;

/// The school's community, and one that is another's.
pub(crate) const COMMUNITY: &str = "101";
pub(crate) const TOKEN: &str = "vk1.a.community";
pub(crate) const PARTNER: &str = "vk1.a.partner";
/// Of the technical account that manages the community.
pub(crate) const ACCOUNT: &str = "vk1.a.account";
pub(crate) const PUPIL_TOKEN: &str = "vk1.a.pupil";

pub(crate) const TEACHER: i64 = 501;
pub(crate) const PUPIL: i64 = 601;
/// Their privacy forbids chats.
pub(crate) const SHY: i64 = 602;
pub(crate) const DELETED: i64 = 603;
/// A manager of the community.
pub(crate) const MANAGER: i64 = 700;

/// The first chat of a caller.
pub(crate) const CHAT: &str = "2000000001";

pub(crate) fn seed() -> Value {
    let person = |id: i64, first: &str, last: &str| json!({"id": id, "firstName": first, "lastName": last});
    let mut shy = person(SHY, "Пётр", "Закрытов");
    shy["canBeInvited"] = json!(false);
    let mut deleted = person(DELETED, "Иван", "Удалёнов");
    deleted["deactivated"] = json!("deleted");
    json!({
        "replace": true,
        "communities": [
            {"id": 101, "name": "Школа № 1", "screenName": "school1", "managers": [MANAGER], "members": [TEACHER, PUPIL],
                "mayWriteTo": [TEACHER]},
            {"id": 102, "name": "Школа № 2"}],
        "people": [person(TEACHER, "Мария", "Учителева"), person(PUPIL, "Анна", "Вымыслова"), shy, deleted,
            person(MANAGER, "Олег", "Техников")],
        "tokens": [
            {"token": TOKEN, "kind": "community", "community": 101},
            {"token": "vk1.a.other", "kind": "community", "community": 102},
            {"token": "vk1.a.poor", "kind": "community", "community": 101, "rights": ["photos"]},
            {"token": "vk1.a.service", "kind": "service"},
            {"token": PARTNER, "kind": "partner", "community": 101},
            {"token": ACCOUNT, "kind": "user", "user": MANAGER},
            {"token": PUPIL_TOKEN, "kind": "user", "user": PUPIL}],
    })
}

pub(crate) struct Vk {
    pub(crate) stand: Stand,
    remote: Remote,
}

impl Deref for Vk {
    type Target = Remote;
    fn deref(&self) -> &Remote {
        &self.remote
    }
}

impl Vk {
    pub(crate) fn new() -> Vk {
        let vk = Vk::limited();
        vk.settings(&json!({"communityPerSecond": 0, "userPerSecond": 0}));
        vk
    }

    /// The same, as often as the system lets a token call.
    pub(crate) fn limited() -> Vk {
        let vk = Vk::over(None);
        vk.seed(&seed());
        vk
    }

    /// Without seeding: what a restart finds.
    pub(crate) fn over(data: Option<PathBuf>) -> Vk {
        let stand = Stand::spawn(Options { data, ..Options::default() }).expect("the stand-in starts");
        Vk { remote: Remote(stand.addr()), stand }
    }

    #[track_caller]
    pub(crate) fn seed(&self, seed: &Value) {
        let reply = self.control("POST", "seed", Some(seed));
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    #[track_caller]
    pub(crate) fn act(&self, deed: &Value) -> Value {
        let reply = self.control("POST", "act", Some(deed));
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.value()
    }

    /// A call as it is, with whatever is wrong with it.
    pub(crate) fn raw(&self, token: &str, method: &str, params: &[(&str, &str)]) -> Reply {
        let mut pairs = vec![("access_token", token), ("v", "5.199")];
        pairs.extend(params);
        Call::new(self.stand.addr(), "POST", &format!("/method/{method}")).form(&pairs).send()
    }

    /// A call whose parameters the schema knows, answered with 200 and in a form the schema knows.
    #[track_caller]
    pub(crate) fn call(&self, token: &str, method: &str, params: &[(&str, &str)]) -> Value {
        let faults = Schema::get().faults_of_call(method, params);
        assert!(faults.is_empty(), "{method}: {faults:?}");
        let reply = self.raw(token, method, params);
        assert_eq!(reply.status, 200, "{}", reply.body);
        let body = reply.value();
        Schema::get().accepts(method, &body);
        body
    }

    /// What a call that succeeds answers.
    #[track_caller]
    pub(crate) fn ok(&self, method: &str, params: &[(&str, &str)]) -> Value {
        self.ok_as(TOKEN, method, params)
    }

    #[track_caller]
    pub(crate) fn ok_as(&self, token: &str, method: &str, params: &[(&str, &str)]) -> Value {
        let body = self.call(token, method, params);
        body.get("response").unwrap_or_else(|| panic!("{method} is refused: {body}")).clone()
    }

    /// The code a call is refused with.
    #[track_caller]
    pub(crate) fn code(&self, token: &str, method: &str, params: &[(&str, &str)]) -> u64 {
        let body = self.raw(token, method, params).value();
        Schema::get().accepts(method, &body);
        body["error"]["error_code"].as_u64().unwrap_or_else(|| panic!("{method} is not refused: {body}"))
    }

    /// A chat of the community with these people.
    #[track_caller]
    pub(crate) fn chat(&self, title: &str, people: &[i64]) -> Value {
        let ids = people.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        self.ok("messages.createChat", &[("title", title), ("user_ids", &ids), ("group_id", COMMUNITY)])
    }

    #[track_caller]
    pub(crate) fn send(&self, peer: &str, text: &str, random_id: &str) -> Value {
        self.ok("messages.send", &[("peer_id", peer), ("message", text), ("random_id", random_id)])
    }

    /// Members of the community's first chat.
    #[track_caller]
    pub(crate) fn members(&self) -> Vec<i64> {
        let members = self.ok("messages.getConversationMembers", &[("peer_id", CHAT)]);
        let items = members["items"].as_array().expect("a list").iter();
        items.map(|member| member["member_id"].as_i64().expect("a number")).collect()
    }

    /// Texts said in the community's first chat, newest first; what happened there is left out.
    #[track_caller]
    pub(crate) fn texts(&self) -> Vec<String> {
        let history = self.ok("messages.getHistory", &[("peer_id", CHAT)]);
        let items = history["items"].as_array().expect("a list").iter();
        let said = items.filter(|message| message.get("action").is_none());
        said.map(|message| message["text"].as_str().expect("a text").to_owned()).collect()
    }
}
