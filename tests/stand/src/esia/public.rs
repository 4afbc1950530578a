//! Where certificates for checking tokens are downloaded: there is no JWKS, there is a zip.

use std::io::{Cursor, Write};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use zip::write::SimpleFileOptions;

use super::app::{App, Shared};
use super::certificate::{fingerprint, pem};
use super::error::Refusal;
use super::keys::{Algorithm, SigningKey};
use crate::serving::answer::{pretty, with_type};

/// The keys in use now, one of each algorithm.
fn in_use(app: &App) -> Result<[std::sync::Arc<SigningKey>; 2], Refusal> {
    let number = app.read(|world, _| world.settings.signing_key);
    Ok([app.key(Algorithm::Rs256, number)?, app.key(Algorithm::Gost, number)?])
}

/// `GET /public/esia.zip`: DER files, named by algorithm.
pub(crate) async fn zipped(State(app): State<Shared>) -> Response {
    let packed = in_use(&app).and_then(|keys| {
        pack(&keys).map_err(|error| Refusal::fault(&format!("cannot pack certificates: {error}")))
    });
    match packed {
        Ok(bytes) => with_type(StatusCode::OK, "application/zip", bytes),
        Err(refusal) => refusal.as_json(None).into_response(),
    }
}

fn pack(keys: &[std::sync::Arc<SigningKey>]) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for key in keys {
        zip.start_file(format!("{}.cer", key.algorithm.word()), SimpleFileOptions::default())?;
        zip.write_all(&key.certificate)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[derive(Serialize)]
struct CertificateOut {
    algorithm: &'static str,
    number: u32,
    /// As `x5t#St256` names it.
    hash: String,
    pem: String,
}

impl From<&SigningKey> for CertificateOut {
    fn from(key: &SigningKey) -> Self {
        let (hash, pem) = (fingerprint(&key.certificate), pem(&key.certificate));
        CertificateOut { algorithm: key.algorithm.word(), number: key.number, hash, pem }
    }
}

/// `GET /_stand/certificates`: the same for people and tests.
pub(crate) async fn listed(State(app): State<Shared>) -> Response {
    match in_use(&app) {
        Ok(keys) => pretty(&keys.iter().map(|key| CertificateOut::from(&**key)).collect::<Vec<_>>()),
        Err(refusal) => refusal.as_json(None),
    }
}
