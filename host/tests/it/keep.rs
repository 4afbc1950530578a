//! Retention: what is old goes, in small steps; what a promise rests on never does.

use std::sync::Arc;

use exchange::daemon::keep;
use exchange::model::contract::Scope;
use exchange::model::setup::Keep;
use exchange::model::*;
use exchange::reconcile::{Cancel, Clock};
use exchange::store::*;

use super::fake_clock::FakeClock;
use super::reconcile_fake::folder;
use super::store;

const DAY: Millis = 86_400_000;
const NOW: Millis = 1_800_000_000_000;

/// Runs of a task, one a day, the latest yesterday; each with details of every kind.
fn with_runs(store: &SchoolDb, fence: &Fence, task: &TaskId, count: i64) {
    for day in (1..=count).rev() {
        let at = NOW - day * DAY;
        let run = store.begin_run(fence, task, &Selection::default(), at).unwrap().number;
        let outcome = OutcomeRow {
            item: ItemRef::new("k", "1"),
            group: None,
            about: None,
            outcome: Outcome::Applied,
            action: None,
            remarks: vec![],
        };
        let progress = Progress { outcomes: vec![outcome], ..Progress::default() };
        store.record(fence, task, Some(run), &progress).unwrap();
        let request = |write| RequestRow {
            at,
            upstream: "u".into(),
            operation: "o".into(),
            method: "GET".into(),
            path: "/persons/{id}".into(),
            write,
            status: Some(200),
            error: None,
            sent: 1,
            received: 1,
            attempt: 1,
            ms: 1,
        };
        store.add_requests(fence, run, &[request(false), request(false), request(true)]).unwrap();
        store.add_log(fence, run, &[LogRow { at, level: "info".into(), text: "x".into() }]).unwrap();
        let end = RunEnd {
            status: RunStatus::Success,
            reason: None,
            verdict: None,
            plan: Some(format!("{run:016}")),
            counts: RunCounts { applied: 1, ..RunCounts::default() },
        };
        store.end_run(fence, run, &end, at + 1).unwrap();
        store.add_tally(fence, task, Tally { added: 1, ..Tally::default() }, at).unwrap();
        store.approve(fence, task, &format!("{run:016}"), "test", at).unwrap();
    }
}

fn sent(store: &SchoolDb, fence: &Fence, task: &TaskId, run: Option<u64>, days: i64, answered: bool) {
    let at = NOW - days * DAY;
    let items = [ItemRef::new("k", format!("{days}"))];
    let sending = Sending { run, operation: "w", items: &items, doubts: &[], sent: at, until: at };
    let ticket = store.journal_sent(fence, task, &sending).unwrap();
    if answered {
        store.journal_answered(fence, ticket, Some(200), at).unwrap();
    }
}

fn dropped(store: &SchoolDb, keep: &Keep) -> keep::Dropped {
    let clock: Arc<FakeClock> = Arc::new(FakeClock::at(NOW));
    keep::drop_excess(store, keep, &*clock as &dyn Clock, &Cancel::default()).unwrap()
}

