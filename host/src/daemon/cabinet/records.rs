//! A school's records, brought in by somebody in a browser: first a look at what would come of the files, then one
//! confirmation that stores exactly what was looked at.
//!
//! Work goes on when its browser is gone, and is done once however often it is asked for.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::looks::{Hindrance, Job, Key, Look, Stage, Told};
use super::upload::Upload;
use super::{Cabinet, Person, School, secret};
use crate::daemon::import::{self, Imported, Order};
use crate::error::{Error, Result};
use crate::model::SchoolId;
use crate::records::Input;
use crate::store::{ImportMode, LANE_BUSY, LaneStore, RecordStore, SchoolDb};

/// How long somebody waits for a page while files are read; then the page says that they are.
const PATIENCE: Duration = Duration::from_secs(20);

/// What became of an answer to a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replied {
    /// What there is to see is at the look.
    On,
    /// Too much would be gone, and nobody said that it is meant.
    Unmeant,
    /// There is no such look, or there is none any more.
    Gone,
}

/// What a person wants with a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Look once more.
    Again,
    /// Store it; `meant`: even where much would be gone.
    Store {
        /// A person said so.
        meant: bool,
    },
    /// Give it up.
    GiveUp,
}

impl Cabinet {
    /// Room for files that somebody hands in; nothing where there is none left.
    pub fn upload(&self, person: &Person, school: &School) -> Result<Option<Upload>> {
        if !self.looks.has_room(&key(person, &school.config.id)) {
            return Ok(None);
        }
        self.uploads.begin().map(Some)
    }

    /// What somebody looks at, at a school.
    pub fn look(&self, person: &Person, school: &SchoolId) -> Option<Look> {
        self.looks.expire(self.now());
        self.looks.get(&key(person, school))
    }

    /// Looks at files: nothing is changed.
    pub async fn look_at(
        self: &Arc<Self>,
        person: &Person,
        school: &School,
        upload: Upload,
        mode: ImportMode,
    ) -> Result<()> {
        let key = key(person, &school.config.id);
        let kept = i64::try_from(self.web.upload_kept_ms).unwrap_or(i64::MAX);
        let (id, until) = (secret()?, self.now().saturating_add(kept));
        let look = Look {
            id: id.clone(),
            until,
            files: upload.names(),
            mode,
            stage: Stage::Reading,
            hindrance: None,
        };
        let (upload, today) = (Arc::new(upload), import::today(&school.config));
        let job = Job { upload, school: Arc::clone(&school.config), mode, today };
        self.looks.begin(key.clone(), look, job.clone());
        self.wait_for(self.read(school, key, id, job)).await
    }

    /// What somebody answers to a look.
    pub async fn answer(
        self: &Arc<Self>,
        person: &Person,
        school: &School,
        id: &str,
        answer: Answer,
    ) -> Result<Replied> {
        let (key, id) = (key(person, &school.config.id), id.to_owned());
        let Some(look) = self.look(person, &school.config.id).filter(|look| look.id == id) else {
            return Ok(Replied::Gone);
        };
        match (answer, &look.stage) {
            (Answer::GiveUp, _) => self.looks.give_up(&key, &id),
            (Answer::Store { meant: false }, Stage::Read(told)) if told.is_held() => {
                return Ok(Replied::Unmeant);
            }
            (Answer::Store { .. }, _) => {
                let job = self.looks.go_on(&key, &id, storing);
                if let Some(job) = job {
                    self.wait_for(self.store(person, school, key, id, job)).await?;
                }
            }
            (Answer::Again, _) => {
                let unread = |stage: &Stage| matches!(stage, Stage::Unread).then_some(Stage::Reading);
                if let Some(job) = self.looks.go_on(&key, &id, unread) {
                    self.wait_for(self.read(school, key, id, job)).await?;
                }
            }
        }
        Ok(Replied::On)
    }

