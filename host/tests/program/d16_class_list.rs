//! D16: class lists as a file, for years that cannot be exchanged.

use std::fs;

use crate::d6_selection::fresh_class;
use crate::school::school;
use crate::world::World;

#[test]
fn d16_class_lists_for_import_by_hand() {
    let world = World::bound();
    let class = fresh_class();
    world.run(&["class-list", "school57", "--classes", &class.name, "-o", "list.csv"]).with(0);
    let list = fs::read_to_string(world.path("list.csv")).expect("the list");
    assert!(!list.contains("Фамилия"), "the heading is off for import");
    for pupil in school().expected.pupils.iter().filter(|pupil| pupil.class == class.id) {
        assert!(list.contains(&pupil.person.last_name), "{} is missing", pupil.id);
    }
    world.run(&["class-list", "school57", "--heading", "-o", "all.csv"]).with(0);
    assert!(fs::read_to_string(world.path("all.csv")).expect("the list").contains("Фамилия"));
}
