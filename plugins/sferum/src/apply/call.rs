//! Calls: started, moved and called off by the technical account. What was refused is refused for certain; nobody can
//! look at a call, so a refusal must not leave a doubt.

use exchange_sdk::{Action, Change, Effect, Failure, Made, Message, Param};

use super::{Hand, refused};
use crate::messenger::{Call, Fault, Messenger, Schedule};

pub(super) fn apply<M: Messenger>(hand: &Hand<'_, M>, changes: &[Change]) -> Result<Vec<Effect>, Failure> {
    changes.iter().enumerate().map(|(place, change)| one(hand.messenger, place, change)).collect()
}

fn one<M: Messenger>(messenger: &M, place: usize, change: &Change) -> Result<Effect, Failure> {
    let scheduled = change.item.kind == "scheduled-call";
    let handle = change.handle.as_deref();
    let answer = match (change.action, handle) {
        (Action::Create, _) => {
            messenger.start_call(place, schedule(change).as_ref().filter(|_| scheduled)).map(started)
        }
        (Action::Update, Some(id)) => match schedule(change) {
            Some(schedule) => messenger.move_call(place, id, &schedule).map(|()| Effect::changed()),
            None => Ok(refused("cannot-be-made")),
        },
        (Action::Close | Action::Remove, Some(id)) if scheduled => {
            messenger.delete_call(place, id).map(|()| Effect::changed())
        }
        (Action::Close | Action::Remove, Some(id)) => {
            messenger.end_call(place, id).map(|()| Effect::changed())
        }
        (_, None) => Ok(refused("cannot-be-made")),
    };
    answer.or_else(|fault| match fault {
        Fault::Token(why) | Fault::Rights(why) => {
            Ok(Effect::refused(None, why, Some(Message::new("step-account-token"))))
        }
        Fault::Community(why) => Ok(Effect::refused(None, why, Some(Message::new("step-community")))),
        fault => fault.of_write(),
    })
}

fn schedule(change: &Change) -> Option<Schedule> {
    Some(Schedule {
        title: change.item.text("title")?.to_owned(),
        starts: change.item.integer("starts")?,
        ends: change.item.integer("ends")?,
    })
}

fn started(call: Call) -> Effect {
    Effect::Done(Made { handle: Some(call.id), outputs: vec![Param::new("join-link", call.link)] })
}
