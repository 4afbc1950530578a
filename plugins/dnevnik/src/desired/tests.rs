//! Items of a small school.

use exchange_sdk::records::{Order, OrderKind, Pupil};
use exchange_sdk::{Ownership, WhenGone};

use super::*;
use crate::contingent::Records;
use crate::samples::{application, card, class};

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

fn pages(records: &Records, scope: &str) -> DesiredPage {
    page(&Contingent::of(records, YEAR, "2026-11-22"), scope, None)
}

fn keys(page: &DesiredPage) -> Vec<String> {
    page.items.iter().map(|item| format!("{} {}", item.kind, item.key)).collect()
}

#[test]
fn d5_d9_a_class_scope_has_the_class_its_pupils_and_their_links() {
    let page = pages(&school(), "c5");
    let expected =
        ["class c5", "pupil p1", "school-membership p1", "class-membership 2026:p1", "relation p1:g"];
    assert_eq!(keys(&page), expected);
    assert!(page.complete);
    assert_eq!(page.items[1].label, "Лисов Пётр Иванович, 5-А");
    assert_eq!(page.items[3].text("start"), Some("2026-09-01"));
    assert_eq!(page.items[4].text("type"), Some("Mother"));
}

#[test]
fn d12_a_parent_of_two_is_one_item_in_a_scope_of_their_own() {
    let page = pages(&school(), GUARDIANS);
    assert_eq!(keys(&page), ["guardian g"]);
    assert_eq!(page.items[0].label, "Лисова Мария Петровна (5-А, 7-Б)");
    assert_eq!(page.items[0].group, None);
    assert_eq!(page.items[0].texts("children").len(), 2);
}

#[test]
fn d3_children_without_a_class_are_listed_with_the_reason() {
    let page = pages(&school(), WITHOUT_CLASS);
    assert_eq!(page.items, []);
    assert_eq!(page.left_out[0].about.id, "p3");
    assert_eq!(page.left_out[0].reason.code, "out-no-order");
}

#[test]
fn a_class_nobody_goes_to_is_not_made() {
    assert_eq!(pages(&school(), "c9").items, []);
}

#[test]
fn scopes_are_the_lettered_classes_of_the_year_and_two_more() {
    let mut records = school();
    records.classes.push(class("c1", 1, None));
    records.classes[0].study_year = 2025;
    let ids: Vec<String> = scopes(&records.classes, YEAR).into_iter().map(|scope| scope.id).collect();
    assert_eq!(ids, ["c7", "c9", GUARDIANS, WITHOUT_CLASS]);
}

#[test]
fn d11_a_parent_without_a_name_in_the_application_is_told_not_made_up() {
    let mut records = school();
    records.applications[0].guardian = None;
    let page = pages(&records, "c5");
    assert!(page.items.iter().all(|item| item.kind != kind::RELATION));
    assert_eq!(page.left_out[0].reason.code, "out-guardian-no-name");
    assert_eq!(pages(&records, GUARDIANS).items[0].label, "Лисова Мария Петровна (7-Б)");
}

#[test]
fn d10_gone_is_only_reported_and_what_others_filled_in_stays() {
    let mut records = school();
    records.applications[0].child.as_mut().expect("a child").middle_name = None;
    let page = pages(&records, "c5");
    assert!(page.items.iter().all(|item| item.gone == WhenGone::Report));
    assert!(page.items[1].fields.iter().all(|field| field.name != "middle-name" && field.name != "snils"));
    let start = page.items[2].fields.iter().find(|field| field.name == "start").expect("a start");
    assert_eq!(start.ownership, Ownership::CreateOnly);
}

#[test]
fn an_order_to_come_makes_the_answer_expire() {
    let mut records = school();
    assert_eq!(pages(&records, "c5").valid_until, None);
    records.orders.push(order("p1", OrderKind::Expulsion, "c5", "2026-12-01"));
    assert_eq!(pages(&records, "c5").valid_until, crate::dates::earliest_start("2026-12-01"));
}

#[test]
fn a_transfer_keeps_the_key_of_the_membership() {
    let mut records = school();
    records.pupils[0].class_id = Some("c9".to_owned());
    records.orders.push(order("p1", OrderKind::Transfer, "c9", "2026-10-01"));
    let page = pages(&records, "c9");
    assert!(keys(&page).contains(&"class-membership 2026:p1".to_owned()));
    let membership = &page.items[3];
    assert_eq!(membership.referred("class").map(|class| class.key.as_str()), Some("c9"));
    assert_eq!(membership.text("start"), Some("2026-09-01"));
}

#[test]
fn many_parents_come_in_pages() {
    let mut records = Records { classes: vec![class("c5", 5, Some("А"))], ..Records::default() };
    for n in 0..1001 {
        let pupil = format!("p{n:04}");
        records.applications.push(application(&format!("a{n}"), &pupil, 2026));
        records.orders.push(order(&pupil, OrderKind::Enrolment, "c5", "2026-09-01"));
    }
    let contingent = Contingent::of(&records, YEAR, "2026-11-22");
    let first = page(&contingent, GUARDIANS, None);
    assert_eq!((first.items.len(), first.complete), (1000, false));
    let second = page(&contingent, GUARDIANS, first.next.as_deref());
    assert_eq!((second.items.len(), second.complete), (1, true));
}
