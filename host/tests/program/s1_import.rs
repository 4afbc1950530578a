//! S1: a district hands over the tokens and settings of many schools in one table. All of it or nothing, sealed, told to
//! nobody, and as often as one likes.

use std::fs;
use std::path::Path;

use exchange_stand::rows::Options;
use rust_xlsxwriter::{Formula, Workbook};
use serde_json::{Value, json};

use crate::h4_rows_to_http::World;
use crate::serve;
use crate::served::{Served, until};

const MANIFEST: &str = include_str!("../../../examples/rows-to-http/connector.toml");

/// What no one may find anywhere but in the table.
const TOKENS: [&str; 3] = ["vk1.a.Zq7-first_school", "vk1.a.Zq7-second=school", "vk1.a.Zq7-third-school"];

/// Schools as a district writes them down before anything is handed over: the setting is missing, or its comment counts.
const FIRST: &str = "name = \"Школа № 1\"\ntime-zone = \"Europe/Moscow\"\n\n[[task]]\nid = \"other\"\n\
    connector = \"rows-to-http\"\n\n[task.settings]\ncommunity = 7\n\n[[task]]\nid = \"rows\" # выгрузка\n\
    connector = \"rows-to-http\"\n\n[task.grant]\nupstreams = { rows = \"rows\" }\n";
const SECOND: &str = "# Вторая школа.\nname = \"Школа № 2\"\ntime-zone = \"Europe/Moscow\"\n\n[[task]]\nid = \"rows\"\n\
    connector = \"rows-to-http\"\n\n[task.settings]\n# Из «Базы ссылок».\ncommunity = 1 # сообщество\n\
    with-birth-dates = false\n";
const THIRD: &str = "name = \"Школа № 3\"\ntime-zone = \"Europe/Moscow\"\n\n[[task]]\nid = \"rows\"\n\
    connector = \"rows-to-http\"\nsettings = { community = 1 }\n";

/// A world of three schools whose connector wants a community.
fn district() -> World {
    let world = World::without_schools(Options::default(), "rate = 0");
    let wanted = "required = [\"community\"]\n\n[settings.properties.community]\ntitle = \"Сообщество\"\n\
        type = \"integer\"\nminimum = 1\n\n[settings.properties.with-birth-dates]";
    let manifest = MANIFEST.replace("[settings.properties.with-birth-dates]", wanted);
    assert_ne!(manifest, MANIFEST);
    let captured =
        "[secret.session]\ntitle = { ru = \"Сеанс\", en = \"Session\" }\ncaptured = true\n\n[secret.token]";
    world.write("connector.toml", &manifest.replace("[secret.token]", captured));
    let packed = world.path("connectors/rows-to-http.wasm").display().to_string();
    world.run("", &["connector", "pack", &packed, "--manifest", "connector.toml", "-o", &packed]).with(0);
    world.run("", &["connector", "lock"]).with(0);
    for (school, text) in [("first", FIRST), ("second", SECOND), ("third", THIRD)] {
        world.write(&format!("schools/{school}.toml"), text);
    }
    world
}

fn file(world: &World, school: &str) -> String {
    fs::read_to_string(world.path(&format!("schools/{school}.toml"))).expect("the school's file")
}

/// What the program says of importing the table, with this exit code, in JSON.
fn import(world: &World, words: &[&str], code: i32) -> Value {
    world.run("", &[&["secret", "import", "table.csv", "--json"], words].concat()).with(code).json()
}

/// Names of the secrets of a school.
fn secrets(world: &World, school: &str) -> Vec<String> {
    let rows: Vec<Value> = world.run("", &["secret", "list", "--school", school, "--json"]).with(0).json();
    rows.iter().map(|row| row["name"].as_str().expect("a name").to_owned()).collect()
}

/// Nothing was ever stored for a school.
fn is_untouched(world: &World, school: &str) -> bool {
    !world.path(&format!("data/schools/{school}.db")).exists()
}

/// Files under a folder that hold one of the tokens.
fn holding_a_token(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(holding_a_token(&path));
        } else {
            let bytes = fs::read(&path).expect("a file");
            let holds = |token: &&str| bytes.windows(token.len()).any(|window| window == token.as_bytes());
            if TOKENS.iter().any(holds) {
                found.push(path.file_name().expect("a name").to_string_lossy().into_owned());
            }
        }
    }
    found
}

