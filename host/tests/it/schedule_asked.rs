//! Runs that people ask for: before those of schedules, one a school, and never twice.

use exchange::model::timetable::Calendar;
use exchange::model::{Millis, Selection, TaskRef};
use exchange::schedule::{Decisions, Queue};
use exchange::store::{HostDb, HostEraseStore, MasterKey, Order, OrderStore};

use crate::schedule::{HOUR, at, cron, task, timetable};

const MIDNIGHT: &str = "2026-11-23T00:00Z";

fn asked(decisions: &Decisions) -> Vec<String> {
    decisions.asked.iter().map(ToString::to_string).collect()
}

fn begun(decisions: &Decisions) -> Vec<String> {
    decisions.begin.iter().map(|begin| begin.task.to_string()).collect()
}

/// A queue in which these tasks are due every hour.
fn queue(slots: usize, tasks: &[&TaskRef]) -> (Queue, Millis) {
    let (mut queue, now) = (Queue::new(slots), at(MIDNIGHT));
    for task in tasks {
        queue.set(task, timetable(&cron("0 * * * *", 0), "UTC", &Calendar::default()), None, now + 1);
    }
    (queue, now)
}

#[test]
fn what_is_asked_for_begins_once_and_before_what_is_due() {
    let (own, other) = (task("a", "t"), task("b", "t"));
    let (mut queue, now) = queue(1, &[&own, &other]);
    queue.tick(now + 1);
    assert!(queue.ask(&own, Millis::MIN) && !queue.ask(&own, Millis::MIN), "a second click finds the first");
    assert_eq!(queue.waiting(), 1);
    let decisions = queue.tick(now + HOUR);
    assert_eq!((asked(&decisions), begun(&decisions)), (vec!["a/t".into()], vec![]), "there is one place");
    assert!(!queue.ask(&own, Millis::MIN), "it runs");
    queue.ended(&own, 1);
    // What was due meanwhile is not forgotten.
    let all: Vec<String> = (0..3)
        .flat_map(|_| {
            let begun = begun(&queue.tick(now + HOUR + 1));
            begun.iter().for_each(|_| drop([&own, &other].map(|task| queue.ended(task, 1))));
            begun
        })
        .collect();
    let mut sorted = all.clone();
    sorted.sort();
    assert_eq!(sorted, ["a/t", "b/t"], "{all:?}");
}

#[test]
fn a_school_has_one_lane_for_both() {
    let (own, sister) = (task("a", "t"), task("a", "u"));
    let (mut queue, now) = queue(8, &[&own]);
    assert_eq!(begun(&queue.tick(now + HOUR)), ["a/t"]);
    assert!(!queue.ask(&own, Millis::MIN) && queue.ask(&sister, Millis::MIN));
    assert_eq!(asked(&queue.tick(now + HOUR)), Vec::<String>::new());
    queue.ended(&own, 1);
    assert_eq!(asked(&queue.tick(now + HOUR)), ["a/u"]);
}

#[test]
fn what_could_not_begin_waits_and_what_is_taken_back_does_not() {
    let (own, now) = (task("a", "t"), at(MIDNIGHT));
    let mut queue = Queue::new(8);
    assert!(queue.ask(&own, Millis::MIN));
    assert_eq!(asked(&queue.tick(now)), ["a/t"]);
    queue.ask_again(&own, now + 5_000);
    let decisions = queue.tick(now + 1);
    assert_eq!((asked(&decisions), decisions.wake), (vec![], Some(now + 5_000)));
    assert!(!queue.ask(&own, Millis::MIN) && queue.is_asked(&own), "it waits");
    assert_eq!(asked(&queue.tick(now + 5_000)), ["a/t"]);
    queue.ended(&own, 1);
    assert!(queue.ask(&own, Millis::MIN) && queue.unask(&own) && !queue.unask(&own));
    assert_eq!(asked(&queue.tick(now + 6_000)), Vec::<String>::new());
}

#[test]
fn what_was_asked_for_before_a_restart_keeps_its_time() {
    let (own, now) = (task("a", "t"), at(MIDNIGHT));
    let mut queue = Queue::new(8);
    assert!(queue.ask(&own, now + 5_000));
    let decisions = queue.tick(now);
    assert_eq!((asked(&decisions), decisions.wake), (vec![], Some(now + 5_000)));
    assert_eq!(asked(&queue.tick(now + 5_000)), ["a/t"]);
}

#[test]
fn orders_are_remembered_until_they_are_over_or_their_school_is_erased() {
    let folder = tempfile::tempdir().unwrap();
    let host = HostDb::open(folder.path(), &MasterKey([1; 32])).unwrap();
    let selection = Selection { groups: vec!["5-А".into()], ..Selection::default() };
    let order = |school: &str, at: Millis, not_before: Option<Millis>| Order {
        task: task(school, "t"),
        at,
        selection: selection.clone(),
        form: format!("form {at}"),
        not_before,
    };
    let (later, first) = (order("a", 2, None), order("b", 1, Some(70)));
    for order in [&later, &first, &first] {
        host.put_order(order).unwrap();
    }
    drop(host);
    let host = HostDb::open(folder.path(), &MasterKey([1; 32])).unwrap();
    assert_eq!(host.orders().unwrap(), [first.clone(), later.clone()]);
    let postponed = Order { not_before: Some(9), ..later };
    host.put_order(&postponed).unwrap();
    assert_eq!(host.forget_school(&"b".into(), false).unwrap()["ordered"], 1);
    assert_eq!(host.orders().unwrap(), std::slice::from_ref(&postponed));
    host.remove_order(&postponed.task).unwrap();
    host.remove_order(&postponed.task).unwrap();
    assert_eq!(host.orders().unwrap(), []);
}
