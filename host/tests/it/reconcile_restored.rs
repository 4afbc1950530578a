//! A school that came from a backup goes on: nothing is made twice, nothing is lost, nothing of the past is sent again.

use exchange::model::item::Value;
use exchange::model::setup::Changes;
use exchange::model::*;
use exchange::reconcile::RunReport;
use exchange::store::backup::{Source, Wish, back_up, put_back};
use exchange::store::{Answer, DecisionStore, JournalStore, KeepStore, LaneStore, Question, Sending};

use super::reconcile_fake::*;

const KEY: [u8; 32] = [1; 32];

fn people(names: &[&str]) -> Vec<(Scope, Vec<Item>)> {
    let mut items = vec![named("class", "5A")];
    items.extend(names.iter().map(|name| named("person", name)));
    items.extend(names.iter().map(|name| member(&format!("m-{name}"), "5A", name)));
    vec![(scope("5A"), items)]
}

fn letters(names: &[&str]) -> Vec<(Scope, Vec<Item>)> {
    vec![(scope("letters"), names.iter().map(|name| named("letter", name)).collect())]
}

pub(crate) fn backed_up(world: &World) -> tempfile::TempDir {
    let folder = folder();
    let now = world.clock.peek();
    let source = Source { data: world.data(), key: &KEY.into(), school: None, settings: vec![], now };
    let (manifest, failed) = back_up(&source, &folder.path().join("backup")).unwrap();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!((manifest.schools().len(), manifest.whole), (2, true));
    folder
}

pub(crate) fn restore(world: &World, backup: &tempfile::TempDir, school: Option<&str>) {
    let school = school.map(SchoolId::from);
    let from = backup.path().join("backup");
    let now = world.clock.peek();
    put_back(&Wish { data: world.data(), key: &KEY.into(), from: &from, school: school.as_ref(), now })
        .unwrap();
}

fn end(world: &World) {
    let store = &world.one().store;
    let lane = store.take_lane("restore", START).unwrap();
    store.remember_restored(lane.fence(), None).unwrap();
}

fn outcome(report: &RunReport, kind: &str, key: &str) -> Outcome {
    report.outcome(&ItemRef::new(kind, key)).map_or(Outcome::Unchanged, |row| row.outcome.clone())
}

#[test]
fn what_was_made_after_the_backup_is_found_again_and_not_made_twice() {
    for school in [None, Some("one")] {
        let world = World::new();
        world.one().wants(people(&["a", "b"]));
        world.one().run();
        let backup = backed_up(&world);
        world.one().wants(people(&["b", "c", "d"]));
        assert_eq!(world.one().run().status, RunStatus::Success);
        let things = world.things();

        restore(&world, &backup, school);
        assert!(world.one().ledger("person", "c").is_none(), "as at the time of the backup");
        assert_eq!(world.one().ledger("person", "a").unwrap().confirmed, None);
        world.one().wants(people(&["b", "c", "d", "e"]));
        let report = world.one().run();
        assert_eq!(report.status, RunStatus::Success, "{report:?}");
        assert_eq!(outcome(&report, "person", "c"), Outcome::Adopted);
        assert_eq!(outcome(&report, "person", "e"), Outcome::Applied);
        assert_eq!(world.things(), things + 2, "one person more, and its membership");
        for name in ["a", "b", "c", "d", "e"] {
            assert_eq!(world.count("person", name), 1, "{name}");
        }
        assert!(world.one().ledger("person", "b").unwrap().confirmed.is_some(), "looked at again");
        end(&world);
        assert!(world.one().run().quiet);
    }
}

#[test]
fn what_was_removed_and_changed_after_the_backup_is_noticed() {
    let mut world = World::new();
    world.schools[0].env.task.changes = Changes::Update;
    let phone = |phone: &str| {
        let fields = [("name", Value::Text("a".into())), ("phone", Value::Text(phone.into()))];
        vec![(scope("5A"), vec![named("class", "5A"), item("person", "a", &fields)])]
    };
    world.one().wants(phone("1"));
    world.one().run();
    let backup = backed_up(&world);
    world.one().wants(phone("2"));
    world.one().run();
    let handle: u64 = world.one().ledger("class", "5A").unwrap().handle.unwrap().parse().unwrap();
    world.up().things.remove(&handle);

    restore(&world, &backup, None);
    let writes = world.writes();
    world.one().wants(phone("2"));
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success, "{report:?}");
    assert_eq!(world.writes(), writes + 1, "the class is made again; the phone is as it should be");
    assert_eq!((world.count("class", "5A"), world.count("person", "a")), (1, 1));
}

