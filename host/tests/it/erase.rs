//! Erasing a person in the store: whatever table speaks of them, and nothing of anybody else.

use std::collections::BTreeMap;

use exchange::model::contract::{Action, Scope};
use exchange::model::records::*;
use exchange::model::*;
use exchange::store::*;

use super::store::open;
use super::store_conformance::{entry, pupil};

const NOW: Millis = 1_780_000_000_000;
const TASK: &str = "dnevnik";

fn mark(id: &str, pupil: &str) -> Record {
    Record::Mark(Mark {
        id: id.into(),
        journal_id: "j1".into(),
        lesson_id: None,
        pupil_id: pupil.into(),
        day: "2026-10-01".parse().unwrap(),
        value: "5".into(),
        work: None,
        comment: Some(format!("secret of {pupil}")),
    })
}

fn journal() -> Record {
    Record::Journal(Journal {
        id: "j1".into(),
        study_year: 2026,
        class_id: None,
        subject: "Физика".into(),
        teacher_ids: vec!["t1".into()],
        pupil_ids: vec!["pupil-1".into(), "pupil-10".into()],
        general: false,
        chat: false,
    })
}

fn outcome(key: &str, remark: &str) -> OutcomeRow {
    OutcomeRow {
        item: ItemRef::new("person", key),
        group: None,
        about: Some(RecordRef { record_type: RecordType::Pupil, id: key.into() }),
        outcome: Outcome::Applied,
        action: Some(Action::Create),
        remarks: vec![Message::new("x").with("whom", remark)],
    }
}

/// Two pupils, one of whose ids begins with the other's, with something in every table.
fn school(store: &SchoolDb, fence: &Fence) -> u64 {
    let batch = |kind, rows: Vec<Record>| (kind, rows.into_iter().map(Ok).collect::<Vec<_>>().into_iter());
    let mut all = [
        batch(RecordType::Pupil, vec![pupil("pupil-1", None, &["g1"]), pupil("pupil-10", None, &["g1"])]),
        batch(RecordType::Journal, vec![journal()]),
        batch(RecordType::Mark, vec![mark("mark-1", "pupil-1"), mark("mark-2", "pupil-10")]),
    ];
    let batches = all.iter_mut().map(|(kind, rows)| ImportBatch {
        record_type: *kind,
        mode: ImportMode::Replace,
        rows: rows as _,
    });
    store.import(fence, batches.collect(), ImportLimits::default(), NOW).unwrap();
    let task = TaskId::from(TASK);
    let selection = Selection { groups: vec![], persons: vec!["pupil-1".into(), "pupil-10".into()] };
    let run = store.begin_run(fence, &task, &selection, NOW).unwrap().number;
    let put = RecordWrite::Put(Box::new(pupil("pupil-1", Some("c2"), &["g1"])));
    store.write_records(fence, run, &[put]).unwrap();
    let mut relation = entry("pupil-1:g1", LedgerState::InDoubt);
    relation.about = Some(RecordRef { record_type: RecordType::Guardian, id: "g1".into() });
    let mut other = entry("pupil-10", LedgerState::Confirmed);
    other.refs.push(ItemRef::new("person", "pupil-1"));
    let one = entry("pupil-1", LedgerState::Confirmed);
    let told = [outcome("pupil-1", "x"), outcome("pupil-10", "waits for pupil-1")];
    let progress =
        Progress { put: vec![one, relation, other], outcomes: told.to_vec(), ..Progress::default() };
    store.record(fence, &task, Some(run), &progress).unwrap();
    let items = [ItemRef::new("person", "pupil-1"), ItemRef::new("person", "pupil-10")];
    let doubts = [entry("pupil-1", LedgerState::InDoubt)];
    let sending = Sending {
        run: Some(run),
        operation: "create",
        items: &items,
        doubts: &[&doubts[0]],
        sent: NOW,
        until: NOW,
    };
    store.journal_sent(fence, &task, &sending).unwrap();
    let lines = ["read pupil-1 twice", "read pupil-10"];
    let lines = lines.map(|text| LogRow { at: NOW, level: "info".into(), text: text.into() });
    store.add_log(fence, run, &lines).unwrap();
    store.put_dialogue(fence, "d", &task, b"state", NOW + 1_000).unwrap();
    let bodies = Bodies { place: 0, sent: b"about pupil-1".to_vec(), received: vec![] };
    store.add_bodies(fence, run, &task, NOW + 1_000, &[bodies]).unwrap();
    let memory = |id: &str, pupil: &str| ScopeMemory {
        scope: Scope { id: id.into(), title: id.to_owned(), group: None },
        left_out: vec![LeftOutRow {
            about: RecordRef { record_type: RecordType::Pupil, id: pupil.into() },
            group: None,
            reason: Message::new("x"),
        }],
        ..empty_memory()
    };
    store.remember_scopes(fence, &task, &[memory("a", "pupil-1"), memory("b", "pupil-10")]).unwrap();
    run
}

