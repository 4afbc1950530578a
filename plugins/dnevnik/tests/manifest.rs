//! The manifest against the source: every text that is said exists in both languages, and none is left over.

use std::collections::BTreeSet;
use std::path::Path;

use exchange_sdk::testing::codes_of_settings;

const MANIFEST: &str = include_str!("../connector.toml");

/// The texts after `start` up to the next quote, in all sources of a folder but tests.
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

fn said(start: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    quoted_after(&root.join("src"), start, &mut found);
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
    let mut said = said("Message::new(\"");
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/src");
    quoted_after(&sdk, "Message::new(\"", &mut said);
    let conditional = ["evidence-activated", "evidence-not-activated"].map(str::to_owned);
    said.extend(conditional);
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
        text.split("{ $").skip(1).filter_map(|rest| Some(rest.split_once(" }")?.0.to_owned())).collect()
    };
    for (code, text) in ru.as_table().expect("a table") {
        assert_eq!(args(text), args(&en[code]), "{code}");
    }
}

#[test]
fn every_operation_is_used_and_every_one_used_is_listed() {
    let mut used = said("Request::to(\"");
    used.extend(said("each(\""));
    for operation in [
        "create-classes",
        "create-persons",
        "create-memberships",
        "create-class-memberships",
        "create-relatives",
        "update-class",
        "update-person",
        "update-membership",
        "update-class-membership",
    ] {
        used.insert(operation.to_owned());
    }
    assert_eq!(keys(&manifest()["operation"]), used);
}

#[test]
fn d10_nothing_can_be_removed() {
    let manifest = manifest();
    for kind in manifest["kind"].as_array().expect("kinds") {
        assert!(kind.get("removal").is_none(), "{kind}");
    }
    let operations = manifest["operation"].as_table().expect("operations");
    assert!(operations.values().all(|operation| operation["method"].as_str() != Some("DELETE")));
}
