use exchange_sdk::Value;
use exchange_sdk::records::Identifier;

use super::*;

const NOW: i64 = 1_795_971_605_000;

fn person(id: &str, last: &str) -> Person {
    Person { id: id.into(), name: [last, "Анна", "Петровна"].map(str::to_owned) }
}

fn teacher(id: u64, last: &str) -> Teacher {
    Teacher { id, name: FullName::new(last, "Анна", "Петровна") }
}

fn vk(teacher: u64, value: u64) -> VkId {
    VkId { teacher, value }
}

fn school(staff: Vec<Person>, teaching: &[&str]) -> School {
    let teaching = teaching.iter().map(|id| (*id).to_owned()).collect();
    School { staff, teaching, told: Told::default() }
}

/// Kind, key, system and value of each item; employee and reason of whoever is left out.
fn told(page: &DesiredPage) -> (Vec<String>, Vec<String>) {
    let item = |item: &Item| {
        let text = |name: &str| item.text(name).expect("a text").to_owned();
        format!("{} {} {}={}", item.kind, item.key, text("system"), text("value"))
    };
    let out = |out: &LeftOut| format!("{} {}", out.about.id, out.reason.code);
    (page.items.iter().map(item).collect(), page.left_out.iter().map(out).collect())
}

#[test]
fn s3_identifiers_come_for_those_who_are_there_and_the_others_are_told() {
    let staff = vec![
        person("s1", "Лисова"),
        person("s2", "Волкова"),
        person("s3", "Чужова"),
        person("s4", "Сторожева"),
        person("s5", "Тёзкина"),
        person("s6", "Тезкина"),
    ];
    let there = There {
        teachers: vec![
            teacher(1, "ЛИСОВА"),
            teacher(2, "Волкова"),
            teacher(5, "Тезкина"),
            teacher(9, "Иная"),
        ],
        vk_ids: vec![vk(1, 190_000_001), vk(5, 190_000_005), vk(9, 190_000_009)],
    };
    let page = page(&school(staff, &["s1", "s2", "s3"]), &there, NOW);
    let (items, left_out) = told(&page);
    assert_eq!(
        items,
        [
            "teacher-id petersburg:s1 petersburg=1",
            "vk-id vk:s1 vk=190000001",
            "teacher-id petersburg:s2 petersburg=2"
        ]
    );
    let expected = ["s2 waiting-teacher", "s3 not-at-portal", "s5 namesakes-here", "s6 namesakes-here"];
    assert_eq!(left_out, expected, "whoever teaches no journal is not expected there");
    assert_eq!((page.complete, page.next.clone(), page.valid_until), (true, None, Some(NOW)));
}

#[test]
fn an_item_is_a_record_of_the_employee_that_goes_with_what_it_says() {
    let there = There { teachers: vec![teacher(1, "Лисова")], vk_ids: vec![vk(1, 5)] };
    let page = page(&school(vec![person("s1", "Лисова")], &[]), &there, NOW);
    for item in &page.items {
        assert_eq!(item.about, Some(RecordRef::new(RecordType::Staff, "s1")));
        assert_eq!((item.gone, item.label.as_str()), (WhenGone::Remove, "Лисова Анна Петровна"));
        let names: Vec<&str> = item.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["system", "value"]);
        assert!(item.fields.iter().all(|field| matches!(field.value, Value::Text(_))));
    }
}

#[test]
fn one_vk_id_of_two_people_is_nobodys() {
    let staff = || vec![person("s1", "Лисова"), person("s2", "Волкова")];
    let vk_ids = vec![vk(1, 5), vk(2, 5)];
    let there = There {
        teachers: vec![teacher(1, "Лисова"), teacher(2, "Волкова")], vk_ids: vk_ids.clone()
    };
    let (items, left_out) = told(&page(&school(staff(), &[]), &there, NOW));
    assert_eq!(items, ["teacher-id petersburg:s1 petersburg=1", "teacher-id petersburg:s2 petersburg=2"]);
    assert_eq!(left_out, ["s1 vk-id-shared", "s2 vk-id-shared"]);

    let said = |id: &str, value: &str| Identifier {
        id: format!("i-{id}"),
        about: RecordRef::new(RecordType::Staff, id),
        system: SYSTEM.into(),
        value: value.into(),
    };
    let told_so = Told::of(vec![said("s1", "1"), said("s2", "2")]);
    let there = There { teachers: vec![teacher(1, "Лисова"), teacher(2, "Лисова")], vk_ids };
    let (items, left_out) = told(&page(&School { told: told_so, ..school(staff(), &[]) }, &there, NOW));
    assert_eq!((items.len(), left_out), (4, Vec::new()), "one person with two entries at the portal");
}

#[test]
fn reasons_say_what_is_in_the_way() {
    for (there, code) in [
        (FullName::new("Лиcова", "Анна", "Петровна"), "almost-look-alike"),
        (FullName::new("Лисова", "Анна", ""), "almost-patronymic"),
        (FullName::new("Лис-ова", "Анна", "Петровна"), "almost-hyphens"),
        (FullName::new("Лисова", "Ольга", "Петровна"), "not-at-portal"),
    ] {
        let there = There { teachers: vec![Teacher { id: 1, name: there }], vk_ids: Vec::new() };
        let (items, left_out) = told(&page(&school(vec![person("s1", "Лисова")], &["s1"]), &there, NOW));
        assert_eq!((items, left_out), (Vec::new(), vec![format!("s1 {code}")]));
    }
}
