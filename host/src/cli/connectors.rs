//! `exchange connector …`: what is installed, what it asks for, and which of it may run.
//!
//! A connector runs only while its file has the checksum that `connectors.lock` remembers: whoever changes the file
//! has to say so. Reading a manifest runs nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::app::{App, settings_error, write_file};
use crate::config;
use crate::daemon::host::Package;
use crate::error::{Context, Error, Kind, Result};
use crate::model::Message;
use crate::model::manifest::Access;
use crate::report::Language;
use crate::sandbox;

/// The file of checksums, beside the connectors.
const LOCK: &str = "connectors.lock";

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Locks {
    #[serde(default)]
    connector: BTreeMap<String, Lock>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lock {
    version: String,
    sha256: String,
}

/// An installed connector by its id.
pub(super) fn installed(app: &App, id: &str) -> Result<Package> {
    let file = app.host.connectors.join(format!("{id}.wasm"));
    if !file.exists() {
        return Err(Error::config(format!("there is no connector `{id}`"))
            .message(Message::new("error-no-connector").with("connector", id).with("file", file.display()))
            .hint("exchange connector list"));
    }
    read(&file, app.output.colour)
}

/// A connector that may run: locked, and the very file that was locked.
pub(super) fn runnable(app: &App, id: &str) -> Result<Arc<Package>> {
    let package = app.package(id)?;
    let locks = locks(app)?;
    let relock = format!("exchange connector lock {id}");
    let Some(lock) = locks.connector.get(id) else {
        return Err(Error::config(format!("connector `{id}` is not locked"))
            .message(Message::new("error-not-locked").with("connector", id))
            .hint(relock));
    };
    // Hashed when it was read: a region has thousands of tasks and a handful of connectors.
    if package.sha256 != lock.sha256 {
        sandbox::check_lock(&package.bytes, &lock.sha256).map_err(|error| error.hint(relock))?;
    }
    Ok(package)
}

fn read(file: &Path, colour: bool) -> Result<Package> {
    let bytes = std::fs::read(file).context(Kind::Config, format!("cannot read {}", file.display()))?;
    let text = sandbox::read_manifest(&bytes)?;
    let manifest = config::load_manifest(&text, &file.display().to_string())
        .map_err(|errors| settings_error(&errors, colour))?;
    Ok(Package { sha256: sandbox::sha256(&bytes), bytes, manifest: Arc::new(manifest) })
}

fn locks(app: &App) -> Result<Locks> {
    let file = app.host.connectors.join(LOCK);
    match std::fs::read_to_string(&file) {
        Ok(text) => {
            toml::from_str(&text).context(Kind::Config, format!("cannot understand {}", file.display()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Locks::default()),
        Err(error) => Err(Error::config(format!("cannot read {}", file.display())).because(error)),
    }
}

/// The ids of the installed connectors.
pub(super) fn ids(app: &App) -> Result<Vec<String>> {
    let dir = &app.host.connectors;
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::config(format!("cannot read {}", dir.display())).because(error)),
    };
    let mut ids = Vec::new();
    for entry in entries {
        let path = entry.context(Kind::Config, format!("cannot read {}", dir.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            ids.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
        }
    }
    ids.sort();
    Ok(ids)
}

#[derive(Serialize)]
pub(super) struct Row {
    id: String,
    version: String,
    title: String,
    sha256: String,
    locked: bool,
    /// Why its file cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Lists what is installed. A file that cannot be used stands in the list with its fault; exit code 2 then.
pub(super) fn list(app: &App) -> Result<u8> {
    let rows = rows(app)?;
    let code = if rows.iter().any(|row| row.problem.is_some()) { 2 } else { 0 };
    if app.output.json {
        return app.output.print_json(&rows).map(|()| code);
    }
    let headings =
        ["column-connector", "column-version", "column-locked", "column-title"].map(|code| app.word(code));
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(app, row)).collect();
    app.output.table(&headings, &cells)?;
    let problems = rows.iter().filter_map(|row| row.problem.as_deref());
    problems.into_iter().for_each(|problem| eprintln!("{problem}"));
    Ok(code)
}

/// What is installed.
pub(super) fn rows(app: &App) -> Result<Vec<Row>> {
    let locks = locks(app)?;
    Ok(ids(app)?.into_iter().map(|id| row(app, &locks, id)).collect())
}

fn row(app: &App, locks: &Locks, id: String) -> Row {
    match installed(app, &id) {
        Ok(installed) => {
            let sha256 = installed.sha256.clone();
            let locked = locks.connector.get(&id).is_some_and(|lock| lock.sha256 == sha256);
            let title = in_language(app, &installed.manifest.title).to_owned();
            let version = installed.manifest.version.clone();
            Row { id, version, title, sha256, locked, problem: None }
        }
        Err(error) => {
            let empty = String::new;
            Row {
                id,
                version: empty(),
                title: empty(),
                sha256: empty(),
                locked: false,
                problem: Some(error.to_string()),
            }
        }
    }
}

fn cells(app: &App, row: &Row) -> Vec<String> {
    let locked = app.word(if row.locked { "word-yes" } else { "word-no" });
    let title = if row.problem.is_some() { app.word("connector-unusable") } else { row.title.clone() };
    vec![row.id.clone(), row.version.clone(), locked, title]
}

fn in_language<'a>(app: &App, text: &'a crate::model::manifest::Text) -> &'a str {
    match app.catalogue.language() {
        Language::Ru => &text.ru,
        Language::En => &text.en,
    }
}