fn table() -> String {
    let [first, second, third] = TOKENS;
    format!(
        "Передача токенов;;\nШкола;Токен сервиса;Сообщество\nfirst;{first};101\nшкола №2;{second};202\n\
         third;{third};303\n"
    )
}

#[test]
fn s1_many_schools_are_handed_over_sealed_and_files_keep_their_comments() {
    let world = district();
    world.write("table.csv", &table());
    let command = ["secret", "import", "table.csv", "--task", "rows"];
    let dry =
        world.run("", &[&command[..], &["--dry-run"]].concat()).with(0).says("Было бы сохранено для 3 школ");
    assert!(file(&world, "first") == FIRST && is_untouched(&world, "first"), "{}", dry.out);

    let told = world.run("", &command).with(0);
    assert_eq!(told.out, "Сохранено для 3 школ.\n  community: 3 школы\n  token: 3 школы\n");
    for school in ["first", "second", "third"] {
        assert_eq!(secrets(&world, school), ["rows/token"]);
    }
    let first = FIRST.replace(
        "[task.grant]\nupstreams = { rows = \"rows\" }\n",
        "[task.grant]\nupstreams = { rows = \"rows\" }\n\n[task.settings]\ncommunity = 101\n",
    );
    assert_eq!(file(&world, "first"), first);
    assert_eq!(file(&world, "second"), SECOND.replace("community = 1 #", "community = 202 #"));
    assert_eq!(file(&world, "third"), THIRD.replace("community = 1", "community = 303"));

    let audit = world.run("", &["audit", "--json"]).with(0);
    let rows: Vec<Value> = audit.json();
    let entries: Vec<_> = rows.iter().filter(|row| row["what"] == "secret-import").collect();
    assert_eq!(entries.len(), 3, "{rows:#?}");
    assert!(
        entries.iter().all(|row| row["task"] == "rows" && row["about"] == "token, community"),
        "{entries:#?}"
    );
    for text in [&dry.out, &dry.err, &told.out, &told.err, &audit.out] {
        assert!(TOKENS.iter().all(|token| !text.contains(token)), "{text}");
    }
    assert_eq!(holding_a_token(&world.path("")), ["table.csv"]);

    let modified = || fs::metadata(world.path("schools/second.toml")).and_then(|file| file.modified()).ok();
    let before = modified();
    let again = import(&world, &["--task", "rows"], 0);
    assert_eq!(again["totals"], json!({"unchanged": 3}), "{again:#}");
    assert_eq!(modified(), before, "whoever watches the file is not disturbed");
    let rows: Vec<Value> = world.run("", &["audit", "--json"]).with(0).json();
    assert_eq!(rows.iter().filter(|row| row["what"] == "secret-import").count(), 3, "nothing was changed");

    world.write("table.csv", &table().replace(TOKENS[1], "vk1.a.another").replace("303", "304"));
    let told = import(&world, &["--task", "rows"], 0);
    let changed = |n: usize| {
        (&told["schools"][n]["state"], &told["schools"][n]["secrets"], &told["schools"][n]["settings"])
    };
    assert_eq!(changed(0), (&json!("unchanged"), &json!([]), &json!([])));
    assert_eq!(changed(1), (&json!("stored"), &json!(["token"]), &json!([])));
    assert_eq!(changed(2), (&json!("stored"), &json!([]), &json!(["community"])));
    world
        .run("x", &["secret", "set", "token", "--school", "second"])
        .with(0)
        .says("exchange secret set rows/token");
}

/// Faults of every kind, each with its place: row, heading, code.
const FAULTY: &str = "Школа,token,community,Код,Session,Токен сервиса\n\
    first,t-1,101,x,y,z\n\
    nowhere,t-2,102,x,y,z\n\
    ,t-3,103,x,y,z\n";

fn problems(told: &Value) -> Vec<(u64, &str, &str)> {
    let problems = told["problems"].as_array().expect("a list").iter();
    let text = |problem: &'_ Value, name: &str| problem[name].as_str().unwrap_or_default().len();
    problems
        .inspect(|problem| assert!(text(problem, "what") > 0 && text(problem, "fix") > 0, "{problem:#}"))
        .map(|problem| {
            let word = |name: &str| problem[name].as_str().unwrap_or_default();
            (problem["row"].as_u64().expect("a row"), word("column"), word("code"))
        })
        .collect()
}

