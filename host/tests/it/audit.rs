//! The audit goes on from what the first version of the program wrote, and nothing of it can be altered unseen.

use exchange::model::Millis;
use exchange::store::*;

/// As the first version linked entries.
fn first_link(before: &[u8; 32], at: Millis, texts: [&str; 3]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(before).update(&at.to_le_bytes());
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// A file as the first version left it.
fn of_the_first_version(data: &std::path::Path) {
    let file = rusqlite::Connection::open(data.join("host.db")).unwrap();
    file.execute_batch(include_str!("../../migrations/host/0001.sql")).unwrap();
    file.execute_batch(include_str!("../../migrations/host/0002.sql")).unwrap();
    let mut before = [0; 32];
    for (at, about) in [(1, "one/dnevnik"), (2, "one: token"), (3, "oneself/dnevnik")] {
        before = first_link(&before, at, ["ivan", "unbind", about]);
        let sql = "INSERT INTO audit (at, who, what, about, hash) VALUES (?1, 'ivan', 'unbind', ?2, ?3)";
        file.execute(sql, rusqlite::params![at, about, before.as_slice()]).unwrap();
    }
    file.pragma_update(None, "user_version", 2).unwrap();
}

fn entry(at: Millis) -> AuditEntry {
    AuditEntry {
        at,
        who: "olga".into(),
        what: "enable".into(),
        school: Some("one".into()),
        ..AuditEntry::default()
    }
}

#[test]
fn the_chain_of_the_first_version_holds_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    of_the_first_version(folder.path());
    let host = HostDb::open(folder.path(), &MasterKey([1; 32])).unwrap();
    assert_eq!(host.verify_audit().unwrap().entries, 3);
    let fourth = host.audit(&entry(4)).unwrap();
    assert_eq!((fourth.number, fourth.chain), (4, 2));
    let check = host.verify_audit().unwrap();
    assert_eq!((check.entries, check.broken), (4, None));
    let one = AuditFilter { school: Some("one".into()), ..AuditFilter::default() };
    let numbers = |filter: &AuditFilter| {
        host.audit_rows(filter).unwrap().iter().map(|row| row.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&one), [1, 2, 4], "not those of a school whose name begins alike");
    assert_eq!(numbers(&AuditFilter { since: Some(2), limit: Some(2), ..one }), [2, 4]);
    let rows = host.audit_rows(&AuditFilter::default()).unwrap();
    assert!(rows.windows(2).all(|pair| pair[1].previous == pair[0].hash));
}

#[test]
fn entries_are_only_ever_added_and_what_is_altered_is_found() {
    let folder = tempfile::tempdir().unwrap();
    of_the_first_version(folder.path());
    let host = HostDb::open(folder.path(), &MasterKey([1; 32])).unwrap();
    host.audit(&entry(4)).unwrap();
    host.audit(&entry(5)).unwrap();
    let file = rusqlite::Connection::open(folder.path().join("host.db")).unwrap();
    assert!(file.execute("DELETE FROM audit", []).is_err());
    assert!(file.execute("UPDATE audit SET who = 'nobody'", []).is_err());
    file.execute_batch("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete").unwrap();
    let broken = |sql: &str| {
        file.execute_batch("SAVEPOINT try").unwrap();
        file.execute_batch(sql).unwrap();
        file.execute_batch("RELEASE try").unwrap();
        host.verify_audit().unwrap().broken
    };
    assert_eq!(broken("UPDATE audit SET hash = x'00' WHERE number = 5"), Some(AuditBreak::Altered(5)));
    assert_eq!(broken("UPDATE audit SET chain = 1 WHERE number = 4"), Some(AuditBreak::Altered(4)));
    assert_eq!(broken("UPDATE audit SET who = 'nobody' WHERE number = 2"), Some(AuditBreak::Altered(2)));
    assert_eq!(broken("DELETE FROM audit WHERE number = 1"), Some(AuditBreak::Missing(1)));
}