#[test]
fn letters_of_the_past_are_asked_about_and_never_sent_again() {
    let world = World::new();
    world.one().wants(letters(&["one"]));
    world.one().run();
    let backup = backed_up(&world);
    world.one().wants(letters(&["one", "two", "three"]));
    world.one().run();
    let writes = world.writes();

    restore(&world, &backup, None);
    world.one().wants(letters(&["one", "two", "three", "four"]));
    let report = world.one().run();
    assert_eq!((report.status, world.writes()), (RunStatus::Waiting, writes));
    let open = world.one().store.decisions(None, true).unwrap();
    let asked: Vec<&str> = open.iter().map(|decision| &*decision.ask.item.key).collect();
    assert_eq!(asked, ["four", "three", "two"], "and not about what the ledger knows");
    assert!(open.iter().all(|decision| decision.ask.question == Question::Arrived));
    for decision in &open {
        let sent = &*decision.ask.item.key != "four";
        let answer = if sent { Answer::Adopt(String::new()) } else { Answer::Create };
        world.one().answer(decision.number, &answer);
    }
    // Answers count whether or not being restored has ended meanwhile.
    end(&world);
    world.one().run();
    assert_eq!(world.writes(), writes + 1);
    for name in ["one", "two", "three", "four"] {
        assert_eq!(world.count("letter", name), 1, "{name}");
    }
    world.one().wants(letters(&["one", "two", "three", "four", "five"]));
    world.one().run();
    assert_eq!(world.count("letter", "five"), 1, "what is new goes by itself again");
}

#[test]
fn a_letter_that_could_not_be_sent_before_is_not_asked_about() {
    let world = World::new();
    world.one().wants(letters(&[]));
    world.one().run();
    let backup = backed_up(&world);
    restore(&world, &backup, None);
    let from = world.clock.peek() + 60_000;
    let mut letter = named("letter", "later");
    letter.window = Some(exchange::model::item::TimeWindow { not_before: Some(from), not_after: None });
    world.one().wants(vec![(scope("letters"), vec![letter])]);
    world.one().run();
    world.clock.advance(120_000);
    assert_eq!(outcome(&world.one().run(), "letter", "later"), Outcome::Accepted);
    assert_eq!(world.count("letter", "later"), 1);
}

#[test]
fn what_is_still_on_its_way_is_waited_for() {
    let mut world = World::new();
    world.one().wants(people(&["a"]));
    world.one().run();
    let backup = backed_up(&world);
    world.schools[0].env.task.patience_s = 0;
    world.one().wants(people(&["a", "b"]));
    world.faults(&[Fault::Delayed(4_000)]);
    world.one().run();
    assert_eq!(world.count("person", "b"), 0, "on its way");

    restore(&world, &backup, None);
    world.one().wants(people(&["a", "b"]));
    let report = world.one().run();
    assert_ne!(report.status, RunStatus::Success, "absent now says nothing yet");
    assert_eq!(outcome(&report, "person", "b"), Outcome::InDoubt);
    world.schools[0].env.task.patience_s = 120;
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert_eq!((world.count("person", "b"), world.things()), (1, 5));
}

#[test]
fn a_doubt_of_the_backup_that_has_ended_since_is_no_reason_to_send_again() {
    let mut world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("person", "a")])]);
    world.schools[0].env.task.patience_s = 0;
    world.faults(&[Fault::Lost]);
    world.one().run();
    assert_eq!(world.one().ledger("person", "a").unwrap().state, LedgerState::InDoubt);
    let backup = backed_up(&world);
    world.clock.advance(60_000);
    // The old host found it missing, and sends it again: on its way when the machine dies.
    world.faults(&[Fault::Delayed(4_000)]);
    world.one().run();
    restore(&world, &backup, None);
    world.schools[0].env.task.patience_s = 120;
    world.one().touch();
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert_eq!(world.count("person", "a"), 1);
}