fn empty_memory() -> ScopeMemory {
    ScopeMemory {
        scope: Scope { id: "".into(), title: String::new(), group: None },
        dependencies: vec![],
        revision: 0,
        setup: [0; 32],
        at: NOW,
        valid_until: None,
        complete: true,
        items: 0,
        digest: [0; 32],
        settled: Settled::Clean,
        left_out: vec![],
        carried: vec![],
    }
}

/// Rows of all tables as text, by table.
fn dump(path: &std::path::Path) -> BTreeMap<String, Vec<String>> {
    let file = rusqlite::Connection::open(path).unwrap();
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    let tables: Vec<String> =
        file.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let rows = |table: &String| {
        let mut statement = file.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = statement.column_count();
        let row = statement.query_map([], |row| {
            Ok((0..columns)
                .map(|n| format!("{:?}", row.get_ref_unwrap(n).as_str()))
                .collect::<Vec<_>>()
                .join(" "))
        });
        row.unwrap().map(Result::unwrap).collect::<Vec<_>>()
    };
    tables.iter().map(|table| (table.clone(), rows(table))).collect()
}

/// Tables that name somebody by this id, as a word of its own.
fn naming(path: &std::path::Path, id: &str) -> Vec<String> {
    let names = |row: &String| {
        row.match_indices(id).any(|(at, _)| !row[at + id.len()..].starts_with(|c: char| c.is_ascii_digit()))
    };
    dump(path).into_iter().filter(|(_, rows)| rows.iter().any(names)).map(|(table, _)| table).collect()
}

fn whom(id: &str) -> RecordRef {
    RecordRef { record_type: RecordType::Pupil, id: id.into() }
}

#[test]
fn a_person_goes_from_every_table_and_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schools/one.db");
    let store = open(folder.path(), "one");
    let lane = store.take_lane("test", NOW).unwrap();
    let run = school(&store, lane.fence());
    let everywhere = [
        "guardian_of",
        "ledger",
        "log",
        "outcome",
        "record",
        "record_before",
        "record_written",
        "run",
        "scope",
        "sending",
        "write_item",
    ];
    assert_eq!(naming(&file, "pupil-1"), everywhere);

    let before = dump(&file);
    let preview = store.erase_person(lane.fence(), &whom("pupil-1"), NOW, true).unwrap();
    assert_eq!(dump(&file), before, "a preview changes nothing");
    let erased = store.erase_person(lane.fence(), &whom("pupil-1"), NOW, false).unwrap();
    store.overwrite_erased(lane.fence()).unwrap();
    assert_eq!(preview, erased);
    assert_eq!(naming(&file, "pupil-1"), Vec::<String>::new());
    let bytes = std::fs::read(&file).unwrap();
    let gone = "secret of pupil-1\"".as_bytes();
    assert!(!bytes.windows(gone.len()).any(|window| window == gone), "nor in pages that are free");
    assert_eq!(std::fs::metadata(file.with_extension("db-wal")).map_or(0, |wal| wal.len()), 0);

    let counts: Vec<(RecordType, u64)> = erased.records.iter().map(|(kind, n)| (*kind, *n)).collect();
    assert_eq!(counts, [(RecordType::Pupil, 1), (RecordType::Mark, 1)]);
    assert_eq!((erased.mentions, erased.remote.len(), erased.identities.len()), (1, 2, 2));
    assert!(erased.remote.iter().any(|trace| trace.in_doubt) && erased.left.is_empty());
    // The other one, whose id begins alike, has everything still.
    let others = ["guardian_of", "ledger", "log", "outcome", "record", "run", "scope", "write_item"];
    assert_eq!(naming(&file, "pupil-10"), others);
    assert_eq!(store.ledger(&TASK.into()).unwrap()[0].refs, [ItemRef::new("class", "c1")]);
    assert_eq!(store.outcomes(run).unwrap().len(), 1);
    assert!(store.get(RecordType::Journal, "j1").unwrap().unwrap().contains("[\"pupil-10\"]"));
    assert!(store.take_dialogue(lane.fence(), "d", &TASK.into(), NOW).unwrap().is_none());
    assert_eq!(store.bodies(run, NOW).unwrap(), [], "nobody can tell whose they are");
}

