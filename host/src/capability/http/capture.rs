//! Takes credentials out of answers before anybody else sees them.

use serde_json::Value;

use super::TaskHttp;
use crate::capability::Secret;
use crate::model::manifest::Operation;
use crate::sandbox::ports::Response;

impl TaskHttp {
    /// The answer as the guest may see it: captured members are handles, known secrets are gone, cookies too.
    pub(super) fn tame(&self, operation: &Operation, mut response: Response) -> Result<Response, String> {
        if !operation.capture.is_empty() {
            response.body = self.capture(operation, &response.body)?;
        }
        response.body = self.redactor.bytes(response.body);
        response.headers.retain(|header| !header.name.starts_with("set-cookie"));
        for header in &mut response.headers {
            header.value = self.redactor.text(&header.value);
        }
        Ok(response)
    }

    /// What is not whole JSON is withheld: nobody could say where in it a credential stands.
    fn capture(&self, operation: &Operation, body: &[u8]) -> Result<Vec<u8>, String> {
        let Ok(mut json) = serde_json::from_slice::<Value>(body) else { return Ok(Vec::new()) };
        self.replace(operation, &mut json)?;
        Ok(json.to_string().into_bytes())
    }

    fn replace(&self, operation: &Operation, json: &mut Value) -> Result<(), String> {
        match json {
            Value::Object(members) => {
                members.iter_mut().try_for_each(|(name, value)| match operation.capture.get(name) {
                    Some(secret) => self.keep(secret, value),
                    None => self.replace(operation, value),
                })
            }
            Value::Array(list) => list.iter_mut().try_for_each(|value| self.replace(operation, value)),
            _ => Ok(()),
        }
    }

    /// Hands a value to the sink and puts its handle in its place. `null` is no credential.
    fn keep(&self, name: &str, value: &mut Value) -> Result<(), String> {
        let text = match value {
            Value::Null => return Ok(()),
            Value::String(text) => std::mem::take(text),
            ref other => other.to_string(),
        };
        let secret = Secret::new(text);
        self.redactor.know(&secret);
        *value = Value::String(self.sink.capture(name, secret)?);
        Ok(())
    }
}
