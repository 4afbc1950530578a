//! Random worlds, faults and kill points: whatever happens, the other side ends with each item exactly once, or the
//! doubt is shown; and a success is one.
//!
//! `EXCHANGE_CASES` asks for more cases than the default, `EXCHANGE_SEED` for particular ones.

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use exchange::model::contract::Scope;
use exchange::model::{Item, ItemRef, Outcome, RunStatus, Selection, WhenGone};
use exchange::reconcile::RunReport;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use tempfile::TempDir;

use super::reconcile_fake::*;
use super::reconcile_restored::{backed_up, restore};

/// What happens in a world, one after the other.
#[derive(Clone, Debug)]
enum Event {
    /// A school now wants these people (by number), in these scopes (by number).
    Wants { school: usize, people: Vec<(u8, u8)> },
    /// A school runs, with these faults, and is killed at that step; where a number is given, because the power goes:
    /// at most so many commits that are not durable are lost.
    /// Meanwhile somebody may set the clock.
    Run { school: usize, faults: Vec<Fault>, fuse: i64, power: Option<usize>, leap: Option<Leap> },
    /// Both schools run at once, with these faults; one of them is killed at that step. The seed says who goes on when.
    Race { faults: Vec<Fault>, fuse: i64, seed: u64 },
    /// Time passes.
    Wait(u64),
    /// Somebody sets the clock on the wall.
    Set(i64),
    /// Somebody removes a class at the other side, and it is time to look at all classes again.
    Razed(u8),
    /// Everything is backed up, in place of an earlier backup.
    BackedUp,
    /// The backup, if there is one, is put back: whole, or one school of it.
    PutBack { school: Option<usize> },
}

/// A world with what happened to it.
struct Story {
    world: World,
    backup: Option<TempDir>,
    /// A backup was put back: of what came after it the schools know nothing.
    put_back: bool,
}

impl Story {
    fn new() -> Self {
        quiet_kills();
        Self { world: World::new(), backup: None, put_back: false }
    }
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::None),
        1 => (1..20_u32).prop_map(Fault::Retry),
        1 => Just(Fault::StoredLost),
        1 => Just(Fault::Lost),
        1 => (0..=DEADLINE).prop_map(Fault::Delayed),
        1 => Just(Fault::Dropped),
        1 => Just(Fault::Half),
        1 => (0..=SETTLE).prop_map(Fault::Late),
        1 => Just(Fault::RefusedNothing),
        1 => Just(Fault::RefusedUnknown),
        1 => Just(Fault::NotSent),
        1 => Just(Fault::Rejected),
        1 => Just(Fault::Unauthorized),
        1 => Just(Fault::Pending),
    ]
}

fn run() -> impl Strategy<Value = Event> {
    let faults = prop::collection::vec(fault(), 0..6);
    let leap = prop::option::weighted(0.2, (0..400_u64, set()).prop_map(|(steps, by)| Leap { steps, by }));
    (0..2_usize, faults, 0..600_i64, prop::option::of(0..4_usize), leap)
        .prop_map(|(school, faults, fuse, power, leap)| Event::Run { school, faults, fuse, power, leap })
}

fn race() -> impl Strategy<Value = Event> {
    let faults = prop::collection::vec(fault(), 0..6);
    (faults, 0..1_200_i64, any::<u64>()).prop_map(|(faults, fuse, seed)| Event::Race { faults, fuse, seed })
}

/// By how much people, summer time, a dead battery and a time server set a clock.
fn set() -> impl Strategy<Value = i64> {
    const HOUR: i64 = 3_600_000;
    prop::sample::select(vec![-HOUR, HOUR, -24 * HOUR, 24 * HOUR, -10_000, 10_000, -9_000 * HOUR])
}

fn event() -> impl Strategy<Value = Event> {
    let people = prop::collection::vec((0..6_u8, 0..2_u8), 0..6);
    prop_oneof![
        2 => (0..2_usize, people).prop_map(|(school, people)| Event::Wants { school, people }),
        4 => run(),
        2 => race(),
        1 => (1..40_000_u64).prop_map(Event::Wait),
        1 => set().prop_map(Event::Set),
        1 => (0..4_u8).prop_map(Event::Razed),
        1 => Just(Event::BackedUp),
        1 => prop::option::of(0..2_usize).prop_map(|school| Event::PutBack { school }),
    ]
}

