//! Settings that people change while the server runs: where they come from, and how they take effect.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Server;
use crate::daemon::host::{Host, Package};
use crate::error::Result;
use crate::model::setup::SchoolConfig;
use crate::model::{SchoolId, TaskRef};

/// The settings behind the server, which people change while it runs.
pub trait Settings {
    /// What is other than when it was last asked; everything the first time, and when `all` is asked for.
    fn changes(&mut self, all: bool) -> Changes;

    /// A connector, in the version that may run for this task.
    fn package(&mut self, task: &TaskRef, connector: &str) -> Result<Arc<Package>>;
}

/// Settings that have changed.
#[derive(Debug)]
pub struct Changes {
    /// `exchange.toml`, where it was read anew: the host to run tasks with from now on.
    pub host: Option<(PathBuf, Result<Arc<Host>>)>,
    /// Could the folder of schools be read?
    pub folder: (PathBuf, Result<()>),
    /// Schools' files that were read anew.
    pub schools: Vec<SchoolFile>,
    /// The schools that there are; `None`: unknown.
    pub there: Option<BTreeSet<SchoolId>>,
}

/// A school's file that was read anew.
#[derive(Debug)]
pub struct SchoolFile {
    /// The file.
    pub file: PathBuf,
    /// What it says.
    pub read: Result<SchoolConfig>,
}

impl<S: Settings> Server<S> {
    /// Takes over settings that have changed. Of what cannot be used the last good one holds.
    pub(super) fn read(&mut self, all: bool) {
        let Changes { host, folder, schools, there } = self.settings.changes(all);
        if let Some((file, host)) = host {
            let read = host.map(|host| {
                self.next_host = Some(host).filter(|host| !Arc::ptr_eq(host, &self.host));
            });
            self.tell_read(file, &read);
        }
        for SchoolFile { file, read } in schools {
            let now = self.clock.now();
            let read = read.and_then(|school| {
                let school = Arc::new(school);
                self.planner.set(Arc::clone(&school), now)?;
                self.telling.look_at(school);
                Ok(())
            });
            self.tell_read(file, &read);
        }
        self.tell_read(folder.0.clone(), &folder.1);
        if let Some(there) = there {
            self.remove_others(&folder.0, &there);
        }
    }

    /// Schools whose files are gone are forgotten, and so are the faults of files that are gone. Where no file at all is
    /// there, the folder may be what is missing (a disk that is not mounted): nothing begins, and nothing is forgotten.
    fn remove_others(&mut self, folder: &Path, there: &BTreeSet<SchoolId>) {
        for school in self.planner.schools().into_iter().filter(|school| !there.contains(school)) {
            if there.is_empty() {
                self.planner.set_aside(&school);
            } else {
                tracing::info!(%school, "the school is there no more");
                self.planner.remove(&school);
            }
        }
        let mut state = self.board.state();
        state.broken.retain(|file, _| file.parent() != Some(folder) || file.exists());
    }

    fn tell_read(&self, file: PathBuf, read: &Result<()>) {
        let news = self.board.file(&file, read, self.clock.now());
        let file = file.display();
        match read {
            Err(error) if news => {
                tracing::error!(%file, ?error, "not usable: what was last read without fault holds")
            }
            Ok(()) if news => tracing::info!(%file, "usable again"),
            _ => {}
        }
    }
}
