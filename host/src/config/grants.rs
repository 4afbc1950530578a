//! `[task.grant]` against what the connector's manifest asks and what `exchange.toml` has.

use std::collections::BTreeMap;

use super::report::{Problem, quoted};
use super::view::{View, Word};
use crate::model::manifest::{Access, Manifest};
use crate::model::records::RecordType;
use crate::model::setup::{Grants, HostConfig};

/// The task's grants.
pub(super) fn read(
    task: View<'_>,
    manifest: &Manifest,
    host: &HostConfig,
    enabled: bool,
    problems: &mut Vec<Problem>,
) -> Grants {
    let Some(grant) = task.table("grant") else {
        if enabled && asks_anything(manifest) {
            problems.push(nothing_granted(task, manifest));
        }
        return Grants::default();
    };
    let mut reader = Reader { grant, manifest, problems };
    Grants {
        upstreams: reader.upstreams(host),
        records: reader.records(),
        secrets: reader.list("secrets", "secret", manifest.secrets.keys().chain(credentials(manifest))),
        signatures: reader.keys(
            "sign",
            "signature template",
            manifest.signatures.keys(),
            "signing",
            host.signing.keys(),
        ),
        verify: reader.keys(
            "verify",
            "issuer of tokens",
            &manifest.verify,
            "verification",
            host.verification.keys(),
        ),
        fingerprints: reader.list("fingerprints", "purpose of fingerprints", manifest.fingerprints.iter()),
        write: reader.write(),
    }
}

/// The credentials of its upstreams: named in a grant or not, they come with the upstream.
fn credentials(manifest: &Manifest) -> impl Iterator<Item = &String> + Clone {
    manifest.upstreams.values().filter_map(|need| need.credential.as_ref())
}

fn asks_anything(manifest: &Manifest) -> bool {
    !(manifest.upstreams.is_empty() && manifest.records.is_empty() && manifest.secrets.is_empty())
}

fn nothing_granted(task: View<'_>, manifest: &Manifest) -> Problem {
    let problem = Problem::at(task.value_span("enabled"), "the task is enabled and nothing is granted to it");
    problem.hint(format!("what `{}` asks:\n{}", manifest.id, grant_lines(manifest)))
}

/// The TOML that grants everything a manifest asks.
pub(super) fn grant_lines(manifest: &Manifest) -> String {
    let mut lines = vec!["[task.grant]".to_owned()];
    let pairs = |pairs: Vec<String>| format!("{{ {} }}", pairs.join(", "));
    if !manifest.upstreams.is_empty() {
        let names = manifest.upstreams.keys().map(|name| format!("{name} = \"{name}\"")).collect();
        lines.push(format!("upstreams = {}", pairs(names)));
    }
    if !manifest.records.is_empty() {
        let types = manifest.records.keys().map(|kind| format!("{kind} = [\"*\"]")).collect();
        lines.push(format!("records = {}", pairs(types)));
    }
    if !manifest.secrets.is_empty() {
        lines.push(format!("secrets = {:?}", manifest.secrets.keys().collect::<Vec<_>>()));
    }
    if !manifest.signatures.is_empty() {
        let keys = manifest.signatures.keys().map(|name| format!("{name} = \"KEY\"")).collect();
        lines.push(format!("sign = {}", pairs(keys)));
    }
    if !manifest.verify.is_empty() {
        let keys = manifest.verify.iter().map(|name| format!("{name} = \"KEY\"")).collect();
        lines.push(format!("verify = {}", pairs(keys)));
    }
    if !manifest.fingerprints.is_empty() {
        lines.push(format!("fingerprints = {:?}", manifest.fingerprints));
    }
    if writes(manifest) {
        lines.push("write = true".to_owned());
    }
    lines.join("\n")
}

fn writes(manifest: &Manifest) -> bool {
    manifest.operations.values().any(|operation| operation.access == Access::Write)
}

struct Reader<'a, 'p> {
    grant: View<'a>,
    manifest: &'a Manifest,
    problems: &'p mut Vec<Problem>,
}

