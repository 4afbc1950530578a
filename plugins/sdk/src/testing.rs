//! For tests: answers in place of a network, and the texts that a manifest has to have.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::Param;
use crate::http::{Http, HttpError, Request, Response};

pub mod manifest;

/// What a request is answered with.
pub type Answer = Result<Response, HttpError>;

/// Answers each request by a function and remembers what was asked.
pub struct Recorded<F> {
    answer: F,
    requests: RefCell<Vec<Request>>,
}

impl<F: Fn(&Request) -> Answer> Recorded<F> {
    /// Answers by `answer`.
    pub fn new(answer: F) -> Self {
        Self { answer, requests: RefCell::default() }
    }

    /// What was asked, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.borrow().clone()
    }

    /// How often an operation was asked for.
    pub fn count(&self, operation: &str) -> usize {
        self.requests.borrow().iter().filter(|request| request.operation == operation).count()
    }
}

impl<F: Fn(&Request) -> Answer> Http for Recorded<F> {
    fn send_all(&self, requests: &[Request]) -> Vec<Answer> {
        self.requests.borrow_mut().extend(requests.iter().cloned());
        requests.iter().map(&self.answer).collect()
    }
}

/// An answer with a body.
///
/// # Errors
/// Never; it has the form of an answer.
pub fn answer(status: u16, body: &str) -> Answer {
    Ok(Response {
        status,
        headers: vec![Param::new("content-type", "application/json")],
        body: body.as_bytes().to_vec(),
    })
}

/// Codes of the texts by which the form of settings is labelled, worked out from the schema of the settings: of each
/// setting its name (`setting-NAME`) and help (`setting-NAME-help`), and its words (`setting-NAME-WORD`) where it has some.
pub fn codes_of_settings(schema: &Value) -> BTreeSet<String> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let of_one = |(name, schema): (&String, &Value)| {
        let ends =
            words(schema).into_iter().chain(["help".to_owned()]).map(|end| format!("setting-{name}-{end}"));
        std::iter::once(format!("setting-{name}")).chain(ends).collect::<Vec<_>>()
    };
    properties.flat_map(of_one).collect()
}

fn words(schema: &Value) -> Vec<String> {
    let list = |key: &str| schema[key].as_array().into_iter().flatten();
    let own = list("enum").filter_map(Value::as_str).map(str::to_owned);
    let inner = list("anyOf").chain(schema.get("items")).flat_map(words);
    own.chain(inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_labelled_by_their_names_and_words() {
        let schema = serde_json::json!({"properties": {
            "a": {"type": "integer"},
            "b": {"anyOf": [{"enum": ["off", "on"]}, {"items": {"enum": ["some"]}}]},
        }});
        let codes = codes_of_settings(&schema);
        let told: Vec<&str> = codes.iter().map(String::as_str).collect();
        let of_b = ["setting-b", "setting-b-help", "setting-b-off", "setting-b-on", "setting-b-some"];
        assert_eq!(told, [&["setting-a", "setting-a-help"], &of_b[..]].concat());
        assert!(codes_of_settings(&Value::Null).is_empty());
    }
}
