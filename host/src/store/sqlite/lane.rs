//! A school's file, its lane (an advisory lock of the operating system) and the fence inside its transactions.

use std::any::Any;
use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

use rusqlite::Transaction;

use crate::error::{Error, Result};
use crate::model::{Message, Millis, SchoolId};
use crate::store::backup;
use crate::store::seal::random;
use crate::store::{Fence, Holder, LANE_BUSY, Lane, LaneStore, MasterKey, Seal};

use super::file::{Commit, Database, no_file};
use super::ledger::settle;
use super::migrate;
use super::values::{col, exec, first, number};

/// What a school's store needs to know beside its folder.
#[derive(Clone, Debug)]
pub struct SchoolOptions {
    /// Seals secrets.
    pub key: MasterKey,
    /// Decides on which day a lesson is.
    pub time_zone: jiff::tz::TimeZone,
}

/// One school in SQLite: `<data>/schools/<id>.db`.
#[derive(Debug)]
pub struct SchoolDb {
    pub(super) school: SchoolId,
    pub(super) database: Database,
    pub(super) seal: Seal,
    pub(super) time_zone: jiff::tz::TimeZone,
    lane: PathBuf,
}

impl SchoolDb {
    /// Opens a school's file; makes it when there is none.
    pub fn open(data: &Path, school: &SchoolId, options: SchoolOptions) -> Result<Self> {
        backup::finish(data)?;
        let (file, lane) = (data.join("schools").join(format!("{school}.db")), lane_of(data, school));
        let store = Self {
            school: school.clone(),
            database: Database::open(&file, migrate::SCHOOL, &|| keep_out(data, school))?,
            seal: Seal::new(&options.key),
            time_zone: options.time_zone,
            lane,
        };
        store.make_hash_key()?;
        Ok(store)
    }

    /// Opens also what these earlier keys sealed.
    pub fn opening_also(mut self, keys: &[MasterKey]) -> Self {
        self.seal.also(keys);
        self
    }

    /// Changes something under a fence.
    pub(super) fn change<T>(
        &self,
        fence: &Fence,
        commit: Commit,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        self.database.write(commit, |transaction| {
            self.check(fence, transaction)?;
            work(transaction)
        })
    }

    fn check(&self, fence: &Fence, transaction: &Transaction<'_>) -> Result<()> {
        let current = number(transaction, "SELECT value FROM meta WHERE name = 'fence'", [])?;
        if fence.school == self.school && fence.number == current {
            return Ok(());
        }
        Err(Error::failed(format!("the lane of {} was taken over", self.school))
            .hint("somebody else works on this school now; start again when they are done"))
    }

    fn make_hash_key(&self) -> Result<()> {
        let known = "SELECT 1 FROM meta WHERE name = 'hash-key'";
        if self.database.read(|t| first(t, known, [], |_| Ok(())))?.is_some() {
            return Ok(());
        }
        let mut key = [0; 32];
        random(&mut key)?;
        let sealed = self.seal.seal(&self.about("hash-key"), &key)?;
        let insert = "INSERT OR IGNORE INTO meta VALUES ('hash-key', ?1)";
        self.database.write(Commit::Durable, |t| exec(t, insert, [&sealed]).map(drop))
    }

    pub(super) fn sealed_hash_key(&self) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT value FROM meta WHERE name = 'hash-key'";
        self.database.read(|t| first(t, sql, [], |row| col(row, "value")))
    }

    /// What a sealed value is bound to.
    pub(super) fn about(&self, name: &str) -> String {
        format!("school/{}/{name}", self.school)
    }
}

/// Takes a school's lane without looking into its file, until what is answered is dropped.
pub(in crate::store) fn hold(data: &Path, school: &SchoolId, doing: &str, now: Millis) -> Result<File> {
    let folder = data.join("schools");
    std::fs::create_dir_all(&folder).map_err(|cause| no_file(cause, &folder))?;
    lock(&lane_of(data, school), doing, now)?.map_err(|held| busy(school, held))
}

/// Nobody works with the school while its file is brought up to date.
pub(super) fn keep_out(data: &Path, school: &SchoolId) -> Result<Box<dyn Any>> {
    Ok(Box::new(keep(&lane_of(data, school))?.map_err(|held| busy(school, held))?))
}

