//! What a connector may do beyond computing: each capability checks the grant and does the thing.
//!
//! Two keys open each: the manifest asks, the task's file grants. Who is refused reads the lines of TOML that would
//! grant it. No capability knows another; what they share is here: secrets and keeping them out of texts,
//! certificates.

mod certificate;
pub mod context;
pub mod http;
pub mod log;
pub mod records;
pub mod secrets;
pub mod sign;

pub use certificate::{Certificate, first_to_expire};

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use zeroize::{Zeroize, Zeroizing};

/// Shorter values are not looked for in texts: they would be found everywhere.
const SHORTEST: usize = 4;
/// What stands where a secret stood.
const REDACTED: &str = "[secret]";

/// A secret value. Never shown by `Debug`; its memory is overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The value, for the one place that puts it on a request or stores it sealed.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Keeps secrets out of whatever becomes text. Learns every value that passes through a capability.
///
/// Invariant: no text that went through `text` or `bytes` holds a value told to `know` before, neither as it stands
/// nor as forms and JSON write it.
#[derive(Default)]
pub struct Redactor {
    values: RwLock<BTreeSet<String>>,
}

impl Redactor {
    /// From now on this value is kept out.
    pub fn know(&self, secret: &Secret) {
        let value = secret.expose();
        if value.len() < SHORTEST {
            return;
        }
        let form: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let json = serde_json::Value::from(value).to_string();
        let inner = json[1..json.len() - 1].to_owned();
        let mut values = self.values.write().unwrap_or_else(PoisonError::into_inner);
        values.extend([value.to_owned(), form.replace('+', "%20"), form, inner]);
    }

    /// The text without secrets.
    pub fn text(&self, text: &str) -> String {
        let values = self.values.read().unwrap_or_else(PoisonError::into_inner);
        // Longest first: one secret may be the beginning of another.
        let mut known: Vec<&String> = values.iter().filter(|value| text.contains(value.as_str())).collect();
        known.sort_by_key(|value| std::cmp::Reverse(value.len()));
        known.into_iter().fold(text.to_owned(), |text, value| text.replace(value.as_str(), REDACTED))
    }

    /// The bytes without secrets.
    pub fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        let values = self.values.read().unwrap_or_else(PoisonError::into_inner);
        let mut known: Vec<&String> =
            values.iter().filter(|value| position(&bytes, value).is_some()).collect();
        known.sort_by_key(|value| std::cmp::Reverse(value.len()));
        known.into_iter().fold(bytes, |bytes, value| without(&bytes, value))
    }
}

/// What was known is overwritten.
impl Drop for Redactor {
    fn drop(&mut self) {
        let values = self.values.get_mut().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(values).into_iter().for_each(|mut value| value.zeroize());
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

fn position(bytes: &[u8], value: &str) -> Option<usize> {
    let (first, rest) = value.as_bytes().split_first()?;
    let starts = bytes.iter().enumerate().filter(|(_, byte)| *byte == first);
    starts.map(|(at, _)| at).find(|at| bytes[at + 1..].starts_with(rest))
}

fn without(bytes: &[u8], value: &str) -> Vec<u8> {
    let (mut clean, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some(at) = position(rest, value) {
        clean.extend_from_slice(&rest[..at]);
        clean.extend_from_slice(REDACTED.as_bytes());
        rest = &rest[at + value.len()..];
    }
    clean.extend_from_slice(rest);
    clean
}

/// A refusal with the lines of the task's file that would grant what was asked.
fn not_granted(what: &str, line: &str) -> String {
    format!("{what} is not granted\nhint: add to the task:\n[task.grant]\n{line}")
}

/// A refusal of what the manifest does not ask.
fn not_asked(what: &str) -> String {
    format!("{what} is not in the connector's manifest")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_kept_out_however_it_is_written() {
        let redactor = Redactor::default();
        redactor.know(&Secret::new("a b/\"c\""));
        for written in ["a b/\"c\"", "a+b%2F%22c%22", "a%20b%2F%22c%22", r#"a b/\"c\""#] {
            assert_eq!(redactor.text(&format!("x {written} y")), "x [secret] y");
            assert_eq!(redactor.bytes(format!("x{written}y{written}").into()), b"x[secret]y[secret]");
        }
    }

    #[test]
    fn the_longer_of_two_secrets_leaves_no_rest() {
        let redactor = Redactor::default();
        redactor.know(&Secret::new("token"));
        redactor.know(&Secret::new("token-and-more"));
        assert_eq!(redactor.text("token-and-more, token"), "[secret], [secret]");
        assert_eq!(redactor.bytes(b"token-and-more, token".to_vec()), b"[secret], [secret]");
    }

    #[test]
    fn short_values_and_plain_texts_stay() {
        let redactor = Redactor::default();
        redactor.know(&Secret::new("abc"));
        assert_eq!(redactor.text("abcdef"), "abcdef");
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Secret::new("hush")), "Secret(…)");
    }
}
