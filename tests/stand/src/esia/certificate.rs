//! Certificates: reading those of clients, issuing those of the stand-in and of invented clients.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use x509_cert::certificate::Certificate as X509;
use x509_cert::der::asn1::{Any, BitString, UtcTime};
use x509_cert::der::{DateTime, Decode, Encode, Tag};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};

use super::gost;
use crate::serving::clock::Millis;

/// rsaEncryption.
const RSA: &str = "1.2.840.113549.1.1.1";

/// What a certificate certifies.
pub(crate) enum Key {
    Gost(gost::PublicKey),
    Rsa,
    /// An algorithm or a curve that is not known here.
    Other,
}

/// A certificate that was read.
pub(crate) struct Certificate {
    pub(crate) der: Vec<u8>,
    pub(crate) key: Key,
    not_before: Millis,
    not_after: Millis,
}

/// PEM, or the base64 of DER without a frame.
pub(crate) fn der_of(text: &str) -> Result<Vec<u8>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).map_err(|error| format!("not base64: {error}"))
}

/// DER in the frame that OpenSSL and people know.
pub fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// Streebog-256 of the DER in upper-case digits: the form of `client_certificate_hash` and `x5t#St256`.
pub fn fingerprint(der: &[u8]) -> String {
    crate::serving::hex(&gost::hash(der)).to_uppercase()
}

impl Certificate {
    /// # Errors
    /// What is wrong with the text.
    pub(crate) fn parse(text: &str) -> Result<Certificate, String> {
        let der = der_of(text)?;
        let parsed = X509::from_der(&der).map_err(|error| format!("not a certificate: {error}"))?;
        let tbs = parsed.tbs_certificate();
        let spki = tbs.subject_public_key_info();
        let key = match gost::PublicKey::of_spki(spki) {
            Some(key) => Key::Gost(key),
            None if spki.algorithm.oid.to_string() == RSA => Key::Rsa,
            None => Key::Other,
        };
        let millis = |time: Time| Millis::try_from(time.to_unix_duration().as_millis());
        let validity = tbs.validity();
        let not_before = millis(validity.not_before).unwrap_or(Millis::MAX);
        let not_after = millis(validity.not_after).unwrap_or(Millis::MAX);
        Ok(Certificate { key, not_before, not_after, der })
    }

    pub(crate) fn is_valid_at(&self, now: Millis) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }
}

fn sequence(parts: &[Vec<u8>]) -> x509_cert::der::Result<Vec<u8>> {
    Any::new(Tag::Sequence, parts.concat())?.to_der()
}

fn time(millis: Millis) -> x509_cert::der::Result<Time> {
    let since_1970 = std::time::Duration::from_millis(u64::try_from(millis).unwrap_or_default());
    Ok(Time::UtcTime(UtcTime::from_date_time(DateTime::from_unix_duration(since_1970)?)?))
}

/// What a certificate to be issued says.
pub(crate) struct Statement<'a> {
    /// E.g. `CN=Школа № 1`.
    pub(crate) subject: &'a str,
    pub(crate) serial: u64,
    pub(crate) from: Millis,
    pub(crate) until: Millis,
    pub(crate) key: SubjectPublicKeyInfoOwned,
    pub(crate) algorithm: AlgorithmIdentifierOwned,
}

/// A self-signed certificate in DER: version 1, without extensions. `sign` signs its inside with `algorithm`.
pub(crate) fn issue(
    statement: Statement<'_>,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, String>,
) -> Result<Vec<u8>, String> {
    let told = |error: x509_cert::der::Error| format!("cannot write a certificate: {error}");
    let name: Name = statement.subject.parse().map_err(told)?;
    let inside = || {
        let validity = Validity::<x509_cert::certificate::Rfc5280>::new(
            time(statement.from)?,
            time(statement.until)?,
        );
        sequence(&[
            SerialNumber::<x509_cert::certificate::Rfc5280>::from(statement.serial).to_der()?,
            statement.algorithm.to_der()?,
            name.to_der()?,
            validity.to_der()?,
            name.to_der()?,
            statement.key.to_der()?,
        ])
    };
    let inside = inside().map_err(told)?;
    let signature = sign(&inside)?;
    let whole = || {
        let signature = BitString::from_bytes(&signature)?.to_der()?;
        sequence(&[inside.clone(), statement.algorithm.to_der()?, signature])
    };
    whole().map_err(told)
}

/// A self-signed certificate for an invented client's GOST key, valid between these milliseconds since 1970.
///
/// # Errors
/// A name that is none, times outside of 1970–2049, no randomness.
pub fn for_client(key: &gost::PrivateKey, name: &str, from: Millis, until: Millis) -> Result<Vec<u8>, String> {
    let spki = key.public().spki().map_err(|error| error.to_string())?;
    let subject = &format!("CN={name}");
    let algorithm = gost::signature_algorithm();
    let statement = Statement { subject, serial: 1, from, until, key: spki, algorithm };
    issue(statement, |inside| key.sign(inside).map(Vec::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_issued_can_be_read() {
        let key = gost::PrivateKey::generate().unwrap();
        let der = for_client(&key, "Школа", 1_000_000, 2_000_000_000_000).unwrap();
        let read = Certificate::parse(&pem(&der)).expect("a certificate");
        let Key::Gost(public) = &read.key else { panic!("the key is lost") };
        assert!(public.verifies(b"x", &key.sign(b"x").unwrap()));
        assert!(read.is_valid_at(1_000_000) && !read.is_valid_at(999_000));
        assert!(read.is_valid_at(2_000_000_000_000) && !read.is_valid_at(2_000_000_001_000));
        assert_eq!((read.der.clone(), fingerprint(&der).len()), (der, 64));
    }

    #[test]
    fn what_is_none_is_told() {
        let told = |text: &str| Certificate::parse(text).err().expect("a refusal");
        assert!(told("%").starts_with("not base64"));
        assert!(told("AAAA").starts_with("not a certificate"));
    }
}
