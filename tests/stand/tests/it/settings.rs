//! Behaviour that nobody outside knows, set one way and the other.

use serde_json::json;

use crate::fixture::{ARCHIVE_CLASS, CHILD, CLASS, FOREIGN_CLASS, SCHOOL, World, pupils};

#[test]
fn defaults() {
    let world = World::new();
    insta::assert_snapshot!(world.control("GET", "settings", None).body);
}

#[test]
fn unknown_names_and_values_are_refused_and_change_nothing() {
    let world = World::new();
    let before = world.control("GET", "settings", None).body;
    for patch in [json!({"nonsense": 1}), json!({"searchScope": "district"}), json!({"showContacts": 1})] {
        assert_eq!(world.control("POST", "settings", Some(&patch)).status, 400, "{patch}");
    }
    assert_eq!(world.control("GET", "settings", None).body, before);
}

#[test]
fn search_within_own_schools_or_everywhere() {
    let world = World::new();
    let token = world.token();
    // Чужаков
    let found = || {
        world.get(&token, "/v2/persons/search?lastName=%D0%A7%D1%83%D0%B6%D0%B0%D0%BA%D0%BE%D0%B2").value()
    };
    assert_eq!(found(), json!([]));
    world.settings(&json!({"searchScope": "all"}));
    assert_eq!(found().as_array().map(Vec::len), Some(1));
}

#[test]
fn foreign_schools_closed_or_open() {
    let world = World::new();
    let token = world.token();
    let status = || world.get(&token, &format!("/v2/edu-groups/{FOREIGN_CLASS}")).status;
    assert_eq!(status(), 403);
    world.settings(&json!({"schoolScope": "all"}));
    assert_eq!(status(), 200);
}

#[test]
fn archive_listed_or_not() {
    let world = World::new();
    let token = world.token();
    let count = |path: String| world.get(&token, &path).value().as_array().map(Vec::len);
    let counts = || {
        (count(format!("/v2/schools/{SCHOOL}/edu-groups")), count(format!("/v2/edu-groups/{CLASS}/persons")))
    };
    assert_eq!(counts(), (Some(1), Some(1)));
    world.settings(&json!({"listArchiveGroups": true, "listArchiveMembers": true}));
    assert_eq!(counts(), (Some(2), Some(2)));
    assert_eq!(count(format!("/v2/edu-groups/{ARCHIVE_CLASS}/persons")), Some(0));
}

#[test]
fn shapes_of_relatives_and_memberships() {
    let world = World::new();
    let token = world.token();
    let relatives = || world.get(&token, "/v2/users/1000000000203/relatives").value();
    let memberships = || world.get(&token, &format!("/v2/persons/{CHILD}/school-memberships")).value();
    assert!(relatives().is_array() && memberships().is_object());
    world.settings(&json!({"relativesShape": "object", "personMembershipsShape": "list"}));
    assert_eq!(relatives()["relatives"][0]["person"]["id"], json!(CHILD));
    assert_eq!(memberships()[0]["person"], json!(CHILD));
}

#[test]
fn spellings_of_errors() {
    let world = World::new();
    let words =
        || ["/v2/users/me", "/v2/nowhere"].map(|path| world.call("GET", path).send().value()["type"].clone());
    assert_eq!(words(), ["tokenRequired", "apiResourceUnavailable"]);
    world.settings(&json!({"errorSpelling": "long"}));
    assert_eq!(words(), ["authorizationTokenRequired", "apiResourceUnavailable"]);
    world.settings(&json!({"errorSpelling": "short"}));
    assert_eq!(words(), ["tokenRequired", "resourceUnavailable"]);
}

#[test]
fn scopes_checked_or_not_and_contacts_shown_or_not() {
    let world = World::new();
    let token = world.token_of("director", "CommonInfo");
    let path = format!("/v2/schools/{SCHOOL}/edu-groups");
    assert_eq!(world.get(&token, &path).status, 403);
    world.settings(&json!({"checkScopes": false, "showContacts": true}));
    assert_eq!(world.get(&token, &path).status, 200);
    assert_eq!(world.get(&token, "/v2/users/1000000000203").value()["email"], "olga@example.org");
}

#[test]
fn new_persons_activated_or_not() {
    let world = World::new();
    let token = world.token();
    let user_of_new = || {
        let id = world.post(&token, "persons", &pupils(1)).value()["items"][0]["id"].clone();
        world.get(&token, &format!("/v2/persons/{id}")).value()["userId"].clone()
    };
    assert!(user_of_new().is_null());
    world.settings(&json!({"activateNewPersons": true}));
    assert!(user_of_new().is_u64());
}

#[test]
fn refresh_may_leave_the_old_access_token_alive() {
    use crate::fixture::{CLIENT, SCOPE, SECRET};
    let world = World::new();
    world.settings(&json!({"refreshRevokesAccess": false, "journaltype": "Other"}));
    let login = json!({"client_id": CLIENT, "client_secret": SECRET, "username": "director", "password": "пароль", "scope": SCOPE});
    let tokens = world.call("POST", "/v2/authorizations/bycredentials").json(&login).send().value();
    let refresh = json!({"client_id": CLIENT, "client_secret": SECRET, "grant_type": "RefreshToken", "refreshToken": tokens["refreshToken"]});
    assert_eq!(world.call("POST", "/v2/authorizations").json(&refresh).send().status, 200);
    let old = tokens["accessToken"].as_str().expect("a token");
    assert_eq!(world.get(old, &format!("/v2/edu-groups/{CLASS}")).value()["journaltype"], "Other");
}
