//! D10: sending again adds only what is new; what changed is told, and sent only where the task says so.

use std::fs;

use serde_json::Value;

use crate::compare::{list, text};
use crate::school::{school, there_by_hand};
use crate::world::{TASK, World};

#[test]
fn d10_a_second_run_sends_nothing() {
    let world = World::sent();
    let before = world.state();
    world.forget_requests();
    let (_, run) = world.send();
    assert_eq!(world.writes(), Vec::<Value>::new(), "{run:#}");
    assert_eq!(list(&world.state(), "persons"), list(&before, "persons"));
}

#[test]
fn d10_five_more_children_bring_only_themselves_and_their_parents() {
    let world = World::sent();
    let before = world.state();
    world.import("exports/five-more", &["--add"]).with(0);
    let (code, run) = world.send();
    assert!([0, 3].contains(&code), "{code}: {run:#}");
    let after = world.state();
    let more = &school().more_expected;
    let grown = |what| list(&after, what).len() - list(&before, what).len();
    assert_eq!(grown("persons"), more.pupils.len() + more.guardians.len());
    assert_eq!(grown("memberships"), more.pupils.len());
    assert_eq!(grown("eduGroupMemberships"), more.pupils.len());
    assert_eq!(grown("relatives"), more.relations.len());
    assert_eq!(grown("eduGroups"), 0);
}

/// A child we made, whose given name is corrected in the application.
fn corrected(world: &World) -> &'static str {
    let pupil = school().expected.pupils.iter().find(|pupil| {
        there_by_hand(&pupil.id).is_none()
            && pupil.person.snils.is_some()
            && pupil.person.first_name != "Вилен"
    });
    let pupil = pupil.expect("such a child");
    let path = world.path("exports/records/applications.csv");
    let table = fs::read_to_string(&path).expect("the applications");
    let name = format!(";{};{};", pupil.person.last_name, pupil.person.first_name);
    let rows = table.split("\r\n").map(|row| {
        let own = row.split(';').nth(1) == Some(&pupil.id);
        if own {
            row.replacen(&name, &format!(";{};Вилен;", pupil.person.last_name), 1)
        } else {
            row.to_owned()
        }
    });
    fs::write(&path, rows.collect::<Vec<_>>().join("\r\n")).expect("they are written");
    world.import("exports/records", &[]).with(0);
    &pupil.id
}

fn named_vilen(world: &World) -> usize {
    list(&world.state(), "persons").iter().filter(|person| text(person, "firstName") == "Вилен").count()
}

#[test]
fn d10_what_changed_is_told_and_not_sent() {
    let world = World::sent();
    let pupil = corrected(&world);
    world.forget_requests();
    let plan: Value = world.run(&["plan", TASK, "--json"]).with(0).json();
    let line = plan["changes"].as_array().expect("a list").iter().find(|line| line["key"] == pupil);
    assert_eq!(line.expect("the child is listed")["action"], "report-change", "{plan:#}");
    let (code, run) = world.send();
    assert_eq!((code, run["status"].as_str()), (3, Some("with-remarks")), "{run:#}");
    assert!(world.writes().is_empty());
    assert_eq!(named_vilen(&world), 0);
}

#[test]
fn d10_what_changed_is_sent_where_the_task_says_update() {
    let world = World::sent();
    world.change_school("changes = \"report\"", "changes = \"update\"");
    corrected(&world);
    let (code, run) = world.send();
    assert!([0, 3].contains(&code), "{code}: {run:#}");
    assert_eq!(named_vilen(&world), 1);
}

#[test]
fn d10_nothing_is_ever_removed() {
    let world = World::sent();
    let before = world.state();
    let path = world.path("exports/records/orders.csv");
    let bytes = fs::read(&path).expect("the orders");
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let kept = &lines[..lines.len() - 4];
    fs::write(&path, kept.join(&b'\n')).expect("they are written");
    world.import("exports/records", &[]).with(0);
    world.forget_requests();
    world.send();
    assert!(world.writes().is_empty());
    assert_eq!(list(&world.state(), "persons").len(), list(&before, "persons").len());
}
