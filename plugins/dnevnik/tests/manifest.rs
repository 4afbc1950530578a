//! The manifest against the source: every text that is said is there in both languages, and none is left over.

use std::collections::BTreeSet;

use exchange_sdk::testing::codes_of_settings;
use exchange_sdk::testing::manifest::{Sources, assert_texts, keys};
use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn manifest() -> Value {
    toml::from_str(include_str!("../connector.toml")).expect("the manifest")
}

#[test]
fn every_text_is_there_in_both_languages_and_none_is_left_over() {
    let manifest = manifest();
    let mut said = Sources::of(ROOT, &["src", "../sdk/src"]).quoted_after("Message::new(\"");
    said.extend(["evidence-activated", "evidence-not-activated"].map(str::to_owned));
    said.extend(codes_of_settings(&manifest["settings"]));
    assert_texts(&manifest, &said, &BTreeSet::new());
}

#[test]
fn every_operation_is_used_and_every_one_used_is_listed() {
    let sources = Sources::of(ROOT, &["src"]);
    let mut used = sources.quoted_after("Request::to(\"");
    used.extend(sources.quoted_after("each(\""));
    let built = [
        "create-classes",
        "create-persons",
        "create-memberships",
        "create-class-memberships",
        "create-relatives",
        "update-class",
        "update-person",
        "update-membership",
        "update-class-membership",
    ];
    used.extend(built.map(str::to_owned));
    assert_eq!(keys(&manifest()["operation"]), used);
}

#[test]
fn d10_nothing_can_be_removed() {
    let manifest = manifest();
    for kind in manifest["kind"].as_array().expect("kinds") {
        assert!(kind.get("removal").is_none(), "{kind}");
    }
    let operations = manifest["operation"].as_object().expect("operations");
    assert!(operations.values().all(|operation| operation["method"] != "DELETE"));
}
