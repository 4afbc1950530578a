//! The trait a connector implements: the functions of `wit/connector.wit` with their defaults.

use crate::{Change, DesiredPage, Effect, Failure, Finding, Input, Message, Observation, Probe, Scope, Turn};

/// A connector. The host calls every function on a fresh instance, with a time limit, and may call any of them
/// again; none may rely on having been called before.
pub trait Connector {
    /// Is the task ready: address, credential, right school, right role, right to write? May read.
    /// Default: nothing to say.
    ///
    /// # Errors
    /// When the question cannot be answered; a problem that was *found* is a [`Finding`].
    fn check() -> Result<Vec<Finding>, Failure> {
        Ok(Vec::new())
    }

    /// The parts of the desired state that can be worked out alone. No requests. Default: one, with an empty id.
    ///
    /// # Errors
    /// When records or settings do not allow an answer.
    fn scopes() -> Result<Vec<Scope>, Failure> {
        Ok(vec![Scope { id: String::new(), title: String::new(), group: None }])
    }

    /// A page of what should exist in this scope; `cursor` is `next` of the page before. No requests.
    ///
    /// # Errors
    /// When records or settings do not allow an answer.
    fn desired(scope: &str, cursor: Option<&str>) -> Result<DesiredPage, Failure>;

    /// What exists there: as many answers as probes, in their order. All probes of a call have one kind and one
    /// purpose. Reads only.
    ///
    /// # Errors
    /// When nothing at all could be learnt; for single probes answer [`Observation::Unknown`].
    fn observe(probes: Vec<Probe>) -> Result<Vec<Observation>, Failure>;

    /// Makes these changes: as many answers as changes, in their order. All changes of a call have one kind and
    /// one action.
    ///
    /// # Errors
    /// When the batch as a whole could not be processed *and nothing of it was stored*, or when that is said with
    /// [`Failure::Refused`].
    fn apply(changes: Vec<Change>) -> Result<Vec<Effect>, Failure>;

    /// One turn of a dialogue with a person; `state` is what the turn before answered, empty at the start.
    /// Default: there are no dialogues.
    ///
    /// # Errors
    /// When the other side gives no answer that a person could be shown.
    fn interact(dialogue: &str, _input: Input, _state: &[u8]) -> Result<Turn, Failure> {
        Err(Failure::Unavailable(Message::new("no-such-dialogue").arg("dialogue", dialogue)))
    }
}
