use super::*;
use crate::model::budget::{Budget, Moment};

fn config() -> Upstream {
    Upstream {
        base: vec!["http://a".into(), "http://b".into()],
        rate: 0.0,
        breaker_failures: 2,
        breaker_pause_ms: 1_000,
        ..Upstream::default()
    }
}

fn at(steady: Millis) -> Moment {
    Moment { boot: 1, steady, wall: 1_780_000_000_000 + steady }
}

/// A process with its gate, and the budget it shares.
struct Process<'b> {
    name: &'static str,
    gate: Gate,
    budget: &'b std::cell::RefCell<Budget>,
    config: Upstream,
}

impl<'b> Process<'b> {
    fn new(name: &'static str, budget: &'b std::cell::RefCell<Budget>, config: Upstream) -> Self {
        Self { name, gate: Gate::default(), budget, config }
    }

    fn join(&mut self, school: &str) -> Place {
        self.gate.row.join(&school.into()).0
    }

    /// Asks to go; leases what is needed for that.
    fn enter(&mut self, place: Place, now: Millis) -> Entry {
        for _ in 0..3 {
            match self.gate.enter(place, now) {
                Entry::Lease => self.lease(now, 0),
                other => return other,
            }
        }
        panic!("a lease is never enough: {:?}", self.gate);
    }

    fn lease(&mut self, now: Millis, late: u32) {
        let ask = self.gate.ask(self.name, now, late);
        let lease = self.budget.borrow_mut().lease(&self.config, &ask, at(now));
        self.gate.take(&lease);
        self.gate.answered();
    }

    fn tell(&mut self, now: Millis) {
        if let Some(news) = self.gate.take_news() {
            self.budget.borrow_mut().tell(&self.config, news, at(now));
        }
    }

    fn leave(&mut self, now: Millis, probe: bool, health: Health) {
        self.gate.leave(&self.config, now, probe, health);
        self.tell(now);
    }
}

const GO: Entry = Entry::Go { slot: None, probe: false };
const PROBE: Entry = Entry::Go { slot: None, probe: true };

#[test]
fn the_circuit_opens_tries_once_and_closes() {
    let budget = std::cell::RefCell::default();
    let mut one = Process::new("one", &budget, config());
    let places: Vec<Place> = (0..5).map(|_| one.join("school")).collect();
    assert_eq!(one.enter(places[0], 0), GO);
    one.leave(0, false, Health::Failing);
    assert_eq!(one.enter(places[1], 0), GO);
    one.leave(0, false, Health::Failing);
    assert_eq!(one.enter(places[2], 400), Entry::Open(600));
    assert_eq!(one.enter(places[2], 1_000), PROBE);
    assert_eq!(one.enter(places[3], 1_000), Entry::Wait(None), "one probe at a time");
    one.leave(1_100, true, Health::Failing);
    assert_eq!(one.enter(places[3], 1_100), Entry::Open(1_000), "a failed probe opens it again");
    assert_eq!(one.enter(places[3], 2_100), PROBE);
    one.leave(2_200, true, Health::Alive);
    assert_eq!(one.enter(places[4], 2_200), GO);
}

#[test]
fn an_open_circuit_is_open_for_other_processes_and_one_of_all_tries() {
    let budget = std::cell::RefCell::default();
    let mut one = Process::new("one", &budget, config());
    let mut two = Process::new("two", &budget, config());
    let (mine, yours) = (one.join("school"), two.join("other"));
    assert_eq!(one.enter(mine, 0), GO);
    (0..2).for_each(|_| one.leave(0, false, Health::Failing));
    assert_eq!(two.enter(yours, 1), Entry::Open(999));
    let again = one.join("school");
    assert_eq!(one.enter(again, 1_000), PROBE);
    assert!(matches!(two.enter(yours, 1_001), Entry::Open(_)), "it waits for what comes of it");
    one.leave(1_050, true, Health::Alive);
    two.lease(1_060, 0);
    assert_eq!(two.enter(yours, 1_060), GO);
}

#[test]
fn a_probe_given_up_lets_the_next_one_try() {
    let budget = std::cell::RefCell::default();
    let mut one = Process::new("one", &budget, config());
    let places: Vec<Place> = (0..3).map(|_| one.join("school")).collect();
    assert_eq!(one.enter(places[0], 0), GO);
    (0..2).for_each(|_| one.leave(0, false, Health::Failing));
    assert_eq!(one.enter(places[1], 1_000), PROBE);
    one.leave(1_000, true, Health::Unclear);
    assert_eq!(one.enter(places[2], 1_000), PROBE);
}

#[test]
fn a_pause_holds_for_everybody_and_never_shortens() {
    let budget = std::cell::RefCell::default();
    let mut one = Process::new("one", &budget, config());
    let mut two = Process::new("two", &budget, config());
    let (mine, yours) = (one.join("school"), two.join("other"));
    one.gate.pause(0, 5_000);
    one.gate.pause(0, 1_000);
    one.tell(0);
    assert_eq!(one.enter(mine, 1_000), Entry::Paused(4_000));
    assert!(matches!(two.enter(yours, 1_000), Entry::Paused(4_000)));
    assert_eq!(one.enter(mine, 5_000), GO);
    one.gate.pause(0, u64::MAX);
    assert_eq!(one.gate.paused(0), LONGEST_PAUSE_MS);
}

