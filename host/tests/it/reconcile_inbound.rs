//! Inbound kinds: what becomes of the school's own records, and of what somebody else does to them.

use exchange::model::item::{OutputRef, Value};
use exchange::model::records::{Identifier, Lesson, LessonMode, Record, RecordRef, RecordType};
use exchange::model::setup::{Changes, Threshold};
use exchange::model::*;
use exchange::reconcile::{self, RunReport, Since, Undone};
use exchange::store::{ImportMode, LaneStore, RecordStore};

use super::reconcile_fake::*;
use super::store_conformance::load;

fn outcome(report: &RunReport, kind: &str, key: &str) -> Option<Outcome> {
    report.outcome(&ItemRef::new(kind, key)).map(|row| row.outcome)
}

fn lesson(id: &str, link: Option<&str>) -> Lesson {
    Lesson {
        id: id.into(),
        journal_id: "j".into(),
        starts: START,
        ends: START + 2_700_000,
        teacher_id: None,
        mode: LessonMode::VideoCall,
        published: true,
        cancelled: false,
        call_link: link.map(str::to_owned),
        topic: Some("Дроби".into()),
        homework: None,
    }
}

fn import(world: &World, mode: ImportMode, records: Vec<Record>) {
    let store = &*world.one().store;
    let lane = store.take_lane("import", START).unwrap();
    load(store, lane.fence(), records, mode).unwrap();
}

fn lessons(world: &World, lessons: Vec<Lesson>) {
    import(world, ImportMode::Replace, lessons.into_iter().map(Record::Lesson).collect());
}

fn stored(world: &World, id: &str) -> Option<Lesson> {
    let json = world.one().store.get(RecordType::Lesson, id).unwrap()?;
    Some(serde_json::from_str(&json).unwrap())
}

fn link(world: &World, id: &str) -> Option<String> {
    stored(world, id).unwrap().call_link
}

fn call(name: &str) -> Item {
    Item { gone: WhenGone::Remove, ..named("call", name) }
}

fn lesson_link(id: &str, value: Value) -> Item {
    Item { gone: WhenGone::Remove, ..item("lesson-link", id, &[("call-link", value)]) }
}

fn of_call(id: &str) -> Item {
    let output = OutputRef { item: ItemRef::new("call", id), name: "join-link".into() };
    lesson_link(id, Value::Output(output))
}

fn calls(ids: &[&str]) -> Vec<(Scope, Vec<Item>)> {
    vec![(scope("s"), ids.iter().flat_map(|id| [of_call(id), call(id)]).collect())]
}

fn identifier(id: &str, value: &str) -> Record {
    let about = RecordRef { record_type: RecordType::Staff, id: format!("t-{id}") };
    Record::Identifier(Identifier { id: id.into(), about, system: "vk".into(), value: value.into() })
}

fn id(key: &str, value: &str) -> Item {
    let fields = [("system", Value::Text("vk".into())), ("value", Value::Text(value.into()))];
    let about = Some(RecordRef { record_type: RecordType::Staff, id: format!("t-{key}") });
    Item { about, gone: WhenGone::Remove, ..item("id", key, &fields) }
}

fn value(world: &World, id: &str) -> Option<String> {
    let json = world.one().store.get(RecordType::Identifier, id).unwrap()?;
    Some(serde_json::from_str::<Identifier>(&json).unwrap().value)
}

#[test]
fn s5_the_link_of_a_call_comes_into_its_lesson_and_leaves_with_it() {
    let world = World::new();
    lessons(&world, vec![lesson("l1", None), lesson("l2", None)]);
    world.one().wants(calls(&["l1"]));
    let plan = world.one().plan();
    let kinds: Vec<&str> = plan.lines.iter().map(|line| &*line.item.id.kind).collect();
    assert_eq!(kinds, ["call", "lesson-link"], "what is waited for comes first");
    assert_eq!(plan.lines[1].content[0].after, After::Later);

    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success, "{report:?}");
    let handle = world.one().ledger("call", "l1").unwrap().handle.unwrap();
    assert_eq!(stored(&world, "l1").unwrap(), lesson("l1", Some(&format!("https://call/{handle}"))));
    assert_eq!(stored(&world, "l2").unwrap(), lesson("l2", None));

    world.one().wants(calls(&[]));
    let plan = world.one().plan();
    let leaves = plan.lines.iter().find(|line| &*line.item.id.kind == "lesson-link").unwrap();
    assert_eq!(leaves.content[0].before.as_deref(), Some(&*format!("https://call/{handle}")));
    let report = world.one().run();
    assert_eq!(outcome(&report, "lesson-link", "l1"), Some(Outcome::Removed), "{report:?}");
    assert_eq!((link(&world, "l1"), world.count("call", "l1")), (None, 0));
    assert!(world.one().run().quiet);
}

