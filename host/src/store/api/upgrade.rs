//! Bringing data to this program's version: looked at, rehearsed on copies, done.

use std::path::PathBuf;

/// How a database's version stands to this program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
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
    /// The file.
    pub path: PathBuf,
    /// A school's, not the host's.
    pub school: bool,
    /// The version of its data.
    pub version: usize,
    /// The version that this program makes of them.
    pub known: usize,
}

impl DataFile {
    /// How its version stands to this program's.
    pub fn standing(&self) -> Standing {
        match self.known.checked_sub(self.version) {
            Some(0) => Standing::Current,
            Some(missing) => Standing::Behind(missing),
            None => Standing::Newer,
        }
    }
}
