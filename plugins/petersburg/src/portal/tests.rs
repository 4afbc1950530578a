use exchange_sdk::http::Body;
use exchange_sdk::testing::{Answer, Recorded, answer};

use super::*;

fn page(ids: &[u64], pages: u64, total: usize) -> Answer {
    let items: Vec<_> = ids
        .iter()
        .map(|id| json!({"identity": {"id": id}, "surname": "А", "firstname": "Б", "middlename": null}))
        .collect();
    let data = json!({"items": items, "before": 1, "current": 1, "next": 1, "last": pages, "total_pages": pages,
        "total_items": total});
    answer(200, &json!({"data": data, "validations": [], "messages": [], "debug": []}).to_string())
}

fn number(request: &Request) -> &str {
    let param = request.query.iter().find(|param| param.name == "p_page");
    param.map(|param| param.value.as_str()).expect("a page is named")
}

fn read_from(answers: impl Fn(&Request) -> Answer) -> (Result<Vec<u64>, Failure>, usize) {
    let http = Recorded::new(answers);
    let teachers = Portal::new(&http, "9101").teachers();
    (teachers.map(|all| all.iter().map(|teacher| teacher.id).collect()), http.count("list-teachers"))
}

#[test]
fn s3_a_list_is_read_page_by_page_and_only_a_whole_one_counts() {
    let whole = |request: &Request| match number(request) {
        "1" => page(&[1, 2], 2, 3),
        _ => page(&[3], 2, 3),
    };
    assert_eq!(read_from(whole), (Ok(vec![1, 2, 3]), 2));
    assert_eq!(read_from(|_| page(&[], 1, 0)), (Ok(Vec::new()), 1));
    let unstable = Err(Failure::Unavailable(Message::new("listing-unstable")));
    let shifted = |request: &Request| match number(request) {
        "1" => page(&[1, 2], 2, 3),
        _ => page(&[2], 2, 3),
    };
    assert_eq!(read_from(shifted), (unstable.clone(), 6), "read three times, and given up");
    assert_eq!(read_from(|_| page(&[1], 1, 2)), (unstable, 3), "fewer than it says");
    let broken = |request: &Request| match number(request) {
        "1" => page(&[1, 2], 2, 3),
        _ => answer(502, ""),
    };
    assert!(matches!(read_from(broken).0, Err(Failure::Unavailable(_))));
}

#[test]
fn s3_a_list_that_settles_is_taken() {
    let seen = std::cell::Cell::new(0);
    let settling = |_: &Request| {
        seen.set(seen.get() + 1);
        page(if seen.get() == 1 { &[1, 1] } else { &[1, 2] }, 1, 2)
    };
    assert_eq!(read_from(settling), (Ok(vec![1, 2]), 2));
}

#[test]
fn a_list_without_end_is_not_followed() {
    let (read, asked) = read_from(|_| page(&[1], 1_000_000, 100_000_000));
    assert_eq!(read, Err(refused(Message::new("list-too-long").arg("n", 100_000_000))));
    assert_eq!(asked, 1);
}

#[test]
fn only_teachers_of_the_institution_are_asked_for() {
    let http = Recorded::new(|_| page(&[], 1, 0));
    Portal::new(&http, "9101").teachers().expect("a list");
    let query = &http.requests()[0].query;
    assert!(query.iter().any(|param| param.name == "p_institutions[]" && param.value == "9101"));
}

#[test]
fn s3_a_page_with_200_is_a_dead_sign_in_and_no_data() {
    let html = |kind: &str, body: &str| {
        let (kind, body) = (kind.to_owned(), body.as_bytes().to_vec());
        move |_: &Request| {
            let headers = vec![exchange_sdk::Param::new("Content-Type", &kind)];
            Ok(Response { status: 200, headers, body: body.clone() })
        }
    };
    let dead = Err(Failure::Unauthorized(Message::new("page-instead-of-data")));
    assert_eq!(read_from(html("text/html; charset=utf-8", "Войдите")).0, dead);
    assert_eq!(read_from(html("application/json", " \n<!DOCTYPE html>")).0, dead);
    assert!(matches!(read_from(|_| answer(401, "{}")).0, Err(Failure::Unauthorized(_))));
    for cut in [r#"{"data": {"items": ["#, r#"{"data": null}"#, "[]"] {
        assert!(matches!(read_from(|_| answer(200, cut)).0, Err(Failure::Unavailable(_))), "{cut}");
    }
}

#[test]
fn a_portal_without_our_list_is_told_as_such() {
    let http = Recorded::new(|_| answer(404, "{}"));
    assert_eq!(Portal::new(&http, "1").vk_ids(), Err(refused(Message::new("no-vk-list"))));
}

#[test]
fn s2_signing_in_sends_a_handle_and_tells_a_wrong_password_apart() {
    let signed = |told: Answer| {
        let http = Recorded::new(move |_| told.clone());
        let result = Portal::new(&http, "").sign_in("a@example.org", "secret:1");
        let Body::Json(body) = http.requests()[0].body.clone() else { panic!("no JSON") };
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(
            body,
            json!({"type": "email", "login": "a@example.org", "password": "secret:1", "activation_code": null, "_isEmpty": false})
        );
        result
    };
    assert_eq!(signed(answer(200, r#"{"data": {"token": "secret:2"}}"#)), Ok(SignIn::Done));
    assert_eq!(signed(answer(400, "{}")), Ok(SignIn::Wrong));
    assert!(matches!(signed(answer(200, r#"{"data": {}}"#)), Err(Failure::Unavailable(_))));
    assert!(matches!(signed(answer(200, "<html>")), Err(Failure::Unauthorized(_))));
    assert!(matches!(signed(answer(502, "")), Err(Failure::Unavailable(_))));
}
