//! `cases/NAME/`: one file each and `expected.txt`, the whole of what a person sees. `UPDATE_EXPECT=1` rewrites them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use exchange::config::{load_host, load_manifest, load_school};
use exchange::model::manifest::Manifest;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/config").join(name)
}

/// The connectors that the schools of the cases may name.
fn manifests() -> BTreeMap<String, Manifest> {
    let text = fs::read_to_string(folder("world/connector.toml")).unwrap();
    let manifest = load_manifest(&text, "connector.toml").unwrap_or_else(|errors| panic!("{errors}"));
    BTreeMap::from([(manifest.id.clone(), manifest)])
}

fn refusal(case: &Path) -> String {
    let host = case.join("exchange.toml");
    let school = case.join("school.toml");
    let connector = case.join("connector.toml");
    let errors = if host.exists() {
        load_host(&host).err()
    } else if school.exists() {
        let world = load_host(&folder("world/exchange.toml")).unwrap_or_else(|errors| panic!("{errors}"));
        load_school(&school, &world, &manifests()).err()
    } else {
        load_manifest(&fs::read_to_string(&connector).unwrap(), &connector.display().to_string()).err()
    };
    let shown = errors.map_or("accepted".to_owned(), |errors| errors.to_string());
    let shown = shown.replace(&format!("{}/", case.display()), "");
    shown.replace(&folder("world").display().to_string(), "world") + "\n"
}

#[test]
fn h1_every_refusal_shows_place_and_remedy() {
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 30, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let shown = refusal(&case);
        let file = case.join("expected.txt");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&file, &shown).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if shown != expected {
            wrong.push(format!("{}\n--- expected\n{expected}\n+++ shown\n{shown}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
