//! `exchange backup` and `exchange restore`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::app::{App, now};
use super::args;
use super::names::Place;
use super::output::print_error;
use super::stores::{self, About};
use crate::error::{Error, Result};
use crate::model::setup::KeySource;
use crate::model::{Message, Millis, SchoolId};
use crate::store::backup::{self, Manifest, Source, Wish};
use crate::store::{DecisionStore, KeepStore, Question, Restored};

#[derive(Serialize)]
struct Made<'a> {
    file: &'a Path,
    #[serde(flatten)]
    manifest: &'a Manifest,
    /// Schools that could not be copied.
    failed: Vec<&'a SchoolId>,
}

/// Backs up. Exit code 1 when a school could not be copied; the others were.
pub(super) fn backup(app: &App, to: &Path, school: Option<&SchoolId>) -> Result<u8> {
    let key = app.keys.ring()?;
    // The host's file is made when it is missing, so that a backup of nothing is whole.
    drop(app.process()?.store()?);
    let settings = settings(app, school)?;
    let source = Source { data: &app.host.data, key: &key, school, settings, now: now() };
    let (manifest, failed) = backup::back_up(&source, to)?;
    stores::audit(app, "backup", About::school(school))?;
    for (school, error) in &failed {
        print_error(error, &app.catalogue);
        let left = Message::new("backup-left-out").with("school", school);
        eprintln!("{}", app.text(left));
    }
    if app.output.json {
        let failed = failed.iter().map(|(school, _)| school).collect();
        app.output.print_json(&Made { file: to, manifest: &manifest, failed })?;
    } else {
        print_made(app, to, &manifest)?;
    }
    Ok(u8::from(!failed.is_empty()))
}

fn print_made(app: &App, to: &Path, manifest: &Manifest) -> Result<()> {
    let made = Message::new("backup-made")
        .with("file", to.display())
        .with("schools", manifest.schools().len())
        .with("size", size(manifest.bytes()));
    app.output.line(app.text(made))?;
    let key = match &app.host.key {
        KeySource::File(path) => Message::new("backup-key-file").with("file", path.display()),
        KeySource::Env(name) => Message::new("backup-key-elsewhere").with("where", name),
        KeySource::Command(command) => Message::new("backup-key-elsewhere").with("where", command.join(" ")),
    };
    app.output.line(app.text(key))
}

/// Settings hold no secrets and are of use on a new machine: they go along.
fn settings(app: &App, school: Option<&SchoolId>) -> Result<Vec<(String, PathBuf)>> {
    let lock = app.host.connectors.join("connectors.lock");
    let shared = [("exchange.toml".to_owned(), app.file.clone()), ("connectors.lock".to_owned(), lock)];
    let schools = crate::config::school_files(&app.host)?;
    let schools = schools.into_iter().filter(|(id, _)| school.is_none_or(|school| school == id));
    let schools = schools.map(|(id, file)| (format!("schools/{id}.toml"), file));
    Ok(shared.into_iter().chain(schools).filter(|(_, file)| file.is_file()).collect())
}

/// Restores, or ends being restored. Exit code 4 without `--yes`: what would be replaced is shown.
pub(super) fn restore(app: &App, args: &args::Restore) -> Result<u8> {
    match (&args.end, &args.from) {
        (Some(school), _) => end(app, school),
        (None, Some(from)) => put_back(app, from, args),
        (None, None) => Err(Error::config("name the backup").hint("exchange restore BACKUP")),
    }
}

fn put_back(app: &App, from: &Path, args: &args::Restore) -> Result<u8> {
    has_key(app)?;
    let key = app.keys.ring()?;
    let school = args.school.as_ref().map(Place::school);
    if !args.yes {
        return preview(app, from, school);
    }
    let wish = Wish { data: &app.host.data, key: &key, from, school, now: now() };
    let back = backup::put_back(&wish)?;
    stores::audit(app, "restore", About::school(school).with(format!("made {}", instant(back.made))))?;
    if app.output.json {
        return app.output.print_json(&back).map(|()| 0);
    }
    let done =
        Message::new("restore-done").with("made", instant(back.made)).with("schools", back.schools.len());
    app.output.line(app.text(done))?;
    app.output.line(app.word("restore-next")).map(|()| 0)
}

/// A key that would be made now opens no backup.
fn has_key(app: &App) -> Result<()> {
    match &app.host.key {
        KeySource::File(path) if !path.exists() => {
            Err(Error::config(format!("the key file {} is missing", path.display()))
                .message(Message::new("restore-no-key").with("file", path.display())))
        }
        _ => Ok(()),
    }
}

fn preview(app: &App, from: &Path, school: Option<&SchoolId>) -> Result<u8> {
    let manifest = backup::manifest(from)?;
    if app.output.json {
        return app.output.print_json(&manifest).map(|()| 4);
    }
    let all = manifest.schools();
    let schools = school.map_or(all.len(), |_| 1);
    let what = Message::new("restore-would")
        .with("made", instant(manifest.made))
        .with("program", &manifest.program)
        .with("schools", schools);
    app.output.line(app.text(what))?;
    let names: Vec<String> =
        all.iter().filter(|id| school.is_none_or(|school| school == *id)).map(ToString::to_string).collect();
    app.output.line(format!("    {}", names.join(", ")))?;
    app.output.line(app.word("restore-how")).map(|()| 4)
}

/// The past is caught up with: what the ledger does not know of counts as not sent from now on.
fn end(app: &App, place: &Place) -> Result<u8> {
    let school = app.school(place.school())?;
    let store = app.store(&school)?;
    let open = store.decisions(None, true)?;
    let open = open.iter().filter(|decision| decision.ask.question == Question::Arrived).count();
    if open > 0 {
        return Err(Error::waits(format!("{open} questions are open"))
            .message(Message::new("restore-open").with("count", open))
            .hint(format!("exchange decide {}", school.id)));
    }
    match store.restored()? {
        None => {
            let not = Message::new("restore-not").with("school", &school.id);
            return app.output.line(app.text(not)).map(|()| 0);
        }
        // What was sent after the backup is known only when a run has looked.
        Some(Restored { records: Some(_), .. }) => {
            return Err(Error::waits(format!("nothing was sent for {} since it was restored", school.id))
                .message(Message::new("restore-early").with("school", &school.id))
                .hint(format!("exchange import {0} …; exchange run {0}/TASK", school.id)));
        }
        Some(_) => {}
    }
    let lane = stores::lane(&store, "restore")?;
    store.remember_restored(lane.fence(), None)?;
    stores::audit(app, "restore-end", &school.id)?;
    app.output.line(app.text(Message::new("restore-ended").with("school", &school.id))).map(|()| 0)
}

/// Bytes for people.
pub(super) fn size(bytes: u64) -> String {
    let units = [(1_u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / unit as f64),
        None => format!("{bytes} B"),
    }
}

fn instant(at: Millis) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    at.to_zoned(jiff::tz::TimeZone::system()).strftime("%d.%m.%Y %H:%M").to_string()
}
