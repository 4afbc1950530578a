//! Requests in VK's form, and what its envelope holds: `response`, or `error`.

use exchange_sdk::failure::{Written, of_read, of_write, unknown_outcome};
use exchange_sdk::http::{HttpError, Request, Response};
use exchange_sdk::{Failure, Message};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::fault::{Whose, fault};
use crate::messenger::Fault;

/// The newest public version.
const VERSION: &str = "5.199";

/// A request for a method.
pub(super) fn to(operation: &str) -> Request {
    Request::to(operation).form("v", VERSION)
}

#[derive(Deserialize)]
struct Refused {
    error_code: i64,
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Envelope<T> {
    response: Option<T>,
    error: Option<Refused>,
}

/// What a *read* was answered with.
pub(super) fn read<T: DeserializeOwned>(
    answer: Result<Response, HttpError>,
    whose: Whose,
) -> Result<T, Fault> {
    let response = of_read(answer).map_err(of_host)?;
    open(&response, whose)
}

/// What a *write* was answered with.
pub(super) fn write<T: DeserializeOwned>(
    answer: Result<Response, HttpError>,
    whose: Whose,
) -> Result<T, Fault> {
    match of_write(answer) {
        Written::Answered(response) => open(&response, whose),
        Written::Nothing(failure) => Err(of_host(failure)),
        Written::InDoubt(why) => Err(Fault::Broken(why)),
    }
}

fn of_host(failure: Failure) -> Fault {
    match failure {
        // VK's own refusals come with 200: this is a proxy, or maintenance.
        Failure::Unauthorized(_) | Failure::Refused(_) => {
            Fault::Host(Failure::Unavailable(Message::new("no-answer")))
        }
        other => Fault::Host(other),
    }
}

fn open<T: DeserializeOwned>(response: &Response, whose: Whose) -> Result<T, Fault> {
    let envelope: Envelope<T> =
        response.json().map_err(|_| Fault::Broken(unknown_outcome(response.status)))?;
    match (envelope.response, envelope.error) {
        (_, Some(refused)) => Err(fault(refused.error_code, whose)),
        (Some(answer), None) => Ok(answer),
        (None, None) => Err(Fault::Broken(unknown_outcome(response.status))),
    }
}