#[test]
fn what_is_old_goes_and_what_promises_rest_on_stays() {
    let folder = folder();
    let store = store::open(folder.path(), "one");
    let (often, seldom) = (TaskId::from("often"), TaskId::from("seldom"));
    let lane = store.take_lane("test", NOW).unwrap();
    with_runs(&store, lane.fence(), &seldom, 3);
    with_runs(&store, lane.fence(), &often, 1_200);
    // A write of the second run of the second task was never answered.
    sent(&store, lane.fence(), &often, Some(5), 1_199, false);
    sent(&store, lane.fence(), &often, Some(9), 500, true);
    sent(&store, lane.fence(), &often, Some(9), 1, true);
    store.put_dialogue(lane.fence(), "over", &often, b"state", NOW - 1).unwrap();
    store.put_dialogue(lane.fence(), "open", &often, b"state", NOW + DAY).unwrap();
    let memory = ScopeMemory {
        scope: Scope { id: "s".into(), title: "s".into(), group: None },
        dependencies: vec![],
        revision: 1,
        setup: [0; 32],
        at: 1,
        valid_until: None,
        complete: true,
        items: 1,
        digest: [0; 32],
        settled: Settled::Clean,
        left_out: vec![],
        carried: vec![],
    };
    store.remember_scopes(lane.fence(), &often, &[memory]).unwrap();
    let doubt = LedgerEntry { confirmed: Some(1), ..LedgerEntry::unknown(ItemRef::new("k", "old")) };
    store.record(lane.fence(), &often, None, &Progress { put: vec![doubt], ..Progress::default() }).unwrap();
    drop(lane);

    let before = store.run(4).unwrap().unwrap();
    let keep = Keep::default();
    let would = keep::excess(&store, &keep, NOW).unwrap();
    let of = |rows: &[(Kept, u64)], kept| rows.iter().find(|(k, _)| *k == kept).map_or(0, |(_, n)| *n);
    // 1,110 runs are older than 90 days, all of one task; one of them has the open write.
    assert_eq!(of(&would.rows, Kept::Requests), 3 * 1_109);
    assert_eq!(of(&would.rows, Kept::Log), 1_109);
    assert_eq!(of(&would.rows, Kept::Outcomes), 799);
    assert_eq!(of(&would.rows, Kept::Runs), 99);
    assert_eq!(of(&would.rows, Kept::Writes), 1);
    assert_eq!(of(&would.rows, Kept::Dialogues), 1);
    assert_eq!(of(&would.rows, Kept::Tally), 1_192);

    assert_eq!(dropped(&store, &keep).rows, would.rows, "what was said would go goes, and nothing else");
    assert_eq!(dropped(&store, &keep).rows, [], "once");
    let after = store.run(200).unwrap().unwrap();
    assert_eq!((after.requests, after.dropped, after.counts.applied), (before.requests, Some(NOW), 1));
    assert_eq!((store.requests(200).unwrap().len(), store.log(200).unwrap().len()), (0, 0));
    assert_eq!(store.outcomes(1_000).unwrap().len(), 1, "kept for longer");
    assert_eq!(store.runs(Some(&seldom), 99).unwrap().len(), 3);
    assert_eq!(store.requests(5).unwrap().len(), 3, "its write is open");
    assert_eq!(store.run(5).unwrap().unwrap().dropped, None);
    assert!(store.run(6).unwrap().is_none());
    let tickets: Vec<_> = store.writes(&often, 9).unwrap().iter().map(|row| row.answered.is_some()).collect();
    assert_eq!(tickets, [true, false]);
    assert_eq!(store.ledger_count(&often).unwrap(), 1);
    assert_eq!(store.scopes(&often).unwrap().len(), 1);
    assert_eq!(store.tally(&often, NOW - DAY, NOW).unwrap().added, 1);
    let lane = store.take_lane("test", NOW).unwrap();
    assert!(store.take_dialogue(lane.fence(), "open", &often, NOW).unwrap().is_some());
}

#[test]
fn a_task_that_runs_seldom_keeps_its_last_results_however_old() {
    let folder = folder();
    let store = store::open(folder.path(), "one");
    let task = TaskId::from("yearly");
    let lane = store.take_lane("test", NOW).unwrap();
    with_runs(&store, lane.fence(), &task, 12);
    drop(lane);
    let clock = FakeClock::at(NOW + 4_000 * DAY);
    let rows = keep::drop_excess(&store, &Keep::default(), &clock, &Cancel::default()).unwrap().rows;
    assert!(rows.contains(&(Kept::Runs, 2)), "{rows:?}");
    let runs = store.runs(Some(&task), 99).unwrap();
    assert_eq!(runs.len(), LAST_RUNS as usize);
    assert!(runs.iter().all(|run| store.outcomes(run.id.number).unwrap().len() == 1));
}

#[test]
fn a_run_under_way_is_not_disturbed() {
    let folder = folder();
    let store = store::open(folder.path(), "one");
    let lane = store.take_lane("run", NOW).unwrap();
    with_runs(&store, lane.fence(), &"often".into(), 200);
    let answer = dropped(&store, &Keep::default());
    assert!(answer.busy && answer.rows.is_empty(), "{answer:?}");
    drop(lane);
    assert!(!dropped(&store, &Keep::default()).rows.is_empty());
}

#[test]
fn no_transaction_is_large_and_a_request_to_stop_is_heard() {
    let folder = folder();
    let store = store::open(folder.path(), "one");
    let lane = store.take_lane("test", NOW).unwrap();
    with_runs(&store, lane.fence(), &"often".into(), 400);
    let old = NOW - 90 * DAY;
    let first = store.drop_excess(lane.fence(), Kept::Requests, old, 100, NOW).unwrap();
    assert_eq!(first, 100, "a part of a run's rows goes with the next step");
    let before = store.excess(Kept::Requests, old).unwrap();
    assert_eq!(before, 3 * 310 - 100);
    drop(lane);
    let stop = Cancel::default();
    stop.cancel();
    keep::drop_excess(&store, &Keep::default(), &FakeClock::at(NOW), &stop).unwrap();
    assert_eq!(store.excess(Kept::Requests, old).unwrap(), before);
}
