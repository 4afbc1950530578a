//! What an id token of ЕСИА says, once the host has verified it: is it about a person, for us, and of whom?

use exchange_sdk::Step;
use serde_json::Value;

use super::untrusted;

/// A person's account is of this type.
const PERSON: &str = "P";

/// What an id token says, once the host has verified it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The person's number.
    pub oid: String,
    /// Confirmed.
    pub trusted: bool,
    /// A child's account.
    pub child: bool,
}

impl Claims {
    /// Of a verified token's JSON, if it is about a person and for us.
    ///
    /// # Errors
    /// It is not.
    pub fn of(json: &str, client: &str, issuer: &str) -> Result<Self, Step> {
        let claims: Value = serde_json::from_str(json).map_err(|_| untrusted())?;
        let about = claims.get("urn:esia:sbj").cloned().unwrap_or_default();
        let oid =
            number(&claims["sub"]).filter(|oid| number(&about["urn:esia:sbj:oid"]).as_ref() == Some(oid));
        let audience = match &claims["aud"] {
            Value::String(one) => one == client,
            Value::Array(all) => all.iter().any(|one| one == client),
            _ => false,
        };
        let person = about["urn:esia:sbj:typ"] == PERSON;
        let ours = audience && person && claims["iss"] == issuer;
        let level = about["urn:esia:sbj:lvl"].as_str();
        let trusted = about["urn:esia:sbj:is_tru"] == true || level == Some("PR");
        match oid.filter(|_| ours) {
            Some(oid) => Ok(Self { oid, trusted, child: level == Some("KD") }),
            None => Err(untrusted()),
        }
    }
}

/// Digits, as a number or as a text.
fn number(value: &Value) -> Option<String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}