    /// Waits for work that goes on by itself, for a while.
    async fn wait_for(&self, work: JoinHandle<()>) -> Result<()> {
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(Err(broken)) => Err(Error::internal("reading files broke off").because(broken)),
            Ok(Ok(())) | Err(_) => Ok(()),
        }
    }

    /// Reads the files of a look, and tells what would come of them.
    fn read(self: &Arc<Self>, school: &School, key: Key, id: String, job: Job) -> JoinHandle<()> {
        let (cabinet, school) = (Arc::clone(self), school.clone());
        tokio::spawn(async move {
            let (stage, hindrance) = cabinet.looked(&school, job).await;
            cabinet.looks.put(&key, &id, stage, hindrance);
        })
    }

    async fn looked(&self, school: &School, job: Job) -> (Stage, Option<Hindrance>) {
        let now = self.now();
        let told = self.with_files(school, move |store| {
            let lane = store.take_lane("import", now)?;
            let imported = import::import(store, &job.order(true, false), lane.fence(), now, |_| ())?;
            told(store, imported)
        });
        match told.await {
            Ok(told) => (Stage::Read(Arc::new(told)), None),
            Err(error) => (Stage::Unread, Some(in_the_way(&error))),
        }
    }

    /// Stores what was looked at; where the records are others by now, looks once more.
    fn store(
        self: &Arc<Self>,
        person: &Person,
        school: &School,
        key: Key,
        id: String,
        job: Job,
    ) -> JoinHandle<()> {
        let (cabinet, school, person) = (Arc::clone(self), school.clone(), person.clone());
        tokio::spawn(async move {
            let Some(Stage::Storing(looked)) = cabinet.looks.get(&key).map(|look| look.stage) else { return };
            let (stage, hindrance) = match cabinet.stored(person, &school, job.clone(), &looked).await {
                Ok(Some(told)) => (Stage::Stored(Arc::new(told)), None),
                Ok(None) => {
                    let (stage, hindrance) = cabinet.looked(&school, job).await;
                    (stage, hindrance.or(Some(Hindrance::Changed)))
                }
                Err(error) => (Stage::Read(looked), Some(in_the_way(&error))),
            };
            cabinet.looks.put(&key, &id, stage, hindrance);
        })
    }

    /// Nothing where the records are no longer those that were looked at.
    async fn stored(
        self: &Arc<Self>,
        person: Person,
        school: &School,
        job: Job,
        looked: &Arc<Told>,
    ) -> Result<Option<Told>> {
        let (now, cabinet, looked) = (self.now(), Arc::clone(self), Arc::clone(looked));
        self.with_files(school, move |store| {
            let lane = store.take_lane("import", now)?;
            if store.revision()? != looked.revision {
                return Ok(None);
            }
            // Whoever confirms has seen how much is gone.
            let order = job.order(false, looked.is_held());
            let imported = import::import(store, &order, lane.fence(), now, |_| ())?;
            let (same, changed) = (imported.same, imported.changed());
            let told = told(store, imported)?;
            if !same && told.result.is_some() {
                let about = format!("{changed} records changed");
                // They are stored, whatever becomes of the audit: to say otherwise would be untrue.
                if let Err(error) = cabinet.note(&person, "import", &job.school.id, None, &about) {
                    tracing::error!(?error, school = %job.school.id, "an import is missing in the audit");
                }
            }
            Ok(Some(told))
        })
        .await
    }

    /// Works with files and the school's store; a few at a time do.
    async fn with_files<T: Send + 'static>(
        &self,
        school: &School,
        work: impl FnOnce(&SchoolDb) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = self.reading.acquire().await;
        let _turn = turn.map_err(|closed| Error::internal("nobody reads files any more").because(closed))?;
        school.read(move |_, store| work(store)).await
    }
}

fn key(person: &Person, school: &SchoolId) -> Key {
    Key { login: person.account.login.clone(), session: person.session.number, school: school.clone() }
}

/// From a look that can be stored to storing it.
fn storing(stage: &Stage) -> Option<Stage> {
    match stage {
        Stage::Read(told) if told.result.is_some() => Some(Stage::Storing(Arc::clone(told))),
        _ => None,
    }
}

/// What an import came to. A file that cannot be read is no fault of ours, and told with the others'.
fn told(store: &SchoolDb, imported: Imported) -> Result<Told> {
    let Imported { heard, result, .. } = imported;
    let result = match result {
        Ok(result) => Some(result),
        Err(error) if error.is(import::STOPPED) => None,
        Err(error) => return Err(error),
    };
    Ok(Told { heard, result, revision: store.revision()? })
}

fn in_the_way(error: &Error) -> Hindrance {
    if error.is(LANE_BUSY) {
        return Hindrance::Busy;
    }
    tracing::error!(?error, "files that somebody handed in cannot be read or stored");
    Hindrance::Fault
}

impl Job {
    /// Each file with the profile that bears its name.
    fn inputs(&self) -> Vec<Input> {
        self.upload.files().iter().map(|file| Input::new(file.clone(), &self.school.import)).collect()
    }

    fn order(&self, preview: bool, force: bool) -> Order<'_> {
        let (inputs, mode, today) = (self.inputs(), self.mode, self.today);
        Order { school: &self.school, inputs, mode, force, preview, today }
    }
}
