//! Why was access refused? Дневник.ру answers 403 alike to whoever asks for what is not theirs and to whoever lost
//! the administrator's role; the school has to be told which it was, for only the second is theirs to mend (D18).

use exchange_sdk::http::Http;
use exchange_sdk::{Failure, Message};

use crate::check::{ADMINISTRATOR, administers};
use crate::remote::Remote;

/// Is this what is said of a 403?
pub fn is_refusal(reason: &Message) -> bool {
    reason.code == "not-allowed"
}

/// The failure of whoever no longer administers the school.
pub fn lost() -> Failure {
    Failure::Forbidden(reason())
}

/// What there is to say of it, and who mends it.
pub fn reason() -> Message {
    Message::new("role-lost")
}

/// The failure itself, or the lost role behind it.
pub fn explained<H: Http>(remote: &Remote<'_, H>, failure: Failure) -> Failure {
    match &failure {
        Failure::Forbidden(reason) if is_refusal(reason) && is_lost(remote) => lost(),
        _ => failure,
    }
}

/// Has who signed in ceased to administer the school? Asks Дневник.ру; where it gives no answer nothing is claimed.
pub fn is_lost<H: Http>(remote: &Remote<'_, H>) -> bool {
    matches!(is_administrator(remote), Ok(false))
}

fn is_administrator<H: Http>(remote: &Remote<'_, H>) -> Result<bool, Failure> {
    if !remote.my_roles()?.iter().any(|role| role == ADMINISTRATOR) {
        return Ok(false);
    }
    administers(remote, &remote.school, &remote.me()?.person)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange_sdk::http::{HttpError, Request};
    use exchange_sdk::testing::{Answer, Recorded, answer};

    /// What person 50 gets, with these roles and these administrators of the school.
    fn world(roles: Answer, administrators: Answer) -> impl Fn(&Request) -> Answer {
        move |request| match request.operation.as_str() {
            "list-my-roles" => roles.clone(),
            "read-me" => answer(200, r#"{"id_str": "5", "personId_str": "50"}"#),
            "list-administrators" => administrators.clone(),
            other => panic!("nobody asked for {other}"),
        }
    }

    fn told(roles: Answer, administrators: Answer, code: &str) -> String {
        let http = Recorded::new(world(roles, administrators));
        match explained(&Remote::new(&http, "1000"), Failure::Forbidden(Message::new(code))) {
            Failure::Forbidden(reason) => reason.code,
            other => panic!("not forbidden: {other:?}"),
        }
    }

    #[test]
    fn d18_a_refusal_is_told_as_a_lost_role_only_when_the_role_is_lost() {
        let role = || answer(200, r#"["EduStaff", "EduSchoolAdministrator"]"#);
        let people =
            |id: &str| answer(200, &format!(r#"[{{"id_str": "{id}", "firstName": "А", "lastName": "Б"}}]"#));
        assert_eq!(told(role(), people("50"), "not-allowed"), "not-allowed");
        assert_eq!(told(role(), people("51"), "not-allowed"), "role-lost");
        assert_eq!(told(role(), answer(403, "{}"), "not-allowed"), "role-lost");
        assert_eq!(told(answer(200, r#"["EduStaff"]"#), people("50"), "not-allowed"), "role-lost");
        assert_eq!(told(answer(200, "[]"), people("51"), "http-not-granted"), "http-not-granted");
    }

    #[test]
    fn where_roles_cannot_be_read_nothing_is_claimed() {
        for silent in [answer(500, ""), answer(403, "{}"), answer(200, "<html>"), Err(HttpError::Unanswered)]
        {
            assert_eq!(told(silent, answer(200, "[]"), "not-allowed"), "not-allowed");
        }
    }
}
