use super::*;

const BOOT: u64 = 7;

fn upstream(rate: f64, parallel: u32) -> Upstream {
    Upstream { rate, parallel, ..Upstream::default() }
}

fn at(steady: Millis) -> Moment {
    Moment { boot: BOOT, steady, wall: 1_780_000_000_000 + steady }
}

fn ask(process: &str, in_flight: u32, waiting: u32) -> Ask {
    Ask { process: process.to_owned(), in_flight, waiting, slots: waiting, ..Ask::default() }
}

fn permits(budget: &mut Budget, parallel: u32, ask: &Ask, now: Millis) -> u32 {
    budget.lease(&upstream(0.0, parallel), ask, at(now)).permits
}

/// All slots of a lease.
fn slots(lease: &Lease) -> Vec<f64> {
    let slots = lease.slots.expect("a pace");
    (0..slots.count).map(|n| slots.from + slots.step * f64::from(n)).collect()
}

#[test]
fn blocks_of_processes_follow_one_another_and_no_second_holds_too_many() {
    let (mut budget, upstream) = (Budget::default(), upstream(50.0, 100));
    let mut all = Vec::new();
    for round in 0..60 {
        // Whatever they ask for, and when: bursts, single requests, none for a while.
        for (process, waiting) in [("a", 40), ("b", 1 + round % 7), ("c", u32::from(round % 5 == 0))] {
            let now = at(Millis::from(round) * 400);
            all.extend(slots(&budget.lease(&upstream, &ask(process, 0, waiting), now)));
        }
    }
    assert!(all.is_sorted(), "nobody's slot is another's");
    for (n, first) in all.iter().enumerate() {
        // A request leaves late by at most LATE_MS, and the way takes up to 20 ms more or less.
        let window = first + 1_000.0 + LATE_MS as f64 + 20.0;
        let within = all[n..].iter().take_while(|slot| **slot < window).count();
        assert!(within <= 50, "{within} from {first} on");
    }
    let busy = all.len() as f64 / ((all[all.len() - 1] - all[0]) / 1_000.0);
    assert!(busy >= 0.95 * 50.0, "{busy} requests a second while work was due");
}

#[test]
fn a_slow_pace_and_none_at_all() {
    let mut budget = Budget::default();
    let lease = budget.lease(&upstream(0.5, 8), &ask("a", 0, 3), at(1_000));
    assert_eq!(slots(&lease), [1_000.0]);
    let next = budget.lease(&upstream(0.5, 8), &ask("a", 1, 2), at(1_001));
    assert_eq!(slots(&next), [1_000.0 + 2_000.0 / SHARE]);
    assert!(next.until >= 3_000 + 61, "it holds to the end of its slot: {}", next.until);
    assert_eq!(Budget::default().lease(&upstream(0.0, 8), &ask("a", 0, 3), at(0)).slots, None);
}

#[test]
fn who_is_alone_takes_a_whole_block_and_who_is_not_what_is_wanted() {
    let (mut budget, upstream) = (Budget::default(), upstream(100.0, 8));
    let count = |lease: Lease| lease.slots.expect("a pace").count;
    assert_eq!(count(budget.lease(&upstream, &ask("a", 0, 1), at(0))), 49);
    assert_eq!(count(budget.lease(&upstream, &ask("b", 0, 1), at(0))), 0, "there is no place for it");
    assert_eq!(
        count(budget.lease(&upstream, &ask("a", 1, 1_000), at(0))),
        3,
        "as many as it has places left"
    );
    assert_eq!(count(budget.lease(&upstream, &ask("b", 0, 1), at(0))), 1);
    budget.forget("b");
    assert_eq!(count(budget.lease(&upstream, &ask("a", 0, 1), at(0))), 49);
    let late = Ask { late: 2, ..ask("b", 3, 0) };
    assert_eq!(count(budget.lease(&upstream, &late, at(0))), 2, "what has left the row gets its slot");
}

#[test]
fn places_in_flight_are_never_more_than_there_are_and_go_round() {
    let mut budget = Budget::default();
    assert_eq!(permits(&mut budget, 8, &ask("a", 0, 1), 0), 8, "alone: all");
    assert_eq!(permits(&mut budget, 8, &ask("b", 0, 5), 1), 0, "nothing is free");
    assert_eq!(
        permits(&mut budget, 8, &ask("a", 8, 9), 2),
        4,
        "an even part, once those in flight are through"
    );
    assert_eq!(permits(&mut budget, 8, &ask("b", 0, 5), 3), 0, "they are not");
    assert_eq!(permits(&mut budget, 8, &ask("a", 5, 9), 4), 4);
    assert_eq!(permits(&mut budget, 8, &ask("b", 0, 5), 5), 3, "what is free of its even part");
    assert_eq!(permits(&mut budget, 8, &ask("a", 2, 0), 6), 2, "no more than it wants");
    assert_eq!(permits(&mut budget, 8, &ask("b", 3, 9), 7), 6);
    budget.release(&upstream(0.0, 8), &ask("a", 0, 0), at(8));
    assert_eq!(permits(&mut budget, 8, &ask("b", 3, 1), 9), 8);
}

