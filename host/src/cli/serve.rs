//! `exchange serve`: the files behind the server, looked at again while it runs, and its log.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::app::{App, settings_error};
use super::args::Global;
use super::connectors;
use crate::config;
use crate::daemon::host::{Host, Package};
use crate::daemon::serve::{Changes, SchoolFile, Server, Settings, Signals, Supervisor};
use crate::error::{Error, Result};
use crate::model::setup::HostConfig;
use crate::model::{SchoolId, TaskRef};
use crate::reconcile::SystemClock;

/// How much of its own doings the program tells: `error`, `warn`, `info`, `debug`, `trace`.
const LOG_LEVEL: &str = "EXCHANGE_LOG";

/// Serves until it is asked to stop.
pub(super) async fn serve(app: App, global: Global) -> Result<u8> {
    log(app.output.json)?;
    let mut signals = Signals::listen()?;
    let host = app.process()?;
    let files = Files { app, file: global.config, seen: Seen::default() };
    let server = Server::start(files, host, Arc::new(SystemClock), Supervisor::of_environment()).await?;
    server.serve(&mut signals).await;
    Ok(0)
}

/// Lines on standard error. Of the libraries beneath only warnings: they know nothing of personal data.
fn log(json: bool) -> Result<()> {
    let level = match std::env::var(LOG_LEVEL) {
        Ok(level) => level.parse::<LevelFilter>().map_err(|cause| {
            Error::config(format!("{LOG_LEVEL} knows no `{level}`"))
                .because(cause)
                .hint("known: `error`, `warn`, `info`, `debug`, `trace`")
        })?,
        Err(_) => LevelFilter::INFO,
    };
    let filter = Targets::new().with_default(LevelFilter::WARN).with_target("exchange", level);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let log = tracing_subscriber::registry().with(filter);
    let set = if json { log.with(lines.json()).try_init() } else { log.with(lines).try_init() };
    set.map_err(|error| Error::internal("the log is set up twice").because(error))
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
        if (&read.data, &read.key, &read.previous_key, &read.serve)
            != (&now.data, &now.key, &now.previous_key, &now.serve)
        {
            return Err(Error::config("`data`, `[key]` and `[serve]` take effect with a restart only")
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
