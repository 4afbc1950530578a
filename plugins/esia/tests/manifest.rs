//! The manifest against the source: each text that is said is there in both languages, and none is left over.

use std::collections::BTreeSet;
use std::path::Path;

use exchange_sdk::testing::codes_of_settings;

/// Where texts are said.
const FOLDERS: [&str; 4] = ["src", "src/dialogue", "src/portal", "../sdk/src"];

fn manifest() -> toml::Table {
    include_str!("../connector.toml").parse().expect("the manifest")
}

/// Codes of the texts of the form of settings.
fn of_settings() -> BTreeSet<String> {
    codes_of_settings(&serde_json::to_value(&manifest()["settings"]).expect("a schema"))
}

/// What stands in quotes behind `start`, in the sources of these folders.
fn said(start: &str, folders: &[&str]) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).expect("a folder"));
    let files = files.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
    let sources = files.map(|path| std::fs::read_to_string(path).expect("a source"));
    let words = |source: String| {
        let pieces = source.split(start).skip(1).filter_map(|piece| piece.split_once('"'));
        pieces.map(|(word, _)| word.to_owned()).collect::<Vec<_>>()
    };
    sources.flat_map(words).collect()
}

fn keys(table: &toml::Value) -> BTreeSet<String> {
    table.as_table().expect("a table").keys().cloned().collect()
}

/// Everything in quotes.
fn quoted() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = FOLDERS.map(|folder| std::fs::read_dir(root.join(folder)).expect("a folder"));
    let files = files
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file());
    let sources = files.map(|path| std::fs::read_to_string(path).expect("a source"));
    sources.flat_map(|source| source.split('"').map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn texts_are_there_in_both_languages_with_the_same_arguments() {
    let said = said("Message::new(\"", &FOLDERS);
    let manifest = manifest();
    let (ru, en) = (&manifest["messages"]["ru"], &manifest["messages"]["en"]);
    assert_eq!(keys(ru), keys(en));
    let of_settings = of_settings();
    let told: BTreeSet<String> = keys(ru).into_iter().filter(|code| code.starts_with("setting-")).collect();
    assert_eq!(told, of_settings);
    assert_eq!(said.difference(&keys(ru)).collect::<Vec<_>>(), Vec::<&String>::new(), "said without a text");
    let quoted: BTreeSet<String> = quoted().union(&of_settings).cloned().collect();
    assert_eq!(
        keys(ru).difference(&quoted).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "texts that nobody says"
    );
    for (code, text) in ru.as_table().expect("a table") {
        let count = |text: &toml::Value, what: &str| text.as_str().expect("a text").matches(what).count();
        for what in ["{ $", "](dnevnik-login:/", "](gosuslugi:/"] {
            assert_eq!(count(text, what), count(&en[code], what), "{code}");
        }
    }
}

#[test]
fn operations_are_those_that_are_used_and_two_write() {
    let manifest = manifest();
    assert_eq!(keys(&manifest["operation"]), said("Request::to(\"", &["src"]));
    let operations = manifest["operation"].as_table().expect("operations");
    let writes = operations.iter().filter(|(_, operation)| operation["access"].as_str() == Some("write"));
    assert_eq!(writes.map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["create-links", "remove-link"]);
}