/// A class per scope, its people (who may be of both schools), their memberships, a letter and a token thing each.
fn desired(school: usize, people: &[(u8, u8)]) -> Vec<(Scope, Vec<Item>)> {
    let mut seen = BTreeSet::new();
    (0..2)
        .map(|place| {
            let class = format!("class-{school}-{place}");
            let mut items = vec![named("class", &class)];
            for (person, _) in people.iter().filter(|(person, of)| *of == place && seen.insert(*person)) {
                items.extend(person_items(school, &class, *person));
            }
            (scope(&format!("s{place}")), items)
        })
        .collect()
}

fn person_items(school: usize, class: &str, person: u8) -> Vec<Item> {
    let name = format!("person-{person}");
    let mut shared = named("person", &name);
    shared.identity = Some(name.clone());
    shared.gone = WhenGone::Remove;
    let mut membership = member(&format!("m-{class}-{name}"), class, &name);
    membership.gone = WhenGone::Remove;
    let letter = named("letter", &format!("letter-{school}-{person}"));
    let token = named("token", &format!("token-{school}-{person}"));
    vec![shared, membership, letter, token]
}

fn outcome(report: &RunReport, id: &ItemRef) -> Option<Outcome> {
    report.outcome(id).map(|row| row.outcome.clone())
}

/// What a thing of this item is called there; `None` for a membership, which is named after handles.
fn natural(world: &World, school: &School, item: &Item) -> Option<String> {
    if &*item.id.kind != "member" {
        return Some(item.id.key.to_string());
    }
    let up = world.up();
    let id = |kind: &str| {
        let target = item.refs().find(|target| &*target.kind == kind)?;
        up.things.iter().find(|(_, t)| t.kind == kind && *t.natural == *target.key).map(|(id, _)| *id)
    };
    let _ = school;
    Some(format!("{}+{}", id("class")?, id("person")?))
}

fn things_of(world: &World, school: &School, item: &Item) -> usize {
    natural(world, school, item).map_or(0, |natural| world.count(&item.id.kind, &natural))
}

fn wanted(school: &School) -> Vec<Item> {
    school.fake.desired.lock().unwrap().iter().flat_map(|(_, items)| items.clone()).collect()
}

/// A success is one: everything this school wants is there.
fn truth(world: &World, school: &School, report: &RunReport) {
    if report.status != RunStatus::Success {
        return;
    }
    for item in wanted(school) {
        let there = things_of(world, school, &item);
        // What cannot be observed was told as accepted, once, when it was sent.
        assert!(there == 1 || accepted(school, &item.id), "success without {}", item.id);
    }
}

fn happen(story: &mut Story, event: &Event) {
    let world = &mut story.world;
    match event {
        Event::BackedUp => story.backup = Some(backed_up(world)),
        Event::PutBack { school } => {
            let Some(backup) = &story.backup else { return };
            restore(world, backup, school.map(|school| ["one", "two"][school]));
            story.put_back = true;
        }
        Event::Wants { school, people } => world.schools[*school].wants(desired(*school, people)),
        Event::Wait(ms) => world.clock.advance(*ms),
        Event::Set(by) => world.clock.set(*by),
        Event::Razed(which) => {
            let class = format!("class-{}-{}", which / 2, which % 2);
            world.up().things.retain(|_, thing| thing.natural != class);
            // Audits go by the wall: it is right again, and enough time has passed for any it was set to before.
            world.clock.right();
            world.clock.advance(600 * 3_600_000);
        }
        Event::Race { faults, fuse, seed } => {
            world.faults(faults);
            world.clock.set_fuse(*fuse);
            let reports = world.race(*seed);
            world.clock.set_fuse(0);
            world.faults(&[]);
            for (school, report) in world.schools.iter().zip(&reports) {
                report.iter().for_each(|report| truth(world, school, report));
            }
            never_twice(world);
        }
        Event::Run { school, faults, fuse, power, leap } => {
            world.faults(faults);
            world.clock.set_leap(*leap);
            world.clock.set_fuse(*fuse);
            let report = world.schools[*school].try_run(&Selection::default(), None);
            world.clock.set_leap(None);
            world.clock.set_fuse(0);
            world.faults(&[]);
            match (report, power) {
                (Some(report), _) => truth(world, &world.schools[*school], &report),
                // What a disk forgets is worked out from the commits since it was empty: of a restored one nothing.
                (None, Some(lost)) if !story.put_back => world.power_off(*lost),
                (None, _) => {}
            }
            never_twice(world);
        }
    }
}

/// At no moment is anything there twice.
fn never_twice(world: &World) {
    let up = world.up();
    let mut seen = BTreeSet::new();
    for thing in up.things.values() {
        assert!(seen.insert((thing.kind.clone(), thing.natural.clone())), "twice: {thing:?}");
    }
}

