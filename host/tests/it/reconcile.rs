//! What a run promises, example by example.

use exchange::model::contract::{Action, Verdict};
use exchange::model::item::Value;
use exchange::model::setup::{Changes, Holds};
use exchange::model::*;
use exchange::store::{Answer, DecisionStore, LedgerStore, RunStore};

use super::reconcile_fake::*;

fn class_with(people: &[&str]) -> Vec<(Scope, Vec<Item>)> {
    let mut items = vec![named("class", "5A")];
    items.extend(people.iter().map(|name| named("person", name)));
    items.extend(people.iter().map(|name| member(&format!("m-{name}"), "5A", name)));
    vec![(scope("5A"), items)]
}

fn outcome(report: &reconcile::RunReport, kind: &str, key: &str) -> Outcome {
    report.outcome(&ItemRef::new(kind, key)).map_or(Outcome::Unchanged, |row| row.outcome)
}

use exchange::reconcile;

#[test]
fn d9_everything_arrives_once_in_the_order_of_references() {
    let world = World::new();
    world.one().wants(class_with(&["a", "b", "c", "d", "e"]));
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success, "{report:?}");
    assert_eq!(world.things(), 11);
    let class = world.one().ledger("class", "5A").unwrap().handle.unwrap();
    let person = world.one().ledger("person", "a").unwrap().handle.unwrap();
    assert_eq!(world.count("member", &format!("{class}+{person}")), 1);
    assert!(world.up().batches.iter().all(|size| *size <= 3));
    let run = world.one().store.run(1).unwrap().unwrap();
    assert_eq!(
        (run.status, run.counts.applied, run.plan),
        (RunStatus::Success, 11, Some(report.plan.unwrap().hash))
    );
}

#[test]
fn d10_a_run_with_nothing_new_asks_the_connector_nothing() {
    let world = World::new();
    world.one().wants(class_with(&["a"]));
    world.one().run();
    let calls = world.up().calls;
    let report = world.one().run();
    assert!(report.quiet);
    assert_eq!((report.status, world.up().calls), (RunStatus::Success, calls));
    assert_eq!(world.one().store.run(2).unwrap().unwrap().counts.unchanged, 3);
}

#[test]
fn d10_only_what_is_new_is_sent() {
    let world = World::new();
    world.one().wants(class_with(&["a", "b"]));
    world.one().run();
    world.up().batches.clear();
    world.one().wants(class_with(&["a", "b", "c"]));
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success);
    assert_eq!(world.up().batches, [1, 1]);
    assert_eq!(report.plan.unwrap().counts.create, 2);
}

fn with_phone(phone: &str) -> Vec<(Scope, Vec<Item>)> {
    let fields = [("name", Value::Text("a".into())), ("phone", Value::Text(phone.into()))];
    vec![(scope("s"), vec![item("person", "a", &fields)])]
}

#[test]
fn d10_changes_are_told_or_sent_as_the_task_says() {
    let mut world = World::new();
    world.schools[0].env.task.changes = Changes::Report;
    world.one().wants(with_phone("1"));
    world.one().run();
    world.one().wants(with_phone("2"));
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::WithRemarks);
    assert_eq!(outcome(&report, "person", "a"), Outcome::Differs(vec!["phone".into()]));
    let again = world.one().run();
    assert!(again.quiet, "told again without asking");
    assert_eq!((again.status, again.outcomes), (RunStatus::WithRemarks, report.outcomes));

    world.schools[0].env.task.changes = Changes::Update;
    let report = world.one().run();
    assert_eq!(outcome(&report, "person", "a"), Outcome::Applied);
    assert_eq!(report.status, RunStatus::Success);
    assert_eq!(world.up().things.values().next().unwrap().fields["phone"], "2");
}

#[test]
fn d10_what_is_gone_is_told_once_and_touched_never() {
    let world = World::new();
    world.one().wants(class_with(&["a", "b"]));
    world.one().run();
    world.one().wants(class_with(&["a"]));
    let report = world.one().run();
    assert_eq!(outcome(&report, "person", "b"), Outcome::Gone);
    assert_eq!(report.status, RunStatus::Success);
    assert_eq!(world.things(), 5);
    assert!(world.one().ledger("person", "b").unwrap().gone_since.is_some());
    world.one().wants(class_with(&["a", "b"]));
    let report = world.one().run();
    assert_eq!((report.status, report.plan.unwrap().counts.create), (RunStatus::Success, 0));
    assert_eq!(world.one().ledger("person", "b").unwrap().gone_since, None);
}

#[test]
fn a_dry_run_writes_nothing_anywhere() {
    let world = World::new();
    world.one().wants(class_with(&["a"]));
    let plan = world.one().plan();
    assert_eq!((plan.counts.create, plan.lines.len()), (3, 3));
    assert!(plan.lines.iter().all(|line| line.intent == Intent::Apply(Action::Create)));
    assert_eq!(&*plan.lines[2].item.id.kind, "member", "in the order of application");
    assert_eq!((world.writes(), world.one().store.ledger_count(&"task".into()).unwrap()), (0, 0));
    assert_eq!(world.one().store.runs(None, 9).unwrap(), []);
}

