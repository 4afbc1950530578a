//! Observation against recorded answers of the public read API, and of the extra read of dates.

use exchange_sdk::http::{HttpError, Request};
use exchange_sdk::testing::{Answer, Recorded, answer};
use exchange_sdk::{Basis, Item, ItemRef, Purpose, Target};

use super::*;

mod classmates;

const ALL: [Evidence; 3] = [Evidence::Snils, Evidence::NameAndBirthday, Evidence::NameAndClass];

/// Targets: kind, key, handle.
type Targets<'a> = &'a [(&'a str, &'a str, Option<&'a str>)];

fn probe(item: Item, handle: Option<&str>, targets: Targets<'_>) -> Probe {
    let target = |(kind, key, handle): &(&str, &str, Option<&str>)| Target {
        item: ItemRef::new(kind, key),
        handle: handle.map(str::to_owned),
        outputs: Vec::new(),
    };
    Probe {
        item,
        handle: handle.map(str::to_owned),
        targets: targets.iter().map(target).collect(),
        purpose: Purpose::Adopt,
    }
}

fn seen(answers: impl Fn(&Request) -> Answer, probe: Probe) -> Result<Observation, Failure> {
    let http = Recorded::new(answers);
    let mut seen = observe(&Remote::new(&http, "1000"), &ALL, &[probe])?;
    assert_eq!(seen.len(), 1);
    Ok(seen.remove(0))
}

fn present(observation: Result<Observation, Failure>) -> exchange_sdk::Presence {
    match observation {
        Ok(Observation::Present(presence)) => presence,
        other => panic!("not present: {other:?}"),
    }
}

/// Handles of the candidates, and the codes of what speaks for the first.
fn candidates(observation: Result<Observation, Failure>) -> (Vec<String>, Vec<String>) {
    let Ok(Observation::Ambiguous(candidates)) = observation else {
        panic!("not ambiguous: {observation:?}")
    };
    let evidence = candidates[0].evidence.iter().map(|message| message.code.clone()).collect();
    (candidates.into_iter().map(|candidate| candidate.handle).collect(), evidence)
}

fn reason(observation: Result<Observation, Failure>) -> String {
    match observation {
        Ok(Observation::Unknown(unknown)) => unknown.reason.code,
        other => panic!("not unknown: {other:?}"),
    }
}

fn codes(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.code.as_str()).collect()
}

// ---- classes ----

const BIG: &str = "2260000000000000123";

fn group(id: &str, name: &str, parallel: u8, year: u16) -> String {
    format!(
        r#"{{"id": {id}, "id_str": "{id}", "parentIds": [], "type": "Group", "name": "{name}",
            "parallel": {parallel}, "status": "Active", "studyyear": {year}}}"#
    )
}

fn list(members: &[String]) -> Answer {
    answer(200, &format!("[{}]", members.join(",")))
}

fn class(handle: Option<&str>) -> Probe {
    let item =
        Item::new(kind::CLASS, "c").field("name", "7-А").field("parallel", 7).field("study-year", 2026);
    probe(item, handle, &[])
}

#[test]
fn d12_a_class_made_by_hand_is_adopted_however_its_name_is_written() {
    for name in ["7-А", "7А", "7 «А»", "7-A"] {
        let others = [group("1", "7-Б", 7, 2026), group("2", "7-А", 7, 2025), group(BIG, name, 7, 2026)];
        let found = present(seen(|_| list(&others), class(None)));
        assert_eq!((found.handle.as_str(), found.differing.len()), (BIG, 0), "{name}");
    }
}

#[test]
fn d12_two_equal_classes_are_for_a_person_to_decide() {
    let twins = [group("1", "7-А", 7, 2026), group("2", "7 А", 7, 2026)];
    assert_eq!(candidates(seen(|_| list(&twins), class(None))).0, ["1", "2"]);
    let adopted = present(seen(|_| list(&twins), class(Some("1"))));
    assert_eq!(codes(&adopted.remarks), ["twin-class"]);
}

