//! What is kept of an attempt's bodies while somebody has leave to look at them: secrets out, captured members masked,
//! only the beginning of what is long.

use serde_json::Value;

use super::TaskHttp;
use super::again::Outcome;
use super::prepare::Prepared;
use crate::capability::REDACTED;

/// Bytes kept of one body.
const MOST: usize = 64 << 10;

/// The bodies of one attempt. Personal, without secrets: no `Debug` shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct AttemptBodies {
    /// What was sent, or its beginning.
    pub sent: Vec<u8>,
    /// What was answered, or its beginning.
    pub received: Vec<u8>,
}

impl std::fmt::Debug for AttemptBodies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AttemptBodies({} + {} bytes)", self.sent.len(), self.received.len())
    }
}

impl TaskHttp {
    /// The bodies of an attempt, as whoever has leave may see them.
    pub(super) fn bodies(&self, prepared: &Prepared, outcome: &Outcome) -> AttemptBodies {
        let received = match outcome {
            Outcome::Answered(response) => self.masked(&prepared.operation, &response.body),
            _ => Vec::new(),
        };
        let shown = |body: Vec<u8>| beginning(self.redactor.bytes(body));
        AttemptBodies { sent: shown(prepared.body.clone()), received: shown(received) }
    }

    /// Members that the manifest takes out of this operation's answers are masked before their values are known to
    /// anybody. What is not whole JSON is withheld then, as it is from the guest.
    fn masked(&self, operation: &str, body: &[u8]) -> Vec<u8> {
        let capture = &self.manifest.operations[operation].capture;
        if capture.is_empty() {
            return body.to_vec();
        }
        let Ok(mut json) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
        mask(&mut json, &|name| capture.contains_key(name));
        json.to_string().into_bytes()
    }
}

fn mask(json: &mut Value, secret: &impl Fn(&str) -> bool) {
    match json {
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| {
            if secret(name) { *value = REDACTED.into() } else { mask(value, secret) }
        }),
        Value::Array(list) => list.iter_mut().for_each(|value| mask(value, secret)),
        _ => {}
    }
}

fn beginning(mut body: Vec<u8>) -> Vec<u8> {
    body.truncate(MOST);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captured_members_are_masked_wherever_they_stand() {
        let mut json = serde_json::json!({"a": [{"token": "x"}], "token": {"deep": 1}, "name": "y"});
        mask(&mut json, &|name| name == "token");
        assert_eq!(json, serde_json::json!({"a": [{"token": REDACTED}], "token": REDACTED, "name": "y"}));
    }
}
