//! The keys of the host, as its settings have them.
//!
//! Files are read for each signature and each token: whoever replaces a file has replaced the key, without a restart.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use tokio::sync::Semaphore;

use super::rsa::KeyFault;
use super::{program, rsa, token};
use crate::capability::{Certificate, first_to_expire};
use crate::model::Millis;
use crate::model::manifest::SignatureForm;
use crate::model::setup::HostConfig;
use crate::model::signing::{SignedBy, SigningKey, TokenKey};

/// Programs of all keys at once: each is a process.
const AT_ONCE: usize = 8;

/// Bytes of a bare signature by GOST R 34.10-2012 with 256 bits.
const GOST_256: usize = 64;

/// Keys that sign, and keys that verify.
pub struct Keys {
    signing: BTreeMap<String, SigningKey>,
    verification: BTreeMap<String, TokenKey>,
    turns: Semaphore,
}

/// A signature and whose it is.
pub(super) struct Signed {
    pub(super) bytes: Vec<u8>,
    pub(super) certificate: Option<Certificate>,
}

impl Keys {
    /// Those of the settings.
    pub fn new(config: &HostConfig) -> Self {
        let (signing, verification) = (config.signing.clone(), config.verification.clone());
        Self { signing, verification, turns: Semaphore::new(AT_ONCE) }
    }

    /// Signs these bytes with the key of this name.
    pub(super) async fn sign(
        &self,
        name: &str,
        form: SignatureForm,
        bytes: Vec<u8>,
        now: Millis,
    ) -> Result<Signed, String> {
        let key = self.signing.get(name).ok_or_else(|| format!("the host has no key `{name}`"))?;
        let certificate = key.certificate.as_deref().map(|file| Certificate::read_good(file, now));
        let certificate = certificate.transpose().map_err(|error| error.to_string())?;
        let told = |why: String| format!("the key `{name}` cannot sign: {why}");
        let bytes = match &key.by {
            SignedBy::Rsa(file) => rsa::sign(file, certificate.as_ref(), form, &bytes).map_err(told)?,
            SignedBy::Program { program, reversed } => {
                let _turn = self.turns.acquire().await;
                let printed = program::run(program, &[("EXCHANGE_FORM", form.word())], &bytes).await;
                printed
                    .and_then(|printed| bare(printed, form, *reversed, certificate.as_ref()))
                    .map_err(told)?
            }
        };
        Ok(Signed { bytes, certificate })
    }

    /// The claims of a token, if the key of this name vouches for it.
    pub(super) async fn verify(&self, name: &str, token: &str, now: Millis) -> Result<String, String> {
        let key = self.verification.get(name).ok_or_else(|| format!("the host has no key `{name}`"))?;
        let _turn = self.turns.acquire().await;
        token::verify(key, token, now).await.map_err(|why| format!("the token is not trusted: {why}"))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

/// What a program printed, in the order of bytes that the receiver wants.
fn bare(
    mut printed: Vec<u8>,
    form: SignatureForm,
    reversed: bool,
    certificate: Option<&Certificate>,
) -> Result<Vec<u8>, String> {
    if printed.is_empty() {
        return Err("the program printed nothing".into());
    }
    if form == SignatureForm::Cms {
        return Ok(printed);
    }
    if certificate.is_some_and(Certificate::is_gost_256) && printed.len() != GOST_256 {
        return Err(format!(
            "the program printed {} bytes, and not a bare signature of {GOST_256}",
            printed.len()
        ));
    }
    if reversed {
        printed.reverse();
    }
    Ok(printed)
}

/// Is what signs there, and is it the certificate's? Nothing is signed for this.
///
/// # Errors
/// What is wrong.
pub fn check(key: &SigningKey) -> Result<(), KeyFault> {
    let certificate = key.certificate.as_deref().map(Certificate::read).transpose();
    let certificate = certificate.map_err(|error| KeyFault::Other(error.to_string()))?;
    match &key.by {
        SignedBy::Rsa(file) => rsa::usable(file, certificate.as_ref()).map(drop),
        SignedBy::Program { .. } => Ok(()),
    }
}

/// When the first certificate of each key ends, by its section of the settings. A file that cannot be read is left out:
/// `exchange doctor` tells of it.
pub fn ends(config: &HostConfig) -> Vec<(String, Millis)> {
    let signing = config.signing.iter();
    let signing = signing.map(|(name, key)| (format!("signing.{name}"), key.certificate.iter().collect()));
    let verification = config.verification.iter();
    let verification =
        verification.map(|(name, key)| (format!("verification.{name}"), key.certificates.iter().collect()));
    let end = |(name, files): (String, Vec<&PathBuf>)| {
        let ends = files.into_iter().filter_map(|file| first_to_expire(file).ok().flatten());
        ends.min().map(|end| (name, end))
    };
    signing.chain(verification).filter_map(end).collect()
}
