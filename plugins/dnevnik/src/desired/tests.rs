//! Items of a small school.

use exchange_sdk::records::{Order, OrderKind, Pupil};
use exchange_sdk::{Ownership, WhenGone};

use super::*;
use crate::contingent::Records;
use crate::samples::{application, card, class};
use crate::settings::Year;

const YEAR: Year = Year { first: 2026, next: false };

fn order(pupil: &str, kind: OrderKind, class: &str, effective: &str) -> Order {
    Order {
        id: format!("{pupil}/{effective}"),
        number: None,
        kind,
        signed: None,
        effective: effective.to_owned(),
        study_year: 2026,
        pupil_id: pupil.to_owned(),
        class_id: Some(class.to_owned()),
    }
}

fn placed(id: &str, class: &str, guardians: &[&str]) -> Pupil {
    Pupil { class_id: Some(class.to_owned()), ..card(id, guardians) }
}

/// Two sisters in two classes with one mother, one boy without an order, one class nobody is in.
fn school() -> Records {
    let mut applications = vec![application("a1", "p1", 2026), application("a2", "p2", 2026)];
    for application in &mut applications {
        application.guardian_id = Some("g".to_owned());
    }
    applications.push(application("a3", "p3", 2026));
    Records {
        classes: vec![class("c5", 5, Some("А")), class("c7", 7, Some("Б")), class("c9", 9, Some("В"))],
        pupils: vec![placed("p1", "c5", &["g"]), placed("p2", "c7", &["g"]), card("p3", &[])],
        applications,
        orders: vec![
            order("p1", OrderKind::Enrolment, "c5", "2026-09-01"),
            order("p2", OrderKind::Enrolment, "c7", "2026-09-01"),
        ],
    }
}

fn everything(records: &Records) -> DesiredPage {
    page(&Contingent::of(records, YEAR, "2026-11-22"), None)
}

fn item<'a>(page: &'a DesiredPage, kind: &str, key: &str) -> &'a Item {
    let found = page.items.iter().find(|item| item.kind == kind && item.key == key);
    found.unwrap_or_else(|| panic!("no {kind} {key} in {:?}", keys(page)))
}

fn keys(page: &DesiredPage) -> Vec<String> {
    page.items.iter().map(|item| format!("{} {}", item.kind, item.key)).collect()
}

#[test]
fn d5_d9_classes_parents_pupils_and_their_links() {
    let page = everything(&school());
    let expected = [
        "class c5",
        "class c7",
        "guardian g",
        "pupil p1",
        "pupil p2",
        "school-membership p1",
        "school-membership p2",
        "class-membership 2026:p1",
        "class-membership 2026:p2",
        "relation p1:g",
        "relation p2:g",
    ];
    assert_eq!(keys(&page), expected, "and no class that nobody goes to");
    assert!(page.complete);
    assert_eq!(item(&page, kind::PUPIL, "p1").label, "Лисов Пётр Иванович, 5-А");
    assert_eq!(item(&page, kind::CLASS_MEMBERSHIP, "2026:p1").text("start"), Some("2026-09-01"));
    assert_eq!(item(&page, kind::RELATION, "p1:g").text("type"), Some("Mother"));
}

#[test]
fn d6_what_belongs_to_one_class_carries_it() {
    let page = everything(&school());
    let shared: Vec<&Item> = page.items.iter().filter(|item| item.group.is_none()).collect();
    assert_eq!(shared.iter().map(|item| item.key.as_str()).collect::<Vec<_>>(), ["g"]);
    assert_eq!(item(&page, kind::RELATION, "p2:g").group.as_deref(), Some("7-Б"));
}

#[test]
fn d12_a_parent_of_two_is_one_item() {
    let page = everything(&school());
    let parent = item(&page, kind::GUARDIAN, "g");
    assert_eq!(parent.label, "Лисова Мария Петровна (5-А, 7-Б)");
    assert_eq!(parent.texts("children").len(), 2);
}

#[test]
fn d3_children_without_a_class_are_listed_with_the_reason() {
    let page = everything(&school());
    assert_eq!(page.left_out[0].about.id, "p3");
    assert_eq!(page.left_out[0].reason.code, "out-no-order");
}

#[test]
fn d11_a_parent_without_a_name_in_the_application_is_told_not_made_up() {
    let mut records = school();
    records.applications[0].guardian = None;
    let page = everything(&records);
    assert!(!keys(&page).contains(&"relation p1:g".to_owned()));
    let reasons: Vec<&str> = page.left_out.iter().map(|left| left.reason.code.as_str()).collect();
    assert_eq!(reasons, ["out-no-order", "out-guardian-no-name"]);
    assert_eq!(item(&page, kind::GUARDIAN, "g").label, "Лисова Мария Петровна (7-Б)");
}

#[test]
fn d10_gone_is_only_reported_and_what_others_filled_in_stays() {
    let mut records = school();
    records.applications[0].child.as_mut().expect("a child").middle_name = None;
    let page = everything(&records);
    assert!(page.items.iter().all(|item| item.gone == WhenGone::Report));
    let pupil = item(&page, kind::PUPIL, "p1");
    assert!(pupil.fields.iter().all(|field| field.name != "middle-name" && field.name != "snils"));
    let start = item(&page, kind::SCHOOL_MEMBERSHIP, "p1")
        .fields
        .iter()
        .find(|field| field.name == "start")
        .expect("a start");
    assert_eq!(start.ownership, Ownership::CreateOnly);
}

#[test]
fn an_order_to_come_makes_the_answer_expire() {
    let mut records = school();
    assert_eq!(everything(&records).valid_until, None);
    records.orders.push(order("p1", OrderKind::Expulsion, "c5", "2026-12-01"));
    assert_eq!(everything(&records).valid_until, exchange_sdk::days::earliest_start("2026-12-01"));
}

#[test]
fn a_transfer_keeps_the_key_of_the_membership() {
    let mut records = school();
    records.pupils[0].class_id = Some("c9".to_owned());
    records.orders.push(order("p1", OrderKind::Transfer, "c9", "2026-10-01"));
    let page = everything(&records);
    let membership = item(&page, kind::CLASS_MEMBERSHIP, "2026:p1");
    assert_eq!(membership.referred("class").map(|class| class.key.as_str()), Some("c9"));
    assert_eq!(membership.text("start"), Some("2026-09-01"));
}

#[test]
fn a_large_school_comes_in_pages() {
    let mut records = Records { classes: vec![class("c5", 5, Some("А"))], ..Records::default() };
    for n in 0..1001 {
        let pupil = format!("p{n:04}");
        records.applications.push(application(&format!("a{n}"), &pupil, 2026));
        records.orders.push(order(&pupil, OrderKind::Enrolment, "c5", "2026-09-01"));
    }
    let contingent = Contingent::of(&records, YEAR, "2026-11-22");
    let first = page(&contingent, None);
    assert_eq!((first.items.len(), first.complete), (5_000, false));
    let second = page(&contingent, first.next.as_deref());
    assert_eq!((second.items.len(), second.complete), (6, true), "a class, and five items a child");
}
