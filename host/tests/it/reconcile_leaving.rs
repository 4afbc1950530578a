//! What leaves, what stays because of it, and what refers to something that was made anew.

use exchange::model::setup::Changes;
use exchange::model::*;

use super::reconcile_fake::*;

fn removable(mut item: Item) -> Item {
    item.gone = WhenGone::Remove;
    item
}

/// A class and these people in it, who leave it without a trace.
fn class_of(people: &[&str]) -> Vec<(Scope, Vec<Item>)> {
    let mut items = vec![named("class", "5A")];
    for name in people {
        items.push(removable(named("person", name)));
        items.push(removable(member(&format!("m-{name}"), "5A", name)));
    }
    vec![(scope("5A"), items)]
}

fn outcome(report: &exchange::reconcile::RunReport, kind: &str, key: &str) -> Option<Outcome> {
    report.outcome(&ItemRef::new(kind, key)).map(|row| row.outcome.clone())
}

/// Is the membership of this class and this person there, with the handles they have now?
fn belongs(world: &World, person: &str) -> bool {
    let handle = |kind: &str, key: &str| world.one().ledger(kind, key).unwrap().handle.unwrap();
    world.count("member", &format!("{}+{}", handle("class", "5A"), handle("person", person))) == 1
}

#[test]
fn what_is_still_referred_to_stays_and_is_told() {
    let world = World::new();
    world.one().wants(class_of(&["a", "b"]));
    world.one().run();
    world.one().wants(class_of(&[]));
    world.faults(&[Fault::Dropped, Fault::RefusedNothing]);
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::NotConfirmed);
    for (name, removal) in [("a", "not confirmed"), ("b", "rejected")] {
        let needed = Message::new("host-still-needed").with("item", format!("member:m-{name}"));
        assert_eq!(outcome(&report, "person", name), Some(Outcome::Failed(needed)), "{removal}");
        assert_eq!(world.count("person", name), 1, "{removal}");
    }
    world.one().wants(class_of(&["b"]));
    world.clock.advance(SETTLE);
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert!(belongs(&world, "b"));
    assert_eq!((world.count("person", "a"), world.things()), (0, 3));
}

#[test]
fn what_refers_to_something_made_anew_is_put_right() {
    let mut world = World::new();
    world.one().wants(class_of(&["a"]));
    world.one().run();
    let lost = world.one().ledger("class", "5A").unwrap().handle.unwrap();
    world.up().things.remove(&lost.parse().unwrap());
    world.clock.advance(241 * 3_600_000);
    world.schools[0].env.task.changes = Changes::Report;
    let report = world.one().run();
    assert_eq!(outcome(&report, "class", "5A"), Some(Outcome::NotConfirmed), "an audit finds it out");

    world.schools[0].env.task.changes = Changes::Update;
    let report = world.one().run();
    assert_eq!(outcome(&report, "member", "m-a"), Some(Outcome::Applied));
    assert_eq!(report.status, RunStatus::Success);
    assert!(belongs(&world, "a"));
    assert!(world.one().run().quiet);
}

#[test]
fn what_refers_to_it_from_another_scope_is_put_right_by_the_next_run() {
    let world = World::new();
    let class = || (scope("classes"), vec![named("class", "5A")]);
    let people = || (scope("people"), vec![named("person", "a"), member("m-a", "5A", "a")]);
    world.one().wants(vec![class(), people()]);
    world.one().run();
    let lost = world.one().ledger("class", "5A").unwrap().handle.unwrap();
    world.up().things.remove(&lost.parse().unwrap());
    world.clock.advance(241 * 3_600_000);
    let report = world.one().run();
    assert_eq!(outcome(&report, "class", "5A"), Some(Outcome::Applied), "the audit asks for one scope only");
    assert_eq!(outcome(&report, "member", "m-a"), None);
    assert!(!belongs(&world, "a"));

    let report = world.one().run();
    assert_eq!(outcome(&report, "member", "m-a"), Some(Outcome::Applied), "{report:?}");
    assert!(belongs(&world, "a"));
    assert!(world.one().run().quiet);
}

#[test]
fn a_run_killed_between_a_thing_made_anew_and_what_refers_to_it_goes_on() {
    quiet_kills();
    for steps in 1..200 {
        let world = World::new();
        world.one().wants(class_of(&["a"]));
        world.one().run();
        let lost = world.one().ledger("class", "5A").unwrap().handle.unwrap();
        world.up().things.remove(&lost.parse().unwrap());
        world.clock.advance(241 * 3_600_000);
        world.clock.set_fuse(steps);
        let killed = world.one().try_run(&Selection::default(), None).is_none();
        world.clock.set_fuse(0);
        world.clock.advance(DEADLINE + SETTLE);
        assert_eq!(world.one().run().status, RunStatus::Success, "killed at step {steps}");
        assert!(belongs(&world, "a"), "killed at step {steps}");
        if !killed {
            assert!(steps > 10, "a run has more steps than {steps}");
            return;
        }
    }
    panic!("a run has less than 200 steps");
}

#[test]
fn what_was_there_before_us_is_not_removed_even_after_a_doubt() {
    use exchange::model::item::Value;
    let with_phone = [("name", Value::Text("a".into())), ("phone", Value::Text("1".into()))];
    for fault in [Fault::Lost, Fault::StoredLost] {
        let mut world = World::new();
        world.schools[0].env.task.patience_s = 0;
        world.up().seed("person", "a", &[]);
        world.one().wants(vec![(scope("s"), vec![removable(item("person", "a", &with_phone))])]);
        world.faults(&[fault]);
        world.one().run();
        world.one().wants(vec![(scope("s"), vec![])]);
        for _ in 0..2 {
            world.clock.advance(SETTLE);
            world.one().run();
        }
        assert_eq!(world.count("person", "a"), 1, "{fault:?}");
    }
}

#[test]
fn what_leaves_and_is_wanted_again_is_put_right_too() {
    quiet_kills();
    for steps in 1..200 {
        let world = World::new();
        world.one().wants(class_of(&["a", "b"]));
        world.one().run();
        let lost = world.one().ledger("class", "5A").unwrap().handle.unwrap();
        world.up().things.remove(&lost.parse().unwrap());
        world.clock.advance(241 * 3_600_000);
        world.one().wants(class_of(&["a"]));
        world.clock.set_fuse(steps);
        let killed = world.one().try_run(&Selection::default(), None).is_none();
        world.clock.set_fuse(0);
        world.one().wants(class_of(&["a", "b"]));
        world.clock.advance(DEADLINE + SETTLE);
        assert_eq!(world.one().run().status, RunStatus::Success, "killed at step {steps}");
        assert!(belongs(&world, "a") && belongs(&world, "b"), "killed at step {steps}");
        if !killed {
            assert!(steps > 10, "a run has more steps than {steps}");
            return;
        }
    }
    panic!("a run has less than 200 steps");
}
