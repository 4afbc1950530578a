//! Files of a backup copied out, compared and looked through before anything rests on them.

use std::fs;
use std::path::{Path, PathBuf};

use super::package::{Package, damaged, make_folder, no_file};
use super::{Entry, HOST, Manifest};
use crate::error::Result;
use crate::store::KeyRing;
use crate::store::sqlite::copy::{self, Copy};

/// Restores a whole backup into a folder that is removed again: is it good?
///
/// # Errors
/// It is not: a file is missing, has another checksum, is damaged, holds something else than was copied, or is sealed
/// with another key.
pub(super) fn check(from: &Path, key: &KeyRing, folder: &Path) -> Result<()> {
    let staged = Staged::take(from, key, folder, |_| true)?;
    for entry in &staged.manifest.files {
        if entry.school().is_some() {
            // As good as restored: migrated, its tables understood.
            staged.copy(&staged.folder.join(&entry.name)).fit_school(0, 0, 0)?;
        }
    }
    fs::remove_dir_all(folder).map_err(|cause| no_file(cause, folder))
}

/// Files of a backup that are what they were.
pub(super) struct Staged<'a> {
    pub(super) manifest: Manifest,
    pub(super) folder: PathBuf,
    key: &'a KeyRing,
}

impl<'a> Staged<'a> {
    /// Copies the wanted files into a new folder and checks them.
    pub(super) fn take(
        from: &Path,
        key: &'a KeyRing,
        folder: &Path,
        wanted: impl Fn(&Entry) -> bool,
    ) -> Result<Self> {
        let mut package = Package::open(from)?;
        let manifest = package.manifest(from)?;
        make_folder(folder).map_err(|cause| no_file(cause, folder))?;
        let staged = Self { manifest, folder: folder.to_owned(), key };
        for entry in staged.manifest.files.iter().filter(|entry| wanted(entry)) {
            let file = folder.join(&entry.name);
            package.copy(from, entry, &file)?;
            staged.looked_through(from, entry, &file)?;
        }
        Ok(staged)
    }

    fn looked_through(&self, from: &Path, entry: &Entry, file: &Path) -> Result<()> {
        let Some(expected) = &entry.facts else { return Ok(()) };
        let host = entry.name == HOST;
        copy::look_at(file, copy::newest(host))?;
        let found = copy::facts(file).map_err(|error| damaged(from, format!("{}: {error:?}", entry.name)))?;
        if found != *expected {
            return Err(damaged(from, format!("{}: it holds other rows than were copied", entry.name)));
        }
        match entry.school() {
            Some(school) => self.copy(file).school_opens(&school),
            None if host => self.copy(file).host_opens(),
            None => Ok(()),
        }
    }

    /// One of its databases.
    pub(super) fn copy<'c>(&'c self, file: &'c Path) -> Copy<'c> {
        Copy { file, key: self.key }
    }
}
