//! Requests and answers.
//!
//! What talks to the other side takes an [`Http`], so that it runs in tests without a network.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::exchange::connector::http as host;
pub use crate::bindings::exchange::connector::http::{
    Body, FormValue, HttpError, Pending, Request, Response, TextOrSecret, start,
};
use crate::{Message, Param};

/// Something that answers requests.
pub trait Http {
    /// Many at once, as parallel as the upstream's limit allows; answers in the order of the requests.
    fn send_all(&self, requests: &[Request]) -> Vec<Result<Response, HttpError>>;

    /// One request.
    ///
    /// # Errors
    /// Why there is no response; [`crate::failure`] turns that into what the contract wants to hear.
    fn send(&self, request: Request) -> Result<Response, HttpError> {
        self.send_all(&[request]).pop().unwrap_or(Err(HttpError::Unanswered))
    }
}

/// The host's own policy: limits, credentials, repetition.
pub struct Host;

impl Http for Host {
    fn send_all(&self, requests: &[Request]) -> Vec<Result<Response, HttpError>> {
        host::send_all(requests)
    }

    fn send(&self, request: Request) -> Result<Response, HttpError> {
        host::send(&request)
    }
}

impl Request {
    /// Asks for an operation of the manifest.
    pub fn to(operation: &str) -> Self {
        Self {
            operation: operation.to_owned(),
            path: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
            changes: Vec::new(),
            token: None,
            timeout: None,
        }
    }

    /// Fills a `{name}` place of the path.
    #[must_use]
    pub fn path(mut self, name: &str, value: impl ToString) -> Self {
        self.path.push(Param::new(name, value));
        self
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push(Param::new(name, value));
        self
    }

    /// Sets a header that the operation lists.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push(Param::new(name, value));
        self
    }

    /// Sends JSON.
    ///
    /// # Panics
    /// When the value has no JSON form (a map with keys that are no texts): a mistake in the connector.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.body = Body::Json(serde_json::to_string(body).expect("the body has a JSON form"));
        self
    }

    /// Adds a field of a form.
    #[must_use]
    pub fn form(self, name: &str, value: impl ToString) -> Self {
        self.form_value(name, TextOrSecret::Text(value.to_string()))
    }

    /// Adds a field of a form that the host fills with a secret: a name of the manifest, or a handle captured in
    /// this dialogue.
    #[must_use]
    pub fn form_secret(self, name: &str, secret: &str) -> Self {
        self.form_value(name, TextOrSecret::Secret(secret.to_owned()))
    }

    fn form_value(mut self, name: &str, value: TextOrSecret) -> Self {
        let value = FormValue { name: name.to_owned(), value };
        match &mut self.body {
            Body::Form(values) => values.push(value),
            _ => self.body = Body::Form(vec![value]),
        }
        self
    }

    /// Writes: which changes of this `apply` call, by position, the request carries.
    #[must_use]
    pub fn changes(mut self, positions: impl IntoIterator<Item = usize>) -> Self {
        self.changes.extend(positions.into_iter().filter_map(|position| u32::try_from(position).ok()));
        self
    }

    /// An idempotency token.
    #[must_use]
    pub fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Milliseconds; capped by the upstream's own limit.
    #[must_use]
    pub fn timeout(mut self, millis: u32) -> Self {
        self.timeout = Some(millis);
        self
    }
}

/// An answer that is not what its status promises: HTML with 200, JSON cut short, another shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The status it came with.
    pub status: u16,
}

impl Unreadable {
    /// `answer-not-understood`, with the status.
    pub fn message(self) -> Message {
        Message::new("answer-not-understood").arg("status", self.status)
    }
}

impl Response {
    /// 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON of this shape, whatever the status.
    ///
    /// # Errors
    /// When it is not JSON, or JSON of another shape. The parser's words are dropped: they may quote the body,
    /// and the body may be personal.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Unreadable> {
        serde_json::from_slice(&self.body).map_err(|_| Unreadable { status: self.status })
    }

    /// A header, its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(&header.value)
    }

    /// Seconds of `retry-after`, where it gives seconds.
    pub fn retry_after(&self) -> Option<u32> {
        self.header("retry-after")?.trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Response {
        Response { status, headers: vec![Param::new("Retry-After", "7")], body: body.into() }
    }

    #[test]
    fn html_and_cut_json_are_not_understood() {
        for body in ["<html>maintenance</html>", r#"[{"id": 1"#, r#"{"id": 1}"#] {
            let read: Result<Vec<u8>, Unreadable> = answer(200, body).json();
            assert_eq!(read, Err(Unreadable { status: 200 }), "{body}");
        }
        assert_eq!(answer(200, "[1]").json(), Ok(vec![1]));
        assert_eq!(answer(503, "").retry_after(), Some(7));
    }

    #[test]
    fn a_form_collects_its_fields() {
        let request =
            Request::to("exchange-code").form("code", "c").form_secret("client_secret", "client-secret");
        let Body::Form(values) = request.body else { panic!("no form") };
        assert_eq!(values.len(), 2);
        assert_eq!(values[1].value, TextOrSecret::Secret("client-secret".to_owned()));
    }
}
