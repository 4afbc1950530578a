//! The cabinet: people with accounts, who sign in in a browser.
//!
//! Here is decided who somebody is and what that person may see; faces show it and know nothing of passwords, codes and
//! how long a session lasts. What people type wrongly is counted in memory; all else is in the host's file.

mod acts;
mod evening;
mod invitation;
mod looks;
mod password;
mod pauses;
mod people;
mod records;
mod school;
mod settings;
mod sign_in;
mod totp;
mod upload;
mod waits;
mod wishes;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

pub use self::acts::{Actor, Unbound, Wish};
pub use self::invitation::{Codes, Stage, Unset, invite, reset};
use self::looks::Looks;
pub use self::looks::{Hindrance, Look, Stage as LookStage, Told};
pub use self::password::{LONGEST, SHORTEST, Weak};
use self::pauses::Pauses;
pub use self::people::{ClassLine, Listed, PersonLine, Sought};
pub use self::records::{Answer, Replied};
pub use self::school::{School, TaskLine};
pub use self::settings::{Change, Draft, Fault, Judged, SecretLine, Unsaved};
pub use self::sign_in::{Browser, NotIn, Typed};
use self::upload::Uploads;
pub use self::upload::{ALL_BYTES, FILE_BYTES, FILES, Stopped, Upload};
pub use self::waits::Waits;
use self::wishes::Trials;
pub use self::wishes::Tried;
use super::asks::Asks;
pub use super::asks::Busy;
use super::check::Checked;
use super::errands::Errands;
use super::preview::Preview;
use super::runtime;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::web::Web;
use crate::model::{Millis, SchoolId, TaskId, hex};
use crate::reconcile::Clock;
use crate::store::{AuditEntry, AuditStore, HostDb, SessionRow, UserStore};

/// Passwords that are hashed at once: each takes 19 MiB and a processor.
const HASHED_AT_ONCE: usize = 4;

/// Uploads that are read at once: a workbook is held whole.
const READ_AT_ONCE: usize = 2;

/// How often it is looked for uploads that nobody confirms any more.
const TIDY: Duration = Duration::from_secs(1);

/// The cabinet.
pub struct Cabinet {
    web: Web,
    asks: Asks,
    data: PathBuf,
    store: Arc<HostDb>,
    clock: Arc<dyn Clock>,
    pauses: Mutex<Pauses>,
    hashing: Semaphore,
    /// What a password is compared with when there is no such account.
    decoy: String,
    checks: Errands<Checked>,
    plans: Errands<Preview>,
    /// One change of a school's file at a time.
    files: Arc<Mutex<()>>,
    uploads: Uploads,
    looks: Looks,
    reading: Semaphore,
    trials: Mutex<Trials>,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who, and so what they may see.
    pub account: Account,
    /// In which browser.
    pub session: SessionRow,
    /// Has to come with whatever they send: another site cannot know it.
    pub step: String,
}

impl Cabinet {
    /// The cabinet over the host's file.
    pub(super) fn open(
        web: Web,
        asks: Asks,
        data: &Path,
        store: Arc<HostDb>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>> {
        let (pauses, hashing) = (Mutex::default(), Semaphore::new(HASHED_AT_ONCE));
        let decoy = password::hash(&secret()?)?;
        let (checks, plans) = (Errands::new(Arc::clone(&clock)), Errands::new(Arc::clone(&clock)));
        let (uploads, looks, reading) =
            (Uploads::open(data)?, Looks::default(), Semaphore::new(READ_AT_ONCE));
        let (files, trials) = (Arc::default(), Mutex::default());
        let cabinet = Self {
            web,
            asks,
            data: data.to_owned(),
            store,
            clock,
            pauses,
            hashing,
            decoy,
            checks,
            plans,
            files,
            uploads,
            looks,
            reading,
            trials,
        };
        let cabinet = Arc::new(cabinet);
        runtime::every(TIDY, Arc::downgrade(&cabinet), |cabinet| cabinet.looks.expire(cabinet.now()));
        Ok(cabinet)
    }

    /// As `exchange.toml` has it.
    pub fn web(&self) -> &Web {
        &self.web
    }

    /// Now, on the wall.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    fn steady(&self) -> Millis {
        self.clock.steady().ms
    }

    fn idle(&self) -> Millis {
        Millis::try_from(self.web.session_idle_ms).unwrap_or(Millis::MAX)
    }

    fn pauses(&self) -> MutexGuard<'_, Pauses> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who holds this token; nobody when the session is over.
    pub fn who(&self, token: &str) -> Result<Option<Person>> {
        let found = self.store.session(token, self.now(), self.idle())?;
        Ok(found.map(|(account, session)| Person { account, session, step: step_of(token) }))
    }

    /// The browsers in which somebody is signed in, the latest first.
    pub fn sessions(&self, person: &Person) -> Result<Vec<SessionRow>> {
        self.store.sessions(&person.account.login, self.now(), self.idle())
    }

    /// Somebody signs out.
    pub fn leave(&self, person: &Person) -> Result<()> {
        self.store.end_sessions(&person.account.login, Some(person.session.number))?;
        self.looks.end_session(&person.account.login, person.session.number);
        self.audit("sign-out", &person.account, "")
    }

    /// A browser signs in anew: the session that it had before is over.
    pub fn replace(&self, before: &str) -> Result<()> {
        let Some(person) = self.who(before)? else { return Ok(()) };
        self.store.end_sessions(&person.account.login, Some(person.session.number)).map(drop)
    }

    /// Somebody ends one of their own sessions; what is not theirs stays.
    pub fn revoke(&self, person: &Person, session: u64) -> Result<()> {
        self.looks.end_session(&person.account.login, session);
        match self.store.end_sessions(&person.account.login, Some(session))? {
            0 => Ok(()),
            _ => self.audit("session-revoke", &person.account, ""),
        }
    }

    /// What somebody did at a school goes into the audit, under their login.
    pub fn note(
        &self,
        person: &Person,
        what: &str,
        school: &SchoolId,
        task: Option<&TaskId>,
        about: &str,
    ) -> Result<()> {
        let entry = AuditEntry {
            at: self.now(),
            who: person.account.login.clone(),
            what: what.to_owned(),
            school: Some(school.clone()),
            task: task.cloned(),
            about: about.to_owned(),
            ..AuditEntry::default()
        };
        self.store.audit(&entry).map(drop)
    }

    /// What somebody did goes into the audit, under their login.
    fn audit(&self, what: &str, account: &Account, about: &str) -> Result<()> {
        let entry = AuditEntry {
            at: self.now(),
            who: account.login.clone(),
            what: what.to_owned(),
            school: account.school.clone(),
            about: about.to_owned(),
            ..AuditEntry::default()
        };
        self.store.audit(&entry).map(drop)
    }
}

impl std::fmt::Debug for Cabinet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cabinet({})", self.web.address)
    }
}

/// Follows from what the browser holds, and gives nothing of it away.
fn step_of(token: &str) -> String {
    hex(&blake3::derive_key("exchange 2026 steps of a session", token.as_bytes())[..16])
}

/// 256 unpredictable bits.
fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(no_randomness)?;
    Ok(hex(&bytes))
}

fn no_randomness(error: getrandom::Error) -> Error {
    Error::failed(format!("no randomness: {error}"))
}
