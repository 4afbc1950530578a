//! Settings files, damaged: accepted, or explained with places and remedies.

use std::path::Path;
use std::sync::Arc;

use exchange::config::{ConfigErrors, load_host, load_manifest, load_school, set_task_enabled};
use exchange::model::Message;
use exchange::model::manifest::Manifest;
use exchange::model::setup::HostConfig;
use exchange::report::{Catalogue, Language};

use crate::harness::{Judged, Target};

const FILES: &str = "tests/it/config";

const MEMORY: u64 = 64 << 20;

const WORDS: &[&str] = &[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ".",
    "\"\"\"",
    "'''",
    "\"",
    "true",
    "false",
    "1979-05-27T07:32:00Z",
    "inf",
    "nan",
    "0x1F",
    "1_000",
    "\\u0000",
    "\\UFFFFFFFF",
    "[[task]]",
    "[task]",
    "[task.grant]",
    "[task.settings]",
    "[task.hold]",
    "id",
    "name",
    "connector",
    "time-zone",
    "Europe/Moscow",
    "schedule",
    "[task.schedule]",
    "cron",
    "\"0 25 L * mon#2\"",
    "window",
    "\"01:00-05:00\"",
    "[calendar]",
    "blackout",
    "\"12-30..01-08\"",
    "patience",
    "changes",
    "\"update\"",
    "upstreams",
    "records",
    "secrets",
    "signatures",
    "write",
    "remove",
    "add",
    "share",
    "rows",
    "[import.pupils]",
    "columns",
    "words",
    "record",
    "[upstream.a]",
    "base",
    "https://a.example",
    "http://[::1]",
    "credential",
    "header",
    "query",
    "prefix",
    "rate",
    "parallel",
    "timeout",
    "250ms",
    "1d",
    "64KiB",
    "99999999999999999999GiB",
    "breaker",
    "[limits]",
    "cpu",
    "key.command",
    "key.file",
    "title",
    "ru",
    "en",
    "[[kind]]",
    "[operation.x]",
    "[dialogue.x]",
    "[sign.x]",
    "[secret.x]",
    "[messages.ru]",
    "{ $x -> *[a] b }",
    "{ $x",
    "-term = x",
    "[settings.properties.x]",
    "type",
    "\"object\"",
    "pattern",
    "\"(a+)+$\"",
    "\"$ref\" = \"#\"",
    "\"$ref\" = \"http://x.example\"",
    "enum",
    "default",
    "minimum",
    "anyOf",
    "{name}",
    "/a/{b}",
];

/// Every problem has its place in the text, says something, and leaves nobody without advice.
fn explained(errors: &ConfigErrors, text: &str, origin: &str) -> Judged {
    if errors.problems().is_empty() {
        return Err("refused without a reason".into());
    }
    for problem in errors.problems() {
        if let Some(span) = &problem.span
            && text.get(span.clone()).is_none()
        {
            return Err(format!("a place outside the text: {problem:?}"));
        }
        if problem.what.trim().is_empty() || (problem.label.is_empty() && problem.hints.is_empty()) {
            return Err(format!("a problem without a remedy: {problem:?}"));
        }
    }
    let (plain, coloured) = (errors.render(false), errors.render(true));
    if !plain.contains(origin) || coloured.len() < plain.len() {
        return Err(format!("no place is shown:\n{plain}"));
    }
    let mut whats: Vec<String> = errors.problems().iter().map(|problem| sort_of(&problem.what)).collect();
    whats.sort();
    whats.dedup();
    Ok(whats.join("; "))
}

/// A file's text: places in it count from behind a byte order mark.
fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).into_owned()
}

/// A problem's text without what it quotes.
fn sort_of(what: &str) -> String {
    what.split('`').step_by(2).collect()
}

fn world(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/config/world");
    std::fs::read_to_string(folder.join(name)).expect("a file of the good configuration")
}

fn good_manifest() -> Manifest {
    load_manifest(&world("connector.toml"), "connector.toml").expect("a good manifest")
}

#[test]
fn school_files() {
    let (host, manifest) = (HostConfig::default(), good_manifest());
    let manifests = |id: &str| (id == manifest.id).then(|| Arc::new(manifest.clone()));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("school57.toml");
    Target {
        name: "toml-school",
        also: &[(FILES, "school.toml"), (FILES, "school57.toml")],
        words: WORDS,
        memory: MEMORY,
    }
    .run(|bytes| {
        std::fs::write(&path, bytes).expect("a file");
        match load_school(&path, &host, &manifests) {
            Err(errors) => explained(&errors, &text_of(bytes), "school57.toml"),
            Ok(school) => {
                let Some(task) = school.tasks.first() else { return Ok("accepted without tasks".into()) };
                for enabled in [false, task.enabled] {
                    set_task_enabled(&path, &task.id, enabled).map_err(|error| format!("{error:?}"))?;
                    let mut again =
                        load_school(&path, &host, &manifests).map_err(|errors| errors.to_string())?;
                    let switch =
                        again.tasks.iter_mut().find(|one| one.id == task.id).map(|one| &mut one.enabled);
                    if switch.map(|switch| std::mem::replace(switch, task.enabled)) != Some(enabled)
                        || again != school
                    {
                        return Err("switching a task did not change the switch, and only that".into());
                    }
                }
                Ok("accepted".into())
            }
        }
    });
}

#[test]
fn host_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("exchange.toml");
    Target { name: "toml-exchange", also: &[(FILES, "exchange.toml")], words: WORDS, memory: MEMORY }.run(
        |bytes| {
            std::fs::write(&path, bytes).expect("a file");
            match load_host(&path) {
                Err(errors) => explained(&errors, &text_of(bytes), "exchange.toml"),
                Ok(host) => Ok(format!("accepted with {} upstreams", host.upstreams.len())),
            }
        },
    );
}

#[test]
fn manifests() {
    Target { name: "manifest", also: &[(FILES, "connector.toml")], words: WORDS, memory: MEMORY }.run(
        |bytes| {
            let text = String::from_utf8_lossy(bytes);
            match load_manifest(&text, "connector.toml") {
                Err(errors) => explained(&errors, &text, "connector.toml"),
                Ok(manifest) => {
                    let mut catalogue = Catalogue::new(Language::Ru);
                    catalogue.add_connector(&manifest);
                    for code in manifest.messages.ru.keys() {
                        let message =
                            Message::new(code.as_str()).with("n", "1").with("text", "{ $text }\n= x");
                        if catalogue.of(&manifest.id, &message).is_empty() {
                            return Err(format!("no text for {code}"));
                        }
                    }
                    Ok(format!("accepted with {} kinds", manifest.kinds.len()))
                }
            }
        },
    );
}
