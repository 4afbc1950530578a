//! Encryption at rest: XChaCha20-Poly1305 under the host's key, bound to what it is about.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use crate::error::{Error, Result};

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

/// Seals and opens values.
#[derive(Clone)]
pub struct Seal {
    cipher: XChaCha20Poly1305,
    id: [u8; KEY_ID],
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(…)")
    }
}

impl Seal {
    /// A seal under this key.
    pub fn new(key: &MasterKey) -> Self {
        let full = blake3::derive_key("exchange 2026 id of the key of secrets", &key.0);
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&full[..KEY_ID]);
        Self { cipher: XChaCha20Poly1305::new(&Key::from(key.0)), id }
    }

    /// Encrypts. `about` must be the same when opening: a value moved to another name does not open.
    pub fn seal(&self, about: &str, plain: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let payload = Payload { msg: plain, aad: about.as_bytes() };
        let text = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::internal("cannot encrypt a value"))?;
        Ok([&[VERSION][..], &self.id, &nonce, &text].concat())
    }

    /// Decrypts what `seal` made for the same `about`.
    pub fn open(&self, about: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let damaged = || Error::failed(format!("the sealed value `{about}` is damaged"));
        let (head, text) = sealed.split_at_checked(HEAD).ok_or_else(damaged)?;
        if head[0] != VERSION || head[1..=KEY_ID] != self.id {
            return Err(Error::failed(format!("`{about}` was encrypted with another key"))
                .hint("put back the key that this data folder was made with"));
        }
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&head[1 + KEY_ID..]);
        let payload = Payload { msg: text, aad: about.as_bytes() };
        self.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| damaged())
    }
}

/// Fills with randomness of the operating system.
pub(super) fn random(buffer: &mut [u8]) -> Result<()> {
    getrandom::fill(buffer).map_err(|cause| Error::failed("no randomness").because(cause.to_string()))
}