#[test]
fn a_write_that_was_under_way_when_the_backup_was_made_is_in_doubt() {
    let world = World::new();
    let one = world.one();
    let lane = one.store.take_lane("run", START).unwrap();
    let item = ItemRef::new("person", "a");
    let (sent, until) = (START - 2_000, START - 1_000);
    let doubt = Doubt { action: Action::Create, token: "t".into(), sent, until, scale: None };
    let unknown = LedgerEntry::unknown(item.clone());
    let doubts = [LedgerEntry { state: LedgerState::InDoubt, doubt: Some(doubt), ..unknown }];
    let sending = Sending { run: None, operation: "add", items: &[item], doubts: &[&doubts[0]], sent, until };
    one.store.journal_sent(lane.fence(), &one.env.task.id, &sending).unwrap();
    let backup = backed_up(&world);
    drop(lane);
    restore(&world, &backup, None);
    let known = world.one().ledger("person", "a").unwrap();
    assert_eq!(known.state, LedgerState::InDoubt);
    assert_eq!(known.doubt.unwrap().until, world.clock.peek(), "it may have arrived until now");
}

#[test]
fn answers_and_approvals_of_the_past_do_not_count_again() {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("blind", "a")])]);
    world.faults(&[Fault::Lost]);
    world.one().run();
    world.one().run();
    let number = world.one().store.decisions(None, true).unwrap()[0].number;
    world.one().answer(number, &Answer::Create);
    let backup = backed_up(&world);
    world.one().run();
    assert_eq!(world.count("blind", "a"), 1);
    restore(&world, &backup, None);
    world.one().touch();
    assert_eq!(world.one().run().status, RunStatus::Waiting, "asked anew");
    assert_eq!(world.count("blind", "a"), 1);
}

#[test]
fn a_plan_by_the_records_of_the_backup_waits_for_a_person() {
    let world = World::new();
    world.one().wants(people(&["a"]));
    world.one().run();
    let backup = backed_up(&world);
    restore(&world, &backup, None);
    *world.one().fake.desired.lock().unwrap() = people(&["a", "b"]);
    let writes = world.writes();
    let report = world.one().run();
    assert_eq!((report.status, world.writes()), (RunStatus::Waiting, writes));
    let plan = report.plan.unwrap();
    assert_eq!(plan.hold.unwrap().reason.code, "host-hold-restored");
    assert_eq!(world.one().approved(&plan.hash).status, RunStatus::Success);
    assert_eq!(world.count("person", "b"), 1);
    assert_eq!(world.one().store.restored().unwrap().unwrap().records, None);
    *world.one().fake.desired.lock().unwrap() = people(&["a", "b", "c"]);
    world.one().touch();
    assert_eq!(world.one().run().status, RunStatus::Success, "let go once");
}

/// Somebody whom two schools share.
fn shared(name: &str) -> Item {
    Item { identity: Some(name.into()), gone: WhenGone::Remove, ..named("person", name) }
}

#[test]
fn what_another_school_may_hold_is_not_removed_while_it_catches_up() {
    let world = World::new();
    let two = &world.schools[1];
    two.wants(vec![(scope("s"), vec![shared("parent")])]);
    two.run();
    world.one().wants(vec![(scope("s"), vec![named("person", "a")])]);
    world.one().run();
    let backup = backed_up(&world);
    world.one().wants(vec![(scope("s"), vec![named("person", "a"), shared("parent")])]);
    world.one().run();

    restore(&world, &backup, Some("one"));
    world.one().touch();
    // A run by old wishes: it does not know that it holds the parent.
    *world.one().fake.desired.lock().unwrap() = vec![(scope("s"), vec![named("person", "a")])];
    world.one().run();
    two.wants(vec![(scope("s"), vec![])]);
    two.run();
    assert_eq!(world.count("person", "parent"), 1, "the other school holds it");
    world.one().wants(vec![(scope("s"), vec![named("person", "a"), shared("parent")])]);
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert_eq!(world.count("person", "parent"), 1);
}

#[test]
fn what_was_made_anew_after_the_backup_is_found_under_its_new_name() {
    let world = World::new();
    *world.one().fake.lies.lock().unwrap() = Some(Lie::OnlyNames);
    world.one().wants(people(&["a"]));
    world.one().run();
    let backup = backed_up(&world);
    let name = |kind, key| world.one().ledger(kind, key).unwrap().handle.unwrap();
    let before = name("person", "a");
    // Somebody removed it there and made it again.
    world.up().things.retain(|id, _| id.to_string() != before);
    world.up().seed("person", "a", &[]);
    restore(&world, &backup, None);
    assert_eq!(name("person", "a"), before);
    world.one().wants(people(&["a"]));
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert_ne!(name("person", "a"), before);
    assert_eq!(world.count("person", "a"), 1);
}
