//! From the generated interface to [`Connector`], and the hook that gives a panic a voice.

use std::marker::PhantomData;
use std::sync::Once;

use crate::bindings::exports::exchange::connector::connector::Guest;
use crate::{
    Change, Connector, DesiredPage, Effect, Failure, Finding, Input, Observation, Probe, Scope, Turn, log,
};

/// A [`Connector`] in the form the generated bindings export. [`export!`](crate::export) uses it; nobody else
/// needs to.
pub struct Adapter<C>(PhantomData<C>);

/// A trap carries no text, so a panic would be "unreachable" and nothing else: its message goes to the log first.
fn hear_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| log::write(log::Level::Error, &panic.to_string())));
    });
}

impl<C: Connector> Guest for Adapter<C> {
    fn check() -> Result<Vec<Finding>, Failure> {
        hear_panics();
        C::check()
    }

    fn scopes() -> Result<Vec<Scope>, Failure> {
        hear_panics();
        C::scopes()
    }

    fn desired(scope: String, cursor: Option<String>) -> Result<DesiredPage, Failure> {
        hear_panics();
        C::desired(&scope, cursor.as_deref())
    }

    fn observe(probes: Vec<Probe>) -> Result<Vec<Observation>, Failure> {
        hear_panics();
        C::observe(probes)
    }

    fn apply(changes: Vec<Change>) -> Result<Vec<Effect>, Failure> {
        hear_panics();
        C::apply(changes)
    }

    fn interact(dialogue: String, input: Input, state: Vec<u8>) -> Result<Turn, Failure> {
        hear_panics();
        C::interact(&dialogue, input, &state)
    }
}
