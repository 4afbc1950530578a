//! RSA with SHA-256 in this process: bare signatures, detached CMS, and what others signed.

use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use x509_cert::der::asn1::{Any, AnyRef, ObjectIdentifier, OctetString, SetOfVec};
use x509_cert::der::{self, Encode};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::capability::Certificate;
use crate::model::manifest::SignatureForm;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// Others than its owner can read the file.
    Open,
    /// Key and certificate do not belong together.
    Mismatch,
    /// Anything else, in English.
    Other(String),
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "others can read the key\nhint: let only its owner read the file: chmod 600",
            Self::Mismatch => {
                "key and certificate do not belong together: one of them was replaced without the other"
            }
            Self::Other(why) => why,
        })
    }
}

/// Signs with the key in this file, which has to be the certificate's.
pub(super) fn sign(
    file: &Path,
    certificate: Option<&Certificate>,
    form: SignatureForm,
    bytes: &[u8],
) -> Result<Vec<u8>, String> {
    let key = usable(file, certificate).map_err(|fault| fault.to_string())?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut signature)
        .map_err(|_| "the key does not sign")?;
    match (form, certificate) {
        (SignatureForm::Raw, _) => Ok(signature),
        (SignatureForm::Cms, Some(certificate)) => {
            detached(certificate, signature).map_err(|error| format!("the CMS cannot be written: {error}"))
        }
        (SignatureForm::Cms, None) => Err("a CMS needs the key's certificate".into()),
    }
}

/// Reads the key, which has to be the certificate's.
pub(super) fn usable(file: &Path, certificate: Option<&Certificate>) -> Result<KeyPair, KeyFault> {
    let key = read(file)?;
    match certificate {
        Some(certificate) if certificate.rsa_key() != Some(key.public().as_ref()) => Err(KeyFault::Mismatch),
        _ => Ok(key),
    }
}

fn read(file: &Path) -> Result<KeyPair, KeyFault> {
    let about = file.display();
    let meta =
        std::fs::metadata(file).map_err(|error| KeyFault::Other(format!("cannot read {about}: {error}")))?;
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(KeyFault::Open);
    }
    let key = PrivateKeyDer::from_pem_file(file);
    let key = key.map_err(|_| KeyFault::Other(format!("{about} holds no key in PEM")))?;
    let pair = match &key {
        PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
        _ => return Err(KeyFault::Other(format!("{about} holds no RSA key"))),
    };
    pair.map_err(|why| KeyFault::Other(format!("the key in {about} cannot be used: {why}")))
}

/// A CMS without the message and without attributes: what is signed is the message itself.
fn detached(certificate: &Certificate, signature: Vec<u8>) -> der::Result<Vec<u8>> {
    let algorithm = |oid| AlgorithmIdentifierOwned { oid, parameters: Some(Any::from(AnyRef::NULL)) };
    let tbs = certificate.x509().tbs_certificate();
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: tbs.issuer().clone(),
            serial_number: tbs.serial_number().clone(),
        }),
        digest_alg: algorithm(SHA_256),
        signed_attrs: None,
        signature_algorithm: algorithm(RSA),
        signature: OctetString::new(signature)?,
        unsigned_attrs: None,
    };
    let data = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![algorithm(SHA_256)])?,
        encap_content_info: EncapsulatedContentInfo { econtent_type: DATA, econtent: None },
        certificates: Some(vec![CertificateChoices::Certificate(certificate.x509().clone())].try_into()?),
        crls: None,
        signer_infos: vec![signer].try_into()?,
    };
    ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&data)? }.to_der()
}

/// Has the key of this certificate signed these bytes?
pub(super) fn has_signed(certificate: &Certificate, bytes: &[u8], signature: &[u8]) -> Result<(), String> {
    let key = certificate.rsa_key().ok_or("the certificate's key is not for RSA")?;
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
    key.verify(bytes, signature).map_err(|_| "the signature is wrong".into())
}
