//! The rules, and how a source file breaks them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::paths::{Mention, mentions};

/// The modules of the host, lowest first; those in one row do not know each other.
pub(crate) const ORDER: [&[&str]; 12] = [
    &["model"],
    &["error"],
    &["config"],
    &["records"],
    &["store"],
    &["sandbox"],
    &["capability"],
    &["reconcile"],
    &["schedule"],
    &["report"],
    &["daemon"],
    &["cli", "web"],
];

/// Whose submodules are strangers to each other.
const STRANGERS: &str = "capability";
/// The only module with SQL, and the crate that speaks it.
const SQL: (&str, &str) = ("store", "rusqlite");
/// The only module that starts threads and tasks which outlive the call.
const SPAWNS: &str = "daemon";
/// How one starts them. `spawn_blocking` is not here: it is awaited where it is called.
const SPAWNING: [(&str, &str); 8] = [
    ("tokio", "spawn"),
    ("task", "spawn"),
    ("task", "spawn_local"),
    ("task", "JoinSet"),
    ("task", "Builder"),
    ("thread", "spawn"),
    ("thread", "Builder"),
    ("tokio", "*"),
];

/// A file of the host with the module it is.
pub(crate) struct Source {
    file: String,
    module: Vec<String>,
    mentions: Vec<Mention>,
}

impl Source {
    /// `file` is relative to `host/src`.
    pub(crate) fn new(file: &Path, text: &str) -> Self {
        Self { file: file.display().to_string(), module: module(file), mentions: mentions(text) }
    }

    /// Whether the whole file is test code by its name.
    fn is_test(&self) -> bool {
        self.module.iter().any(|name| name == "tests")
    }
}

/// `capability/http.rs` and `capability/http/mod.rs` are both `[capability, http]`; the crate's
/// root is empty.
fn module(file: &Path) -> Vec<String> {
    let mut path: Vec<String> = file
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    let last = path.last().map(String::as_str);
    if last == Some("mod") || (path.len() == 1 && matches!(last, Some("lib" | "main"))) {
        path.pop();
    }
    path
}

/// What is wrong, one line each: file, line, rule.
pub(crate) fn broken(sources: &[Source]) -> Vec<String> {
    let house = House::new(sources);
    let mut broken = Vec::new();
    for source in sources {
        if let Some(top) = source.module.first().filter(|top| rank(top).is_none()) {
            broken.push(format!("{}: `{top}` has no place in the order: give it one in ORDER", source.file));
        }
        for mention in &source.mentions {
            let wrong = [house.import(source, mention), sql(source, mention), spawning(source, mention)];
            let place = |wrong| format!("{}:{}: {wrong}", source.file, mention.line);
            broken.extend(wrong.into_iter().flatten().map(place));
        }
    }
    broken
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|row| row.contains(&module))
}

/// What has to be known of all files to judge one.
struct House {
    /// The submodules of [`STRANGERS`].
    strangers: BTreeSet<String>,
    /// What the root hands out under a name of its own, and the module it comes from.
    handed_out: BTreeMap<String, String>,
}

impl House {
    fn new(sources: &[Source]) -> Self {
        let strangers =
            sources.iter().filter(|source| source.module.first().is_some_and(|top| top == STRANGERS));
        let roots = sources.iter().filter(|source| source.module.is_empty());
        Self {
            strangers: strangers.filter_map(|source| source.module.get(1).cloned()).collect(),
            handed_out: roots.flat_map(|root| &root.mentions).filter_map(handed_out).collect(),
        }
    }

    /// An import that goes up, or to a stranger.
    fn import(&self, source: &Source, mention: &Mention) -> Option<String> {
        let from = source.module.first()?;
        let target = resolve(source, mention)?;
        let first = target.first()?;
        if first == "*" {
            return Some("a glob over the whole crate hides what is imported".into());
        }
        let to = if rank(first).is_some() { first } else { self.handed_out.get(first)? };
        if to != from {
            return (rank(to) >= rank(from))
                .then(|| format!("`{from}` imports `{to}`, which is not below it"));
        }
        self.stranger(source, &target)
    }

    fn stranger(&self, source: &Source, target: &[String]) -> Option<String> {
        let own = source.module.get(1).filter(|_| source.module[0] == STRANGERS && !source.is_test())?;
        let other = target.get(1)?;
        if other == "*" {
            return Some(format!("a glob over `{STRANGERS}` hides what is imported"));
        }
        let strange = other != own && self.strangers.contains(other);
        strange.then(|| format!("the capability `{own}` imports the capability `{other}`"))
    }
}

/// `pub use daemon::Daemon` in the root makes `crate::Daemon` another name for a daemon's.
fn handed_out(mention: &Mention) -> Option<(String, String)> {
    let own = mention.path.first().is_some_and(|first| first == "crate" || first == "self");
    let path = &mention.path[usize::from(own)..];
    let (module, name) = (path.first()?, mention.alias.as_ref().or(path.last())?);
    (path.len() > 1 && rank(module).is_some()).then(|| (name.clone(), module.clone()))
}

/// The path from the root of the crate; nothing for paths into other crates and local names.
fn resolve(source: &Source, mention: &Mention) -> Option<Vec<String>> {
    let mut here = [&source.module[..], &mention.inside].concat();
    let mut rest = &mention.path[..];
    match rest.first()?.as_str() {
        "crate" => {
            here.clear();
            rest = &rest[1..];
        }
        "self" => rest = &rest[1..],
        "super" => {}
        _ => return None,
    }
    while rest.first().is_some_and(|first| first == "super") {
        here.pop();
        rest = &rest[1..];
    }
    here.extend_from_slice(rest);
    Some(here)
}

fn sql(source: &Source, mention: &Mention) -> Option<String> {
    let (owner, language) = SQL;
    let allowed = source.module.first().is_some_and(|top| top == owner);
    let speaks = mention.path.iter().any(|name| name == language);
    (speaks && !allowed).then(|| format!("only `{owner}` mentions {language}"))
}

fn spawning(source: &Source, mention: &Mention) -> Option<String> {
    let allowed = source.module.first().is_some_and(|top| top == SPAWNS) || mention.test || source.is_test();
    let pair = mention.path.windows(2).find(|pair| SPAWNING.contains(&(pair[0].as_str(), pair[1].as_str())));
    pair.filter(|_| !allowed).map(|pair| format!("only `{SPAWNS}` spawns: {}", pair.join("::")))
}
