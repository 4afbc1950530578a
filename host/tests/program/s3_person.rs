//! S3: a person's card shows identifiers in other systems with where they came from, and what each task has done for the
//! person or waits for.

use exchange::model::records::{RecordRef, RecordType};
use exchange::model::{ItemRef, LedgerEntry, Origin};
use exchange::store::{LaneStore, LedgerStore, MasterKey, Progress, SchoolDb, SchoolOptions};
use exchange_stand::rows::Options;
use serde_json::{Value, json};

use crate::e9_links::{LINKS, world};
use crate::h4_rows_to_http::World as Rows;

const MANIFEST: &str = include_str!("../../../examples/rows-to-http/connector.toml");

const STAFF: &str = "id;last-name;first-name;middle-name;position\n\
    t1;Ёлкина;Анна;Петровна;Учитель\nt2;Ёлкин;Пётр;Петрович;Учитель\n";
const CLASSES: &str = "id;study-year;grade;letter;teacher-id\nc5;2026;5;Б;t1\n";
const PEOPLE: &str = "id;last-name;first-name;class-id;guardian-ids\np1;Ёлкин;Иван;c5;g1\n";
const GUARDIANS: &str = "id;last-name;first-name\ng1;Ёлкина;Ольга\n";
const IDENTIFIERS: &str = "id;about.record-type;about.id;system;value\n\
    i1;staff;t1;vk;1234567\ni2;staff;t1;petersburg;88\ni3;pupil;t1;vk;999\ni4;staff;t1;old;5\n";

/// A school whose connector brings identifiers: of those of `t1` it put one there, and found another.
fn school() -> Rows {
    let rows = Rows::without_schools(Options::default(), "rate = 0");
    let kind = "[[kind]]\nname = \"vk-id\"\ntitle = { ru = \"Номера ВКонтакте\", en = \"VK ids\" }\n\
        direction = \"inbound\"\nrecord = \"identifier\"\n\n[[kind]]\nname = \"row\"";
    let manifest = MANIFEST.replace("[[kind]]\nname = \"row\"", kind);
    assert_ne!(manifest, MANIFEST);
    rows.write("connector.toml", &manifest);
    let packed = rows.path("connectors/rows-to-http.wasm").display().to_string();
    rows.run("", &["connector", "pack", &packed, "--manifest", "connector.toml", "-o", &packed]).with(0);
    rows.run("", &["connector", "lock"]).with(0);
    rows.add_school("rows", "q", 1);
    let files = [
        ("staff.csv", STAFF),
        ("classes.csv", CLASSES),
        ("pupils.csv", PEOPLE),
        ("guardians.csv", GUARDIANS),
        ("identifiers.csv", IDENTIFIERS),
    ];
    for (name, text) in files {
        rows.write(name, text);
    }
    let words: Vec<&str> =
        ["import", "rows", "--add"].into_iter().chain(files.map(|(name, _)| name)).collect();
    rows.run("", &words).with(3).says("identifiers.csv");
    let options = SchoolOptions { key: MasterKey([0; 32]), time_zone: jiff::tz::TimeZone::UTC };
    let store = SchoolDb::open(&rows.path("data"), &"rows".into(), options).expect("the school's store");
    let lane = store.take_lane("test", 0).expect("it is free");
    let about = RecordRef { record_type: RecordType::Staff, id: "t1".to_owned() };
    let entry = |id: &str, origin| LedgerEntry {
        about: Some(about.clone()),
        handle: Some(id.to_owned()),
        origin,
        ..LedgerEntry::unknown(ItemRef::new("vk-id", id))
    };
    let put = vec![entry("i1", Origin::Created), entry("i2", Origin::Adopted)];
    let progress = Progress { put, ..Progress::default() };
    store.record(lane.fence(), &"rows".into(), None, &progress).expect("it is written");
    rows
}