#[test]
fn d12_what_is_there_already_is_adopted_and_never_removed() {
    let world = World::new();
    world.up().seed("person", "a", &[]);
    let mut person = named("person", "a");
    person.gone = WhenGone::Remove;
    world.one().wants(vec![(scope("s"), vec![person])]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "person", "a"), Outcome::Adopted);
    assert_eq!((report.status, world.writes()), (RunStatus::Success, 0));
    world.one().wants(vec![(scope("s"), vec![])]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "person", "a"), Outcome::Gone);
    assert_eq!(world.things(), 1);
}

#[test]
fn d12_doubtful_cases_wait_for_a_decision_that_steers_the_next_run() {
    for (answer, things) in [(Some(1), 2), (None, 3)] {
        let world = World::new();
        let twin = world.up().seed("person", "a", &[]);
        world.up().seed("person", "a", &[]);
        world.one().wants(class_with(&["a"]));
        let report = world.one().run();
        assert_eq!(outcome(&report, "person", "a"), Outcome::Decision(1));
        assert_eq!(outcome(&report, "member", "m-a"), Outcome::Blocked(ItemRef::new("person", "a")));
        assert_eq!(report.status, RunStatus::Waiting);
        let asked = &world.one().store.decisions(None, true).unwrap()[0];
        assert_eq!(asked.ask.candidates.len(), 2);
        assert!(world.one().run().quiet, "nothing changes by itself");

        let answer = answer.map_or(Answer::Create, |_| Answer::Adopt(twin.to_string()));
        world.one().answer(1, &answer);
        let report = world.one().run();
        assert_eq!(report.status, RunStatus::Success, "{report:?}");
        assert_eq!(world.up().things.values().filter(|thing| thing.kind == "person").count(), things);
        assert_eq!(world.one().store.decisions(None, false).unwrap(), []);
        assert!(world.one().run().quiet);
    }
}

#[test]
fn d12_a_skipped_item_is_left_alone_and_said_so() {
    let world = World::new();
    world.up().seed("person", "a", &[]);
    world.up().seed("person", "a", &[]);
    world.one().wants(vec![(scope("s"), vec![named("person", "a")])]);
    world.one().run();
    world.one().answer(1, &Answer::Skip);
    let report = world.one().run();
    assert_eq!(outcome(&report, "person", "a"), Outcome::Failed(Message::new("host-skipped-by-decision")));
    assert_eq!((report.status, world.writes()), (RunStatus::WithRemarks, 0));
}

#[test]
fn d12_two_items_never_take_over_one_thing_by_themselves() {
    let world = World::new();
    let handle = world.up().seed("person", "x", &[]);
    let twin = |key: &str| item("person", key, &[("name", Value::Text("x".into()))]);
    world.one().wants(vec![(scope("s"), vec![twin("1"), twin("2")])]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "person", "1"), Outcome::Decision(1));
    assert_eq!(outcome(&report, "person", "2"), Outcome::Decision(2));
    world.one().answer(1, &Answer::Adopt(handle.to_string()));
    let report = world.one().run();
    assert_eq!(outcome(&report, "person", "1"), Outcome::Adopted, "{report:?}");
    assert_eq!(outcome(&report, "person", "2"), Outcome::Decision(2));
}

/// Persons with these keys, all of one name, in one class.
fn namesakes(keys: &[&str]) -> Vec<(Scope, Vec<Item>)> {
    let person = |key: &&str| item("person", key, &[("name", Value::Text("x".into()))]);
    let mut items = vec![named("class", "c")];
    items.extend(keys.iter().map(person));
    items.extend(keys.iter().map(|key| member(&format!("m-{key}"), "c", key)));
    vec![(scope("s"), items)]
}

#[test]
fn d12_what_refers_to_somebody_different_is_put_under_them_and_not_under_the_namesake() {
    let world = World::new();
    world.one().wants(namesakes(&["1"]));
    world.one().run();
    let first = world.one().ledger("person", "1").and_then(|entry| entry.handle).expect("made");
    world.one().wants(namesakes(&["1", "2"]));
    assert_eq!(outcome(&world.one().run(), "person", "2"), Outcome::Decision(1));
    world.one().answer(1, &Answer::Create);
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success, "{report:?}");
    let second = world.one().ledger("person", "2").and_then(|entry| entry.handle).expect("made");
    assert_ne!(first, second);
    let class = world.one().ledger("class", "c").and_then(|entry| entry.handle).expect("made");
    for person in [first, second] {
        assert_eq!(world.count("member", &format!("{class}+{person}")), 1);
    }
}

