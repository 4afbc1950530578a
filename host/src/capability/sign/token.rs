//! Tokens (JWT) of others: believed by pinned certificates and a pinned algorithm, inside their time.
//!
//! Whether a token is for us, and of the kind that was asked for, only its receiver knows: the connector compares issuer,
//! audience and kind.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use tempfile::NamedTempFile;

use super::{MAX_BYTES, program, rsa};
use crate::capability::Certificate;
use crate::model::Millis;
use crate::model::signing::{Program, TokenKey, VerifiedBy};

/// Seconds by which clocks may differ.
const LEEWAY_S: i64 = 60;

/// A token taken apart.
struct Token<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    /// What is signed.
    message: &'a str,
    signature: Vec<u8>,
}

/// The claims of a token that one of the certificates vouches for, as JSON.
pub(super) async fn verify(key: &TokenKey, token: &str, now: Millis) -> Result<String, String> {
    let token = Token::read(token)?;
    token.fits(key.by.algorithm())?;
    let mut doubts = Vec::new();
    for file in &key.certificates {
        let certificate = Certificate::read_good(file, now).map_err(|error| error.to_string());
        let signed = match certificate {
            Ok(certificate) => token.is_signed(&key.by, &certificate).await,
            Err(why) => Err(why),
        };
        match signed {
            Ok(()) => {
                token.is_timely(now / 1_000)?;
                return Ok(Value::Object(token.claims).to_string());
            }
            Err(why) => doubts.push(why),
        }
    }
    Err(doubts.join("; "))
}

impl<'a> Token<'a> {
    fn read(token: &'a str) -> Result<Self, String> {
        if token.len() > MAX_BYTES {
            return Err(format!("it is longer than {MAX_BYTES} bytes"));
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else { return Err("it has not three parts".into()) };
        let message = &token[..header.len() + 1 + claims.len()];
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| "its signature is no base64url")?;
        Ok(Self { header: object(header)?, claims: object(claims)?, message, signature })
    }

    /// The algorithm is the settings', and what is critical to the sender we do not know.
    fn fits(&self, algorithm: &str) -> Result<(), String> {
        if self.header.get("alg").and_then(Value::as_str) != Some(algorithm) {
            return Err(format!("its algorithm is not {algorithm}"));
        }
        if self.header.contains_key("crit") {
            return Err("it demands extensions".into());
        }
        Ok(())
    }

    async fn is_signed(&self, by: &VerifiedBy, certificate: &Certificate) -> Result<(), String> {
        match by {
            VerifiedBy::Rsa => rsa::has_signed(certificate, self.message.as_bytes(), &self.signature),
            VerifiedBy::Gost(program) => by_program(program, certificate, self).await,
        }
    }

    /// `now` in seconds.
    fn is_timely(&self, now: i64) -> Result<(), String> {
        let moment = |name: &str| match self.claims.get(name) {
            None => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or(format!("`{name}` is no time")),
        };
        let end = moment("exp")?.ok_or("it has no end")?;
        if now >= end.saturating_add(LEEWAY_S) {
            return Err("its time is over".into());
        }
        let begins = moment("nbf")?.into_iter().chain(moment("iat")?).max();
        if begins.is_some_and(|begins| now < begins.saturating_sub(LEEWAY_S)) {
            return Err("its time has not come".into());
        }
        Ok(())
    }
}

fn object(part: &str) -> Result<Map<String, Value>, String> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| "it is no base64url")?;
    serde_json::from_slice(&bytes).map_err(|_| "it is no JSON object".into())
}

async fn by_program(program: &Program, certificate: &Certificate, token: &Token<'_>) -> Result<(), String> {
    let told = |error: crate::error::Error| error.to_string();
    let signature = file(&token.signature)?;
    let key = file(certificate.key_pem().map_err(told)?.as_bytes())?;
    let pem = file(certificate.pem().map_err(told)?.as_bytes())?;
    let places = [("{signature}", &signature), ("{key}", &key), ("{certificate}", &pem)];
    let fill = |argument: &String| {
        places.iter().fold(argument.clone(), |argument, (place, file)| {
            argument.replace(place, &file.path().to_string_lossy())
        })
    };
    let command = program.command.iter().map(fill).collect();
    let program = Program { command, timeout_ms: program.timeout_ms };
    program::run(&program, &[], token.message.as_bytes()).await.map(drop)
}

/// Readable by nobody else, and gone with its handle.
fn file(content: &[u8]) -> Result<NamedTempFile, String> {
    let write = || {
        let mut file = NamedTempFile::new()?;
        file.write_all(content).map(|()| file)
    };
    write().map_err(|error| format!("cannot write a file for the program: {error}"))
}
