//! Secrets by name, and the keys of keyed hashes.

use crate::error::Result;
use crate::model::Millis;

use super::Fence;

/// The secrets of a school. Values are sealed under the host's key, bound to school and name.
pub trait SecretStore: Send + Sync {
    /// Sets or replaces one.
    fn set_secret(&self, fence: &Fence, name: &str, value: &str, now: Millis) -> Result<()>;

    /// Its value. Callers keep it out of logs, errors and guests.
    fn secret(&self, name: &str) -> Result<Option<String>>;

    /// Names and when they were set last; never values.
    fn secret_names(&self) -> Result<Vec<(String, Millis)>>;

    /// Removes one; says whether it was there.
    fn remove_secret(&self, fence: &Fence, name: &str) -> Result<bool>;

    /// The school's random key for keyed hashes (BLAKE3). Made when the file is.
    fn hash_key(&self) -> Result<[u8; 32]>;
}

/// How many sealed values there are, by the key that opens them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize)]
pub struct SealedCounts {
    /// The current key.
    pub current: u64,
    /// An earlier key that is still known.
    pub earlier: u64,
    /// None that is known.
    pub unreadable: u64,
}

impl std::ops::AddAssign for SealedCounts {
    fn add_assign(&mut self, other: Self) {
        self.current += other.current;
        self.earlier += other.earlier;
        self.unreadable += other.unreadable;
    }
}

/// Secrets that all schools use.
pub trait HostSecretStore: Send + Sync {
    /// Sets or replaces one.
    fn set_host_secret(&self, name: &str, value: &str, now: Millis) -> Result<()>;

    /// Its value.
    fn host_secret(&self, name: &str) -> Result<Option<String>>;

    /// Names and when they were set last.
    fn host_secret_names(&self) -> Result<Vec<(String, Millis)>>;

    /// Removes one; says whether it was there.
    fn remove_host_secret(&self, name: &str) -> Result<bool>;
}
