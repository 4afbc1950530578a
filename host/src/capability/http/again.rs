//! Whether a request is repeated: only where that cannot make a twin. Pure.

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::gate::Health;
use crate::model::Millis;
use crate::model::setup::Upstream;
use crate::sandbox::ports::{HttpError, Response};

/// The first step of backing off, and the longest, in milliseconds.
const STEP: u64 = 500;
const LONGEST_STEP: u64 = 30_000;

/// What became of one attempt.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A whole answer.
    Answered(Response),
    /// The answer passes the cap; its status.
    TooLarge(u16),
    /// No connection: nothing left this machine.
    NotSent,
    /// Sent, or perhaps sent, and no whole answer.
    Lost,
    /// Not allowed: a redirect elsewhere, a private address.
    Refused(String),
}

impl Outcome {
    /// The status, if one came whole.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Answered(response) => Some(response.status),
            Self::TooLarge(status) => Some(*status),
            Self::NotSent | Self::Lost | Self::Refused(_) => None,
        }
    }

    /// Why there is no whole answer; no content.
    pub(super) fn error(&self) -> Option<&'static str> {
        match self {
            Self::Answered(_) => None,
            Self::TooLarge(_) => Some("too-large"),
            Self::NotSent => Some("no-connection"),
            Self::Lost => Some("no-answer"),
            Self::Refused(_) => Some("refused"),
        }
    }

    /// The request may have been processed, and nobody said so.
    pub(super) fn may_have_arrived(&self) -> bool {
        match self {
            Self::Answered(response) => matches!(response.status, 502 | 504),
            Self::Lost => true,
            Self::TooLarge(_) | Self::NotSent | Self::Refused(_) => false,
        }
    }

    /// What it says about the upstream. A limit is no illness.
    pub(super) fn health(&self) -> Health {
        match self {
            Self::Answered(response) if matches!(response.status, 502..=504) => Health::Failing,
            Self::Answered(_) | Self::TooLarge(_) => Health::Alive,
            Self::NotSent | Self::Lost => Health::Failing,
            Self::Refused(_) => Health::Unclear,
        }
    }
}

/// How a request may be repeated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'a> {
    pub(super) config: &'a Upstream,
    /// Repeating does no harm: a read, or an operation marked safe.
    pub(super) safe: bool,
    /// A write: what is lost is in doubt.
    pub(super) write: bool,
    /// Milliseconds for which an idempotency token protects; 0: not at all.
    pub(super) token_window_ms: u64,
}

/// Where a request stands after an attempt.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    /// Attempts made.
    pub(super) attempts: u32,
    /// Milliseconds since the first one began.
    pub(super) elapsed_ms: u64,
    /// Milliseconds waited between attempts.
    pub(super) waited_ms: u64,
    /// An attempt before this one was lost: it may have been processed.
    pub(super) doubt: bool,
}

/// What to do next.
#[derive(Debug)]
pub(super) enum Next {
    /// Tell the guest.
    Tell(Result<Response, HttpError>),
    /// Again, not before so many milliseconds.
    Again(u64),
}

