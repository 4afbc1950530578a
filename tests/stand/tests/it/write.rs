//! The write half (our own design): shapes, checks, rights, twins, idempotency, dates.

use serde_json::{Value, json};

use crate::fixture::{
    ADMIN, CHILD, CLASS, FOREIGN_CLASS, FOREIGN_SCHOOL, MOTHER, OTHER_SCHOOL, SCHOOL, SCOPE, World, pupils,
    stored,
};

fn put(world: &World, token: &str, path: &str, body: &Value) -> crate::client::Reply {
    world.call("PUT", &format!("/contingent/v1/{path}")).token(token).json(body).send()
}

/// The id that came back for the only item.
#[track_caller]
fn id_of(reply: &crate::client::Reply) -> Value {
    let id = reply.value()["items"][0]["id"].clone();
    assert!(id.is_u64(), "{}", reply.body);
    id
}

#[test]
fn a_class_a_pupil_a_parent_and_what_joins_them() {
    let world = World::new();
    let token = world.token();
    let mut text = String::new();
    let mut post = |collection: &str, item: Value| {
        let reply = world.post(&token, collection, &json!([item]));
        text += &format!("POST {collection}: {}\n", reply.shown());
        id_of(&reply)
    };
    let class = post("edu-groups", json!({"key": "class", "name": "1-А", "parallel": 1, "studyyear": 2026}));
    let pupil = post(
        "persons",
        json!({"key": "pupil", "role": "EduStudent", "lastName": "Новикова", "firstName": "Вера", "middleName": "Ильинична",
            "birthday": "2019-02-28", "sex": "Female", "snils": "087-654-303 00"}),
    );
    let parent = post(
        "persons",
        json!({"key": "parent", "role": "EduParent", "lastName": "Новиков", "firstName": "Илья"}),
    );
    post("memberships", json!({"key": "m", "person": pupil, "start": "2026-09-01"}));
    // Ids may be texts.
    post(
        "edu-group-memberships",
        json!({"key": "g", "eduGroup": class.to_string(), "person": pupil.to_string(), "start": "2026-09-03"}),
    );
    post("relatives", json!({"key": "r", "child": pupil, "relative": parent, "type": "Father"}));
    for path in
        [format!("memberships?person={pupil}"), format!("relatives?child={pupil},{CHILD}&relative={parent}")]
    {
        let reply = world.get(&token, &format!("/contingent/v1/schools/{SCHOOL}/{path}"));
        text += &format!("GET {path}: {}\n", reply.shown());
    }
    insta::assert_snapshot!(text);
    insta::assert_snapshot!("state_after_writing", world.control("GET", "state", None).body);
    assert_eq!(world.get(&token, &format!("/v2/edu-groups/{class}/persons")).value()[0]["id"], pupil);
    assert_eq!(world.get(&token, &format!("/v2/person/{parent}/children")).value()[0]["id"], pupil);
}

#[test]
fn bad_items_are_refused_one_by_one() {
    let world = World::new();
    let token = world.token();
    let mut text = String::new();
    let mut post = |collection: &str, base: Value, spoilt: &[(&str, Value)]| {
        let spoil = |(n, (field, value)): (usize, &(&str, Value))| {
            let mut item = base.clone();
            item["key"] = json!(format!("{n}"));
            item[*field] = value.clone();
            item
        };
        let items: Value = spoilt.iter().enumerate().map(spoil).collect();
        text += &format!("{collection}: {}\n", world.post(&token, collection, &items).shown());
    };
    let person = json!({"role": "EduStudent", "lastName": "Новиков", "firstName": "Лев"});
    post(
        "persons",
        person,
        &[
            ("lastName", json!(" ")),
            ("firstName", json!(null)),
            ("birthday", json!("2026-02-30")),
            ("birthday", json!("2999-01-01")),
            ("snils", json!("112-233-445 96")),
            ("sex", json!("F")),
            ("role", json!("EduStaff")),
            ("role", json!("Pupil")),
            ("lastname", json!("x")),
            ("snils", json!("000-000-600 06")),
        ],
    );
    post(
        "edu-groups",
        json!({"name": "1-А", "parallel": 1, "studyyear": 2026}),
        &[("name", json!("")), ("parallel", json!(13)), ("studyyear", json!("2026"))],
    );
    post(
        "memberships",
        json!({"person": CHILD, "start": "2026-09-01"}),
        &[("person", json!(1)), ("start", json!("1.9.2026"))],
    );
    post(
        "edu-group-memberships",
        json!({"eduGroup": CLASS, "person": CHILD, "start": "2026-09-01"}),
        &[("eduGroup", json!(FOREIGN_CLASS)), ("person", json!("abc"))],
    );
    post(
        "relatives",
        json!({"child": CHILD, "relative": MOTHER, "type": "Mother"}),
        &[("relative", json!(CHILD)), ("type", json!("Мама"))],
    );
    insta::assert_snapshot!(text);
    assert_eq!(stored(&world), 1);
}

