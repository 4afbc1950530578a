//! Is the task ready (S1): is the token alive, the school's own and allowed enough, and what can be done this way?

use exchange_sdk::{Failure, Finding, Message};

use crate::messenger::{Fault, Messenger};
use crate::settings::{Calls, Invitations, Settings};

/// Findings.
///
/// # Errors
/// When the host does not let the questions through.
pub fn check<M: Messenger>(messenger: &M, settings: &Settings) -> Result<Vec<Finding>, Failure> {
    let mut findings = vec![community(messenger)?];
    if findings[0].next_step.is_none() {
        findings.extend(rights(messenger)?);
    }
    findings.push(match settings.invitations {
        Invitations::Sheet => {
            Finding::warning(Message::new("check-members-by-link"), Message::new("step-hand-out-links"))
        }
        Invitations::Message => {
            Finding::warning(Message::new("check-members-by-message"), Message::new("step-allow-messages"))
        }
    });
    findings.extend(calls(messenger, settings)?);
    Ok(findings)
}

fn community<M: Messenger>(messenger: &M) -> Result<Finding, Failure> {
    match messenger.is_ours() {
        Ok(()) => Ok(Finding::good(Message::new("check-community"))),
        Err(fault) => problem(fault),
    }
}

fn problem(fault: Fault) -> Result<Finding, Failure> {
    Ok(match fault {
        Fault::Token(why) if why.code == "account-token-dead" => {
            Finding::problem(why, Message::new("step-account-token"))
        }
        Fault::Token(why) => Finding::problem(why, Message::new("step-token")),
        Fault::Rights(why) => Finding::problem(why, Message::new("step-rights")),
        Fault::Community(why) => Finding::problem(why, Message::new("step-community")),
        Fault::Person(step) => Finding::problem(Message::new("check-person-needed"), step),
        Fault::Item(why, fix) => Finding::problem(why, fix),
        Fault::Busy(_) | Fault::Broken(_) | Fault::Incomplete(_) | Fault::Lost | Fault::Absent => {
            Finding::problem(Message::new("check-unreachable"), Message::new("step-wait"))
        }
        Fault::Host(Failure::Retry(_) | Failure::Unavailable(_)) => {
            Finding::problem(Message::new("check-unreachable"), Message::new("step-wait"))
        }
        Fault::Host(failure) => return Err(failure),
    })
}

fn rights<M: Messenger>(messenger: &M) -> Result<Vec<Finding>, Failure> {
    let rights = match messenger.rights() {
        Ok(rights) => rights,
        Err(fault) => return Ok(vec![problem(fault)?]),
    };
    let missing = |code| Finding::problem(code, Message::new("step-rights"));
    let mut findings = Vec::new();
    if !rights.messages {
        findings.push(missing(Message::new("check-no-messages-right")));
    }
    if !rights.manage {
        findings.push(missing(Message::new("check-no-manage-right")));
    }
    if findings.is_empty() {
        findings.push(Finding::good(Message::new("check-rights")));
    }
    Ok(findings)
}

fn calls<M: Messenger>(messenger: &M, settings: &Settings) -> Result<Vec<Finding>, Failure> {
    let warning = |what, step| Ok(vec![Finding::warning(what, step)]);
    match settings.calls {
        Calls::Off => warning(Message::new("check-calls-off"), Message::new("step-calls")),
        Calls::Supplied => Ok(vec![Finding::good(Message::new("check-calls-supplied"))]),
        Calls::Account => {
            let mut findings = vec![match messenger.account() {
                Ok(true) => Finding::good(Message::new("check-account")),
                Ok(false) => Finding::problem(
                    Message::new("check-account-is-community"),
                    Message::new("step-account-token"),
                ),
                Err(fault) => problem(fault)?,
            }];
            if settings.scheduled_calls {
                findings
                    .push(Finding::warning(Message::new("check-scheduled"), Message::new("step-scheduled")));
            }
            Ok(findings)
        }
    }
}
