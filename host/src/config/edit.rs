//! Changes of a school's file by the program: comments, order and spacing of the writer survive.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value as Json};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, value};

use super::form::version;
use super::nesting::too_deep;
use super::patch::{from_json, patch, put};
use crate::error::{Context, Error, Kind, Result};
use crate::model::Message;
use crate::model::ids::TaskId;
use crate::model::setup::Grants;

/// Code of the error of a file that is no longer the one that was edited.
pub const FILE_CHANGED: &str = "settings-file-changed";

/// A task to be added.
#[derive(Clone, Debug, Default)]
pub struct NewTask {
    /// Its name, unique in the file.
    pub id: String,
    /// The connector's id.
    pub connector: String,
    /// Runs at once, or after `exchange enable`.
    pub enabled: bool,
    /// When it runs by itself.
    pub schedule: Option<String>,
    /// `[task.settings]`.
    pub settings: Map<String, Json>,
    /// `[task.grant]`.
    pub grants: Grants,
}

/// Switches a task on or off in its school's file.
///
/// # Errors
/// The file cannot be read or written, is not TOML, or has no such task.
pub fn set_task_enabled(path: &Path, task: &TaskId, enabled: bool) -> Result<()> {
    with_enabled(path, task, enabled)?.write()
}

/// A school's file with a task switched on or off.
///
/// # Errors
/// The file cannot be read, is not TOML, or has no such task.
pub fn with_enabled(path: &Path, task: &TaskId, enabled: bool) -> Result<Edited> {
    let (before, mut document) = read(path)?;
    let changes = put(the_task(&mut document, task)?, "enabled", enabled.into());
    let changed = changes.then(|| "enabled".to_owned()).into_iter().collect();
    Ok(Edited::made(path, before, &document, changed))
}

/// A school's file as it would be, not written yet.
#[derive(Debug)]
pub struct Edited {
    path: PathBuf,
    before: String,
    /// Its text.
    pub text: String,
    /// The settings that differ from what the file says now.
    pub changed: Vec<String>,
}

impl Edited {
    /// Tells the content of the file that was edited from any other.
    pub fn version(&self) -> String {
        version(&self.before)
    }

    /// A document in which these have changed.
    pub(super) fn made(path: &Path, before: String, document: &DocumentMut, changed: Vec<String>) -> Self {
        Self { path: path.to_owned(), before, text: document.to_string(), changed }
    }

    /// A document that has become another one, or not: then nothing has changed. `name` says what.
    pub(super) fn of(path: &Path, before: String, document: &DocumentMut, name: &str) -> Self {
        let changes = document.to_string() != before;
        let changed = changes.then(|| name.to_owned()).into_iter().collect();
        Self::made(path, before, document, changed)
    }

    /// Writes the file, unless nothing in it differs: whoever watches it is not disturbed then.
    ///
    /// # Errors
    /// The file cannot be written, or is no longer the one that was edited (catalogue code [`FILE_CHANGED`]).
    pub fn write(&self) -> Result<()> {
        static WRITING: Mutex<()> = Mutex::new(());
        if self.changed.is_empty() {
            return Ok(());
        }
        // Of two that write at once the second one sees what the first one wrote.
        let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        if text(&self.path)? != self.before {
            let error = Error::config(format!("the file has changed meanwhile: {}", self.path.display()));
            return Err(error.message(Message::new(FILE_CHANGED)));
        }
        replace(&self.path, &self.text).context(Kind::Failed, unchangeable(&self.path))
    }

    /// The lines from the first that differs to the last: as they are, and as they would be.
    pub fn lines(&self) -> (Vec<&str>, Vec<&str>) {
        let (before, after): (Vec<&str>, Vec<&str>) =
            (self.before.lines().collect(), self.text.lines().collect());
        let alike =
            |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(a, b)| a == b).count();
        let head = alike(&mut before.iter().zip(&after));
        let tail = alike(&mut before[head..].iter().rev().zip(after[head..].iter().rev()));
        (before[head..before.len() - tail].to_vec(), after[head..after.len() - tail].to_vec())
    }
}

/// A school's file with these settings of a task in place of those of the same names; null takes one out. Of one that is a
/// table, only what is named in it.
///
/// # Errors
/// The file cannot be read, is not TOML, or has no such task.
pub fn with_settings(path: &Path, task: &TaskId, settings: &Map<String, Json>) -> Result<Edited> {
    let (before, mut document) = read(path)?;
    let table = the_task(&mut document, task)?.entry("settings").or_insert(Item::Table(Table::new()));
    let table = table.as_table_like_mut().ok_or_else(|| {
        Error::config(format!("the settings of the task `{task}` are no table"))
            .hint("write them as `[task.settings]`")
    })?;
    let changed = patched(table, settings)?;
    Ok(Edited::made(path, before, &document, changed))
}

/// Carries wishes out in a table; the names of what they changed.
pub(super) fn patched(table: &mut dyn TableLike, wishes: &Map<String, Json>) -> Result<Vec<String>> {
    let mut changed = Vec::new();
    for (name, wish) in wishes {
        if patch(table, name, wish)? {
            changed.push(name.clone());
        }
    }
    Ok(changed)
}

