//! A task's settings and secrets, changed by somebody of its school: judged as the command line judges the file, shown
//! before they are written, written only while the file is still the one that was shown.
//!
//! A secret goes in and is never shown again.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Cabinet, Person, School};
use crate::config::{self, ConfigErrors, Edited, FILE_CHANGED, Manifests, Problem, Stated};
use crate::daemon::vault;
use crate::error::{Error, Result};
use crate::model::manifest::{Manifest, SecretNeed};
use crate::model::{Message, Millis, TaskId};
use crate::store::{HostSecretStore, LaneStore, SchoolDb, SecretStore};

/// A task's settings as somebody wants them.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Which content of the school's file they saw.
    pub version: String,
    /// Values of fields; null where one is to hold its default. Of a table only what is to become of its members: null
    /// takes one out.
    pub wanted: Map<String, Value>,
}

/// What came of a draft.
#[derive(Debug)]
pub struct Judged {
    /// Which content of the file it would change.
    pub version: String,
    /// What would be other than it is: where, value now, value then.
    pub changes: Vec<Change>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    edited: Edited,
}

/// A setting that would be other than it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its name; of one in a table the names from the outside in.
    pub place: Vec<String>,
    /// What the file says; `None`: nothing.
    pub before: Option<Value>,
    /// What it would say.
    pub after: Option<Value>,
}

/// Something that is wrong with the file as it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The setting of the task that it is about; `None`: something else in the file.
    pub setting: Option<String>,
    /// The way from there to what is wrong, where that is a table.
    pub within: Vec<String>,
    /// In words of the catalogue, where it is about a setting.
    pub message: Option<Message>,
    /// Where in the file.
    pub line: Option<usize>,
    /// As the command line says it.
    pub what: String,
    /// How the command line says to mend it.
    pub hints: Vec<String>,
}

/// Why settings were not saved.
#[derive(Debug)]
pub enum Unsaved {
    /// The file is another one by now.
    Changed,
    /// They are not right.
    Wrong(Box<Judged>),
    /// The file cannot be read or written.
    Fault(Error),
}

/// A secret of a task.
#[derive(Clone, Debug)]
pub struct SecretLine {
    /// Its name.
    pub name: String,
    /// What it is.
    pub need: SecretNeed,
    /// When the value that counts was put in; `None`: there is none.
    pub set: Option<Millis>,
}

impl School {
    /// What the school's file says of a task's settings now.
    pub fn stated(&self, task: &TaskId) -> Result<Stated> {
        config::stated(&self.config.file, task)
    }

    /// What would come of a draft. Nothing is written.
    pub fn judge(&self, task: &TaskId, draft: &Draft) -> Result<Judged> {
        let stated = self.stated(task)?;
        let wanted = self.to_write(task, draft, &stated);
        let edited = config::with_settings(&self.config.file, task, &wanted)?;
        let judged = config::judge_school(&self.config.file, &edited.text, self.host.config(), self);
        let faults = judged.err().map(|errors| faults(&errors, task)).unwrap_or_default();
        Ok(Judged::of(edited, &stated, &wanted, faults))
    }

    /// What is to be written: a default is, where the file says something else, and nothing is where it says nothing and
    /// the default is wanted.
    fn to_write(&self, task: &TaskId, draft: &Draft, stated: &Stated) -> Map<String, Value> {
        let fields =
            self.packages.get(task).map(|package| config::fields(&package.manifest)).unwrap_or_default();
        let mut wanted = Map::new();
        for (name, value) in &draft.wanted {
            let before = stated.settings.get(name);
            let default = fields.iter().find(|field| field.name == name).and_then(|field| field.default);
            let value = if value.is_null() { default.unwrap_or(value) } else { value };
            match value {
                Value::Object(members) => {
                    let members = lacking(members, before);
                    if !members.is_empty() {
                        wanted.insert(name.clone(), Value::Object(members));
                    }
                }
                value if before.is_some() || !value.is_null() && Some(value) != default => {
                    wanted.insert(name.clone(), value.clone());
                }
                _ => {}
            }
        }
        wanted
    }

    /// The secrets that are put in for a task by hand. Values are never among what is told.
    pub fn secrets(&self, store: &SchoolDb, task: &TaskId, manifest: &Manifest) -> Result<Vec<SecretLine>> {
        let (own, shared) = (store.secret_names()?, self.host.store()?.host_secret_names()?);
        let set = |name: &str| {
            let of = |all: &[(String, Millis)], name: &str| {
                all.iter().find(|(known, _)| known == name).map(|(_, at)| *at)
            };
            of(&own, &vault::name_of(task, name)).or_else(|| of(&own, name)).or_else(|| of(&shared, name))
        };
        let by_hand = manifest.secrets.iter().filter(|(_, need)| !need.captured);
        let line = |(name, need): (&String, &SecretNeed)| SecretLine {
            name: name.clone(),
            need: need.clone(),
            set: set(name),
        };
        Ok(by_hand.map(line).collect())
    }
}

impl Judged {
    pub(super) fn of(
        edited: Edited,
        stated: &Stated,
        wanted: &Map<String, Value>,
        faults: Vec<Fault>,
    ) -> Self {
        let mut changes = Vec::new();
        for name in &edited.changed {
            let wish = wanted.get(name).unwrap_or(&Value::Null);
            list(&[name], stated.settings.get(name), wish, &mut changes);
        }
        Self { version: edited.version(), changes, faults, edited }
    }

