//! `exchange connector …`: what is installed, what it asks for, and which of it may run where.
//!
//! A connector runs only while its file has the checksum that `connectors.lock` remembers: whoever changes the file
//! has to say so. Reading a manifest runs nothing.

pub(super) mod compare;
mod locks;
mod versions;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use self::locks::Locks;
use super::app::{App, settings_error, write_file};
use crate::config::{self, Manifests};
use crate::daemon::host::Package;
use crate::error::{Context, Error, Kind, Result};
use crate::model::manifest::{Access, Manifest};
use crate::model::{Message, SchoolId, TaskId, TaskRef};
use crate::sandbox;

pub(super) use self::versions::{add, lock, remove, rollback};

/// The connectors as the file of a school means them: each task has the version that it runs with.
pub(super) struct Installed<'a> {
    pub(super) app: &'a App,
    pub(super) school: &'a SchoolId,
    /// This task has this one, whatever the lock says.
    pub(super) instead: Option<(&'a TaskId, &'a Package)>,
}

impl Manifests for Installed<'_> {
    fn manifest(&self, id: &str) -> Option<Arc<Manifest>> {
        self.app.package(id).ok().map(|package| Arc::clone(&package.manifest))
    }

    fn of_task(&self, task: &str, id: &str) -> Option<Arc<Manifest>> {
        if let Some((_, package)) = self.instead.filter(|(instead, _)| instead.as_str() == task) {
            return Some(Arc::clone(&package.manifest));
        }
        let name = TaskRef { school: self.school.clone(), task: task.into() };
        let package = self.app.package_for(&name, id).ok()?;
        Some(Arc::clone(&package.manifest))
    }
}

/// The files of a connector: `ID.wasm`, and other versions beside it as `ID@VERSION.wasm`.
fn files(app: &App, id: &str) -> Result<Vec<PathBuf>> {
    let of_it = |path: &PathBuf| stem(path).is_some_and(|stem| stem.split('@').next() == Some(id));
    let mut files: Vec<PathBuf> = all_files(app)?.into_iter().filter(of_it).collect();
    // `ID.wasm` first.
    files.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
    if files.is_empty() {
        let file = app.host.connectors.join(format!("{id}.wasm"));
        return Err(Error::config(format!("there is no connector `{id}`"))
            .message(Message::new("error-no-connector").with("connector", id).with("file", file.display()))
            .hint("exchange connector list"));
    }
    Ok(files)
}

fn stem(path: &Path) -> Option<&str> {
    path.file_stem().and_then(|stem| stem.to_str())
}

/// The version of a connector that runs where nothing else is said; `ID.wasm` when none is locked.
pub(super) fn installed(app: &App, id: &str) -> Result<Arc<Package>> {
    let locks = Locks::read(app)?;
    let wanted = locks.of(id).map(|lock| lock.sha256.clone());
    with_checksum(app, id, wanted.as_deref()).and_then(|found| found.map_or_else(|| first(app, id), Ok))
}

/// The version that a task has, locked or not.
pub(super) fn of_task(app: &App, task: &TaskRef, id: &str) -> Result<Arc<Package>> {
    let locks = Locks::read(app)?;
    let wanted = locks.of(id).and_then(|lock| lock.checksum_for(task));
    with_checksum(app, id, wanted).and_then(|found| found.map_or_else(|| first(app, id), Ok))
}

fn first(app: &App, id: &str) -> Result<Arc<Package>> {
    files(app, id).and_then(|files| app.file(&files[0]))
}

/// The file of a connector with this checksum. Others that cannot be read are no matter.
fn with_checksum(app: &App, id: &str, wanted: Option<&str>) -> Result<Option<Arc<Package>>> {
    let Some(wanted) = wanted else { return Ok(None) };
    let mut packages = files(app, id)?.into_iter().filter_map(|file| app.file(&file).ok());
    Ok(packages.find(|package| package.sha256.eq_ignore_ascii_case(wanted)))
}

/// A connector that may run for a task: locked, and the very file that was locked.
pub(super) fn runnable(app: &App, task: &TaskRef, id: &str) -> Result<Arc<Package>> {
    let locks = Locks::read(app)?;
    let relock = format!("exchange connector lock {id}");
    let Some(lock) = locks.of(id) else {
        // A connector that is not there at all is the graver fault.
        files(app, id)?;
        return Err(Error::config(format!("connector `{id}` is not locked"))
            .message(Message::new("error-not-locked").with("connector", id))
            .hint(relock));
    };
    let pinned = lock.pinned(task);
    let Some(wanted) = lock.checksum_for(task) else {
        let version = pinned.unwrap_or_default();
        return Err(Error::config(format!("version {version} of connector `{id}` is not in the lock"))
            .hint(format!("exchange connector lock {id} --version {version} --for {task}")));
    };
    if let Some(package) = with_checksum(app, id, Some(wanted))? {
        return Ok(package);
    }
    let changed = first(app, id)?;
    match sandbox::check_lock(&changed.bytes, wanted) {
        Err(error) => Err(error.hint(relock)),
        Ok(()) => Ok(changed),
    }
}

