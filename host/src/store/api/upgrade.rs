//! Bringing data to this program's version: looked at, rehearsed on copies, done.

use std::path::PathBuf;

use crate::model::SchoolId;

/// How a database's version stands to this program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionStanding {
    /// Nothing is to be done.
    Current,
    /// So many steps are missing.
    Behind(usize),
    /// A newer program has been here.
    Newer,
}

/// A database file of the data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// The data folder.
    pub data: PathBuf,
    /// The file.
    pub path: PathBuf,
    /// Whose it is; `None`: the host's.
    pub school: Option<SchoolId>,
    /// The version of its data.
    pub version: usize,
    /// The version that this program makes of them.
    pub known: usize,
}

impl DataFile {
    /// How its version stands to this program's.
    pub fn standing(&self) -> VersionStanding {
        match self.known.checked_sub(self.version) {
            Some(0) => VersionStanding::Current,
            Some(missing) => VersionStanding::Behind(missing),
            None => VersionStanding::Newer,
        }
    }
}
