//! The manifest against the source: each text that is said is there in both languages, and none is left over.

use std::collections::BTreeSet;
use std::path::Path;

const FOLDERS: [&str; 2] = ["src", "../sdk/src"];

fn manifest() -> toml::Table {
    include_str!("../connector.toml").parse().expect("the manifest")
}

/// The sources in these folders, without their tests.
fn sources(folders: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).expect("a folder"));
    let files = files.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
    files.map(|path| std::fs::read_to_string(path).expect("a source")).collect()
}

/// What stands in quotes behind `start`.
fn said(start: &str, folders: &[&str]) -> BTreeSet<String> {
    let words = |source: String| {
        let pieces = source.split(start).skip(1).filter_map(|piece| piece.split_once('"'));
        pieces.map(|(word, _)| word.to_owned()).collect::<Vec<_>>()
    };
    sources(folders).into_iter().flat_map(words).collect()
}

/// Everything in quotes.
fn quoted() -> BTreeSet<String> {
    let words = |source: String| source.split('"').map(str::to_owned).collect::<Vec<_>>();
    sources(&FOLDERS).into_iter().flat_map(words).collect()
}

fn keys(table: &toml::Value) -> BTreeSet<String> {
    table.as_table().expect("a table").keys().cloned().collect()
}

/// Texts of the SDK that this connector has no use for.
const UNSAID: [&str; 2] = ["outcome-unknown", "settings-do-not-fit"];

#[test]
fn texts_are_there_in_both_languages_with_the_same_arguments() {
    let mut said = said("Message::new(\"", &FOLDERS);
    said.retain(|code| !UNSAID.contains(&code.as_str()));
    let manifest = manifest();
    let (ru, en) = (&manifest["messages"]["ru"], &manifest["messages"]["en"]);
    assert_eq!(keys(ru), keys(en));
    assert_eq!(said.difference(&keys(ru)).collect::<Vec<_>>(), Vec::<&String>::new(), "said without a text");
    let left_over: Vec<String> = keys(ru).difference(&quoted()).cloned().collect();
    assert_eq!(left_over, Vec::<String>::new(), "texts that nobody says");
    for (code, text) in ru.as_table().expect("a table") {
        let count = |text: &toml::Value| text.as_str().expect("a text").matches("{ $").count();
        assert_eq!(count(text), count(&en[code]), "{code}");
    }
}

#[test]
fn operations_are_those_that_are_used_and_none_writes() {
    let manifest = manifest();
    let said = |start| said(start, &FOLDERS[..1]);
    let asked: BTreeSet<String> = said("Request::to(\"").union(&said("of_school(\"")).cloned().collect();
    assert_eq!(keys(&manifest["operation"]), asked);
    let operations = manifest["operation"].as_table().expect("operations");
    assert!(operations.values().all(|operation| operation["access"].as_str() != Some("write")));
    let kinds = manifest["kind"].as_array().expect("kinds");
    assert!(kinds.iter().all(|kind| kind["direction"].as_str() == Some("inbound")));
}
