//! H1: mistakes in files are refused with file, line, caret and what was meant.

use crate::world::{TASK, World};

#[test]
fn h1_a_misspelt_key_is_shown_in_its_place() {
    let world = World::empty();
    world.change_school("changes = \"report\"", "chnages = \"report\"");
    let ended = world.run(&["check", TASK]);
    let told = format!("{}{}", ended.out, ended.err);
    let line = world.school_file();
    let line = line.lines().position(|line| line.starts_with("chnages")).expect("the line") + 1;
    assert_eq!(ended.code, Some(2), "{told}");
    assert!(told.contains(&format!("school57.toml:{line}:1")), "{told}");
    assert!(told.contains("^^^^^^^") && told.contains("`changes`"), "{told}");
}

#[test]
fn h1_an_unknown_task_or_school_is_a_mistake_of_the_command() {
    let world = World::empty();
    world.run(&["run", "school57/dnevnk"]).with(2).complains("dnevnik");
    world.run(&["run", "school75/dnevnik"]).with(2).complains("school57");
    world.run(&["run"]).with(2);
}
