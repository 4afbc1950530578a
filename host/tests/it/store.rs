//! SQLite as a back-end: the conformance suite, migrations, encryption at rest, speed.

use std::path::Path;
use std::time::Instant;

use exchange::model::SchoolId;
use exchange::model::records::{Record, RecordType};
use exchange::store::*;

use super::store_conformance::{self as suite, Subject};

pub(crate) fn options(key: u8) -> SchoolOptions {
    SchoolOptions { key: MasterKey([key; 32]), time_zone: jiff::tz::TimeZone::get("Europe/Moscow").unwrap() }
}

pub(crate) fn open(data: &Path, school: &str) -> SchoolDb {
    SchoolDb::open(data, &SchoolId::from(school), options(1)).unwrap()
}

#[test]
fn sqlite_conforms() {
    suite::conforms(|| {
        let folder = tempfile::tempdir().unwrap();
        let host = || Box::new(HostDb::open(folder.path(), &MasterKey([1; 32])).unwrap());
        let subject = Subject {
            school: Box::new(open(folder.path(), "one")),
            other: Box::new(open(folder.path(), "two")),
            host: host(),
            marks: host(),
            users: host(),
        };
        (subject, folder)
    });
}

/// A file as version 1 of the program left it, with data of every kind.
fn version_1(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = rusqlite::Connection::open(path).unwrap();
    file.execute_batch(include_str!("../../migrations/school/0001.sql")).unwrap();
    file.execute_batch(include_str!("../data/school-v1.sql")).unwrap();
    file.pragma_update(None, "user_version", 1).unwrap();
}

#[test]
fn what_an_older_program_works_on_is_not_brought_up_to_date_under_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schools/one.db");
    version_1(&file);
    let lane = std::fs::File::create(file.with_extension("lane")).unwrap();
    lane.lock().unwrap();
    let refused = SchoolDb::open(folder.path(), &SchoolId::from("one"), options(1)).unwrap_err();
    assert_eq!(refused.catalogue().map(|message| &*message.code), Some(LANE_BUSY));
    lane.unlock().unwrap();
    let store = open(folder.path(), "one");
    assert_eq!(store.last_run(&"dnevnik".into()).unwrap().unwrap().id.number, 1);

    // The other way round: a newer program was here after this one had opened the file.
    let newer = rusqlite::Connection::open(&file).unwrap();
    newer.pragma_update(None, "user_version", 1_000).unwrap();
    let refused = store.take_lane("run", 1).unwrap_err();
    assert!(refused.what().contains("one.db was made by a newer version"), "{refused:?}");
}

#[test]
fn what_schools_share_is_brought_up_to_date_while_nobody_works() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("host.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../migrations/host/0001.sql")).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    let open = || HostDb::open(folder.path(), &MasterKey([1; 32]));
    std::fs::create_dir(folder.path().join("schools")).unwrap();
    for busy in ["serve.lane", "schools/one.lane"] {
        let lane = std::fs::File::create(folder.path().join(busy)).unwrap();
        lane.lock().unwrap();
        let refused = open().unwrap_err();
        assert_eq!(refused.catalogue().map(|message| &*message.code), Some("host-upgrade-busy"), "{busy}");
    }
    assert!(open().is_ok_and(|store| store.marks().is_ok_and(|marks| marks.is_empty())));
}

#[test]
fn migrations_keep_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    version_1(&folder.path().join("schools/one.db"));
    let store = open(folder.path(), "one");
    let task = "dnevnik".into();
    let ledger = store.ledger(&task).unwrap();
    assert_eq!(ledger.len(), 2);
    assert_eq!(ledger[0].gone_since, None);
    assert_eq!(ledger[0].fields[0].hash, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
    assert_eq!((&*ledger[0].fields[0].name, ledger[1].fields.len()), ("title", 0));
    assert_eq!(ledger[1].doubt.as_ref().map(|doubt| doubt.until), Some(1_780_000_030_000));
    assert_eq!(store.last_run(&task).unwrap().unwrap().id.number, 1);
    assert_eq!(store.outcomes(1).unwrap().len(), 1);
    assert_eq!(store.writes(&task, 5).unwrap()[0].answered, None);
    assert_eq!(store.decisions(None, true).unwrap()[0].ask.candidates[0].handle, "77");
    let json = store.get(RecordType::Pupil, "p1").unwrap().unwrap();
    assert_eq!(Record::from_json(RecordType::Pupil, &json).unwrap().id(), "p1");
    let lane = store.take_lane("test", 1).unwrap();
    assert_eq!(lane.fence().number, 8, "the fence goes on from where it was");
}

#[test]
fn newer_data_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path(), "one"));
    let file = rusqlite::Connection::open(folder.path().join("schools/one.db")).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    let error = SchoolDb::open(folder.path(), &"one".into(), options(1)).unwrap_err();
    assert!(error.what().contains("made by a newer version"), "{error}");
    assert_eq!(error.hints().len(), 1);
}

#[test]
fn secrets_rest_encrypted_and_bound_to_their_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "one");
    let lane = store.take_lane("test", 1).unwrap();
    store.set_secret(lane.fence(), "token", "unmistakable-value", 1).unwrap();
    store.put_dialogue(lane.fence(), "id", &"t".into(), b"unmistakable-state", 9).unwrap();
    drop((lane, store));
    for entry in std::fs::read_dir(folder.path().join("schools")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(12).any(|window| window == b"unmistakable"));
    }
    let path = folder.path().join("schools/one.db");
    rusqlite::Connection::open(&path).unwrap().execute("UPDATE secret SET name = 'other'", []).unwrap();
    let store = open(folder.path(), "one");
    assert!(store.secret("other").unwrap_err().what().contains("damaged"), "a value moved to another name");
    let foreign = SchoolDb::open(folder.path(), &"one".into(), options(2)).unwrap();
    assert!(foreign.secret("other").unwrap_err().what().contains("another key"));
}

#[test]
fn imports_many_rows_in_little_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "one");
    let lane = store.take_lane("test", 1).unwrap();
    let rows = |class: &'static str| {
        (0..100_000).map(move |n| Ok(suite::pupil(&format!("p{n:06}"), Some(class), &["g1"])))
    };
    let started = Instant::now();
    let mut first = rows("c1");
    let batch = ImportBatch { record_type: RecordType::Pupil, mode: ImportMode::Replace, rows: &mut first };
    store.import(lane.fence(), vec![batch], ImportLimits::default(), 1).unwrap();
    let took = started.elapsed();
    assert_eq!(store.count(RecordType::Pupil).unwrap(), 100_000);
    let page = store.page(RecordType::Pupil, &Default::default(), Some("p050000"), 300).unwrap();
    assert_eq!(page.rows[0].0, "p050001");
    // Generous: an unoptimised build on a busy machine; a quadratic merge would take minutes.
    assert!(took.as_secs() < 60, "{took:?}");
}
