//! H3: a school administrator sees when tasks will run by themselves.

use serde_json::Value;

use crate::world::{TASK, World};

fn scheduled() -> World {
    let world = World::empty();
    world.change_school("changes = \"report\"", "changes = \"report\"\nschedule = \"30 3 * * *\"");
    world
}

#[test]
fn h3_the_next_runs_of_a_task_are_shown() {
    let world = scheduled();
    let lines = world.run(&["next", "school57", "--count", "2"]).with(0).out;
    assert_eq!(lines.matches(TASK).count(), 2, "{lines}");
    assert_eq!(lines.matches(" 03:30").count(), 2, "{lines}");
    let previews: Vec<Value> = world.run(&["next", TASK, "--count", "3", "--json"]).with(0).json();
    let ahead = previews[0]["ahead"].as_array().expect("a list");
    let at = |line: &Value| line["run"]["at"].as_str().expect("a moment").to_owned();
    let at: Vec<String> = ahead.iter().map(at).collect();
    assert!(at.len() == 3 && at.is_sorted() && at[0] < at[1] && at[1] < at[2], "{at:?}");
    world.run(&["disable", TASK]).with(0);
    world.run(&["next"]).with(0).says("выключена");
}

#[test]
fn h3_a_task_that_nobody_has_is_a_mistake_of_the_command() {
    let world = scheduled();
    world.run(&["next", "--task", "dnevnk"]).with(2).complains("dnevnk");
    world.run(&["next", "school57/dnevnk"]).with(2).complains("dnevnik");
    world.run(&["next", "--count", "0"]).with(2);
}
