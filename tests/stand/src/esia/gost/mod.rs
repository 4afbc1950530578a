//! GOST R 34.10-2012 (256 bits) signatures and Streebog-256, as ЕСИА and its clients use them.
//!
//! Written from RFC 7091 and RFC 7836 because no Rust crate has the signature, and because the stand-in must not check
//! clients with the very program they sign with: OpenSSL's GOST engine then is a check from outside, both ways.
//! The arithmetic takes time that depends on the key, so it is good for invented keys and nothing else.
//!
//! Byte order, as measured on OpenSSL's engine: a signature is s ‖ r, each 32 bytes big-endian; the digest is read
//! little-endian; a public key in a certificate is X ‖ Y, each little-endian, inside an OCTET STRING.

mod curve;

use num_bigint::BigUint;
use streebog::{Digest, Streebog256};
use x509_cert::der::asn1::{Any, BitString, ObjectIdentifier, OctetString};
use x509_cert::der::{Decode, Encode, Tag};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use curve::{Curve, Point};

/// The algorithm of a public key: id-tc26-gost3410-12-256.
const KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.643.7.1.1.1.1");
/// The digest named beside the curve: id-tc26-gost3411-12-256.
const DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.643.7.1.1.2.2");
/// The signature with that digest: id-tc26-signwithdigest-gost3410-12-256.
const SIGNATURE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.643.7.1.1.3.2");

/// Streebog-256 of `bytes`.
pub fn hash(bytes: &[u8]) -> [u8; 32] {
    Streebog256::digest(bytes).into()
}

/// The digest as the number that is signed.
fn digest_number(message: &[u8], curve: &Curve) -> BigUint {
    let number = BigUint::from_bytes_le(&hash(message)) % &curve.order;
    match number == BigUint::ZERO {
        true => BigUint::from(1u8),
        false => number,
    }
}

fn big_endian(number: &BigUint) -> [u8; 32] {
    let (bytes, mut out) = (number.to_bytes_be(), [0; 32]);
    out[32 - bytes.len()..].copy_from_slice(&bytes);
    out
}

fn little_endian(number: &BigUint) -> [u8; 32] {
    let mut out = big_endian(number);
    out.reverse();
    out
}

/// A public key on one of the curves known here.
#[derive(Clone)]
pub struct PublicKey {
    curve: &'static Curve,
    x: BigUint,
    y: BigUint,
}

impl PublicKey {
    /// The key of a certificate; `None`: another algorithm, a curve not known here, or a point off the curve.
    pub(crate) fn of_spki(spki: &SubjectPublicKeyInfoOwned) -> Option<PublicKey> {
        if spki.algorithm.oid != KEY {
            return None;
        }
        let parameters = spki.algorithm.parameters.as_ref()?;
        let curve = ObjectIdentifier::from_der(first_of(parameters.value())?).ok()?;
        let curve = curve::by_oid(&curve.to_string())?;
        let point = OctetString::from_der(spki.subject_public_key.as_bytes()?).ok()?;
        let (x, y) = point.as_bytes().split_at_checked(32).filter(|(_, y)| y.len() == 32)?;
        let (x, y) = (BigUint::from_bytes_le(x), BigUint::from_bytes_le(y));
        curve.holds(&x, &y).then_some(PublicKey { curve, x, y })
    }

    /// The form a certificate carries.
    ///
    /// # Errors
    /// None that can happen with a key that was made here.
    pub(crate) fn spki(&self) -> x509_cert::der::Result<SubjectPublicKeyInfoOwned> {
        let curve = ObjectIdentifier::new(self.curve.oids[0])?;
        let parameters = Any::new(Tag::Sequence, [curve.to_der()?, DIGEST.to_der()?].concat())?;
        let point = [little_endian(&self.x), little_endian(&self.y)].concat();
        let key = OctetString::new(point)?.to_der()?;
        let algorithm = AlgorithmIdentifierOwned { oid: KEY, parameters: Some(parameters) };
        Ok(SubjectPublicKeyInfoOwned { algorithm, subject_public_key: BitString::from_bytes(&key)? })
    }

