//! Putting a backup back: prepared beside the data, decided in one moment, carried out by whoever comes first.

use std::fs::{self, File};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::package::{make_folder, no_file, sync};
use super::stage::Staged;
use super::{Entry, HOST, Manifest, host_file, manifest, restore_folder, school_file, schools_in};
use crate::error::{Context, Error, Kind, Result};
use crate::model::{Message, Millis, SchoolId};
use crate::store::KeyRing;
use crate::store::sqlite::{copy, lane, schedule};

/// What is to be put back.
#[derive(Debug)]
pub struct Wish<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// The key that the data are sealed with; the backup has to be sealed with the same one.
    pub key: &'a KeyRing,
    /// The backup.
    pub from: &'a Path,
    /// Only this school; `None`: everything.
    pub school: Option<&'a SchoolId>,
    /// Now.
    pub now: Millis,
}

/// What was put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Back {
    /// Of when the backup is.
    pub made: Millis,
    /// Schools.
    pub schools: Vec<SchoolId>,
    /// What schools share, too.
    pub host: bool,
}

/// What stands in `restore/ready` beside the files.
#[derive(Serialize, Deserialize)]
struct Order {
    at: Millis,
    schools: Vec<SchoolId>,
    host: bool,
}

/// The name of that file.
const ORDER: &str = "order.json";

/// Puts a backup, or one school of it, in the place of the present data.
///
/// # Errors
/// The backup is damaged, sealed with another key or newer than this program; somebody works on a school, or a server
/// runs; there are schools that a whole backup does not hold. Nothing has changed then.
pub fn put_back(wish: &Wish<'_>) -> Result<Back> {
    let folder = restore_folder(wish.data);
    make_folder(&folder).map_err(|cause| no_file(cause, &folder))?;
    let _alone = alone(wish.data)?;
    let back = chosen(wish, &manifest(wish.from)?)?;
    let (new, done) = (folder.join("new"), folder.join("done"));
    clear(&new)?;
    clear(&done)?;
    let wanted = |entry: &Entry| match entry.school() {
        Some(school) => back.schools.contains(&school),
        None => back.host && entry.name == HOST,
    };
    let staged = Staged::take(wish.from, wish.key, &new, wanted).inspect_err(|_| drop(clear(&new)))?;
    let order = Order { at: wish.now, schools: back.schools.clone(), host: back.host };
    let _lanes = Lanes::take(wish.data, &order).inspect_err(|_| drop(clear(&new)))?;
    fit(wish, &staged, &order)?;
    decide(&folder, &order)?;
    carry_out(wish.data, &order)?;
    Ok(back)
}

/// What of the backup is wanted, if it can be had.
fn chosen(wish: &Wish<'_>, manifest: &Manifest) -> Result<Back> {
    let all = manifest.schools();
    let Some(school) = wish.school else {
        let host = manifest.files.iter().any(|entry| entry.name == HOST);
        if !host {
            return Err(Error::config("the backup holds single schools only")
                .message(Message::new("backup-not-whole"))
                .hint("exchange restore BACKUP --school SCHOOL"));
        }
        no_others(&schools_in(wish.data)?, &all)?;
        return Ok(Back { made: manifest.made, schools: all, host });
    };
    if !all.contains(school) {
        let names: Vec<String> = all.iter().map(ToString::to_string).collect();
        return Err(Error::config(format!("the backup does not hold {school}"))
            .message(Message::new("backup-without").with("school", school))
            .hint(names.join(", ")));
    }
    Ok(Back { made: manifest.made, schools: vec![school.clone()], host: false })
}

/// Of a school that is here and not in the backup the host's file of the backup would know nothing: what it shares with
/// others could be removed, or made twice.
fn no_others(here: &[SchoolId], there: &[SchoolId]) -> Result<()> {
    let others: Vec<String> =
        here.iter().filter(|school| !there.contains(school)).map(ToString::to_string).collect();
    if others.is_empty() {
        return Ok(());
    }
    let names = others.join(", ");
    Err(Error::failed(format!("the backup does not hold {names}"))
        .message(Message::new("backup-others").with("names", names))
        .hint("exchange restore BACKUP --school SCHOOL"))
}

