//! What two schools share: made by one at a time, whatever happens on the way.

use exchange::model::*;

use super::reconcile_fake::*;

fn shared(name: &str) -> Item {
    Item { identity: Some(name.into()), ..named("person", name) }
}

/// Two schools that want the same parents; the first has no patience.
fn world(parents: &[&str]) -> World {
    let mut world = World::new();
    world.schools[0].env.task.patience_s = 0;
    let wanted: Vec<Item> = parents.iter().map(|name| shared(name)).collect();
    world.schools.iter().for_each(|school| school.wants(vec![(scope("s"), wanted.clone())]));
    world
}

fn reason(report: &exchange::reconcile::RunReport, name: &str) -> String {
    match report.outcome(&ItemRef::new("person", name)).map(|row| row.outcome) {
        Some(Outcome::Failed(reason)) => reason.code,
        other => format!("{other:?}"),
    }
}

#[test]
fn a_claim_lasts_while_a_refused_batch_is_sent_again_in_halves() {
    let world = world(&["a", "b"]);
    let [one, two] = &world.schools[..] else { unreachable!() };
    world.faults(&[Fault::RefusedNothing, Fault::Delayed(SETTLE)]);
    assert_eq!(one.run().status, RunStatus::NotConfirmed);
    let report = two.run();
    assert_eq!(reason(&report, "a"), "host-shared-busy", "{report:?}");
    world.clock.advance(DEADLINE + SETTLE);
    assert_eq!((one.run().status, two.run().status), (RunStatus::Success, RunStatus::Success));
    assert_eq!((world.count("person", "a"), world.count("person", "b")), (1, 1));
}

#[test]
fn a_claim_that_came_to_nothing_is_free_when_the_run_ends() {
    for fault in [Fault::Retry(60), Fault::Rejected, Fault::Unauthorized, Fault::RefusedNothing] {
        let world = world(&["a"]);
        let [one, two] = &world.schools[..] else { unreachable!() };
        world.faults(&[fault]);
        assert_ne!(one.run().status, RunStatus::Success, "{fault:?}");
        assert_eq!(two.run().status, RunStatus::Success, "{fault:?}");
        assert_eq!(world.count("person", "a"), 1, "{fault:?}");
    }
}

#[test]
fn what_a_killed_run_took_over_is_never_left_to_nobody() {
    quiet_kills();
    let wanted = || vec![(scope("s"), vec![Item { gone: WhenGone::Remove, ..shared("a") }])];
    for steps in 1..200 {
        let world = World::new();
        let [one, two] = &world.schools[..] else { unreachable!() };
        one.wants(wanted());
        one.run();
        two.wants(wanted());
        world.clock.set_fuse(steps);
        let killed = two.try_run(&Selection::default(), None).is_none();
        world.clock.set_fuse(0);
        world.clock.advance(SETTLE);
        for school in [one, two] {
            school.wants(vec![(scope("s"), vec![])]);
            assert_eq!(school.run().status, RunStatus::Success, "killed at step {steps}");
        }
        assert_eq!(world.count("person", "a"), 0, "killed at step {steps}");
        if !killed {
            assert!(steps > 10, "a run has more steps than {steps}");
            return;
        }
    }
    panic!("a run has less than 200 steps");
}

#[test]
fn what_was_let_go_and_is_wanted_again_is_looked_for() {
    quiet_kills();
    let wanted = || vec![(scope("s"), vec![Item { gone: WhenGone::Remove, ..shared("a") }])];
    let nothing = || vec![(scope("s"), vec![])];
    for first in [0, 1] {
        for steps in 1..200 {
            let world = World::new();
            let (stays, leaves) = (&world.schools[first], &world.schools[1 - first]);
            [&world.schools[0], &world.schools[1]].into_iter().for_each(|school| {
                school.wants(wanted());
                school.run();
            });
            leaves.wants(nothing());
            world.clock.set_fuse(steps);
            let killed = leaves.try_run(&Selection::default(), None).is_none();
            world.clock.set_fuse(0);
            stays.wants(nothing());
            stays.run();
            leaves.wants(wanted());
            world.clock.advance(SETTLE);
            assert_eq!(leaves.run().status, RunStatus::Success, "killed at step {steps}");
            assert_eq!(world.count("person", "a"), 1, "killed at step {steps}");
            if !killed {
                assert!(steps > 10, "a run has more steps than {steps}");
                break;
            }
        }
    }
}

/// How often each race is run, with other turns each time; `EXCHANGE_CASES` asks for more.
fn turns() -> u64 {
    std::env::var("EXCHANGE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(20)
}

/// Races of the two schools; `before` and `after` say which of them want the person.
fn races(before: [bool; 2], after: [bool; 2]) {
    let wanted = |wants: bool| {
        let item = Item { gone: WhenGone::Remove, ..shared("a") };
        vec![(scope("s"), if wants { vec![item] } else { vec![] })]
    };
    for seed in 0..turns() {
        let world = World::new();
        for (school, wants) in world.schools.iter().zip(before) {
            school.wants(wanted(wants));
            school.run();
        }
        for (school, wants) in world.schools.iter().zip(after) {
            school.wants(wanted(wants));
        }
        let reports = world.race(seed);
        let told = |school: usize| reports[school].as_ref().map(|report| report.status);
        assert!(world.count("person", "a") <= 1, "twice with {seed}");
        let success = (0..2).any(|school| after[school] && told(school) == Some(RunStatus::Success));
        assert!(!success || world.count("person", "a") == 1, "success without it with {seed}: {reports:?}");
        for _ in 0..3 {
            world.clock.advance(DEADLINE + SETTLE);
            world.schools.iter().for_each(|school| drop(school.run()));
        }
        let wanted = usize::from(after[0] || after[1]);
        assert_eq!(world.count("person", "a"), wanted, "in the end with {seed}: {reports:?}");
    }
}

#[test]
fn both_begin_to_want_it_at_once() {
    races([false, false], [true, true]);
}

#[test]
fn one_begins_to_want_it_while_the_other_lets_it_go() {
    races([true, false], [false, true]);
    races([false, true], [true, false]);
}

#[test]
fn both_let_it_go_at_once() {
    races([true, true], [false, false]);
}

#[test]
fn one_lets_it_go_and_the_other_stays() {
    races([true, true], [true, false]);
}
