//! D2: the current study year or the next one; an earlier one is refused with the way out.

use crate::school::study_year;
use crate::world::{TASK, World};

#[test]
fn d2_a_previous_year_is_refused_with_the_way_out() {
    let world = World::bound();
    world.change_school("study-year = \"current\"", &format!("study-year = {}", study_year() - 1));
    world.forget_requests();
    let ended = world.run(&["run", TASK]);
    assert!([Some(1), Some(2)].contains(&ended.code), "{:?}\n{}", ended.code, ended.out);
    let told = format!("{}{}", ended.out, ended.err);
    assert!(told.contains("уже прошёл") && told.contains("exchange class-list"), "{told}");
    assert!(world.writes().is_empty());
}

#[test]
fn d2_a_word_that_is_no_year_is_refused_with_its_place() {
    let world = World::bound();
    world.change_school("study-year = \"current\"", "study-year = \"curent\"");
    let ended = world.run(&["plan", TASK]).with(2);
    ended.complains("school57.toml").complains("study-year").complains("current");
}
