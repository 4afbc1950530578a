//! E9: the school sees who is linked with an account at Госуслуги, who is waited for, and what is in the way.

use exchange_stand::http;
use invented_school::StandOptions;
use serde_json::{Value, json};

use crate::connector;
use crate::world::{ADMINISTRATOR, SCHOOL, World};

pub(crate) const LINKS: &str = "school57/esia";

/// A school whose pupils are at the diary with accounts in use, and a task that looks at their links.
pub(crate) fn world() -> World {
    let world = World::bound();
    world.post("settings", &json!({"activateNewPersons": true}));
    world.send_all();
    let connector = connector::file().with_file_name("esia.wasm");
    std::fs::copy(connector, world.path("connectors/esia.wasm")).expect("it is built");
    world.run(&["connector", "lock"]).with(0);
    let file = world.path("schools/school57.toml");
    let school = std::fs::read_to_string(&file).expect("the school's file");
    let task = format!(
        "\n[[task]]\nid = \"esia\"\nconnector = \"esia\"\nenabled = true\n\
         [task.settings]\norganisation = \"{SCHOOL}\"\n\
         [task.grant]\nupstreams = [\"dnevnik\"]\nsecrets = [\"token\"]\n\
         records = {{ school-class = [\"*\"], pupil = [\"*\"], guardian = [\"*\"], staff = [\"*\"] }}\n"
    );
    world.write("schools/school57.toml", &(school + &task));
    world.run_with(&token(&world), &["secret", "set", "token", "--school", "school57"]).with(0);
    world
}

/// A client that may sign in with a password.
const CLIENT: &str = "00000000-0000-4000-8000-0000000000e9";

/// A token of the school's administrator.
fn token(world: &World) -> String {
    let options = StandOptions::default();
    let client = json!({"id": CLIENT, "secret": options.client_secret, "name": "By hand", "redirectUris": [],
        "flows": ["password"]});
    world.post("seed", &json!({"clients": [client]}));
    let body = json!({"client_id": CLIENT, "client_secret": options.client_secret,
        "username": ADMINISTRATOR, "password": options.password,
        "scope": "CommonInfo,ContactInfo,FriendsAndRelatives,EducationalInfo"});
    let url =
        http::local(&format!("{}/v2/authorizations/bycredentials", world.stand.url())).expect("an address");
    let headers = [("Content-Type", "application/json")];
    let answer = http::send("POST", &url, &headers, &body.to_string()).and_then(http::Answer::accepted);
    let answer: Value = serde_json::from_str(&answer.expect("a token")).expect("JSON");
    answer["accessToken"].as_str().expect("a token").to_owned()
}

fn count(run: &Value, what: &str) -> u64 {
    run["counts"][what].as_u64().unwrap_or_default()
}

/// Somebody from fourteen on with a СНИЛС and an account in use.
pub(crate) fn teenager(world: &World) -> Value {
    let state = world.state();
    let people = state["persons"].as_array().expect("a list");
    let fits = |person: &&Value| {
        let born = person["birthday"].as_str().unwrap_or("9");
        let filled = |name: &str| !person[name].is_null() && person[name] != "";
        ("2000".."2012").contains(&born)
            && filled("snils")
            && filled("userId")
            && person["role"] == "EduStudent"
    };
    people.iter().find(fits).cloned().unwrap_or_else(|| panic!("nobody: {:#?}", people.iter().take(2)))
}

/// This person signs in at the diary through Госуслуги, and is linked by that.
pub(crate) fn sign_in(world: &World, one: &Value) {
    let visitor = json!({"subject": "1000400006", "lastName": one["lastName"], "firstName": one["firstName"],
        "middleName": one["middleName"], "snils": one["snils"]});
    world.post("sign-in", &visitor);
}

#[test]
fn e9_who_is_linked_who_is_waited_for_and_what_is_in_the_way() {
    let world = world();
    world.run(&["check", LINKS]).with(0).says("показывает связи школы");
    let run: Value = world.run(&["run", LINKS, "--json"]).json();
    assert!(count(&run, "waiting") > 400 && count(&run, "adopted") == 0, "{run:#}");
    let one = teenager(&world);
    sign_in(&world, &one);
    let run: Value = world.run(&["run", LINKS, "--json"]).json();
    assert_eq!(count(&run, "adopted"), 1, "{run:#}");
    let number = run["run"].as_str().expect("a run");
    let shown = world.run(&["show", number, "--outcome", "adopted"]);
    assert!(shown.out.contains("Связано само, при входе через Госуслуги"), "{}", shown.out);
    let shown = world.run(&["show", number, "--outcome", "waiting"]);
    assert!(
        shown.out.contains("Ждём родителей: учётная запись ребёнка связывается вручную"),
        "{}",
        shown.out
    );
    let before = world.state()["links"].clone();
    let again = world.run(&["run", LINKS, "--json"]).json();
    assert_eq!((count(&again, "adopted"), count(&again, "unchanged")), (0, 1), "{again:#}");
    assert_eq!(world.state()["links"], before, "a run links nobody");
}

