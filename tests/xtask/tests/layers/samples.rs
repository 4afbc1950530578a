//! The checker proved on small samples: each rule with code that breaks it and code that keeps it.

use std::path::Path;

use super::rules::{Source, broken};

/// Judges files given as path and text.
fn judge(files: &[(&str, &str)]) -> Vec<String> {
    broken(&files.iter().map(|(file, text)| Source::new(Path::new(file), text)).collect::<Vec<_>>())
}

#[test]
fn imports_go_down() {
    assert_eq!(judge(&[("store/lane.rs", "use crate::{\n    model::Key,\n    error::Error,\n};")]), [""; 0]);
    assert_eq!(
        judge(&[("store/lane.rs", "use crate::{\n    model::Key,\n    daemon::Daemon,\n};")]),
        ["store/lane.rs:3: `store` imports `daemon`, which is not below it"]
    );
}

#[test]
fn inline_paths_relative_paths_and_macros_are_seen_too() {
    let wrong = |text: &str| judge(&[("model/item.rs", text)]);
    assert_eq!(wrong("fn f() -> crate::error::Error { todo() }").len(), 1);
    assert_eq!(wrong("use super::super::web::Page;").len(), 1);
    assert_eq!(wrong("mod inner { use super::super::super::cli; }").len(), 1);
    assert_eq!(wrong("fn f() { assert_eq!(1, crate::cli::run()) }").len(), 1);
    assert_eq!(wrong("#[serde(with = \"crate::records::date\")] struct S;").len(), 1);
    assert_eq!(wrong("use super::key::Key; use self::part::Part; use crate::model::Item;"), [""; 0]);
}

#[test]
fn faces_do_not_know_each_other() {
    assert_eq!(judge(&[("cli.rs", "use crate::web;")]).len(), 1);
    assert_eq!(judge(&[("web/mod.rs", "use crate::cli;")]).len(), 1);
    assert_eq!(judge(&[("cli/run.rs", "use crate::daemon; use crate::cli::ask;")]), [""; 0]);
}

#[test]
fn capabilities_are_strangers() {
    let secrets = ("capability/secrets.rs", "");
    let http = |text| judge(&[secrets, ("capability/http/mod.rs", text)]);
    let said = "capability/http/mod.rs:1: the capability `http` imports the capability `secrets`";
    assert_eq!(http("use super::secrets::Handle;"), [said]);
    assert_eq!(http("use crate::capability::{Grant, secrets};"), [said]);
    assert_eq!(http("use super::*;").len(), 1);
    assert_eq!(http("use super::Grant; use crate::capability::http::policy;"), [""; 0]);
    assert_eq!(judge(&[secrets, ("capability/mod.rs", "pub use self::secrets::Handle;")]), [""; 0]);
    assert_eq!(judge(&[secrets, ("capability/http.rs", "mod tests { use super::*; }")]), [""; 0]);
}

#[test]
fn a_name_handed_out_by_the_root_is_no_way_around() {
    let root = ("lib.rs", "pub use daemon::Daemon as Engine; pub use crate::model::Item;");
    assert_eq!(judge(&[root, ("store.rs", "use crate::Engine;")]).len(), 1);
    assert_eq!(judge(&[root, ("store.rs", "use crate::Item;")]), [""; 0]);
    assert_eq!(judge(&[root, ("store.rs", "use crate::*;")]).len(), 1);
}

#[test]
fn only_the_store_speaks_sql() {
    assert_eq!(judge(&[("reconcile.rs", "fn f(c: &rusqlite::Connection) {}")]).len(), 1);
    assert_eq!(judge(&[("lib.rs", "use rusqlite;")]).len(), 1);
    assert_eq!(judge(&[("store/school.rs", "use rusqlite::Connection;")]), [""; 0]);
    assert_eq!(judge(&[("error.rs", "/// not rusqlite's error\nstruct E; // rusqlite")]), [""; 0]);
}

#[test]
fn only_the_daemon_spawns() {
    for text in [
        "fn f() { tokio::spawn(async {}); }",
        "fn f() { std::thread::spawn(|| ()); }",
        "use std::thread; fn f() { thread::Builder::new(); }",
        "use tokio::{spawn, time};",
        "use tokio::task::JoinSet;",
    ] {
        assert_eq!(judge(&[("sandbox.rs", text)]).len(), 1, "{text}");
        assert_eq!(judge(&[("daemon/lanes.rs", text)]), [""; 0], "{text}");
    }
    assert_eq!(
        judge(&[("sandbox.rs", "#[cfg(test)]\nmod tests { fn f() { std::thread::spawn(|| ()); } }")]),
        [""; 0]
    );
    assert_eq!(judge(&[("sign.rs", "")]).len(), 1, "a module without a place is refused");
    assert_eq!(
        judge(&[(
            "sandbox.rs",
            "fn f() { Command::new(\"openssl\").spawn(); tokio::task::spawn_blocking(g); }"
        )]),
        [""; 0]
    );
}
