//! The host's file: `<data>/host.db`.

use std::any::Any;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rusqlite::{Transaction, params};

use crate::error::{Error, Result};
use crate::model::Message;
use crate::store::backup;
use crate::store::seal::random;
use crate::store::{Fence, MasterKey, Seal};

use super::file::{Commit, Database};
use super::lane::{self, Held};
use super::values::{bytes32, col, exec, first, number};
use super::{migrate, schedule};

/// What schools share, in SQLite.
#[derive(Debug)]
pub struct HostDb {
    pub(super) database: Database,
    pub(super) seal: Seal,
    pub(super) rota: PathBuf,
    /// Folder of the signs of life of processes.
    pub(super) signs: PathBuf,
    /// Asked for by every run, and never another.
    pub(super) identity_key: OnceLock<[u8; 32]>,
}

impl HostDb {
    /// Opens the host's file; makes it when there is none.
    pub fn open(data: &Path, key: &MasterKey) -> Result<Self> {
        backup::finish(data)?;
        let (rota, signs) = (schedule::rota_of(data), data.join("budgets"));
        let database = Database::open(&data.join("host.db"), migrate::HOST, &|| keep_out(data))?;
        let store = Self { database, seal: Seal::new(key), rota, signs, identity_key: OnceLock::new() };
        store.make_keys(key)?;
        Ok(store)
    }

    /// Opens also what these earlier keys sealed.
    pub fn opening_also(mut self, keys: &[MasterKey]) -> Self {
        self.seal.also(keys);
        self
    }

    /// The keys of keyed hashes outlive the key that seals them: hashes that were stored must stay comparable.
    fn make_keys(&self, key: &MasterKey) -> Result<()> {
        let known = "SELECT count(*) FROM meta WHERE name IN ('identity-key', 'fingerprint-key')";
        if self.database.read(|t| number(t, known, []))? == 2 {
            return Ok(());
        }
        let mut identity = [0; 32];
        random(&mut identity)?;
        // The first one follows from the key that sealed before there was a row for it.
        let fingerprint = blake3::derive_key("exchange 2026 fingerprints of connectors", &key.0);
        let insert = "INSERT OR IGNORE INTO meta VALUES (?1, ?2)";
        let made = [("identity-key", identity), ("fingerprint-key", fingerprint)];
        self.database.write(Commit::Durable, |t| {
            made.iter().try_for_each(|(name, key)| {
                let sealed = self.seal.seal(&format!("host/{name}"), key)?;
                exec(t, insert, params![name, sealed]).map(drop)
            })
        })
    }

    /// The key of the fingerprints that connectors ask for.
    pub fn fingerprint_key(&self) -> Result<[u8; 32]> {
        self.own_key("fingerprint-key")
    }

    pub(super) fn own_key(&self, name: &str) -> Result<[u8; 32]> {
        let sql = "SELECT value FROM meta WHERE name = ?1";
        let sealed: Option<Vec<u8>> =
            self.database.read(|t| first(t, sql, [name], |row| col(row, "value")))?;
        bytes32(&self.seal.open(&format!("host/{name}"), &sealed.unwrap_or_default())?)
    }

    /// Changes something on behalf of a school: refused when a later holder of its lane was seen here.
    pub(super) fn change<T>(
        &self,
        fence: &Fence,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        self.database.write(Commit::Durable, |t| {
            let seen = number(t, "SELECT number FROM fence WHERE school = ?1", [fence.school.as_str()])?;
            if fence.number < seen {
                return Err(Error::failed(format!("the lane of {} was taken over", fence.school)));
            }
            let sql = "INSERT OR REPLACE INTO fence VALUES (?1, ?2)";
            exec(t, sql, params![fence.school.as_str(), fence.number as i64])?;
            work(t)
        })
    }
}

/// No server begins while the file is brought up to date; none must be at work, nor a run of any school.
pub(super) fn keep_out(data: &Path) -> Result<Box<dyn Any>> {
    let server = lane::keep(&schedule::rota_of(data))?.map_err(in_the_way)?;
    let Ok(files) = std::fs::read_dir(data.join("schools")) else { return Ok(Box::new(server)) };
    let lanes = files.filter_map(|file| Some(file.ok()?.path()));
    for lane in lanes.filter(|path| path.extension().is_some_and(|ending| ending == "lane")) {
        drop(lane::keep(&lane)?.map_err(in_the_way)?);
    }
    Ok(Box::new(server))
}

fn in_the_way(Held { pid, doing, since }: Held) -> Error {
    let message = Message::new("host-upgrade-busy").with("pid", &pid).with("doing", &doing);
    Error::failed(format!("process {pid} does `{doing}` since {since} with data of an older version"))
        .message(message)
        .hint("wait until it is done, or stop it; then start again")
}