#[test]
fn s5_a_link_that_somebody_else_changed_is_not_taken_away() {
    let world = World::new();
    lessons(&world, vec![lesson("l1", None)]);
    world.one().wants(calls(&["l1"]));
    world.one().run();
    lessons(&world, vec![lesson("l1", Some("https://own"))]);
    world.one().wants(calls(&[]));
    let report = world.one().run();
    assert_eq!(outcome(&report, "lesson-link", "l1"), Some(Outcome::Gone), "{report:?}");
    assert_eq!(link(&world, "l1").as_deref(), Some("https://own"));
}

#[test]
fn s5_a_link_given_as_a_text_needs_no_call_and_a_lesson_that_is_not_there_is_told() {
    let world = World::new();
    lessons(&world, vec![lesson("l1", None)]);
    let text = |id: &str| lesson_link(id, Value::Text("https://supplied".into()));
    world.one().wants(vec![(scope("s"), vec![text("l1"), text("nobody")])]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "lesson-link", "l1"), Some(Outcome::Applied));
    let why = Outcome::Failed(Message::new("host-lesson-unknown"));
    assert_eq!(outcome(&report, "lesson-link", "nobody"), Some(why));
    assert_eq!((report.status, stored(&world, "nobody")), (RunStatus::WithRemarks, None));
}

#[test]
fn s5_a_call_that_is_made_anew_brings_its_new_link() {
    let world = World::new();
    lessons(&world, vec![lesson("l1", None)]);
    world.one().wants(calls(&["l1"]));
    world.one().run();
    let before = link(&world, "l1");
    world.up().things.clear();
    world.one().wants(vec![(
        scope("s"),
        vec![
            of_call("l1"),
            item("call", "l1", &[("name", Value::Text("l1".into())), ("ends", Value::Text("later".into()))]),
        ],
    )]);
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success, "{report:?}");
    assert_ne!(link(&world, "l1"), before);
    let handle = world.one().ledger("call", "l1").unwrap().handle.unwrap();
    assert_eq!(link(&world, "l1"), Some(format!("https://call/{handle}")));
}

#[test]
fn an_output_that_is_not_known_is_waited_for() {
    let world = World::new();
    lessons(&world, vec![lesson("l1", None)]);
    world.up().no_links = true;
    world.one().wants(calls(&["l1"]));
    let report = world.one().run();
    assert!(matches!(outcome(&report, "lesson-link", "l1"), Some(Outcome::Waiting(_))), "{report:?}");
    assert!(!world.one().run().quiet, "it is tried again");
    world.up().no_links = false;
    world.one().touch();
    world.clock.advance(300 * 3_600_000);
    world.one().run();
    assert_eq!(link(&world, "l1"), None, "{:?}", world.one().ledger("call", "l1"));
}

#[test]
fn an_import_of_files_neither_drops_identifiers_of_runs_nor_empties_links() {
    let world = World::new();
    lessons(&world, vec![lesson("l1", None)]);
    import(&world, ImportMode::Add, vec![identifier("file", "1")]);
    let mut wants = calls(&["l1"]);
    wants[0].1.push(id("run", "2"));
    world.one().wants(wants);
    world.one().run();
    let written = link(&world, "l1").unwrap();

    // The next export of the school: it knows neither.
    let moved = Lesson { topic: Some("Проценты".into()), ..lesson("l1", None) };
    lessons(&world, vec![moved.clone()]);
    import(&world, ImportMode::Replace, vec![identifier("other", "4")]);
    assert_eq!(stored(&world, "l1").unwrap(), Lesson { call_link: Some(written.clone()), ..moved });
    assert_eq!((value(&world, "run").as_deref(), value(&world, "file")), (Some("2"), None));
    assert_eq!(world.one().run().status, RunStatus::Success);

    // Files that say otherwise are believed; the next run sees it and puts it right, as the task says.
    import(&world, ImportMode::Replace, vec![identifier("run", "3")]);
    lessons(&world, vec![lesson("l1", Some("https://own"))]);
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success, "{report:?}");
    assert_eq!((value(&world, "run").as_deref(), link(&world, "l1")), (Some("2"), Some(written)));
}

