//! Rights that go away in the middle of work.

use serde_json::json;

use crate::fixture::{OTHER_SCHOOL, SCHOOL, World, pupils, stored};

#[test]
fn a_token_revoked_stays_revoked() {
    let world = World::new();
    let token = world.token();
    world.fault(&json!({"prefix": "/v2/users", "nth": 2}), &json!({"kind": "revokeToken"}));
    let statuses: Vec<u16> = (0..3).map(|_| world.get(&token, "/v2/users/me").status).collect();
    assert_eq!(statuses, [200, 401, 401]);
    assert_eq!(world.get(&world.token(), "/v2/users/me").status, 200);
}

#[test]
fn the_refresh_token_may_outlive_the_access_token_or_not() {
    use crate::fixture::{CLIENT, SCOPE, SECRET};
    for (refresh_too, expected) in [(false, 200), (true, 400)] {
        let world = World::new();
        let login = json!({"client_id": CLIENT, "client_secret": SECRET, "username": "director", "password": "пароль", "scope": SCOPE});
        let tokens = world.call("POST", "/v2/authorizations/bycredentials").json(&login).send().value();
        world.fault(
            &json!({"prefix": "/v2/users"}),
            &json!({"kind": "revokeToken", "refreshToo": refresh_too}),
        );
        assert_eq!(world.get(tokens["accessToken"].as_str().expect("a token"), "/v2/users/me").status, 401);
        let refresh = json!({"client_id": CLIENT, "client_secret": SECRET, "grant_type": "RefreshToken",
            "refreshToken": tokens["refreshToken"]});
        assert_eq!(world.call("POST", "/v2/authorizations").json(&refresh).send().status, expected);
    }
}

#[test]
fn a_role_withdrawn_stays_withdrawn() {
    let world = World::new();
    let token = world.token();
    assert_eq!(world.post(&token, "persons", &pupils(1)).status, 200);
    world.fault(&json!({"method": "POST", "nth": 1}), &json!({"kind": "withdrawRights", "school": SCHOOL}));
    let refused = world.post(&token, "persons", &pupils(1));
    insta::assert_snapshot!(refused.shown());
    assert_eq!(world.control("DELETE", "faults", None).status, 200);
    assert_eq!((world.post(&token, "persons", &pupils(1)).status, stored(&world)), (403, 1));
    let admins = |school: u64| {
        world.get(&token, &format!("/v2/schools/{school}/membership?schoolMembershipType=Admins")).value()
    };
    assert_eq!(admins(SCHOOL), json!([]));
    assert_eq!(admins(OTHER_SCHOOL).as_array().expect("a list").len(), 1);
}

#[test]
fn without_a_school_the_role_is_withdrawn_everywhere() {
    let world = World::new();
    let token = world.token();
    world.fault(&json!({"nth": 1}), &json!({"kind": "withdrawRights"}));
    assert_eq!(world.get(&token, "/v2/users/me/roles").value(), json!(["EduStaff"]));
}
