//! What the connector needs of a messenger. Everything of VK's own stands behind this, in [`crate::vk`].

use exchange_sdk::{Effect, Failure, Message, NotKnown, Observation, Waiting};

/// A conversation of several people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// Its number in the community.
    pub peer: i64,
    /// Its title.
    pub title: String,
    /// Did the community make it?
    pub own: bool,
    /// Is the community in it?
    pub inside: bool,
}

/// A message of the community's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The number that was sent with it.
    pub number: i64,
    /// Its number in the conversation.
    pub id: i64,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its id.
    pub id: String,
    /// The link by which people join.
    pub link: String,
}

/// A call that is to begin at an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Its name; ends with a mark.
    pub title: String,
    /// Seconds since 1970.
    pub starts: i64,
    /// Seconds since 1970.
    pub ends: i64,
}

/// A scheduled call as it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The call.
    pub call: Call,
    /// When and under which name.
    pub schedule: Schedule,
}

/// What a token may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Write and read messages.
    pub messages: bool,
    /// Manage the community.
    pub manage: bool,
}

/// Why something cannot be had.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Nothing was processed: again after so many seconds.
    Busy(u32),
    /// A fault of the other side's, or silence: a write may have been stored or not.
    Broken(Message),
    /// The token is not accepted; what to do stands in the message.
    Token(Message),
    /// The token may not do this.
    Rights(Message),
    /// The community of the settings is not the token's.
    Community(Message),
    /// A person has to act at the messenger first.
    Person(Message),
    /// The conversation is not to be had (any more).
    Lost,
    /// What was to be taken away is not there.
    Absent,
    /// Refused for a reason that lies in the thing itself: why, and what to do.
    Item(Message, Message),
    /// A listing changed while it was read, or is too long: what is not in it may be there.
    Incomplete(Message),
    /// The host does not let the request through, or not now.
    Host(Failure),
}

impl From<Fault> for Failure {
    /// Of a *read*.
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Busy(seconds) => Self::Retry(Some(seconds)),
            Fault::Broken(why) | Fault::Incomplete(why) | Fault::Person(why) => Self::Unavailable(why),
            Fault::Token(why) => Self::Unauthorized(why),
            Fault::Rights(why) => Self::Forbidden(why),
            Fault::Community(reason) => {
                Self::InvalidConfig(exchange_sdk::BadSetting { field: "community".to_owned(), reason })
            }
            Fault::Lost => exchange_sdk::failure::refused(Message::new("chat-lost")),
            Fault::Absent => exchange_sdk::failure::refused(Message::new("not-there")),
            Fault::Item(why, _) => exchange_sdk::failure::refused(why),
            Fault::Host(failure) => failure,
        }
    }
}

impl Fault {
    /// What becomes of a *write* that was refused.
    ///
    /// # Errors
    /// What concerns every other change, too.
    pub fn of_write(self) -> Result<Effect, Failure> {
        Ok(match self {
            Self::Busy(seconds) => postponed(Message::new("try-later"), Some(seconds)),
            Self::Broken(why) => Effect::InDoubt(why),
            Self::Incomplete(why) => postponed(why, None),
            Self::Person(step) => {
                Effect::Waiting(Waiting { whom: Message::new("waiting-administrator"), steps: vec![step] })
            }
            Self::Lost => {
                Effect::refused(None, Message::new("chat-lost"), Some(Message::new("step-chat-lost")))
            }
            Self::Absent => Effect::changed(),
            Self::Item(why, fix) => Effect::refused(None, why, Some(fix)),
            Self::Host(Failure::Retry(after)) => postponed(Message::new("try-later"), after),
            Self::Token(_) | Self::Rights(_) | Self::Community(_) | Self::Host(_) => return Err(self.into()),
        })
    }

    /// Does it concern the conversation or person that was asked for, and nothing else?
    pub fn is_of_one(&self) -> bool {
        matches!(self, Self::Lost | Self::Absent | Self::Item(..) | Self::Incomplete(_))
    }

