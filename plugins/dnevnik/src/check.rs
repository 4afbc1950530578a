//! Is the task ready? Each finding with the next step (D1, D17, D18).

use exchange_sdk::http::Http;
use exchange_sdk::{Failure, Finding, Message};

use crate::remote::Remote;

/// The role without which nothing can be sent.
pub const ADMINISTRATOR: &str = "EduSchoolAdministrator";

/// Findings, the first problem last: what comes after it cannot be told.
///
/// # Errors
/// When Дневник.ру gives no answer that could be judged.
pub fn check<H: Http>(http: &H, organisation: Option<&str>) -> Result<Vec<Finding>, Failure> {
    let Some(organisation) = organisation else {
        return Ok(vec![Finding::problem(Message::new("not-bound"), Message::new("step-bind"))]);
    };
    let remote = Remote::new(http, organisation);
    let me = match remote.me() {
        Ok(me) => me,
        Err(failure) => return unreachable(failure),
    };
    let mut findings = vec![Finding::good(Message::new("check-reachable"))];
    if !remote.my_roles()?.iter().any(|role| role == ADMINISTRATOR) {
        findings
            .push(Finding::problem(Message::new("not-administrator"), Message::new("step-administrator")));
        return Ok(findings);
    }
    let own = remote.my_organisations()?.iter().any(|id| id.to_string() == organisation);
    if !own {
        findings.push(Finding::problem(
            Message::new("other-organisation"),
            Message::new("step-same-organisation"),
        ));
        return Ok(findings);
    }
    findings.push(match administers(&remote, organisation, &me.person)? {
        true => Finding::good(Message::new("check-administrator")),
        false => Finding::problem(Message::new("not-administrator-here"), Message::new("step-administrator")),
    });
    Ok(findings)
}

/// Is this person an administrator of this school? The school's own list of administrators says so.
///
/// # Errors
/// When there is no readable list; being refused it is an answer.
pub fn administers<H: Http>(remote: &Remote<'_, H>, school: &str, person: &str) -> Result<bool, Failure> {
    match remote.administrators(&[school]).pop() {
        Some(Ok(Some(people))) => Ok(people.iter().any(|one| one.id == person)),
        Some(Err(Failure::Forbidden(_))) | Some(Ok(None)) | None => Ok(false),
        Some(Err(failure)) => Err(failure),
    }
}

/// A dead token and silence are findings; the rest is a failure of the check itself.
fn unreachable(failure: Failure) -> Result<Vec<Finding>, Failure> {
    match failure {
        Failure::Unauthorized(_) => {
            Ok(vec![Finding::problem(Message::new("token-dead"), Message::new("step-sign-in"))])
        }
        Failure::Retry(_) | Failure::Unavailable(_) => {
            Ok(vec![Finding::problem(Message::new("check-unreachable"), Message::new("step-wait"))])
        }
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange_sdk::http::{HttpError, Request};
    use exchange_sdk::testing::{Answer, Recorded, answer};

    /// What an administrator of school 1000 gets.
    fn fine(request: &Request) -> Answer {
        match request.operation.as_str() {
            "read-me" => answer(200, r#"{"id_str": "5", "personId_str": "50"}"#),
            "list-my-roles" => answer(200, r#"["EduStaff", "EduSchoolAdministrator"]"#),
            "list-my-organisations" => answer(200, "[1000]"),
            _ => answer(200, r#"[{"id_str": "50", "firstName": "А", "lastName": "Б"}]"#),
        }
    }

    fn found(answers: impl Fn(&Request) -> Answer, organisation: Option<&str>) -> Vec<String> {
        let findings = check(&Recorded::new(answers), organisation).expect("findings");
        findings.into_iter().map(|finding| finding.what.code).collect()
    }

    /// `fine`, but for one operation.
    fn but(operation: &'static str, other: Answer) -> impl Fn(&Request) -> Answer {
        move |request| if request.operation == operation { other.clone() } else { fine(request) }
    }

    #[test]
    fn d1_each_thing_that_can_be_wrong_has_its_finding() {
        let bound = Some("1000");
        assert_eq!(found(fine, None), ["not-bound"]);
        assert_eq!(found(fine, bound), ["check-reachable", "check-administrator"]);
        assert_eq!(found(but("read-me", Err(HttpError::Unanswered)), bound), ["check-unreachable"]);
        assert_eq!(found(but("read-me", answer(401, "{}")), bound), ["token-dead"]);
        assert_eq!(found(fine, Some("2000")), ["check-reachable", "other-organisation"]);
    }

    #[test]
    fn d18_only_an_administrator_of_this_school_may_send() {
        let bound = Some("1000");
        let roles = but("list-my-roles", answer(200, r#"["EduStaff"]"#));
        assert_eq!(found(roles, bound), ["check-reachable", "not-administrator"]);
        for list in [answer(200, "[]"), answer(403, "{}")] {
            assert_eq!(
                found(but("list-administrators", list), bound),
                ["check-reachable", "not-administrator-here"]
            );
        }
    }
}
