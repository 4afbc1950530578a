//! Keyed hashes: a link can be kept without keeping the value.

use std::collections::BTreeSet;
use std::fmt;

use super::{not_asked, not_granted};
use crate::model::SchoolId;
use crate::model::manifest::Manifest;
use crate::model::setup::Grants;
use crate::sandbox::ports;

/// The fingerprints of one task.
pub struct Fingerprints {
    key: [u8; 32],
    school: SchoolId,
    asked: BTreeSet<String>,
    granted: BTreeSet<String>,
}

impl Fingerprints {
    /// Under the host's key of fingerprints, for this school; the purposes are the manifest's and the task's.
    pub fn new(key: [u8; 32], school: SchoolId, manifest: &Manifest, grants: &Grants) -> Self {
        Self {
            key,
            school,
            asked: manifest.fingerprints.iter().cloned().collect(),
            granted: grants.fingerprints.iter().cloned().collect(),
        }
    }
}

impl fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprints({})", self.school)
    }
}

impl ports::Secrets for Fingerprints {
    fn fingerprint(&self, purpose: &str, value: &str) -> Result<String, String> {
        let what = format!("the fingerprint purpose `{}`", purpose.escape_debug());
        if !self.asked.contains(purpose) {
            return Err(not_asked(&what));
        }
        if !self.granted.contains(purpose) {
            return Err(not_granted(&what, &format!("fingerprints = [\"{purpose}\"]")));
        }
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for part in [self.school.as_str(), purpose, value] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        Ok(hasher.finalize().to_hex().to_string())
    }
}
