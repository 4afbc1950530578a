//! Changes of a school's file by the program: comments, order and spacing of the writer survive.

use std::io::Write;
use std::path::Path;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use crate::error::{Context, Error, Kind, Result};
use crate::model::ids::TaskId;
use crate::model::setup::Grants;

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
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// `[task.grant]`.
    pub grants: Grants,
}

/// Switches a task on or off in its school's file.
///
/// # Errors
/// The file cannot be read or written, is not TOML, or has no such task.
pub fn set_task_enabled(path: &Path, task: &TaskId, enabled: bool) -> Result<()> {
    edit(path, |document| {
        let table = tasks(document)?
            .iter_mut()
            .find(|table| table.get("id").and_then(Item::as_str) == Some(task.as_str()))
            .ok_or_else(|| Error::config(format!("the file has no task `{task}`")))?;
        switch(table, enabled);
        Ok(())
    })
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
    let what = || format!("the file cannot be changed: {}", path.display());
    let text = std::fs::read_to_string(path).context(Kind::Config, what())?;
    let mut document: DocumentMut = text.parse().context(Kind::Config, what())?;
    change(&mut document)?;
    replace(path, &document.to_string()).context(Kind::Failed, what())
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

/// Changes the value only: what stands around it, a comment above all, is the writer's.
fn switch(table: &mut Table, enabled: bool) {
    match table.get_mut("enabled").and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = Value::from(enabled);
            *old.decor_mut() = decor;
        }
        None => {
            table.insert("enabled", value(enabled));
        }
    }
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

fn from_json(name: &str, json: &serde_json::Value) -> Result<Value> {
    use serde_json::Value as Json;
    Ok(match json {
        Json::Null => return Err(Error::config(format!("the setting `{name}` has no value"))),
        Json::Bool(flag) => Value::from(*flag),
        Json::String(text) => Value::from(text.as_str()),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::from(number.as_f64().unwrap_or_default()),
        },
        Json::Array(values) => {
            let values: Result<Array> = values.iter().map(|value| from_json(name, value)).collect();
            Value::from(values?)
        }
        Json::Object(members) => {
            let members: Result<Vec<(&String, Value)>> =
                members.iter().map(|(name, value)| Ok((name, from_json(name, value)?))).collect();
            Value::from(members?.into_iter().collect::<InlineTable>())
        }
    })
}