    /// What is seen of a thing that this fault hides. Never that it is absent.
    pub fn unseen(&self) -> Observation {
        let reason = match self {
            Self::Lost => Message::new("chat-lost"),
            Self::Absent => Message::new("not-there"),
            Self::Item(why, _) | Self::Incomplete(why) => why.clone(),
            _ => Message::new("no-answer"),
        };
        Observation::unknown(reason)
    }
}

fn postponed(reason: Message, retry_after: Option<u32>) -> Effect {
    Effect::Postponed(NotKnown { reason, retry_after })
}

/// An answer for each question, in their order; the outer error concerns all.
pub type Each<T> = Result<Vec<Result<T, Fault>>, Fault>;

/// A messenger. `place` is the place of a write's change in its `apply` call.
pub trait Messenger {
    /// Fails unless the token is the community's of the settings: whatever is written elsewhere is written to strangers.
    ///
    /// # Errors
    /// [`Fault::Community`], or why it cannot be known.
    fn is_ours(&self) -> Result<(), Fault>;

    /// What the community's token may do.
    ///
    /// # Errors
    /// Why it cannot be known.
    fn rights(&self) -> Result<Rights, Fault>;

    /// Is the account's token a person's?
    ///
    /// # Errors
    /// Why it cannot be known.
    fn account(&self) -> Result<bool, Fault>;

    /// All chats of the community.
    ///
    /// # Errors
    /// [`Fault::Incomplete`] when some may be missing.
    fn all_chats(&self) -> Result<Vec<Chat>, Fault>;

    /// Of these chats those that can be seen.
    ///
    /// # Errors
    /// Why they cannot be known.
    fn chats(&self, peers: &[i64]) -> Result<Vec<Chat>, Fault>;

    /// The people in chats; communities are none.
    ///
    /// # Errors
    /// What concerns all.
    fn members(&self, peers: &[i64]) -> Each<Vec<i64>>;

    /// The links by which people join chats.
    ///
    /// # Errors
    /// What concerns all.
    fn invite_links(&self, peers: &[i64]) -> Each<String>;

    /// The community's own messages in conversations since a moment (milliseconds), newest first.
    ///
    /// # Errors
    /// What concerns all.
    fn said(&self, since: &[(i64, i64)]) -> Each<Vec<Said>>;

    /// Have these people allowed the community to write to them?
    ///
    /// # Errors
    /// What concerns all.
    fn may_write(&self, people: &[i64]) -> Each<bool>;

    /// Makes a chat of these people; its number.
    ///
    /// # Errors
    /// Why it was not made, or may have been.
    fn create_chat(&self, place: usize, title: &str, people: &[String]) -> Result<i64, Fault>;

    /// Gives a chat another title.
    ///
    /// # Errors
    /// Why it was not done, or may have been.
    fn rename(&self, place: usize, peer: i64, title: &str) -> Result<(), Fault>;

    /// Removes a person from a chat.
    ///
    /// # Errors
    /// Why it was not done, or may have been.
    fn remove(&self, place: usize, peer: i64, person: i64) -> Result<(), Fault>;

    /// Writes into a conversation; the message's number in it.
    ///
    /// # Errors
    /// Why it was not done, or may have been.
    fn say(&self, place: usize, peer: i64, number: i64, text: &str) -> Result<i64, Fault>;

    /// Starts a call, now or at an hour.
    ///
    /// # Errors
    /// Why it was not done, or may have been.
    fn start_call(&self, place: usize, schedule: Option<&Schedule>) -> Result<Call, Fault>;

    /// Ends a call that was started.
    ///
    /// # Errors
    /// Why it was not done, or may have been.
    fn end_call(&self, place: usize, id: &str) -> Result<(), Fault>;

    /// All scheduled calls of the account.
    ///
    /// # Errors
    /// Why they cannot be known.
    fn scheduled_calls(&self) -> Result<Vec<Scheduled>, Fault>;

    /// Moves a scheduled call.
    ///
    /// # Errors
    /// Why it was not done, or may have been.
    fn move_call(&self, place: usize, id: &str, schedule: &Schedule) -> Result<(), Fault>;

    /// Calls a scheduled call off.
    ///
    /// # Errors
    /// Why it was not done, or may have been.
    fn delete_call(&self, place: usize, id: &str) -> Result<(), Fault>;
}
