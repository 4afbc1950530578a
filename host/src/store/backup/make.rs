//! Making a backup while everything goes on.

use std::fs;
use std::path::{Path, PathBuf};

use super::package::{self, make_folder, no_file, sync};
use super::{Entry, FORMAT, HOST, Manifest, host_file, school_file, schools_in, stage};
use crate::error::{Error, Result};
use crate::model::{Message, Millis, SchoolId};
use crate::store::KeyRing;
use crate::store::sqlite::copy;

/// What is to be backed up.
#[derive(Debug)]
pub struct Source<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// Opens what is sealed: a copy that it does not open would be of no use.
    pub key: &'a KeyRing,
    /// Only this school; `None`: all, and what they share.
    pub school: Option<&'a SchoolId>,
    /// Settings that go along, under these names.
    pub settings: Vec<(String, PathBuf)>,
    /// Now.
    pub now: Millis,
}

/// Backs up into a new folder, or a new file whose name ends with `.zip`; it stands there when it has been restored
/// beside itself and found whole. Answers what it holds, and which schools could not be copied and why.
///
/// # Errors
/// There is something under this name, nothing could be copied, or the copy is not whole; nothing is left behind then.
pub fn back_up(source: &Source<'_>, to: &Path) -> Result<(Manifest, Vec<(SchoolId, Error)>)> {
    if to.exists() {
        return Err(Error::config(format!("{} is there already", to.display()))
            .message(Message::new("backup-exists").with("file", to.display())));
    }
    let work = Work::beside(to)?;
    let (manifest, failed) = copy_all(source, &work.folder("copy"))?;
    package::write_manifest(&work.folder("copy"), &manifest)?;
    let mut made = work.folder("copy");
    if to.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip")) {
        let packed = work.folder("packed.zip");
        package::pack(&made, &manifest, &packed)?;
        made = packed;
    }
    stage::check(&made, source.key, &work.folder("restored"))?;
    fs::rename(&made, to).map_err(|cause| no_file(cause, to))?;
    // A backup that was told of stays, with the power gone a moment later too.
    sync(work.parent())?;
    Ok((manifest, failed))
}

fn copy_all(source: &Source<'_>, folder: &Path) -> Result<(Manifest, Vec<(SchoolId, Error)>)> {
    let (mut files, mut failed) = (Vec::new(), Vec::new());
    for school in schools(source)? {
        match database(folder, &format!("schools/{school}.db"), &school_file(source.data, &school)) {
            Ok(entry) => files.push(entry),
            // The others are worth a backup all the same; of one that was asked for, there is none.
            Err(error) if source.school.is_none() => failed.push((school, error)),
            Err(error) => return Err(error),
        }
    }
    if source.school.is_none() {
        files.push(database(folder, HOST, &host_file(source.data))?);
    }
    for (name, file) in &source.settings {
        files.push(plain(folder, &format!("settings/{name}"), file)?);
    }
    let (program, made) = (env!("CARGO_PKG_VERSION").to_owned(), source.now);
    Ok((Manifest { format: FORMAT, program, made, whole: source.school.is_none(), files }, failed))
}

fn schools(source: &Source<'_>) -> Result<Vec<SchoolId>> {
    let all = schools_in(source.data)?;
    match source.school {
        None => Ok(all),
        Some(school) if all.contains(school) => Ok(vec![school.clone()]),
        Some(school) => Err(Error::failed(format!("{school} has no data"))
            .message(Message::new("backup-no-school").with("school", school))),
    }
}

fn database(folder: &Path, name: &str, from: &Path) -> Result<Entry> {
    let to = target(folder, name)?;
    let copied = copy::copy_out(from, &to).and_then(|()| copy::facts(&to));
    match copied {
        Ok(facts) => entry(name, &to, Some(facts)),
        Err(error) => {
            // What is half copied would be taken for a file of the backup.
            drop(fs::remove_file(&to));
            Err(error)
        }
    }
}

fn plain(folder: &Path, name: &str, from: &Path) -> Result<Entry> {
    let to = target(folder, name)?;
    fs::copy(from, &to).map_err(|cause| no_file(cause, from))?;
    sync(&to)?;
    entry(name, &to, None)
}

fn entry(name: &str, file: &Path, facts: Option<super::Facts>) -> Result<Entry> {
    let (bytes, blake3) = package::sum(file)?;
    Ok(Entry { name: name.to_owned(), bytes, blake3, facts })
}

fn target(folder: &Path, name: &str) -> Result<PathBuf> {
    let to = folder.join(name);
    let parent = to.parent().unwrap_or(folder);
    make_folder(parent).map_err(|cause| no_file(cause, parent))?;
    Ok(to)
}

/// A folder beside the target, on the same disk, gone when this is dropped.
struct Work(PathBuf);

impl Work {
    fn beside(to: &Path) -> Result<Self> {
        let name = to.file_name().unwrap_or_default().to_string_lossy();
        let work = to.with_file_name(format!(".{name}.{}.part", std::process::id()));
        make_folder(&work).map_err(|cause| no_file(cause, &work))?;
        Ok(Self(work))
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The folder in which the backup will stand.
    fn parent(&self) -> &Path {
        self.0.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // A leftover is found by `exchange doctor`.
        drop(fs::remove_dir_all(&self.0));
    }
}