#[test]
fn d12_a_lost_creation_is_not_taken_for_the_namesake_who_is_there() {
    for (fault, things) in [(Fault::Lost, 2), (Fault::StoredLost, 2)] {
        let world = World::new();
        let of = |keys: &[&str]| vec![(scope("s"), namesakes(keys).remove(0).1[1..=keys.len()].to_vec())];
        world.one().wants(of(&["1"]));
        world.one().run();
        world.one().wants(of(&["1", "2"]));
        world.one().run();
        world.one().answer(1, &Answer::Create);
        world.faults(&[fault]);
        let first = world.one().run();
        // Stored or not, only the new one can be meant; where the other side shows it beside the namesake, we ask.
        if let Some(open) = world.one().store.decisions(None, true).unwrap().pop() {
            let handle = open.ask.candidates[0].handle.clone();
            assert_eq!(open.ask.candidates.len(), 1, "{first:?}");
            world.one().answer(open.number, &Answer::Adopt(handle));
        }
        world.clock.advance(3_600_000);
        let report = world.one().run();
        assert_eq!(report.status, RunStatus::Success, "{fault:?} {report:?}");
        assert_eq!(world.count("person", "x"), things, "{fault:?}");
        let handle = |key| world.one().ledger("person", key).and_then(|entry| entry.handle);
        assert_ne!(handle("1"), handle("2"), "{fault:?}");
    }
}

#[test]
fn d12_two_lost_namesakes_do_not_become_one() {
    let world = World::new();
    let persons = namesakes(&["1", "2"]).remove(0).1[1..=2].to_vec();
    world.one().wants(vec![(scope("s"), persons)]);
    world.faults(&[Fault::Half]);
    world.one().run();
    world.clock.advance(3_600_000);
    let report = world.one().run();
    assert_eq!(world.count("person", "x"), 1, "{report:?}");
    assert_eq!(report.status, RunStatus::Waiting, "whose it is, is for a person to say: {report:?}");
}

#[test]
fn d14_an_upstream_that_says_yes_and_stores_nothing_is_found_out() {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("person", "a")])]);
    world.faults(&[Fault::Dropped]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "person", "a"), Outcome::NotConfirmed);
    assert_eq!((report.status, world.things()), (RunStatus::NotConfirmed, 0));
    let report = world.one().run();
    assert_eq!((report.status, world.things()), (RunStatus::Success, 1), "{report:?}");
}

#[test]
fn d14_what_cannot_be_observed_is_accepted_not_successful() {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("blind", "a")])]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "blind", "a"), Outcome::Accepted);
    assert_eq!(report.status, RunStatus::WithRemarks);
}

#[test]
fn d14_what_shows_late_is_waited_for() {
    let world = World::new();
    world.one().wants(class_with(&["a"]));
    world.faults(&[Fault::None, Fault::Late(SETTLE), Fault::Pending]);
    assert_eq!(world.one().run().status, RunStatus::Success);
}

#[test]
fn refusals_before_processing_are_repeated_never_before_retry_after() {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("person", "a")])]);
    world.faults(&[Fault::Retry(30), Fault::NotSent]);
    let report = world.one().run();
    assert_eq!((report.status, world.things()), (RunStatus::Success, 1));
    assert!(world.clock.peek() >= START + 31_000);
}

#[test]
fn patience_ends() {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("person", "a")])]);
    world.faults(&[Fault::Retry(3_600)]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "person", "a"), Outcome::Failed(Message::new("host-busy-there")));
    assert_eq!((report.status, world.writes()), (RunStatus::WithRemarks, 0));
}

#[test]
fn one_bad_record_stands_alone_and_all_others_arrive() {
    let world = World::new();
    world.one().wants(class_with(&["a", "b", "c", "d", "e", "f"]));
    world.up().poison.insert("d".into());
    let report = world.one().run();
    let rejected: Vec<_> =
        report.outcomes.iter().filter(|row| matches!(row.outcome, Outcome::Rejected(_))).collect();
    assert_eq!((rejected.len(), &*rejected[0].item.key), (1, "d"));
    assert_eq!(outcome(&report, "member", "m-d"), Outcome::Blocked(ItemRef::new("person", "d")));
    assert_eq!(report.status, RunStatus::WithRemarks);
    assert_eq!(world.things(), 11);
    assert_eq!(world.one().ledger("person", "d"), None);
}

#[test]
fn one_reason_for_everything_stops_the_run() {
    let world = World::new();
    let people: Vec<Item> = (0..40).map(|n| named("person", &n.to_string())).collect();
    world.one().wants(vec![(scope("s"), people)]);
    world.faults(&[Fault::Rejected; 14]);
    let report = world.one().run();
    assert_eq!((report.status, report.reason), (RunStatus::Failed, Some(Message::new("bad-name"))));
    assert!(world.writes() <= 8, "{}", world.writes());
    assert!(world.up().things.is_empty());
}

#[test]
fn a_lost_answer_makes_no_twin() {
    for fault in
        [Fault::StoredLost, Fault::Lost, Fault::Half, Fault::RefusedUnknown, Fault::Delayed(DEADLINE)]
    {
        let world = World::new();
        let people = ["a", "b", "c"].map(|name| named("person", name)).to_vec();
        world.one().wants(vec![(scope("s"), people)]);
        world.faults(&[fault]);
        let report = world.one().run();
        assert_eq!(report.status, RunStatus::Success, "{fault:?} {report:?}");
        assert_eq!(world.things(), 3, "{fault:?}");
    }
}

