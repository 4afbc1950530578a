//! Is the task ready? Each finding with the next step.

use exchange_sdk::http::Http;
use exchange_sdk::{Failure, Finding, Message};

use crate::portal::Portal;

/// Findings, the first problem last: what comes after it cannot be told.
///
/// # Errors
/// When the portal gives no answer that could be judged.
pub fn check<H: Http>(http: &H, institution: Option<&str>) -> Result<Vec<Finding>, Failure> {
    let Some(institution) = institution else {
        return Ok(vec![problem("not-bound", "step-bind")]);
    };
    let portal = Portal::new(http, institution);
    let institutions = match portal.institutions() {
        Ok(institutions) => institutions,
        Err(failure) => return told(failure).map(|finding| vec![finding]),
    };
    let mut findings = vec![Finding::good(Message::new("check-signed-in"))];
    if !institutions.iter().any(|one| one.id.to_string() == institution) {
        findings.push(problem("other-institution", "step-same-institution"));
        return Ok(findings);
    }
    findings.push(match seen(&portal) {
        Ok((teachers, linked)) => {
            Finding::good(Message::new("check-teachers").arg("teachers", teachers).arg("linked", linked))
        }
        Err(failure) => told(failure)?,
    });
    Ok(findings)
}

/// How many teachers there are, and how many of them linked a VK ID.
///
/// # Errors
/// When the portal does not say, or does not show it to whoever signed in.
pub fn seen<H: Http>(portal: &Portal<'_, H>) -> Result<(usize, usize), Failure> {
    Ok((portal.teachers()?.len(), portal.vk_ids()?.len()))
}

fn problem(what: &str, step: &str) -> Finding {
    Finding::problem(Message::new(what), Message::new(step))
}

/// A dead sign-in, missing rights and silence are findings; the rest is a failure of the check itself.
fn told(failure: Failure) -> Result<Finding, Failure> {
    match failure {
        Failure::Unauthorized(_) => Ok(problem("token-dead", "step-sign-in")),
        Failure::Forbidden(reason) if reason.code == "not-allowed" => {
            Ok(problem("not-employee", "step-employee"))
        }
        Failure::Refused(refusal) if refusal.reason.code == "no-vk-list" => {
            Ok(Finding::problem(refusal.reason, Message::new("step-integrator")))
        }
        Failure::Retry(_) | Failure::Unavailable(_) => Ok(problem("check-unreachable", "step-wait")),
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use exchange_sdk::http::{HttpError, Request};
    use exchange_sdk::testing::{Answer, Recorded, answer};

    use super::*;

    /// What an employee of institution 9101 gets.
    fn fine(request: &Request) -> Answer {
        let items = match request.operation.as_str() {
            "list-institutions" => r#"[{"identity": {"id": 9101}, "name": "Школа"}]"#,
            "list-teachers" => {
                r#"[{"identity": {"id": 1}, "surname": "А", "firstname": "Б", "middlename": null}]"#
            }
            _ => r#"[{"identity": {"id": 1}, "vk_id": 5}]"#,
        };
        answer(200, &format!(r#"{{"data": {{"items": {items}, "total_pages": 1, "total_items": 1}}}}"#))
    }

    fn but(operation: &'static str, other: Answer) -> impl Fn(&Request) -> Answer {
        move |request| if request.operation == operation { other.clone() } else { fine(request) }
    }

    fn found(answers: impl Fn(&Request) -> Answer, institution: Option<&str>) -> Vec<String> {
        let findings = check(&Recorded::new(answers), institution).expect("findings");
        findings.into_iter().map(|finding| finding.what.code).collect()
    }

    #[test]
    fn s3_each_thing_that_can_be_wrong_has_its_finding() {
        let bound = Some("9101");
        assert_eq!(found(fine, None), ["not-bound"]);
        assert_eq!(found(fine, bound), ["check-signed-in", "check-teachers"]);
        assert_eq!(found(fine, Some("9102")), ["check-signed-in", "other-institution"]);
        assert_eq!(found(but("list-institutions", Err(HttpError::Unanswered)), bound), ["check-unreachable"]);
        for signed_out in [answer(401, "{}"), answer(200, "<!DOCTYPE html>")] {
            assert_eq!(found(but("list-institutions", signed_out), bound), ["token-dead"]);
        }
        assert_eq!(found(but("list-vk-ids", answer(403, "{}")), bound), ["check-signed-in", "not-employee"]);
        assert_eq!(found(but("list-vk-ids", answer(404, "{}")), bound), ["check-signed-in", "no-vk-list"]);
        assert_eq!(
            found(but("list-teachers", answer(500, "{}")), bound),
            ["check-signed-in", "check-unreachable"]
        );
    }
}