#[test]
fn a_class_is_absent_only_when_the_list_came_out_the_same_twice() {
    assert_eq!(seen(|_| list(&[]), class(None)), Ok(Observation::Absent(Basis::Listing)));
    let calls = std::cell::Cell::new(0);
    let shifting = |_: &Request| {
        calls.set(calls.get() + 1);
        list(&vec![group("1", "7-Б", 7, 2026); calls.get() % 2])
    };
    assert_eq!(reason(seen(shifting, class(None))), "listing-unstable");
}

#[test]
fn a_class_known_by_id_is_looked_up_before_it_is_called_gone() {
    let archived = |request: &Request| match request.operation.as_str() {
        "read-class" => answer(200, &group("5", "7-В", 7, 2026)),
        _ => list(&[]),
    };
    assert_eq!(present(seen(archived, class(Some("5")))).differing[0].field, "name");
    let gone = |request: &Request| match request.operation.as_str() {
        "read-class" => answer(404, "{}"),
        _ => list(&[]),
    };
    assert_eq!(seen(gone, class(Some("5"))), Ok(Observation::Absent(Basis::Lookup)));
}

#[test]
fn html_with_200_and_silence_are_no_absence() {
    assert!(matches!(seen(|_| answer(200, "<html>"), class(None)), Err(Failure::Unavailable(_))));
    let nameless = [group("1", "7-А", 7, 2026).replace(r#""id_str": "1""#, r#""id_str": """#)];
    assert!(matches!(seen(|_| list(&nameless), class(None)), Err(Failure::Unavailable(_))), "an empty id");
    assert!(matches!(seen(|_| answer(200, "[{\"id\""), class(None)), Err(Failure::Unavailable(_))));
    assert!(matches!(seen(|_| Err(HttpError::Unanswered), class(None)), Err(Failure::Unavailable(_))));
    assert!(matches!(seen(|_| answer(401, "{}"), class(None)), Err(Failure::Unauthorized(_))));
}

// ---- pupils ----

fn person(id: &str, names: [&str; 3], user: Option<&str>) -> String {
    let user = user.map_or("null".to_owned(), |user| format!("\"{user}\""));
    let [last, first, middle] = names;
    format!(
        r#"{{"id": {id}, "id_str": "{id}", "userId": null, "userId_str": {user}, "firstName": "{first}",
            "lastName": "{last}", "middleName": "{middle}", "shortName": "", "sex": "Male"}}"#
    )
}

const PYOTR: [&str; 3] = ["Лисов", "Пётр", "Иванович"];

fn pupil() -> Item {
    Item::new(kind::PUPIL, "p")
        .field("last-name", "Лисов")
        .field("first-name", "Пётр")
        .field("middle-name", "Иванович")
        .field("birth-date", "2014-02-03")
        .field("sex", "male")
        .field("snils", "11223344595")
        .create_only("class", ItemRef::new(kind::CLASS, "c"))
}

fn stranger(item: Item) -> Probe {
    probe(item, None, &[(kind::CLASS, "c", Some("77"))])
}

/// Answers searches by СНИЛС, by birth date and by name, and the list of the class.
fn world(
    snils: &[String],
    birthday: &[String],
    name: &[String],
    class: &[String],
) -> impl Fn(&Request) -> Answer {
    move |request| {
        let asks = |name: &str| request.query.iter().any(|param| param.name == name);
        match request.operation.as_str() {
            "search-persons" if asks("snils") => list(snils),
            "search-persons" if asks("birthday") => list(birthday),
            "search-persons" => list(name),
            "list-class-members" => list(class),
            other => panic!("nobody asked for {other}"),
        }
    }
}

#[test]
fn d12_one_snils_is_one_pupil() {
    let there = [person("10", ["ЛИСОВ", "Петр ", "иванович"], None)];
    let found = present(seen(world(&there, &[], &[], &[]), stranger(pupil())));
    assert_eq!(found.handle, "10");
    assert_eq!(found.differing, []);
    assert_eq!(found.unseen, ["birth-date"]);
}

