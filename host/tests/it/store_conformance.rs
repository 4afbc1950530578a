//! What every back-end of the store must do, written against its traits only.

use exchange::error::Result;
use exchange::model::account::{self, Role};
use exchange::model::contract::{Action, Rejection, Scope};
use exchange::model::records::{
    Account, Application, ApplicationState, Dependency, Filter, Guardian, Identifier, Journal, Lesson,
    LessonMode, Mark, Order, OrderKind, Pupil, Record, RecordRef, RecordType, SchoolClass,
};
use exchange::model::*;
use exchange::store::*;

const NOW: Millis = 1_780_000_000_000;

/// A store of each kind to try, fresh for each test.
pub(crate) struct Subject {
    pub(crate) school: Box<dyn SchoolStore>,
    pub(crate) other: Box<dyn SchoolStore>,
    pub(crate) host: Box<dyn HostStore>,
    pub(crate) marks: Box<dyn MarkStore>,
    pub(crate) users: Box<dyn UserStore>,
}

/// Runs the suite: `fresh` makes empty stores, two schools and a host.
pub(crate) fn conforms<G>(fresh: impl Fn() -> (Subject, G)) {
    let tests: [fn(&Subject); 23] = [
        filters_answer_what_they_say,
        pages_hold_together,
        digest_follows_the_answer_only,
        import_replaces_adds_and_holds,
        import_of_several_types_is_atomic,
        the_last_of_several_rows_counts,
        an_import_is_remembered_while_the_records_stay,
        puts_keep_the_image_before,
        secrets_are_listed_without_values,
        bindings_and_dialogues,
        ledger_and_journal,
        writes_under_way,
        runs_and_what_is_told_of_them,
        bodies_are_kept_until_their_leave_ends,
        decisions_keep_their_number,
        scopes_and_tallies,
        identities_are_created_once,
        stale_fences_are_refused,
        marks_are_kept_task_by_task,
        accounts_are_set_up_once,
        a_code_signs_in_once,
        sessions_end,
        shut_out_is_shut_out,
    ];
    for test in tests {
        let (subject, _guard) = fresh();
        test(&subject);
    }
}

pub(crate) fn pupil(id: &str, class: Option<&str>, guardians: &[&str]) -> Record {
    Record::Pupil(Pupil {
        id: id.into(),
        last_name: Some("Тестов".into()),
        first_name: Some(id.into()),
        middle_name: None,
        birth_date: None,
        sex: None,
        snils: None,
        class_id: class.map(Into::into),
        guardian_ids: guardians.iter().map(|&id| id.to_owned()).collect(),
    })
}

fn guardian(id: &str) -> Record {
    Record::Guardian(Guardian {
        id: id.into(),
        last_name: None,
        first_name: None,
        middle_name: None,
        birth_date: None,
        sex: None,
        snils: None,
        phone: None,
        email: None,
    })
}

fn class(id: &str, year: u16) -> Record {
    Record::SchoolClass(SchoolClass {
        id: id.into(),
        study_year: year,
        grade: 5,
        letter: Some("А".into()),
        teacher_id: Some("t1".into()),
    })
}

fn application(id: &str, pupil: &str) -> Record {
    Record::Application(Application {
        id: id.into(),
        pupil_id: pupil.into(),
        study_year: 2026,
        grade: 5,
        submitted: None,
        state: ApplicationState::Accepted,
        child: None,
        guardian_id: None,
        guardian: None,
        relation: None,
    })
}

fn order(id: &str, pupil: &str, day: &str) -> Record {
    Record::Order(Order {
        id: id.into(),
        number: None,
        kind: OrderKind::Enrolment,
        signed: None,
        effective: day.parse().unwrap(),
        study_year: 2026,
        pupil_id: pupil.into(),
        class_id: None,
    })
}

fn journal(id: &str, class: Option<&str>, pupils: &[&str]) -> Record {
    Record::Journal(Journal {
        id: id.into(),
        study_year: 2026,
        class_id: class.map(Into::into),
        subject: "Физика".into(),
        teacher_ids: vec!["t1".into()],
        pupil_ids: pupils.iter().map(|&id| id.to_owned()).collect(),
        general: true,
        chat: false,
    })
}

fn lesson(id: &str, journal: &str, starts: Millis) -> Record {
    Record::Lesson(Lesson {
        id: id.into(),
        journal_id: journal.into(),
        starts,
        ends: starts + 1,
        teacher_id: Some("t1".into()),
        mode: LessonMode::InClass,
        published: true,
        cancelled: false,
        call_link: None,
        topic: None,
        homework: None,
    })
}

fn mark(id: &str, journal: &str, pupil: &str, day: &str) -> Record {
    Record::Mark(Mark {
        id: id.into(),
        journal_id: journal.into(),
        lesson_id: None,
        pupil_id: pupil.into(),
        day: day.parse().unwrap(),
        value: "5".into(),
        work: None,
        comment: None,
    })
}

fn account(id: &str, person_type: RecordType, person: &str) -> Record {
    Record::Account(Account {
        id: id.into(),
        person: RecordRef { record_type: person_type, id: person.into() },
        system: "esia".into(),
        login: None,
        linked: true,
    })
}

fn identifier(id: &str, value: &str) -> Record {
    Record::Identifier(Identifier {
        id: id.into(),
        about: RecordRef { record_type: RecordType::SchoolClass, id: "c1".into() },
        system: "vk".into(),
        value: value.into(),
    })
}

pub(crate) fn load(
    store: &dyn SchoolStore,
    fence: &Fence,
    rows: Vec<Record>,
    mode: ImportMode,
) -> Result<ImportResult> {
    load_with(store, fence, rows, mode, ImportLimits::default())
}

fn load_with(
    store: &dyn SchoolStore,
    fence: &Fence,
    rows: Vec<Record>,
    mode: ImportMode,
    limits: ImportLimits,
) -> Result<ImportResult> {
    let mut by_type: Vec<(RecordType, Vec<Record>)> = Vec::new();
    for row in rows {
        match by_type.iter_mut().find(|(kind, _)| *kind == row.record_type()) {
            Some((_, list)) => list.push(row),
            None => by_type.push((row.record_type(), vec![row])),
        }
    }
    let mut iterators: Vec<_> =
        by_type.into_iter().map(|(kind, rows)| (kind, rows.into_iter().map(Ok))).collect();
    let batches = iterators
        .iter_mut()
        .map(|(record_type, rows)| ImportBatch { record_type: *record_type, mode, rows })
        .collect();
    store.import(fence, batches, limits, NOW)
}

