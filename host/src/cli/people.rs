//! People at the terminal: which one is meant, and that there is nobody.

use super::app::App;
pub(super) use crate::daemon::persons::{PEOPLE, named, of_id, of_name};
use crate::error::{Error, Result};
use crate::model::Message;
use crate::model::records::RecordRef;

/// The only one of them; several are told apart by their types.
pub(super) fn only_one(people: &[RecordRef], option: &str) -> Result<Option<RecordRef>> {
    match people {
        [] => Ok(None),
        [who] => Ok(Some(who.clone())),
        several => {
            let hints = several.iter().map(|who| format!("{option}{}:{}", who.record_type, who.id));
            let error = Error::config("several people have this id").message(Message::new("erase-several"));
            Err(hints.fold(error, Error::hint))
        }
    }
}

/// There is nobody of this id or name.
pub(super) fn nobody(app: &App, id: &str, school: impl std::fmt::Display) -> Error {
    Error::config("there is no such person")
        .message(Message::new("erase-nobody").with("id", id).with("school", school))
        .hint(app.word("erase-nobody-hint"))
}