/// Is the item's fate told, rather than silently missing?
fn told(outcome: Option<&Outcome>) -> bool {
    matches!(
        outcome,
        Some(
            Outcome::InDoubt
                | Outcome::Decision(_)
                | Outcome::Blocked(_)
                | Outcome::Failed(_)
                | Outcome::NotConfirmed
                | Outcome::Accepted
        )
    )
}

/// A run, and where its plan is held, somebody who approves it.
fn run_with_approval(school: &School) -> RunReport {
    let report = school.run();
    let held = report.plan.as_ref().filter(|plan| plan.hold.is_some()).map(|plan| plan.hash.clone());
    held.map_or(report, |hash| school.approved(&hash))
}

/// Peace: no faults, time enough, both schools run until nothing changes.
fn settle(world: &World) -> Vec<RunReport> {
    let mut reports = Vec::new();
    for _ in 0..4 {
        world.clock.advance(DEADLINE + SETTLE);
        reports = world.schools.iter().map(run_with_approval).collect();
        for (school, report) in world.schools.iter().zip(&reports) {
            truth(world, school, report);
        }
    }
    reports
}

fn in_the_end(story: &Story, reports: &[RunReport]) {
    let world = &story.world;
    never_twice(world);
    for (school, report) in world.schools.iter().zip(reports) {
        for item in wanted(school) {
            let count = things_of(world, school, &item);
            let outcome = outcome(report, &item.id);
            // A message whose fate nobody can look up is a question for a person; all else must have arrived.
            let open = &*item.id.kind == "letter" && (told(outcome.as_ref()) || accepted(school, &item.id));
            assert!(count == 1 || (count == 0 && open), "{} is there {count} times: {outcome:?}", item.id);
        }
    }
    // What was made after a backup, and is wanted no more once that was put back, nobody can know of.
    if story.put_back {
        return;
    }
    let all: BTreeSet<String> =
        world.schools.iter().flat_map(wanted).map(|item| item.id.key.to_string()).collect();
    let up = world.up();
    for thing in up.things.values().filter(|thing| thing.kind == "person" && !all.contains(&thing.natural)) {
        let id = ItemRef::new("person", thing.natural.as_str());
        let doubt = reports.iter().any(|report| told(outcome(report, &id).as_ref()));
        assert!(doubt, "nobody wants {} any more, and nobody is asked", thing.natural);
    }
}

/// The upstream said yes: all that can be known of a message.
fn accepted(school: &School, id: &ItemRef) -> bool {
    school
        .ledger(&id.kind, &id.key)
        .is_some_and(|entry| entry.state == exchange::model::LedgerState::Accepted)
}

/// The same worlds every time, unless more of them are asked for with `EXCHANGE_CASES`: then others each time. Which
/// ones is shown when one fails, for `EXCHANGE_SEED`.
fn seed() -> RngSeed {
    let fresh = std::collections::hash_map::RandomState::new().hash_one(0);
    let unasked = if std::env::var_os("EXCHANGE_CASES").is_some() { fresh } else { 57 };
    let seed = std::env::var("EXCHANGE_SEED").ok().map_or(unasked, |seed| seed.parse().expect("a number"));
    println!("EXCHANGE_SEED={seed} EXCHANGE_CASES={}", cases());
    RngSeed::Fixed(seed)
}

fn cases() -> u32 {
    std::env::var("EXCHANGE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(128)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), rng_seed: seed(), max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_item_is_there_once(events in prop::collection::vec(event(), 1..12)) {
        let mut story = Story::new();
        for (school, place) in story.world.schools.iter().zip(0..) {
            school.wants(desired(place, &[(0, 0), (1, 1), (place as u8 + 2, 0)]));
        }
        events.iter().for_each(|event| happen(&mut story, event));
        let reports = settle(&story.world);
        in_the_end(&story, &reports);
    }

    #[test]
    fn a_run_killed_anywhere_goes_on_where_it_was(
        fuse in 1..500_i64,
        faults in prop::collection::vec(fault(), 0..4),
        power in prop::option::of(0..4_usize),
        leap in prop::option::of((0..400_u64, set()).prop_map(|(steps, by)| Leap { steps, by })),
    ) {
        let mut story = Story::new();
        for (school, place) in story.world.schools.iter().zip(0..) {
            school.wants(desired(place, &[(0, 0), (1, 1), (2, 0)]));
        }
        happen(&mut story, &Event::Run { school: 0, faults, fuse, power, leap });
        let reports = settle(&story.world);
        in_the_end(&story, &reports);
        prop_assert!(reports.iter().all(|report| report.status != RunStatus::Failed));
    }
}