fn lane_of(data: &Path, school: &SchoolId) -> PathBuf {
    data.join("schools").join(format!("{school}.lane"))
}

fn busy(school: &SchoolId, Held { pid, doing, since }: Held) -> Error {
    let message = Message::new(LANE_BUSY)
        .with("school", school)
        .with("pid", &pid)
        .with("doing", &doing)
        .with("since", &since);
    Error::failed(format!("{school} is busy: process {pid} does `{doing}` since {since}"))
        .message(message)
        .hint("wait until it is done; the lane is free at once when that process ends")
}

/// Who has a lock, as far as is known, for people.
pub(in crate::store) struct Held {
    pub(in crate::store) pid: String,
    pub(super) doing: String,
    pub(in crate::store) since: String,
}

impl Held {
    fn of(path: &Path) -> Self {
        let unknown = || "?".to_owned();
        match read_holder(path) {
            Some(Holder { pid, doing, since }) => Self { pid: pid.to_string(), doing, since: instant(since) },
            None => Self { pid: unknown(), doing: unknown(), since: unknown() },
        }
    }
}

/// Locks this file until what is answered is dropped; or says who was before.
pub(super) fn keep(path: &Path) -> Result<std::result::Result<File, Held>> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Ok(file)),
        Err(TryLockError::WouldBlock) => Ok(Err(Held::of(path))),
        Err(TryLockError::Error(cause)) => {
            Err(Error::failed(format!("cannot lock {}", path.display())).because(cause))
        }
    }
}

/// The same, and writes down who did.
pub(in crate::store) fn lock(
    path: &Path,
    doing: &str,
    now: Millis,
) -> Result<std::result::Result<File, Held>> {
    let file = match keep(path)? {
        Ok(file) => file,
        Err(held) => return Ok(Err(held)),
    };
    let holder = Holder { pid: std::process::id(), since: now, doing: doing.to_owned() };
    write_holder(&file, &holder).map_err(|cause| no_file(cause, path))?;
    Ok(Ok(file))
}

fn open(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).read(true).write(true);
    options.open(path).map_err(|cause| no_file(cause, path))
}

fn instant(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| "?".to_owned(), |at| at.to_string())
}

/// The holder as the file names it: told to people only, the lock itself is the truth.
fn read_holder(path: &Path) -> Option<Holder> {
    let mut text = String::new();
    File::open(path).ok()?.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

impl LaneStore for SchoolDb {
    fn school(&self) -> &SchoolId {
        &self.school
    }

    fn take_lane(&self, doing: &str, now: Millis) -> Result<Lane> {
        let file = match lock(&self.lane, doing, now)? {
            Ok(file) => file,
            Err(held) => return Err(busy(&self.school, held)),
        };
        if !self.database.is_in_place() {
            return Err(Error::failed(format!(
                "the data of {} was erased or replaced meanwhile",
                self.school
            ))
            .hint("run the command again"));
        }
        let raise = "UPDATE meta SET value = value + 1 WHERE name = 'fence' RETURNING value";
        let raised = self.database.write(Commit::Durable, |t| {
            // Another program may have brought the file up to date since this one has opened it.
            migrate::refuse_newer(t, &self.lane.with_extension("db"), migrate::SCHOOL.len())?;
            // Whoever wrote before is dead: what was under way is in doubt.
            settle(t, &[])?;
            number(t, raise, [])
        })?;
        Ok(Lane::new(Fence { school: self.school.clone(), number: raised }, Box::new(file)))
    }

    fn lane_holder(&self) -> Result<Option<Holder>> {
        let file = open(&self.lane)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(read_holder(&self.lane)),
            Err(TryLockError::Error(cause)) => {
                Err(Error::failed(format!("cannot look at {}", self.lane.display())).because(cause))
            }
        }
    }
}

fn write_holder(mut file: &File, holder: &Holder) -> std::io::Result<()> {
    use std::io::Write;
    file.set_len(0)?;
    file.write_all(&serde_json::to_vec(holder)?)
}