impl Rules<'_> {
    fn repeatable(&self, standing: Standing) -> bool {
        self.safe || standing.elapsed_ms < self.token_window_ms
    }

    /// Judges an attempt. `jitter` is a random number from 0 to 1.
    pub(super) fn next(&self, outcome: Outcome, standing: Standing, now: Millis, jitter: f64) -> Next {
        let after = match &outcome {
            Outcome::Answered(response) => retry_after(response, now),
            _ => None,
        };
        let wait = backoff(STEP, LONGEST_STEP, standing.attempts, jitter).max(after.unwrap_or(0));
        let may = self.may_repeat(&outcome, standing);
        let patient = standing.waited_ms.saturating_add(wait) <= self.config.patience_ms;
        if may && patient && standing.attempts < self.config.attempts {
            return Next::Again(wait);
        }
        Next::Tell(self.tell(outcome, standing, after.filter(|_| may && !patient), after))
    }

    /// Whether repeating after this cannot make a twin.
    fn may_repeat(&self, outcome: &Outcome, standing: Standing) -> bool {
        match outcome {
            Outcome::NotSent => true,
            Outcome::Lost => self.repeatable(standing),
            Outcome::Answered(response) => {
                self.not_processed(response.status) || (passing(response.status) && self.repeatable(standing))
            }
            Outcome::TooLarge(_) | Outcome::Refused(_) => false,
        }
    }

    fn not_processed(&self, status: u16) -> bool {
        self.config.not_processed.contains(&status)
    }

    /// `too_long`: the upstream asks for more patience than there is.
    fn tell(
        &self,
        outcome: Outcome,
        standing: Standing,
        too_long: Option<u64>,
        after: Option<u64>,
    ) -> Result<Response, HttpError> {
        let doubt = self.write && standing.doubt;
        match outcome {
            Outcome::Answered(response) => match response.status {
                status if self.not_processed(status) && !doubt => {
                    Err(HttpError::NotProcessed(after.map(seconds)))
                }
                status if self.not_processed(status) => Err(HttpError::Unanswered),
                // A gateway gave up waiting: what stands behind it may have done the work.
                502 | 504 if self.write => Err(HttpError::Unanswered),
                503 if too_long.is_some() && !doubt => Err(HttpError::NotProcessed(too_long.map(seconds))),
                status if doubt && passing(status) => Err(HttpError::Unanswered),
                _ => Ok(response),
            },
            Outcome::TooLarge(_) => Err(HttpError::TooLarge),
            Outcome::NotSent if !doubt => Err(HttpError::NotProcessed(None)),
            Outcome::NotSent | Outcome::Lost => Err(HttpError::Unanswered),
            Outcome::Refused(_) if doubt => Err(HttpError::Unanswered),
            Outcome::Refused(why) => Err(HttpError::Denied(why)),
        }
    }
}

/// Statuses that may go away by themselves.
fn passing(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 502..=504)
}

fn seconds(ms: u64) -> u32 {
    u32::try_from(ms.div_ceil(1000)).unwrap_or(u32::MAX)
}

/// Full jitter: anything from nothing to the step, which doubles with every attempt up to the longest. Milliseconds;
/// `jitter` is a random number from 0 to 1.
pub fn backoff(step_ms: u64, longest_ms: u64, attempts: u32, jitter: f64) -> u64 {
    let step = step_ms.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(longest_ms);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small"
    )]
    let wait = (step as f64 * jitter.clamp(0.0, 1.0)) as u64;
    wait
}

/// `Retry-After` of an answer in milliseconds: seconds, or a date. A date is measured by the clock of whoever named it,
/// where the answer tells how late it is there.
pub fn retry_after(response: &Response, now: Millis) -> Option<u64> {
    let text = header(response, "retry-after")?;
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(seconds.saturating_mul(1000));
    }
    let there = header(response, "date").and_then(date);
    u64::try_from(date(text)?.saturating_sub(there.unwrap_or(now))).ok().or(Some(0))
}

fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    Some(header.value.trim())
}

