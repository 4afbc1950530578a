//! VK's error codes: what each means for us. They come with HTTP status 200.
//!
//! Meanings from the official schema (`errors.json`, 5.199); 951, 954, 967 and 981 to 984 from documentation pages and
//! reports of calls only.

use exchange_sdk::Message;

use crate::messenger::Fault;

/// Whose token a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The community's.
    Community,
    /// The technical account's.
    Account,
}

/// Seconds after which a limit of requests per second is worth another try.
const MOMENT: u32 = 2;
/// Seconds after too many alike actions.
const QUARTER: u32 = 15 * 60;
/// Seconds after a quantity limit; VK names none.
const HOUR: u32 = 60 * 60;

/// What a refusal with this code means.
pub(super) fn fault(code: i64, whose: Whose) -> Fault {
    match code {
        6 => Fault::Busy(MOMENT),
        9 | 940 => Fault::Busy(QUARTER),
        29 => Fault::Busy(HOUR),
        1 | 10 | 36 | 43 => Fault::Broken(Message::new("server-fault").arg("code", code)),
        5 | 28 | 1117 => Fault::Token(token(whose)),
        27 => group_refused(whose),
        7 | 203 => Fault::Rights(Message::new("no-right").arg("code", code)),
        125 => Fault::Community(Message::new("no-such-community")),
        14 | 3300 => Fault::Person(Message::new("step-captcha")),
        17 | 24 | 3301..=3305 => Fault::Person(Message::new("step-validation").arg("code", code)),
        917 | 922 | 927 | 945 | 946 | 1017 => Fault::Lost,
        935 | 951 => Fault::Absent,
        _ => of_item(code),
    }
}

/// 27 says two things: the token is dead, or the method is none for communities.
fn group_refused(whose: Whose) -> Fault {
    match whose {
        Whose::Community => Fault::Token(token(whose)),
        Whose::Account => {
            Fault::Item(Message::new("community-cannot-call"), Message::new("step-account-token"))
        }
    }
}

fn token(whose: Whose) -> Message {
    match whose {
        Whose::Community => Message::new("token-dead"),
        Whose::Account => Message::new("account-token-dead"),
    }
}

/// What lies in the person, the chat or the request. A code that nobody has described keeps its number.
fn of_item(code: i64) -> Fault {
    let (why, fix) = match code {
        18 | 37 | 3610 => (Message::new("person-gone"), Message::new("step-see-vk-id")),
        113 | 936 => (Message::new("person-unknown"), Message::new("step-see-vk-id")),
        30 | 981 | 982 | 983 => (Message::new("person-private"), Message::new("step-by-link")),
        900..=902 => (Message::new("person-no-messages"), Message::new("step-allow-messages")),
        947 => (Message::new("person-not-in-community"), Message::new("step-join-community")),
        919 | 925 | 931 => (Message::new("not-chat-administrator"), Message::new("step-make-administrator")),
        1012 => (Message::new("chat-closed-for-writing"), Message::new("step-open-chat")),
        985 => (Message::new("community-notifies-only"), Message::new("step-community-messages")),
        _ => (Message::new("refused-with-code").arg("code", code), Message::new("step-tell-code")),
    };
    Fault::Item(why, fix)
}

#[cfg(test)]
mod tests {
    use exchange_sdk::{Effect, Failure};

    use super::*;

    /// What becomes of a write, in a word.
    fn write(code: i64) -> String {
        match fault(code, Whose::Community).of_write() {
            Ok(Effect::Rejected(rejection)) => rejection.reason.code,
            Ok(Effect::Waiting(waiting)) => format!("waiting: {}", waiting.steps[0].code),
            Ok(Effect::Postponed(why)) => format!("postponed {}", why.retry_after.unwrap_or_default()),
            Ok(Effect::InDoubt(_)) => "in doubt".into(),
            Ok(Effect::Done(_)) => "done".into(),
            Ok(Effect::Pending) => "pending".into(),
            Err(Failure::Unauthorized(_)) => "unauthorized".into(),
            Err(Failure::Forbidden(_)) => "forbidden".into(),
            Err(Failure::InvalidConfig(_)) => "invalid-config".into(),
            Err(other) => format!("{other:?}"),
        }
    }

    /// What becomes of a read, in a word.
    fn read(code: i64) -> &'static str {
        match Failure::from(fault(code, Whose::Community)) {
            Failure::Retry(_) => "retry",
            Failure::Unauthorized(_) => "unauthorized",
            Failure::Forbidden(_) => "forbidden",
            Failure::InvalidConfig(_) => "invalid-config",
            Failure::Refused(_) => "refused",
            Failure::Unavailable(_) => "unavailable",
            Failure::Cancelled => "cancelled",
        }
    }

    #[test]
    fn every_code_says_what_to_do() {
        let table: [(&[i64], &str, &str); 19] = [
            (&[6], "postponed 2", "retry"),
            (&[9, 940], "postponed 900", "retry"),
            (&[29], "postponed 3600", "retry"),
            (&[1, 10, 36, 43], "in doubt", "unavailable"),
            (&[5, 27, 28, 1117], "unauthorized", "unauthorized"),
            (&[7, 203], "forbidden", "forbidden"),
            (&[125], "invalid-config", "invalid-config"),
            (&[14, 3300], "waiting: step-captcha", "unavailable"),
            (&[17, 24, 3301, 3302, 3303, 3304, 3305], "waiting: step-validation", "unavailable"),
            (&[917, 922, 927, 945, 946, 1017], "chat-lost", "refused"),
            (&[935, 951], "done", "refused"),
            (&[18, 37, 3610], "person-gone", "refused"),
            (&[113, 936], "person-unknown", "refused"),
            (&[30, 981, 982, 983], "person-private", "refused"),
            (&[900, 901, 902], "person-no-messages", "refused"),
            (&[947], "person-not-in-community", "refused"),
            (&[919, 925, 931], "not-chat-administrator", "refused"),
            (&[985], "community-notifies-only", "refused"),
            (
                &[15, 100, 103, 104, 932, 939, 954, 958, 967, 984, 987, 988, 4242],
                "refused-with-code",
                "refused",
            ),
        ];
        for (codes, on_write, on_read) in table {
            for code in codes {
                assert_eq!((write(*code).as_str(), read(*code)), (on_write, on_read), "{code}");
            }
        }
    }

    #[test]
    fn s5_a_community_that_may_not_call_is_told_why() {
        let Fault::Item(why, fix) = fault(27, Whose::Account) else { panic!("another fault") };
        assert_eq!((why.code.as_str(), fix.code.as_str()), ("community-cannot-call", "step-account-token"));
        assert!(matches!(fault(5, Whose::Account), Fault::Token(why) if why.code == "account-token-dead"));
    }

    #[test]
    fn an_unknown_code_is_kept() {
        let Fault::Item(why, _) = fault(4242, Whose::Community) else { panic!("another fault") };
        assert_eq!(why.args[0].value, "4242");
    }
}
