//! The read half read by a library that other people wrote for the real system.
//!
//! It parses strictly: a missing member, a wrong type or a null where it knows none ends the script with an error.

use std::process::Command;

use serde_json::json;

use crate::fixture::{ADMIN, CHILD, CLASS, CLIENT, LEFT, MOTHER, REDIRECT, SCHOOL, SCOPE, SECRET, World};
use crate::python::{CLIENTS, python, run};

/// The library knows no person without a user, and only the nested form of relatives. A few people are added whose
/// class the administrator belongs to as a parent, so that no list is empty.
fn prepare(world: &World) {
    world.settings(&json!({"relativesShape": "object"}));
    let activated = json!({"persons": [{"id": CHILD, "userId": 1000000000204_u64, "lastName": "Вымыслова", "firstName": "Анна",
        "middleName": "Петровна", "sex": "Female", "birthday": "2015-03-08", "role": "EduStudent", "school": SCHOOL}],
        "eduGroupMemberships": [{"eduGroup": CLASS, "person": LEFT}],
        "relatives": [{"child": LEFT, "relative": ADMIN, "type": "Mother"}]});
    assert_eq!(world.control("POST", "seed", Some(&activated)).status, 200);
}

/// A code, by what a browser would do.
fn code(world: &World) -> String {
    let login = world.call("POST", "/login/").form(&[("login", "director"), ("password", "пароль")]).send();
    let cookie =
        login.header("set-cookie").and_then(|line| line.split(';').next()).expect("a cookie").to_owned();
    let form = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("scope", SCOPE),
        ("redirect_uri", REDIRECT),
        ("is_granted", "true"),
    ];
    let reply = world.call("POST", "/oauth2").header("Cookie", &cookie).form(&form).send();
    let location = reply.header("location").expect("a redirect");
    let code = location.split(['=', '&']).nth(1).expect("a code");
    code.to_owned()
}

#[test]
fn a_library_of_others_reads_the_stand_in() {
    let world = World::new();
    prepare(&world);
    let ids = [SCHOOL, CLASS, CHILD, MOTHER].map(|id| id.to_string());
    let mut script = Command::new(python());
    script.arg("mosreg_read.py").current_dir(CLIENTS);
    script.args([world.stand.url().as_str(), CLIENT, SECRET, &code(&world)]).args(&ids);
    let understood = run(&mut script);
    let refused = world.requests().iter().filter(|entry| entry["status"] != json!(200)).count();
    // Login and consent are two redirects; the script provokes four refusals.
    assert_eq!(refused, 6);
    insta::assert_snapshot!(understood);
}