fn date(text: &str) -> Option<Millis> {
    let date: Timestamp = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(date.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Param;

    fn response(status: u16, after: Option<&str>) -> Response {
        let headers = after.map(|after| Param::new("retry-after", after)).into_iter().collect();
        Response { status, headers, body: Vec::new() }
    }

    fn first() -> Standing {
        Standing { attempts: 1, elapsed_ms: 0, waited_ms: 0, doubt: false }
    }

    fn judge(write: bool, token_window_ms: u64, outcome: Outcome, standing: Standing) -> Next {
        let config = Upstream { not_processed: vec![429, 433], ..Upstream::default() };
        let rules = Rules { config: &config, safe: !write, write, token_window_ms };
        rules.next(outcome, standing, 0, 1.0)
    }

    #[test]
    fn retry_after_comes_in_two_forms() {
        let now = 784_111_777_000 - 37_000;
        assert_eq!(retry_after(&response(429, Some(" 120 ")), now), Some(120_000));
        assert_eq!(retry_after(&response(429, Some("Sun, 06 Nov 1994 08:49:37 GMT")), now), Some(37_000));
        assert_eq!(retry_after(&response(429, Some("Sun, 06 Nov 1994 08:48:37 GMT")), now), Some(0));
        assert_eq!(retry_after(&response(429, Some("soon")), now), None);
        let mut dated = response(429, Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        dated.headers.push(Param::new("date", "Sun, 06 Nov 1994 08:49:07 GMT"));
        assert_eq!(retry_after(&dated, now + 3_600_000), Some(30_000), "our own clock is an hour ahead");
        assert_eq!(retry_after(&response(429, None), now), None);
    }

    #[test]
    fn a_lost_write_is_never_repeated_without_a_token() {
        assert!(matches!(judge(true, 0, Outcome::Lost, first()), Next::Tell(Err(HttpError::Unanswered))));
        for status in [502, 504] {
            let next = judge(true, 0, Outcome::Answered(response(status, None)), first());
            assert!(matches!(next, Next::Tell(Err(HttpError::Unanswered))), "{status}");
        }
        let next = judge(true, 0, Outcome::Answered(response(503, None)), first());
        assert!(matches!(next, Next::Tell(Ok(_))), "a definite answer is data");
    }

    #[test]
    fn a_token_protects_inside_its_window() {
        assert!(matches!(judge(true, 1_000, Outcome::Lost, first()), Next::Again(_)));
        let late = Standing { elapsed_ms: 1_000, ..first() };
        assert!(matches!(judge(true, 1_000, Outcome::Lost, late), Next::Tell(Err(HttpError::Unanswered))));
    }

    #[test]
    fn what_was_not_processed_is_repeated_and_then_told() {
        for status in [429, 433] {
            let answer = || Outcome::Answered(response(status, Some("2")));
            assert!(matches!(judge(true, 0, answer(), first()), Next::Again(2_000)), "{status}");
            let last = Standing { attempts: 5, ..first() };
            assert!(matches!(
                judge(true, 0, answer(), last),
                Next::Tell(Err(HttpError::NotProcessed(Some(2))))
            ));
        }
    }

    #[test]
    fn a_long_retry_after_is_handed_to_the_caller() {
        let next = judge(false, 0, Outcome::Answered(response(503, Some("3600"))), first());
        assert!(matches!(next, Next::Tell(Err(HttpError::NotProcessed(Some(3600))))));
    }

    #[test]
    fn no_connection_is_repeated_even_for_writes() {
        assert!(matches!(judge(true, 0, Outcome::NotSent, first()), Next::Again(_)));
        let last = Standing { attempts: 5, ..first() };
        assert!(matches!(
            judge(true, 0, Outcome::NotSent, last),
            Next::Tell(Err(HttpError::NotProcessed(None)))
        ));
        let doubtful = Standing { doubt: true, ..last };
        for outcome in
            [Outcome::NotSent, Outcome::Refused(String::new()), Outcome::Answered(response(429, None))]
        {
            let next = judge(true, 0, outcome, doubtful);
            assert!(
                matches!(next, Next::Tell(Err(HttpError::Unanswered))),
                "what was lost before stays in doubt"
            );
        }
    }

    #[test]
    fn a_passing_error_of_a_read_ends_as_data() {
        let last = Standing { attempts: 5, ..first() };
        let next = judge(false, 0, Outcome::Answered(response(503, None)), last);
        assert!(matches!(next, Next::Tell(Ok(answer)) if answer.status == 503));
    }

    #[test]
    fn steps_double_up_to_a_limit() {
        assert_eq!([1, 2, 3, 40].map(|n| backoff(STEP, LONGEST_STEP, n, 1.0)), [500, 1_000, 2_000, 30_000]);
        assert_eq!(backoff(STEP, LONGEST_STEP, 3, 0.0), 0);
    }
}
