//! What the tasks of a process share.

use std::sync::Arc;

use exchange::daemon::host::{Host, Package};
use exchange::model::setup::HostConfig;
use exchange::sandbox;

use crate::sandbox_world::{guest, manifest};

fn host(data: &std::path::Path) -> Arc<Host> {
    Host::new(HostConfig { data: data.to_owned(), ..HostConfig::default() }, [7; 32])
}

fn package(bytes: &[u8]) -> Package {
    Package { sha256: sandbox::sha256(bytes), bytes: bytes.to_vec(), manifest: manifest() }
}

#[test]
fn a_connector_is_compiled_once_whoever_asks() {
    let folder = tempfile::tempdir().unwrap();
    let host = host(folder.path());
    let loaded = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..4).map(|_| scope.spawn(|| host.load(&package(guest())).unwrap())).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(loaded.iter().all(|other| Arc::ptr_eq(other, &loaded[0])));
    assert_eq!(std::fs::read_dir(folder.path().join("cache")).unwrap().count(), 1, "and kept once");
}

#[test]
fn what_does_not_compile_concerns_no_other_connector() {
    let folder = tempfile::tempdir().unwrap();
    let host = host(folder.path());
    for _ in 0..2 {
        let error = host.load(&package(b"no component")).unwrap_err();
        assert!(format!("{error:?}").contains("does not compile"), "{error:?}");
    }
    host.load(&package(guest())).unwrap();
}
