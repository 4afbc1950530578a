//! Budgets that several processes share, and the store they are kept in.

use std::sync::Mutex;

use exchange::model::budget::{Ask, Budget, Circuit, Moment, News};
use exchange::model::setup::Upstream;
use exchange::store::{Attendance, BudgetStore, HostDb, MasterKey};

fn store(folder: &tempfile::TempDir) -> HostDb {
    HostDb::open(folder.path(), &MasterKey([7; 32])).unwrap()
}

fn upstream() -> Upstream {
    Upstream { rate: 0.0, parallel: 4, ..Upstream::default() }
}

fn now() -> Moment {
    Moment { boot: 1, steady: 1_000, wall: 1_780_000_000_000 }
}

/// How many places in flight a process gets that wants two.
fn permits(store: &dyn BudgetStore, process: &Attendance) -> u32 {
    let ask = Ask { process: process.name().to_owned(), waiting: 2, slots: 2, ..Ask::default() };
    let mut permits = 0;
    store
        .change_budget("rows", false, &mut |budget| permits = budget.lease(&upstream(), &ask, now()).permits)
        .unwrap();
    permits
}

#[test]
fn what_a_process_has_is_free_when_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (store(&folder), store(&folder));
    let (first, second) = (one.attend().unwrap(), two.attend().unwrap());
    assert_ne!(first.name(), second.name());
    assert_eq!((permits(&one, &first), permits(&two, &second)), (4, 0));
    drop(first);
    assert_eq!(permits(&two, &second), 4, "it went in good order");

    // A process that was killed leaves its file, unlocked.
    let left = folder.path().join("budgets/00000000000000ff.lane");
    std::fs::write(&left, "").unwrap();
    let killed = Attendance::new("00000000000000ff".into(), Box::new(()));
    drop(second);
    assert_eq!(permits(&one, &killed), 4);
    let third = one.attend().unwrap();
    assert_eq!(permits(&one, &third), 4);
    assert!(!left.exists(), "and its file is taken away");
}

#[test]
fn a_budget_outlives_whoever_changed_it_and_is_changed_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let pause = News { paused_until: Some(61_000), circuit: Circuit::Same };
    store(&folder)
        .change_budget("rows", false, &mut |budget| budget.tell(&upstream(), pause, now()))
        .unwrap();
    let known = store(&folder).budgets().unwrap();
    assert_eq!(known["rows"].standing(&upstream(), now()).paused_ms, Some(60_000));
    assert_eq!(known.len(), 1);

    let (slots, upstream) = (Mutex::new(Vec::new()), Upstream { rate: 1_000.0, ..upstream() });
    let lease = |process: u32| {
        let store = store(&folder);
        for _ in 0..50 {
            let ask = Ask { late: 1, process: process.to_string(), ..Ask::default() };
            let mut lease = |budget: &mut Budget| {
                let lease = budget.lease(&upstream, &ask, now());
                slots.lock().unwrap().push(lease.slots.unwrap().from);
            };
            store.change_budget("other", false, &mut lease).unwrap();
        }
    };
    std::thread::scope(|scope| {
        let lease = &lease;
        (0..8).for_each(|process| drop(scope.spawn(move || lease(process))));
    });
    let mut slots = slots.into_inner().unwrap();
    slots.sort_by(f64::total_cmp);
    assert_eq!(slots.len(), 400);
    assert!(slots.windows(2).all(|pair| pair[1] - pair[0] > 1.0), "none was leased twice: {slots:?}");
}
