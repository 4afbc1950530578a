//! Events: what happens once, in its time, and never again.

use exchange::model::item::{OutputRef, TimeWindow, Value};
use exchange::model::*;
use exchange::reconcile::RunReport;
use exchange::store::{Answer, DecisionStore, Question};

use super::reconcile_fake::*;
use super::reconcile_restored::{backed_up, restore};

const HOUR: u64 = 3_600_000;

fn outcome(report: &RunReport, kind: &str, key: &str) -> Outcome {
    report.outcome(&ItemRef::new(kind, key)).map_or(Outcome::Unchanged, |row| row.outcome)
}

fn within(item: Item, from: Option<Millis>, to: Option<Millis>) -> Item {
    Item { window: Some(TimeWindow { not_before: from, not_after: to }), ..item }
}

fn wants(world: &World, items: Vec<Item>) {
    world.one().wants(vec![(scope("s"), items)]);
}

/// A message with the link of a call.
fn with_link(name: &str, call: &str) -> Item {
    let link = OutputRef { item: ItemRef::new("call", call), name: "join-link".into() };
    item("notice", name, &[("name", Value::Text(name.into())), ("link", Value::Output(link))])
}

#[test]
fn s5_a_message_is_sent_once_wherever_the_run_is_killed_and_whatever_its_answer() {
    for (first, kind) in [(1, "notice"), (2, "letter")] {
        for fault in [Fault::None, Fault::StoredLost, Fault::Lost, Fault::Delayed(4_000)] {
            for steps in (first..40).step_by(2) {
                let world = World::new();
                wants(&world, vec![named(kind, "a")]);
                world.faults(&[fault]);
                world.clock.set_fuse(steps);
                let killed = world.one().try_run(&Selection::default(), None).is_none();
                world.clock.set_fuse(0);
                for _ in 0..3 {
                    world.clock.advance(1_000);
                    world.one().run();
                }
                assert_eq!(world.count(kind, "a"), 1, "{kind}, {fault:?}, killed at {steps}");
                if !killed {
                    break;
                }
            }
        }
    }
}

#[test]
fn s5_past_its_token_s_window_a_doubt_ends_by_looking() {
    for (fault, writes) in [(Fault::StoredLost, 0), (Fault::Lost, 1)] {
        let mut world = World::new();
        world.schools[0].env.task.patience_s = 0;
        wants(&world, vec![named("notice", "a")]);
        // Killed as soon as the bytes have left.
        world.faults(&[fault]);
        world.clock.set_fuse(0);
        world.up().silent = true;
        world.one().run();
        world.up().silent = false;
        world.clock.advance(WINDOW + DEADLINE + SETTLE);
        world.schools[0].env.task.patience_s = 120;
        let before = world.writes();
        assert_eq!(world.one().run().status, RunStatus::Success);
        assert_eq!(world.count("notice", "a"), 1, "{fault:?}");
        assert!(world.writes() - before <= writes + 1);
    }
}

#[test]
fn s5_what_was_not_sent_in_time_is_told_and_never_sent() {
    let world = World::new();
    let end = START + HOUR as Millis;
    wants(&world, vec![within(named("notice", "a"), None, Some(end))]);
    world.up().poison.insert("a".into());
    assert!(matches!(outcome(&world.one().run(), "notice", "a"), Outcome::Rejected(_)));
    world.up().poison.clear();
    world.clock.advance(HOUR + 1);
    let writes = world.writes();
    let report = world.one().run();
    assert_eq!((outcome(&report, "notice", "a"), report.status), (Outcome::Expired, RunStatus::WithRemarks));
    assert!(world.one().run().quiet, "told once more, and nobody is asked");
    assert_eq!(world.writes(), writes);
}

#[test]
fn s5_a_night_before_the_time_of_a_message_asks_nobody_and_its_time_wakes_it() {
    let world = World::new();
    let opens = START + 10 * HOUR as Millis;
    wants(&world, vec![within(named("notice", "a"), Some(opens), None), named("class", "b")]);
    let report = world.one().run();
    assert_eq!(
        (outcome(&report, "notice", "a"), report.status),
        (Outcome::NotYet(opens), RunStatus::Success)
    );
    let calls = world.up().calls;
    world.clock.advance(9 * HOUR);
    let report = world.one().run();
    assert!(report.quiet && world.up().calls == calls, "nobody is asked: {report:?}");
    assert_eq!(
        (outcome(&report, "notice", "a"), report.status),
        (Outcome::NotYet(opens), RunStatus::Success)
    );
    world.clock.advance(HOUR);
    assert_eq!(outcome(&world.one().run(), "notice", "a"), Outcome::Applied);
    let calls = world.up().calls;
    assert!(world.one().run().quiet && world.up().calls == calls);
    assert_eq!(world.count("notice", "a"), 1);
}

