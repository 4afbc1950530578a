//! Certificates: until when they are good, how others name them, whose key they hold.

use std::path::Path;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use streebog::{Digest, Streebog256};
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{Decode, EncodePem};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use crate::error::{Context, Error, Kind, Result};
use crate::model::Millis;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const GOST_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.643.7.1.1.1.1");

/// A certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    read: x509_cert::Certificate,
}

impl Certificate {
    /// Of DER.
    ///
    /// # Errors
    /// It is no certificate.
    pub fn of(der: Vec<u8>) -> Result<Self> {
        let read = x509_cert::Certificate::from_der(&der).context(Kind::Config, "this is no certificate")?;
        Ok(Self { der, read })
    }

    /// The first one in a file, which is PEM or DER.
    ///
    /// # Errors
    /// The file cannot be read or holds none.
    pub fn read(file: &Path) -> Result<Self> {
        let first = all(file)?.into_iter().next();
        first.ok_or_else(|| Error::config(format!("{} holds no certificates", file.display())))
    }

    /// The first one in a file, if it is good at this moment.
    ///
    /// # Errors
    /// As [`Certificate::read`], or its time has not come or is over.
    pub fn read_good(file: &Path, now: Millis) -> Result<Self> {
        let certificate = Self::read(file)?;
        let not = |what: &str| Err(Error::config(format!("the certificate {} is {what}", file.display())));
        match now {
            now if now < certificate.begins() => not("not good yet"),
            now if now >= certificate.ends() => not("no longer good"),
            _ => Ok(certificate),
        }
    }

    /// From when it is good.
    fn begins(&self) -> Millis {
        millis(self.read.tbs_certificate().validity().not_before.to_unix_duration())
    }

    /// When it ends.
    pub fn ends(&self) -> Millis {
        millis(self.read.tbs_certificate().validity().not_after.to_unix_duration())
    }

    /// Streebog-256 of its DER in capitals: how ЕСИА names a certificate.
    pub fn hash(&self) -> String {
        crate::model::hex(&Streebog256::digest(&self.der)).to_uppercase()
    }

    /// As others made it.
    pub(super) fn x509(&self) -> &x509_cert::Certificate {
        &self.read
    }

    /// In PEM.
    ///
    /// # Errors
    /// Never in practice: it was read from DER.
    pub(super) fn pem(&self) -> Result<String> {
        self.read.to_pem(LineEnding::LF).context(Kind::Failed, "a certificate cannot be written")
    }

    /// Its public key in PEM.
    ///
    /// # Errors
    /// Never in practice: it was read from DER.
    pub(super) fn key_pem(&self) -> Result<String> {
        self.key().to_pem(LineEnding::LF).context(Kind::Failed, "a public key cannot be written")
    }

    /// Its public key, if that is for RSA: the DER of modulus and exponent.
    pub(super) fn rsa_key(&self) -> Option<&[u8]> {
        (self.key().algorithm.oid == RSA).then(|| self.key().subject_public_key.raw_bytes())
    }

    /// Is its key for GOST R 34.10-2012 with 256 bits?
    pub(super) fn is_gost_256(&self) -> bool {
        self.key().algorithm.oid == GOST_256
    }

    fn key(&self) -> &SubjectPublicKeyInfoOwned {
        self.read.tbs_certificate().subject_public_key_info()
    }
}

/// All certificates in a file of PEM; the only one in a file of DER.
fn all(file: &Path) -> Result<Vec<Certificate>> {
    let bytes = std::fs::read(file).context(Kind::Config, format!("cannot read {}", file.display()))?;
    let what = || format!("{} holds no certificates", file.display());
    // DER of this length is no text.
    if std::str::from_utf8(&bytes).is_err() {
        return Ok(vec![Certificate::of(bytes).context(Kind::Config, what())?]);
    }
    let blocks = CertificateDer::pem_slice_iter(&bytes);
    let read = blocks.map(|block| Certificate::of(block.context(Kind::Config, what())?.to_vec()));
    read.collect()
}

/// When the first of the certificates in a file ends; `None`: it holds none.
///
/// # Errors
/// The file cannot be read, or what it holds is damaged.
pub fn first_to_expire(file: &Path) -> Result<Option<Millis>> {
    Ok(all(file)?.iter().map(Certificate::ends).min())
}

fn millis(since_1970: std::time::Duration) -> Millis {
    Millis::try_from(since_1970.as_secs()).unwrap_or(Millis::MAX / 1_000) * 1_000
}
