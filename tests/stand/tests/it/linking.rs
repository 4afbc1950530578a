//! The diary's side of linking accounts: our own design, with the uniqueness a link needs.

use serde_json::{Value, json};

use crate::client::Reply;
use crate::fixture::{CHILD, FOREIGN_SCHOOL, LEFT, MOTHER, SCHOOL, World};

fn post(world: &World, token: &str, what: &str, body: &Value) -> Reply {
    world.call("POST", &format!("/linking/v1/schools/{SCHOOL}/{what}")).token(token).json(body).send()
}

fn link(world: &World, token: &str, person: u64, subject: &str) -> Value {
    let items = json!({"items": [{"key": "k", "person": person, "subject": subject}]});
    post(world, token, "links", &items).value()["items"][0].clone()
}

fn links(world: &World, token: &str) -> Value {
    world.get(token, &format!("/linking/v1/schools/{SCHOOL}/links")).value()
}

fn lookup(world: &World, token: &str, last: &str, first: &str, middle: &str, snils: Option<&str>) -> Value {
    let body = json!({"lastName": last, "firstName": first, "middleName": middle, "snils": snils});
    post(world, token, "lookup", &body).value()
}

#[test]
fn accounts_are_found_by_full_name_and_by_snils() {
    let world = World::new();
    let token = world.token();
    let by_name = lookup(&world, &token, " вымыслова", "АННА", "петровна", None);
    insta::assert_snapshot!(format!("{by_name:#}"));
    let by_snils = lookup(&world, &token, "Иванова", "Анна", "", Some("11223344595"));
    assert_eq!(by_snils, by_name, "names differ: that is for the asker to see");
    assert_eq!(lookup(&world, &token, "Вымыслова", "Анна", "", None), json!([]), "another full name");
    assert_eq!(lookup(&world, &token, "Чужаков", "Пётр", "", None), json!([]), "of another school");
    assert_eq!(lookup(&world, &token, "Вымыслова", "Ольга", "Ивановна", None)[0]["person"], MOTHER);
}

#[test]
fn a_link_is_made_listed_and_removed() {
    let world = World::new();
    let token = world.token();
    let made = link(&world, &token, MOTHER, "oid-1");
    assert_eq!(link(&world, &token, MOTHER, "oid-1"), made, "the same again is the same link");
    let all = links(&world, &token);
    let (id, one) = (made["id"].clone(), &all[0]);
    assert_eq!((&one["id"], &one["person"], &one["subject"], &one["source"]), (&id, &json!(MOTHER), &json!("oid-1"), &json!("dialogue")));
    assert_eq!(world.state()["links"][0]["subject"], "oid-1");
    let of_child = world.get(&token, &format!("/linking/v1/schools/{SCHOOL}/links?person={CHILD}")).value();
    assert_eq!(of_child, json!([]));
    let remove = || world.call("DELETE", &format!("/linking/v1/links/{id}")).token(&token).send();
    let removed = remove();
    assert_eq!((removed.status, removed.value()["id"].clone()), (200, id.clone()));
    assert_eq!((remove().status, links(&world, &token)), (404, json!([])));
    assert_ne!(link(&world, &token, MOTHER, "oid-1")["id"], id, "a number is never given twice");
}

#[test]
fn one_identity_for_an_account_and_one_account_for_an_identity() {
    let world = World::new();
    let token = world.token();
    link(&world, &token, MOTHER, "oid-1");
    let field = |person: u64, subject: &str| link(&world, &token, person, subject)["error"]["field"].clone();
    assert_eq!(field(LEFT, "oid-1"), "subject");
    assert_eq!(field(MOTHER, "oid-2"), "person");
    assert_eq!(field(CHILD, "oid-3"), "person", "never activated");
    assert_eq!(field(1000000000403, "oid-4"), "person", "of another school");
    assert_eq!(field(MOTHER, ""), "subject");
    assert_eq!(links(&world, &token).as_array().map(Vec::len), Some(1));
}