#[test]
fn a_doubt_is_shown_while_time_has_not_ended_it_and_dependants_wait() {
    let mut world = World::new();
    world.schools[0].env.task.patience_s = 3;
    world.one().wants(class_with(&["a"]));
    world.faults(&[Fault::None, Fault::Lost]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "person", "a"), Outcome::InDoubt);
    assert_eq!(outcome(&report, "member", "m-a"), Outcome::Blocked(ItemRef::new("person", "a")));
    assert_eq!(report.status, RunStatus::NotConfirmed);
    let writes = world.writes();
    let report = world.one().run();
    assert_eq!((report.status, world.writes()), (RunStatus::NotConfirmed, writes), "nothing is resent");
    world.clock.advance(DEADLINE + SETTLE);
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert_eq!(world.count("person", "a"), 1);
}

#[test]
fn a_token_is_repeated_inside_its_window_and_never_after() {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("letter", "a")])]);
    world.faults(&[Fault::StoredLost]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "letter", "a"), Outcome::Accepted);
    assert_eq!((world.things(), world.writes()), (1, 2));

    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("letter", "a")])]);
    world.faults(&[Fault::StoredLost; 9]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "letter", "a"), Outcome::InDoubt);
    world.clock.advance(WINDOW);
    world.faults(&[]);
    let writes = world.writes();
    let report = world.one().run();
    assert_eq!(outcome(&report, "letter", "a"), Outcome::Decision(1), "a person says whether it arrived");
    assert_eq!((world.things(), world.writes()), (1, writes));
    world.one().answer(1, &Answer::Adopt(String::new()));
    let report = world.one().run();
    assert_eq!(outcome(&report, "letter", "a"), Outcome::Accepted);
    assert_eq!(world.writes(), writes);
}

#[test]
fn a_refused_repetition_says_nothing_about_the_first_attempt() {
    let mut world = World::new();
    world.schools[0].env.task.patience_s = 0;
    world.one().wants(vec![(scope("s"), vec![named("letter", "a")])]);
    world.faults(&[Fault::StoredLost, Fault::Retry(60)]);
    assert_eq!(outcome(&world.one().run(), "letter", "a"), Outcome::InDoubt);
    world.clock.advance(DEADLINE + 1);
    world.faults(&[Fault::Rejected]);
    assert_eq!(outcome(&world.one().run(), "letter", "a"), Outcome::InDoubt);
    world.one().run();
    assert_eq!(world.things(), 1);
}

#[test]
fn events_expire_unsent_and_are_never_changed() {
    let world = World::new();
    let mut letter = named("letter", "a");
    letter.window = Some(TimeWindow { not_before: Some(START + 1_000), not_after: Some(START + 2_000) });
    let desired = vec![(scope("s"), vec![letter])];
    world.one().wants(desired.clone());
    let report = world.one().run();
    assert_eq!(outcome(&report, "letter", "a"), Outcome::NotYet(START + 1_000));
    assert_eq!(report.status, RunStatus::Success, "nothing is amiss");
    world.clock.advance(3_000);
    let report = world.one().run();
    assert_eq!(outcome(&report, "letter", "a"), Outcome::Expired);
    assert_eq!(world.writes(), 0);

    world.one().wants(vec![(scope("s"), vec![named("letter", "b")])]);
    world.one().run();
    let changed = item("letter", "b", &[("name", Value::Text("other".into()))]);
    world.one().wants(vec![(scope("s"), vec![changed])]);
    world.one().run();
    assert_eq!(world.writes(), 1);
}

#[test]
fn s3_awaited_items_are_observed_only() {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("link", "a")])]);
    let report = world.one().run();
    assert!(matches!(outcome(&report, "link", "a"), Outcome::Waiting(_)));
    world.up().seed("link", "a", &[]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "link", "a"), Outcome::Adopted);
    assert_eq!((report.status, world.writes()), (RunStatus::Success, 0));
}

#[test]
fn s6_whoever_is_waited_for_is_looked_for_again_after_the_kind_s_hours_or_when_somebody_asks() {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("consent", "a"), named("consent", "b")])]);
    let report = world.one().run();
    assert!(matches!(outcome(&report, "consent", "a"), Outcome::Waiting(_)), "{report:?}");
    let calls = world.up().calls;
    world.up().seed("consent", "a", &[]);
    let again = world.one().run();
    assert!(again.quiet && world.up().calls == calls, "nothing has changed, so nothing is asked: {again:?}");
    assert_eq!((&again.outcomes, again.counts), (&report.outcomes, report.counts), "and the same is told");
    let asked = world.one().run_for(&Selection { groups: vec!["s".into()], persons: vec![] });
    assert_eq!(outcome(&asked, "consent", "a"), Outcome::Adopted);
    world.up().seed("consent", "b", &[]);
    assert!(matches!(outcome(&world.one().run(), "consent", "b"), Outcome::Waiting(_)));
    world.clock.advance(20 * 3_600_000);
    assert_eq!(outcome(&world.one().run(), "consent", "b"), Outcome::Adopted);
    assert_eq!(world.writes(), 0);
}

