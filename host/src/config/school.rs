//! A school's file: the school, how its files are read, its tasks.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::is_name;
use super::keys::SCHOOL;
use super::report::{ConfigErrors, Problem};
use super::view::{View, Word, read_document, read_text};
use super::{calendar, grants, notify, schedule, settings};
use crate::model::fields::Content;
use crate::model::ids::SchoolId;
use crate::model::manifest::Manifest;
use crate::model::records::RecordType;
use crate::model::setup::{
    Changes, Holds, HostConfig, ImportProfile, Region, SchoolConfig, TaskConfig, Threshold,
};

/// The connectors at hand.
pub trait Manifests {
    /// The manifest of the connector with this id.
    fn manifest(&self, id: &str) -> Option<Arc<Manifest>>;

    /// The same in the version that a task of the school has.
    fn of_task(&self, _task: &str, id: &str) -> Option<Arc<Manifest>> {
        self.manifest(id)
    }

    /// Ids of all, for "did you mean"; may be empty.
    fn ids(&self) -> Vec<String> {
        Vec::new()
    }
}

impl<F: Fn(&str) -> Option<Arc<Manifest>>> Manifests for F {
    fn manifest(&self, id: &str) -> Option<Arc<Manifest>> {
        self(id)
    }
}

impl Manifests for BTreeMap<String, Manifest> {
    fn manifest(&self, id: &str) -> Option<Arc<Manifest>> {
        self.get(id).cloned().map(Arc::new)
    }

    fn ids(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}

/// The schools' files: each `*.toml` in `host.schools`, by name. A missing folder holds none.
///
/// # Errors
/// The folder cannot be read.
pub fn school_files(host: &HostConfig) -> crate::error::Result<Vec<(SchoolId, PathBuf)>> {
    use crate::error::{Context, Kind};
    let what = || format!("the folder of schools cannot be read: {}", host.schools.display());
    if !host.schools.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&host.schools).context(Kind::Config, what())? {
        let path = entry.context(Kind::Config, what())?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push((SchoolId::from(stem(&path)), path));
        }
    }
    files.sort();
    Ok(files)
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads and checks a school's file; the school's id is the file's name.
///
/// # Errors
/// Everything that is wrong with the file, with places.
pub fn load_school(
    path: &Path,
    host: &HostConfig,
    manifests: &dyn Manifests,
) -> Result<SchoolConfig, ConfigErrors> {
    judge_school(path, &read_text(path)?, host, manifests)
}

/// Checks a text that could be a school's file of this name.
///
/// # Errors
/// Everything that would be wrong with the file, with places.
pub fn judge_school(
    path: &Path,
    text: &str,
    host: &HostConfig,
    manifests: &dyn Manifests,
) -> Result<SchoolConfig, ConfigErrors> {
    let world = World { host, manifests };
    read_document(&path.display().to_string(), text, &SCHOOL, |view, problems| {
        Some(school(view, path, &world, problems))
    })
}

/// What a school's file may refer to.
pub(super) struct World<'a> {
    pub(super) host: &'a HostConfig,
    pub(super) manifests: &'a dyn Manifests,
}

fn school(view: View<'_>, path: &Path, world: &World<'_>, problems: &mut Vec<Problem>) -> SchoolConfig {
    let id = stem(path);
    if !is_name(&id) {
        let problem = Problem::whole(format!("`{id}` is no name for a school"));
        problems.push(problem.hint("name the file with letters, digits, `-` and `_`: `school57.toml`"));
    }
    let import = view.table("import");
    let region = region(view, world.host, problems);
    let default = SchoolConfig::default();
    let tasks = tasks(view, world, &region, problems);
    SchoolConfig {
        notify: notify::school(view, &world.host.notify, &tasks, problems),
        id: SchoolId::from(id),
        file: path.to_owned(),
        name: view.text("name").unwrap_or_default(),
        time_zone: time_zone(view, &region, problems),
        region: view.text("region"),
        calendar: calendar::read(view, &region.calendar, problems),
        import: import.map(|import| profiles(import, problems)).unwrap_or_default(),
        import_drop_share: import.and_then(|i| i.number("drop-share")).unwrap_or(default.import_drop_share),
        tasks,
    }
}

/// What the school's region gives; nothing where `exchange.toml` tells of no regions.
fn region(view: View<'_>, host: &HostConfig, problems: &mut Vec<Problem>) -> Region {
    let Some(name) = view.word("region") else { return Region::default() };
    let known = host.regions.get(&name.text).cloned();
    if known.is_none() && !host.regions.is_empty() {
        let problem = Problem::at(name.span, format!("`exchange.toml` has no region `{}`", name.text));
        problems.push(problem.suggest(&name.text, host.regions.keys().map(String::as_str)));
    }
    known.unwrap_or_default()
}

fn time_zone(view: View<'_>, region: &Region, problems: &mut Vec<Problem>) -> String {
    if !view.has("time-zone") && region.time_zone.is_none() {
        let problem = Problem::at(view.span(), "`time-zone` is missing");
        problems.push(problem.hint("`time-zone`: IANA name, such as `Europe/Moscow`."));
    }
    schedule::zone(view, problems).or_else(|| region.time_zone.clone()).unwrap_or_default()
}

fn profiles(import: View<'_>, problems: &mut Vec<Problem>) -> BTreeMap<String, ImportProfile> {
    import.each("profile").into_iter().map(|(name, view)| (name.text, profile(view, problems))).collect()
}

