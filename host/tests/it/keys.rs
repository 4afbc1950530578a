//! The key is replaced file by file: after every one of these steps everything opens with both keys at hand.

use exchange::model::Millis;
use exchange::model::account::{Account, Role};
use exchange::store::*;

use super::store::options;

const NOW: Millis = 1_780_000_000_000;

fn school(data: &std::path::Path, name: &str, key: u8, also: &[u8]) -> SchoolDb {
    let keys: Vec<MasterKey> = also.iter().map(|key| MasterKey([*key; 32])).collect();
    SchoolDb::open(data, &name.into(), options(key)).unwrap().opening_also(&keys)
}

fn host(data: &std::path::Path, key: u8, also: &[u8]) -> HostDb {
    let keys: Vec<MasterKey> = also.iter().map(|key| MasterKey([*key; 32])).collect();
    HostDb::open(data, &MasterKey([key; 32])).unwrap().opening_also(&keys)
}

/// What is kept of a request by leave.
fn bodies() -> Bodies {
    Bodies { place: 3, sent: b"sent".to_vec(), received: b"received".to_vec() }
}

fn olga() -> Account {
    Account { number: 0, login: "olga".into(), role: Role::RegionAdministrator, school: None }
}

/// Everything opens, whichever of the two keys is taken for the current one.
fn opens(data: &std::path::Path, keys: [u8; 2]) {
    for (key, also) in [(keys[0], keys[1]), (keys[1], keys[0])] {
        let host = host(data, key, &[also]);
        assert_eq!(host.host_secret("smtp").unwrap().as_deref(), Some("h"));
        let invited = host.invited("invitation", NOW).unwrap().unwrap();
        assert_eq!(invited.totp.as_deref(), Some(&b"codes"[..]));
        assert_eq!(host.sealed().unwrap().unreadable, 0);
        for name in ["one", "two"] {
            let store = school(data, name, key, &[also]);
            assert_eq!(store.secret("token").unwrap().as_deref(), Some(name));
            assert_eq!(store.sealed().unwrap().unreadable, 0);
        }
    }
}

#[test]
fn after_each_file_everything_opens_and_at_the_end_the_old_key_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let hashes = {
        let host = host(data, 1, &[]);
        host.set_host_secret("smtp", "h", NOW).unwrap();
        assert!(host.invite_user(&olga(), "invitation", NOW + 10, NOW).unwrap());
        assert!(host.set_credentials("invitation", "hash", b"codes", NOW).unwrap());
        for name in ["one", "two"] {
            let store = school(data, name, 1, &[]);
            let lane = store.take_lane("test", NOW).unwrap();
            store.set_secret(lane.fence(), "token", name, NOW).unwrap();
            store.put_dialogue(lane.fence(), "d", &"t".into(), b"state", NOW + 10).unwrap();
            store.add_bodies(lane.fence(), 7, &"t".into(), NOW + 10, &[bodies()]).unwrap();
        }
        (host.identity_key().unwrap(), host.fingerprint_key().unwrap())
    };
    assert_eq!(backup::schools_in(data).unwrap(), ["one".into(), "two".into()]);
    opens(data, [1, 2]);
    assert_eq!(host(data, 2, &[1]).seal_anew().unwrap(), 4);
    opens(data, [1, 2]);
    for name in ["one", "two"] {
        let store = school(data, name, 2, &[1]);
        let lane = store.take_lane("test", NOW).unwrap();
        assert_eq!(store.seal_anew(lane.fence()).unwrap(), 5);
        assert_eq!(store.seal_anew(lane.fence()).unwrap(), 0, "done again it finds nothing to do");
        opens(data, [1, 2]);
    }
    let old = MasterKey([1; 32]);
    let host = host(data, 2, &[]);
    assert_eq!((host.identity_key().unwrap(), host.fingerprint_key().unwrap()), hashes);
    assert_eq!(host.sealed_under(&old).unwrap(), 0);
    let store = school(data, "one", 2, &[]);
    let lane = store.take_lane("test", NOW).unwrap();
    assert_eq!(
        store.take_dialogue(lane.fence(), "d", &"t".into(), NOW).unwrap().as_deref(),
        Some(&b"state"[..])
    );
    assert_eq!(store.bodies(7, NOW).unwrap(), [bodies()]);
    assert_eq!(
        school(data, "two", 1, &[]).sealed().unwrap(),
        SealedCounts { current: 0, earlier: 0, unreadable: 5 }
    );
    for name in ["one", "two"] {
        let bytes = std::fs::read(data.join(format!("schools/{name}.db"))).unwrap();
        let mark = [&[1][..], &id_bytes(&old)].concat();
        assert!(!bytes.windows(mark.len()).any(|window| window == mark), "nor in pages that are free");
    }
}

fn id_bytes(key: &MasterKey) -> Vec<u8> {
    let id = key.id();
    (0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()).collect()
}

/// What another part of the program seals, and does not say so, keeps the old key in use.
#[test]
fn a_sealed_value_that_nobody_told_of_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = school(folder.path(), "one", 1, &[]);
    let sealed = Seal::new(&MasterKey([1; 32])).seal("elsewhere", b"x").unwrap();
    let file = rusqlite::Connection::open(folder.path().join("schools/one.db")).unwrap();
    file.execute("INSERT INTO meta VALUES ('elsewhere', ?1)", [&sealed]).unwrap();
    assert_eq!(store.sealed_under(&MasterKey([1; 32])).unwrap(), 2);
    assert_eq!(store.sealed_under(&MasterKey([2; 32])).unwrap(), 0);
}

#[test]
fn many_use_a_data_folder_or_one_has_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let one = InUse::shared(folder.path()).unwrap();
    let other = InUse::shared(folder.path()).unwrap();
    assert!(InUse::alone(folder.path()).is_err());
    drop((one, other));
    let alone = InUse::alone(folder.path()).unwrap();
    assert!(InUse::shared(folder.path()).is_err() && InUse::alone(folder.path()).is_err());
    drop(alone);
    InUse::shared(folder.path()).unwrap();
}
