//! The manifest against the source: every text that is said is there in both languages, and none is left over.

use std::collections::BTreeSet;

use exchange_sdk::testing::manifest::{Sources, assert_texts, keys, writing};
use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn manifest() -> Value {
    toml::from_str(include_str!("../connector.toml")).expect("the manifest")
}

/// Texts of the SDK that this connector has no use for.
const UNSAID: [&str; 2] = ["outcome-unknown", "settings-do-not-fit"];

#[test]
fn texts_are_there_in_both_languages_with_the_same_arguments() {
    let sources = Sources::of(ROOT, &["src", "../sdk/src"]);
    let mut said = sources.quoted_after("Message::new(\"");
    said.retain(|code| !UNSAID.contains(&code.as_str()));
    assert_texts(&manifest(), &said, &sources.quoted());
}

#[test]
fn operations_are_those_that_are_used_and_none_writes() {
    let (manifest, sources) = (manifest(), Sources::of(ROOT, &["src"]));
    let mut asked = sources.quoted_after("Request::to(\"");
    asked.extend(sources.quoted_after("of_school(\""));
    assert_eq!(keys(&manifest["operation"]), asked);
    assert_eq!(writing(&manifest), BTreeSet::new());
    let kinds = manifest["kind"].as_array().expect("kinds");
    assert!(kinds.iter().all(|kind| kind["direction"] == "inbound"));
}
