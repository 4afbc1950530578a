//! Every fault of the stand-in × every phase of a run: what the run says of it, and that nothing is lost or doubled.
//!
//! `docs/fault-matrix.md` is the expectation, row by row; people read it, too. `UPDATE_EXPECT=1` writes it anew from
//! what happens, for somebody to read before it is committed.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::{fs, panic, thread};

use serde_json::{Value, json};

use crate::compare::{list, nobody_twice, text};
use crate::school::{school, there_by_hand};
use crate::world::{TASK, World};

/// Rows that are tried at once: most of a row is waiting.
const AT_ONCE: usize = 4;
/// Runs after the fault is over; the first may still have to wait until the other side has settled.
const RUNS_AFTER: usize = 3;

/// Nobody can tell it from "nothing is stored": what is accepted and missing after the time that the connector declares
/// is sent again.
const BEYOND: &str = "shown a minute late, beyond what the connector declares";

/// Where in a run a fault strikes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The list of classes, which comes whole.
    Listing,
    /// Looking for a person by name.
    Looking,
    /// Sending persons.
    Writing,
    /// Reading back what was sent.
    Confirming,
}

const PHASES: [(&str, Phase); 4] = [
    ("listing", Phase::Listing),
    ("looking", Phase::Looking),
    ("writing", Phase::Writing),
    ("confirming", Phase::Confirming),
];

impl Phase {
    fn requests(self) -> Value {
        let (method, template) = match self {
            Self::Listing => ("GET", "/v2/schools/{school}/edu-groups"),
            Self::Looking => ("GET", "/v2/persons/search"),
            Self::Writing => ("POST", "/contingent/v1/schools/{school}/persons"),
            Self::Confirming => ("GET", "/v2/persons/{person}"),
        };
        json!({"method": method, "template": template})
    }
}

/// What an effect can befall.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Befalls {
    Everything,
    Lists,
    Writes,
}

impl Befalls {
    fn fits(self, phase: Phase) -> bool {
        match self {
            Self::Everything => true,
            Self::Lists => phase == Phase::Listing,
            Self::Writes => phase == Phase::Writing,
        }
    }
}

/// The stand-in's faults, in the words of the table.
fn faults() -> Vec<(&'static str, Befalls, Value)> {
    use Befalls::{Everything, Lists, Writes};
    let status = |status: u16| json!({"kind": "status", "status": status});
    vec![
        ("slower than the time-out", Everything, json!({"kind": "latency", "ms": 3_000})),
        ("429 with Retry-After", Everything, json!({"kind": "status", "status": 429, "retryAfterS": 1})),
        ("433 without Retry-After", Everything, status(433)),
        ("503", Everything, status(503)),
        ("503 as a page of HTML", Everything, json!({"kind": "status", "status": 503, "html": true})),
        ("500", Everything, status(500)),
        ("500 though it was stored", Writes, json!({"kind": "status", "status": 500, "stored": true})),
        ("reset before it is processed", Everything, json!({"kind": "resetBefore"})),
        ("reset after it was processed", Everything, json!({"kind": "resetAfter"})),
        ("reset in the middle of the answer", Everything, json!({"kind": "resetMidAnswer"})),
        ("half an answer with 200", Everything, json!({"kind": "truncatedJson"})),
        ("a page of HTML with 200", Everything, json!({"kind": "htmlPage"})),
        ("a page of HTML with 200, stored", Writes, json!({"kind": "htmlPage", "stored": true})),
        ("the answer is lost", Everything, json!({"kind": "loseAnswer"})),
        ("half of it is stored, then reset", Writes, json!({"kind": "partialBatch", "items": 1})),
        (
            "half of it is stored, then 500",
            Writes,
            json!({"kind": "partialBatch", "items": 1, "status": 500}),
        ),
        ("200 and nothing is stored", Writes, json!({"kind": "storeNothing"})),
        ("shown a second late", Writes, json!({"kind": "visibleAfter", "ms": 1_000})),
        (BEYOND, Writes, json!({"kind": "visibleAfter", "ms": 60_000})),
        ("stored a second after a disconnect", Writes, json!({"kind": "storeAfterDisconnect", "ms": 1_000})),
        ("one is missing", Lists, json!({"kind": "listing", "change": "missing"})),
        ("one comes twice", Lists, json!({"kind": "listing", "change": "repeated"})),
        ("pages shift", Lists, json!({"kind": "listing", "change": "shift"})),
        ("the token is revoked", Everything, json!({"kind": "revokeToken"})),
        ("the rights are withdrawn", Everything, json!({"kind": "withdrawRights"})),
    ]
}

/// One row's question.
#[derive(Clone)]
struct Case {
    fault: &'static str,
    effect: Value,
    phase: (&'static str, Phase),
    once: bool,
}

fn cases() -> Vec<Case> {
    let of_fault = |(fault, befalls, effect): (&'static str, Befalls, Value)| {
        let phases = PHASES.into_iter().filter(move |(_, phase)| befalls.fits(*phase));
        phases.flat_map(move |phase| {
            let effect = effect.clone();
            [true, false].map(|once| Case { fault, effect: effect.clone(), phase, once })
        })
    };
    faults().into_iter().flat_map(of_fault).collect()
}

/// A child whom nobody made by hand, with two parents who are nobody else's.
fn child() -> &'static str {
    let expected = &school().expected;
    let parents = |child: &str| {
        let relations = expected.relations.iter().filter(|relation| relation.child == child);
        relations.map(|relation| relation.guardian.as_str()).collect::<Vec<_>>()
    };
    let single = |guardian: &&str| {
        let relations = expected.relations.iter().filter(|relation| relation.guardian == **guardian);
        relations.count() == 1 && there_by_hand(guardian).is_none()
    };
    let fits = |id: &str, class: &str| {
        let parents = parents(id);
        parents.len() == 2
            && parents.iter().all(single)
            && [id, class].into_iter().all(|ours| there_by_hand(ours).is_none())
    };
    let child = expected.pupils.iter().find(|pupil| fits(&pupil.id, &pupil.class));
    &child.expect("such a child").id
}

