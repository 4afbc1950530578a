//! ЕСИА's own keys: what tokens are signed with, and the certificates clients check them with.
//!
//! A key has an algorithm and a number; the setting `signingKey` says which number is in use, so rotating is counting on.
//! Keys are made when they are first needed. An RSA key takes a while, so all stand-ins of a process share those.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{self, KeyPair, RsaKeyPair};
use serde::{Deserialize, Serialize};
use x509_cert::der::asn1::{Any, BitString, ObjectIdentifier};
use x509_cert::der::{Encode, Tag};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::certificate::{self, Statement};
use super::{gost, openssl};
use crate::serving::clock::Millis;
use crate::serving::lock;

/// Certificates are valid for ten years from the day they are made.
const LIFETIME_MS: Millis = 10 * 365 * 24 * 60 * 60 * 1000;

/// How a client wants its tokens signed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    /// What every captured token has.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "GOST3410_2012_256")]
    Gost,
}

impl Algorithm {
    /// The word in a token's header.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Algorithm::Rs256 => "RS256",
            Algorithm::Gost => "GOST3410_2012_256",
        }
    }

    pub(crate) fn other(self) -> Algorithm {
        match self {
            Algorithm::Rs256 => Algorithm::Gost,
            Algorithm::Gost => Algorithm::Rs256,
        }
    }
}

/// A key as it is saved.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Saved {
    algorithm: Algorithm,
    number: u32,
    /// PKCS #8, or the number of a GOST key; base64.
    secret: String,
    /// DER in base64.
    certificate: String,
}

enum Secret {
    Rsa(Box<RsaKeyPair>),
    Gost(gost::PrivateKey),
}

/// A key ready to sign.
pub(crate) struct SigningKey {
    pub(crate) algorithm: Algorithm,
    pub(crate) number: u32,
    pub(crate) certificate: Vec<u8>,
    secret: Secret,
}

impl SigningKey {
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        match &self.secret {
            Secret::Gost(key) => key.sign(message).map(Vec::from),
            Secret::Rsa(key) => sign_rsa(key, message),
        }
    }

    pub(crate) fn of_saved(saved: &Saved) -> Result<SigningKey, String> {
        let decoded = |text: &str| STANDARD.decode(text).map_err(|error| format!("a saved key: {error}"));
        let secret = decoded(&saved.secret)?;
        let secret = match saved.algorithm {
            Algorithm::Rs256 => Secret::Rsa(Box::new(rsa(&secret)?)),
            Algorithm::Gost => Secret::Gost(gost::PrivateKey::of_bytes(&secret)),
        };
        let (algorithm, number, certificate) = (saved.algorithm, saved.number, decoded(&saved.certificate)?);
        Ok(SigningKey { algorithm, number, certificate, secret })
    }
}

fn rsa(pkcs8: &[u8]) -> Result<RsaKeyPair, String> {
    RsaKeyPair::from_pkcs8(pkcs8).map_err(|error| format!("an RSA key that is none: {error}"))
}

fn sign_rsa(key: &RsaKeyPair, message: &[u8]) -> Result<Vec<u8>, String> {
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
        .map_err(|error| format!("cannot sign with RSA: {error}"))?;
    Ok(signature)
}

/// A new key with its certificate.
pub(crate) fn make(algorithm: Algorithm, number: u32, now: Millis) -> Result<Saved, String> {
    match algorithm {
        Algorithm::Gost => make_gost(number, now),
        Algorithm::Rs256 => {
            static MADE: Mutex<BTreeMap<u32, Saved>> = Mutex::new(BTreeMap::new());
            let mut made = lock(&MADE);
            if let Some(saved) = made.get(&number) {
                return Ok(saved.clone());
            }
            let saved = make_rsa(number, now)?;
            made.insert(number, saved.clone());
            Ok(saved)
        }
    }
}

fn subject(algorithm: Algorithm, number: u32) -> String {
    format!("CN=Стенд ЕСИА {} {number},O=Вымышленный оператор", algorithm.word())
}

fn make_gost(number: u32, now: Millis) -> Result<Saved, String> {
    let key = gost::PrivateKey::generate()?;
    let spki = key.public().spki().map_err(|error| error.to_string())?;
    let statement = Statement {
        subject: &subject(Algorithm::Gost, number),
        serial: u64::from(number),
        from: now - 1000,
        until: now + LIFETIME_MS,
        key: spki,
        algorithm: gost::signature_algorithm(),
    };
    let der = certificate::issue(statement, |inside| key.sign(inside).map(Vec::from))?;
    Ok(saved(Algorithm::Gost, number, &key.to_bytes(), &der))
}

fn make_rsa(number: u32, now: Millis) -> Result<Saved, String> {
    let pkcs8 = certificate::der_of(&openssl::rsa_key()?)?;
    let key = rsa(&pkcs8)?;
    let statement = Statement {
        subject: &subject(Algorithm::Rs256, number),
        serial: u64::from(number),
        from: now - 1000,
        until: now + LIFETIME_MS,
        key: rsa_spki(&key).map_err(|error| error.to_string())?,
        algorithm: rsa_algorithm("1.2.840.113549.1.1.11").map_err(|error| error.to_string())?,
    };
    let der = certificate::issue(statement, |inside| sign_rsa(&key, inside))?;
    Ok(saved(Algorithm::Rs256, number, &pkcs8, &der))
}

fn rsa_algorithm(oid: &str) -> x509_cert::der::Result<AlgorithmIdentifierOwned> {
    let parameters = Some(Any::new(Tag::Null, Vec::new())?);
    Ok(AlgorithmIdentifierOwned { oid: ObjectIdentifier::new(oid)?, parameters })
}

fn rsa_spki(key: &RsaKeyPair) -> x509_cert::der::Result<SubjectPublicKeyInfoOwned> {
    let algorithm = rsa_algorithm("1.2.840.113549.1.1.1")?;
    let subject_public_key = BitString::from_bytes(key.public_key().as_ref())?;
    Ok(SubjectPublicKeyInfoOwned { algorithm, subject_public_key })
}

fn saved(algorithm: Algorithm, number: u32, secret: &[u8], certificate: &[u8]) -> Saved {
    let (secret, certificate) = (STANDARD.encode(secret), STANDARD.encode(certificate));
    Saved { algorithm, number, secret, certificate }
}

impl Saved {
    pub(crate) fn is(&self, algorithm: Algorithm, number: u32) -> bool {
        self.algorithm == algorithm && self.number == number
    }
}

/// Keys in use, ready to sign.
#[derive(Default)]
pub(crate) struct Ring(Mutex<BTreeMap<(Algorithm, u32), Arc<SigningKey>>>);

impl Ring {
    /// The key, taken from `find` the first time.
    pub(crate) fn get(
        &self,
        algorithm: Algorithm,
        number: u32,
        find: impl FnOnce() -> Result<Saved, String>,
    ) -> Result<Arc<SigningKey>, String> {
        if let Some(key) = lock(&self.0).get(&(algorithm, number)) {
            return Ok(key.clone());
        }
        let key = Arc::new(SigningKey::of_saved(&find()?)?);
        Ok(lock(&self.0).entry((algorithm, number)).or_insert(key).clone())
    }
}
