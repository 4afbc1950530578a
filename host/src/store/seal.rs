//! Encryption at rest: XChaCha20-Poly1305 under the host's key, bound to what it is about.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use crate::error::{Error, Result};
use crate::model::hex;

/// Layout of a sealed value: version, id of the key, nonce, ciphertext. The id lets a key be replaced later.
const VERSION: u8 = 1;
const KEY_ID: usize = 8;
const NONCE: usize = 24;
const HEAD: usize = 1 + KEY_ID + NONCE;

/// The host's key. Never shown.
#[derive(Clone)]
pub struct MasterKey(pub [u8; 32]);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// The key that seals, and those before it that still open.
#[derive(Clone, Debug)]
pub struct KeyRing {
    /// Seals.
    pub current: MasterKey,
    /// Open what is not under the current key yet.
    pub others: Vec<MasterKey>,
}

impl From<[u8; 32]> for KeyRing {
    fn from(key: [u8; 32]) -> Self {
        Self { current: MasterKey(key), others: Vec::new() }
    }
}

/// Seals and opens values: under one key, and opens also what an earlier key sealed while keys are being replaced.
#[derive(Clone)]
pub struct Seal {
    current: Lock,
    others: Vec<Lock>,
}

#[derive(Clone)]
struct Lock {
    cipher: XChaCha20Poly1305,
    id: [u8; KEY_ID],
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(…)")
    }
}

impl MasterKey {
    /// Tells keys apart and gives nothing of them away.
    pub fn id(&self) -> String {
        hex(&key_id(self))
    }

    /// How every value begins that this key sealed.
    pub(super) fn mark(&self) -> Vec<u8> {
        [&[VERSION][..], &key_id(self)].concat()
    }
}

fn key_id(key: &MasterKey) -> [u8; KEY_ID] {
    let full = blake3::derive_key("exchange 2026 id of the key of secrets", &key.0);
    let mut id = [0; KEY_ID];
    id.copy_from_slice(&full[..KEY_ID]);
    id
}

impl Lock {
    fn new(key: &MasterKey) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&Key::from(key.0)), id: key_id(key) }
    }
}

impl Seal {
    /// A seal under this key.
    pub fn new(key: &MasterKey) -> Self {
        Self { current: Lock::new(key), others: Vec::new() }
    }

    /// Opens also what these keys sealed.
    pub fn also(&mut self, keys: &[MasterKey]) {
        self.others.extend(keys.iter().map(Lock::new));
    }

    /// Encrypts. `about` must be the same when opening: a value moved to another name does not open.
    pub fn seal(&self, about: &str, plain: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let payload = Payload { msg: plain, aad: about.as_bytes() };
        let text = self
            .current
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::internal("cannot encrypt a value"))?;
        Ok([&[VERSION][..], &self.current.id, &nonce, &text].concat())
    }

    /// Decrypts what `seal` made for the same `about`.
    pub fn open(&self, about: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let damaged = || Error::failed(format!("the sealed value `{about}` is damaged"));
        let (head, text) = sealed.split_at_checked(HEAD).ok_or_else(damaged)?;
        let mut locks = std::iter::once(&self.current).chain(&self.others);
        let lock = locks.find(|lock| head[0] == VERSION && head[1..=KEY_ID] == lock.id);
        let lock = lock.ok_or_else(|| {
            Error::failed(format!("`{about}` was encrypted with another key"))
                .hint("put back the key that this data folder was made with")
        })?;
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&head[1 + KEY_ID..]);
        let payload = Payload { msg: text, aad: about.as_bytes() };
        lock.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| damaged())
    }

    /// The same value under the current key; `None`: it is already.
    pub(super) fn anew(&self, about: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>> {
        let plain = self.open(about, sealed)?;
        if sealed[1..=KEY_ID] == self.current.id {
            return Ok(None);
        }
        self.seal(about, &plain).map(Some)
    }
}

/// Fills with randomness of the operating system.
pub(super) fn random(buffer: &mut [u8]) -> Result<()> {
    getrandom::fill(buffer).map_err(|cause| Error::failed("no randomness").because(cause.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_key_opens_only_while_it_is_named() {
        let (old, new) = (MasterKey([1; 32]), MasterKey([2; 32]));
        let sealed = Seal::new(&old).seal("a", b"value").unwrap();
        let mut seal = Seal::new(&new);
        assert!(seal.open("a", &sealed).is_err());
        seal.also(std::slice::from_ref(&old));
        assert_eq!(seal.open("a", &sealed).unwrap(), b"value");
        let again = seal.anew("a", &sealed).unwrap().unwrap();
        assert!(again.starts_with(&new.mark()) && !again.starts_with(&old.mark()));
        assert_eq!(Seal::new(&new).open("a", &again).unwrap(), b"value");
        assert!(Seal::new(&old).open("a", &again).is_err());
        assert_eq!(seal.anew("a", &again).unwrap(), None);
        assert!(seal.open("b", &again).is_err(), "a value moved to another name does not open");
    }
}
