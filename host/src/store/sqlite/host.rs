//! The host's file: `<data>/host.db`.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rusqlite::{Transaction, params};

use crate::error::{Error, Result};
use crate::store::seal::random;
use crate::store::{Fence, MasterKey, Seal};

use super::file::{Commit, Database};
use super::migrate;
use super::values::{exec, first, number};

/// What schools share, in SQLite.
#[derive(Debug)]
pub struct HostDb {
    pub(super) database: Database,
    pub(super) seal: Seal,
    pub(super) rota: PathBuf,
    /// Asked for by every run, and never another.
    pub(super) identity_key: OnceLock<[u8; 32]>,
}

impl HostDb {
    /// Opens the host's file; makes it when there is none.
    pub fn open(data: &Path, key: &MasterKey) -> Result<Self> {
        let database = Database::open(&data.join("host.db"), migrate::HOST)?;
        let store = Self {
            database,
            seal: Seal::new(key),
            rota: data.join("serve.lane"),
            identity_key: OnceLock::new(),
        };
        store.make_identity_key()?;
        Ok(store)
    }

    fn make_identity_key(&self) -> Result<()> {
        let known = "SELECT 1 FROM meta WHERE name = 'identity-key'";
        if self.database.read(|t| first(t, known, [], |_| Ok(())))?.is_some() {
            return Ok(());
        }
        let mut key = [0; 32];
        random(&mut key)?;
        let sealed = self.seal.seal("host/identity-key", &key)?;
        let insert = "INSERT OR IGNORE INTO meta VALUES ('identity-key', ?1)";
        self.database.write(Commit::Durable, |t| exec(t, insert, [&sealed]).map(drop))
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