/// What a school's file says of the school, as far as it can be told before the file is sound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The school's name.
    pub name: Option<String>,
    /// Tasks with their connectors.
    pub tasks: Vec<(TaskId, String)>,
}

/// Looks at a school's file without judging it.
///
/// # Errors
/// The file cannot be read or is not TOML.
pub fn outline(path: &Path) -> Result<Outline> {
    let (_, mut document) = read(path)?;
    let name = document.get("name").and_then(Item::as_str).map(str::to_owned);
    let word = |table: &Table, key: &str| table.get(key).and_then(Item::as_str).map(str::to_owned);
    let task = |table: &Table| Some((TaskId::from(word(table, "id")?), word(table, "connector")?));
    Ok(Outline { name, tasks: tasks(&mut document)?.iter().filter_map(task).collect() })
}

/// Adds a task at the end of its school's file.
///
/// # Errors
/// The file cannot be read or written, is not TOML, or has a task of this name already.
pub fn add_task(path: &Path, task: &NewTask) -> Result<()> {
    edit(path, |document| {
        let tasks = tasks(document)?;
        if tasks.iter().any(|table| table.get("id").and_then(Item::as_str) == Some(task.id.as_str())) {
            return Err(Error::config(format!("the file has a task `{}` already", task.id)));
        }
        tasks.push(task_table(task)?);
        Ok(())
    })
}

fn edit(path: &Path, change: impl FnOnce(&mut DocumentMut) -> Result<()>) -> Result<()> {
    let (_, mut document) = read(path)?;
    change(&mut document)?;
    replace(path, &document.to_string()).context(Kind::Failed, unchangeable(path))
}

fn unchangeable(path: &Path) -> String {
    format!("the file cannot be changed: {}", path.display())
}

/// A file's text, and what it says.
pub(super) fn read(path: &Path) -> Result<(String, DocumentMut)> {
    let text = text(path)?;
    if too_deep(&text).is_some() {
        return Err(Error::config(unchangeable(path)).because("brackets lie too deep in each other"));
    }
    let document = text.parse().context(Kind::Config, unchangeable(path))?;
    Ok((text, document))
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).context(Kind::Config, unchangeable(path))
}

/// Writes beside the file and renames: a crash leaves either the old text or the new one.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    // A link stays a link: what it points at is replaced.
    let path = path.canonicalize()?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = path.with_file_name(name);
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    file.set_permissions(std::fs::metadata(&path)?.permissions())?;
    std::fs::rename(&beside, &path)
}

fn tasks(document: &mut DocumentMut) -> Result<&mut ArrayOfTables> {
    let item = document.entry("task").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    item.as_array_of_tables_mut().ok_or_else(|| {
        Error::config("tasks are not written as `[[task]]`").hint("write each task as `[[task]]`")
    })
}

fn the_task<'d>(document: &'d mut DocumentMut, task: &TaskId) -> Result<&'d mut Table> {
    tasks(document)?
        .iter_mut()
        .find(|table| table.get("id").and_then(Item::as_str) == Some(task.as_str()))
        .ok_or_else(|| Error::config(format!("the file has no task `{task}`")))
}

fn task_table(task: &NewTask) -> Result<Table> {
    let mut table = Table::new();
    table.insert("id", value(&task.id));
    table.insert("connector", value(&task.connector));
    table.insert("enabled", value(task.enabled));
    if let Some(schedule) = &task.schedule {
        table.insert("schedule", value(schedule));
    }
    if !task.settings.is_empty() {
        let mut settings = Table::new();
        for (name, setting) in &task.settings {
            settings.insert(name, Item::Value(from_json(name, setting)?));
        }
        table.insert("settings", Item::Table(settings));
    }
    if task.grants != Grants::default() {
        table.insert("grant", Item::Table(grant_table(&task.grants)));
    }
    table.decor_mut().set_prefix("\n");
    Ok(table)
}

fn grant_table(grants: &Grants) -> Table {
    let mut table = Table::new();
    if !grants.upstreams.is_empty() {
        table.insert("upstreams", value(grants.upstreams.iter().collect::<InlineTable>()));
    }
    if !grants.records.is_empty() {
        let records =
            grants.records.iter().map(|(kind, fields)| (kind.name(), fields.iter().collect::<Array>()));
        table.insert("records", value(records.collect::<InlineTable>()));
    }
    for (name, list) in [("secrets", &grants.secrets), ("fingerprints", &grants.fingerprints)] {
        if !list.is_empty() {
            table.insert(name, value(list.iter().collect::<Array>()));
        }
    }
    for (name, keys) in [("sign", &grants.signatures), ("verify", &grants.verify)] {
        if !keys.is_empty() {
            table.insert(name, value(keys.iter().collect::<InlineTable>()));
        }
    }
    if grants.write {
        table.insert("write", value(true));
    }
    table
}
