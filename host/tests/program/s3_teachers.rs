//! S2, S3: the task is added by documented lines; teachers' numbers come from the portal into the school's records.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::teachers::{DIRECTOR, PARENT, PASSWORD, TASK, World};

const TEACHERS: &str = "/api/journal/teacher/list";
const VK_IDS: &str = "/api/exchange/teacher/vk-list";

fn count(run: &Value, what: &str) -> u64 {
    run["counts"][what].as_u64().unwrap_or_default()
}

fn identifiers(of: &[(&str, &str)]) -> BTreeMap<String, String> {
    of.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect()
}

/// What the portal's first people give.
fn at_first() -> BTreeMap<String, String> {
    identifiers(&[
        ("petersburg:s1", "petersburg=700001"),
        ("petersburg:s2", "petersburg=700002"),
        ("petersburg:s3", "petersburg=700003"),
        ("vk:s1", "vk=190000001"),
        ("vk:s2", "vk=190000002"),
    ])
}

#[test]
fn s2_the_task_is_added_by_the_documented_lines_and_bound_in_a_dialogue() {
    let world = World::new();
    world.run(&["check", "school57"]).with(1).says("не связана с порталом");
    let mut talk = world.sign_in(DIRECTOR, "не тот");
    assert!(talk.question("Логин").contains("Неверный логин или пароль"));
    talk.say(DIRECTOR);
    talk.question("Пароль");
    talk.say(PASSWORD);
    let choice = talk.question("номер");
    assert!(
        choice.contains("1. Школа № 9101 (вымышленная)") && choice.contains("Номер на портале: 9102"),
        "{choice}"
    );
    talk.say("1");
    talk.end()
        .with(0)
        .says("Школа связана: «Школа № 9101 (вымышленная)»")
        .says("Учителей школы на портале: 5.");
    world.run(&["check", "school57"]).with(0).says("Привязали VK ID: 4.");
    let kept = world.kept();
    assert!(
        !kept.windows(PASSWORD.len()).any(|bytes| bytes == PASSWORD.as_bytes()),
        "the password is kept nowhere"
    );
}

#[test]
fn s2_a_parent_binds_nothing_and_a_bound_school_stays_bound_to_its_own() {
    let world = World::new();
    let refused = world.bind(PARENT).with(1);
    assert!(refused.err.contains("он в ней не сотрудник"), "{}", refused.err);
    world.bind(DIRECTOR).with(0);
    let other = world.sign_in("other@example.org", PASSWORD).end().with(1);
    assert!(other.err.contains("не относится к школе"), "{}", other.err);
    world.run(&["check", TASK]).with(0);
}

#[test]
fn s3_teachers_numbers_are_previewed_stored_and_left_alone() {
    let world = World::bound();
    let plan = world.run(&["plan", TASK, "--all"]).with(0);
    for line in ["Номера учителей на портале", "VK ID учителей", "Придумкина Алсу Маратовна"]
    {
        assert!(plan.out.contains(line), "{line} is not in\n{}", plan.out);
    }
    assert_eq!(world.identifiers(), BTreeMap::new(), "a preview stores nothing");

    let (code, run) = world.send();
    assert_eq!((code, count(&run, "applied"), count(&run, "left_out")), (0, 5, 4), "{run:#}");
    assert_eq!(world.identifiers(), at_first());

    let (code, again) = world.send();
    assert_eq!((code, count(&again, "applied"), count(&again, "unchanged")), (0, 0, 5), "{again:#}");
    assert_eq!(world.identifiers(), at_first());
}

#[test]
fn s3_whoever_is_left_out_is_told_why_and_what_to_do() {
    let world = World::bound();
    let plan: Value = world.run(&["plan", TASK, "--json"]).with(0).json();
    let mut told: Vec<(&str, &str)> = plan["left_out"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|left| (left["key"].as_str().expect("a key"), left["reason"].as_str().expect("a text")))
        .map(|(key, reason)| (key, reason.split(['.', ':', ',']).next().unwrap_or_default()))
        .collect();
    told.sort_unstable();
    let namesakes = "В школе несколько сотрудников с такими ФИО";
    let expected = [("s3", "Ждём учителя"), ("s4", namesakes), ("s5", namesakes), ("s6", "Ведёт журнал")];
    assert_eq!(told, expected, "whoever keeps no journal is not expected there");
    let shown = world.run(&["plan", TASK, "--all"]).with(0).out;
    for (name, why) in [
        ("Небылицын", "Ждём учителя: на портале он ещё не привязал VK ID"),
        ("Тёзкина", "В школе несколько сотрудников с такими ФИО"),
        ("Отсутствующий", "среди учителей школы на портале такого ФИО нет"),
    ] {
        assert!(
            shown.lines().any(|line| line.contains(name) && line.contains(why)),
            "{name}: {why}\n{shown}"
        );
    }
}

