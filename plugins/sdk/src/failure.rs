//! From statuses and missing answers to what the contract wants to hear.
//!
//! The codes used here, whose patterns a connector's manifest supplies when it uses these helpers:
//!
//! | code | arguments | said when |
//! |---|---|---|
//! | `no-answer` | | the other side does not answer |
//! | `answer-not-understood` | `status` | HTML, JSON cut short, another shape |
//! | `server-error` | `status` | 5xx |
//! | `sign-in-again` | | 401 |
//! | `not-allowed` | | 403 |
//! | `request-refused` | `status` | any other refusal |
//! | `http-not-granted` | `grant` | the task does not grant the operation |
//! | `outcome-unknown` | `status` (0: no answer) | a write without a definite answer |
//! | `records-not-granted` | `grant` | [`crate::records`] |
//! | `settings-do-not-fit` | `cause` | [`crate::context::settings`] |

use crate::http::{HttpError, Response, Unreadable};
use crate::{Failure, Message, Refusal, Stored};

impl From<Unreadable> for Failure {
    fn from(answer: Unreadable) -> Self {
        Self::Unavailable(answer.message())
    }
}

impl From<HttpError> for Failure {
    /// Of a *read*; for writes see [`of_write`].
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Denied(lines) => Self::Forbidden(Message::new("http-not-granted").arg("grant", lines)),
            HttpError::NotProcessed(after) => Self::Retry(after),
            HttpError::Unanswered => Self::Unavailable(Message::new("no-answer")),
            HttpError::TooLarge => Self::Unavailable(Unreadable { status: 200 }.message()),
        }
    }
}

/// Is this status the other side's way to say "not now, nothing done"?
///
/// 433 is not registered anywhere; systems of this field send it for a used-up limit.
pub fn is_limit(status: u16) -> bool {
    matches!(status, 429 | 433 | 503)
}

/// What a status that is no success means for a *read*.
pub fn of_status(response: &Response) -> Failure {
    let status = response.status;
    match status {
        401 => Failure::Unauthorized(Message::new("sign-in-again")),
        403 => Failure::Forbidden(Message::new("not-allowed")),
        _ if is_limit(status) => Failure::Retry(response.retry_after()),
        500..=599 => Failure::Unavailable(Message::new("server-error").arg("status", status)),
        _ => refused(Message::new("request-refused").arg("status", status)),
    }
}

/// Refuses the whole batch, of which nothing was stored.
pub fn refused(reason: Message) -> Failure {
    Failure::Refused(Refusal { stored: Stored::Nothing, reason })
}

/// The response to a *read*, if it is a success.
///
/// # Errors
/// What the missing answer or the status means.
pub fn of_read(answer: Result<Response, HttpError>) -> Result<Response, Failure> {
    let response = answer?;
    if response.is_success() { Ok(response) } else { Err(of_status(&response)) }
}

/// How a *write* came out.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// A success; what is in it decides about the single changes.
    Answered(Response),
    /// Certain: nothing was stored.
    Nothing(Failure),
    /// Unknown what was stored: the changes it carried are [in doubt](crate::Effect::InDoubt).
    InDoubt(Message),
}

/// Tells apart what may be repeated from what may be there already.
///
/// Certain refusals are those a server gives *before* it processes anything: 4xx and a used-up limit. A 5xx may come
/// after it stored, and so may silence. That holds for 503 too: where it is known to mean *not processed*, the
/// upstream's configuration says so and the host never lets it through to here.
pub fn of_write(answer: Result<Response, HttpError>) -> Written {
    match answer {
        Ok(response) if response.is_success() => Written::Answered(response),
        Ok(response) if response.status == 408 || response.status >= 500 => {
            Written::InDoubt(unknown_outcome(response.status))
        }
        Ok(response) => Written::Nothing(of_status(&response)),
        Err(HttpError::TooLarge) => Written::InDoubt(unknown_outcome(200)),
        Err(HttpError::Unanswered) => Written::InDoubt(unknown_outcome(0)),
        Err(error) => Written::Nothing(error.into()),
    }
}

/// `outcome-unknown`: what to say of a write whose answer cannot be relied on.
pub fn unknown_outcome(status: u16) -> Message {
    Message::new("outcome-unknown").arg("status", status)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> Result<Response, HttpError> {
        Ok(Response { status, headers: Vec::new(), body: Vec::new() })
    }

    #[test]
    fn only_definite_refusals_count_as_nothing_stored() {
        let nothing = |answer| matches!(of_write(answer), Written::Nothing(_));
        let doubt = |answer| matches!(of_write(answer), Written::InDoubt(_));
        for code in [400, 401, 403, 404, 409, 422, 429, 433] {
            assert!(nothing(status(code)), "{code}");
        }
        for code in [408, 500, 502, 503, 504, 550] {
            assert!(doubt(status(code)), "{code}");
        }
        assert!(doubt(Err(HttpError::Unanswered)));
        assert!(doubt(Err(HttpError::TooLarge)));
        assert!(nothing(Err(HttpError::NotProcessed(Some(3)))));
    }

    #[test]
    fn reads_say_what_to_do() {
        assert_eq!(of_read(status(503)), Err(Failure::Retry(None)));
        assert!(matches!(of_read(status(401)), Err(Failure::Unauthorized(_))));
        assert!(matches!(of_read(status(403)), Err(Failure::Forbidden(_))));
        assert!(matches!(of_read(status(500)), Err(Failure::Unavailable(_))));
        assert!(matches!(of_read(status(404)), Err(Failure::Refused(_))));
        assert!(of_read(status(200)).is_ok());
    }
}