#[test]
fn one_place_for_three_goes_from_one_to_the_next() {
    let mut budget = Budget::default();
    let (mut holder, mut had) = (None, Vec::new());
    for now in 0..30 {
        let who = ["a", "b", "c"][now % 3];
        let in_flight = u32::from(holder == Some(who) && now % 2 == 0);
        let permits = permits(&mut budget, 1, &ask(who, in_flight, 1), Millis::try_from(now).expect("small"));
        if permits == 1 && holder != Some(who) {
            had.push(who);
        }
        holder =
            if permits == 1 || in_flight == 1 { Some(who) } else { holder.filter(|holder| *holder != who) };
        let held: u32 = budget.shares.values().map(|share| share.held).sum();
        assert!(held <= 1, "{budget:?}");
    }
    assert!(
        had.len() >= 6 && ["a", "b", "c"].iter().all(|who| had.iter().filter(|had| *had == who).count() >= 2)
    );
}

#[test]
fn pauses_and_an_open_circuit_reach_everybody_and_one_alone_tries() {
    let (mut budget, upstream) = (Budget::default(), upstream(10.0, 8));
    let news = News { paused_until: Some(5_000), circuit: Circuit::Same };
    budget.tell(&upstream, news, at(0));
    budget.tell(&upstream, News { paused_until: Some(2_000), ..news }, at(0));
    let lease = budget.lease(&upstream, &ask("b", 0, 3), at(4_999));
    assert_eq!((lease.paused_until, slots(&lease).len()), (5_000, 0), "a pause never shortens");
    assert_eq!(budget.standing(&upstream, at(4_000)).paused_ms, Some(1_000));
    assert!(!slots(&budget.lease(&upstream, &ask("b", 0, 3), at(5_000))).is_empty());

    budget.tell(&upstream, News { circuit: Circuit::Open(9_000), ..News::default() }, at(6_000));
    let refused = budget.lease(&upstream, &ask("b", 0, 3), at(8_999));
    assert_eq!((refused.open_until, refused.probe, slots(&refused).len()), (Some(9_000), false, 0));
    let probe = budget.lease(&upstream, &ask("b", 0, 3), at(9_000));
    assert!(probe.probe && probe.open_until.is_none() && !slots(&probe).is_empty(), "{probe:?}");
    let other = budget.lease(&upstream, &ask("a", 0, 3), at(9_001));
    assert_eq!(
        (other.open_until, other.probe),
        (Some(9_000 + 40_000), false),
        "it waits for what comes of it"
    );
    budget.tell(&upstream, News { circuit: Circuit::Closed, ..News::default() }, at(9_100));
    assert_eq!(budget.lease(&upstream, &ask("a", 0, 3), at(9_101)).open_until, None);
}

fn with_quota(per_day: u64) -> Upstream {
    let quota = Some(Quota { per_day, time_zone: "Asia/Kamchatka".into() });
    Upstream { quota, ..upstream(0.0, 8) }
}

#[test]
fn a_day_s_requests_are_leased_in_parts_given_back_and_new_with_the_day() {
    let (mut budget, upstream) = (Budget::default(), with_quota(1_000));
    // 2026-05-29T11:59:00Z is a minute before midnight in Kamchatka.
    let midnight = 1_780_056_000_000;
    let at = |wall: Millis| Moment { boot: BOOT, steady: wall - midnight + 500_000, wall };
    let credit = |lease: Lease| lease.credit.expect("a quota");
    let first = credit(budget.lease(&upstream, &ask("a", 0, 1), at(midnight - 60_000)));
    assert_eq!((first.more, first.until_wall, first.until), (5, midnight, 500_000));
    let left = Ask { credit: 3, ..ask("a", 0, 1) };
    assert_eq!(credit(budget.lease(&upstream, &left, at(midnight - 59_000))).more, 0, "it has some");
    budget.release(&upstream, &left, at(midnight - 58_000));
    assert_eq!(budget.standing(&upstream, at(midnight - 57_000)).used, Some(2));
    assert_eq!(credit(budget.lease(&upstream, &ask("b", 0, 5_000), at(midnight - 56_000))).more, 998);
    let none = budget.lease(&upstream, &ask("a", 0, 1), at(midnight - 55_000));
    assert!(credit(none).used_up && credit(none).more == 0, "{none:?}");
    assert_eq!(budget.standing(&upstream, at(midnight - 1)).used, Some(1_000));
    assert_eq!(budget.standing(&upstream, at(midnight)).used, Some(0));
    budget.forget("b");
    assert_eq!(credit(budget.lease(&upstream, &ask("a", 0, 1), at(midnight))).more, 5);
}

#[test]
fn after_a_start_of_the_machine_only_the_day_and_a_pause_are_left() {
    let (mut budget, upstream) = (Budget::default(), with_quota(1_000));
    budget.lease(&upstream, &ask("a", 0, 8), at(1_000));
    let news = News { paused_until: Some(61_000), circuit: Circuit::Open(61_000) };
    budget.tell(&upstream, news, at(1_000));
    let later = Moment { boot: BOOT + 1, steady: 5, wall: at(1_000).wall + 20_000 };
    let standing = budget.standing(&upstream, later);
    assert_eq!((standing.paused_ms, standing.open_ms, standing.processes), (Some(40_000), None, 0));
    assert_eq!(standing.used, Some(8), "what a process had in hand counts as used");
}

#[test]
fn it_is_stored_as_text_and_an_older_one_is_read() {
    let mut budget = Budget::default();
    budget.lease(&with_quota(10), &ask("a", 0, 2), at(1_000));
    let text = serde_json::to_string(&budget).expect("JSON");
    assert_eq!(serde_json::from_str::<Budget>(&text).expect("a budget"), budget);
    assert_eq!(serde_json::from_str::<Budget>("{}").expect("a budget"), Budget::default());
}