#[test]
fn a_bad_whole_stores_nothing() {
    let world = World::new();
    let token = world.token();
    let good = pupils(1)[0].clone();
    let path = format!("/contingent/v1/schools/{SCHOOL}/persons");
    let mut text = String::new();
    for body in [
        json!({"items": [good, {"role": "EduStudent"}]}),
        json!({"items": [good, 5]}),
        json!({"items": [good], "dryRun": true}),
        json!([good]),
        json!({"items": pupils(101)}),
    ] {
        text += &world.call("POST", &path).token(&token).json(&body).send().shown();
        text += "\n";
    }
    insta::assert_snapshot!(text);
    assert_eq!(stored(&world), 0);
    assert_eq!((world.post(&token, "persons", &pupils(100)).status, stored(&world)), (200, 100));
}

#[test]
fn posting_twice_makes_twins() {
    let world = World::new();
    let token = world.token();
    let twice = |collection: &str, item: Value| {
        let ids = [(); 2].map(|()| id_of(&world.post(&token, collection, &json!([item]))));
        assert_ne!(ids[0], ids[1], "{collection}");
    };
    twice(
        "persons",
        json!({"key": "a", "role": "EduStudent", "lastName": "Вымыслова", "firstName": "Анна", "snils": "112-233-445 95"}),
    );
    twice("edu-groups", json!({"key": "a", "name": "7-А", "parallel": 7, "studyyear": 2026}));
    twice("memberships", json!({"key": "a", "person": CHILD, "start": "2026-09-01"}));
    twice(
        "edu-group-memberships",
        json!({"key": "a", "eduGroup": CLASS, "person": CHILD, "start": "2026-09-01"}),
    );
    twice("relatives", json!({"key": "a", "child": CHILD, "relative": MOTHER, "type": "Mother"}));
    let classes = world.get(&token, &format!("/v2/schools/{SCHOOL}/edu-groups")).value();
    assert_eq!(classes.as_array().expect("a list").iter().filter(|class| class["name"] == "7-А").count(), 3);
    let same_snils = world.get(&token, "/v2/persons/search?snils=11223344595").value();
    assert_eq!(same_snils.as_array().map(Vec::len), Some(3));
}

#[test]
fn an_idempotency_key_counts_only_inside_its_window() {
    let world = World::new();
    let token = world.token();
    let send =
        |count: usize| world.posting(&token, "persons", &pupils(count)).header("Idempotency-Key", "k").send();
    send(1);
    send(1);
    assert_eq!(stored(&world), 2, "off by default");
    world.settings(&json!({"idempotencyWindowMs": 1000}));
    let first = send(1);
    assert_eq!((send(1).body, stored(&world)), (first.body, 3));
    let other = send(2);
    assert_eq!(
        (other.status, other.value()["type"].clone(), stored(&world)),
        (400, json!("parameterInvalid"), 3)
    );
    world.advance_clock(1000);
    assert_eq!((send(1).status, stored(&world)), (200, 4));
}

#[test]
fn writing_needs_the_administrator_of_that_school() {
    let world = World::new();
    let mother = world.token_of("mother", SCOPE);
    let director = world.token_of("director", "");
    let mut text = format!("no token: {}\n", world.posting("", "persons", &pupils(1)).send().shown());
    text += &format!("a mother: {}\n", world.post(&mother, "persons", &pupils(1)).shown());
    let elsewhere = |school: u64| {
        let call = world.call("POST", &format!("/contingent/v1/schools/{school}/persons"));
        call.token(&director).json(&json!({"items": pupils(1)})).send()
    };
    text += &format!("foreign school: {}\n", elsewhere(FOREIGN_SCHOOL).shown());
    text += &format!("no such school: {}\n", elsewhere(1).shown());
    text += &format!(
        "foreign class: {}\n",
        put(&world, &director, &format!("edu-groups/{FOREIGN_CLASS}"), &json!({"name": "x"})).shown()
    );
    text += &format!(
        "dates for a mother: {}\n",
        world.get(&mother, &format!("/contingent/v1/schools/{SCHOOL}/memberships")).shown()
    );
    insta::assert_snapshot!(text);
    assert_eq!(stored(&world), 0);
    assert_eq!((elsewhere(OTHER_SCHOOL).status, stored(&world)), (200, 1), "the scope does not matter");
}