#[test]
fn s1_everything_is_looked_at_first_and_each_fault_has_its_place() {
    let world = district();
    world.write("table.csv", FAULTY);
    let told = import(&world, &["--connector", "rows-to-http"], 2);
    let expected = [
        (2, "", "handover-several-tasks"),
        (3, "Школа", "handover-school-unknown"),
        (4, "Школа", "handover-empty"),
    ];
    assert_eq!(problems(&told), expected, "{told:#}");
    let told = import(&world, &["--task", "rows"], 2);
    let columns = [
        (1, "", "handover-column-unknown"),
        (1, "Session", "handover-column-captured"),
        (1, "Токен сервиса", "handover-column-twice"),
    ];
    assert_eq!(problems(&told)[..3], columns, "{told:#}");

    let long = "x".repeat(70_000);
    world.write(
        "schools/broken.toml",
        "name = \"Сломанная\"\n[[task]]\nid = \"rows\"\nconnector = \"rows-to-http\"\n",
    );
    world.write("schools/none.toml", "name = \"Школа № 3\"\ntime-zone = \"Europe/Moscow\"\n");
    world.write("schools/torn.toml", "name = \n");
    world.write(
        "table.csv",
        "Школа;token;community\nfirst;good-1;101\nsecond;;202\nthird;=A1&B1;0\nfirst;t;1\nnone;t;1\n\
         broken;t;1\ntorn;t;1\nШкола № 3;t;1\nsecond;t;x;лишнее\n",
    );
    let told = import(&world, &["--task", "rows"], 2);
    let expected = [
        (4, "token", "handover-formula"),
        (4, "community", "handover-setting"),
        (5, "", "handover-school-twice"),
        (6, "", "handover-no-task"),
        (7, "", "handover-file"),
        (8, "", "handover-file"),
        (9, "Школа", "handover-school-ambiguous"),
        (10, "", "handover-school-twice"),
    ];
    assert_eq!(problems(&told), expected, "{told:#}");
    assert_eq!(told["totals"], json!({}), "nothing is good: {told:#}");

    world.write(
        "table.csv",
        &format!("Школа;token;community\nfirst;good-1;101\nsecond;;202\nthird;{long};сто;лишнее\n"),
    );
    let told = import(&world, &["--task", "rows"], 2);
    let expected = [
        (3, "token", "handover-empty"),
        (4, "token", "handover-too-long"),
        (4, "community", "handover-setting"),
        (4, "", "import-extra-cells"),
    ];
    assert_eq!(problems(&told), expected, "{told:#}");
    assert_eq!(told["totals"], json!({"untouched": 1}), "{told:#}");
    assert!(is_untouched(&world, "first"));
    world.run("", &["secret", "import", "table.csv", "--task", "rows"]).with(2).says("Ничего не сохранено");
    assert_eq!(file(&world, "first"), FIRST);

    let told = import(&world, &["--task", "rows", "--partly"], 3);
    assert_eq!(told["totals"], json!({"stored": 1}), "{told:#}");
    assert_eq!(
        (secrets(&world, "first"), secrets(&world, "second")),
        (vec!["rows/token".to_owned()], Vec::new())
    );
}

#[test]
fn s1_what_stands_in_the_wrong_column_is_not_told() {
    let world = district();
    let [first, second, third] = TOKENS;
    world.write(
        "table.csv",
        &format!("Школа;token;{third};community\n{first};first;x;{second}\nsecond;{second};x;{first}\n"),
    );
    for words in [&["--task", "rows"][..], &["--task", "rows", "--partly", "--json"]] {
        let told = world.run("", &[&["secret", "import", "table.csv"], words].concat());
        let told = format!("{}{}", told.out, told.err);
        assert!(TOKENS.iter().all(|token| !told.contains(token)), "{told}");
    }
    assert_eq!(holding_a_token(&world.path("")), ["table.csv"]);
}

