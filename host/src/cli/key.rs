//! `exchange key …`: another key in place of the one that seals what is secret at rest.
//!
//! While it is replaced both keys open; the old one is put away only when nothing under it is left anywhere. So
//! whatever ends the command, everything goes on with the keys that are there, and the same command finishes it.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::app::{App, now};
use super::output::Tone;
use super::stores;
use crate::error::{Error, Result};
use crate::model::setup::KeySource;
use crate::model::{Message, SchoolId};
use crate::store::{
    AuditStore, HostDb, InUse, KeyRing, LaneStore, MasterKey, SchoolDb, SchoolOptions, SealedCounts, backup,
};

/// Puts everything under a new key.
pub(super) fn rotate(app: &App, destroy: bool) -> Result<u8> {
    let _alone = InUse::alone(&app.host.data)?;
    let ring = app.keys.begin_change()?;
    let old =
        ring.others.first().cloned().ok_or_else(|| Error::internal("a change of keys without an old one"))?;
    if old.id() == ring.current.id() {
        return Err(Error::config("the new key is the old one").message(Message::new("key-same")));
    }
    let host = HostDb::open(&app.host.data, &ring.current)?.opening_also(&ring.others);
    let about = format!("{} to {}", old.id(), ring.current.id());
    host.audit(&stores::entry(app, "key-rotate-begin", &about))?;
    let changed = everything_anew(app, &host, &ring)?;
    let kept = app.keys.finish_change(&old, destroy)?;
    host.audit(&stores::entry(app, "key-rotate", &about))?;
    tell_rotated(app, changed, kept.map(|path| path.display().to_string()), &ring.current)
}

/// Puts host and schools under the current key; fails when anything is left under another.
fn everything_anew(app: &App, host: &HostDb, ring: &KeyRing) -> Result<u64> {
    let mut changed = host.seal_anew()?;
    let mut left = under(&ring.others, |key| host.sealed_under(key))?;
    for school in backup::schools_in(&app.host.data)? {
        let store = open(app, &school, ring)?;
        let lane = store.take_lane("key rotate", now())?;
        changed += store.seal_anew(lane.fence())?;
        left += under(&ring.others, |key| store.sealed_under(key))?;
    }
    if left > 0 {
        return Err(Error::internal(format!("{left} values are still under the old key, which is kept")));
    }
    Ok(changed)
}

fn under(keys: &[MasterKey], count: impl Fn(&MasterKey) -> Result<u64>) -> Result<u64> {
    keys.iter().map(count).sum()
}

fn open(app: &App, school: &SchoolId, ring: &KeyRing) -> Result<SchoolDb> {
    let options = SchoolOptions { key: ring.current.clone(), time_zone: TimeZone::UTC };
    Ok(SchoolDb::open(&app.host.data, school, options)?.opening_also(&ring.others))
}

#[derive(Serialize)]
struct Rotated {
    key: String,
    changed: u64,
    old_key: Option<String>,
}

fn tell_rotated(app: &App, changed: u64, old_key: Option<String>, key: &MasterKey) -> Result<u8> {
    let out = app.output;
    if out.json {
        return out.print_json(&Rotated { key: key.id(), changed, old_key }).map(|()| 0);
    }
    out.line(app.text(Message::new("key-rotated").with("n", changed).with("key", key.id())))?;
    if let Some(file) = old_key {
        out.line(app.text(Message::new("key-kept").with("file", file)))?;
    }
    if app.host.previous_key.is_some() {
        out.line(app.word("key-remove-previous"))?;
    }
    Ok(0)
}

#[derive(Serialize)]
struct Status {
    source: String,
    key: String,
    /// A replacement was begun and not finished.
    unfinished: bool,
    sealed: SealedCounts,
    /// Old keys beside the key's file.
    old_keys: Vec<String>,
}

/// Tells which key seals, opens every value, and says what is left to do: exit code 4 when a replacement is to be
/// finished, 1 when something does not open.
pub(super) fn status(app: &App) -> Result<u8> {
    let ring = app.keys.ring()?;
    let host: Arc<HostDb> = app.process()?.store()?;
    let mut sealed = host.sealed()?;
    for school in backup::schools_in(&app.host.data)? {
        sealed += open(app, &school, &ring)?.sealed()?;
    }
    let old_keys = app.keys.kept().iter().map(|path| path.display().to_string()).collect();
    let (key, unfinished) = (ring.current.id(), app.keys.unfinished());
    let status = Status { source: source(app.keys.source()), key, unfinished, sealed, old_keys };
    let code = if sealed.unreadable > 0 {
        1
    } else if unfinished {
        4
    } else {
        0
    };
    if app.output.json {
        app.output.print_json(&status)?
    } else {
        show(app, &status)?
    }
    Ok(code)
}

fn show(app: &App, status: &Status) -> Result<()> {
    let out = app.output;
    let of = Message::new("key-of").with("key", &status.key).with("source", &status.source);
    out.line(app.text(of))?;
    out.line(app.text(Message::new("key-sealed").with("n", status.sealed.current)))?;
    if status.sealed.unreadable > 0 {
        let text = app.text(Message::new("key-unreadable").with("n", status.sealed.unreadable));
        out.line(out.tone(Tone::Bad, &text))?;
    }
    if status.unfinished {
        let text = app.text(Message::new("key-unfinished").with("n", status.sealed.earlier));
        out.line(out.tone(Tone::Warn, &text))?;
    }
    status.old_keys.iter().try_for_each(|file| out.line(app.text(Message::new("key-old").with("file", file))))
}

fn source(source: &KeySource) -> String {
    match source {
        KeySource::File(path) => path.display().to_string(),
        KeySource::Env(name) => format!("${name}"),
        KeySource::Command(words) => words.first().cloned().unwrap_or_default(),
    }
}