#[test]
fn d12_one_snils_under_a_strangers_name_is_a_decision() {
    let there = [person("10", ["Волкова", "Анна", "Олеговна"], Some("1"))];
    let (handles, evidence) = candidates(seen(world(&there, &[], &[], &[]), stranger(pupil())));
    assert_eq!(handles, ["10"]);
    assert_eq!(evidence, ["evidence-same-snils", "evidence-other-name", "evidence-activated"]);
}

#[test]
fn d12_else_name_and_birth_date_else_name_and_class() {
    let there = [person("10", PYOTR, None), person("11", ["Лисов", "Павел", "Иванович"], None)];
    assert_eq!(present(seen(world(&[], &there, &[], &[]), stranger(pupil()))).handle, "10");
    assert_eq!(present(seen(world(&[], &[], &[], &there), stranger(pupil()))).handle, "10");
    let nobody = seen(world(&[], &there[1..], &[], &there[1..]), stranger(pupil()));
    assert_eq!(nobody, Ok(Observation::Absent(Basis::Lookup)));
}

#[test]
fn d12_twins_there_are_told_with_which_is_not_activated() {
    let (one, two) = (person("10", PYOTR, Some("1")), person("11", PYOTR, None));
    let (handles, evidence) =
        candidates(seen(world(&[], &[one.clone(), two.clone()], &[], &[]), stranger(pupil())));
    assert_eq!(handles, ["10", "11"]);
    assert_eq!(evidence, ["evidence-same-name-birthday", "evidence-activated"]);
    let adopted = present(seen(world(&[one], &[two], &[], &[]), stranger(pupil())));
    assert_eq!(adopted.handle, "10");
    assert_eq!(codes(&adopted.remarks), ["twin-not-activated"]);
}

#[test]
fn d12_a_missing_patronymic_is_a_decision() {
    let there = [person("10", ["Лисов", "Пётр", ""], None)];
    let (_, evidence) = candidates(seen(world(&[], &there, &[], &[]), stranger(pupil())));
    assert_eq!(evidence[0], "evidence-no-middle-name");
}

#[test]
fn d12_a_name_that_is_written_otherwise_is_a_decision_and_makes_no_twin() {
    let there = |last: &str, first: &str, middle: &str| [person("10", [last, first, middle], None)];
    for (there, code) in [
        (there("Лиcов", "Пётр", "Иванович"), "evidence-look-alike-letters"),
        (there("Лисов", "Петр", "Ивано-вич"), "evidence-hyphens"),
        (there("Лисов", "Пётр", "нет"), "evidence-no-middle-name"),
    ] {
        let in_class = seen(world(&[], &[], &[], &there), stranger(pupil()));
        let (handles, evidence) = candidates(in_class);
        assert_eq!((handles, &*evidence[0]), (vec!["10".to_owned()], code));
    }
    let composed = there("ЛИСОВ ", "Пе\u{308}тр", "Иванович");
    assert_eq!(present(seen(world(&[], &[], &[], &composed), stranger(pupil()))).handle, "10");
}

#[test]
fn d12_without_birth_date_and_snils_a_namesake_is_a_decision() {
    let bare = Item::new(kind::PUPIL, "p").field("last-name", "Лисов").field("first-name", "Пётр");
    let bare = bare.field("middle-name", "Иванович");
    let there = [person("10", PYOTR, None)];
    let (_, evidence) = candidates(seen(world(&[], &[], &there, &[]), stranger(bare)));
    assert_eq!(evidence[0], "evidence-same-name");
}

#[test]
fn searches_spell_no_yo_and_ask_each_question_once() {
    let http = Recorded::new(world(&[], &[], &[], &[]));
    let probes = [stranger(pupil()), stranger(pupil())];
    observe(&Remote::new(&http, "1000"), &ALL, &probes).expect("observations");
    let asked = http.requests();
    let searches: Vec<Vec<&str>> = asked
        .iter()
        .filter(|request| request.operation == "search-persons")
        .map(|request| request.query.iter().map(|param| param.value.as_str()).collect())
        .collect();
    assert_eq!(searches, [vec!["11223344595"], vec!["Лисов", "2014-02-03"]]);
    assert_eq!(http.count("list-class-members"), 2, "once, and once more before absence is said");
}