#[test]
fn updates_change_only_what_they_name() {
    let world = World::new();
    let token = world.token();
    let body = json!({"lastName": "Иная", "birthday": "2015-03-09"});
    assert_eq!(
        put(&world, &token, &format!("persons/{CHILD}"), &body).shown(),
        "200\n{\n  \"id\": 1000000000401,\n  \"id_str\": \"1000000000401\"\n}"
    );
    let state = world.state();
    let child = state["persons"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|p| p["id"] == json!(CHILD.to_string()))
        .expect("the child");
    assert_eq!(
        [&child["lastName"], &child["firstName"], &child["birthday"], &child["snils"]],
        ["Иная", "Анна", "2015-03-09", "112-233-445 95"]
    );

    assert_eq!(
        put(&world, &token, &format!("edu-groups/{CLASS}"), &json!({"parallel": 8, "name": "8-А"})).status,
        200
    );
    let class = world.get(&token, &format!("/v2/edu-groups/{CLASS}")).value();
    assert_eq!(
        (&class["name"], &class["parallel"], &class["studyyear"]),
        (&json!("8-А"), &json!(8), &json!(2026))
    );
}

#[test]
fn dates_and_classes_of_memberships_can_be_changed() {
    let world = World::new();
    let token = world.token();
    let list = |query: &str| {
        world.get(&token, &format!("/contingent/v1/schools/{SCHOOL}/memberships{query}")).value()
    };
    let class = id_of(&world.post(
        &token,
        "edu-groups",
        &json!([{"key": "c", "name": "7-Г", "parallel": 7, "studyyear": 2026}]),
    ));
    let of_child = list(&format!("?person={CHILD}"));
    let (school, group) = (&of_child[0]["id"], &of_child[1]["id"]);
    assert_eq!(
        put(&world, &token, &format!("memberships/{school}"), &json!({"start": "2026-10-01"})).status,
        200
    );
    assert_eq!(
        put(
            &world,
            &token,
            &format!("edu-group-memberships/{group}"),
            &json!({"eduGroup": class, "start": "2026-10-02"})
        )
        .status,
        200
    );
    // What a membership is may be repeated, not changed.
    let whose = |person: u64| {
        put(&world, &token, &format!("memberships/{school}"), &json!({"person": person})).status
    };
    assert_eq!((whose(CHILD), whose(MOTHER)), (200, 400));
    assert_eq!(list(&format!("?eduGroup={CLASS}")), json!([]));
    assert_eq!(list(&format!("?eduGroup={CLASS},{class}"))[0]["start"], "2026-10-02");
    assert_eq!(list(&format!("?person={ADMIN}&person={CHILD}")).as_array().map(Vec::len), Some(4));
    assert_eq!(list(&format!("?person={CHILD}"))[0]["start"], "2026-10-01");
}

#[test]
fn bad_updates_change_nothing() {
    let world = World::new();
    let token = world.token();
    let mut text = String::new();
    let before = world.state()["persons"].clone();
    for (path, body) in [
        (format!("persons/{CHILD}"), json!({"lastName": "Иная", "firstName": ""})),
        (format!("persons/{CHILD}"), json!({"role": "EduStaff"})),
        (format!("persons/{CHILD}"), json!([])),
        (format!("edu-groups/{CLASS}"), json!({"parallel": 0})),
        ("persons/1".to_owned(), json!({})),
        ("relatives/1".to_owned(), json!({})),
        ("memberships/x".to_owned(), json!({})),
    ] {
        text += &format!("{path} {body}: {}\n", put(&world, &token, &path, &body).shown());
    }
    insta::assert_snapshot!(text);
    assert_eq!(world.state()["persons"], before);
}