#[test]
fn e1_what_is_awaited_of_a_person_is_made_when_that_person_does_it() {
    use exchange::model::contract::Effect;
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("link", "a")])]);
    assert!(matches!(outcome(&world.one().run(), "link", "a"), Outcome::Waiting(_)));
    let commit = || world.one().commit("step", vec![named("link", "a")]).remove(0).1;
    let is_done = |effect: &Effect| matches!(effect, Effect::Done(made) if made.handle.is_some());
    assert!(is_done(&commit()) && world.count("link", "a") == 1);
    let report = world.one().run();
    assert_eq!((outcome(&report, "link", "a"), world.writes()), (Outcome::Unchanged, 1), "one picture");
    assert!(is_done(&commit()) && world.writes() == 1, "it is there");
    // Taken away there meanwhile: what the ledger remembers is looked at, and nobody is told that it is done.
    world.up().things.clear();
    world.up().silent = true;
    assert!(matches!(commit(), Effect::Postponed(_)), "nobody can see whether it is there");
    world.up().silent = false;
    assert!(is_done(&commit()) && world.count("link", "a") == 1);
    world.up().things.clear();
    world.up().faults = [Fault::Rejected].into();
    assert!(matches!(commit(), Effect::Rejected(_)));
}

#[test]
fn e9_what_somebody_else_made_and_no_longer_fits_is_told_and_left_alone() {
    let world = World::new();
    let text = |text: &str| Value::Text(text.into());
    let born = |day: &str| item("link", "a", &[("name", text("a")), ("born", text(day))]);
    world.one().wants(vec![(scope("s"), vec![born("1")])]);
    world.up().seed("link", "a", &[("born", "1")]);
    assert_eq!(outcome(&world.one().run(), "link", "a"), Outcome::Adopted);
    world.one().wants(vec![(scope("s"), vec![born("2")])]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "link", "a"), Outcome::Differs(vec!["born".into()]));
    assert_eq!((report.status, world.writes()), (RunStatus::WithRemarks, 0));
}

#[test]
fn e9_what_somebody_else_made_is_told_when_it_is_no_longer_wanted() {
    let world = World::new();
    let waiting = named("link", "b");
    world.one().wants(vec![(scope("s"), vec![named("link", "a"), waiting.clone()])]);
    world.up().seed("link", "a", &[]);
    world.one().run();
    world.one().wants(vec![(scope("s"), vec![])]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "link", "a"), Outcome::Gone);
    assert!(report.outcome(&waiting.id).is_none(), "nobody has made it, so nothing is left of it");
    assert_eq!(world.writes(), 0);

    let wanted_again = named("link", "a");
    world.one().wants(vec![(scope("s"), vec![wanted_again.clone()])]);
    let report = world.one().run();
    assert!(report.outcome(&wanted_again.id).is_none(), "it is there as before: {report:?}");
    let forgotten = Item { gone: WhenGone::Forget, ..wanted_again.clone() };
    world.one().wants(vec![(scope("s"), vec![forgotten])]);
    world.one().run();
    world.one().wants(vec![(scope("s"), vec![])]);
    let report = world.one().run();
    assert!(report.outcome(&wanted_again.id).is_none(), "its connector asked for no word of it: {report:?}");
}

#[test]
fn s3_inbound_items_become_records_and_leave_what_was_before() {
    use exchange::model::records::{RecordRef, RecordType};
    use exchange::store::RecordStore;
    let world = World::new();
    let identifier = |value: &str| {
        let fields = [("system", Value::Text("vk".into())), ("value", Value::Text(value.into()))];
        let about = Some(RecordRef { record_type: RecordType::Staff, id: "t1".into() });
        Item { about, ..item("id", "vk-t1", &fields) }
    };
    world.one().wants(vec![(scope("s"), vec![identifier("77")])]);
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success, "{report:?}");
    world.one().wants(vec![(scope("s"), vec![identifier("78")])]);
    let second = world.one().run();
    assert_eq!(second.status, RunStatus::Success);
    let stored = world.one().store.get(RecordType::Identifier, "vk-t1").unwrap().unwrap();
    assert!(stored.contains("78"));
    let before = world.one().store.before_images(second.run.unwrap().number).unwrap();
    assert!(before[0].json.as_ref().unwrap().contains("77"));
    assert_eq!(world.writes(), 0);
}

