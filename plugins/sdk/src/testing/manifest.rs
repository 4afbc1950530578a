//! A connector's manifest held against its sources: what is said has a text, and what has a text is said.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// The languages that every text is there in.
const LANGUAGES: [&str; 2] = ["ru", "en"];

/// The sources of a connector, its tests left out.
pub struct Sources(Vec<String>);

impl Sources {
    /// Of these folders and all below them; `root` is where they are, `env!("CARGO_MANIFEST_DIR")`.
    ///
    /// # Panics
    /// A folder or a source cannot be read.
    pub fn of(root: &str, folders: &[&str]) -> Self {
        let mut sources = Vec::new();
        folders.iter().for_each(|folder| read(&Path::new(root).join(folder), &mut sources));
        Self(sources)
    }

    /// Whatever stands in quotes right behind `start`.
    pub fn quoted_after(&self, start: &str) -> BTreeSet<String> {
        let pieces = self.0.iter().flat_map(|source| source.split(start).skip(1));
        pieces.filter_map(|piece| Some(piece.split_once('"')?.0.to_owned())).collect()
    }

    /// Whatever stands between two quotes.
    pub fn quoted(&self) -> BTreeSet<String> {
        self.0.iter().flat_map(|source| source.split('"')).map(str::to_owned).collect()
    }
}

fn read(folder: &Path, sources: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(&path, sources);
        } else if path.file_name().is_some_and(|name| name != "tests.rs") {
            sources.push(fs::read_to_string(&path).expect("a source"));
        }
    }
}

/// The keys of a table of the manifest.
pub fn keys(table: &Value) -> BTreeSet<String> {
    table.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
}

/// Names of the operations that write.
pub fn writing(manifest: &Value) -> BTreeSet<String> {
    let operations = manifest["operation"].as_object().into_iter().flatten();
    operations.filter(|(_, operation)| operation["access"] == "write").map(|(name, _)| name.clone()).collect()
}

/// Holds the texts of a manifest against `said`, the codes that its connector says: each is there in both languages with
/// the same arguments and links, and there is none beside them and those in `may`, which are said in other ways.
///
/// # Panics
/// That is not so; the message names the codes.
pub fn assert_texts(manifest: &Value, said: &BTreeSet<String>, may: &BTreeSet<String>) {
    let texts = LANGUAGES.map(|language| &manifest["messages"][language]);
    for (language, texts) in LANGUAGES.iter().zip(texts) {
        let there = keys(texts);
        let missing: Vec<&String> = said.difference(&there).collect();
        assert!(missing.is_empty(), "said without a text in {language}: {missing:?}");
        let idle: Vec<&String> = there.difference(said).filter(|code| !may.contains(*code)).collect();
        assert!(idle.is_empty(), "texts in {language} that nobody says: {idle:?}");
    }
    for code in keys(texts[0]) {
        let [one, other] = texts.map(|texts| places(texts[&code].as_str().unwrap_or_default()));
        assert_eq!(one, other, "arguments and links of {code}");
    }
}

/// The arguments and the addresses of links in a text.
fn places(text: &str) -> BTreeSet<&str> {
    let between = |start: &'static str, end: &'static [char]| {
        text.split(start).skip(1).filter_map(move |rest| rest.split(end).next())
    };
    between("{ $", &[' ', '}']).chain(between("](", &[')'])).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(codes: &[&str]) -> BTreeSet<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    fn judged(ru: Value, said: &[&str]) -> Result<(), String> {
        let manifest = json!({"messages": {"ru": ru, "en": {"a": "{ $n } [go](site:/x)"}}});
        let judge = || assert_texts(&manifest, &codes(said), &codes(&["may"]));
        std::panic::catch_unwind(judge).map_err(|panic| *panic.downcast::<String>().expect("a message"))
    }

    #[test]
    fn texts_are_told_from_what_is_said() {
        let good = json!({"a": "[иди](site:/x): { $n }"});
        assert_eq!(judged(good.clone(), &["a"]), Ok(()));
        assert_eq!(judged(good.clone(), &["a", "b"]), Err("said without a text in ru: [\"b\"]".into()));
        assert_eq!(judged(good, &[]), Err("texts in ru that nobody says: [\"a\"]".into()));
        let told = judged(json!({"a": "[иди](site:/y): { $n }"}), &["a"]).expect_err("another link");
        assert!(told.contains("arguments and links of a"), "{told}");
    }

    #[test]
    fn this_source_is_read_and_tests_are_not() {
        let sources = Sources::of(env!("CARGO_MANIFEST_DIR"), &["src/testing"]);
        assert!(sources.quoted_after("const LANGUAGES: [&str; 2] = [\"").contains("ru"));
        assert!(sources.quoted().contains("operation"));
    }

    #[test]
    fn what_writes_is_told() {
        let manifest = json!({"operation": {"a": {"access": "write"}, "b": {"access": "read"}, "c": {}}});
        assert_eq!((writing(&manifest), keys(&manifest["operation"]).len()), (codes(&["a"]), 3));
    }
}
