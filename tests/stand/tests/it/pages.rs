//! Pages for people.

use crate::fixture::{SCHOOL, World};

#[test]
fn front_page_and_profile() {
    let world = World::new();
    insta::assert_snapshot!("front", world.call("GET", "/").send().shown());
    insta::assert_snapshot!("profile", world.call("GET", &format!("/organizations/{SCHOOL}")).send().shown());
    assert_eq!(world.call("GET", "/organizations/1").send().status, 404);
}

#[test]
fn text_is_escaped() {
    let world = World::new();
    let seed =
        serde_json::json!({"organizations": [{"id": SCHOOL, "name": "<script>alert(1)</script>\"'&"}]});
    assert_eq!(world.control("POST", "seed", Some(&seed)).status, 200);
    for path in
        ["/".to_owned(), format!("/organizations/{SCHOOL}"), "/login?ReturnUrl=%22%3E%3Cscript%3E".to_owned()]
    {
        let body = world.call("GET", &path).send().body;
        assert!(!body.contains("<script"), "{body}");
    }
}

#[test]
fn the_remote_control_lists_itself() {
    let world = World::new();
    let listed = world.call("GET", "/_stand/").send();
    assert_eq!(listed.status, 200);
    for path in listed.value().as_array().expect("a list") {
        let status = world.call("GET", path.as_str().expect("a path")).send().status;
        assert!(matches!(status, 200 | 405), "{path}: {status}");
    }
}
