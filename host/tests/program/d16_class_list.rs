//! D16: class lists as a file, for years that cannot be exchanged.

use std::fs;

use crate::d6_selection::fresh_class;
use crate::school::{school, study_year};
use crate::world::World;

#[test]
fn d16_class_lists_for_import_by_hand() {
    let world = World::bound();
    let class = fresh_class();
    let year = study_year().to_string();
    let command = ["class-list", "school57", "--year", &year];
    world.run(&[&command[..], &["--classes", &class.name, "-o", "list.csv"]].concat()).with(0);
    let list = fs::read_to_string(world.path("list.csv")).expect("the list");
    assert!(!list.contains("Фамилия"), "the heading is off for import");
    for pupil in school().expected.pupils.iter().filter(|pupil| pupil.class == class.id) {
        assert!(list.contains(&pupil.person.last_name), "{} is missing", pupil.id);
    }
    world.run(&[&command[..], &["--heading", "-o", "all.csv"]].concat()).with(0);
    assert!(fs::read_to_string(world.path("all.csv")).expect("the list").contains("Фамилия"));
}

#[test]
fn d16_without_a_year_the_list_is_of_the_year_that_runs() {
    let world = World::bound();
    let year = study_year();
    let headings = "Код;Учебный год;Параллель;Литера\n";
    world.write("later/classes.csv", &format!("{headings}later-1;{}/{};1;\n", year + 1, year + 2));
    world.import("later", &["--add"]).with(0);
    world.run(&["class-list", "school57", "-o", "now.csv"]).with(0).says(&format!("{year}/{}", year + 1));
    world.run(&["class-list", "school57", "--year", &year.to_string(), "-o", "named.csv"]).with(0);
    let read = |file: &str| fs::read_to_string(world.path(file)).expect("the list");
    assert!(read("now.csv").lines().count() > 100, "the classes of today are listed");
    assert_eq!(read("now.csv"), read("named.csv"));
}
