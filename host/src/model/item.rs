//! Items: what should exist on the other side, and what is known to be there.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::{ItemRef, Millis};
use super::records::RecordRef;

/// A name with a text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Param {
    /// The name.
    pub name: String,
    /// The text. May be secret or personal: never shown by `Debug`.
    pub value: String,
}

impl Param {
    /// A pair.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=…", self.name)
    }
}

/// A text for people: a code of the message catalogue (the connector's or the host's own, prefixed `host-`) with
/// arguments. No personal data: messages are journaled.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Message {
    /// The pattern's name.
    pub code: String,
    /// What fills it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<Param>,
}

impl Message {
    /// A message without arguments.
    pub fn new(code: impl Into<String>) -> Self {
        Self { code: code.into(), args: Vec::new() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.args.push(Param::new(name, value.to_string()));
        self
    }
}

/// An output of another item, known after that item was applied.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OutputRef {
    /// Whose output.
    pub item: ItemRef,
    /// Which.
    pub name: String,
}

/// The content of a field. Personal: `Debug` shows the shape only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// Wanted empty.
    None,
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Flag(bool),
    /// A set of texts.
    Texts(Vec<String>),
    /// Another item.
    Reference(ItemRef),
    /// A set of other items.
    References(Vec<ItemRef>),
    /// An output of another item.
    Output(OutputRef),
}

impl Value {
    /// The items this value refers to.
    pub fn refs(&self) -> impl Iterator<Item = &ItemRef> {
        let slice: &[ItemRef] = match self {
            Self::Reference(item) => std::slice::from_ref(item),
            Self::References(items) => items,
            Self::Output(output) => std::slice::from_ref(&output.item),
            _ => &[],
        };
        slice.iter()
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Reference(item) => write!(f, "→{item}"),
            Self::References(items) => write!(f, "→{items:?}"),
            Self::Output(output) => write!(f, "→{}.{}", output.item, output.name),
            Self::Text(_) | Self::Integer(_) | Self::Flag(_) | Self::Texts(_) => f.write_str("…"),
        }
    }
}

/// Who keeps a field true after creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ownership {
    /// The host reports a difference and, where the task says so, puts it right.
    Owned,
    /// Used at creation, and as evidence when looking for the item; never written again.
    CreateOnly,
}

/// One field of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    #[serde(with = "super::shared_text")]
    pub name: Arc<str>,
    /// Its content.
    pub value: Value,
    /// Who keeps it.
    pub ownership: Ownership,
}

/// What to do with an item that is no longer desired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenGone {
    /// Tell; touch nothing.
    #[default]
    Report,
    /// Drop it from the ledger.
    Forget,
    /// Apply `close`.
    Close,
    /// Apply `remove`; never to something adopted.
    Remove,
}

/// When an event, or a time-bound state, may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TimeWindow {
    /// Not before.
    pub not_before: Option<Millis>,
    /// Past this it expires unsent.
    pub not_after: Option<Millis>,
}

/// Whom an item waits for, and what that person does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Who; where something is in the way, what it is.
    pub whom: Message,
    /// Step by step.
    pub steps: Vec<Message>,
    /// That person cannot do it until what is in the way is removed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_the_way: bool,
}

impl Waiting {
    /// For somebody of whom nothing else is said.
    pub fn of(whom: Message) -> Self {
        Self { whom, steps: Vec::new(), in_the_way: false }
    }
}

/// One thing that should exist. Personal: `Debug` shows its reference only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Kind and key.
    pub id: ItemRef,
    /// Keys under which the ledger may know it from before.
    pub former_keys: Vec<String>,
    /// For people; never journaled.
    pub label: String,
    /// What people select and sort by: the class.
    pub group: Option<String>,
    /// The record it is about.
    pub about: Option<RecordRef>,
    /// Its content.
    pub fields: Vec<Field>,
    /// Equal for the same person in any school; only its keyed hash is stored.
    pub identity: Option<String>,
    /// What happens when it is no longer desired.
    pub gone: WhenGone,
    /// When it may be sent.
    pub window: Option<TimeWindow>,
    /// Awaited kinds: whom to wait for.
    pub waiting: Option<Waiting>,
}

impl Item {
    /// The items that its fields refer to.
    pub fn refs(&self) -> impl Iterator<Item = &ItemRef> {
        self.fields.iter().flat_map(|field| field.value.refs())
    }

    /// Do two fields have one name? Few are compared with each other, which is faster.
    pub fn has_a_field_twice(&self) -> bool {
        let fields = &self.fields;
        if fields.len() > 16 {
            let names: BTreeSet<&str> = fields.iter().map(|field| &*field.name).collect();
            return names.len() != fields.len();
        }
        let mut places = fields.iter().enumerate();
        places.any(|(place, field)| fields[..place].iter().any(|other| other.name == field.name))
    }

    /// A field by name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| *field.name == *name)
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Item({})", self.id)
    }
}

/// What is known of an item that another one refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Which item.
    pub item: ItemRef,
    /// Its remote identifier; `None` while it does not exist there.
    pub handle: Option<String>,
    /// Its outputs.
    pub outputs: Vec<Param>,
}