    /// Writes it, unless it is wrong, or another content of the file was looked at. What it changed, for the audit; empty:
    /// it stands there already.
    pub(super) fn write(self, seen: &str) -> std::result::Result<String, Unsaved> {
        if self.changes.is_empty() {
            return Ok(String::new());
        }
        if self.version != seen {
            return Err(Unsaved::Changed);
        }
        if !self.faults.is_empty() {
            return Err(Unsaved::Wrong(Box::new(self)));
        }
        self.edited.write().map_err(|error| match error.is(FILE_CHANGED) {
            true => Unsaved::Changed,
            false => Unsaved::Fault(error),
        })?;
        Ok(self.edited.changed.join(", "))
    }
}

/// What of a wish for a table is not so already. An entry without members is one all the same.
pub(super) fn lacking(wish: &Map<String, Value>, stated: Option<&Value>) -> Map<String, Value> {
    let lacks = |name: &str, value: &Value| match (value, stated.and_then(|stated| stated.get(name))) {
        (Value::Null, None) => None,
        (Value::Array(none), None) if none.is_empty() => None,
        (Value::Object(members), before) => {
            let members = lacking(members, before);
            (before.is_none() || !members.is_empty()).then_some(Value::Object(members))
        }
        (value, before) => (before != Some(value)).then(|| value.clone()),
    };
    wish.iter().filter_map(|(name, value)| Some((name.clone(), lacks(name, value)?))).collect()
}

/// Lists what a wish changes, a table's members one by one.
fn list(place: &[&String], before: Option<&Value>, wish: &Value, changes: &mut Vec<Change>) {
    match wish {
        Value::Object(members) if !members.is_empty() => {
            for (name, wish) in members {
                let before = before.and_then(|before| before.get(name));
                list(&[place, &[name]].concat(), before, wish, changes);
            }
        }
        wish => changes.push(Change {
            place: place.iter().map(|name| (*name).clone()).collect(),
            before: before.cloned(),
            after: Some(wish).filter(|wish| !wish.is_null()).cloned(),
        }),
    }
}

impl Cabinet {
    /// Writes a draft into the school's file. What stands there already is not written again.
    pub fn save(
        &self,
        person: &Person,
        school: &School,
        task: &TaskId,
        draft: &Draft,
    ) -> std::result::Result<(), Unsaved> {
        let judged = school.judge(task, draft).map_err(Unsaved::Fault)?;
        match judged.write(&draft.version)? {
            changed if changed.is_empty() => Ok(()),
            changed => {
                self.note(person, "settings", &school.config.id, Some(task), &changed).map_err(Unsaved::Fault)
            }
        }
    }

    /// Puts a secret of a task in.
    pub fn put_secret(
        &self,
        person: &Person,
        school: &School,
        store: &SchoolDb,
        (task, name): (&TaskId, &str),
        value: &str,
    ) -> Result<()> {
        let lane = store.take_lane("secret set", self.now())?;
        store.set_secret(lane.fence(), &vault::name_of(task, name), value, self.now())?;
        self.note(person, "secret-set", &school.config.id, Some(task), name)
    }
}

/// The connectors of this school's tasks.
impl Manifests for School {
    fn manifest(&self, id: &str) -> Option<Arc<Manifest>> {
        self.packages.values().map(|package| &package.manifest).find(|manifest| manifest.id == id).cloned()
    }

    fn of_task(&self, task: &str, id: &str) -> Option<Arc<Manifest>> {
        let package = self.packages.get(&TaskId::from(task)).filter(|package| package.manifest.id == id);
        package.map(|package| Arc::clone(&package.manifest)).or_else(|| self.manifest(id))
    }
}

fn faults(errors: &ConfigErrors, task: &TaskId) -> Vec<Fault> {
    let fault = |problem: &Problem| {
        let own = problem.setting.as_ref().filter(|setting| setting.task == task.as_str());
        Fault {
            setting: own.map(|setting| setting.name.clone()),
            within: own.map(|setting| setting.within.clone()).unwrap_or_default(),
            message: own.map(|setting| setting.message.clone()),
            line: errors.line(problem),
            what: problem.what.clone(),
            hints: problem.hints.clone(),
        }
    };
    errors.problems().iter().map(fault).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(members) = value else { panic!("no table") };
        members
    }

    #[test]
    fn of_a_table_only_what_is_not_so_already_is_written_and_told() {
        let stated = json!({"29": {"a": true, "l": ["x"], "own": 1}, "30": {"a": false}});
        let wish = json!({"29": {"a": true, "b": null, "l": ["y"]}, "30": null, "31": null, "77": {"a": true, "b": null, "l": []},
            "78": {}});
        let left = lacking(&object(wish), Some(&stated));
        let expected = json!({"29": {"l": ["y"]}, "30": null, "77": {"a": true}, "78": {}});
        assert_eq!(Value::Object(left.clone()), expected);
        assert!(lacking(&object(json!({"29": {"a": true}, "30": {}})), Some(&stated)).is_empty());
        let mut changes = Vec::new();
        list(&[&"r".to_owned()], Some(&stated), &Value::Object(left), &mut changes);
        let told: Vec<String> = changes.iter().map(|change| change.place.join("/")).collect();
        assert_eq!(told, ["r/29/l", "r/30", "r/77/a", "r/78"]);
        assert_eq!((&changes[1].before, &changes[1].after), (&Some(json!({"a": false})), &None));
        assert_eq!((&changes[2].before, &changes[2].after), (&None, &Some(json!(true))));
    }
}