#[test]
fn d6_only_what_was_chosen_is_sent_with_what_it_needs() {
    let world = World::new();
    let in_group = |mut item: Item, group: &str| {
        item.group = Some(group.into());
        item
    };
    let school = |groups: &[&str]| -> Vec<(Scope, Vec<Item>)> {
        groups
            .iter()
            .map(|group| {
                let person = format!("p-{group}");
                let items = vec![
                    named("class", group),
                    in_group(named("person", &person), group),
                    in_group(member(&format!("m-{group}"), group, &person), group),
                ];
                (scope(group), items)
            })
            .collect()
    };
    world.one().wants(school(&["5-А", "5-Б"]));
    let chosen = Selection { groups: vec!["5 б".into()], persons: vec![] };
    let report = world.one().run_for(&chosen);
    assert_eq!((report.status, world.things()), (RunStatus::Success, 3));
    assert_eq!((world.count("class", "5-Б"), world.count("class", "5-А")), (1, 0));

    assert_eq!(world.one().run().status, RunStatus::Success);
    assert_eq!(world.things(), 6);
    world.one().wants(school(&["5-Б"]));
    let report = world.one().run_for(&chosen);
    assert!(report.outcomes.is_empty(), "nothing is gone elsewhere: {report:?}");

    let about =
        |id: &str| Some(records::RecordRef { record_type: records::RecordType::Pupil, id: id.into() });
    let mut items = vec![named("class", "6-А"), named("person", "x"), named("person", "y")];
    items[1].about = about("x");
    items[2].about = about("y");
    items.push(Item { about: about("x"), ..member("m-x", "6-А", "x") });
    items.push(Item { about: about("y"), ..member("m-y", "6-А", "y") });
    world.one().wants(vec![(scope("6-А"), items)]);
    world.one().run_for(&Selection { groups: vec![], persons: vec!["x".into()] });
    assert_eq!((world.count("person", "x"), world.count("person", "y")), (1, 0));
    assert_eq!(world.count("class", "6-А"), 1, "the class came along");
}

#[test]
fn mass_changes_wait_for_a_person_who_approves_this_plan() {
    let mut world = World::new();
    world.schools[0].env.task.holds = Holds::default();
    let people = |n: usize| -> Vec<(Scope, Vec<Item>)> {
        vec![(scope("s"), (0..n).map(|n| named("person", &format!("{n:03}"))).collect())]
    };
    world.one().wants(people(100));
    assert_eq!(world.one().run().status, RunStatus::Success, "additions to nothing are not held");
    world.clock.advance(25 * 3_600_000);

    world.one().wants(people(40));
    let report = world.one().run();
    assert_eq!(
        (report.status, report.reason.unwrap().code.as_str()),
        (RunStatus::Waiting, "host-hold-remove")
    );
    let plan = report.plan.unwrap();
    assert_eq!(plan.hold.unwrap().cause.code, "host-cause-unknown");
    assert_eq!(world.one().plan().hash, plan.hash, "a preview names the same plan");

    world.one().wants(people(39));
    let changed = world.one().approved(&plan.hash);
    assert_eq!(
        (changed.status, changed.reason.unwrap().code.as_str()),
        (RunStatus::Waiting, "host-plan-changed")
    );
    world.one().wants(people(40));
    let report = world.one().approved(&plan.hash);
    assert_eq!(report.status, RunStatus::Success);
    assert_eq!(report.outcomes.iter().filter(|row| row.outcome == Outcome::Gone).count(), 60);
}

#[test]
fn mass_ambiguity_is_one_hold() {
    let mut world = World::new();
    world.schools[0].env.task.holds = Holds::default();
    let names: Vec<String> = (0..30).map(|n| n.to_string()).collect();
    for name in names.iter().chain(&names) {
        world.up().seed("person", name, &[]);
    }
    world.one().wants(vec![(scope("s"), names.iter().map(|name| named("person", name)).collect())]);
    let report = world.one().run();
    assert_eq!(report.reason.unwrap().code, "host-hold-ambiguous");
    assert_eq!(world.one().store.decisions(None, false).unwrap(), []);
    let hash = report.plan.unwrap().hash;
    let lane = exchange::store::LaneStore::take_lane(&*world.one().store, "approve", START).unwrap();
    world.one().store.approve(lane.fence(), &"task".into(), &hash, "me", START).unwrap();
    drop(lane);
    assert_eq!(world.one().run().outcomes.len(), 30);
    assert_eq!(world.one().store.decisions(None, true).unwrap().len(), 30);
}

fn removable(name: &str) -> Item {
    Item { gone: WhenGone::Remove, ..named("person", name) }
}

#[test]
fn what_we_made_is_removed_where_the_item_says_so() {
    for (faults, status) in [
        (vec![], RunStatus::Success),
        (vec![Fault::StoredLost], RunStatus::Success),
        (vec![Fault::Lost], RunStatus::Success),
        (vec![Fault::Dropped], RunStatus::NotConfirmed),
    ] {
        let world = World::new();
        world.one().wants(vec![(scope("s"), vec![removable("a"), removable("b")])]);
        world.one().run();
        world.one().wants(vec![(scope("s"), vec![removable("a")])]);
        world.faults(&faults);
        let report = world.one().run();
        assert_eq!(report.status, status, "{faults:?} {report:?}");
        world.clock.advance(SETTLE);
        world.one().run();
        assert_eq!((world.count("person", "a"), world.count("person", "b")), (1, 0), "{faults:?}");
        assert_eq!(world.one().ledger("person", "b"), None);
    }
}

