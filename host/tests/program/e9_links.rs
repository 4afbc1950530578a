//! E9: the school sees who is linked with an account at Госуслуги, who is waited for, and what is in the way.

use exchange_stand::http;
use invented_school::StandOptions;
use serde_json::{Value, json};

use crate::connector;
use crate::world::{ADMINISTRATOR, SCHOOL, World};

const LINKS: &str = "school57/esia";

/// A school whose pupils are at the diary with accounts in use, and a task that looks at their links.
fn world() -> World {
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
fn teenager(world: &World) -> Value {
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

#[test]
fn e9_who_is_linked_who_is_waited_for_and_what_is_in_the_way() {
    let world = world();
    world.run(&["check", LINKS]).with(0).says("показывает связи школы");
    let run: Value = world.run(&["run", LINKS, "--json"]).json();
    assert!(count(&run, "waiting") > 400 && count(&run, "adopted") == 0, "{run:#}");
    let one = teenager(&world);
    let visitor = json!({"subject": "1000400006", "lastName": one["lastName"], "firstName": one["firstName"],
        "middleName": one["middleName"], "snils": one["snils"]});
    world.post("sign-in", &visitor);
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
fn e9_what_is_in_the_way_is_told_by_person() {
    let world = world();
    let one = teenager(&world);
    let mut renamed = one.clone();
    renamed["lastName"] = json!("Переименованный");
    world.post("seed", &json!({"persons": [renamed]}));
    let run: Value = world.run(&["run", LINKS, "--json"]).json();
    let number = run["run"].as_str().expect("a run");
    let shown = world.run(&["show", number, "--outcome", "failed"]);
    assert!(shown.out.contains("СНИЛС тот же, а фамилия"), "{}", shown.out);
}