#[test]
fn s5_what_refers_to_something_before_its_time_has_its_time_then() {
    let world = World::new();
    let opens = START + HOUR as Millis;
    wants(&world, vec![with_link("a", "c"), within(named("call", "c"), Some(opens), None)]);
    let report = world.one().run();
    assert_eq!(
        (outcome(&report, "notice", "a"), report.status),
        (Outcome::NotYet(opens), RunStatus::Success)
    );
    assert!(world.one().run().quiet);
    world.clock.advance(HOUR);
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert_eq!((world.count("call", "c"), world.count("notice", "a")), (1, 1));
}

#[test]
fn s5_a_message_that_waits_for_something_over_is_told_when_it_is_over_itself() {
    let world = World::new();
    let end = START + 2 * HOUR as Millis;
    let over = within(named("call", "c"), None, Some(START - 1));
    wants(&world, vec![within(with_link("a", "c"), None, Some(end)), over]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "call", "c"), Outcome::Expired);
    assert_eq!(outcome(&report, "notice", "a"), Outcome::Blocked(ItemRef::new("call", "c")));
    assert!(world.one().run().quiet);
    world.clock.advance(2 * HOUR + 1);
    assert_eq!(outcome(&world.one().run(), "notice", "a"), Outcome::Expired);
    assert_eq!(world.writes(), 0);
}

#[test]
fn s5_a_message_waits_for_a_link_that_nobody_knows_yet() {
    let world = World::new();
    world.up().no_links = true;
    wants(&world, vec![with_link("a", "c"), named("call", "c")]);
    let report = world.one().run();
    assert!(matches!(outcome(&report, "notice", "a"), Outcome::Waiting(_)), "{report:?}");
    let plan = world.one().plan();
    assert_eq!((plan.lines.len(), plan.counts.unsettled), (1, 1));
    assert_eq!(plan.lines[0].content[1].after, After::Later);
    world.one().run();
    assert_eq!((world.count("call", "c"), world.count("notice", "a")), (1, 0));
    world.up().no_links = false;
    assert_eq!(outcome(&world.one().run(), "notice", "a"), Outcome::Applied, "the call is looked at again");
}

#[test]
fn s5_a_preview_shows_what_a_message_will_say() {
    let world = World::new();
    wants(&world, vec![with_link("a", "c"), named("call", "c")]);
    let shown = |plan: &Plan| -> Vec<(String, After)> {
        let line = plan.lines.iter().find(|line| &*line.item.id.kind == "notice").unwrap();
        line.content.iter().map(|shown| (shown.field.clone(), shown.after.clone())).collect()
    };
    let text = ("name".to_owned(), After::Text("a".into()));
    assert_eq!(shown(&world.one().plan()), [text.clone(), ("link".to_owned(), After::Later)]);
    assert_eq!(format!("{text:?}"), r#"("name", …)"#, "nothing of it in a log");
    wants(&world, vec![named("call", "c")]);
    world.one().run();
    let handle = world.one().ledger("call", "c").unwrap().handle.unwrap();
    wants(&world, vec![with_link("a", "c"), named("call", "c")]);
    let link = After::Text(format!("https://call/{handle}"));
    assert_eq!(shown(&world.one().plan()), [text, ("link".to_owned(), link)]);
}

#[test]
fn s5_a_restored_school_sends_no_message_of_its_past() {
    let world = World::new();
    wants(&world, vec![named("notice", "old")]);
    world.one().run();
    let backup = backed_up(&world);
    wants(&world, vec![named("notice", "old"), named("notice", "seen"), named("notice", "gone")]);
    world.one().run();
    // A person has deleted one of them there.
    world.up().things.retain(|_, thing| thing.natural != "gone");
    restore(&world, &backup, None);
    wants(&world, vec![named("notice", "old"), named("notice", "seen"), named("notice", "gone")]);
    let writes = world.writes();
    let report = world.one().run();
    assert_eq!(outcome(&report, "notice", "seen"), Outcome::Adopted, "{report:?}");
    assert!(matches!(outcome(&report, "notice", "gone"), Outcome::Decision(_)));
    assert_eq!(world.writes(), writes);
    let open = world.one().store.decisions(None, true).unwrap();
    assert_eq!((open.len(), open[0].ask.question), (1, Question::Arrived));
    world.one().answer(open[0].number, &Answer::Adopt(String::new()));
    world.one().run();
    assert_eq!(world.writes(), writes);
}