#[test]
fn s1_the_table_may_be_old_or_a_workbook_and_tells_its_connector() {
    let world = district();
    world.write(
        "schools/first.toml",
        &FIRST.replace("id = \"other\"\nconnector", "id = \"other\"\nenabled = false\nconnector"),
    );
    let text = "Школа,Токен сервиса,Сообщество\nsecond,old-token,505\n";
    fs::write(world.path("table.csv"), encoding_rs::WINDOWS_1251.encode(text).0).expect("a file");
    assert_eq!(import(&world, &[], 0)["totals"], json!({"stored": 1}));
    assert!(file(&world, "second").contains("community = 505 # сообщество"));

    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [["Школа", "token", "Сообщество"], ["third", "", ""]];
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write(row, column, cell).expect("a cell");
        }
    }
    sheet
        .write_formula(1, 1, Formula::new("=CONCAT(\"a\",\"b\")").set_result("computed-token"))
        .expect("a cell");
    sheet.write(1, 2, 606).expect("a cell");
    book.save(world.path("table.xlsx")).expect("a file");
    world.run("", &["secret", "import", "table.xlsx"]).with(0).says("Сохранено для 1 школы");
    assert!(file(&world, "third").contains("community = 606"));

    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, cell) in (0..).zip(["Школа", "token", "Сообщество"]) {
        sheet.write(0, column, cell).expect("a cell");
    }
    sheet.write(1, 0, "third").expect("a cell");
    sheet.write_formula(1, 1, Formula::new("=1/0").set_result("#DIV/0!")).expect("a cell");
    sheet.write(1, 2, 6.5).expect("a cell");
    book.save(world.path("table.xlsx")).expect("a file");
    let told: Value = world.run("", &["secret", "import", "table.xlsx", "--json"]).with(2).json();
    assert_eq!(problems(&told), [(2, "token", "handover-empty"), (2, "Сообщество", "handover-setting")]);

    world.write("table.csv", "Школа,что-то\nsecond,x\n");
    world.run("", &["secret", "import", "table.csv"]).with(2).complains("--connector rows-to-http");
    world.write("table.csv", "кто,token\nsecond,x\n");
    world.run("", &["secret", "import", "table.csv"]).with(2).complains("заголовками");
    fs::write(world.path("table.csv"), b"school,token\nsecond,a\0b\n").expect("a file");
    world.run("", &["secret", "import", "table.csv"]).with(2);
    world.write("table.csv", "school,token\nsecond,a\u{200b}b\n");
    assert_eq!(problems(&import(&world, &["--task", "rows"], 2)), [(2, "token", "import-bad-text")]);
}

/// Schools with a task that runs, and the tokens it needs, beside a server.
#[test]
fn s1_tables_are_taken_over_beside_a_server_and_its_runs() {
    let world = serve::listening_with(Options::default(), "rate = 0\nparallel = 4");
    let schools: Vec<String> = (1..=12).map(|n| format!("s{n}")).collect();
    world.add_school("s1", "p", 50);
    let text = file(&world, "s1");
    for school in &schools[1..] {
        world.write(&format!("schools/{school}.toml"), &text);
    }
    world.run("", &["secret", "rm", "token"]).with(0);
    let served = Served::start(&world);
    let busy = world.lane("s1");
    let rows: String = schools.iter().map(|school| format!("{school};rows-token;да\n")).collect();
    world.write("table.csv", &format!("school;token;Birth dates\n{rows}"));
    let told = import(&world, &["--wait", "1s"], 5);
    // The server may have had another one's lane for a moment, too.
    assert_eq!((&told["schools"][0]["state"], &told["schools"][0]["school"]), (&json!("busy"), &json!("s1")));
    assert!(told["totals"]["stored"].as_u64() > Some(0), "others do not wait for it: {told:#}");
    drop(busy);
    let told = import(&world, &[], 0);
    assert_eq!(told["schools"][0]["state"], "stored", "{told:#}");
    assert_eq!(import(&world, &[], 0)["totals"], json!({"unchanged": 12}));
    world.run("", &["run", "s1/rows"]).with(0);
    assert_eq!(world.arrived(), 50, "the token that was handed over opens the service");
    until("the server is well", || served.readiness().0 == 200);
    served.stop();
    let log = fs::read_to_string(world.path("serve.log")).expect("its log");
    assert!(!log.contains("rows-token"), "{log}");
}