#[test]
fn passwords_are_checked_three_times() {
    let world = World::new();
    let token = world.token();
    let check = |login: &str, password: &str| {
        post(&world, &token, "credentials", &json!({"login": login, "password": password}))
    };
    let right = check("mother", "пароль");
    assert_eq!((right.status, &right.value()["person"]), (200, &json!(MOTHER)));
    let left = |login: &str| check(login, "x").value()["attemptsLeft"].clone();
    assert_eq!((left("mother"), left("mother")), (json!(2), json!(1)));
    assert_eq!(check("mother", "пароль").status, 200);
    assert_eq!((left("mother"), left("mother"), left("mother")), (json!(2), json!(1), json!(0)));
    let locked = check("mother", "пароль");
    assert_eq!((locked.status, locked.header("retry-after")), (429, Some("900")));
    assert_eq!((left("nobody"), left("nobody")), (json!(2), json!(1)), "it is not told that there is no such login");
    world.advance_clock(900_000);
    assert_eq!(check("mother", "пароль").status, 200);
    world.settings(&json!({"linkAttempts": 1, "linkLockS": 5}));
    check("mother", "x");
    assert_eq!(check("mother", "пароль").header("retry-after"), Some("5"));
}

#[test]
fn it_needs_the_administrator_of_that_very_school() {
    let world = World::new();
    let mother = world.token_of("mother", "");
    let bodies = [
        ("lookup", json!({"lastName": "a", "firstName": "b"})),
        ("credentials", json!({"login": "a", "password": "b"})),
        ("links", json!({"items": []})),
    ];
    for (what, body) in &bodies {
        assert_eq!(post(&world, &mother, what, body).status, 403, "{what}");
        let elsewhere = world.call("POST", &format!("/linking/v1/schools/{FOREIGN_SCHOOL}/{what}"));
        assert_eq!(elsewhere.token(&world.token()).json(body).send().status, 403, "{what}");
    }
    let id = link(&world, &world.token(), MOTHER, "oid-1")["id"].clone();
    assert_eq!(world.call("DELETE", &format!("/linking/v1/links/{id}")).token(&mother).send().status, 403);
}

#[test]
fn links_take_part_in_the_faults_of_writes() {
    let world = World::new();
    let token = world.token();
    world.fault(&json!({"prefix": "/linking/"}), &json!({"kind": "storeNothing"}));
    let pretended = link(&world, &token, MOTHER, "oid-1");
    assert!(pretended["id"].is_u64(), "{pretended}");
    world.fault(&json!({"method": "POST"}), &json!({"kind": "visibleAfter", "ms": 60_000}));
    assert_eq!(links(&world, &token), json!([]));
    link(&world, &token, MOTHER, "oid-1");
    assert_eq!(links(&world, &token), json!([]));
    world.advance_clock(60_000);
    assert_eq!(links(&world, &token).as_array().map(Vec::len), Some(1));
    assert_eq!(world.state()["counters"]["writes"], 2);
}

/// What became of somebody who signed in at the diary through ЕСИА.
fn sign_in(world: &World, person: &Value, changes: &[(&str, Value)]) -> Value {
    let mut visitor = person.clone();
    for (name, value) in changes {
        visitor[*name] = value.clone();
    }
    world.control("POST", "sign-in", Some(&visitor)).value()
}

#[test]
fn from_fourteen_on_an_account_with_snils_links_by_itself() {
    let world = World::new();
    let pupil = |birthday: &str, snils: Option<&str>| {
        let person = json!({"id": LEFT, "userId": 1000000000202_u64, "lastName": "Архивов", "firstName": "Иван",
            "birthday": birthday, "snils": snils, "role": "EduStudent", "school": SCHOOL});
        assert_eq!(world.control("POST", "seed", Some(&json!({"persons": [person]}))).status, 200);
    };
    let today = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC).date();
    let born = |years: i64| today.checked_sub(jiff::Span::new().years(years)).expect("a day").to_string();
    let visitor = json!({"subject": "oid-7", "lastName": "АРХИВОВ", "firstName": "Иван", "snils": "000-000-777 77"});
    let why = |changes: &[(&str, Value)]| sign_in(&world, &visitor, changes)["why"].clone();
    pupil(&born(15), None);
    assert_eq!(why(&[]), "noSnils");
    pupil(&born(13), Some("000-000-777 77"));
    assert_eq!(why(&[]), "tooYoung");
    pupil(&born(14), Some("000-000-777 77"));
    assert_eq!(why(&[("lastName", json!("Другой"))]), "namesDiffer");
    assert_eq!(why(&[("snils", Value::Null)]), "snilsDiffers");
    assert_eq!(why(&[("snils", json!("000-000-888 88")), ("lastName", json!("Никто"))]), "notFound");
    assert_eq!(sign_in(&world, &visitor, &[]), json!({"linked": true, "person": LEFT.to_string(), "why": null}));
    assert_eq!(sign_in(&world, &visitor, &[])["linked"], true, "and the next time too");
    assert_eq!(why(&[("subject", json!("oid-8"))]), "linkedToAnother");
    assert_eq!(links(&world, &world.token())[0]["source"], "signIn");
}
