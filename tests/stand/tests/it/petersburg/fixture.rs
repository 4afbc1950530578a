//! A running stand-in, and the steps most tests begin with: sign in, ask for a list.

use std::ops::Deref;

use exchange_stand::petersburg::{Options, Stand};
use serde_json::{Value, json};

use crate::client::Reply;
use crate::remote::Remote;

/// Works at both schools.
pub(crate) const DIRECTOR: &str = "director@example.org";
/// A parent of the first school.
pub(crate) const PARENT: &str = "parent@example.org";
pub(crate) const PASSWORD: &str = "пароль";
pub(crate) const SCHOOL: u64 = 9101;
/// A teacher of that school who linked nothing.
pub(crate) const UNLINKED: u64 = 700003;

pub(crate) const TEACHERS: &str = "/api/journal/teacher/list";
pub(crate) const SCHOOLS: &str = "/api/journal/institution/related-institution-list";
pub(crate) const VK_IDS: &str = "/api/exchange/teacher/vk-list";

pub(crate) struct Portal {
    // Ends when dropped.
    _stand: Stand,
    remote: Remote,
}

impl Deref for Portal {
    type Target = Remote;
    fn deref(&self) -> &Remote {
        &self.remote
    }
}

impl Portal {
    pub(crate) fn new() -> Portal {
        Portal::over(Options::default())
    }

    pub(crate) fn over(options: Options) -> Portal {
        let stand = Stand::spawn(options).expect("the stand-in starts");
        Portal { remote: Remote(stand.addr()), _stand: stand }
    }

    /// What the portal's own page sends.
    pub(crate) fn sign_in(&self, login: &str, password: &str) -> Reply {
        let body = json!({"type": "email", "login": login, "password": password, "activation_code": null, "_isEmpty": false});
        self.call("POST", "/api/user/auth/login").json(&body).send()
    }

    #[track_caller]
    pub(crate) fn token(&self, login: &str) -> String {
        let reply = self.sign_in(login, PASSWORD);
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.value()["data"]["token"].as_str().expect("a token").to_owned()
    }

    /// A list as its first user has it: with the token as a cookie.
    pub(crate) fn get(&self, token: &str, path: &str) -> Reply {
        self.call("GET", path).header("Cookie", &format!("a=b; X-JWT-Token={token}")).send()
    }
}

/// Numbers of what is on a page.
#[track_caller]
pub(crate) fn ids(reply: &Reply) -> Vec<u64> {
    let value = reply.value();
    let items = value["data"]["items"].as_array().expect("items").iter();
    items.map(|item| item["identity"]["id"].as_u64().expect("a number")).collect()
}

/// Is it the page of somebody who is not signed in?
pub(crate) fn is_sign_in_page(reply: &Reply) -> bool {
    reply.status == 200 && reply.header("content-type") == Some("text/html; charset=utf-8")
}

/// The token in the cookie that an answer sets.
pub(crate) fn fresh(reply: &Reply) -> Option<String> {
    let cookie = reply.header("set-cookie")?.strip_prefix("X-JWT-Token=")?;
    cookie.split(';').next().map(str::to_owned)
}

/// What is around the items of a page.
pub(crate) fn place(reply: &Reply) -> Value {
    let mut data = reply.value()["data"].clone();
    data.as_object_mut().expect("a page").remove("items");
    data
}
