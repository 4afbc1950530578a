//! Versions of the data folder's files, and the rehearsal of what an upgrade does to them.

use std::path::{Path, PathBuf};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Context, Error, Kind, Result};
use crate::store::DataFile;

use super::file::{Database, broken, no_file};
use super::migrate::{self, HOST, SCHOOL, Script};

/// The versions that this program makes of the host's file and of a school's.
pub fn known_versions() -> (usize, usize) {
    (HOST.len(), SCHOOL.len())
}

/// The database files of a data folder, the host's first; none where there is no data yet. Nothing is changed.
///
/// # Errors
/// The folder cannot be read.
pub fn data_files(data: &Path) -> Result<Vec<Result<DataFile>>> {
    let mut schools = databases(&data.join("schools"))?;
    schools.sort();
    let host = Some(data.join("host.db")).filter(|file| file.exists()).map(|file| (file, false));
    let all = host.into_iter().chain(schools.into_iter().map(|file| (file, true)));
    Ok(all.map(|(path, school)| look(path, school)).collect())
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
    rehearsed
}

/// Does the upgrade.
///
/// # Errors
/// It fails; the file is then as it was before the step that failed.
pub fn upgrade(file: &DataFile) -> Result<()> {
    Database::open(&file.path, scripts(file.school)).map(drop)
}

fn scripts(school: bool) -> &'static [Script] {
    if school { SCHOOL } else { HOST }
}

fn databases(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|cause| no_file(cause, folder))?,
    };
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.extension().is_some_and(|end| end == "db")).collect())
}

fn look(path: PathBuf, school: bool) -> Result<DataFile> {
    let named = || format!("cannot read {}", path.display());
    let version = reading(&path).and_then(|connection| migrate::version(&connection));
    let version = version.map_err(|error| Error::failed(named()).because(error))?;
    Ok(DataFile { school, version, known: scripts(school).len(), path })
}

fn reading(path: &Path) -> Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(broken)
}

fn in_copy(file: &DataFile, copy: &Path) -> Result<()> {
    let what = || format!("the upgrade of {} does not succeed", file.path.display());
    let work = || {
        let mut connection = Connection::open(copy).map_err(broken)?;
        let source = reading(&file.path)?;
        let whole = Backup::new(&source, &mut connection).map_err(broken)?;
        whole.run_to_completion(1_000, std::time::Duration::ZERO, None).map_err(broken)?;
        drop(whole);
        migrate::migrate(&mut connection, &file.path, scripts(file.school))?;
        sound(&connection)
    };
    work().context(Kind::Failed, what())
}

/// Asks the database itself whether it is whole.
fn sound(connection: &Connection) -> Result<()> {
    let told: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(broken)?;
    if told != "ok" {
        return Err(Error::failed("the database is damaged").because(told));
    }
    let mut orphans = connection.prepare("PRAGMA foreign_key_check").map_err(broken)?;
    if orphans.exists([]).map_err(broken)? {
        return Err(Error::failed("rows of the database refer to rows that are not there"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Standing;

    /// A school's file as an older program left it: without the last step.
    fn older(data: &Path) -> PathBuf {
        let file = data.join("schools/a.db");
        drop(Database::open(&file, &SCHOOL[..SCHOOL.len() - 1]).unwrap());
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
        assert_eq!(only(folder.path()).standing(), Standing::Behind(1));
        rehearse(&only(folder.path()), folder.path()).unwrap();
        assert_eq!(only(folder.path()).standing(), Standing::Behind(1));
        assert!(!folder.path().join("rehearsal.db").exists());
        upgrade(&only(folder.path())).unwrap();
        assert_eq!(only(folder.path()).standing(), Standing::Current);
    }

    #[test]
    fn what_would_fail_is_found_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = older(folder.path());
        // Every table is there already.
        Connection::open(&file).unwrap().pragma_update(None, "user_version", 0).unwrap();
        assert!(rehearse(&only(folder.path()), folder.path()).is_err());
        assert_eq!(only(folder.path()).standing(), Standing::Behind(SCHOOL.len()), "it is as it was");
    }

    #[test]
    fn newer_data_are_told_and_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = older(folder.path());
        Connection::open(&file).unwrap().pragma_update(None, "user_version", 1_000).unwrap();
        assert_eq!(only(folder.path()).standing(), Standing::Newer);
        assert!(rehearse(&only(folder.path()), folder.path()).is_err());
    }
}