fn world(store: &dyn SchoolStore, fence: &Fence) {
    let rows = vec![
        class("c1", 2026),
        class("c2", 2025),
        pupil("p1", Some("c1"), &["g1"]),
        pupil("p2", Some("c2"), &["g1", "g2"]),
        pupil("p3", None, &["g3"]),
        guardian("g1"),
        guardian("g2"),
        guardian("g3"),
        application("a1", "p1"),
        application("a3", "p3"),
        application("a9", "unknown"),
        order("o1", "p1", "2026-09-01"),
        order("o2", "p2", "2026-10-01"),
        journal("j1", Some("c1"), &["p1"]),
        journal("j2", None, &["p2"]),
        // 23:30 UTC is the next day in Moscow.
        lesson("l1", "j1", 1_788_391_800_000),
        lesson("l2", "j2", 1_788_391_800_000),
        mark("m1", "j1", "p1", "2026-09-02"),
        mark("m2", "j2", "p2", "2026-09-03"),
        account("x1", RecordType::Pupil, "p1"),
        account("x2", RecordType::Guardian, "g3"),
        account("x3", RecordType::SchoolClass, "c1"),
    ];
    load(store, fence, rows, ImportMode::Replace).unwrap();
}

fn ids(store: &dyn SchoolStore, record_type: RecordType, filter: &Filter) -> String {
    let page = store.page(record_type, filter, None, 100).unwrap();
    assert!(page.next.is_none());
    page.rows.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(" ")
}

fn filters_answer_what_they_say(subject: &Subject) {
    use RecordType as T;
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    world(store, lane.fence());
    let class = |id: &str| Filter { class_id: Some(id.into()), ..Filter::default() };
    let without = Filter { without_class: true, ..Filter::default() };
    let person = |id: &str| Filter { person_ids: Some(vec![id.into()]), ..Filter::default() };
    let year = Filter { study_year: Some(2026), ..Filter::default() };
    let day = |since: &str, until: &str| Filter {
        since: Some(since.parse().unwrap()),
        until: Some(until.parse().unwrap()),
        ..Filter::default()
    };
    let of_journal = Filter { journal_id: Some("j2".into()), ..Filter::default() };
    let two = Filter { ids: Some(vec!["p3".into(), "p1".into()]), ..Filter::default() };
    let both = Filter { class_id: Some("c1".into()), ids: Some(vec!["p2".into()]), ..Filter::default() };
    let cases: [(T, Filter, &str); 34] = [
        (T::Pupil, Filter::default(), "p1 p2 p3"),
        (T::Pupil, two, "p1 p3"),
        (T::Pupil, both, ""),
        (T::SchoolClass, class("c1"), "c1"),
        (T::Pupil, class("c1"), "p1"),
        (T::Guardian, class("c1"), "g1"),
        (T::Guardian, class("c2"), "g1 g2"),
        (T::Application, class("c1"), "a1"),
        (T::Order, class("c2"), "o2"),
        (T::Journal, class("c1"), "j1"),
        (T::Lesson, class("c1"), "l1"),
        (T::Mark, class("c2"), "m2"),
        (T::Account, class("c1"), "x1 x3"),
        (T::Staff, class("c1"), ""),
        (T::Pupil, without.clone(), "p3"),
        (T::Guardian, without.clone(), "g3"),
        (T::Application, without.clone(), "a3 a9"),
        (T::Account, without.clone(), "x2"),
        (T::Journal, without.clone(), "j2"),
        (T::SchoolClass, without, ""),
        (T::Pupil, person("p2"), "p2"),
        (T::Application, person("p1"), "a1"),
        (T::Account, person("g3"), "x2"),
        (T::Journal, person("p1"), "j1"),
        (T::Journal, person("t1"), "j1 j2"),
        (T::Lesson, person("t1"), "l1 l2"),
        (T::SchoolClass, person("t1"), "c1 c2"),
        (T::SchoolClass, year.clone(), "c1"),
        (T::Pupil, year, "p1"),
        (T::Lesson, day("2026-09-02", "2026-09-02"), ""),
        (T::Lesson, day("2026-09-03", "2026-09-03"), "l1 l2"),
        (T::Mark, day("2026-09-03", "2026-12-31"), "m2"),
        (T::Order, day("2026-09-15", "2026-12-31"), "o2"),
        (T::Mark, of_journal, "m2"),
    ];
    for (record_type, filter, expected) in cases {
        assert_eq!(ids(store, record_type, &filter), expected, "{record_type} {filter:?}");
    }
}