#[test]
fn what_somebody_changed_in_a_record_is_told_where_the_task_only_tells() {
    let mut world = World::new();
    world.schools[0].env.task.changes = Changes::Report;
    world.one().wants(vec![(scope("s"), vec![id("a", "1")])]);
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert!(world.one().run().quiet);
    import(&world, ImportMode::Replace, vec![identifier("a", "9")]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "id", "a"), Some(Outcome::Differs(vec!["value".into()])), "{report:?}");
    assert_eq!(value(&world, "a").as_deref(), Some("9"));
    let plan = world.one().plan();
    let shown = &plan.lines[0].content;
    assert_eq!((shown.len(), &*shown[0].field, shown[0].before.as_deref()), (1, "value", Some("9")));
    assert_eq!(shown[0].after, After::Text("1".into()));
}

#[test]
fn s3_an_identifier_leaves_when_the_portal_no_longer_has_it_unless_somebody_changed_it() {
    let world = World::new();
    import(&world, ImportMode::Add, vec![identifier("known", "7")]);
    world.one().wants(vec![(scope("s"), vec![id("a", "1"), id("b", "2"), id("known", "7")])]);
    world.one().run();
    import(&world, ImportMode::Add, vec![identifier("b", "5")]);
    world.one().wants(vec![(scope("s"), vec![])]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "id", "a"), Some(Outcome::Removed), "{report:?}");
    assert_eq!(outcome(&report, "id", "b"), Some(Outcome::Gone));
    assert_eq!(outcome(&report, "id", "known"), Some(Outcome::Gone), "no run wrote it");
    assert_eq!((value(&world, "a"), value(&world, "b").as_deref()), (None, Some("5")));
    assert_eq!(value(&world, "known").as_deref(), Some("7"));
    let images = world.one().store.before_images(report.run.unwrap().number).unwrap();
    assert_eq!((images.len(), images[0].json.is_some()), (1, true));
}

#[test]
fn mass_changes_of_identifiers_wait_for_a_person() {
    let mut world = World::new();
    let few = Threshold { share: 0.2, rows: 3 };
    let holds = &mut world.schools[0].env.task.holds;
    (holds.change, holds.remove, holds.add) = (few, few, few);
    let all = |value: &str, count: usize| -> Vec<(Scope, Vec<Item>)> {
        vec![(scope("s"), (0..count).map(|n| id(&format!("t{n}"), value)).collect())]
    };
    world.one().wants(all("1", 10));
    assert_eq!(
        world.one().run().status,
        RunStatus::Success,
        "the first time there is nothing to compare with"
    );
    for (wants, code) in [
        (all("2", 10), "host-hold-change"),
        (all("1", 2), "host-hold-remove"),
        (all("1", 20), "host-hold-add"),
    ] {
        world.one().wants(wants);
        let report = world.one().run();
        assert_eq!((report.status, report.reason.unwrap().code.as_str()), (RunStatus::Waiting, code));
        assert_eq!(value(&world, "t9").as_deref(), Some("1"));
    }
}

fn undo(world: &World, run: u64) -> Vec<Undone> {
    let store = &world.one().store;
    let lane = store.take_lane("undo", START).unwrap();
    reconcile::undo(&world.one().env, Some(&lane), run).unwrap()
}

fn number(report: &RunReport) -> u64 {
    report.run.as_ref().unwrap().number
}