/// Everything a manifest says: as JSON, or in short.
pub(super) fn inspect(app: &App, connector: &str) -> Result<u8> {
    let path = Path::new(connector);
    let installed = if path.is_file() { read(path, app.output.colour)? } else { installed(app, connector)? };
    let manifest = &installed.manifest;
    if app.output.json {
        return app.output.print_json(&**manifest).map(|()| 0);
    }
    let out = app.output;
    out.line(format!("{} {} — {}", manifest.id, manifest.version, in_language(app, &manifest.title)))?;
    out.line(in_language(app, &manifest.description))?;
    out.line(format!("sha256 {}", installed.sha256))?;
    for kind in &manifest.kinds {
        out.line(format!(
            "kind {} — {} ({:?}, {:?})",
            kind.name,
            in_language(app, &kind.title),
            kind.nature,
            kind.observe
        ))?;
    }
    for (record, fields) in &manifest.records {
        out.line(format!("reads {record}: {}", fields.join(", ")))?;
    }
    for (name, operation) in &manifest.operations {
        let access = match operation.access {
            Access::Read => "read",
            Access::Write => "write",
            Access::Dialogue => "dialogue",
        };
        out.line(format!("{access} {name}: {} {} {}", operation.upstream, operation.method, operation.path))?;
    }
    Ok(0)
}

/// Packs a module with its manifest into a component.
pub(super) fn pack(app: &App, module: &Path, manifest: &Path, output: &Path) -> Result<u8> {
    let bytes = std::fs::read(module).context(Kind::Config, format!("cannot read {}", module.display()))?;
    let text = std::fs::read_to_string(manifest)
        .context(Kind::Config, format!("cannot read {}", manifest.display()))?;
    let checked = config::load_manifest(&text, &manifest.display().to_string())
        .map_err(|errors| settings_error(&errors, app.output.colour))?;
    let component = sandbox::pack(&bytes, &text)?;
    write_file(output, &component)?;
    let message = Message::new("connector-packed")
        .with("connector", &checked.id)
        .with("file", output.display())
        .with("sha256", sandbox::sha256(&component));
    app.output.line(app.text(message)).map(|()| 0)
}

/// Remembers the checksums of all connectors, or of one.
pub(super) fn lock(app: &App, only: Option<&str>) -> Result<u8> {
    let mut locks = locks(app)?;
    let wanted = match only {
        Some(id) => vec![id.to_owned()],
        None => ids(app)?,
    };
    if only.is_none() {
        locks.connector.retain(|id, _| wanted.contains(id));
    }
    for id in wanted {
        let installed = installed(app, &id)?;
        let lock = Lock { version: installed.manifest.version.clone(), sha256: installed.sha256 };
        app.output.line(format!("{id} {} sha256 {}", lock.version, lock.sha256))?;
        super::stores::audit(app, "connector-lock", &format!("{id} {}", lock.sha256))?;
        locks.connector.insert(id, lock);
    }
    let text =
        toml::to_string(&locks).map_err(|error| Error::internal("cannot write the lock").because(error))?;
    write_file(&app.host.connectors.join(LOCK), text.as_bytes()).map(|()| 0)
}
