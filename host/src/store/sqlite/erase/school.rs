//! Erasing a school: its files are overwritten and removed, and the host forgets it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use rusqlite::{Transaction, params};

use crate::error::Result;
use crate::model::{SchoolId, TaskId};
use crate::store::sqlite::file::{Commit, broken, no_file};
use crate::store::sqlite::values::{col, columns, exec, number, rows};
use crate::store::sqlite::{HostDb, SchoolDb, outbox};
use crate::store::{Fence, HostEraseStore, Lane};

/// Bytes overwritten at once.
const BLOCK: usize = 1 << 16;

/// How many rows there are of what, and what the ledger knows to be on other sides.
pub(super) fn kept(t: &Transaction<'_>) -> Result<(BTreeMap<String, u64>, BTreeMap<String, u64>)> {
    let grouped = |sql: &str| {
        let all = rows(t, sql, [], |row| Ok((col::<String>(row, "what")?, col::<i64>(row, "n")? as u64)));
        all.map(|all| all.into_iter().collect::<BTreeMap<_, _>>())
    };
    let mut kept = grouped("SELECT 'record/' || type AS what, count(*) AS n FROM record GROUP BY type")?;
    let mut tables: Vec<String> = columns(t)?.into_iter().map(|(table, _)| table).collect();
    tables.dedup();
    for table in tables.into_iter().filter(|table| table != "meta" && table != "record") {
        let rows = number(t, &format!("SELECT count(*) FROM \"{table}\""), [])?;
        if rows > 0 {
            kept.insert(table, rows);
        }
    }
    let remote =
        "SELECT task || '/' || kind AS what, count(*) AS n FROM ledger WHERE handle IS NOT NULL GROUP BY 1";
    Ok((kept, grouped(remote)?))
}

/// Files and folders that are a school's: those in `<data>/schools` that are named after it, alone or before a dot.
pub fn school_files(data: &Path, school: &SchoolId) -> Result<Vec<PathBuf>> {
    let folder = data.join("schools");
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(no_file(cause, &folder)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|cause| no_file(cause, &folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.split('.').next() == Some(school.as_str()) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Closes a school's store, overwrites its files and removes them. From the renaming on the school is not there any
/// more; what is left when the process ends in between is removed when this is done again.
pub fn destroy_school_files(
    data: &Path,
    school: &SchoolId,
    store: Option<SchoolDb>,
    lane: Option<Lane>,
) -> Result<u64> {
    if let Some(store) = store {
        store.database.compact()?;
        let file = data.join("schools").join(format!("{school}.db"));
        drop(store);
        let erasing = file.with_extension("erasing");
        std::fs::rename(&file, &erasing).map_err(|cause| no_file(cause, &file))?;
        sync(file.parent().unwrap_or(data))?;
    }
    // The lane's own file goes last: until then nobody else takes it.
    let (lanes, others): (Vec<_>, Vec<_>) = school_files(data, school)?
        .into_iter()
        .partition(|path| path.extension().is_some_and(|extension| extension == "lane"));
    let count = others.len() + lanes.len();
    others.iter().try_for_each(|path| destroy(path).map_err(|cause| no_file(cause, path)))?;
    lanes.iter().try_for_each(|path| destroy(path).map_err(|cause| no_file(cause, path)))?;
    sync(&data.join("schools"))?;
    drop(lane);
    Ok(count as u64)
}

fn sync(folder: &Path) -> Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(no_file(cause, folder)),
        _ => Ok(()),
    }
}

/// Overwrites a file, or all files of a folder, and removes it.
fn destroy(path: &Path) -> std::io::Result<()> {
    if path.is_symlink() {
        return std::fs::remove_file(path);
    }
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            destroy(&entry?.path())?;
        }
        return std::fs::remove_dir(path);
    }
    overwrite(path)?;
    std::fs::remove_file(path)
}

