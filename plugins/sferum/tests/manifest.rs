//! The manifest against the source: every text that is said exists in both languages and none is left over, every
//! operation is used, and what may write or remove is known.

use std::collections::BTreeSet;
use std::path::Path;

use exchange_sdk::testing::codes_of_settings;

const MANIFEST: &str = include_str!("../connector.toml");

/// The texts after `start` up to the next quote, in all sources of a folder.
fn quoted_after(folder: &Path, start: &str, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            quoted_after(&path, start, found);
            continue;
        }
        let source = std::fs::read_to_string(&path).expect("a source");
        let pieces = source.split(start).skip(1).filter_map(|piece| piece.split_once('"'));
        found.extend(pieces.map(|(text, _)| text.to_owned()));
    }
}

fn said(starts: &[&str], folders: &[&str]) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for (start, folder) in starts.iter().flat_map(|start| folders.iter().map(move |folder| (start, folder))) {
        quoted_after(&root.join(folder), start, &mut found);
    }
    found
}

fn keys(table: &toml::Value) -> BTreeSet<String> {
    table.as_table().expect("a table").keys().cloned().collect()
}

fn manifest() -> toml::Table {
    MANIFEST.parse().expect("the manifest")
}

/// Codes of the texts of the form of settings.
fn of_settings() -> BTreeSet<String> {
    codes_of_settings(&serde_json::to_value(&manifest()["settings"]).expect("a schema"))
}

#[test]
fn every_text_is_there_in_both_languages_and_none_is_left_over() {
    let mut said = said(&["Message::new(\""], &["src", "../sdk/src"]);
    said.extend(of_settings());
    let manifest = manifest();
    for language in ["ru", "en"] {
        assert_eq!(keys(&manifest["messages"][language]), said, "texts in {language}");
    }
}

#[test]
fn arguments_are_the_same_in_both_languages() {
    let manifest = manifest();
    let (ru, en) = (&manifest["messages"]["ru"], &manifest["messages"]["en"]);
    let args = |text: &toml::Value| -> BTreeSet<String> {
        let text = text.as_str().expect("a text");
        text.split("{ $").skip(1).filter_map(|rest| Some(rest.split_once(' ')?.0.to_owned())).collect()
    };
    for (code, text) in ru.as_table().expect("a table") {
        assert_eq!(args(text), args(&en[code]), "{code}");
    }
}

#[test]
fn every_operation_is_used_and_every_one_used_is_listed() {
    let used = said(&["to(\"", "of_community(\""], &["src/vk"]);
    let operations: BTreeSet<String> =
        used.into_iter().filter(|name| name.contains('-') && !name.contains(' ')).collect();
    assert_eq!(keys(&manifest()["operation"]), operations);
}

#[test]
fn nothing_reaches_vk_but_methods_of_its_api_and_what_writes_is_known() {
    let manifest = manifest();
    let operations = manifest["operation"].as_table().expect("operations");
    let writes = operations.iter().filter(|(_, operation)| operation["access"].as_str() == Some("write"));
    assert_eq!(
        writes.map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        [
            "create-chat",
            "delete-scheduled-call",
            "edit-scheduled-call",
            "end-call",
            "remove-member",
            "rename-chat",
            "send-message",
            "start-call"
        ]
    );
    for operation in operations.values() {
        let path = operation["path"].as_str().expect("a path");
        assert!(path.starts_with("/method/") && !path.contains('{'), "{path}");
    }
}

#[test]
fn s6_only_members_and_links_are_ever_removed() {
    let manifest = manifest();
    let kinds = manifest["kind"].as_array().expect("kinds").iter();
    let removable = kinds.filter(|kind| kind.get("removal").is_some());
    let names: Vec<_> = removable.filter_map(|kind| kind["name"].as_str()).collect();
    assert_eq!(names, ["lesson-link", "member"]);
}
