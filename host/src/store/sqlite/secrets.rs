//! Sealed values by name, for schools and for the host.

use rusqlite::{Connection, params};

use crate::error::{Context, Kind, Result};
use crate::model::Millis;
use crate::store::{Fence, HostSecretStore, Seal, SecretStore};

use super::file::Commit;
use super::values::{bytes32, col, exec, first, rows};
use super::{HostDb, SchoolDb};

impl SecretStore for SchoolDb {
    fn set_secret(&self, fence: &Fence, name: &str, value: &str, now: Millis) -> Result<()> {
        let sealed = self.seal.seal(&self.about(&format!("secret/{name}")), value.as_bytes())?;
        self.change(fence, Commit::Durable, |t| set(t, name, &sealed, now))
    }

    fn secret(&self, name: &str) -> Result<Option<String>> {
        let sealed = self.database.read(|t| get(t, name))?;
        open(&self.seal, &self.about(&format!("secret/{name}")), sealed)
    }

    fn secret_names(&self) -> Result<Vec<(String, Millis)>> {
        self.database.read(|t| names(t))
    }

    fn remove_secret(&self, fence: &Fence, name: &str) -> Result<bool> {
        self.change(fence, Commit::Durable, |t| remove(t, name))
    }

    fn hash_key(&self) -> Result<[u8; 32]> {
        let sealed = self.sealed_hash_key()?.unwrap_or_default();
        bytes32(&self.seal.open(&self.about("hash-key"), &sealed)?)
    }
}

impl HostSecretStore for HostDb {
    fn set_host_secret(&self, name: &str, value: &str, now: Millis) -> Result<()> {
        let sealed = self.seal.seal(&format!("host/secret/{name}"), value.as_bytes())?;
        self.database.write(Commit::Durable, |t| set(t, name, &sealed, now))
    }

    fn host_secret(&self, name: &str) -> Result<Option<String>> {
        let sealed = self.database.read(|t| get(t, name))?;
        open(&self.seal, &format!("host/secret/{name}"), sealed)
    }

    fn host_secret_names(&self) -> Result<Vec<(String, Millis)>> {
        self.database.read(|t| names(t))
    }

    fn remove_host_secret(&self, name: &str) -> Result<bool> {
        self.database.write(Commit::Durable, |t| remove(t, name))
    }
}

fn set(t: &Connection, name: &str, sealed: &[u8], now: Millis) -> Result<()> {
    exec(t, "INSERT OR REPLACE INTO secret VALUES (?1, ?2, ?3)", params![name, sealed, now]).map(drop)
}

fn get(t: &Connection, name: &str) -> Result<Option<Vec<u8>>> {
    first(t, "SELECT value FROM secret WHERE name = ?1", [name], |row| col(row, "value"))
}

fn names(t: &Connection) -> Result<Vec<(String, Millis)>> {
    let sql = "SELECT name, changed FROM secret ORDER BY name";
    rows(t, sql, [], |row| Ok((col(row, "name")?, col(row, "changed")?)))
}

fn remove(t: &Connection, name: &str) -> Result<bool> {
    Ok(exec(t, "DELETE FROM secret WHERE name = ?1", [name])? > 0)
}

fn open(seal: &Seal, about: &str, sealed: Option<Vec<u8>>) -> Result<Option<String>> {
    let Some(sealed) = sealed else { return Ok(None) };
    let plain = seal.open(about, &sealed)?;
    String::from_utf8(plain)
        .map(Some)
        .map_err(|cause| cause.utf8_error())
        .context(Kind::Internal, format!("the secret `{about}` is not text"))
}
