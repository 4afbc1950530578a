//! Against recorded answers; nothing here needs a network or a host.

use super::*;
use exchange_sdk::testing::{Recorded, answer};
use exchange_sdk::{Action, Purpose};

fn pupil(id: &str, class: Option<&str>) -> Pupil {
    Pupil {
        id: id.to_owned(),
        last_name: Some("Лисов".to_owned()),
        first_name: Some("Пётр".to_owned()),
        middle_name: None,
        birth_date: Some("2015-03-04".to_owned()),
        sex: None,
        snils: None,
        class_id: class.map(str::to_owned),
        guardian_ids: Vec::new(),
    }
}

fn classes() -> Vec<SchoolClass> {
    let letter = Some("А".to_owned());
    vec![SchoolClass { id: "c".to_owned(), study_year: 2026, grade: 5, letter, teacher_id: None }]
}

const SETTINGS: Settings = Settings { with_birth_dates: true };

fn last_page(pupils: Vec<Pupil>) -> Page<Pupil> {
    Page { items: pupils, next: None }
}

fn items(ids: &[&str]) -> Vec<Item> {
    let pupils: Vec<Pupil> = ids.iter().map(|id| pupil(id, Some("c"))).collect();
    desired(last_page(pupils), &classes(), &SETTINGS).items
}

fn changes(ids: &[&str]) -> Vec<Change> {
    let change = |item: Item| Change {
        action: Action::Create,
        token: format!("token of {}", item.key),
        item,
        handle: None,
        fields: Vec::new(),
        targets: Vec::new(),
    };
    items(ids).into_iter().map(change).collect()
}

fn sent(request: &Request) -> Vec<Row> {
    let exchange_sdk::http::Body::Json(body) = &request.body else { panic!("no JSON") };
    serde_json::from_str(body).expect("rows")
}

#[test]
fn pupils_in_classes_go_and_others_are_listed() {
    let page = desired(last_page(vec![pupil("1", Some("c")), pupil("2", None)]), &classes(), &SETTINGS);
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].text("class"), Some("5-А"));
    assert_eq!(page.left_out[0].about.id, "2");
    assert!(page.complete);
}

#[test]
fn a_large_school_comes_in_the_pages_of_its_records() {
    let pupils = Page { items: vec![pupil("1", Some("c"))], next: Some("1".to_owned()) };
    let page = desired(pupils, &classes(), &SETTINGS);
    assert_eq!((page.items.len(), page.complete, page.next.as_deref()), (1, false, Some("1")));
}

#[test]
fn a_batch_is_one_request() {
    let http = Recorded::new(|_| answer(200, "{}"));
    let effects = apply(&http, &changes(&["1", "2"])).expect("effects");
    assert_eq!(effects, [Effect::made("1"), Effect::made("2")]);
    let request = &http.requests()[0];
    assert_eq!(request.changes, [0, 1]);
    assert_eq!(sent(request)[1].student_id, "2");
}

#[test]
fn the_rows_named_are_rejected_and_the_others_arrive() {
    let http = Recorded::new(|request| match sent(request).iter().any(|row| row.student_id == "2") {
        true => answer(422, r#"{"errors": [{"student_id": "2", "field": "birth_date", "message": "…"}]}"#),
        false => answer(200, "{}"),
    });
    let effects = apply(&http, &changes(&["1", "2", "3"])).expect("effects");
    assert_eq!(effects[0], Effect::made("1"));
    let Effect::Rejected(rejection) = &effects[1] else { panic!("not rejected") };
    assert_eq!(rejection.field.as_deref(), Some("birth-date"));
    assert_eq!(effects[2], Effect::made("3"));
    assert_eq!(http.requests()[1].changes, [0, 2]);
    assert_ne!(http.requests()[0].token, http.requests()[1].token);
}

#[test]
fn a_complaint_that_names_none_of_ours_refuses_the_batch() {
    for body in [r#"{"errors": []}"#, "<html>", r#"{"errors": [{"student_id": "9"}]}"#] {
        let http = Recorded::new(|_| answer(422, body));
        assert!(matches!(apply(&http, &changes(&["1"])), Err(Failure::Refused(_))), "{body}");
        assert_eq!(http.requests().len(), 1);
    }
}

#[test]
fn silence_leaves_the_rows_in_doubt() {
    let http = Recorded::new(|_| Err(HttpError::Unanswered));
    let effects = apply(&http, &changes(&["1", "2"])).expect("effects");
    assert!(effects.iter().all(|effect| matches!(effect, Effect::InDoubt(_))));
}

#[test]
fn what_is_there_is_compared_field_by_field() {
    let http = Recorded::new(|_| {
        answer(
            200,
            r#"[{"student_id": "2", "name": "Лисов Пётр", "class": "5-Б", "birth_date": "2015-03-04"}]"#,
        )
    });
    let probe = |item| Probe { item, handle: None, targets: Vec::new(), purpose: Purpose::Confirm };
    let probes: Vec<Probe> = items(&["1", "2"]).into_iter().map(probe).collect();
    let seen = observe(&http, &probes).expect("observations");
    assert_eq!(seen[0], Observation::Absent(Basis::Lookup));
    let expected = Presence::new("2").differs("class", Some("5-Б".to_owned()));
    assert_eq!(seen[1], Observation::Present(expected));
}

#[test]
fn every_text_that_is_said_is_in_the_manifest_in_both_languages() {
    let manifest: toml::Table = include_str!("../connector.toml").parse().expect("the manifest");
    let sdk = concat!(
        include_str!("../../../plugins/sdk/src/failure.rs"),
        include_str!("../../../plugins/sdk/src/http.rs"),
        include_str!("../../../plugins/sdk/src/records.rs"),
        include_str!("../../../plugins/sdk/src/context.rs"),
        include_str!("../../../plugins/sdk/src/connector.rs"),
    );
    let sources = [include_str!("lib.rs"), sdk].concat();
    let said = sources.split("Message::new(\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0));
    for code in said {
        for language in ["ru", "en"] {
            assert!(manifest["messages"][language].get(code).is_some(), "{code} in {language}");
        }
    }
}
