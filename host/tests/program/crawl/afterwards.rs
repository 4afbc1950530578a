//! What holds after all of it: the server lives, its folder is read, its log says nothing that it should not.

use std::path::Path;

use serde_json::Value;
use toml::Table;

use super::hostile::MARK;
use super::visitor::Run;
use crate::school::school;

/// Names shorter than this are syllables of other words.
const SHORTEST: usize = 5;

/// What of a task people change in forms.
const CHANGED: [&str; 2] = ["settings", "enabled"];

/// The file of the school that was crawled.
pub(super) fn file_of(folder: &Path) -> Table {
    let text = std::fs::read_to_string(folder.join("schools/school57.toml")).expect("the school's file");
    text.parse().expect("it is TOML")
}

pub(super) fn all_is_well(run: Run<'_>, folder: &Path, before: &Table) {
    for command in [&["status", "--json"][..], &["user", "list"], &["audit", "verify"], &["next", "school57"]]
    {
        run(command).with(0);
    }
    let told = run(&["audit", "school57", "--limit", "10000"]).with(0).out;
    assert!(!told.chars().any(|letter| letter == '\u{202e}' || letter == '\u{1b}'), "{told}");
    let checked = run(&["check"]);
    assert!(!checked.err.contains("school57.toml:"), "{}", checked.err);
    assert_eq!(kept(&file_of(folder)), kept(before), "the school's file");
    log_is_quiet(&std::fs::read_to_string(folder.join("serve.log")).expect("its log"));
}

/// A school's file without what forms change.
fn kept(file: &Table) -> Table {
    let mut file = file.clone();
    file.remove("notify");
    let tasks = file.get_mut("task").and_then(toml::Value::as_array_mut).into_iter().flatten();
    for task in tasks.filter_map(toml::Value::as_table_mut) {
        CHANGED.iter().for_each(|key| drop(task.remove(*key)));
    }
    file
}

fn log_is_quiet(log: &str) {
    let loud = log.lines().find(|line| {
        let level = serde_json::from_str::<Value>(line).ok().map(|line| line["level"].clone());
        level.is_none_or(|level| level == "ERROR") || line.contains("panicked") || line.contains(MARK)
    });
    assert_eq!(loud, None);
    let pupils = school().expected.pupils.iter().map(|pupil| &pupil.person);
    let guardians = school().expected.guardians.iter().map(|guardian| &guardian.person);
    let names = pupils.chain(guardians).flat_map(|person| [&person.last_name, &person.first_name]);
    let named =
        names.filter(|name| name.chars().count() >= SHORTEST).find(|name| log.contains(name.as_str()));
    assert_eq!(named, None, "nobody is named");
}
