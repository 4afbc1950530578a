//! The manifest against the source: every text that is said is there in both languages, and none is left over.

use exchange_sdk::testing::codes_of_settings;
use exchange_sdk::testing::manifest::{Sources, assert_texts, keys, writing};
use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn manifest() -> Value {
    toml::from_str(include_str!("../connector.toml")).expect("the manifest")
}

#[test]
fn texts_are_there_in_both_languages_with_the_same_arguments() {
    let manifest = manifest();
    let sources = Sources::of(ROOT, &["src", "../sdk/src"]);
    let mut said = sources.quoted_after("Message::new(\"");
    said.extend(codes_of_settings(&manifest["settings"]));
    assert_texts(&manifest, &said, &sources.quoted());
}

#[test]
fn operations_are_those_that_are_used_and_two_write() {
    let manifest = manifest();
    assert_eq!(keys(&manifest["operation"]), Sources::of(ROOT, &["src"]).quoted_after("Request::to(\""));
    assert_eq!(writing(&manifest), ["create-links", "remove-link"].map(str::to_owned).into());
}