#[test]
fn a_move_between_scopes_and_a_rename_are_no_departure() {
    let world = World::new();
    world.one().wants(vec![(scope("5A"), vec![removable("a")]), (scope("5B"), vec![])]);
    world.one().run();
    world.one().wants(vec![(scope("5A"), vec![]), (scope("5B"), vec![removable("a")])]);
    let report = world.one().run();
    assert_eq!((report.status, world.writes()), (RunStatus::Success, 1));
    assert_eq!(world.one().ledger("person", "a").unwrap().scope, ScopeId::from("5B"));

    let fields = [("name", Value::Text("a".into()))];
    let renamed = Item { former_keys: vec!["a".into()], ..item("person", "new-key", &fields) };
    world.one().wants(vec![(scope("5A"), vec![]), (scope("5B"), vec![renamed])]);
    let report = world.one().run();
    assert_eq!((report.status, world.writes()), (RunStatus::Success, 1));
    assert!(world.one().ledger("person", "new-key").is_some());
    assert_eq!(world.one().ledger("person", "a"), None);
}

fn shared(name: &str) -> Item {
    Item { identity: Some(name.into()), gone: WhenGone::Remove, ..named("person", name) }
}

#[test]
fn two_schools_share_a_parent_and_the_last_one_removes() {
    let world = World::new();
    for school in &world.schools {
        school.wants(vec![(scope("s"), vec![shared("parent")])]);
        assert_eq!(school.run().status, RunStatus::Success);
    }
    assert_eq!(world.count("person", "parent"), 1);
    for (school, left) in world.schools.iter().zip([1, 0]) {
        school.wants(vec![(scope("s"), vec![])]);
        assert_eq!(school.run().status, RunStatus::Success);
        assert_eq!(world.count("person", "parent"), left);
    }
}

#[test]
fn a_shared_thing_in_doubt_at_one_school_is_not_made_by_the_other() {
    let mut world = World::new();
    world.schools.iter_mut().for_each(|school| school.env.task.patience_s = 1);
    let [one, two] = &world.schools[..] else { unreachable!() };
    one.wants(vec![(scope("s"), vec![shared("parent")])]);
    two.wants(vec![(scope("s"), vec![shared("parent")])]);
    world.faults(&[Fault::Delayed(DEADLINE)]);
    assert_eq!(one.run().status, RunStatus::NotConfirmed);
    let report = two.run();
    assert_eq!(report.status, RunStatus::WithRemarks);
    assert!(
        matches!(outcome(&report, "person", "parent"), Outcome::Failed(reason) if reason.code == "host-shared-busy")
    );
    world.clock.advance(DEADLINE + SETTLE);
    assert_eq!(one.run().status, RunStatus::Success);
    assert_eq!(two.run().status, RunStatus::Success);
    assert_eq!(world.count("person", "parent"), 1);
}

#[test]
fn answers_outside_the_contract_end_the_run_with_a_verdict() {
    for lie in [Lie::TooFew, Lie::Unsent, Lie::Stranger, Lie::Kind] {
        let world = World::new();
        world.one().wants(vec![(scope("s"), vec![named("person", "a")])]);
        *world.one().fake.lies.lock().unwrap() = Some(lie);
        let report = world.one().run();
        assert_eq!(report.status, RunStatus::Failed, "{lie:?}");
        assert!(report.detail.is_some(), "{lie:?}");
        let run = world.one().store.run(1).unwrap().unwrap();
        assert_eq!((run.status, run.verdict), (RunStatus::Failed, Some(Verdict::Contract)), "{lie:?}");
    }
}

#[test]
fn a_lost_answer_overrules_a_connector_that_says_done() {
    let mut world = World::new();
    world.schools[0].env.task.patience_s = 0;
    world.one().wants(vec![(scope("s"), vec![named("person", "a")])]);
    *world.one().fake.lies.lock().unwrap() = Some(Lie::DoneThoughLost);
    world.faults(&[Fault::Lost]);
    let report = world.one().run();
    assert_eq!(outcome(&report, "person", "a"), Outcome::InDoubt);
}

#[test]
fn two_things_of_one_name_are_not_both_believed() {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("class", "a"), named("class", "b")])]);
    *world.one().fake.lies.lock().unwrap() = Some(Lie::OneName);
    let report = world.one().run();
    assert_eq!(report.status, RunStatus::Success, "looked up, each has its own: {report:?}");
    let handle = |key: &str| world.one().ledger("class", key).unwrap().handle.unwrap();
    assert_ne!(handle("a"), handle("b"));
}

#[test]
fn what_is_found_under_another_s_name_is_a_question() {
    let world = World::new();
    world.one().wants(vec![(scope("s"), vec![named("class", "a")])]);
    assert_eq!(world.one().run().status, RunStatus::Success);
    // One thing there, and two here: whatever the other side makes of the second, it is the first.
    let twin = item("class", "twin", &[("name", Value::Text("a".into()))]);
    *world.one().fake.lies.lock().unwrap() = Some(Lie::OneName);
    world.faults(&[Fault::Dropped]);
    world.one().wants(vec![(scope("s"), vec![named("class", "a"), twin])]);
    for run in 0..3 {
        let report = world.one().run();
        assert!(matches!(outcome(&report, "class", "twin"), Outcome::Decision(_)), "{run}: {report:?}");
        assert_eq!(outcome_or_same(&report, "class", "a"), Outcome::Unchanged, "{run}");
    }
    assert_eq!(world.things(), 1);
}