#[test]
fn s3_a_teacher_who_links_later_arrives_by_himself_and_a_new_number_replaces_the_old() {
    let world = World::bound();
    world.send();
    world.link(700003, Some(190000003));
    world.link(700001, Some(190000099));
    let (code, run) = world.send();
    assert_eq!((code, count(&run, "applied")), (0, 2), "{run:#}");
    let mut expected = at_first();
    expected.extend(identifiers(&[("vk:s3", "vk=190000003"), ("vk:s1", "vk=190000099")]));
    assert_eq!(world.identifiers(), expected);
}

#[test]
fn s3_a_person_says_which_namesake_is_which() {
    let world = World::bound();
    world.send();
    let file = "id,about.record-type,about.id,system,value\ni-1,staff,s4,petersburg,700004\n";
    world.write("identifiers.csv", file);
    world.run(&["import", "school57", "identifiers.csv", "--add"]).with(0);
    let (code, run) = world.send();
    assert_eq!((code, count(&run, "applied")), (0, 4), "the other one remains\n{run:#}");
    let found = world.identifiers();
    assert_eq!((found["vk:s4"].as_str(), found["vk:s5"].as_str()), ("vk=190000004", "vk=190000005"));
}

#[test]
fn s3_a_page_in_place_of_data_is_a_dead_sign_in_and_takes_nobody_away() {
    let world = World::bound();
    world.send();
    for template in [TEACHERS, VK_IDS] {
        world.fault(json!({"template": template}), json!({"kind": "loggedOut"}));
        let ended = world.run(&["run", TASK]).with(1);
        let said = format!("{}{}", ended.out, ended.err);
        assert!(said.contains("Портал прислал страницу для входа вместо данных"), "{said}");
        assert!(said.contains("exchange bind"), "what to do is said\n{said}");
    }
    world.run(&["check", TASK]).with(1).says("Вход на портал больше не действует").says("exchange bind");
    assert_eq!(world.identifiers(), at_first());
    world.post("faults", &json!({"faults": []}));
    assert_eq!(world.send().0, 0, "the sign-in itself was good");
}

#[test]
fn s3_an_expired_token_is_told_and_signing_in_again_goes_on() {
    let world = World::bound();
    world.post("settings", &json!({"loggedOut": "status"}));
    world.post("clock", &json!({"advanceMs": 25 * 3_600_000}));
    let ended = world.run(&["run", TASK]).with(1);
    let said = format!("{}{}", ended.out, ended.err);
    assert!(said.contains("Вход на портал больше не действует") && said.contains("exchange bind"), "{said}");
    world.sign_in(DIRECTOR, PASSWORD).end().with(0).says("Школа связана: «Школа № 9101 (вымышленная)»");
    assert_eq!(world.send().0, 0);
    assert_eq!(world.identifiers(), at_first());
}

#[test]
fn s3_only_whole_lists_count() {
    let world = World::bound();
    world.post("settings", &json!({"pageLimit": 2}));
    world.send();
    assert_eq!(world.identifiers(), at_first(), "read page by page");
    world.fault(json!({"template": TEACHERS, "every": 2}), json!({"kind": "shiftedPage"}));
    let ended = world.run(&["run", TASK]).with(1);
    let said = format!("{}{}", ended.out, ended.err);
    assert!(said.contains("Список на портале меняется, пока его читают"), "{said}");
    assert_eq!(world.identifiers(), at_first());
}

#[test]
fn s3_a_portal_without_the_list_is_told_as_such() {
    let world = World::bound();
    world.post("settings", &json!({"vkList": false}));
    let ended = world.run(&["run", TASK]).with(1);
    let said = format!("{}{}", ended.out, ended.err);
    assert!(said.contains("Портал не отдаёт список привязанных VK ID"), "{said}");
    world.run(&["check", TASK]).with(1).says("такого адреса на нём нет");
    assert_eq!(world.identifiers(), BTreeMap::new());
}