#[test]
fn e9_the_numbers_by_class_and_a_sheet_of_who_has_to_do_what() {
    let world = world();
    world.run(&["by-class", LINKS]).with(4).complains("ещё ни разу не проверяла");
    let one = teenager(&world);
    sign_in(&world, &one);
    world.run(&["run", LINKS]);
    let total = |what: &str| -> u64 {
        let picture: Value = world.run(&["by-class", LINKS, "--json"]).json();
        let classes = picture["classes"].as_array().expect("a list").clone();
        classes.iter().map(|class| class[what].as_u64().expect("a number")).sum()
    };
    assert_eq!(total("there"), 1);
    assert!(total("waiting") > 100 && total("in_the_way") > 0);
    let numbers = world.run(&["by-class", LINKS]).with(0);
    assert!(
        numbers.out.contains("Связано само, при входе через Госуслуги  Ждём действий"),
        "{}",
        numbers.out
    );

    let picture: Value = world.run(&["by-class", LINKS, "--json"]).json();
    let classes = picture["classes"].as_array().expect("a list");
    let of_one = classes.iter().find(|class| class["there"] == 1).expect("the class of the linked one");
    assert_eq!(of_one["ways"], json!({"linked-by-itself": 1}));
    let class = of_one["class"].as_str().expect("a title");
    world.run(&["by-class", LINKS, "--classes", class, "-o", "sheets.html"]).with(0).says("1 лист");
    let page = std::fs::read_to_string(world.path("sheets.html")).expect("the file");
    let linked = format!(
        "{} {}",
        one["lastName"].as_str().expect("a name"),
        one["firstName"].as_str().expect("a name")
    );
    assert!(page.contains(&format!("<h2 class=\"page\">{class} (")), "{page}");
    assert!(page.contains("Войти в Дневник.ру через Госуслуги") && !page.contains(&linked), "{page}");
}

#[test]
fn e9_what_is_in_the_way_is_told_by_person() {
    let world = world();
    let one = teenager(&world);
    let mut renamed = one.clone();
    renamed["lastName"] = json!("Переименованный");
    world.post("seed", &json!({"persons": [renamed]}));
    let run: Value = world.run(&["run", LINKS, "--json"]).json();
    let number = run["run"].as_str().expect("a run");
    let shown = world.run(&["show", number, "--outcome", "waiting"]);
    assert!(shown.out.contains("СНИЛС тот же, а фамилия"), "{}", shown.out);
}

#[test]
fn e9_a_link_is_taken_away_by_a_person_with_a_reason_and_an_entry_in_the_audit() {
    let world = world();
    let one = teenager(&world);
    sign_in(&world, &one);
    let run: Value = world.run(&["run", LINKS, "--json"]).json();
    let number = run["run"].as_str().expect("a run");
    let shown: Value = world.run(&["show", number, "--outcome", "adopted", "--json"]).json();
    let key = shown["outcomes"][0]["key"].as_str().expect("a key");
    let person = key.split_once(':').expect("a role and an id").1;

    let file = world.path("schools/school57.toml");
    let school = std::fs::read_to_string(&file).expect("the school's file");
    let remove = |confirm: &str| {
        let asked =
            ["remove", LINKS, "--person", person, "--reason", "чужая учётная запись", "--confirm", confirm];
        world.run(&asked)
    };
    remove("somebody").with(2);
    assert_eq!(world.state()["links"].as_array().map(Vec::len), Some(1), "nothing was confirmed");
    remove(person).with(3).says("Не убрано");
    assert_eq!(world.state()["links"].as_array().map(Vec::len), Some(1), "the task may not write");

    let may_write = school.replace(
        "id = \"esia\"\nconnector = \"esia\"",
        "id = \"esia\"\nchanges = \"update\"\nconnector = \"esia\"",
    );
    let granted = may_write.replace(
        "[task.grant]\nupstreams = [\"dnevnik\"]",
        "[task.grant]\nwrite = true\nupstreams = [\"dnevnik\"]",
    );
    assert_ne!(granted, school);
    world.write("schools/school57.toml", &granted);
    remove(person).with(0).says("Убрано: Связи учётных записей");
    assert_eq!(world.state()["links"].as_array().map(Vec::len), Some(0));
    remove(person).with(2).complains("нет ничего");
    let audit = world.run(&["audit", "school57"]).with(0);
    assert!(
        audit.out.contains("удалено на той стороне") && audit.out.contains("чужая учётная запись"),
        "{}",
        audit.out
    );
    assert!(!audit.out.contains(person), "whoever is erased later must not stay in it: {}", audit.out);
    let run: Value = world.run(&["run", LINKS, "--json"]).json();
    assert_eq!((count(&run, "adopted"), count(&run, "told")), (0, 0), "waited for again: {run:#}");
}
