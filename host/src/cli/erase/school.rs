//! `exchange erase SCHOOL`.

use std::sync::Arc;

use super::act::{Act, Subject};
use super::{act_file, begin, confirm, reason, show, write_act};
use crate::cli::app::App;
use crate::cli::args::Erase;
use crate::cli::stores::{self, About};
use crate::error::{Context, Error, Kind, Result};
use crate::model::setup::SchoolConfig;
use crate::model::{Message, SchoolId};
use crate::store::{
    AuditStore, EraseStore, HostDb, HostEraseStore, Lane, SchoolDb, destroy_school_files, school_files,
};

/// Erases all data of a school. Its settings file need not be there any more.
pub(super) fn erase(app: &App, school: &SchoolId, args: &Erase) -> Result<u8> {
    let host = app.process()?.store()?;
    let files = school_files(&app.host.data, school)?;
    let settings = app.host.schools.join(format!("{school}.toml"));
    if files.is_empty() && host.forget_school(school, true)?.is_empty() {
        return Err(Error::config("there is nothing of this school")
            .message(
                Message::new("erase-nothing").with("school", school).with("data", app.host.data.display()),
            )
            .hint(settings.display().to_string()));
    }
    let store = there(app, school)?;
    let lane = store.as_ref().map(|store| stores::lane(store, "erase")).transpose()?;
    let why = if args.dry_run { args.reason.as_deref().unwrap_or_default() } else { reason(args)? };
    let mut act = begin(app, school, Subject::School { id: school.to_string() }, why);
    tell(app, &mut act, &host, store.as_deref(), files.len() as u64)?;
    if settings.exists() && !args.with_settings {
        act.remains(app, "settings", None);
    }
    show(app, &act, args.dry_run)?;
    if args.dry_run {
        return Ok(0);
    }
    confirm(app, args, school.as_str())?;
    destroy(app, school, &host, store, lane)?;
    if args.with_settings && settings.exists() {
        std::fs::remove_file(&settings)
            .context(Kind::Failed, format!("cannot remove {}", settings.display()))?;
    }
    host.audit(&stores::entry(app, "erase", About::from(school).with("school")))?;
    write_act(app, &host, &mut act, &act_file(args, school.as_str()))?;
    if !app.output.json {
        app.output.line(app.text(Message::new("erase-school-done").with("school", school)))?;
    }
    Ok(0)
}

/// The school's store, if there is one: nothing is made for a school that is to go.
fn there(app: &App, school: &SchoolId) -> Result<Option<Arc<SchoolDb>>> {
    if !app.host.data.join("schools").join(format!("{school}.db")).exists() {
        return Ok(None);
    }
    let config = SchoolConfig { id: school.clone(), time_zone: "UTC".to_owned(), ..SchoolConfig::default() };
    app.store(&config).map(Some)
}

/// Counts what goes, and says what stays.
fn tell(app: &App, act: &mut Act, host: &HostDb, store: Option<&SchoolDb>, files: u64) -> Result<()> {
    let mut there = 0;
    if let Some(store) = store {
        let (kept, remote) = store.kept()?;
        act.erased.extend(kept);
        there = remote.values().sum();
        act.erased.extend(remote.into_iter().map(|(what, n)| (format!("remote/{what}"), n)));
    }
    let shared = host.forget_school(&act.school, true)?;
    act.erased.extend(shared.into_iter().map(|(table, n)| (format!("host/{table}"), n)));
    act.erased.insert("files".to_owned(), files);
    act.remains(app, "remote", Some(there));
    act.remains(app, "backups", None);
    act.remains(app, "source-files", None);
    act.remains(app, "audit-school", None);
    Ok(())
}

/// What schools share goes first, the files last: killed in between, the same command goes on.
fn destroy(
    app: &App,
    school: &SchoolId,
    host: &HostDb,
    store: Option<Arc<SchoolDb>>,
    lane: Option<Lane>,
) -> Result<()> {
    host.audit(&stores::entry(app, "erase-begin", About::from(school).with("school")))?;
    host.forget_school(school, false)?;
    host.overwrite_forgotten()?;
    let store = store.map(|store| {
        Arc::try_unwrap(store)
            .map_err(|_| Error::internal("somebody else in this process has the school open"))
    });
    destroy_school_files(&app.host.data, school, store.transpose()?, lane).map(drop)
}
