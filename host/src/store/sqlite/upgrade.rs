//! Versions of the data folder's files, and the rehearsal of what an upgrade does to them.

use std::any::Any;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::error::{Context, Error, Kind, Result};
use crate::model::SchoolId;
use crate::store::{DataFile, backup};

use super::file::{Database, broken};
use super::migrate::{self, HOST, SCHOOL, Script};
use super::{copy, host, lane};

/// The versions that this program makes of the host's file and of a school's.
pub fn known_versions() -> (usize, usize) {
    (copy::newest(true), copy::newest(false))
}

/// The database files of a data folder, the host's first; none where there is no data yet. A restore that was begun is
/// carried out before, as whenever somebody looks at data; nothing else is changed.
///
/// # Errors
/// The folder cannot be read.
pub fn data_files(data: &Path) -> Result<Vec<Result<DataFile>>> {
    backup::finish(data)?;
    let mut files: Vec<(PathBuf, Option<_>)> = Vec::new();
    files.extend(Some(backup::host_file(data)).filter(|file| file.exists()).map(|file| (file, None)));
    for school in backup::schools_in(data)? {
        files.push((backup::school_file(data, &school), Some(school)));
    }
    Ok(files.into_iter().map(|(path, school)| look(data, path, school)).collect())
}

/// Does the upgrade of a file to a copy of it, checks the copy, and throws it away. `scratch`: a folder with room for
/// the largest file.
///
/// # Errors
/// The upgrade of this file would fail, or it is damaged.
pub fn rehearse(file: &DataFile, scratch: &Path) -> Result<()> {
    let copy = scratch.join("rehearsal.db");
    let rehearsed = in_copy(file, &copy);
    for name in ["rehearsal.db", "rehearsal.db-wal", "rehearsal.db-shm"] {
        // Not every one of them is there.
        drop(std::fs::remove_file(scratch.join(name)));
    }
    rehearsed.context(Kind::Failed, format!("the upgrade of {} does not succeed", file.path.display()))
}

/// Does the upgrade.
///
/// # Errors
/// It fails, or somebody works with the file; it is then as it was before the step that failed.
pub fn upgrade(file: &DataFile) -> Result<()> {
    Database::open(&file.path, scripts(file), &|| keep_out(file)).map(drop)
}

fn keep_out(file: &DataFile) -> Result<Box<dyn Any>> {
    match &file.school {
        Some(school) => lane::keep_out(&file.data, school),
        None => host::keep_out(&file.data),
    }
}

fn scripts(file: &DataFile) -> &'static [Script] {
    if file.school.is_some() { SCHOOL } else { HOST }
}

fn look(data: &Path, path: PathBuf, school: Option<SchoolId>) -> Result<DataFile> {
    let read = || Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(broken);
    let version = read().and_then(|connection| migrate::version(&connection));
    let version = version.context(Kind::Failed, format!("cannot read {}", path.display()))?;
    let mut file = DataFile { data: data.to_owned(), path, school, version, known: 0 };
    file.known = scripts(&file).len();
    Ok(file)
}

/// Nobody else works with a copy.
fn in_copy(file: &DataFile, copy: &Path) -> Result<()> {
    copy::copy_out(&file.path, copy)?;
    drop(Database::open(copy, scripts(file), &|| Ok(Box::new(())))?);
    copy::look_at(copy, file.known)?;
    let copy = Connection::open(copy).map_err(broken)?;
    let mut orphans = copy.prepare("PRAGMA foreign_key_check").map_err(broken)?;
    if orphans.exists([]).map_err(broken)? {
        return Err(Error::failed("rows of the database refer to rows that are not there"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::VersionStanding;

    /// A school's file as an older program left it: without the last step.
    fn older(data: &Path) -> PathBuf {
        let file = data.join("schools/a.db");
        drop(Database::open(&file, &SCHOOL[..SCHOOL.len() - 1], &|| Ok(Box::new(()))).unwrap());
        file
    }

    fn only(data: &Path) -> DataFile {
        let mut files = data_files(data).unwrap();
        assert_eq!(files.len(), 1);
        files.remove(0).unwrap()
    }

    #[test]
    fn a_rehearsal_changes_nothing_and_an_upgrade_does() {
        let folder = tempfile::tempdir().unwrap();
        older(folder.path());
        assert_eq!(only(folder.path()).standing(), VersionStanding::Behind(1));
        rehearse(&only(folder.path()), folder.path()).unwrap();
        assert_eq!(only(folder.path()).standing(), VersionStanding::Behind(1));
        assert!(!folder.path().join("rehearsal.db").exists());
        let working = lane::keep(&folder.path().join("schools/a.lane")).unwrap().ok();
        assert!(working.is_some() && upgrade(&only(folder.path())).is_err(), "somebody works with it");
        drop(working);
        upgrade(&only(folder.path())).unwrap();
        assert_eq!(only(folder.path()).standing(), VersionStanding::Current);
    }

    #[test]
    fn what_would_fail_is_found_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = older(folder.path());
        // Every table is there already.
        Connection::open(&file).unwrap().pragma_update(None, "user_version", 0).unwrap();
        assert!(rehearse(&only(folder.path()), folder.path()).is_err());
        assert_eq!(only(folder.path()).standing(), VersionStanding::Behind(SCHOOL.len()), "it is as it was");
    }

    #[test]
    fn newer_data_are_told_and_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = older(folder.path());
        Connection::open(&file).unwrap().pragma_update(None, "user_version", 1_000).unwrap();
        assert_eq!(only(folder.path()).standing(), VersionStanding::Newer);
        assert!(rehearse(&only(folder.path()), folder.path()).is_err());
    }
}
