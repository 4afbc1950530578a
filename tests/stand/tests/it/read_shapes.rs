//! Answers of the read API whole: members, order, twins, odd forms.

use serde_json::json;

use crate::fixture::{
    ADMIN, ARCHIVE_CLASS, CHILD, CLASS, FOREIGN_CLASS, FOREIGN_SCHOOL, LEFT, MOTHER, SCHOOL, SCOPE, World,
};

/// Each call of the list with its answer, as one text.
fn shown(world: &World, token: &str, paths: &[String]) -> String {
    let one = |path: &String| format!("GET {path}\n{}\n", world.get(token, path).shown());
    paths.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[test]
fn who_am_i() {
    let world = World::new();
    let calls = ["", "/roles", "/organizations", &format!("/organizations/{SCHOOL}"), "/context", "/schools"];
    let paths = calls.map(|call| format!("/v2/users/me{call}"));
    insta::assert_snapshot!(shown(&world, &world.token(), &paths));
}

#[test]
fn schools() {
    let world = World::new();
    let paths = [
        "/v2/schools/person-schools?excludeOrganizations=true".to_owned(),
        format!("/v2/schools/{SCHOOL}"),
        format!("/v2/schools/{SCHOOL}/membership?schoolMembershipType=Admins"),
        format!("/v2/schools/{SCHOOL}/membership"),
        "/v2/schools/cities".to_owned(),
    ];
    insta::assert_snapshot!(shown(&world, &world.token(), &paths));
}

#[test]
fn classes_and_their_members() {
    let world = World::new();
    let paths = [
        format!("/v2/schools/{SCHOOL}/edu-groups"),
        format!("/v2.0/edu-groups/{CLASS}"),
        format!("/v2/edu-groups?eduGroups={CLASS}&eduGroups={ARCHIVE_CLASS}&eduGroups={FOREIGN_CLASS}"),
        format!("/v2/edu-groups/{CLASS}/persons"),
        format!("/v2/edu-groups/{CLASS}/persons?includeArchive=true"),
        format!("/v2/persons?eduGroup={CLASS}"),
    ];
    insta::assert_snapshot!(shown(&world, &world.token(), &paths));
}

#[test]
fn students_of_classes_are_read_by_post() {
    let world = World::new();
    let token = world.token();
    let ask =
        |path: &str| world.call("POST", path).token(&token).json(&json!([CLASS.to_string()])).send().shown();
    let answer = ask("/v2/edu-groups/students");
    insta::assert_snapshot!(answer);
    assert_eq!(answer, ask("/v2.0/edu-groups"));
}

#[test]
fn persons_memberships_and_relatives() {
    let world = World::new();
    let paths = [
        format!("/v2/persons/{CHILD}"),
        format!("/v2/persons/{CHILD}/edu-groups"),
        format!("/v2/persons/{CHILD}/school-memberships"),
        format!("/v2/person/{MOTHER}/children"),
        "/v2/users/1000000000203/relatives".to_owned(),
        "/v2/users/1000000000203/context".to_owned(),
    ];
    insta::assert_snapshot!(shown(&world, &world.token(), &paths));
}

#[test]
fn search_finds_by_each_criterion_and_in_both_spellings() {
    let world = World::new();
    let token = world.token();
    let found = |query: &str| -> Vec<u64> {
        let reply = world.get(&token, &format!("/v2/persons/search?{query}"));
        let singular = world.get(&token, &format!("/v2.0/person/search?{query}"));
        assert_eq!(reply.body, singular.body);
        reply.value().as_array().expect("a list").iter().filter_map(|person| person["id"].as_u64()).collect()
    };
    // Вымыслова, вымыслова
    let surname = "lastName=%D0%92%D1%8B%D0%BC%D1%8B%D1%81%D0%BB%D0%BE%D0%B2%D0%B0";
    assert_eq!(found(surname), [CHILD, MOTHER]);
    assert_eq!(
        found("lastName=%D0%B2%D1%8B%D0%BC%D1%8B%D1%81%D0%BB%D0%BE%D0%B2%D0%B0&birthday=2015-3-8"),
        [CHILD]
    );
    assert_eq!(found("snils=11223344595"), [CHILD]);
    assert_eq!(found("snils=112-233-445%2095"), [CHILD]);
    assert_eq!(found("birthday=2015-03-08T00:00:00"), [CHILD]);
    assert_eq!(found("birthday=2015-03-09"), [0; 0]);
}

#[test]
fn refusals() {
    let world = World::new();
    let token = world.token();
    let narrow = world.token_of("director", "CommonInfo");
    let mut text = String::new();
    let mut show = |name: &str, reply: crate::client::Reply| text += &format!("{name}: {}\n", reply.shown());
    show("no token", world.call("GET", "/v2/users/me").send());
    show("wrong token", world.get("0123456789abcdef0123456789abcdef", "/v2/users/me"));
    show("scope missing", world.get(&narrow, &format!("/v2/schools/{SCHOOL}/edu-groups")));
    show("foreign class", world.get(&token, &format!("/v2/edu-groups/{FOREIGN_CLASS}")));
    show("foreign school", world.get(&token, &format!("/v2/schools/{FOREIGN_SCHOOL}/edu-groups")));
    show("no such person", world.get(&token, "/v2/persons/1"));
    show("no such path", world.get(&token, "/v2/contingent"));
    show("not an id", world.get(&token, "/v2/edu-groups/abc"));
    show("nothing to search for", world.get(&token, "/v2/persons/search"));
    show("wrong method", world.call("DELETE", &format!("/v2/persons/{CHILD}")).token(&token).send());
    show("bad body", world.call("POST", "/v2/users/many").token(&token).json(&json!({"ids": []})).send());
    insta::assert_snapshot!(text);
}

#[test]
fn only_the_first_version_takes_the_token_from_the_query() {
    let world = World::new();
    let token = world.token();
    let status =
        |version: &str| world.call("GET", &format!("/{version}/users/me?access_token={token}")).send().status;
    assert_eq!([status("v1"), status("v2"), status("v2.0")], [200, 401, 401]);
}

#[test]
fn contacts_need_their_scope() {
    let world = World::new();
    let phone = |token: &str| world.get(token, "/v2/users/1000000000203").value()["phone"].clone();
    assert_eq!(phone(&world.token()), json!(null));
    assert_eq!(phone(&world.token_of("director", &format!("{SCOPE},contactinfo"))), json!("+70000000000"));
}

#[test]
fn people_without_an_account_have_no_user() {
    let world = World::new();
    let token = world.token();
    let ids = json!([1000000000202_u64, 1000000000999_u64]);
    let many = world.call("POST", "/v2/users/many").token(&token).json(&ids).send().value();
    assert_eq!(many.as_array().expect("a list").len(), 1);
    assert_eq!(many[0]["personId"], json!(LEFT));
    assert_eq!(world.get(&token, &format!("/v2/persons/{CHILD}")).value()["userId"], json!(null));
    assert_eq!(
        world.get(&token, &format!("/v2/persons/{ADMIN}")).value()["userId"],
        json!(1000000000201_u64)
    );
}
