//! When a message that was not taken is sent again, and when it is given up. Pure.

use super::Answer;
use crate::capability::http::backoff;
use crate::model::Millis;
use crate::store::{AttemptEnd, DeliveryState};

/// The first step of backing off, and the longest, in milliseconds.
const STEP_MS: u64 = 60_000;
const LONGEST_MS: u64 = 2 * 3_600_000;
/// Nothing is sent again at once.
const LEAST_MS: u64 = 10_000;

/// A message after an attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    /// When it was put into the outbox.
    pub(super) made: Millis,
    /// The attempt that has ended: 1 is the first.
    pub(super) attempt: u32,
    /// Milliseconds after which it is given up.
    pub(super) give_up_ms: u64,
}

impl Course {
    /// Where it stands now. `jitter` is a random number from 0 to 1.
    pub(super) fn end(self, answer: &Answer, now: Millis, jitter: f64) -> AttemptEnd {
        let over = |state| AttemptEnd { state, due: now, answer: answer.said().to_owned() };
        let after_ms = match answer {
            Answer::Taken(_) => return over(DeliveryState::Delivered),
            Answer::Refused(_) => return over(DeliveryState::Refused),
            Answer::Later { after_ms, .. } => after_ms.unwrap_or(0),
        };
        if now.saturating_sub(self.made) >= i64::try_from(self.give_up_ms).unwrap_or(i64::MAX) {
            return over(DeliveryState::GivenUp);
        }
        let wait = pause(self.attempt, jitter).max(after_ms);
        let due = now.saturating_add_unsigned(wait);
        AttemptEnd { state: DeliveryState::Waiting, due, answer: answer.said().to_owned() }
    }
}

/// Milliseconds until the next attempt after so many.
fn pause(attempts: u32, jitter: f64) -> u64 {
    backoff(STEP_MS, LONGEST_MS, attempts, jitter).max(LEAST_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COURSE: Course = Course { made: 1_000, attempt: 1, give_up_ms: 3_600_000 };

    fn later(after_ms: Option<u64>) -> Answer {
        Answer::Later { after_ms, said: "451".into(), way_closed: false }
    }

    #[test]
    fn steps_double_up_to_a_limit_and_are_never_nothing() {
        assert_eq!([1, 2, 3, 40].map(|n| pause(n, 1.0)), [60_000, 120_000, 240_000, LONGEST_MS]);
        assert_eq!(pause(5, 0.0), LEAST_MS);
    }

    #[test]
    fn what_the_other_side_asks_for_is_the_least() {
        assert_eq!(COURSE.end(&later(Some(900_000)), 2_000, 1.0).due, 902_000);
        assert_eq!(COURSE.end(&later(Some(1)), 2_000, 1.0).due, 62_000);
    }

    #[test]
    fn it_ends_with_a_definite_answer_or_with_its_age() {
        let state = |answer: &Answer, now| COURSE.end(answer, now, 0.5).state;
        assert_eq!(state(&Answer::Taken("250".into()), 2_000), DeliveryState::Delivered);
        assert_eq!(state(&Answer::Refused("550".into()), 2_000), DeliveryState::Refused);
        assert_eq!(state(&later(None), 3_600_999), DeliveryState::Waiting);
        assert_eq!(state(&later(Some(9_000_000)), 3_601_000), DeliveryState::GivenUp);
    }
}
