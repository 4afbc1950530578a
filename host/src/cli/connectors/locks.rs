//! `connectors.lock`: which file of a connector may run, and where. Written by the program, read by people too.
//!
//! ```toml
//! [connector.dnevnik]
//! version = "1.1.0"       # runs wherever nothing else is said
//! sha256 = "…"
//! previous = "1.0.0"      # what a rollback goes back to
//!
//! [connector.dnevnik.added]
//! "1.0.0" = "…"           # checksums of versions beside it
//! "1.2.0" = "…"
//!
//! [connector.dnevnik.for]
//! "school57/dnevnik" = "1.2.0"
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cli::app::{App, write_file};
use crate::cli::names::Place;
use crate::error::{Context, Error, Kind, Result};
use crate::model::TaskRef;

/// The file of checksums, beside the connectors.
const LOCK: &str = "connectors.lock";

/// What stands first in it.
const HEAD: &str = "# Which connectors may run, and where. Written by `exchange connector lock`.\n\n";

/// The whole file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Locks {
    #[serde(default)]
    pub(super) connector: BTreeMap<String, Lock>,
}

/// What is locked of one connector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lock {
    /// The version that runs wherever nothing else is said.
    pub(super) version: String,
    /// Its checksum.
    pub(super) sha256: String,
    /// The version before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) previous: Option<String>,
    /// Checksums of other versions, by version: they run only where they are named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) added: BTreeMap<String, String>,
    /// School, or school/task → the version that runs there.
    #[serde(default, rename = "for", skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) places: BTreeMap<String, String>,
}

impl Locks {
    /// Reads the file; one that is not there locks nothing.
    pub(super) fn read(app: &App) -> Result<Self> {
        let file = app.host.connectors.join(LOCK);
        match std::fs::read_to_string(&file) {
            Ok(text) => {
                toml::from_str(&text).context(Kind::Config, format!("cannot understand {}", file.display()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Error::config(format!("cannot read {}", file.display())).because(error)),
        }
    }

    /// Writes the file as a whole.
    pub(super) fn write(&self, app: &App) -> Result<()> {
        let text = toml::to_string(self).context(Kind::Internal, "cannot write the lock")?;
        write_file(&app.host.connectors.join(LOCK), format!("{HEAD}{text}").as_bytes())
    }

    /// What is locked of a connector.
    pub(super) fn of(&self, id: &str) -> Option<&Lock> {
        self.connector.get(id)
    }
}

impl Lock {
    /// The version that is named for a task: by itself, else by its school.
    pub(super) fn pinned(&self, task: &TaskRef) -> Option<&str> {
        let by_task = self.places.get(&task.to_string());
        by_task.or_else(|| self.places.get(task.school.as_str())).map(String::as_str)
    }

    /// The checksum of what runs for a task; `None`: a version is named that nobody locked.
    pub(super) fn checksum_for(&self, task: &TaskRef) -> Option<&str> {
        self.pinned(task).map_or(Some(&self.sha256), |version| self.checksum(version))
    }

    /// The checksum of a version.
    pub(super) fn checksum(&self, version: &str) -> Option<&str> {
        if version == self.version { Some(&self.sha256) } else { self.added.get(version).map(String::as_str) }
    }

    /// Schools and tasks that run the file with this checksum because they are named.
    pub(super) fn places_of(&self, sha256: &str) -> Vec<String> {
        let of_it = |version: &str| self.checksum(version) == Some(sha256);
        self.places.iter().filter(|(_, version)| of_it(version)).map(|(place, _)| place.clone()).collect()
    }

    /// Another version for all. The one before stays beside it, to go back to; who was named to run this version is
    /// named no longer.
    pub(super) fn make_default(&mut self, version: &str, sha256: &str) {
        if self.sha256 != sha256 && self.version != version && !self.version.is_empty() {
            self.added.insert(self.version.clone(), self.sha256.clone());
            self.previous = Some(self.version.clone());
        }
        self.added.remove(version);
        version.clone_into(&mut self.version);
        sha256.clone_into(&mut self.sha256);
        self.places.retain(|_, pinned| pinned != version);
    }

    /// A version for a school or a task alone.
    pub(super) fn pin(&mut self, place: &Place, version: &str, sha256: &str) {
        if version == self.version {
            self.places.remove(&key(place));
            return;
        }
        self.added.insert(version.to_owned(), sha256.to_owned());
        self.places.insert(key(place), version.to_owned());
    }

    /// Back to what runs for all; says what ran there.
    pub(super) fn unpin(&mut self, place: &Place) -> Option<String> {
        self.places.remove(&key(place))
    }
}

/// A place as it is named in the file.
pub(super) fn key(place: &Place) -> String {
    match place {
        Place::School(school) => school.to_string(),
        Place::Task(task) => task.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(name: &str) -> TaskRef {
        TaskRef::try_from(name.to_owned()).unwrap()
    }

    #[test]
    fn a_task_is_named_before_its_school_and_its_school_before_all() {
        let mut lock = Lock::default();
        lock.make_default("1.0.0", "aa");
        assert_eq!(lock.previous, None);
        lock.pin(&"one".parse().unwrap(), "1.1.0", "bb");
        lock.pin(&"one/d".parse().unwrap(), "1.2.0", "cc");
        let runs = |lock: &Lock, name| lock.checksum_for(&task(name)).map(str::to_owned);
        assert_eq!(runs(&lock, "two/d").as_deref(), Some("aa"));
        assert_eq!(runs(&lock, "one/e").as_deref(), Some("bb"));
        assert_eq!(runs(&lock, "one/d").as_deref(), Some("cc"));
        assert_eq!(lock.places_of("cc"), ["one/d"]);
        assert_eq!(lock.unpin(&"one/d".parse().unwrap()).as_deref(), Some("1.2.0"));
        assert_eq!(runs(&lock, "one/d").as_deref(), Some("bb"));
    }

    #[test]
    fn for_all_ends_what_was_tried_and_remembers_the_one_before() {
        let mut lock = Lock::default();
        lock.make_default("1.0.0", "aa");
        lock.pin(&"one".parse().unwrap(), "1.1.0", "bb");
        lock.pin(&"two".parse().unwrap(), "0.9.0", "99");
        lock.make_default("1.1.0", "bb");
        assert_eq!((lock.version.as_str(), lock.previous.as_deref()), ("1.1.0", Some("1.0.0")));
        assert_eq!(lock.places.keys().collect::<Vec<_>>(), ["two"]);
        assert_eq!(lock.checksum("1.0.0"), Some("aa"));
        assert_eq!(lock.checksum_for(&task("one/d")), Some("bb"));
        let text = toml::to_string(&lock).unwrap();
        assert_eq!(toml::from_str::<Lock>(&text).unwrap(), lock, "{text}");
    }

    #[test]
    fn a_version_that_nobody_locked_runs_nowhere() {
        let mut lock = Lock::default();
        lock.make_default("1.0.0", "aa");
        lock.places.insert("one".to_owned(), "7.0.0".to_owned());
        assert_eq!(lock.checksum_for(&task("one/d")), None);
    }
}
