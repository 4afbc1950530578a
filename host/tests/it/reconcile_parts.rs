//! Parts of something of ours count as ours; parts of something that was there before do not.

use exchange::model::item::Value;
use exchange::model::*;
use exchange::reconcile::RunReport;

use super::reconcile_fake::*;

fn seat(name: &str, whole: &str) -> Item {
    let whole = Value::Reference(ItemRef::new("person", whole));
    let seat = item("seat", name, &[("name", Value::Text(name.into())), ("whole", whole)]);
    Item { gone: WhenGone::Remove, ..seat }
}

fn outcome(report: &RunReport, kind: &str, key: &str) -> Option<Outcome> {
    report.outcome(&ItemRef::new(kind, key)).map(|row| row.outcome)
}

fn origin(world: &World, key: &str) -> Origin {
    world.one().ledger("seat", key).unwrap().origin
}

#[test]
fn s6_what_came_in_with_something_of_ours_is_found_at_once_and_leaves_when_gone() {
    let world = World::new();
    world.up().parts.insert("chat".into(), ("seat".into(), "a".into()));
    world
        .one()
        .wants(vec![(scope("s"), vec![named("person", "chat"), seat("a", "chat"), seat("b", "chat")])]);
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success, "{report:?}");
    assert_eq!(outcome(&report, "seat", "a"), Some(Outcome::Adopted), "it came with the chat");
    assert_eq!(outcome(&report, "seat", "b"), Some(Outcome::Applied));
    assert_eq!((world.count("seat", "a"), world.count("seat", "b")), (1, 1));
    assert_eq!(origin(&world, "a"), Origin::Created);

    // Somebody put the third one in by hand, into what is ours.
    world.up().seed("seat", "c", &[]);
    world.one().wants(vec![(scope("s"), vec![named("person", "chat"), seat("c", "chat")])]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "seat", "a"), Some(Outcome::Removed));
    assert_eq!(outcome(&report, "seat", "c"), Some(Outcome::Adopted));
    assert_eq!((world.count("seat", "a"), origin(&world, "c")), (0, Origin::Created));
}

#[test]
fn s6_what_is_a_part_of_something_found_is_never_removed() {
    let world = World::new();
    world.up().seed("person", "chat", &[]);
    world.up().seed("seat", "a", &[]);
    world.one().wants(vec![(scope("s"), vec![named("person", "chat"), seat("a", "chat")])]);
    world.one().run();
    assert_eq!(origin(&world, "a"), Origin::Adopted);
    world.one().wants(vec![(scope("s"), vec![named("person", "chat")])]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "seat", "a"), Some(Outcome::Gone));
    assert_eq!(world.count("seat", "a"), 1);
}
