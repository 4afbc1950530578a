//! Answers for tests, in place of a network.

use std::cell::RefCell;

use crate::Param;
use crate::http::{Http, HttpError, Request, Response};

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