fn pages_hold_together(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    let rows = (0..25).map(|n| pupil(&format!("p{n:02}"), None, &[])).collect();
    load(store, lane.fence(), rows, ImportMode::Replace).unwrap();
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.page(RecordType::Pupil, &Filter::default(), cursor.as_deref(), 10).unwrap();
        assert!(page.rows.len() <= 10);
        seen.extend(page.rows.into_iter().map(|(id, _)| id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, (0..25).map(|n| format!("p{n:02}")).collect::<Vec<_>>());
    assert_eq!(store.count(RecordType::Pupil).unwrap(), 25);
    let json = store.get(RecordType::Pupil, "p07").unwrap().unwrap();
    assert_eq!(Record::from_json(RecordType::Pupil, &json).unwrap().id(), "p07");
    assert!(store.get(RecordType::Pupil, "nobody").unwrap().is_none());
}

fn digest_follows_the_answer_only(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    world(store, lane.fence());
    let of_c1 = Filter { class_id: Some("c1".into()), ..Filter::default() };
    let digest = || store.digest(RecordType::Pupil, &of_c1).unwrap();
    let (before, revision) = (digest(), store.revision().unwrap());
    load(store, lane.fence(), vec![pupil("p2", Some("c2"), &["g2"])], ImportMode::Add).unwrap();
    assert_eq!(digest(), before);
    assert!(store.revision().unwrap() > revision);
    load(store, lane.fence(), vec![pupil("p1", Some("c1"), &["g2"])], ImportMode::Add).unwrap();
    assert_ne!(digest(), before);
}

fn import_replaces_adds_and_holds(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    let fence = lane.fence();
    let many = |range: std::ops::Range<u32>, class: &str| -> Vec<Record> {
        range.map(|n| pupil(&format!("p{n:03}"), Some(class), &["g"])).collect()
    };
    let first = load(store, fence, many(0..100, "c1"), ImportMode::Replace).unwrap();
    assert_eq!((first.types[0].added, first.types[0].before), (100, 0));
    let revision = store.revision().unwrap();

    let same = load(store, fence, many(0..100, "c1"), ImportMode::Replace).unwrap();
    assert_eq!(same.types[0].unchanged, 100);
    assert_eq!(store.revision().unwrap(), revision, "nothing changed, so nothing is new");

    let half = load(store, fence, many(0..50, "c2"), ImportMode::Replace).unwrap();
    assert_eq!(half.held.map(|held| held.dropped), Some(50));
    assert_eq!(store.count(RecordType::Pupil).unwrap(), 100);
    assert_eq!(
        ids(store, RecordType::Pupil, &Filter { class_id: Some("c2".into()), ..Filter::default() }),
        ""
    );

    let preview = ImportLimits { preview: true, ..ImportLimits::default() };
    let counted = load_with(store, fence, many(0..95, "c1"), ImportMode::Replace, preview).unwrap();
    assert_eq!((counted.types[0].dropped, counted.held), (5, None));
    assert_eq!(store.count(RecordType::Pupil).unwrap(), 100);

    let few = load(store, fence, many(0..91, "c1"), ImportMode::Replace).unwrap();
    assert_eq!((few.types[0].dropped, few.held), (9, None), "at most ten rows pass whatever their share");

    let added = load(store, fence, many(90..93, "c2"), ImportMode::Add).unwrap();
    assert_eq!((added.types[0].added, added.types[0].changed, added.types[0].dropped), (2, 1, 0));

    let forced = ImportLimits { force: true, ..ImportLimits::default() };
    let shrunk = load_with(store, fence, many(0..10, "c1"), ImportMode::Replace, forced).unwrap();
    assert_eq!((shrunk.types[0].dropped, store.count(RecordType::Pupil).unwrap()), (83, 10));
}

fn import_of_several_types_is_atomic(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    world(store, lane.fence());
    let revision = store.revision().unwrap();
    let mut good = vec![Ok(pupil("p9", None, &[]))].into_iter();
    let mut bad =
        vec![Ok(guardian("g9")), Err(exchange::error::Error::failed("row 2 is broken"))].into_iter();
    let batches = vec![
        ImportBatch { record_type: RecordType::Pupil, mode: ImportMode::Add, rows: &mut good },
        ImportBatch { record_type: RecordType::Guardian, mode: ImportMode::Add, rows: &mut bad },
    ];
    let error = store.import(lane.fence(), batches, ImportLimits::default(), NOW).unwrap_err();
    assert_eq!(error.what(), "row 2 is broken");
    assert!(store.get(RecordType::Pupil, "p9").unwrap().is_none());
    assert_eq!(store.revision().unwrap(), revision);
}

fn the_last_of_several_rows_counts(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    let rows = |class: &str| vec![pupil("p1", Some("c0"), &["g1"]), pupil("p1", Some(class), &["g2"])];
    let first = load(store, lane.fence(), rows("c1"), ImportMode::Replace).unwrap();
    assert_eq!((first.types[0].added, first.types[0].changed), (1, 0));
    let of = |class: &str| {
        let filter = Filter { class_id: Some(class.into()), ..Filter::default() };
        (ids(store, RecordType::Pupil, &filter), store.count(RecordType::Pupil).unwrap())
    };
    assert_eq!(of("c1"), ("p1".to_owned(), 1));
    let again = load(store, lane.fence(), rows("c2"), ImportMode::Replace).unwrap();
    assert_eq!((again.types[0].added, again.types[0].changed, again.types[0].before), (0, 1, 1));
    assert_eq!(of("c2"), ("p1".to_owned(), 1));
    // Guardians are those of the last row, too.
    load(store, lane.fence(), vec![guardian("g1"), guardian("g2")], ImportMode::Add).unwrap();
    let filter = Filter { class_id: Some("c2".into()), ..Filter::default() };
    assert_eq!(ids(store, RecordType::Guardian, &filter), "g2");
}

fn an_import_is_remembered_while_the_records_stay(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    let fence = lane.fence();
    load(store, fence, vec![pupil("p1", None, &[])], ImportMode::Replace).unwrap();
    assert_eq!(store.recall_import(&[1; 32]).unwrap(), None);
    store.remember_import(fence, &[1; 32], "one").unwrap();
    store.remember_import(fence, &[2; 32], "two").unwrap();
    store.remember_import(fence, &[1; 32], "one again").unwrap();
    assert_eq!(store.recall_import(&[1; 32]).unwrap().as_deref(), Some("one again"));
    assert_eq!(store.recall_import(&[2; 32]).unwrap().as_deref(), Some("two"));
    load(store, fence, vec![pupil("p1", None, &[])], ImportMode::Replace).unwrap();
    assert!(store.recall_import(&[2; 32]).unwrap().is_some(), "nothing has changed");
    load(store, fence, vec![pupil("p1", Some("c"), &[])], ImportMode::Replace).unwrap();
    assert_eq!(store.recall_import(&[2; 32]).unwrap(), None);
    for number in 0..40 {
        store.remember_import(fence, &[number; 32], "many").unwrap();
    }
    assert!(store.recall_import(&[39; 32]).unwrap().is_some());
    assert_eq!(store.recall_import(&[0; 32]).unwrap(), None, "old ones make room");
}

fn puts_keep_the_image_before(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    load(store, lane.fence(), vec![identifier("i1", "old")], ImportMode::Add).unwrap();
    let before = store.get(RecordType::Identifier, "i1").unwrap();
    let put = |id: &str, value: &str| RecordWrite::Put(Box::new(identifier(id, value)));
    let write = |run: u64, writes: &[RecordWrite]| store.write_records(lane.fence(), run, writes).unwrap();
    write(7, &[put("i1", "new"), put("i2", "new")]);
    write(7, &[put("i1", "newer")]);
    let images = store.before_images(7).unwrap();
    let image = |id: &str, json: Option<String>, written: Option<u64>| {
        let (record_type, id) = (RecordType::Identifier, id.into());
        BeforeImage { record_type, id, json, written }
    };
    assert_eq!(images, [image("i1", before, None), image("i2", None, None)]);
    let newer = store.get(RecordType::Identifier, "i1").unwrap();
    assert!(newer.as_ref().unwrap().contains("newer"));
    write(8, &[RecordWrite::Remove(RecordType::Identifier, "i1".into())]);
    assert_eq!(store.get(RecordType::Identifier, "i1").unwrap(), None);
    assert_eq!(store.before_images(8).unwrap(), [image("i1", newer, Some(7))]);
    let by = |id: &str| store.written_by(RecordType::Identifier, id).unwrap();
    assert_eq!((by("i1"), by("i2"), by("i3")), (Some(8), Some(7), None));
}

fn secrets_are_listed_without_values(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    store.set_secret(lane.fence(), "token", "s3cret", NOW).unwrap();
    assert_eq!(store.secret("token").unwrap().as_deref(), Some("s3cret"));
    assert_eq!(store.secret_names().unwrap(), [("token".to_owned(), NOW)]);
    assert!(store.remove_secret(lane.fence(), "token").unwrap());
    assert!(!store.remove_secret(lane.fence(), "token").unwrap());
    assert_eq!(store.secret("token").unwrap(), None);
    assert_ne!(store.hash_key().unwrap(), subject.other.hash_key().unwrap());
    subject.host.set_host_secret("smtp", "h0st", NOW).unwrap();
    assert_eq!(subject.host.host_secret("smtp").unwrap().as_deref(), Some("h0st"));
    assert_eq!(subject.host.host_secret_names().unwrap().len(), 1);
}

fn bindings_and_dialogues(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    let (fence, task) = (lane.fence(), TaskId::from("t"));
    assert_eq!(store.binding(&task).unwrap(), None);
    store.bind(fence, &task, &[Param::new("school", "1000")], NOW).unwrap();
    assert_eq!(store.binding(&task).unwrap(), Some(vec![Param::new("school", "1000")]));
    assert!(store.unbind(fence, &task).unwrap());
    assert!(!store.unbind(fence, &task).unwrap());

    store.put_dialogue(fence, "a", &task, b"state", NOW + 10).unwrap();
    assert_eq!(store.take_dialogue(fence, "a", &"other".into(), NOW).unwrap(), None);
    assert_eq!(store.take_dialogue(fence, "a", &task, NOW).unwrap().as_deref(), Some(&b"state"[..]));
    assert_eq!(store.take_dialogue(fence, "a", &task, NOW).unwrap(), None, "the second tab comes too late");
    store.put_dialogue(fence, "b", &task, b"state", NOW + 10).unwrap();
    assert_eq!(store.take_dialogue(fence, "b", &task, NOW + 10).unwrap(), None, "expired");
    store.put_dialogue(fence, "c", &task, b"state", NOW + 10).unwrap();
    assert_eq!(store.expire_dialogues(fence, NOW + 9).unwrap(), 0);
    assert_eq!(store.expire_dialogues(fence, NOW + 10).unwrap(), 1);
}

pub(crate) fn entry(key: &str, state: LedgerState) -> LedgerEntry {
    LedgerEntry {
        item: ItemRef::new("person", key),
        scope: "c1".into(),
        group: Some("5-А".into()),
        about: Some(RecordRef { record_type: RecordType::Pupil, id: key.into() }),
        handle: Some(format!("h-{key}")),
        outputs: vec![Param::new("link", "x")],
        refs: vec![ItemRef::new("class", "c1")],
        fields: vec![FieldHash { name: "name".into(), hash: [7; 16] }],
        origin: Origin::Created,
        state,
        gone: WhenGone::Report,
        identity: Some([9; 32]),
        doubt: None,
        confirmed: Some(NOW),
        gone_since: None,
    }
}

pub(crate) fn doubtful(key: &str) -> LedgerEntry {
    let scale = Some(Scale { boot: u64::MAX, zero: NOW });
    let doubt = Doubt { action: Action::Create, token: "t".into(), sent: NOW, until: NOW + 30_000, scale };
    LedgerEntry { doubt: Some(doubt), handle: None, confirmed: None, ..entry(key, LedgerState::InDoubt) }
}

fn ledger_and_journal(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    let (fence, task) = (lane.fence(), TaskId::from("t"));
    let put = vec![entry("a", LedgerState::Confirmed), entry("b", LedgerState::Accepted)];
    store.record(fence, &task, None, &Progress { put: put.clone(), ..Progress::default() }).unwrap();
    assert_eq!(store.ledger(&task).unwrap(), put);
    assert!(store.ledger(&"other".into()).unwrap().is_empty());
    assert_eq!((store.ledger_count(&task).unwrap(), store.ledger_open(&task).unwrap()), (2, 0));
    assert_eq!(store.ledger_due(&task, "person", NOW, NOW).unwrap(), 0);
    assert_eq!(store.ledger_due(&task, "person", NOW + 1, NOW + 1).unwrap(), 2);
    assert_eq!(store.ledger_due(&task, "person", NOW - 2, NOW - 1).unwrap(), 2, "confirmed in the future");

    let items = [ItemRef::new("person", "c")];
    let sending = Sending {
        run: Some(1),
        operation: "add",
        items: &items,
        doubts: &[&doubtful("c")],
        sent: NOW,
        until: NOW + 30_000,
    };
    let ticket = store.journal_sent(fence, &task, &sending).unwrap();
    assert_eq!(store.ledger_entry(&task, &items[0]).unwrap(), Some(doubtful("c")));
    assert_eq!(store.ledger_open(&task).unwrap(), 1);
    assert_eq!(store.writes(&task, 9).unwrap()[0].answered, None);
    store.journal_answered(fence, ticket, Some(200), NOW + 5).unwrap();
    let row = &store.writes(&task, 9).unwrap()[0];
    assert_eq!((row.answered, row.status, row.items.as_slice()), (Some(NOW + 5), Some(200), &items[..]));

    store.record(fence, &task, None, &Progress { drop: items.to_vec(), ..Progress::default() }).unwrap();
    assert_eq!(store.ledger_entry(&task, &items[0]).unwrap(), None);
}

/// Doubts of writes under way stand in the ledger until more is said of their items, whoever says it.
fn writes_under_way(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    let (fence, task) = (lane.fence(), TaskId::from("t"));
    let send = |keys: &[&str]| {
        let items: Vec<ItemRef> = keys.iter().map(|key| ItemRef::new("person", *key)).collect();
        let doubts: Vec<LedgerEntry> = keys.iter().map(|key| doubtful(key)).collect();
        let (sent, until) = (NOW, NOW + 30_000);
        let sending = Sending {
            run: None,
            operation: "add",
            items: &items,
            doubts: &doubts.iter().collect::<Vec<_>>(),
            sent,
            until,
        };
        store.journal_sent(fence, &task, &sending).unwrap()
    };
    let known = |key: &str| entry(key, LedgerState::Confirmed);
    let put = |keys: &[&str], settled: &[WriteTicket]| {
        let put = keys.iter().map(|key| known(key)).collect();
        let progress = Progress { put, settled: settled.to_vec(), ..Progress::default() };
        store.record(fence, &task, None, &progress).unwrap();
    };
    put(&["b", "e"], &[]);
    let ticket = send(&["a", "c", "e"]);
    assert_eq!(store.ledger(&task).unwrap(), [doubtful("a"), known("b"), doubtful("c"), doubtful("e")]);
    assert_eq!(store.ledger(&"other".into()).unwrap(), []);
    assert_eq!((store.ledger_count(&task).unwrap(), store.ledger_open(&task).unwrap()), (4, 3));
    assert_eq!(store.ledger_due(&task, "person", NOW + 1, NOW + 1).unwrap(), 1);
    put(&["a", "c", "e"], &[ticket]);
    assert_eq!(store.ledger(&task).unwrap(), ["a", "b", "c", "e"].map(known));

    send(&["d", "e"]);
    put(&["d"], &[]);
    assert_eq!(store.ledger_entry(&task, &ItemRef::new("person", "d")).unwrap(), Some(known("d")));
    assert_eq!(store.ledger_entry(&task, &ItemRef::new("person", "e")).unwrap(), Some(doubtful("e")));

    send(&["f"]);
    drop(lane);
    let lane = store.take_lane("test", NOW).unwrap();
    assert_eq!(store.ledger_entry(&task, &ItemRef::new("person", "f")).unwrap(), Some(doubtful("f")));
    assert_eq!((store.ledger_count(&task).unwrap(), store.ledger_open(&task).unwrap()), (6, 2));
    drop(lane);
}

fn runs_and_what_is_told_of_them(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    let (fence, task) = (lane.fence(), TaskId::from("t"));
    assert_eq!(store.last_run(&task).unwrap(), None);
    let first = store.begin_run(fence, &task, &Selection::default(), NOW).unwrap();
    let second = store.begin_run(fence, &task, &Selection::default(), NOW + 1).unwrap();
    assert_eq!((first.number, second.number), (1, 2));
    let dead = store.run(1).unwrap().unwrap();
    assert_eq!((dead.status, dead.finished), (RunStatus::Failed, Some(NOW + 1)), "its process died");

    let rejection = Rejection { field: None, reason: Message::new("bad"), fix: None };
    let row = OutcomeRow {
        item: ItemRef::new("person", "a"),
        group: None,
        about: None,
        outcome: Outcome::Rejected(rejection),
        action: Some(Action::Create),
        remarks: vec![Message::new("note").with("n", 3)],
    };
    let told = Progress { outcomes: vec![row.clone()], ..Progress::default() };
    store.record(fence, &task, Some(2), &told).unwrap();
    assert_eq!(store.outcomes(2).unwrap(), [row]);

    let request = RequestRow {
        at: NOW,
        upstream: "dnevnik".into(),
        operation: "add".into(),
        method: "POST".into(),
        path: "/persons/{id}".into(),
        write: true,
        status: Some(200),
        error: None,
        sent: 10,
        received: 20,
        attempt: 1,
        ms: 5,
    };
    store.add_requests(fence, 2, &[request.clone(), RequestRow { write: false, ..request.clone() }]).unwrap();
    assert_eq!(store.requests(2).unwrap()[0], request);
    let line = LogRow { at: NOW, level: "info".into(), text: "hello".into() };
    store.add_log(fence, 2, std::slice::from_ref(&line)).unwrap();
    assert_eq!(store.log(2).unwrap(), [line]);

    let counts = RunCounts { rejected: 1, ..RunCounts::default() };
    let end = RunEnd {
        status: RunStatus::WithRemarks,
        reason: None,
        verdict: None,
        plan: Some("ab".into()),
        counts,
    };
    store.end_run(fence, 2, &end, NOW + 9).unwrap();
    let run = store.last_run(&task).unwrap().unwrap();
    assert_eq!((run.status, run.counts, run.requests), (RunStatus::WithRemarks, counts, (1, 1)));
    assert_eq!(run.id.to_string(), format!("{}-2", store.school()));
    assert_eq!(store.runs(None, 10).unwrap().len(), 2);
    assert_eq!(store.runs(Some(&"other".into()), 10).unwrap(), []);
}

fn bodies_are_kept_until_their_leave_ends(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    let (fence, task) = (lane.fence(), TaskId::from("t"));
    let until =
        |until| DebugGrant { task: task.clone(), since: NOW, until, who: "me".into(), reason: "why".into() };
    store.grant_debug(fence, &until(NOW + 5)).unwrap();
    store.grant_debug(fence, &until(NOW + 10)).unwrap();
    assert_eq!(store.debug_grants(NOW).unwrap(), [until(NOW + 10)], "in place of the earlier one");
    let body = |place| Bodies { place, sent: vec![1, 2], received: vec![] };
    store.add_bodies(fence, 1, &task, NOW + 10, &[body(4), body(0)]).unwrap();
    assert_eq!(store.bodies(1, NOW + 9).unwrap(), [body(0), body(4)]);
    assert_eq!(store.bodies(1, NOW + 10).unwrap(), [], "its time is over");
    assert_eq!(store.debug_grants(NOW + 10).unwrap(), []);
    assert!(!store.has_expired(NOW + 9).unwrap() && store.has_expired(NOW + 10).unwrap());
    assert_eq!(store.drop_expired(fence, NOW + 10).unwrap(), 2);
    assert_eq!(store.bodies(1, NOW).unwrap(), []);

    store.grant_debug(fence, &until(NOW + 10)).unwrap();
    store.add_bodies(fence, 2, &task, NOW + 10, &[body(0)]).unwrap();
    assert!(store.revoke_debug(fence, &task).unwrap() && !store.revoke_debug(fence, &task).unwrap());
    assert_eq!(store.bodies(2, NOW).unwrap(), [], "what was kept goes with the leave");
}

fn ask(key: &str, handles: &[&str]) -> Ask {
    let candidates = handles
        .iter()
        .map(|&handle| Possibility {
            handle: handle.into(),
            evidence: vec![Message::new("same-name")],
            link: None,
        })
        .collect();
    Ask {
        item: ItemRef::new("person", key),
        scope: "c1".into(),
        group: None,
        about: None,
        question: Question::Which,
        candidates,
    }
}

fn decisions_keep_their_number(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    let (fence, task) = (lane.fence(), TaskId::from("t"));
    assert_eq!(store.ask(fence, &task, &[ask("a", &["1", "2"]), ask("b", &["3"])], NOW).unwrap(), [1, 2]);
    assert!(store.answer(fence, 1, &Answer::Adopt("7".into()), "me", NOW).is_err(), "not a candidate");
    store.answer(fence, 1, &Answer::Adopt("2".into()), "me", NOW + 1).unwrap();
    assert_eq!(store.ask(fence, &task, &[ask("a", &["2", "5"])], NOW + 2).unwrap(), [1]);
    let all = store.decisions(Some(&task), false).unwrap();
    assert_eq!(
        (&all[0].answer, &all[0].answered),
        (&None, &None),
        "asked again: the answer did not settle it"
    );
    assert_eq!(all[0].ask.candidates[1].handle, "5");
    assert_eq!(store.decisions(None, true).unwrap().len(), 2);

    let doubt = Ask { question: Question::Arrived, candidates: vec![], ..ask("a", &[]) };
    assert_eq!(store.ask(fence, &task, &[doubt], NOW).unwrap(), [3], "another question is another decision");
    store.drop_decisions(fence, &task, &[ItemRef::new("person", "a")]).unwrap();
    assert_eq!(store.decisions(None, false).unwrap().len(), 1);
    assert!(store.answer(fence, 3, &Answer::Skip, "me", NOW).is_err());

    assert_eq!(store.approval(&task, "abc").unwrap(), None);
    store.approve(fence, &task, "abc", "me", NOW).unwrap();
    assert_eq!(store.approval(&task, "abc").unwrap(), Some(("me".into(), NOW)));
}

fn scopes_and_tallies(subject: &Subject) {
    let store = &*subject.school;
    let lane = store.take_lane("test", NOW).unwrap();
    let (fence, task) = (lane.fence(), TaskId::from("t"));
    let left = LeftOutRow {
        about: RecordRef { record_type: RecordType::Pupil, id: "p1".into() },
        group: None,
        reason: Message::new("no-order"),
    };
    let memory = |id: &str| ScopeMemory {
        scope: Scope { id: id.into(), title: id.into(), group: None },
        dependencies: vec![Dependency {
            record_type: RecordType::Pupil,
            filter: Filter { class_id: Some(id.into()), ..Filter::default() },
            digest: [3; 32],
        }],
        revision: 4,
        setup: [1; 32],
        at: NOW,
        valid_until: Some(NOW),
        complete: true,
        items: 2,
        digest: [2; 32],
        settled: Settled::Told,
        left_out: vec![left.clone()],
        carried: vec![],
    };
    store.remember_scopes(fence, &task, &[memory("c2"), memory("c1")]).unwrap();
    assert_eq!(store.scopes(&task).unwrap(), [memory("c1"), memory("c2")]);
    store.forget_scopes(fence, &task, &["c2".into()]).unwrap();
    assert_eq!(store.left_out(&task).unwrap(), [left]);
    assert_eq!(store.task_memory(&task).unwrap(), None);
    let whole = TaskMemory { scopes: vec!["c1".into()], version: "1.0.0".into(), ..TaskMemory::default() };
    store.remember_task(fence, &task, &whole).unwrap();
    assert_eq!(store.task_memory(&task).unwrap(), Some(whole));

    let tally = |added, removed| Tally { added, changed: 0, removed };
    store.add_tally(fence, &task, tally(5, 0), NOW).unwrap();
    store.add_tally(fence, &task, tally(1, 2), NOW + 10).unwrap();
    assert_eq!(store.tally(&task, NOW, NOW + 10).unwrap(), tally(6, 2));
    assert_eq!(store.tally(&task, NOW + 1, NOW + 10).unwrap(), tally(1, 2));
    assert_eq!(store.tally(&task, NOW, NOW + 9).unwrap(), tally(5, 0));
    assert_eq!(store.tally(&"other".into(), 0, NOW + 10).unwrap(), Tally::default());
}

/// Asks to create one shared thing.
fn claim(subject: &Subject, lane: &Lane, id: &IdentityRef, gone: Option<&str>) -> Claim {
    let wish = Wish { id: id.clone(), gone: gone.map(str::to_owned) };
    subject.host.claim_identities(lane.fence(), &"t".into(), &[wish]).unwrap().remove(0)
}

fn held(id: &IdentityRef, handle: &str, created: bool) -> [Held; 1] {
    [Held { id: id.clone(), handle: handle.to_owned(), created }]
}

fn identities_are_created_once(subject: &Subject) {
    let (host, task) = (&*subject.host, TaskId::from("t"));
    let (one, two) =
        (subject.school.take_lane("a", NOW).unwrap(), subject.other.take_lane("b", NOW).unwrap());
    let id = IdentityRef { space: "s".into(), hash: [1; 32] };
    let first = TaskRef { school: subject.school.school().clone(), task: task.clone() };
    assert_eq!(host.identity(&id).unwrap(), None);
    assert_eq!(claim(subject, &one, &id, None), Claim::Yours);
    assert_eq!(claim(subject, &one, &id, None), Claim::Yours, "after a crash too");
    assert_eq!(claim(subject, &two, &id, None), Claim::Busy(first.clone()));
    assert_eq!(host.claims(&first).unwrap(), std::slice::from_ref(&id));
    host.settle_identities(one.fence(), &task, &held(&id, "77", true)).unwrap();
    let known = Claim::Known { handle: "77".into(), created: true };
    assert_eq!(claim(subject, &two, &id, None), known);
    host.settle_identities(two.fence(), &task, &held(&id, "77", false)).unwrap();
    assert_eq!(host.identity(&id).unwrap(), Some(known), "found later does not undo who made it");
    assert_eq!(host.holders(&id).unwrap().len(), 2);
    assert_eq!(host.holdings(&first).unwrap(), std::slice::from_ref(&id));
    host.unhold_identity(one.fence(), &task, &id, false).unwrap();
    assert_eq!(host.holders(&id).unwrap().len(), 1);
    assert_eq!(claim(subject, &one, &id, Some("77")), Claim::Yours, "it is gone there");
    host.unhold_identity(two.fence(), &task, &id, true).unwrap();
    assert_eq!(host.identity(&id).unwrap(), Some(Claim::Busy(first)));
    host.release_identity(one.fence(), &task, &id).unwrap();
    assert_eq!(host.identity(&id).unwrap(), None);
    assert_eq!(host.identity_key().unwrap(), host.identity_key().unwrap());
}

fn stale_fences_are_refused(subject: &Subject) {
    let (store, host, task) = (&*subject.school, &*subject.host, TaskId::from("t"));
    let id = IdentityRef { space: "s".into(), hash: [1; 32] };
    let old = store.take_lane("first", NOW).unwrap();
    let stale = old.fence().clone();
    let error = store.take_lane("second", NOW).unwrap_err();
    assert_eq!(error.catalogue().unwrap().code, "host-lane-busy");
    assert!(error.what().contains("first"), "{error}");
    assert_eq!(store.lane_holder().unwrap().unwrap().doing, "first");
    drop(old);
    assert_eq!(store.lane_holder().unwrap(), None);
    let new = store.take_lane("second", NOW).unwrap();
    assert!(new.fence().number > stale.number);
    claim(subject, &new, &id, None);

    assert!(store.set_secret(&stale, "a", "b", NOW).is_err());
    assert!(store.record(&stale, &task, None, &Progress::default()).is_err());
    assert!(store.begin_run(&stale, &task, &Selection::default(), NOW).is_err());
    assert!(load(store, &stale, vec![pupil("p", None, &[])], ImportMode::Add).is_err());
    assert!(host.settle_identities(&stale, &task, &held(&id, "1", true)).is_err());
    let foreign = subject.other.take_lane("other", NOW).unwrap();
    assert!(store.set_secret(foreign.fence(), "a", "b", NOW).is_err(), "a fence of another school");
    assert_eq!(store.secret_names().unwrap(), []);
}

fn marks_are_kept_task_by_task(subject: &Subject) {
    use exchange::model::timetable::Mark;

    let host = &*subject.marks;
    let task = |school: &str, task: &str| TaskRef { school: school.into(), task: task.into() };
    let mark = |decided, open: &[Millis]| Mark { decided, open: open.to_vec(), schedule: "0 3 * * *".into() };
    let (one, two) = (task("a", "x"), task("b", "x"));
    assert_eq!(host.marks().unwrap(), []);
    host.put_marks(&[(two.clone(), mark(1, &[])), (one.clone(), mark(2, &[NOW, NOW + 1]))]).unwrap();
    host.put_marks(&[(two.clone(), mark(NOW, &[7]))]).unwrap();
    host.put_marks(&[]).unwrap();
    let kept = [(one.clone(), mark(2, &[NOW, NOW + 1])), (two.clone(), mark(NOW, &[7]))];
    assert_eq!(host.marks().unwrap(), kept);
    host.remove_marks(&[one, task("a", "unknown")]).unwrap();
    assert_eq!(host.marks().unwrap(), kept[1..]);

    let rota = host.take_rota(NOW).unwrap();
    let error = host.take_rota(NOW).unwrap_err();
    assert_eq!(error.catalogue().unwrap().code, "host-rota-busy");
    assert!(error.what().contains(&std::process::id().to_string()), "{error}");
    drop(rota);
    host.take_rota(NOW).unwrap();
}

const HOUR: Millis = 3_600_000;

fn administrator(login: &str) -> account::Account {
    account::Account {
        number: 0,
        login: login.into(),
        role: Role::SchoolAdministrator,
        school: Some("one".into()),
    }
}

fn session(token: &str, at: Millis) -> NewSession<'_> {
    NewSession { token, at, until: at + 12 * HOUR, client: "Firefox, Windows" }
}

