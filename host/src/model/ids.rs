//! Names of things: schools, tasks, items, runs. Newtypes, so that one cannot stand for another.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Makes a text newtype with the usual conveniences.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(with = "super::shared_text")] pub Arc<str>);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }
    };
}

text_id! {
    /// A school: the name of its file in `schools/`. Letters, digits, `-` and `_`.
    SchoolId
}
text_id! {
    /// A task inside a school's file. Letters, digits, `-` and `_`.
    TaskId
}
text_id! {
    /// A part of the desired state that can be worked out alone. Empty: the one scope of a connector without.
    ScopeId
}

/// A task of a school, written `school/task`, in JSON too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TaskRef {
    /// The school.
    pub school: SchoolId,
    /// Its task.
    pub task: TaskId,
}

impl fmt::Display for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.school, self.task)
    }
}

impl From<TaskRef> for String {
    fn from(task: TaskRef) -> Self {
        task.to_string()
    }
}

impl TryFrom<String> for TaskRef {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (school, task) = text.split_once('/').ok_or("expected school/task")?;
        Ok(Self { school: school.into(), task: task.into() })
    }
}

/// One passage of a task, numbered per school so that it can be read out on the phone: `school57-12`, in JSON too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RunId {
    /// The school.
    pub school: SchoolId,
    /// 1, 2, 3 …
    pub number: u64,
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.school, self.number)
    }
}

impl From<RunId> for String {
    fn from(run: RunId) -> Self {
        run.to_string()
    }
}

impl TryFrom<String> for RunId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl std::str::FromStr for RunId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.rsplit_once('-')
            .and_then(|(school, number)| Some(Self { school: school.into(), number: number.parse().ok()? }))
            .filter(|run| !run.school.as_str().is_empty())
            .ok_or_else(|| "expected a run such as school57-12".to_owned())
    }
}

/// Names an item, unique within a task. A run names each item in many places, so that its copies share their texts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ItemRef {
    /// A kind of the connector's manifest.
    #[serde(with = "super::shared_text")]
    pub kind: Arc<str>,
    /// Made of record ids, never of personal data: it is journaled.
    #[serde(with = "super::shared_text")]
    pub key: Arc<str>,
}

impl ItemRef {
    /// A reference from its two parts.
    pub fn new(kind: impl Into<Arc<str>>, key: impl Into<Arc<str>>) -> Self {
        Self { kind: kind.into(), key: key.into() }
    }
}

impl fmt::Display for ItemRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.key)
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;
