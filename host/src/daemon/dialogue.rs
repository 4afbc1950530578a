//! A dialogue between a connector and one person: whose turn it is, and which answer counts.
//!
//! Every answer counts once and in its turn (D15): a browser that comes back twice, from an old tab or with somebody
//! else's `state` changes nothing and is told so.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::model::dialogue::{Input, RoundTrip, Step};
use crate::model::{CallError, Connector, Param, hex};

/// Why an answer does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stray {
    /// It carries another `state`, or none: another attempt, or a forgery.
    OtherAttempt,
    /// The dialogue is further on: the back button, a reload, a second tab.
    Late,
}

/// A dialogue under way.
pub struct Conversation<C> {
    connector: Arc<C>,
    dialogue: String,
    round_trip: RoundTrip,
    state: Vec<u8>,
    step: Step,
}

impl<C: Connector> Conversation<C> {
    /// Starts a dialogue; the browser is expected back at `callback`.
    pub async fn start(
        connector: Arc<C>,
        dialogue: &str,
        callback: String,
    ) -> std::result::Result<Self, CallErrorOrOurs> {
        let round_trip = RoundTrip { callback, state: fresh_state().map_err(CallErrorOrOurs::Ours)? };
        let turn = connector
            .interact(dialogue, round_trip.clone(), Input::Started, Vec::new())
            .await
            .map_err(CallErrorOrOurs::Call)?;
        Ok(Self { connector, dialogue: dialogue.to_owned(), round_trip, state: turn.state, step: turn.step })
    }

    /// Names this dialogue: what it commits is keyed by it, so that two tabs do it once.
    pub fn id(&self) -> &str {
        &self.round_trip.state
    }

    /// What the person sees now.
    pub fn step(&self) -> &Step {
        &self.step
    }

    /// A browser came back. Counts only while a redirect is under way, and with this dialogue's own `state`.
    pub async fn returned(
        &mut self,
        params: Vec<Param>,
    ) -> std::result::Result<std::result::Result<(), Stray>, CallError> {
        let ours = params.iter().any(|param| param.name == "state" && param.value == self.round_trip.state);
        if !ours {
            return Ok(Err(Stray::OtherAttempt));
        }
        if !matches!(self.step, Step::Redirect(_)) {
            return Ok(Err(Stray::Late));
        }
        self.hear(Input::Returned(params)).await.map(Ok)
    }

    /// The person answered the step that is shown.
    pub async fn hear(&mut self, input: Input) -> std::result::Result<(), CallError> {
        let state = std::mem::take(&mut self.state);
        let turn = self.connector.interact(&self.dialogue, self.round_trip.clone(), input, state).await?;
        (self.state, self.step) = (turn.state, turn.step);
        Ok(())
    }
}

/// A failure of the connector, or of ours.
#[derive(Debug)]
pub enum CallErrorOrOurs {
    /// The connector's.
    Call(CallError),
    /// Ours.
    Ours(Error),
}

/// A random UUID (version 4, 122 unpredictable bits): the form that ЕСИА wants a `state` to have.
fn fresh_state() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::failed(format!("no randomness: {error}")))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(&bytes);
    Ok([&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"))
}