/// An account that was set up by the code of step 100, its browser holding `first`.
fn set_up(users: &dyn UserStore, login: &str) -> account::Account {
    let invitation = format!("invitation of {login}");
    assert!(users.invite_user(&administrator(login), &invitation, NOW + HOUR, NOW).unwrap());
    assert!(users.set_credentials(&invitation, "$argon2id$…", b"codes", NOW).unwrap());
    assert!(users.accept_invitation(&invitation, 100, session("first", NOW)).unwrap());
    users.credentials(login).unwrap().unwrap().account
}

fn states(users: &dyn UserStore, now: Millis) -> Vec<(String, UserState, u64)> {
    let rows = users.users(now).unwrap();
    rows.into_iter().map(|row| (row.account.login, row.state, row.sessions)).collect()
}

fn accounts_are_set_up_once(subject: &Subject) {
    let users = &*subject.users;
    assert!(users.invite_user(&administrator("olga"), "secret", NOW + HOUR, NOW).unwrap());
    assert!(!users.invite_user(&administrator("olga"), "other", NOW + HOUR, NOW).unwrap(), "it is taken");
    assert_eq!(states(users, NOW), [("olga".into(), UserState::Invited, 0)]);
    assert_eq!(states(users, NOW + HOUR), [("olga".into(), UserState::Expired, 0)]);
    assert_eq!(users.invited("another", NOW).unwrap(), None);
    assert_eq!(users.invited("secret", NOW + HOUR).unwrap(), None, "it ran out");
    let invited = users.invited("secret", NOW).unwrap().unwrap();
    assert_eq!((invited.account.login.as_str(), invited.totp), ("olga", None));
    assert!(!users.accept_invitation("secret", 1, session("s", NOW)).unwrap(), "without a password");

    assert!(!users.set_credentials("another", "hash", b"codes", NOW).unwrap());
    assert!(users.set_credentials("secret", "hash", b"codes", NOW).unwrap());
    assert_eq!(users.invited("secret", NOW).unwrap().unwrap().totp.as_deref(), Some(&b"codes"[..]));
    assert_eq!(users.credentials("olga").unwrap(), None, "not before the code");
    assert!(!users.accept_invitation("secret", 1, session("s", NOW + HOUR)).unwrap(), "it ran out");
    assert!(users.accept_invitation("secret", 1, session("s", NOW)).unwrap());
    assert!(!users.accept_invitation("secret", 2, session("t", NOW)).unwrap(), "it is used up");
    let known = users.credentials("olga").unwrap().unwrap();
    assert_eq!((known.password.as_str(), &*known.totp), ("hash", &b"codes"[..]));
    assert_eq!(known.account.school, Some("one".into()));
    assert_eq!(states(users, NOW), [("olga".into(), UserState::Active, 1)]);

    assert!(!users.reset_user("nobody", "again", NOW + HOUR).unwrap());
    assert!(users.reset_user("olga", "again", NOW + HOUR).unwrap());
    assert_eq!(states(users, NOW), [("olga".into(), UserState::Invited, 0)], "sessions have ended");
    assert_eq!(users.credentials("olga").unwrap(), None);
    assert_eq!(users.invited("again", NOW).unwrap().unwrap().totp, None, "everything is set up anew");
}