#[test]
fn a_huge_school_and_a_small_one_take_turns_in_the_pace() {
    let budget = std::cell::RefCell::default();
    let mut one = Process::new("one", &budget, Upstream { rate: 10.0, parallel: 1_000, ..config() });
    let mut waiting: Vec<(Place, &str)> = (0..200).map(|_| (one.join("huge"), "huge")).collect();
    let (mut now, mut went) = (0, Vec::new());
    while now < 5_000 {
        if now >= 1_000 && waiting.iter().all(|(_, school)| *school == "huge") && went.len() < 20 {
            waiting.extend((0..10).map(|_| (one.join("small"), "small")));
        }
        waiting.sort_unstable();
        match one.enter(waiting[0].0, now) {
            Entry::Go { slot, .. } => {
                let slot = slot.expect("there is a pace");
                assert!(
                    slot >= now as f64 - LATE_MS as f64 && slot <= (now + LEAD_MS) as f64,
                    "{slot} at {now}"
                );
                went.push((slot, waiting.remove(0).1));
            }
            Entry::Wait(Some(ms)) => now += i64::try_from(ms).expect("short").max(1),
            other => panic!("{other:?}"),
        }
    }
    let gaps = went.windows(2).map(|pair| pair[1].0 - pair[0].0);
    assert!(gaps.into_iter().all(|gap| gap > 103.0), "{went:?}");
    let small: Vec<usize> = (0..went.len()).filter(|n| went[*n].1 == "small").collect();
    assert_eq!(small.len(), 10, "{went:?}");
    assert!(small.windows(2).all(|pair| pair[1] - pair[0] == 2), "every second one: {small:?}");
    assert!(went[small[0]].0 < 1_250.0, "and at once: {went:?}");
    assert!(went.len() >= 48, "97 % of the rate: {}", went.len());
}

#[test]
fn two_processes_share_pace_and_places_and_use_them_up() {
    let shared = Upstream { rate: 20.0, parallel: 4, ..config() };
    let budget = std::cell::RefCell::default();
    let mut all = [("one", 100), ("two", 100)].map(|(name, count)| {
        let mut process = Process::new(name, &budget, shared.clone());
        let row: Vec<Place> = (0..count).map(|_| process.join(name)).collect();
        (process, row, Vec::<Millis>::new())
    });
    let (mut slots, mut most) = (Vec::new(), 0);
    for now in 0..8_000 {
        for (process, row, flying) in &mut all {
            // Each takes 120 ms.
            while flying.first().is_some_and(|began| began + 120 <= now) {
                flying.remove(0);
                process.leave(now, false, Health::Alive);
            }
            if let Entry::Go { slot, .. } = process.enter(row[0], now) {
                row.remove(0);
                flying.push(now);
                slots.push(slot.expect("there is a pace"));
            }
        }
        most = most.max(all.iter().map(|(_, _, flying)| flying.len()).sum());
    }
    assert!(most <= 4, "{most} in flight");
    slots.sort_by(f64::total_cmp);
    assert!(slots.windows(2).all(|pair| pair[1] - pair[0] > 51.0), "evenly spaced over both");
    assert!(slots.len() >= 152, "95 % of the rate: {}", slots.len());
    let went = all.map(|(_, row, _)| 100 - row.len());
    assert!(went[0].abs_diff(went[1]) <= 20, "even parts: {went:?}");
}

#[test]
fn requests_of_the_day_end_and_what_is_left_goes_back() {
    let quota = crate::model::setup::Quota { per_day: 3, time_zone: "UTC".into() };
    let config = Upstream { quota: Some(quota), ..config() };
    let budget = std::cell::RefCell::default();
    let mut one = Process::new("one", &budget, config.clone());
    let places: Vec<Place> = (0..4).map(|_| one.join("school")).collect();
    for place in &places[..3] {
        assert_eq!(one.enter(*place, 0), GO);
        one.leave(0, false, Health::Alive);
    }
    let midnight = 1_780_012_800_000;
    assert_eq!(one.enter(places[3], 0), Entry::UsedUp(midnight));
    one.gate.row.leave(places[3]);

    let (budget, now) = (std::cell::RefCell::default(), 0);
    let mut two = Process::new("two", &budget, config.clone());
    let first = two.join("school");
    assert_eq!(two.enter(first, now), GO);
    assert_eq!(two.gate.give_back("two", 10_000, false), None, "one is in flight");
    two.leave(now, false, Health::Alive);
    assert_eq!(two.gate.give_back("two", now, false), None, "it may be needed in a moment");
    let back = two.gate.give_back("two", now, true).expect("something is left");
    budget.borrow_mut().release(&config, &back, at(now));
    let standing = budget.borrow().standing(&config, at(now));
    assert_eq!((standing.used, standing.processes), (Some(1), 0));
}

#[test]
fn a_request_that_is_late_gets_another_slot_whatever_else_holds() {
    let budget = std::cell::RefCell::default();
    let mut one = Process::new("one", &budget, Upstream { rate: 10.0, parallel: 1, ..config() });
    let place = one.join("school");
    let Entry::Go { slot, .. } = one.enter(place, 0) else { panic!("it may go") };
    assert_eq!(Gate::depart(slot, LATE_MS), Departure::Now);
    assert_eq!(Gate::depart(slot, 2_000), Departure::Late);
    assert_eq!(one.gate.another(2_000), None, "the block went by too");
    one.lease(2_000, 1);
    let slot = one.gate.another(2_000);
    assert_eq!((slot, Gate::depart(slot, 2_000)), (Some(2_000.0), Departure::Now));
    assert_eq!(Gate::depart(Some(2_000.5), 1_990), Departure::In(11));
    assert_eq!(Gate::depart(None, 5), Departure::Now);
}

#[test]
fn the_reserve_is_used_for_a_while() {
    let (mut gate, config) = (Gate::default(), config());
    assert_eq!(gate.address(&config, 0), 0);
    gate.unreachable(&config, 100, 0);
    gate.unreachable(&config, 100, 0);
    assert_eq!(gate.address(&config, 500), 1);
    assert_eq!(gate.address(&config, 1_100), 0);
}
