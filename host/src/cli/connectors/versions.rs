//! Several versions of a connector side by side: put there, locked for a few or for all, taken back.

use std::path::Path;
use std::sync::Arc;

use super::locks::{self, Lock, Locks};
use super::{files, first, ids, read, with_checksum};
use crate::cli::app::{App, write_file};
use crate::cli::names::Place;
use crate::cli::stores::{self, About};
use crate::daemon::host::Package;
use crate::error::{Context, Error, Kind, Result};
use crate::model::Message;

/// Puts a version beside the others. It may be compared with what runs, and runs nowhere.
pub(in crate::cli) fn add(app: &App, file: &Path) -> Result<u8> {
    let package = read(file, app.output.colour)?;
    let (id, version) = (&package.manifest.id, &package.manifest.version);
    let mut locks = Locks::read(app)?;
    let lock = locks.connector.get_mut(id).ok_or_else(|| {
        Error::config(format!("connector `{id}` is not locked"))
            .message(Message::new("error-not-locked").with("connector", id))
            .hint(format!("exchange connector lock {id}"))
    })?;
    if let Some(known) = lock.checksum(version)
        && known != package.sha256
    {
        return Err(Error::config(format!("there is another version {version} of `{id}`")).message(
            Message::new("connector-version-taken").with("connector", id).with("version", version),
        ));
    }
    // What runs now may lie in a file that is replaced by hand one day: it is kept under its version too.
    keep_running(app, id, lock)?;
    write_file(&place(app, id, version), &package.bytes)?;
    if version != &lock.version {
        lock.added.insert(version.clone(), package.sha256.clone());
    }
    locks.write(app)?;
    stores::audit(app, "connector-add", &format!("{id} {version} {}", package.sha256))?;
    let message = Message::new("connector-added").with("connector", id).with("version", version);
    app.output.line(app.text(message)).map(|()| 0)
}

fn place(app: &App, id: &str, version: &str) -> std::path::PathBuf {
    app.host.connectors.join(format!("{id}@{version}.wasm"))
}

fn keep_running(app: &App, id: &str, lock: &Lock) -> Result<()> {
    let kept = place(app, id, &lock.version);
    match with_checksum(app, id, Some(&lock.sha256))? {
        Some(package) if !kept.exists() => write_file(&kept, &package.bytes),
        _ => Ok(()),
    }
}

/// Remembers the checksums of all connectors, or of one; of a certain version, for all or for a place.
pub(in crate::cli) fn lock(
    app: &App,
    only: Option<&str>,
    version: Option<&str>,
    place: Option<&Place>,
) -> Result<u8> {
    let mut locks = Locks::read(app)?;
    let wanted = match only {
        Some(id) => vec![id.to_owned()],
        None => ids(app)?,
    };
    if only.is_none() {
        locks.connector.retain(|id, _| wanted.contains(id));
    }
    for id in wanted {
        let lock = locks.connector.entry(id.clone()).or_default();
        let package = match version {
            Some(version) => of_version(app, &id, version)?,
            None => running(app, &id, lock)?,
        };
        lock_one(app, &id, lock, &package, place)?;
    }
    locks.write(app).map(|()| 0)
}

fn lock_one(app: &App, id: &str, lock: &mut Lock, package: &Package, place: Option<&Place>) -> Result<()> {
    let (version, sha256) = (&package.manifest.version, &package.sha256);
    let told = format!("{id} {version} sha256 {sha256}");
    match place {
        Some(place) => {
            known_place(app, place)?;
            lock.pin(place, version, sha256);
            app.output.line(format!("{told} · {}", locks::key(place)))?;
        }
        None => {
            lock.make_default(version, sha256);
            app.output.line(told)?;
            tell_others(app, lock)?;
        }
    }
    stores::audit(app, "connector-lock", about(place).with(format!("{id} {version} {sha256}"))).map(drop)
}

fn about(place: Option<&Place>) -> About {
    match place {
        Some(Place::Task(task)) => About::from(task),
        Some(Place::School(school)) => About::from(school),
        None => About::from(""),
    }
}

/// A place that does not exist is a slip of the pen, and would pin nothing.
fn known_place(app: &App, place: &Place) -> Result<()> {
    match place {
        Place::Task(task) => app.task(task).map(drop),
        Place::School(school) => app.school(school).map(drop),
    }
}

fn tell_others(app: &App, lock: &Lock) -> Result<()> {
    lock.places.iter().try_for_each(|(place, version)| {
        let message = Message::new("connector-still-pinned").with("place", place).with("version", version);
        app.output.line(app.text(message))
    })
}