fn a_code_signs_in_once(subject: &Subject) {
    let users = &*subject.users;
    let olga = set_up(users, "olga");
    assert_eq!(users.credentials("nobody").unwrap(), None);
    assert!(!users.sign_in(olga.number, 100, session("again", NOW)).unwrap(), "used when it was set up");
    assert!(!users.sign_in(olga.number, 99, session("again", NOW)).unwrap(), "an earlier one neither");
    assert!(users.sign_in(olga.number, 101, session("second", NOW)).unwrap());
    assert!(!users.sign_in(olga.number, 101, session("again", NOW)).unwrap());
    assert!(!users.sign_in(olga.number + 1, 102, session("again", NOW)).unwrap(), "nobody");
    assert_eq!(users.session("again", NOW, HOUR).unwrap(), None);
}

fn sessions_end(subject: &Subject) {
    let users = &*subject.users;
    let olga = set_up(users, "olga");
    let maria = set_up_beside(users, "maria");
    assert!(users.sign_in(olga.number, 101, session("second", NOW)).unwrap());
    let who = |token: &str, now| users.session(token, now, HOUR).unwrap().map(|(account, _)| account.login);
    assert_eq!(who("first", NOW).as_deref(), Some("olga"));
    assert_eq!(who("of maria", NOW).as_deref(), Some("maria"));
    assert_eq!(who("guessed", NOW), None);
    // Whoever comes back in time is seen, and has as long again.
    assert_eq!(who("first", NOW + HOUR - 1).as_deref(), Some("olga"));
    assert_eq!(who("first", NOW + 2 * HOUR - 2).as_deref(), Some("olga"));
    assert_eq!(who("second", NOW + HOUR), None, "idle");
    for hours in 2..=12 {
        who("first", NOW + hours * HOUR - 60_000);
    }
    assert_eq!(who("first", NOW + 12 * HOUR), None, "whatever happens");

    let numbers = |login: &str| -> Vec<u64> {
        users.sessions(login, NOW, HOUR).unwrap().iter().map(|row| row.number).collect()
    };
    let (own, others) = (numbers("olga"), numbers("maria"));
    assert_eq!((own.len(), others.len()), (2, 1));
    assert_eq!(users.end_sessions("olga", Some(others[0])).unwrap(), 0, "not hers");
    assert_eq!(users.end_sessions("olga", Some(own[0])).unwrap(), 1);
    assert_eq!((who("second", NOW), who("of maria", NOW).as_deref()), (None, Some("maria")));
    assert_eq!(users.end_sessions("olga", None).unwrap(), 1);
    assert!(numbers("olga").is_empty());
    // What came to its end goes when somebody else signs in.
    assert!(users.sign_in(maria.number, 200, session("late", NOW + 13 * HOUR)).unwrap());
    assert_eq!(users.sessions("maria", NOW, 20 * HOUR).unwrap().len(), 1);
}

