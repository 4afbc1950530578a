//! Backups: a folder or a ZIP of whole database files, each as it was at one moment, with a manifest of checksums.
//!
//! Schools are copied first and the host's file last: claims on shared things precede what schools send, and holds
//! precede ledger rows, so that the newer host's file knows whatever a school's copy rests on. The other way round two
//! schools could make one thing twice. A backup counts as made when it has been restored beside itself.
//!
//! Putting back has one moment: a folder of files, checked and made fit, is renamed to `restore/ready`. Before it
//! nothing has changed; after it whoever opens the store first carries it out. So a death at any instant leaves
//! the old data or the new, never a mix.
//!
//! The key that opens what is sealed is in no backup.

mod make;
mod package;
mod restore;
mod stage;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::{Millis, SchoolId};

pub use make::{Source, back_up};
pub use package::manifest;
pub(in crate::store) use restore::finish;
pub use restore::{Back, Wish, put_back};

use super::sqlite::copy;
use crate::error::Result;

/// Layout of a backup.
const FORMAT: u32 = 1;

/// The host's file in a backup.
const HOST: &str = "host.db";

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Layout.
    pub format: u32,
    /// Version of the program that made it.
    pub program: String,
    /// When it was begun.
    pub made: Millis,
    /// The whole data folder, or single schools.
    pub whole: bool,
    /// Its files, in the order in which they were copied.
    pub files: Vec<Entry>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// `host.db`, `schools/ID.db`, `settings/…`.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// BLAKE3 in hexadecimal digits.
    pub blake3: String,
    /// What a database holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
}

/// What a database holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Version of its tables.
    pub schema: u64,
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
}

impl Entry {
    /// The school whose file this is.
    pub fn school(&self) -> Option<SchoolId> {
        let id = self.name.strip_prefix("schools/")?.strip_suffix(".db")?;
        Some(SchoolId::from(id))
    }
}

impl Manifest {
    /// The schools in it.
    pub fn schools(&self) -> Vec<SchoolId> {
        self.files.iter().filter_map(Entry::school).collect()
    }

    /// Bytes of all its files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|entry| entry.bytes).sum()
    }
}

/// Schools that have data, whether or not they have a settings file.
pub fn schools_in(data: &Path) -> Result<Vec<SchoolId>> {
    let mut schools = Vec::new();
    let folder = data.join("schools");
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(schools),
        Err(cause) => return Err(package::no_file(cause, &folder)),
    };
    for entry in entries {
        let path = entry.map_err(|cause| package::no_file(cause, &folder))?.path();
        if path.extension().is_some_and(|end| end == "db") {
            schools.extend(path.file_stem().and_then(|stem| stem.to_str()).map(SchoolId::from));
        }
    }
    schools.sort();
    Ok(schools)
}

/// A school's database.
pub fn school_file(data: &Path, school: &SchoolId) -> PathBuf {
    data.join("schools").join(format!("{school}.db"))
}

/// The database of what schools share.
pub fn host_file(data: &Path) -> PathBuf {
    data.join(HOST)
}

/// A quick look at a database in use: is it sound, and not newer than this program? Changes nothing.
pub fn look_at(data: &Path, school: Option<&SchoolId>) -> Result<()> {
    match school {
        Some(school) => copy::look_at(&school_file(data, school), copy::newest(false)),
        None => copy::look_at(&host_file(data), copy::newest(true)),
    }
}

/// Bytes of the write-ahead file beside a database.
pub fn write_ahead(file: &Path) -> u64 {
    copy::write_ahead(file)
}

/// Where a restore is prepared and carried out.
pub fn restore_folder(data: &Path) -> PathBuf {
    data.join("restore")
}