/// What is locked already and lies there, else `ID.wasm`.
fn running(app: &App, id: &str, lock: &Lock) -> Result<Arc<Package>> {
    let plain = app.host.connectors.join(format!("{id}.wasm"));
    let package = first(app, id)?;
    let beside = with_checksum(app, id, Some(&lock.sha256))?;
    match beside {
        // A version beside it was made the default by name: a plain lock does not take that back.
        Some(beside) if files(app, id)?.first() == Some(&plain) && is_older_file(lock, &package) => {
            Ok(beside)
        }
        _ => Ok(package),
    }
}

/// Is `ID.wasm` a version that the lock knows as another one than the default?
fn is_older_file(lock: &Lock, plain: &Package) -> bool {
    lock.added.get(&plain.manifest.version) == Some(&plain.sha256)
}

/// The file that says it is this version.
pub(super) fn of_version(app: &App, id: &str, version: &str) -> Result<Arc<Package>> {
    let packages: Vec<Arc<Package>> = files(app, id)?.iter().filter_map(|file| app.file(file).ok()).collect();
    let found = packages.iter().find(|package| package.manifest.version == version);
    found.cloned().ok_or_else(|| {
        let known: Vec<&str> = packages.iter().map(|package| package.manifest.version.as_str()).collect();
        Error::config(format!("there is no version {version} of connector `{id}`"))
            .message(Message::new("connector-no-version").with("connector", id).with("version", version))
            .hint(known.join(", "))
    })
}

/// Takes the last change back: for all, the version before; for a place, what runs for all.
pub(in crate::cli) fn rollback(app: &App, id: &str, place: Option<&Place>) -> Result<u8> {
    let mut locks = Locks::read(app)?;
    let lock = locks.connector.get_mut(id).ok_or_else(|| {
        Error::config(format!("connector `{id}` is not locked"))
            .message(Message::new("error-not-locked").with("connector", id))
    })?;
    let version = match place {
        Some(place) => unpinned(lock, id, place)?,
        None => restored(app, lock, id)?,
    };
    locks.write(app)?;
    stores::audit(app, "connector-rollback", about(place).with(format!("{id} {version}")))?;
    let message = Message::new("connector-rolled-back").with("connector", id).with("version", &version);
    let whom = place.map_or_else(|| app.word("connector-for-all"), locks::key);
    app.output.line(app.text(message.with("place", whom))).map(|()| 0)
}

fn unpinned(lock: &mut Lock, id: &str, place: &Place) -> Result<String> {
    let place_key = locks::key(place);
    lock.unpin(place).map(|_| lock.version.clone()).ok_or_else(|| {
        Error::config(format!("no version of `{id}` is named for {place_key}"))
            .message(Message::new("connector-not-pinned").with("connector", id).with("place", place_key))
    })
}

fn restored(app: &App, lock: &mut Lock, id: &str) -> Result<String> {
    let nothing = || {
        Error::config(format!("no version of `{id}` came before {}", lock.version)).message(
            Message::new("connector-no-previous").with("connector", id).with("version", &lock.version),
        )
    };
    let previous = lock.previous.clone().ok_or_else(nothing)?;
    let sha256 = lock.checksum(&previous).map(str::to_owned).ok_or_else(nothing)?;
    if with_checksum(app, id, Some(&sha256))?.is_none() {
        return Err(Error::config(format!("the file of version {previous} of `{id}` is gone or altered"))
            .message(Message::new("connector-no-version").with("connector", id).with("version", &previous)));
    }
    lock.make_default(&previous, &sha256);
    Ok(previous)
}

/// Removes a version that runs nowhere.
pub(in crate::cli) fn remove(app: &App, id: &str, version: &str) -> Result<u8> {
    let mut locks = Locks::read(app)?;
    let lock = locks.connector.entry(id.to_owned()).or_default();
    let mut users: Vec<String> =
        lock.places.iter().filter(|(_, pinned)| *pinned == version).map(|(place, _)| place.clone()).collect();
    if lock.version == version {
        users.push(app.word("connector-for-all"));
    }
    if !users.is_empty() {
        return Err(Error::config(format!("version {version} of `{id}` is in use")).message(
            Message::new("connector-in-use").with("version", version).with("places", users.join(", ")),
        ));
    }
    let file = place(app, id, version);
    std::fs::remove_file(&file).context(Kind::Config, format!("cannot remove {}", file.display()))?;
    lock.added.remove(version);
    lock.previous.take_if(|previous| previous == version);
    locks.write(app)?;
    stores::audit(app, "connector-remove", &format!("{id} {version}"))?;
    let message = Message::new("connector-removed").with("connector", id).with("version", version);
    app.output.line(app.text(message)).map(|()| 0)
}