#[test]
fn whom_a_school_erased_is_known_by_a_keyed_hash_until_it_is_lifted() {
    let folder = tempfile::tempdir().unwrap();
    let (store, other) = (open(folder.path(), "one"), open(folder.path(), "two"));
    let lane = store.take_lane("test", NOW).unwrap();
    school(&store, lane.fence());
    assert_eq!(store.people("pupil-1").unwrap(), [whom("pupil-1")]);
    assert_eq!(store.only_guardians("pupil-1").unwrap(), [], "the guardian has another child here");
    store.erase_person(lane.fence(), &whom("pupil-1"), NOW, false).unwrap();
    let erasures = store.erasures().unwrap();
    assert!(erasures.has(RecordType::Pupil, "pupil-1"));
    assert!(!erasures.has(RecordType::Guardian, "pupil-1") && !erasures.has(RecordType::Pupil, "pupil-10"));
    assert!(!other.erasures().unwrap().has(RecordType::Pupil, "pupil-1"));
    assert_ne!(
        Erasures::hash(&store.hash_key().unwrap(), RecordType::Pupil, "pupil-1"),
        Erasures::hash(&other.hash_key().unwrap(), RecordType::Pupil, "pupil-1"),
        "schools cannot be joined over it"
    );
    assert!(store.lift_erasure(lane.fence(), &whom("pupil-1")).unwrap());
    assert!(!store.lift_erasure(lane.fence(), &whom("pupil-1")).unwrap());
    assert!(!store.erasures().unwrap().has(RecordType::Pupil, "pupil-1"));
    assert!(
        store
            .erase_person(
                lane.fence(),
                &RecordRef { record_type: RecordType::Mark, id: "x".into() },
                NOW,
                true
            )
            .is_err()
    );
}

#[test]
fn what_other_schools_hold_stays() {
    let folder = tempfile::tempdir().unwrap();
    let host = HostDb::open(folder.path(), &MasterKey([1; 32])).unwrap();
    let id = |n: u8| IdentityRef { space: "dnevnik/guardian@d".into(), hash: [n; 32] };
    let held = |n: u8| Held { id: id(n), handle: format!("h{n}"), created: true };
    let task = TaskId::from(TASK);
    let fence = |school: &str| Fence { school: school.into(), number: 1 };
    host.settle_identities(&fence("one"), &task, &[held(1), held(2), held(3)]).unwrap();
    host.settle_identities(&fence("two"), &task, &[held(2), held(4)]).unwrap();
    host.forget_identities(&fence("one"), &[(task.clone(), [1; 32]), (task.clone(), [2; 32])]).unwrap();
    assert_eq!(host.identity(&id(1)).unwrap(), None, "nobody holds it");
    assert!(host.identity(&id(2)).unwrap().is_some(), "the other school does");
    let preview = host.forget_school(&"one".into(), true).unwrap();
    assert!(host.identity(&id(3)).unwrap().is_some(), "a preview changes nothing");
    assert_eq!(host.forget_school(&"one".into(), false).unwrap(), preview);
    assert_eq!(preview["identity_holder"], 1);
    assert_eq!(host.identity(&id(3)).unwrap(), None);
    assert!(host.identity(&id(4)).unwrap().is_some());
    assert_eq!(host.holdings(&TaskRef { school: "two".into(), task }).unwrap().len(), 2);
    // The school may begin anew with the first number of a lane.
    host.settle_identities(&fence("one"), &TASK.into(), &[held(2)]).unwrap();
}

#[test]
fn a_store_that_was_erased_meanwhile_is_not_worked_on() {
    let folder = tempfile::tempdir().unwrap();
    let late = open(folder.path(), "one");
    let store = open(folder.path(), "one");
    let lane = store.take_lane("erase", NOW).unwrap();
    destroy_school_files(folder.path(), &"one".into(), Some(store), Some(lane)).unwrap();
    assert!(school_files(folder.path(), &"one".into()).unwrap().is_empty());
    let refused = late.take_lane("run", NOW).unwrap_err();
    assert!(refused.what().contains("erased"), "{refused}");
    // Nor is the new one mistaken for the old one.
    let new = open(folder.path(), "one");
    assert!(late.take_lane("run", NOW).is_err());
    assert!(new.take_lane("run", NOW).is_ok());
}
