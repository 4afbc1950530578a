//! Dialogues between a connector and a person, as in `wit/types.wit`.

use serde::{Deserialize, Serialize};

use super::contract::{Effect, Link};
use super::ids::ItemRef;
use super::item::{Item, Message, Param};

/// Where the browser comes back, and what it brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundTrip {
    /// Absolute address of the host.
    pub callback: String,
    /// Unguessable; echoed as `state`.
    pub state: String,
}

/// What a dialogue hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The person started it.
    Started,
    /// Back from a redirect.
    Returned(Vec<Param>),
    /// A form was filled.
    Form(Vec<Param>),
    /// An option was chosen.
    Choice(String),
    /// A commit was applied.
    Committed(Vec<(ItemRef, Effect)>),
}

/// What a person fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FormKind {
    /// Open text.
    Text,
    /// Captured by the host; the guest gets a handle.
    Password,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormField {
    /// Its name.
    pub name: String,
    /// For people.
    pub label: Message,
    /// How it is shown.
    pub kind: FormKind,
}

/// A form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Heading.
    pub title: Message,
    /// Explanation.
    pub text: Vec<Message>,
    /// Fields.
    pub fields: Vec<FormField>,
}

/// One option of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceOption {
    /// Sent back when chosen.
    pub id: String,
    /// For people.
    pub label: String,
    /// For people.
    pub details: Vec<Message>,
    /// A page about it.
    pub link: Option<Link>,
}

/// A choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Heading.
    pub title: Message,
    /// Explanation.
    pub text: Vec<Message>,
    /// Options.
    pub options: Vec<ChoiceOption>,
}

/// A good end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// For people.
    pub text: Vec<Message>,
    /// The task's binding from now on; empty: as it was.
    pub facts: Vec<Param>,
    /// Where to go on.
    pub link: Option<Link>,
}

/// A bad end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadEnd {
    /// Why.
    pub reason: Message,
    /// What to do.
    pub advice: Vec<Message>,
    /// May the person start again at once?
    pub again: bool,
}

/// What the host shows next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To another page.
    Redirect(Link),
    /// A form.
    Form(Form),
    /// A choice.
    Choice(Choice),
    /// Write these, then go on.
    Commit(Vec<Item>),
    /// A good end.
    Done(Ending),
    /// A bad end.
    Failed(DeadEnd),
}

/// A dialogue's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What to show.
    pub step: Step,
    /// The connector's own state, opaque to the host, at most 16 KiB.
    pub state: Vec<u8>,
}
