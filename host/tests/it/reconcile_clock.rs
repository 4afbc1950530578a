//! Whoever sets the clock on the wall, forward or back, between runs or during one: nothing is repeated too early, and
//! nothing is waited for in vain.

use exchange::model::setup::{Holds, Threshold};
use exchange::model::*;
use exchange::store::DecisionStore;

use super::reconcile_fake::*;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

fn one(item: Item) -> Vec<(Scope, Vec<Item>)> {
    vec![(scope("s"), vec![item])]
}

/// A school without patience that wants one thing, whose writes end like this.
fn impatient(item: Item, faults: &[Fault]) -> World {
    let mut world = World::new();
    world.schools[0].env.task.patience_s = 0;
    world.one().wants(one(item));
    world.faults(faults);
    world
}

fn outcome(report: &exchange::reconcile::RunReport, kind: &str, key: &str) -> Option<Outcome> {
    report.outcome(&ItemRef::new(kind, key)).map(|row| row.outcome.clone())
}

#[test]
fn a_doubt_settles_in_true_time_between_runs() {
    for by in [DAY, -HOUR] {
        let world = impatient(named("person", "a"), &[Fault::Delayed(SETTLE)]);
        assert_eq!(outcome(&world.one().run(), "person", "a"), Some(Outcome::InDoubt));
        world.clock.set(by);
        let report = world.one().run();
        assert_eq!(outcome(&report, "person", "a"), Some(Outcome::InDoubt), "not over when set by {by}");
        assert_eq!(world.writes(), 1, "set by {by}");
        world.clock.advance(SETTLE);
        assert_eq!(world.one().run().status, RunStatus::Success, "over when set by {by}");
        assert_eq!((world.count("person", "a"), world.writes()), (1, 1), "set by {by}");
    }
}

#[test]
fn a_lost_write_is_repeated_after_settling_and_not_an_hour_later() {
    let world = impatient(named("person", "a"), &[Fault::Lost]);
    world.one().run();
    world.clock.set(-HOUR);
    world.clock.advance(DEADLINE + SETTLE);
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert_eq!((world.count("person", "a"), world.writes()), (1, 2));
}

#[test]
fn a_doubt_settles_in_true_time_during_a_run() {
    for by in [DAY, -HOUR] {
        for steps in 0..100 {
            let world = World::new();
            world.one().wants(one(named("person", "a")));
            world.faults(&[Fault::Delayed(SETTLE)]);
            world.clock.set_leap(Some(Leap { steps, by }));
            assert_eq!(world.one().run().status, RunStatus::Success, "set by {by} at step {steps}");
            assert_eq!((world.count("person", "a"), world.writes()), (1, 1), "set by {by} at step {steps}");
        }
    }
}

#[test]
fn a_pause_that_was_asked_for_is_kept_in_true_time() {
    for by in [DAY, -HOUR] {
        for steps in 0..100 {
            let world = World::new();
            world.one().wants(one(named("person", "a")));
            world.faults(&[Fault::Retry(30)]);
            world.clock.set_leap(Some(Leap { steps, by }));
            assert_eq!(world.one().run().status, RunStatus::Success, "set by {by} at step {steps}");
            let waited = world.clock.peek() - START;
            assert!((30_000..60_000).contains(&waited), "{waited} ms, set by {by} at step {steps}");
        }
    }
}

/// A letter whose answers were lost; the clock is set after this time.
fn letter_in_doubt(wait: u64, by: i64) -> World {
    let world = impatient(named("letter", "a"), &[Fault::StoredLost; 9]);
    assert_eq!(outcome(&world.one().run(), "letter", "a"), Some(Outcome::InDoubt));
    world.faults(&[]);
    world.clock.advance(wait);
    world.clock.set(by);
    world
}

#[test]
fn a_token_protects_as_long_as_it_does() {
    for by in [DAY, -HOUR] {
        let inside = letter_in_doubt(0, by);
        let report = inside.one().run();
        assert_eq!(outcome(&report, "letter", "a"), Some(Outcome::Accepted), "repeated, set by {by}");
        assert_eq!(inside.things(), 1, "set by {by}");

        let past = letter_in_doubt(WINDOW, by);
        let writes = past.writes();
        let report = past.one().run();
        assert_eq!(outcome(&report, "letter", "a"), Some(Outcome::Decision(1)), "asked, set by {by}");
        assert_eq!((past.things(), past.writes()), (1, writes), "set by {by}");
    }
}

#[test]
fn after_the_machine_was_started_anew_settling_begins_anew_once() {
    for by in [0, DAY, -HOUR] {
        let mut world = impatient(named("person", "a"), &[Fault::Delayed(SETTLE)]);
        world.one().run();
        world.power_off(0);
        world.clock.set(by);
        for _ in 0..2 {
            let report = world.one().run();
            assert_eq!(outcome(&report, "person", "a"), Some(Outcome::InDoubt), "set by {by}");
            world.clock.advance(SETTLE / 2);
        }
        assert_eq!(world.one().run().status, RunStatus::Success, "set by {by}");
        assert_eq!((world.count("person", "a"), world.writes()), (1, 1), "set by {by}");
    }
}

#[test]
fn what_a_wrong_clock_wrote_down_does_not_count_for_a_year() {
    let world = World::new();
    world.clock.set(YEAR);
    world.one().wants(one(named("class", "5A")));
    world.one().run();
    world.up().things.clear();
    world.clock.set(-YEAR);
    let report = world.one().run();
    assert_eq!(
        (report.quiet, report.status, world.things()),
        (false, RunStatus::Success, 1),
        "looked at again"
    );
    assert!(world.one().run().quiet, "once");
}

#[test]
fn an_open_question_is_neither_lost_nor_asked_twice() {
    for by in [DAY, -HOUR, -YEAR] {
        let world = World::new();
        let _twins = [(); 2].map(|()| world.up().seed("person", "a", &[]));
        world.one().wants(one(named("person", "a")));
        world.one().run();
        world.clock.set(by);
        let report = world.one().run();
        assert_eq!(outcome(&report, "person", "a"), Some(Outcome::Decision(1)), "set by {by}");
        world.one().answer(1, &exchange::store::Answer::Create);
        assert_eq!(world.one().run().status, RunStatus::Success, "set by {by}");
        assert_eq!(world.one().store.decisions(None, false).unwrap(), [], "set by {by}");
    }
}

#[test]
fn what_went_before_the_clock_was_set_back_still_counts_towards_a_hold() {
    let limit = Threshold { share: 0.1, rows: 5 };
    let mut world = World::new();
    world.schools[0].env.task.holds = Holds { remove: limit, ..world.schools[0].env.task.holds };
    let people = |range: std::ops::Range<u32>| {
        vec![(scope("s"), range.map(|n| named("person", &format!("{n:03}"))).collect())]
    };
    for (gone, set, status) in
        [(0, 0, RunStatus::Success), (8, 0, RunStatus::Success), (16, -HOUR, RunStatus::Waiting)]
    {
        world.clock.set(set);
        world.one().wants(people(gone..100));
        assert_eq!(world.one().run().status, status, "{gone} of 100 gone");
    }
    world.clock.set(-YEAR);
    assert_eq!(world.one().run().status, RunStatus::Success, "a clock that was a year ahead is not believed");
}
