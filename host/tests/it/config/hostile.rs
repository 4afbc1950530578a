//! Broken files of every sort: an answer with places that can be shown, never a panic.

use std::path::Path;

use exchange::config::{load_manifest, load_school};
use exchange::model::setup::HostConfig;
use proptest::prelude::*;

fn world(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/config/world").join(name))
        .unwrap()
}

/// The text with a part replaced, at places that need not be sensible.
fn damaged(text: &str, from: usize, length: usize, by: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let from = from % letters.len();
    let to = (from + length).min(letters.len());
    letters[..from].iter().chain(by.chars().collect::<Vec<_>>().iter()).chain(&letters[to..]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, fork: false, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_manifest_is_accepted_or_explained(
        from in any::<usize>(), length in 0_usize..40, by in "[\\[\\]{}=\"'.а-яa-z0-9\\n -]{0,8}",
    ) {
        if let Err(errors) = load_manifest(&damaged(&world("connector.toml"), from, length, &by), "connector.toml") {
            prop_assert!(errors.render(true).len() > errors.problems().len());
            prop_assert!(!errors.problems().is_empty());
        }
    }

    #[test]
    fn a_damaged_school_is_accepted_or_explained(
        from in any::<usize>(), length in 0_usize..40, by in "[\\[\\]{}=\"'.а-яa-z0-9\\n -]{0,8}",
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("school57.toml");
        std::fs::write(&path, damaged(&world("school57.toml"), from, length, &by)).unwrap();
        let manifest = load_manifest(&world("connector.toml"), "connector.toml").ok().map(std::sync::Arc::new);
        if let Err(errors) = load_school(&path, &HostConfig::default(), &|_: &str| manifest.clone()) {
            prop_assert!(errors.to_string().contains("school57.toml"));
        }
    }
}

#[test]
fn a_text_without_end_costs_little_and_is_explained() {
    let told = |text: &str| load_manifest(text, "connector.toml").unwrap_err().to_string();
    let one = |text: &str| (load_manifest(text, "connector.toml").unwrap_err().problems().len(), told(text));
    let (count, said) = one(&"[a]\n".repeat(100_000));
    assert!(count == 1 && said.contains("longer than 256 KiB"), "{said}");
    let (count, said) = one(&format!("id = {}", "{ { } ".repeat(30_000)));
    assert!(count == 1 && said.contains("brackets lie too deep"), "{said}");
    let (count, said) = one(&"\"\n".repeat(50_000));
    assert!(count == 1 && said.contains("not valid TOML"), "{said}");
    let all = load_manifest(&"\"\n".repeat(100), "connector.toml").unwrap_err();
    assert!(all.problems().len() >= 100, "{}", all.problems().len());
}
