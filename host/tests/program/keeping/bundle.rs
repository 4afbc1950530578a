//! The support bundle: names, СНИЛС and tokens are fed into everything that goes along, and looked for.

use std::fs::File;
use std::io::Read;

use crate::h4_rows_to_http::World;

const SNILS: &str = "112-233-445 95";
const TOKEN: &str = "rows-token";
const STRANGER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.abc.def";

/// What must be nowhere, in whatever form.
const NOWHERE: [&str; 12] = [
    "Петров",
    "петров",
    "Пётр",
    "Школа строк",
    "233-445",
    "11223344595",
    TOKEN,
    "eyJhbG",
    "ivanova",
    "345-67",
    "director@school",
    "9007654321",
];

/// Whom the school has told of things.
const RECIPIENTS: &str = "[[notify]]\nmail = \"director@school\"\n[[notify]]\nsms = \"+79007654321\"\n";
const NOTIFY: &str = "[notify.mail]\nserver = \"localhost\"\nfrom = \"exchange@localhost\"\ntls = \"none\"\n\
                      [notify.sms]\nupstream = \"rows\"\npath = \"/sms\"\nquery = { to = \"{phone}\", text = \"{text}\" }\n";

fn world() -> World {
    let world = World::new();
    let text = std::fs::read_to_string(world.path("schools/rows.toml")).expect("the school's file");
    world.write("schools/rows.toml", &format!("# спросить Петрова Петра, {SNILS}\n{text}\n{RECIPIENTS}"));
    let host = std::fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &format!("{host}\n{NOTIFY}"));
    world.run("", &["run", "rows/rows"]).with(0);
    let file = rusqlite::Connection::open(world.path("data/schools/rows.db")).expect("the school's data");
    let line = format!(
        "Петрову Петру отказано: СНИЛС {SNILS} (11223344595), ivanova@example.org, +7 912 345-67-89, {TOKEN} {STRANGER}"
    );
    file.execute("INSERT INTO log VALUES (1, 0, 'warn', ?1)", [&line]).expect("a line");
    let request =
        "INSERT INTO request VALUES (1, 0, 'rows', 'look-up', 'POST', 0, NULL, ?1, 1, 1, 1, 1, '/rows')";
    file.execute(request, [&line]).expect("a request");
    let reason = serde_json::json!({"code": "host-decision", "args": [{"name": "number", "value": line}]});
    file.execute("UPDATE run SET reason = ?1", [reason.to_string()]).expect("a reason");
    world
}

fn unpacked(world: &World, name: &str) -> Vec<(String, String)> {
    let mut archive =
        zip::ZipArchive::new(File::open(world.path(name)).expect("it is written")).expect("a ZIP");
    let count = archive.len();
    let read = |place| {
        let mut file = archive.by_index(place).expect("a file");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("text");
        (file.name().expect("a name").into_owned(), text)
    };
    (0..count).map(read).collect()
}

#[test]
fn nothing_about_a_person_and_no_secret_is_in_the_bundle() {
    let world = world();
    let shown = world.run("", &["support-bundle", "--show"]).with(0);
    let written = world.run("", &["support-bundle", "help.zip"]).with(0).says("rows/log.jsonl");
    assert!(written.out.find("doctor.json") < written.out.find("Записано"), "shown before it is written");
    let files = unpacked(&world, "help.zip");
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "about.json",
        "doctor.json",
        "settings/exchange.toml",
        "settings/schools/rows.toml",
        "rows/runs.json",
        "rows/requests.jsonl",
        "rows/log.jsonl",
    ];
    assert_eq!(names, expected);
    for secret in NOWHERE {
        for (name, text) in &files {
            assert!(!text.contains(secret), "{secret} is in {name}:\n{text}");
        }
        assert!(!shown.out.contains(secret), "{secret} is shown");
    }
    let text = |name: &str| &files.iter().find(|(known, _)| known == name).expect("a file").1;
    assert!(text("rows/log.jsonl").contains("[name] [name] отказано"), "{}", text("rows/log.jsonl"));
    assert!(text("settings/exchange.toml").contains("127.0.0.1"), "what helps is there");
    assert!(text("rows/runs.json").contains("\"applied\": 1200"), "{}", text("rows/runs.json"));
    for (name, text) in &files {
        assert!(
            name.ends_with(".json") || shown.out.contains(text.trim_end()),
            "{name} is shown word for word"
        );
    }
    world.run("", &["support-bundle", "help.zip"]).with(1).complains("help.zip");
}

#[test]
fn one_run_and_the_schools_name_when_wanted() {
    let world = world();
    world.run("", &["run", "rows/rows"]).with(0);
    world.run("", &["support-bundle", "one.zip", "--run", "rows-2", "--school-names"]).with(0);
    let files = unpacked(&world, "one.zip");
    let text = |name: &str| &files.iter().find(|(known, _)| known == name).expect("a file").1;
    assert!(!text("rows/runs.json").contains("\"number\": 1"), "{}", text("rows/runs.json"));
    assert!(text("settings/schools/rows.toml").contains("Школа строк"));
    assert!(!text("rows/log.jsonl").contains("Петров"));
    world.run("", &["support-bundle", "two.zip", "--run", "rows-99"]).with(2);
    assert!(!world.path("two.zip").exists());
}