fn overwrite(path: &Path) -> std::io::Result<()> {
    let mut file = File::options().write(true).open(path)?;
    let mut left = file.metadata()?.len();
    let zeros = vec![0; BLOCK];
    while left > 0 {
        let size = usize::try_from(left).map_or(BLOCK, |left| left.min(BLOCK));
        file.write_all(&zeros[..size])?;
        left -= size as u64;
    }
    file.sync_all()
}

impl HostEraseStore for HostDb {
    fn forget_identities(&self, fence: &Fence, held: &[(TaskId, [u8; 32])]) -> Result<()> {
        self.database.overwrite_deleted()?;
        let unhold = "DELETE FROM identity_holder WHERE hash = ?1 AND school = ?2 AND task = ?3";
        self.change(fence, |t| {
            held.iter().try_for_each(|(task, hash)| {
                exec(t, unhold, params![hash.as_slice(), fence.school.as_str(), task.as_str()])?;
                let claim = "hash = ?1 AND creating_school = ?2 AND creating_task = ?3";
                end_claims(t, claim, params![hash.as_slice(), fence.school.as_str(), task.as_str()])?;
                forget_unheld(t, hash)
            })
        })
    }

    fn forget_school(&self, school: &SchoolId, preview: bool) -> Result<BTreeMap<String, u64>> {
        self.database.overwrite_deleted()?;
        self.database.write(Commit::Durable, |t| {
            t.execute_batch("SAVEPOINT erasing").map_err(broken)?;
            let forgotten = forget(t, school)?;
            t.execute_batch(if preview { "ROLLBACK TO erasing" } else { "RELEASE erasing" })
                .map_err(broken)?;
            Ok(forgotten)
        })
    }

    fn overwrite_forgotten(&self) -> Result<()> {
        self.database.overwrite_deleted()?;
        self.database.compact()
    }
}

/// Whatever table has a column `school` speaks of schools. The audit stays: it proves what was done.
fn forget(t: &Transaction<'_>, school: &SchoolId) -> Result<BTreeMap<String, u64>> {
    let mut forgotten = BTreeMap::new();
    forget_own_identities(t, school)?;
    let speaks = |(table, column): &(String, String)| column == "school" && table != "audit";
    for (table, _) in columns(t)?.into_iter().filter(speaks) {
        let rows = exec(t, &format!("DELETE FROM \"{table}\" WHERE school = ?1"), [school.as_str()])? as u64;
        if rows > 0 {
            forgotten.insert(table, rows);
        }
    }
    outbox::drop_empty(t)?;
    end_claims(t, "creating_school = ?1", [school.as_str()])?;
    Ok(forgotten)
}

/// Shared things that no other school holds.
fn forget_own_identities(t: &Transaction<'_>, school: &SchoolId) -> Result<()> {
    let sql = "DELETE FROM identity WHERE coalesce(creating_school, ?1) = ?1 \
               AND (creating_school = ?1 OR EXISTS (SELECT 1 FROM identity_holder h \
               WHERE h.space = identity.space AND h.hash = identity.hash AND h.school = ?1)) \
               AND NOT EXISTS (SELECT 1 FROM identity_holder h \
               WHERE h.space = identity.space AND h.hash = identity.hash AND h.school <> ?1)";
    exec(t, sql, [school.as_str()]).map(drop)
}

fn end_claims(t: &Transaction<'_>, which: &str, values: impl rusqlite::Params) -> Result<()> {
    let sql = format!("UPDATE identity SET creating_school = NULL, creating_task = NULL WHERE {which}");
    exec(t, &sql, values).map(drop)
}

/// A shared thing that no school holds is about somebody of no school: the next one that wants it looks for it.
fn forget_unheld(t: &Transaction<'_>, hash: &[u8; 32]) -> Result<()> {
    let sql = "DELETE FROM identity WHERE hash = ?1 AND creating_school IS NULL AND NOT EXISTS \
               (SELECT 1 FROM identity_holder h WHERE h.space = identity.space AND h.hash = identity.hash)";
    exec(t, sql, [hash.as_slice()]).map(drop)
}