impl Reader<'_, '_> {
    /// Refuses a name that the manifest does not ask.
    fn asked<'n>(&mut self, what: &str, name: &Word, known: impl IntoIterator<Item = &'n String>) -> bool {
        let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
        if known.contains(&name.text.as_str()) {
            return true;
        }
        let text = format!("`{}` asks for no {what} `{}`", self.manifest.id, name.text);
        let problem = Problem::at(name.span.clone(), text);
        let problem = if known.is_empty() { problem.hint("take it out") } else { problem };
        self.problems.push(problem.suggest(&name.text, known));
        false
    }

    fn upstreams(&mut self, host: &HostConfig) -> BTreeMap<String, String> {
        let pairs: Vec<(Word, Word)> = match self.grant.table("upstreams") {
            Some(map) => map.keys().filter_map(|name| Some((name.clone(), map.word(&name.text)?))).collect(),
            None => {
                let list = self.grant.words("upstreams").unwrap_or_default();
                list.into_iter().map(|word| (word.clone(), word)).collect()
            }
        };
        let mut granted = BTreeMap::new();
        for (asked, given) in pairs {
            if self.asked("upstream", &asked, self.manifest.upstreams.keys()) {
                self.upstream_exists(&asked, &given, host);
            }
            granted.insert(asked.text, given.text);
        }
        granted
    }

    fn upstream_exists(&mut self, asked: &Word, given: &Word, host: &HostConfig) {
        let Some(upstream) = host.upstreams.get(&given.text) else {
            let text = format!("`exchange.toml` has no upstream `{}`", given.text);
            let problem = Problem::at(given.span.clone(), text);
            let problem = problem.suggest(&given.text, host.upstreams.keys().map(String::as_str));
            return self
                .problems
                .push(problem.hint(format!("add `[upstream.{}]` to `exchange.toml`", given.text)));
        };
        let needs = self.manifest.upstreams.get(&asked.text).and_then(|need| need.credential.as_ref());
        if needs.is_some() && upstream.credential.is_none() {
            let text = format!("`exchange.toml` does not say how `{}` takes its credential", given.text);
            let hint = format!("add `credential = {{ header = \"…\" }}` to `[upstream.{}]`", given.text);
            self.problems.push(Problem::at(given.span.clone(), text).hint(hint));
        }
    }

    fn records(&mut self) -> BTreeMap<RecordType, Vec<String>> {
        let Some(map) = self.grant.table("records") else { return BTreeMap::new() };
        let mut granted = BTreeMap::new();
        for name in map.keys() {
            let Some(kind) = RecordType::by_name(&name.text) else { continue };
            let Some(asked) = self.manifest.records.get(&kind) else {
                let types: Vec<&str> = self.manifest.records.keys().map(|kind| kind.name()).collect();
                let text = format!("`{}` asks for no records `{kind}`", self.manifest.id);
                self.problems
                    .push(Problem::at(name.span.clone(), text).hint(format!("it asks: {}", quoted(&types))));
                continue;
            };
            let fields = map.words(&name.text).unwrap_or_default();
            for field in fields.iter().filter(|field| field.text != "*") {
                self.asked(&format!("field of `{kind}`"), field, asked);
            }
            granted.insert(kind, fields.into_iter().map(|field| field.text).collect());
        }
        granted
    }

    fn list<'n>(
        &mut self,
        key: &str,
        what: &str,
        known: impl Iterator<Item = &'n String> + Clone,
    ) -> Vec<String> {
        let words = self.grant.words(key).unwrap_or_default();
        for word in &words {
            self.asked(what, word, known.clone());
        }
        words.into_iter().map(|word| word.text).collect()
    }

    /// The connector's own names with the names of keys of this section of `exchange.toml`.
    fn keys<'n>(
        &mut self,
        grant: &str,
        what: &str,
        asked: impl IntoIterator<Item = &'n String> + Clone,
        section: &str,
        there: impl Iterator<Item = &'n String> + Clone,
    ) -> BTreeMap<String, String> {
        let Some(map) = self.grant.table(grant) else { return BTreeMap::new() };
        for name in map.keys() {
            if self.asked(what, &name, asked.clone())
                && let Some(key) = map.word(&name.text)
                && !there.clone().any(|there| *there == key.text)
            {
                let text = format!("`exchange.toml` has no key `{}` in `[{section}]`", key.text);
                let problem = Problem::at(key.span.clone(), text);
                let problem = problem.suggest(&key.text, there.clone().map(String::as_str));
                self.problems
                    .push(problem.hint(format!("add `[{section}.{}]` to `exchange.toml`", key.text)));
            }
        }
        self.grant.map(grant)
    }

    fn write(&mut self) -> bool {
        let write = self.grant.flag("write").unwrap_or_default();
        if write && !writes(self.manifest) {
            let text = format!("`{}` asks for no operation that writes", self.manifest.id);
            self.problems.push(Problem::at(self.grant.value_span("write"), text).hint("take it out"));
        }
        write
    }
}
