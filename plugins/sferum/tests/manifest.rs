//! The manifest against the source: every text that is said is there in both languages, and none is left over, every
//! operation is used, and what may write or remove is known.

use std::collections::BTreeSet;

use exchange_sdk::testing::codes_of_settings;
use exchange_sdk::testing::manifest::{Sources, assert_texts, keys, writing};
use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn manifest() -> Value {
    toml::from_str(include_str!("../connector.toml")).expect("the manifest")
}

#[test]
fn every_text_is_there_in_both_languages_and_none_is_left_over() {
    let manifest = manifest();
    let mut said = Sources::of(ROOT, &["src", "../sdk/src"]).quoted_after("Message::new(\"");
    said.extend(codes_of_settings(&manifest["settings"]));
    assert_texts(&manifest, &said, &BTreeSet::new());
}

#[test]
fn every_operation_is_used_and_every_one_used_is_listed() {
    let sources = Sources::of(ROOT, &["src/vk"]);
    let mut used = sources.quoted_after("to(\"");
    used.extend(sources.quoted_after("of_community(\""));
    used.retain(|name| name.contains('-') && !name.contains(' '));
    assert_eq!(keys(&manifest()["operation"]), used);
}

#[test]
fn nothing_reaches_vk_but_methods_of_its_api_and_what_writes_is_known() {
    let manifest = manifest();
    let writes = [
        "create-chat",
        "delete-scheduled-call",
        "edit-scheduled-call",
        "end-call",
        "remove-member",
        "rename-chat",
        "send-message",
        "start-call",
    ];
    assert_eq!(writing(&manifest), writes.map(str::to_owned).into());
    for (name, operation) in manifest["operation"].as_object().expect("operations") {
        let path = operation["path"].as_str().expect("a path");
        assert!(path.starts_with("/method/") && !path.contains('{'), "{name}: {path}");
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