fn send_child(world: &World) -> (i32, Value) {
    let ended = world.run(&["run", TASK, "--persons", child(), "--json"]);
    (ended.code.expect("no signal"), ended.json())
}

/// The row that a case gives.
fn tried(case: &Case) -> String {
    let world = World::bound();
    let mut matching = case.phase.1.requests();
    if case.once {
        matching["nth"] = json!(1);
    }
    world.fault(matching, case.effect.clone());
    let (code, run) = send_child(&world);
    nobody_twice(&world.state());
    world.heal();
    let counts = |name: &str| run["counts"][name].as_u64().unwrap_or_default();
    let arrived = counts("applied") + counts("adopted");
    let numbers =
        [arrived, counts("in_doubt"), counts("not_confirmed"), counts("failed"), counts("decisions")];
    let numbers = numbers.map(|number| if number == 0 { String::new() } else { number.to_string() });
    let often = if case.once { "once" } else { "always" };
    let title = run["title"].as_str().expect("a title");
    let after = after(&world, case.fault == BEYOND);
    format!(
        "| {} | {} | {often} | {code} {title} | {} | {after} |",
        case.fault,
        case.phase.0,
        numbers.join(" | ")
    )
}

/// What happens when the fault is over.
fn after(world: &World, may_double: bool) -> String {
    for run in 1..=RUNS_AFTER {
        let (code, told) = send_child(world);
        if code == 0 && may_double {
            return format!("{run}, twice there");
        }
        if code == 0 {
            is_there_once(world);
            return format!("{run}");
        }
        // Nothing is wrong over there any more: what still fails needs somebody.
        if [1, 4].contains(&code) {
            assert!(told["reason"].is_string(), "{told:#}");
            return "a person".to_owned();
        }
    }
    panic!("not done after {RUNS_AFTER} runs")
}

/// The child, the parents and the links, each once.
#[track_caller]
fn is_there_once(world: &World) {
    let state = world.state();
    nobody_twice(&state);
    let expected = &school().expected;
    let pupil = expected.pupils.iter().find(|pupil| pupil.id == child()).expect("the child");
    let there = list(&state, "persons").iter().filter(|person| {
        text(person, "birthday") == pupil.person.birth_date.to_string()
            && text(person, "lastName") == pupil.person.last_name
            && text(person, "firstName") == pupil.person.first_name
    });
    let ids: Vec<&str> = there.map(|person| text(person, "id")).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let links = |what: &str, member: &str| {
        list(&state, what).iter().filter(|record| text(record, member) == ids[0]).count()
    };
    let there =
        [links("memberships", "person"), links("eduGroupMemberships", "person"), links("relatives", "child")];
    assert_eq!(there, [1, 1, 2]);
}

/// A row that broke what holds for all of them.
fn broken(case: &Case, said: &(dyn Any + Send)) -> String {
    let said = said.downcast_ref::<String>().map(String::as_str).or(said.downcast_ref::<&str>().copied());
    let often = if case.once { "once" } else { "always" };
    format!("| {} | {} | {often} | broken: {} |", case.fault, case.phase.0, said.unwrap_or("a panic"))
}

/// All rows, several at once, in the order of the cases.
fn all_tried(cases: &[Case]) -> Vec<String> {
    let waiting = Mutex::new(cases.iter().enumerate());
    let rows = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().expect("nobody panicked").next();
                    let Some((place, case)) = next else { break };
                    // One row's panic must not hide the others.
                    let row = panic::catch_unwind(|| tried(case)).unwrap_or_else(|said| broken(case, &*said));
                    rows.lock().expect("nobody panicked").insert(place, row);
                }
            });
        }
    });
    rows.into_inner().expect("nobody panicked").into_values().collect()
}

fn document() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/fault-matrix.md")
}

/// The rows of the table after its head.
fn rows_of(document: &str) -> Vec<&str> {
    document
        .lines()
        .skip_while(|line| !line.starts_with("|--"))
        .skip(1)
        .take_while(|l| l.starts_with('|'))
        .collect()
}

fn compare(cases: &[Case], all: bool) {
    let text = fs::read_to_string(document()).expect("the table");
    let rows = all_tried(cases);
    if all && std::env::var_os("UPDATE_EXPECT").is_some() {
        let old = rows_of(&text).join("\n");
        fs::write(document(), text.replace(&old, &rows.join("\n"))).expect("it is written");
        return;
    }
    let known = rows_of(&text);
    let mut wrong = String::new();
    for row in rows.iter().filter(|row| !known.contains(&row.as_str())) {
        writeln!(wrong, "{row}").expect("a text");
    }
    assert!(wrong.is_empty(), "not in docs/fault-matrix.md:\n{wrong}");
    assert!(
        !all || known.len() == rows.len(),
        "the table has {} rows, and there are {}",
        known.len(),
        rows.len()
    );
}

#[test]
fn faults_that_strike_writing_once_come_out_as_the_table_says() {
    let cases: Vec<Case> =
        cases().into_iter().filter(|case| case.once && case.phase.1 == Phase::Writing).collect();
    compare(&cases, false);
}

#[test]
#[ignore = "long: every fault in every phase"]
fn every_fault_in_every_phase_comes_out_as_the_table_says() {
    compare(&cases(), true);
}
