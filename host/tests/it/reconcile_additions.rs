//! Runs that only add: what changes, closes or leaves waits for a run that may do everything.

use exchange::model::*;

use super::reconcile_fake::*;

fn person(name: &str, phone: &str) -> Item {
    let fields = [("name", Value::Text(name.into())), ("phone", Value::Text(phone.into()))];
    Item { gone: WhenGone::Remove, ..item("person", name, &fields) }
}

fn adding(world: &World) -> exchange::reconcile::RunReport {
    world.one().try_run_to(Extent::Additions, &Selection::default(), None).expect("nobody kills this run")
}

fn outcome(report: &exchange::reconcile::RunReport, name: &str) -> Option<Outcome> {
    report.outcome(&ItemRef::new("person", name)).map(|row| row.outcome.clone())
}

fn waits() -> Option<Outcome> {
    Some(Outcome::Waiting(Waiting::of(Message::new("host-additions-only"))))
}

fn phone(world: &World, name: &str) -> String {
    let up = world.up();
    let thing = up.things.values().find(|thing| thing.fields["name"] == *name).expect("it is there");
    thing.fields["phone"].clone()
}

/// One who changes, one who leaves, one who is new.
fn changed() -> World {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![person("a", "1"), person("b", "1")])]);
    world.one().run();
    world.one().wants(vec![(scope("s"), vec![person("a", "2"), person("c", "1")])]);
    world
}

#[test]
fn g7_only_additions_are_sent_and_the_rest_waits_with_the_reason() {
    let world = changed();
    let before = world.writes();
    let report = adding(&world);
    assert_eq!(outcome(&report, "c"), Some(Outcome::Applied));
    assert_eq!((outcome(&report, "a"), outcome(&report, "b")), (waits(), waits()));
    assert_eq!(report.status, RunStatus::WithRemarks);
    assert_eq!((world.writes() - before, world.things()), (1, 3));
    assert_eq!(phone(&world, "a"), "1");

    let again = adding(&world);
    assert_eq!((outcome(&again, "a"), outcome(&again, "b")), (waits(), waits()), "told as long as it holds");
    assert_eq!(world.writes() - before, 1);

    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success, "{report:?}");
    assert_eq!((phone(&world, "a").as_str(), world.count("person", "b"), world.things()), ("2", 0, 2));
    assert!(world.one().run().quiet);
}

#[test]
fn g7_the_preview_of_a_run_that_only_adds_says_what_waits() {
    let world = changed();
    let plan = world.one().plan_to(Extent::Additions);
    let counts = PlanCounts { create: 1, waiting: 2, ..PlanCounts::default() };
    assert_eq!(plan.counts, counts);
    let waiting = plan.lines.iter().filter(|line| matches!(line.intent, Intent::Wait(_))).count();
    assert_eq!(waiting, 2);
    let everything = world.one().plan();
    let counts = PlanCounts { create: 1, update: 1, remove: 1, ..PlanCounts::default() };
    assert_eq!(everything.counts, counts);
    assert_ne!(plan.hash, everything.hash, "an approval of one is none of the other");
}

#[test]
fn g7_what_is_there_already_is_taken_over_and_not_changed() {
    let world = World::new();
    world.up().seed("person", "a", &[("name", "a"), ("phone", "1")]);
    world.one().wants(vec![(scope("s"), vec![person("a", "2")])]);
    let report = adding(&world);
    assert_eq!((outcome(&report, "a"), world.writes()), (waits(), 0));
    assert!(world.one().ledger("person", "a").is_some(), "known from now on");
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert_eq!((phone(&world, "a").as_str(), world.things()), ("2", 1));
}

#[test]
fn g7_a_change_in_doubt_stays_in_doubt() {
    let mut world = World::new();
    world.one().wants(vec![(scope("s"), vec![person("a", "1")])]);
    world.one().run();
    world.one().wants(vec![(scope("s"), vec![person("a", "2")])]);
    world.schools[0].env.task.patience_s = 0;
    world.faults(&[Fault::Lost]);
    assert_eq!(outcome(&world.one().run(), "a"), Some(Outcome::InDoubt));
    let doubt = outcome(&adding(&world), "a");
    assert_eq!(doubt, Some(Outcome::InDoubt));
    world.clock.advance(1_000_000);
    adding(&world);
    assert_eq!(phone(&world, "a"), "1");
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert_eq!(phone(&world, "a"), "2");
}