fn profile(view: View<'_>, problems: &mut Vec<Problem>) -> ImportProfile {
    let record = view.text("record").and_then(|name| RecordType::by_name(&name));
    let words = view.table("words");
    for part in [view.table("columns"), words].into_iter().flatten() {
        part.keys().for_each(|field| problems.extend(unknown_field(record, &field)));
    }
    words.iter().for_each(|words| unknown_values(*words, problems));
    let words = words.map(|words| words.keys().map(|f| (f.text.clone(), words.map(&f.text))).collect());
    ImportProfile {
        record,
        sheet: view.text("sheet"),
        row: view.text("row"),
        columns: view.map("columns"),
        words: words.unwrap_or_default(),
    }
}

/// A field that the record type, or no type at all where it is left open, knows.
fn unknown_field(record: Option<RecordType>, field: &Word) -> Option<Problem> {
    let types = record.map_or(RecordType::ALL.to_vec(), |record| vec![record]);
    if types.iter().any(|kind| kind.field(&field.text).is_some()) {
        return None;
    }
    let what = match record {
        Some(record) => format!("`{record}` has no field `{}`", field.text),
        None => format!("no record has a field `{}`", field.text),
    };
    let known = types.iter().flat_map(|kind| kind.fields()).map(|spec| spec.name);
    Some(Problem::at(field.span.clone(), what).suggest(&field.text, known))
}

/// What a word stands for has to be a value of its field.
fn unknown_values(words: View<'_>, problems: &mut Vec<Problem>) {
    for (field, view) in
        words.keys().filter_map(|field| Some((field.text.clone(), words.table(&field.text)?)))
    {
        let specs = RecordType::ALL.into_iter().filter_map(|kind| kind.field(&field));
        let known: Vec<&str> = specs.filter_map(|spec| one_of(spec.content)).flatten().copied().collect();
        for value in view.keys().filter_map(|word| view.word(&word.text)) {
            if !known.is_empty() && !known.contains(&value.text.as_str()) {
                let what = format!("`{field}` knows no `{}`", value.text);
                problems.push(Problem::at(value.span, what).suggest(&value.text, known.iter().copied()));
            }
        }
    }
}

fn one_of(content: Content) -> Option<&'static [&'static str]> {
    match content {
        Content::Word(words) => Some(words),
        _ => None,
    }
}

fn tasks(view: View<'_>, world: &World<'_>, region: &Region, problems: &mut Vec<Problem>) -> Vec<TaskConfig> {
    let mut seen = HashSet::new();
    let mut tasks = Vec::new();
    for view in view.tables("task") {
        if let Some(id) = view.word("id")
            && !seen.insert(id.text.clone())
        {
            problems.push(
                Problem::at(id.span, format!("a second task `{}`", id.text)).hint("ids are unique in a file"),
            );
        }
        tasks.push(task(view, world, region, problems));
    }
    tasks
}

fn task(view: View<'_>, world: &World<'_>, region: &Region, problems: &mut Vec<Problem>) -> TaskConfig {
    let default = TaskConfig::default();
    let connector = view.word("connector");
    let id = view.text("id").unwrap_or_default();
    let manifest = connector.as_ref().and_then(|word| connector_of(&id, word, world, problems));
    let mut task = TaskConfig {
        id: id.into(),
        connector: connector.map(|word| word.text).unwrap_or_default(),
        enabled: view.flag("enabled").unwrap_or(default.enabled),
        schedule: schedule::read(view, region.schedule.as_ref(), problems),
        changes: changes(view).unwrap_or(default.changes),
        holds: view.table("hold").map(holds).unwrap_or(default.holds),
        patience_s: view.duration("patience").map_or(default.patience_s, |ms| ms.div_ceil(1_000)),
        settings: default.settings,
        grants: default.grants,
    };
    if let Some(manifest) = manifest {
        task.settings = settings::read(view, &manifest, problems);
        task.grants = grants::read(view, &manifest, world.host, task.enabled, problems);
    }
    task
}

fn connector_of(
    task: &str,
    word: &Word,
    world: &World<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Arc<Manifest>> {
    let manifest = world.manifests.of_task(task, &word.text);
    if manifest.is_none() && is_name(&word.text) {
        let ids = world.manifests.ids();
        let problem = Problem::at(word.span.clone(), format!("there is no connector `{}`", word.text))
            .suggest(&word.text, ids.iter().map(String::as_str));
        let folder = world.host.connectors.display();
        problems.push(problem.hint(format!("connectors lie in `{folder}`: `exchange connector list`")));
    }
    manifest
}

fn changes(view: View<'_>) -> Option<Changes> {
    match view.text("changes")?.as_str() {
        "report" => Some(Changes::Report),
        "update" => Some(Changes::Update),
        _ => None,
    }
}

fn holds(view: View<'_>) -> Holds {
    let default = Holds::default();
    let threshold = |key, default: Threshold| match view.table(key) {
        None => default,
        Some(view) => Threshold {
            share: view.number("share").unwrap_or(default.share),
            rows: view.count("rows").unwrap_or(default.rows),
        },
    };
    Holds {
        add: threshold("add", default.add),
        change: threshold("change", default.change),
        remove: threshold("remove", default.remove),
        ambiguous: threshold("ambiguous", default.ambiguous),
    }
}