#[test]
fn s3_a_run_is_undone_and_not_done_again_until_its_content_changes() {
    let world = World::new();
    lessons(&world, vec![lesson("l1", None)]);
    world.one().wants(vec![(scope("s"), vec![id("a", "1"), id("b", "1"), id("gone", "1")])]);
    world.one().run();
    let mut wants = calls(&["l1"]);
    wants[0].1.extend([id("a", "2"), id("b", "1"), id("new", "3")]);
    world.one().wants(wants.clone());
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success, "{report:?}");
    let run = number(&report);

    let shown = reconcile::undo(&world.one().env, None, run).unwrap();
    assert_eq!(shown.len(), 4, "{shown:?}");
    assert!(shown.iter().all(|record| record.since.is_none()));
    assert_eq!(value(&world, "a").as_deref(), Some("2"), "only shown");
    undo(&world, run);
    let values = ["a", "b", "gone", "new"].map(|id| value(&world, id));
    assert_eq!(values, [Some("1".into()), Some("1".into()), Some("1".into()), None]);
    assert_eq!(stored(&world, "l1").unwrap(), lesson("l1", None));
    assert_eq!(undo(&world, run), [], "once");

    // Neither the next run nor one after a change elsewhere does it again.
    for _ in 0..2 {
        world.one().touch();
        let report = world.one().run();
        assert_eq!(report.status, RunStatus::WithRemarks);
        for (kind, key) in [("id", "a"), ("id", "new"), ("lesson-link", "l1")] {
            let row = report.outcome(&ItemRef::new(kind, key)).unwrap();
            assert!(matches!(row.outcome, Outcome::Differs(_)), "{row:?}");
            assert_eq!(row.remarks, [Message::new("host-undone")]);
        }
        assert_eq!((value(&world, "a").as_deref(), value(&world, "new")), (Some("1"), None));
        assert_eq!(link(&world, "l1"), None);
    }
    assert!(world.one().run().quiet, "and nobody is asked");

    // New content is new.
    wants[0].1.retain(|item| *item.id.kind != *"id");
    wants[0].1.extend([id("a", "4"), id("b", "1"), id("new", "5")]);
    world.up().things.clear();
    wants[0].1.push(item(
        "call",
        "l1",
        &[("name", Value::Text("l1".into())), ("ends", Value::Text("later".into()))],
    ));
    wants[0].1.retain(|item| !(*item.id.kind == *"call" && item.fields.len() == 1));
    world.one().wants(wants);
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success, "{report:?}");
    assert_eq!((value(&world, "a").as_deref(), value(&world, "new").as_deref()), (Some("4"), Some("5")));
    assert!(link(&world, "l1").is_some(), "another call, another link");
}

#[test]
fn s3_what_changed_since_a_run_is_not_undone() {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![id("a", "1"), id("b", "1"), id("c", "1")])]);
    let first = number(&world.one().run());
    world.one().wants(vec![(scope("s"), vec![id("a", "1"), id("b", "2"), id("c", "1")])]);
    let second = number(&world.one().run());
    import(&world, ImportMode::Add, vec![identifier("c", "9")]);

    let undone = undo(&world, first);
    let since: Vec<(&str, Option<Since>)> =
        undone.iter().map(|record| (record.id.as_str(), record.since)).collect();
    assert_eq!(since, [("a", None), ("b", Some(Since::Run(second))), ("c", Some(Since::Import))]);
    let values = ["a", "b", "c"].map(|id| value(&world, id));
    assert_eq!(values, [None, Some("2".into()), Some("9".into())]);
    // Back where the first run had left it, that one can be undone, too.
    undo(&world, second);
    assert_eq!(value(&world, "b").as_deref(), Some("1"));
    undo(&world, first);
    assert_eq!(value(&world, "b"), None);
}

#[test]
fn s3_what_was_undone_and_is_no_longer_wanted_is_forgotten_without_a_word() {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![id("a", "1")])]);
    let run = number(&world.one().run());
    undo(&world, run);
    world.one().wants(vec![(scope("s"), vec![])]);
    let report = world.one().run();
    assert_eq!((report.status, report.outcomes.len()), (RunStatus::Success, 0), "{report:?}");
    assert!(world.one().ledger("id", "a").is_none());
    // Somebody enters by hand what was undone: it is there, and all is well.
    world.one().wants(vec![(scope("s"), vec![id("b", "1")])]);
    undo(&world, number(&world.one().run()));
    import(&world, ImportMode::Add, vec![identifier("b", "1")]);
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert_eq!(world.one().ledger("id", "b").unwrap().state, LedgerState::Confirmed);
}