    /// Is this 64 bytes of s ‖ r a signature of `message` under this key?
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Some((s, r)) = signature.split_at_checked(32).filter(|(_, r)| r.len() == 32) else {
            return false;
        };
        let (s, r, order) = (BigUint::from_bytes_be(s), BigUint::from_bytes_be(r), &self.curve.order);
        let in_range = |number: &BigUint| *number != BigUint::ZERO && number < order;
        let Some(inverse) = digest_number(message, self.curve).modinv(order) else { return false };
        if !in_range(&s) || !in_range(&r) {
            return false;
        }
        let (z1, z2) = (s * &inverse % order, (order - &r) * &inverse % order);
        let own = Point::affine(self.x.clone(), self.y.clone());
        let sum = self.curve.sum_of_products(&z1, &self.curve.base(), &z2, &own);
        self.curve.x_of(&sum).is_some_and(|x| x % order == r)
    }
}

/// The first element of a sequence's content, whole.
fn first_of(content: &[u8]) -> Option<&[u8]> {
    let length = usize::from(*content.get(1)?);
    content.get(..2 + length)
}

/// A private key, for invented clients and for ЕСИА's own stand-in.
#[derive(Clone)]
pub struct PrivateKey {
    curve: &'static Curve,
    secret: BigUint,
}

impl PrivateKey {
    /// A new key on the curve most clients use (CryptoPro-A).
    ///
    /// # Errors
    /// The machine gives no randomness.
    pub fn generate() -> Result<PrivateKey, String> {
        let curve = curve::usual();
        Ok(PrivateKey { curve, secret: curve.random()? })
    }

    /// The key of these bytes, as [`PrivateKey::to_bytes`] gave them.
    pub(crate) fn of_bytes(bytes: &[u8]) -> PrivateKey {
        PrivateKey { curve: curve::usual(), secret: BigUint::from_bytes_be(bytes) }
    }

    pub(crate) fn to_bytes(&self) -> [u8; 32] {
        big_endian(&self.secret)
    }

    /// What may be known of it.
    ///
    /// # Panics
    /// Never: the secret lies between 0 and the order of the curve.
    pub fn public(&self) -> PublicKey {
        let point = self.curve.product(&self.secret, &self.curve.base());
        let (x, y) = self.curve.affine(&point).expect("a multiple below the order is no infinity");
        PublicKey { curve: self.curve, x, y }
    }

    /// 64 bytes s ‖ r.
    ///
    /// # Errors
    /// The machine gives no randomness.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; 64], String> {
        let (order, digest) = (&self.curve.order, digest_number(message, self.curve));
        loop {
            let once = self.curve.random()?;
            let point = self.curve.product(&once, &self.curve.base());
            let Some(r) = self.curve.x_of(&point).map(|x| x % order) else { continue };
            let s = (&r * &self.secret + once * &digest) % order;
            if r != BigUint::ZERO && s != BigUint::ZERO {
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(&big_endian(&s));
                signature[32..].copy_from_slice(&big_endian(&r));
                return Ok(signature);
            }
        }
    }
}

/// How a certificate says that it is signed like this.
pub(crate) fn signature_algorithm() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: SIGNATURE, parameters: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_one_of_the_standard() {
        // RFC 6986, message 1; its numbers are printed with the last byte first.
        let message = b"012345678901234567890123456789012345678901234567890123456789012";
        let mut digest = hash(message);
        digest.reverse();
        let hexadecimal = crate::serving::hex(&digest);
        assert_eq!(hexadecimal, "00557be5e584fd52a449b16b0251d05d27f94ab76cbaa6da890b59d8ef1e159d");
    }

    #[test]
    fn what_is_signed_is_verified_and_nothing_else() {
        let (key, other) = (PrivateKey::generate().unwrap(), PrivateKey::generate().unwrap());
        let signature = key.sign(b"openid").unwrap();
        let public = key.public();
        assert!(public.verifies(b"openid", &signature));
        assert!(!public.verifies(b"openid ", &signature));
        assert!(!other.public().verifies(b"openid", &signature));
        let swapped = [&signature[32..], &signature[..32]].concat();
        assert!(!public.verifies(b"openid", &swapped), "r ‖ s is the other order");
        let mut reversed = signature;
        reversed.reverse();
        assert!(!public.verifies(b"openid", &reversed), "bytes as CryptoPro CSP returns them");
        assert!(!public.verifies(b"openid", &signature[..63]));
        assert!(!public.verifies(b"openid", &[0; 64]));
    }

    #[test]
    fn a_key_survives_its_certificate_form() {
        let key = PrivateKey::generate().unwrap();
        let signature = key.sign("строка".as_bytes()).unwrap();
        let read = PublicKey::of_spki(&key.public().spki().unwrap()).expect("it reads its own form");
        assert!(read.verifies("строка".as_bytes(), &signature));
    }
}