/// A file of the folder of connectors.
pub(super) fn read(file: &Path, colour: bool) -> Result<Package> {
    let bytes = std::fs::read(file).context(Kind::Config, format!("cannot read {}", file.display()))?;
    let text = sandbox::read_manifest(&bytes)?;
    let manifest = config::load_manifest(&text, &file.display().to_string())
        .map_err(|errors| settings_error(&errors, colour))?;
    Ok(Package { sha256: sandbox::sha256(&bytes), bytes, manifest: Arc::new(manifest) })
}

fn all_files(app: &App) -> Result<Vec<PathBuf>> {
    let dir = &app.host.connectors;
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::config(format!("cannot read {}", dir.display())).because(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.context(Kind::Config, format!("cannot read {}", dir.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The ids of the installed connectors.
pub(super) fn ids(app: &App) -> Result<Vec<String>> {
    let files = all_files(app)?;
    let ids = files.iter().filter_map(|path| stem(path)?.split('@').next().map(str::to_owned));
    let ids: std::collections::BTreeSet<String> = ids.collect();
    Ok(ids.into_iter().collect())
}

#[derive(Serialize)]
pub(super) struct Row {
    id: String,
    version: String,
    title: String,
    sha256: String,
    /// It may run somewhere.
    locked: bool,
    /// It runs wherever nothing else is said.
    default: bool,
    /// Schools and tasks that run it in place of the default.
    runs_for: Vec<String>,
    file: PathBuf,
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
    let headings = ["column-connector", "column-version", "column-locked", "column-runs-for", "column-title"];
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(app, row)).collect();
    app.output.table(&headings.map(|code| app.word(code)), &cells)?;
    let problems = rows.iter().filter_map(|row| row.problem.as_deref());
    problems.into_iter().for_each(|problem| eprintln!("{problem}"));
    Ok(code)
}

/// What is installed.
pub(super) fn rows(app: &App) -> Result<Vec<Row>> {
    let locks = Locks::read(app)?;
    let mut rows: Vec<Row> = all_files(app)?.into_iter().map(|file| row(app, &locks, file)).collect();
    // A version may lie there twice: as the first file, and beside it.
    let mut seen = std::collections::BTreeSet::new();
    rows.retain(|row| row.problem.is_some() || seen.insert((row.id.clone(), row.sha256.clone())));
    Ok(rows)
}

fn row(app: &App, locks: &Locks, file: PathBuf) -> Row {
    let id = stem(&file).and_then(|stem| stem.split('@').next()).unwrap_or_default().to_owned();
    let mut row = Row {
        id,
        version: String::new(),
        title: String::new(),
        sha256: String::new(),
        locked: false,
        default: false,
        runs_for: Vec::new(),
        file,
        problem: None,
    };
    match app.file(&row.file) {
        Ok(package) => {
            row.sha256.clone_from(&package.sha256);
            row.version.clone_from(&package.manifest.version);
            in_language(app, &package.manifest.title).clone_into(&mut row.title);
            let lock = locks.of(&row.id);
            row.default = lock.is_some_and(|lock| lock.sha256 == row.sha256);
            row.runs_for = lock.map(|lock| lock.places_of(&row.sha256)).unwrap_or_default();
            row.locked = row.default || !row.runs_for.is_empty();
        }
        Err(error) => row.problem = Some(error.to_string()),
    }
    row
}

fn cells(app: &App, row: &Row) -> Vec<String> {
    let locked = app.word(if row.locked { "word-yes" } else { "word-no" });
    let title = if row.problem.is_some() { app.word("connector-unusable") } else { row.title.clone() };
    let runs_for = if row.default { app.word("connector-for-all") } else { row.runs_for.join(", ") };
    vec![row.id.clone(), row.version.clone(), locked, runs_for, title]
}

fn in_language<'a>(app: &App, text: &'a crate::model::manifest::Text) -> &'a str {
    app.catalogue.language().of(text)
}

/// Everything a manifest says: as JSON, or in short.
pub(super) fn inspect(app: &App, connector: &str) -> Result<u8> {
    let path = Path::new(connector);
    let installed =
        if path.is_file() { Arc::new(read(path, app.output.colour)?) } else { installed(app, connector)? };
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