/// Makes what was staged fit to go on from, and leaves nothing else beside it.
fn fit(wish: &Wish<'_>, staged: &Staged<'_>, order: &Order) -> Result<()> {
    let present = host_file(wish.data);
    let mut hosts = vec![present.clone()];
    if order.host {
        let file = staged.folder.join(HOST);
        staged.copy(&file).fit_host(&present, wish.now)?;
        hosts.push(file);
    }
    for school in &order.schools {
        let fence = copy::highest_fence(school, &school_file(wish.data, school), &hosts) + 1;
        let file = staged.folder.join(format!("schools/{school}.db"));
        staged.copy(&file).fit_school(staged.manifest.made, wish.now, fence)?;
        sync(&file)?;
    }
    Ok(())
}

/// The moment: from here on it will be carried out, whoever dies.
fn decide(folder: &Path, order: &Order) -> Result<()> {
    let (new, ready) = (folder.join("new"), folder.join("ready"));
    let text =
        serde_json::to_vec(order).map_err(|cause| Error::internal("cannot write an order").because(cause))?;
    let file = new.join(ORDER);
    fs::write(&file, text).map_err(|cause| no_file(cause, &file))?;
    [&file, &new.join("schools"), &new].into_iter().filter(|path| path.exists()).try_for_each(|p| sync(p))?;
    fs::rename(&new, &ready).map_err(|cause| no_file(cause, &ready))?;
    sync(folder)
}

/// Carries out a restore that was decided, and whose process died.
pub(in crate::store) fn finish(data: &Path) -> Result<()> {
    let ready = restore_folder(data).join("ready");
    if !ready.exists() {
        return Ok(());
    }
    let _alone = wait_alone(data)?;
    // Another process may have been faster.
    if !ready.exists() {
        return Ok(());
    }
    let text = fs::read(ready.join(ORDER)).map_err(|cause| no_file(cause, &ready))?;
    let order: Order = serde_json::from_slice(&text)
        .context(Kind::Failed, format!("cannot understand {}", ready.join(ORDER).display()))?;
    let _lanes = Lanes::take(data, &order)?;
    carry_out(data, &order)
}

/// Each file in one transaction; done again from the beginning where it was broken off, since nobody has worked on
/// anything meanwhile.
fn carry_out(data: &Path, order: &Order) -> Result<()> {
    let folder = restore_folder(data);
    let (ready, done) = (folder.join("ready"), folder.join("done"));
    for school in &order.schools {
        copy::copy_in(&ready.join(format!("schools/{school}.db")), &school_file(data, school))?;
    }
    if order.host {
        copy::copy_in(&ready.join(HOST), &host_file(data))?;
    }
    fs::rename(&ready, &done).map_err(|cause| no_file(cause, &ready))?;
    clear(&done)
}

/// Nobody works on these schools, and no server runs where everything is put back, while this lives.
struct Lanes(#[expect(dead_code, reason = "held for their end")] Vec<File>);

impl Lanes {
    fn take(data: &Path, order: &Order) -> Result<Self> {
        let mut held = Vec::new();
        if order.host {
            held.push(schedule::hold_rota(data, "restore", order.at)?);
        }
        for school in &order.schools {
            held.push(lane::hold(data, school, "restore", order.at)?);
        }
        Ok(Self(held))
    }
}

/// One restore at a time.
fn alone(data: &Path) -> Result<File> {
    let file = lock_file(data)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(Error::failed("another restore is under way").message(Message::new("backup-busy"))),
    }
}

fn wait_alone(data: &Path) -> Result<File> {
    let file = lock_file(data)?;
    file.lock().map_err(|cause| no_file(cause, &restore_folder(data)))?;
    Ok(file)
}

fn lock_file(data: &Path) -> Result<File> {
    let path = restore_folder(data).join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    file.map_err(|cause| no_file(cause, &path))
}

fn clear(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(no_file(cause, folder)),
        _ => Ok(()),
    }
}
