//! D8: the list of persons sent as a file with names; everywhere else there are keys only.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;

use crate::school::school;
use crate::world::World;

/// Surnames that only a person can have: those with a hyphen, and those long enough not to turn up by chance.
fn surnames() -> Vec<&'static str> {
    let pupils = school().expected.pupils.iter().map(|pupil| pupil.person.last_name.as_str());
    let mut names: Vec<&str> = pupils.filter(|name| name.chars().count() > 7).collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() > 10, "{}", names.len());
    names
}

fn last_run(world: &World) -> String {
    let runs: Vec<serde_json::Value> = world.run(&["runs", "school57", "--json"]).with(0).json();
    runs[0]["id"].as_str().expect("an id").to_owned()
}

#[test]
fn d8_the_report_names_everyone_who_was_sent() {
    let world = World::bound();
    world.send();
    let run = last_run(&world);
    for (format, file) in [("csv", "report.csv"), ("xlsx", "report.xlsx"), ("html", "report.html")] {
        world.run(&["report", &run, "--format", format, "-o", file]).with(0);
        assert!(fs::metadata(world.path(file)).expect("the file").len() > 1_000, "{file}");
    }
    let table = fs::read_to_string(world.path("report.csv")).expect("text");
    let html = fs::read_to_string(world.path("report.html")).expect("text");
    // Names come from the records as they are: from the child's card, whatever the application spells.
    let goes = |id: &str| school().expected.pupils.iter().any(|pupil| pupil.id == id);
    for pupil in school().records.pupils.iter().filter(|pupil| goes(&pupil.id)) {
        let name = pupil.person.full_name();
        assert!(table.contains(&name) && html.contains(&name), "{} is missing", pupil.id);
    }
    assert_eq!(&fs::read(world.path("report.xlsx")).expect("bytes")[..2], b"PK");
}

#[test]
fn d8_names_are_nowhere_but_in_the_records() {
    let world = World::bound();
    world.send();
    world.run(&["show", &last_run(&world), "--log", "--requests", "--json"]);
    for file in files(&world.path("data")) {
        let bytes = fs::read(&file).expect("a file");
        if bytes.starts_with(b"SQLite format 3") {
            other_tables_hold_no_names(&file);
        } else if !is_beside_a_database(&file) {
            let text = String::from_utf8_lossy(&bytes);
            let found = surnames().into_iter().find(|name| text.contains(name));
            assert!(found.is_none(), "{} holds a name", file.display());
        }
    }
}

/// Pages of a database on their way into it.
fn is_beside_a_database(file: &Path) -> bool {
    let name = file.file_name().expect("a name").to_string_lossy();
    name.ends_with("-wal") || name.ends_with("-shm")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[track_caller]
fn other_tables_hold_no_names(file: &Path) {
    let database = rusqlite::Connection::open(file).expect("a database");
    let mut tables =
        database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").expect("its tables");
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).expect("its tables");
    for table in tables.map(|table| table.expect("a name")).filter(|table| !table.starts_with("record")) {
        let mut rows = database.prepare(&format!("SELECT * FROM \"{table}\"")).expect("a table");
        let columns = rows.column_count();
        let mut rows = rows.query([]).expect("its rows");
        while let Some(row) = rows.next().expect("a row") {
            for column in 0..columns {
                let text = match row.get_ref(column).expect("a value") {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                        String::from_utf8_lossy(bytes).into_owned()
                    }
                    _ => continue,
                };
                let found = surnames().into_iter().find(|name| text.contains(name));
                assert!(found.is_none(), "{}: table {table}, column {column} holds a name", file.display());
            }
        }
    }
}