fn outcome_or_same(report: &reconcile::RunReport, kind: &str, key: &str) -> Outcome {
    let id = ItemRef::new(kind, key);
    report.outcome(&id).map_or(Outcome::Unchanged, |row| row.outcome)
}

#[test]
fn circles_and_doubles_are_named() {
    let circle =
        |key: &str, to: &str| item("person", key, &[("r", Value::Reference(ItemRef::new("person", to)))]);
    let cases = [
        (vec![(scope("s"), vec![circle("a", "b"), circle("b", "a")])], "person:a → person:b → person:a"),
        (vec![(scope("s"), vec![circle("a", "a")])], "person:a → person:a"),
        (
            vec![(scope("s"), vec![named("person", "a")]), (scope("t"), vec![named("person", "a")])],
            "person:a is desired in scope `s` and in `t`",
        ),
        (vec![(scope("s"), vec![named("person", "")])], "is not 1 to 200 bytes"),
    ];
    for (desired, text) in cases {
        let world = World::new();
        world.one().wants(desired);
        let report = world.one().run();
        assert_eq!(report.status, RunStatus::Failed);
        assert!(report.detail.as_ref().unwrap().contains(text), "{report:?}");
    }
}

#[test]
fn d13_a_dead_credential_stops_the_run_and_leaves_no_doubt() {
    let world = World::new();
    world.one().wants(class_with(&["a"]));
    world.faults(&[Fault::None, Fault::Unauthorized]);
    let report = world.one().run();
    assert_eq!((report.status, report.reason.clone()), (RunStatus::Failed, Some(Message::new("token-dead"))));
    assert_eq!(outcome(&report, "class", "5A"), Outcome::NotConfirmed, "made, and nobody could read it back");
    assert_eq!(outcome(&report, "person", "a"), Outcome::Failed(Message::new("token-dead")));
    assert_eq!(world.one().ledger("person", "a"), None);
    assert_eq!(world.one().run().status, RunStatus::Success);
}

#[test]
fn a_cancelled_run_says_so() {
    let world = World::new();
    world.one().wants(class_with(&["a"]));
    world.one().env.cancel.cancel();
    let report = world.one().run();
    assert_eq!((report.status, report.reason), (RunStatus::Failed, Some(Message::new("host-cancelled"))));
}

#[test]
fn g9_an_audit_finds_what_was_removed_there() {
    let mut world = World::new();
    world.schools[0].env.task.changes = Changes::Report;
    world.one().wants(vec![(scope("s"), vec![named("class", "5A")])]);
    world.one().run();
    world.up().things.clear();
    assert!(world.one().run().quiet);
    world.clock.advance(241 * 3_600_000);
    for _ in 0..2 {
        let report = world.one().run();
        assert_eq!(outcome(&report, "class", "5A"), Outcome::NotConfirmed);
        assert_eq!(report.status, RunStatus::NotConfirmed);
    }
    world.schools[0].env.task.changes = Changes::Update;
    assert_eq!(world.one().run().status, RunStatus::Success);
    assert_eq!(world.things(), 1);
}

#[test]
fn d15_a_dialogue_commits_once_however_many_tabs() {
    let world = World::new();
    for _ in 0..2 {
        let effects = world.one().commit("step-1", vec![named("person", "a")]);
        assert!(
            matches!(&effects[0].1, exchange::model::contract::Effect::Done(made) if made.handle.is_some())
        );
    }
    assert_eq!(world.writes(), 1);
    world.one().wants(vec![(scope("s"), vec![])]);
    let report = world.one().run();
    assert!(report.outcomes.is_empty(), "what a dialogue wrote is of no scope");
}

#[test]
fn what_is_worked_off_in_parts_comes_to_one_end() {
    let world = World::new();
    let mut items: Vec<Item> = (0..4_150).map(|n| named("mass", &format!("m{n:04}"))).collect();
    items.extend((0..7).map(|n| named("person", &n.to_string())));
    let wanted = vec![(scope("s"), items)];
    world.one().wants(wanted.clone());
    let plan = world.one().plan();
    assert_eq!((plan.counts.create, plan.lines.len()), (4_157, 4_157));
    world.up().faults = [Fault::None, Fault::Rejected, Fault::StoredLost].into();
    let report = world.one().run();
    assert_eq!(report.plan.as_ref().map(|plan| &plan.hash), Some(&plan.hash));
    let counts = report.counts;
    assert_eq!((counts.accepted + counts.applied, counts.rejected + counts.decisions), (3_957, 200));
    assert_eq!(world.things(), 4_057, "what was lost on the way back is there");
    let whole = world.up().batches.iter().filter(|size| **size == 100).count();
    assert_eq!((whole, world.up().batches.len()), (41, 42 + 3), "batches are cut at the ends only");
    assert_eq!(world.one().run().counts.unchanged, 3_957, "what is there stays");
}
