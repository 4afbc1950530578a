//! The secrets of one task: what the store keeps, and what a dialogue captured and may still be dropped.
//!
//! Each dialogue opens the task for itself and has a vault of its own: of two at once neither reaches what the other
//! captured, and what an open dialogue captured is gone with it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::capability::Secret;
use crate::capability::http::{CredentialSink, SecretSource};
use crate::error::{Error, Result};
use crate::model::manifest::Manifest;
use crate::model::{Millis, TaskId};
use crate::store::{Fence, HostDb, HostSecretStore, SchoolDb, SecretStore};

/// Most bytes of a secret.
pub const LONGEST: usize = 64 * 1024;

/// A secret as somebody typed it in, without the end of its line; `None`: nothing was typed.
pub fn typed(text: &str) -> Option<&str> {
    Some(text.trim_end_matches(['\n', '\r'])).filter(|text| !text.is_empty())
}

/// The secrets of one task.
///
/// A name is looked for among what this dialogue captured, then what the task captured earlier, then the school's, then
/// the host's. Captured values are kept only when their dialogue comes to a good end.
pub struct Vault {
    school: Arc<SchoolDb>,
    host: Arc<HostDb>,
    task: TaskId,
    fresh: Mutex<Fresh>,
}

#[derive(Default)]
struct Fresh {
    by_name: BTreeMap<String, Secret>,
    by_handle: BTreeMap<String, Secret>,
}

/// The name under which the store of a school keeps a secret of one task.
pub fn name_of(task: &TaskId, name: &str) -> String {
    format!("{task}/{name}")
}

impl Vault {
    /// The secrets of this task.
    pub fn new(school: Arc<SchoolDb>, host: Arc<HostDb>, task: TaskId) -> Self {
        Self { school, host, task, fresh: Mutex::default() }
    }

    /// Takes a password that a person typed, and answers the handle that the guest gets instead.
    pub fn hold(&self, value: String) -> Result<String> {
        let handle = fresh_handle()?;
        self.fresh(|fresh| fresh.by_handle.insert(handle.clone(), Secret::new(value)));
        Ok(handle)
    }

    /// The dialogue came to a good end: what it captured is kept for the task.
    pub fn keep(&self, fence: &Fence, now: Millis) -> Result<()> {
        let captured = self.fresh(|fresh| std::mem::take(&mut fresh.by_name));
        captured.iter().try_for_each(|(name, value)| {
            self.school.set_secret(fence, &self.stored(name), value.expose(), now)
        })
    }

    /// Forgets what the task captured earlier. What was handed over for it stays.
    pub fn forget(&self, fence: &Fence, manifest: &Manifest) -> Result<()> {
        let mut captured = manifest.secrets.iter().filter(|(_, need)| need.captured);
        captured.try_for_each(|(name, _)| self.school.remove_secret(fence, &self.stored(name)).map(drop))
    }

    fn stored(&self, name: &str) -> String {
        name_of(&self.task, name)
    }

    fn fresh<T>(&self, change: impl FnOnce(&mut Fresh) -> T) -> T {
        change(&mut self.fresh.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn find(&self, name: &str) -> Result<Option<Secret>> {
        if let Some(secret) = self.fresh(|fresh| fresh.by_name.get(name).cloned()) {
            return Ok(Some(secret));
        }
        let stored = match self.school.secret(&self.stored(name))? {
            Some(value) => Some(value),
            None => match self.school.secret(name)? {
                Some(value) => Some(value),
                None => self.host.host_secret(name)?,
            },
        };
        Ok(stored.map(Secret::new))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({})", self.task)
    }
}

impl SecretSource for Vault {
    fn secret(&self, name: &str) -> std::result::Result<Option<Secret>, String> {
        self.find(name).map_err(|error| {
            tracing::error!(name, ?error, "a secret cannot be read");
            format!("the secret `{name}` cannot be read")
        })
    }

    fn by_handle(&self, handle: &str) -> Option<Secret> {
        self.fresh(|fresh| fresh.by_handle.get(handle).cloned())
    }
}

impl CredentialSink for Vault {
    fn capture(&self, name: &str, value: Secret) -> std::result::Result<String, String> {
        let handle = fresh_handle().map_err(|error| error.to_string())?;
        self.fresh(|fresh| {
            fresh.by_handle.insert(handle.clone(), value.clone());
            fresh.by_name.insert(name.to_owned(), value);
        });
        Ok(handle)
    }
}

/// `secret:` and 128 unpredictable bits: says nothing of the value, and cannot be guessed.
fn fresh_handle() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::failed(format!("no randomness: {error}")))?;
    Ok(format!("secret:{:032x}", u128::from_le_bytes(bytes)))
}
