//! `exchange serve`: the files behind the server, looked at again while it runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tracing_subscriber::filter::LevelFilter;

use super::app::{App, settings_error};
use super::args::Global;
use super::connectors;
use super::log::Log;
use crate::config;
use crate::daemon::host::{Host, Package};
use crate::daemon::serve::{Changes, Face, SchoolFile, Server, Settings, Signals, Supervisor};
use crate::error::{Error, Result};
use crate::model::setup::HostConfig;
use crate::model::{SchoolId, TaskRef};
use crate::reconcile::SystemClock;

/// Serves until it is asked to stop.
pub(super) async fn serve(app: App, global: Global, face: Face) -> Result<u8> {
    let log = Log::of(&app);
    log.telling(Some(LevelFilter::INFO), serving(app, global.config, face)).await
}

async fn serving(app: App, file: PathBuf, face: Face) -> Result<u8> {
    let mut signals = Signals::listen()?;
    let host = app.process()?;
    let files = Files { app, file, seen: Seen::default() };
    let server =
        Server::start(files, host, Arc::new(SystemClock), Supervisor::of_environment(), Some(face)).await?;
    server.serve(&mut signals).await;
    Ok(0)
}

/// The files that the server lives by.
struct Files {
    app: App,
    /// `exchange.toml`.
    file: PathBuf,
    seen: Seen,
}

impl Settings for Files {
    fn changes(&mut self, all: bool) -> Changes {
        let seen = Seen::look(&self.file, &self.app.host);
        let before = std::mem::replace(&mut self.seen, seen);
        let host = (all || before.host != self.seen.host).then(|| self.host());
        let usable = host.as_ref().is_some_and(Result::is_ok);
        let connectors = before.connectors != self.seen.connectors;
        if connectors && !usable {
            self.app = self.app.renewed(self.app.host.clone());
        }
        let schools = self.schools(&before, all || usable || connectors);
        Changes { host: host.map(|host| (self.file.clone(), host)), ..schools }
    }

    fn package(&mut self, task: &TaskRef, connector: &str) -> Result<Arc<Package>> {
        connectors::runnable(&self.app, task, connector)
    }
}

impl Files {
    /// Reads `exchange.toml`. What does not take effect without a restart is refused as a whole.
    fn host(&mut self) -> Result<Arc<Host>> {
        let read = config::load_host(&self.file).map_err(|errors| settings_error(&errors, false))?;
        let now = &self.app.host;
        let fixed = |host: &HostConfig| {
            let keys = (host.key.clone(), host.previous_key.clone());
            (host.data.clone(), keys, host.serve.clone(), host.web.clone(), host.telemetry.clone())
        };
        if fixed(&read) != fixed(now) {
            return Err(Error::config(
                "`data`, `[key]`, `[serve]`, `[web]` and `[telemetry]` take effect with a restart only",
            )
            .hint("restart the server, or take these changes back"));
        }
        let same = read == *now;
        self.app = if same { self.app.renewed(read) } else { self.app.other(read) };
        // The folders may be others now.
        self.seen = Seen::look(&self.file, &self.app.host);
        self.app.process()
    }

    /// Reads the schools' files that are other than `before`, or all.
    fn schools(&self, before: &Seen, all: bool) -> Changes {
        let folder = self.app.host.schools.clone();
        let files = match config::school_files(&self.app.host) {
            Ok(files) => files,
            Err(error) => {
                return Changes {
                    host: None,
                    folder: (folder, Err(error)),
                    schools: Vec::new(),
                    there: None,
                };
            }
        };
        let changed = |id: &SchoolId| all || before.schools.get(id) != self.seen.schools.get(id);
        let read = files.iter().filter(|(id, _)| changed(id));
        let read = read.map(|(id, file)| SchoolFile { file: file.clone(), read: self.app.school(id) });
        let schools = read.collect();
        let there = Some(files.into_iter().map(|(id, _)| id).collect());
        Changes { host: None, folder: (folder, Ok(())), schools, there }
    }
}

/// What tells one content of a file from another without reading it: when it was changed, and its length.
type Stamp = Option<(SystemTime, u64)>;

/// The files as they were last looked at: before they were read, so that a change in between is seen the next time.
#[derive(Default)]
struct Seen {
    host: Stamp,
    connectors: BTreeMap<PathBuf, Stamp>,
    schools: BTreeMap<SchoolId, Stamp>,
}

impl Seen {
    fn look(file: &Path, host: &HostConfig) -> Self {
        let schools = config::school_files(host).unwrap_or_default();
        Self {
            host: stamp(file),
            connectors: stamps(&host.connectors),
            schools: schools.into_iter().map(|(id, file)| (id, stamp(&file))).collect(),
        }
    }
}

/// Of all files of a folder; a folder that cannot be read has none, and who needs it says so.
fn stamps(folder: &Path) -> BTreeMap<PathBuf, Stamp> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).map(|path| (path.clone(), stamp(&path))).collect()
}

fn stamp(file: &Path) -> Stamp {
    let about = std::fs::metadata(file).ok()?;
    Some((about.modified().ok()?, about.len()))
}