#[test]
fn a_search_that_is_turned_away_leaves_the_pupil_unknown() {
    let busy = |request: &Request| match request.query.iter().any(|param| param.name == "snils") {
        true => answer(433, "{}"),
        false => list(&[]),
    };
    assert_eq!(reason(seen(busy, stranger(pupil()))), "try-later");
}

#[test]
fn d14_a_person_known_by_id_is_read_back() {
    let there = |_: &Request| answer(200, &person("10", ["Лисов", "Павел", "Иванович"], None));
    let found = present(seen(there, probe(pupil(), Some("10"), &[])));
    assert_eq!(found.differing[0].field, "first-name");
    assert_eq!(found.unseen, ["birth-date", "snils"]);
    let gone = seen(|_| answer(404, "{}"), probe(pupil(), Some("10"), &[]));
    assert_eq!(gone, Ok(Observation::Absent(Basis::Lookup)));
}

// ---- a role withdrawn ----

#[test]
fn d18_a_refusal_for_want_of_the_role_fails_with_that_reason() {
    let demoted = |roles: &'static str| {
        move |request: &Request| match request.operation.as_str() {
            "list-my-roles" => answer(200, roles),
            "read-me" => answer(200, r#"{"id_str": "5", "personId_str": "50"}"#),
            "list-administrators" => list(&[person("50", MARIA, Some("5"))]),
            _ => answer(403, "{}"),
        }
    };
    for probe in [class(None), stranger(pupil())] {
        assert_eq!(seen(demoted(r#"["EduStaff"]"#), probe), Err(crate::role::lost()));
    }
    let still = demoted(r#"["EduSchoolAdministrator"]"#);
    assert_eq!(
        reason(seen(still, stranger(pupil()))),
        "not-allowed",
        "one pupil out of reach is no lost role"
    );
}

// ---- parents ----

const MARIA: [&str; 3] = ["Лисова", "Мария", "Петровна"];

fn guardian() -> Probe {
    let item = Item::new(kind::GUARDIAN, "g")
        .field("last-name", "Лисова")
        .field("first-name", "Мария")
        .field("middle-name", "Петровна")
        .field("birth-date", "1985-05-05")
        .create_only("children", vec!["лисов петр иванович".to_owned()]);
    probe(item, None, &[])
}

fn parents(birthday: &[String], name: &[String], children: &[String]) -> impl Fn(&Request) -> Answer {
    move |request| match request.operation.as_str() {
        "list-children" => list(children),
        _ if request.query.iter().any(|param| param.name == "birthday") => list(birthday),
        _ => list(name),
    }
}

#[test]
fn d12_a_parent_needs_a_shared_child() {
    let there = [person("20", MARIA, None)];
    let child = [person("10", ["Лисов", "Петр", "Иванович"], None)];
    assert_eq!(present(seen(parents(&there, &there, &child), guardian())).handle, "20");
    let (_, evidence) = candidates(seen(parents(&there, &there, &[]), guardian()));
    assert_eq!(evidence[..2], ["evidence-same-name", "evidence-no-shared-child"]);
}

#[test]
fn d12_a_namesake_with_another_birth_date_waits_for_a_decision_too() {
    let there = [person("20", MARIA, None)];
    assert_eq!(candidates(seen(parents(&[], &there, &[]), guardian())).0, ["20"]);
    assert_eq!(seen(parents(&[], &[], &[]), guardian()), Ok(Observation::Absent(Basis::Lookup)));
}

// ---- memberships ----

fn membership(kind: &str, group: Option<&str>, start: &str) -> String {
    let group = group.map_or("null".to_owned(), |group| format!("\"{group}\""));
    format!(
        r#"{{"id": 30, "id_str": "30", "kind": "{kind}", "person": 10, "person_str": "10", "eduGroup": null,
            "eduGroup_str": {group}, "start": "{start}"}}"#
    )
}

fn in_class(handle: Option<&str>) -> Probe {
    let item = Item::new(kind::CLASS_MEMBERSHIP, "2026:p")
        .reference("person", kind::PUPIL, "p")
        .reference("class", kind::CLASS, "c")
        .field("start", "2026-09-01");
    probe(item, handle, &[(kind::PUPIL, "p", Some("10")), (kind::CLASS, "c", Some("77"))])
}

#[test]
fn d11_dates_of_memberships_are_read_back() {
    let there = [membership("school", None, "2026-09-01"), membership("eduGroup", Some("77"), "2026-09-02")];
    let found = present(seen(|_| list(&there), in_class(None)));
    assert_eq!(found.handle, "30");
    assert_eq!(found.differing[0].field, "start");
    assert_eq!(found.differing[0].there.as_deref(), Some("02.09.2026"));
}

#[test]
fn a_pupil_in_another_class_of_the_year_is_moved_not_doubled() {
    let there = |year| {
        move |request: &Request| match request.operation.as_str() {
            "list-classes" => list(&[group("77", "7-А", 7, 2026), group("78", "7-Б", 7, year)]),
            _ => list(&[membership("eduGroup", Some("78"), "2026-09-01")]),
        }
    };
    assert_eq!(present(seen(there(2026), in_class(Some("30")))).differing[0].field, "class");
    assert_eq!(present(seen(there(2026), in_class(None))).differing[0].field, "class");
    let last_year = seen(there(2025), in_class(None));
    assert_eq!(last_year, Ok(Observation::Absent(Basis::Listing)), "a class of last year is no obstacle");
}

#[test]
fn without_the_extra_read_dates_stay_unseen() {
    let public = |request: &Request| match request.operation.as_str() {
        "list-memberships" => answer(404, "{}"),
        "list-class-members" => list(&[person("10", PYOTR, None)]),
        _ => answer(
            200,
            r#"{"person": 10, "person_str": "10", "schools": [{"school": {"id_str": "1000", "name": "Ш"}}]}"#,
        ),
    };
    let found = present(seen(public, in_class(None)));
    assert_eq!(found.unseen, ["start"]);
    let item = Item::new(kind::SCHOOL_MEMBERSHIP, "p").reference("person", kind::PUPIL, "p");
    let school = probe(item.create_only("start", "2026-09-01"), None, &[(kind::PUPIL, "p", Some("10"))]);
    assert_eq!(present(seen(public, school)).unseen, ["start"]);
}

#[test]
fn nobody_belongs_to_anything_before_being_there() {
    let item = Item::new(kind::SCHOOL_MEMBERSHIP, "p").reference("person", kind::PUPIL, "p");
    let early = probe(item, None, &[(kind::PUPIL, "p", None)]);
    assert_eq!(seen(|_| list(&[]), early), Ok(Observation::Absent(Basis::Lookup)));
}

// ---- links ----

fn relation() -> Probe {
    let item = Item::new(kind::RELATION, "p:g")
        .reference("child", kind::PUPIL, "p")
        .reference("relative", kind::GUARDIAN, "g")
        .create_only("type", "Mother");
    probe(item, None, &[(kind::PUPIL, "p", Some("10")), (kind::GUARDIAN, "g", Some("20"))])
}

#[test]
fn a_link_is_seen_for_children_who_never_signed_in() {
    let there = |request: &Request| {
        assert_eq!(request.path[0].value, "20");
        list(&[person("10", PYOTR, None)])
    };
    let found = present(seen(there, relation()));
    assert_eq!((found.handle.as_str(), &found.unseen[..]), ("10/20", &["type".to_owned()][..]));
    assert_eq!(seen(|_| list(&[]), relation()), Ok(Observation::Absent(Basis::Lookup)));
}

#[test]
fn the_kind_of_parent_is_compared_where_the_child_has_an_account() {
    let there = |kind: &'static str| {
        move |request: &Request| match request.operation.as_str() {
            "list-children" => list(&[person("10", PYOTR, Some("500"))]),
            _ => list(&[format!(r#"{{"type": "{kind}", "person": {}}}"#, person("20", MARIA, None))]),
        }
    };
    assert_eq!(present(seen(there("Mother"), relation())).differing, []);
    assert_eq!(present(seen(there("Guardian"), relation())).differing[0].there.as_deref(), Some("Guardian"));
}
