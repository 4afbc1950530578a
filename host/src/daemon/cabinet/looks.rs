//! Looks at files that somebody handed in: what would come of them, until it is confirmed, given up, or too late.
//!
//! A session has one at a school. It is in memory, beside the files of its [`Upload`]: neither outlives the process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::upload::Upload;
use crate::daemon::import::Heard;
use crate::model::records::Date;
use crate::model::setup::SchoolConfig;
use crate::model::{Millis, SchoolId};
use crate::store::{ImportMode, ImportResult};

/// Looks of everybody at one time.
const MOST: usize = 100;

/// Whose look it is: a session's, at a school.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) login: String,
    pub(super) session: u64,
    pub(super) school: SchoolId,
}

/// A look as its person sees it.
#[derive(Clone, Debug)]
pub struct Look {
    /// Which: comes with whatever is answered to it.
    pub id: String,
    /// When it is given up by itself.
    pub until: Millis,
    /// The names of the files.
    pub files: Vec<String>,
    /// What is missing in them is dropped, or stays.
    pub mode: ImportMode,
    /// How far it has come.
    pub stage: Stage,
    /// What was in the way the last time.
    pub hindrance: Option<Hindrance>,
}

/// How far a look has come.
#[derive(Clone, Debug)]
pub enum Stage {
    /// The files could not be read yet.
    Unread,
    /// They are being read.
    Reading,
    /// This would come of them.
    Read(Arc<Told>),
    /// They are being stored.
    Storing(Arc<Told>),
    /// They are stored, and the files deleted.
    Stored(Arc<Told>),
}

/// What was in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// Somebody else works at the school.
    Busy,
    /// The school's records are others than when it was looked.
    Changed,
    /// Something failed, and nothing was stored.
    Fault,
}

/// What comes of files.
#[derive(Debug)]
pub struct Told {
    /// What reading them came to.
    pub heard: Heard,
    /// What becomes of the records; `None`: a file cannot be read, and nothing of any is stored.
    pub result: Option<ImportResult>,
    /// Of which records that was told.
    pub(super) revision: u64,
}

impl Told {
    /// Would too much be gone?
    pub fn is_held(&self) -> bool {
        self.result.as_ref().is_some_and(|result| result.held.is_some())
    }

    /// Would anything be other than it is?
    pub fn changes(&self) -> bool {
        let types = self.result.iter().flat_map(|result| &result.types);
        types.into_iter().any(|counts| counts.added + counts.changed + counts.dropped > 0)
    }
}

/// What it takes to read the files of a look once more.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) upload: Arc<Upload>,
    /// The school, as it was when the files came: they are stored as they were looked at.
    pub(super) school: Arc<SchoolConfig>,
    pub(super) mode: ImportMode,
    pub(super) today: Date,
}

struct Held {
    look: Look,
    /// Nothing once they are stored.
    job: Option<Job>,
}

/// The looks.
#[derive(Default)]
pub(super) struct Looks(Mutex<HashMap<Key, Held>>);

impl Looks {
    fn all(&self) -> MutexGuard<'_, HashMap<Key, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Is there room for one more?
    pub(super) fn has_room(&self, key: &Key) -> bool {
        let all = self.all();
        all.len() < MOST || all.contains_key(key)
    }

    /// A new look, in place of the one before.
    pub(super) fn begin(&self, key: Key, look: Look, job: Job) {
        let before = self.all().insert(key, Held { look, job: Some(job) });
        drop(before);
    }

    /// As its person sees it.
    pub(super) fn get(&self, key: &Key) -> Option<Look> {
        self.all().get(key).map(|held| held.look.clone())
    }

    /// Goes on with a look, from a stage that `next` knows to the one it answers; what it takes to do so.
    pub(super) fn go_on(
        &self,
        key: &Key,
        id: &str,
        next: impl FnOnce(&Stage) -> Option<Stage>,
    ) -> Option<Job> {
        let mut all = self.all();
        let held = all.get_mut(key).filter(|held| held.look.id == id)?;
        let job = held.job.clone()?;
        held.look.stage = next(&held.look.stage)?;
        held.look.hindrance = None;
        Some(job)
    }

    /// A look has come to this. Whoever gave it up meanwhile hears nothing.
    pub(super) fn put(&self, key: &Key, id: &str, stage: Stage, hindrance: Option<Hindrance>) {
        let mut all = self.all();
        let Some(held) = all.get_mut(key).filter(|held| held.look.id == id) else { return };
        let stored = matches!(stage, Stage::Stored(_));
        held.look = Look { stage, hindrance, ..held.look.clone() };
        let job = if stored { held.job.take() } else { None };
        drop(all);
        drop(job);
    }

    /// A look is given up, unless it is being stored.
    pub(super) fn give_up(&self, key: &Key, id: &str) {
        let mut all = self.all();
        let mine = all.get(key).is_some_and(|held| held.look.id == id && !held.is_storing());
        let given_up = if mine { all.remove(key) } else { None };
        drop(all);
        drop(given_up);
    }

    /// Gives up the looks of a session that is over.
    pub(super) fn end_session(&self, login: &str, session: u64) {
        self.keep(|key, _| key.login != login || key.session != session);
    }

    /// Gives up those for which it is too late.
    pub(super) fn expire(&self, now: Millis) {
        self.keep(|_, look| look.until > now);
    }

    /// What is being stored stays; files are deleted while nobody waits for the others.
    fn keep(&self, stays: impl Fn(&Key, &Look) -> bool) {
        let gone: Vec<Held> = {
            let mut all = self.all();
            all.extract_if(|key, held| !held.is_storing() && !stays(key, &held.look))
                .map(|(_, held)| held)
                .collect()
        };
        drop(gone);
    }
}

impl Held {
    fn is_storing(&self) -> bool {
        matches!(self.look.stage, Stage::Storing(_))
    }
}

impl std::fmt::Debug for Looks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Looks({})", self.all().len())
    }
}
