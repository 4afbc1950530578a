//! Is the task ready: does the diary answer, and may we see the links of this school?

use exchange_sdk::http::Http;
use exchange_sdk::{Failure, Finding, Message};

use crate::diary::Diary;

/// Findings.
///
/// # Errors
/// When the diary gives no answer that could be judged.
pub fn check<H: Http>(diary: &Diary<'_, H>) -> Result<Vec<Finding>, Failure> {
    let problem = |what, step| Ok(vec![Finding::problem(what, step)]);
    match diary.links() {
        Ok(_) => Ok(vec![Finding::good(Message::new("check-links"))]),
        Err(Failure::Unauthorized(_)) => problem(Message::new("token-dead"), Message::new("step-token")),
        Err(Failure::Forbidden(reason)) if reason.code == "not-allowed" => {
            problem(Message::new("not-administrator"), Message::new("step-administrator"))
        }
        Err(Failure::Retry(_) | Failure::Unavailable(_)) => {
            problem(Message::new("check-unreachable"), Message::new("step-wait"))
        }
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use exchange_sdk::testing::{Recorded, answer};

    use super::*;

    #[test]
    fn each_thing_that_can_be_wrong_has_its_finding() {
        for (status, body, expected) in [
            (200, "[]", "check-links"),
            (401, "{}", "token-dead"),
            (403, "{}", "not-administrator"),
            (500, "{}", "check-unreachable"),
            (200, "<html>", "check-unreachable"),
        ] {
            let http = Recorded::new(|_| answer(status, body));
            let findings = check(&Diary::new(&http, "1000")).expect("findings");
            assert_eq!(findings[0].what.code, expected, "{status} {body}");
        }
    }
}
