//! Room on the disk, who may read what, and what was left behind.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Findings;
use crate::cli::backup::size;
use crate::daemon::disk;
use crate::model::Message;
use crate::model::setup::KeySource;
use crate::store::backup;

/// Less room is a problem now …
const LITTLE: u64 = 200 << 20;
/// … or soon.
const SOME: u64 = 2 << 30;

/// What is older was not left by somebody who is still at work.
const OLD: Duration = Duration::from_secs(3_600);

pub(super) fn look(findings: &mut Findings<'_>) {
    let data = findings.app.host.data.clone();
    key_file(findings);
    if !data.exists() {
        findings.warn(data.display(), Message::new("doctor-no-data"), Message::new("doctor-no-data-cure"));
        return;
    }
    folder(findings, &data);
    room(findings, &data);
    leftovers(findings, &data);
}

fn key_file(findings: &mut Findings<'_>) {
    let KeySource::File(path) = findings.app.host.key.clone() else {
        // Reading it runs a command or looks at the environment, as every command does.
        match findings.app.keys.ring() {
            Ok(_) => findings.good("[key]", "doctor-key-good"),
            Err(error) => findings.error("[key]", &error, Message::new("doctor-key-cure")),
        }
        return;
    };
    let about = path.display().to_string();
    match fs::metadata(&path) {
        Err(_) => {
            findings.problem(
                about,
                Message::new("doctor-key-missing"),
                Message::new("doctor-key-missing-cure"),
            );
        }
        Ok(meta) if meta.permissions().mode() & 0o077 != 0 => {
            let cure = Message::new("doctor-run").with("command", format!("chmod 600 {about}"));
            findings.problem(about, Message::new("doctor-key-open"), cure);
        }
        Ok(_) if path.starts_with(&findings.app.host.data) => {
            findings.warn(about, Message::new("doctor-key-inside"), Message::new("doctor-key-inside-cure"));
        }
        Ok(_) => match findings.app.keys.ring() {
            Ok(_) => findings.good(about, "doctor-key-good"),
            Err(error) => findings.error(about, &error, Message::new("doctor-key-cure")),
        },
    }
}

/// Children's data: nobody but the program's user has any business there.
fn folder(findings: &mut Findings<'_>, data: &Path) {
    let about = data.display().to_string();
    let mode = fs::metadata(data).map_or(0, |meta| meta.permissions().mode());
    if mode & 0o007 != 0 {
        let cure = Message::new("doctor-run").with("command", format!("chmod o-rwx {about}"));
        findings.warn(&about, Message::new("doctor-data-open"), cure);
    } else {
        findings.good(&about, "doctor-data-closed");
    }
    // As a run does; a folder that lets others in is no help when it does not let us write.
    let trial = data.join(format!(".doctor.{}", std::process::id()));
    let written = fs::write(&trial, b"").and_then(|()| fs::remove_file(&trial));
    if let Err(cause) = written {
        let what = Message::new("doctor-not-writable").with("cause", cause);
        findings.problem(&about, what, Message::new("doctor-not-writable-cure"));
    }
}

fn room(findings: &mut Findings<'_>, data: &Path) {
    let Some(free) = disk::free(data) else { return };
    let what = || Message::new("doctor-room").with("free", size(free));
    if free < LITTLE {
        findings.problem(data.display(), what(), Message::new("doctor-room-cure"));
    } else if free < SOME {
        findings.warn(data.display(), what(), Message::new("doctor-room-cure"));
    } else {
        findings.good(data.display(), "doctor-room-good");
    }
}

/// What killed processes leave: harmless, but it takes room, or holds data that nobody looks after.
fn leftovers(findings: &mut Findings<'_>, data: &Path) {
    let app = findings.app;
    let mut found = Vec::new();
    for folder in [data, &data.join("schools"), &data.join("cache"), &app.host.schools, &app.host.connectors]
    {
        found.extend(entries(folder).filter(|path| is_left(path)));
    }
    let restore = backup::restore_folder(data);
    found.extend(["new", "done"].map(|name| restore.join(name)).into_iter().filter(|path| path.exists()));
    for path in found.into_iter().filter(|path| is_old(path)) {
        let cure = Message::new("doctor-leftover-cure").with("file", path.display());
        findings.warn(path.display(), Message::new("doctor-leftover"), cure);
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn is_left(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let begins = [".doctor.", "rehearsal-"];
    name.ends_with(".part")
        || begins.iter().any(|begin| name.starts_with(begin))
        || name.contains(".db.damaged")
}

fn is_old(path: &Path) -> bool {
    let changed = fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let age = changed.and_then(|at| SystemTime::now().duration_since(at).ok());
    path.to_string_lossy().contains(".db.damaged") || age.is_some_and(|age| age >= OLD)
}
