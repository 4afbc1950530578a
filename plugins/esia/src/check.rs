//! Is the task ready: does the diary answer, may we see the links of this school, can families link?

use exchange_sdk::http::Http;
use exchange_sdk::{Failure, Finding, Message};

use crate::diary::Diary;
use crate::settings::{Rules, Settings};

/// Can families link here, as the region has it? `None`: they are not meant to.
pub fn dialogue(settings: &Settings, rules: &Rules) -> Option<Finding> {
    let missing = rules.through_esia && settings.client_id.is_empty();
    missing.then(|| Finding::problem(Message::new("check-no-client"), Message::new("step-client")))
}

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

    #[test]
    fn e4_where_families_are_to_link_the_system_has_to_be_known() {
        let found = |through: bool, client: &str| {
            let json = serde_json::json!({"organisation": "1", "client-id": client, "issuer": "i", "through-esia": through,
                "transition": false, "yo-is-e": true, "level-under-14": "simplified", "level-from-14": "standard"});
            let settings: Settings =
                exchange_sdk::context::parse_settings(&json.to_string()).expect("settings");
            dialogue(&settings, &settings.rules(None)).map(|finding| finding.what.code)
        };
        assert_eq!((found(false, ""), found(true, "SYSTEM")), (None, None));
        assert_eq!(found(true, "").as_deref(), Some("check-no-client"));
    }
}