fn set_up_beside(users: &dyn UserStore, login: &str) -> account::Account {
    assert!(users.invite_user(&administrator(login), login, NOW + HOUR, NOW).unwrap());
    assert!(users.set_credentials(login, "hash", b"codes", NOW).unwrap());
    assert!(users.accept_invitation(login, 100, session("of maria", NOW)).unwrap());
    users.credentials(login).unwrap().unwrap().account
}

fn shut_out_is_shut_out(subject: &Subject) {
    let users = &*subject.users;
    let olga = set_up(users, "olga");
    assert!(!users.block_user("nobody", true, NOW).unwrap());
    assert!(users.block_user("olga", true, NOW).unwrap() && !users.block_user("olga", true, NOW).unwrap());
    assert_eq!(states(users, NOW), [("olga".into(), UserState::Blocked, 0)]);
    assert_eq!(users.session("first", NOW, HOUR).unwrap(), None);
    assert_eq!(users.credentials("olga").unwrap(), None);
    assert!(
        !users.sign_in(olga.number, 101, session("second", NOW)).unwrap(),
        "while the password is hashed"
    );
    assert!(users.reset_user("olga", "again", NOW + HOUR).unwrap());
    assert_eq!(users.invited("again", NOW).unwrap(), None, "a new address does not let anybody in");
    assert!(users.block_user("olga", false, NOW).unwrap());
    assert!(users.invited("again", NOW).unwrap().is_some());
}