#[test]
fn s3_the_card_says_where_identifiers_came_from() {
    let rows = school();
    let card: Value = rows.run("", &["person", "rows", "t1", "--json"]).with(0).json();
    let expected = json!([
        {"system": "old", "value": "5", "task": null},
        {"system": "petersburg", "value": "88", "task": null},
        {"system": "vk", "value": "1234567", "task": "rows/rows"},
    ]);
    assert_eq!(card["identifiers"], expected, "{card:#}");
    assert_eq!((&card["name"], &card["classes"]), (&json!("Ёлкина Анна Петровна"), &json!(["5-Б"])));
    let items = card["tasks"][0]["items"].as_array().expect("things");
    assert!(
        items.iter().all(|item| item["state"] == "there" && item["title"] == "Номера ВКонтакте"),
        "{card:#}"
    );
    let shown = rows.run("", &["person", "rows", "t1"]).with(0);
    let expected = "Ёлкина Анна Петровна\nСотрудник · 5-Б · t1\n\n\
        Система     Идентификатор  Откуда\n\
        old         5              из файлов школы\n\
        petersburg  88             из файлов школы\n\
        vk          1234567        принесла задача rows/rows\n\n\
        rows/rows · Ученики строками в HTTP-сервис\n  \
        Номера ВКонтакте · i1: есть\n  Номера ВКонтакте · i2: есть\n";
    assert_eq!(shown.out, expected);
    rows.run("", &["person", "rows", "t1", "--lang", "en"]).with(0).says("brought by the task rows/rows");
}

#[test]
fn s3_people_are_found_by_a_piece_of_the_name() {
    let rows = school();
    let found: Value = rows.run("", &["person", "rows", "елкин", "--json"]).with(0).json();
    let candidates = found["candidates"].as_array().expect("several");
    let people: Vec<_> =
        candidates.iter().map(|one| (one["person"].as_str(), one["classes"].clone())).collect();
    let expected = [
        (Some("pupil:p1"), json!(["5-Б"])),
        (Some("staff:t2"), json!([])),
        (Some("staff:t1"), json!(["5-Б"])),
        (Some("guardian:g1"), json!(["5-Б"])),
    ];
    assert_eq!(people, expected, "{found:#}");
    rows.run("", &["person", "rows", "елкин"]).with(0).says("staff:t1").says("exchange person rows");
    let one: Value = rows.run("", &["person", "rows", "ПЕТРОВНА ёлк", "--json"]).with(0).json();
    assert_eq!(one["id"], "t1");
    rows.run("", &["person", "rows", "pupil:p1"]).with(0).says("Ни одна задача").says("Ёлкин Иван");
    rows.run("", &["person", "rows", "Никто"]).with(2).complains("нет человека");
    rows.run("", &["person", "rows", "..."]).with(2);
    let audit =
        rows.run("", &["audit", "rows"]).with(0).says("открыта карточка человека").says("поиск людей");
    for personal in ["Ёлк", "елк", "t1", "Никто"] {
        assert!(!audit.out.contains(personal), "{personal}: {}", audit.out);
    }
}

#[test]
fn s3_the_card_says_whom_a_task_waits_for_and_what_is_to_be_done() {
    let world = world();
    let run: Value = world.run(&["run", LINKS, "--json"]).json();
    let number = run["run"].as_str().expect("a run");
    let shown: Value = world.run(&["show", number, "--outcome", "waiting", "--json"]).json();
    let key = shown["outcomes"][0]["key"].as_str().expect("somebody is waited for");
    let person = key.split_once(':').expect("a role and an id").1;
    let card: Value = world.run(&["person", "school57", person, "--json"]).with(0).json();
    let tasks = card["tasks"].as_array().expect("tasks");
    let of = |name: &str| tasks.iter().find(|task| task["task"] == name).expect("it knows the person");
    let there = of("school57/dnevnik")["items"].as_array().expect("things");
    assert!(there.iter().any(|item| item["state"] == "there"), "{card:#}");
    let link = &of(LINKS)["items"][0];
    assert_eq!((&link["state"], &link["key"]), (&json!("waiting"), &json!(key)), "{card:#}");
    assert!(link["reason"].as_str().is_some_and(|whom| whom.contains("Ждём")), "{card:#}");
    assert!(link["steps"].as_array().is_some_and(|steps| !steps.is_empty()), "{card:#}");
    world.run(&["person", "school57", person]).with(0).says(": Ждём").says("что делать:");
}
