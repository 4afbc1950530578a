//! Making the link that a person asked for in a dialogue, and taking one away that a person wants gone. A run has none to
//! make: it does not know whose number it is.

use exchange_sdk::failure::{Written, of_write, unknown_outcome};
use exchange_sdk::http::Http;
use exchange_sdk::{Action, Change, Effect, Failure, Message};

use crate::diary::{Diary, Made};

/// Makes the changes, as many effects as changes.
///
/// # Errors
/// When nothing was stored.
pub fn apply<H: Http>(diary: &Diary<'_, H>, changes: &[Change]) -> Result<Vec<Effect>, Failure> {
    changes.iter().enumerate().map(|(place, change)| one(diary, place, change)).collect()
}

fn one<H: Http>(diary: &Diary<'_, H>, place: usize, change: &Change) -> Result<Effect, Failure> {
    if let (Action::Remove, Some(link)) = (change.action, &change.handle) {
        return unlink(diary, place, link);
    }
    let (account, subject) = (change.item.text("account"), change.item.text("subject"));
    let (Action::Create, Some(account), Some(subject)) = (change.action, account, subject) else {
        return Ok(Effect::refused(None, Message::new("only-a-person-links"), None));
    };
    match of_write(diary.link(place, &change.item.key, account, subject, &change.token)) {
        Written::Answered(response) => Ok(match Made::of(&response) {
            Some(Made::Link(id)) => Effect::made(id),
            Some(Made::Refused { field }) => refused(field.as_deref()),
            None => Effect::InDoubt(unknown_outcome(response.status)),
        }),
        Written::Nothing(failure) => Err(failure),
        Written::InDoubt(why) => Ok(Effect::InDoubt(why)),
    }
}

/// Takes a link away. One that is not there any more is gone too.
fn unlink<H: Http>(diary: &Diary<'_, H>, place: usize, link: &str) -> Result<Effect, Failure> {
    let answer = diary.unlink(place, link);
    if answer.as_ref().is_ok_and(|response| response.status == 404) {
        return Ok(Effect::changed());
    }
    match of_write(answer) {
        Written::Answered(_) => Ok(Effect::changed()),
        Written::Nothing(failure) => Err(failure),
        Written::InDoubt(why) => Ok(Effect::InDoubt(why)),
    }
}

fn refused(field: Option<&str>) -> Effect {
    let reason = match field {
        Some("subject") => Message::new("identity-linked-elsewhere"),
        _ => Message::new("account-linked-elsewhere"),
    };
    Effect::refused(None, reason, None)
}
