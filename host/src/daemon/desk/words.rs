//! The words in which a desk and a face speak.

use std::sync::Arc;

use super::Shown;
use crate::daemon::host::Package;
use crate::daemon::links::Links;
use crate::model::manifest::Dialogue;
use crate::model::{SchoolId, TaskId, TaskRef};
use crate::report::Language;

/// Which dialogue of which task.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The task.
    pub task: TaskRef,
    /// Its name in the manifest.
    pub dialogue: String,
}

impl Place {
    /// By names as they stand in an address.
    pub fn new(school: &str, task: &str, dialogue: &str) -> Self {
        Self {
            task: TaskRef { school: SchoolId::from(school), task: TaskId::from(task) },
            dialogue: dialogue.to_owned(),
        }
    }

    /// Its path in addresses.
    pub fn path(&self) -> String {
        format!("/{}/{}/{}", self.task.school, self.task.task, self.dialogue)
    }

    /// The path of its task's page, for whoever is signed in.
    pub fn home(&self) -> String {
        format!("/~school/{}/{}", self.task.school, self.task.task)
    }
}

/// Who began a dialogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Anybody who had the school's address, and who may begin again there.
    Anybody,
    /// Somebody with the one-time address that this one has made.
    Invited(String),
    /// Somebody who is signed in, by their login.
    Signed(String),
}

impl By {
    /// In whose name a binding takes effect; nobody's where anybody may begin.
    pub(super) fn who(&self) -> Option<&str> {
        match self {
            Self::Anybody => None,
            Self::Invited(who) | Self::Signed(who) => Some(who),
        }
    }

    /// How the audit tells where a binding was made.
    pub(super) fn place(&self) -> &'static str {
        match self {
            Self::Signed(_) => "cabinet",
            Self::Anybody | Self::Invited(_) => "browser",
        }
    }
}

/// Why nothing can be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// There is no such dialogue, or not for everybody, or the one-time address is used up.
    Nowhere,
    /// Too many are at the desk.
    Full,
    /// This client, or all clients of this school, start too often.
    Often,
    /// The school's lane is taken.
    Busy,
    /// Our own fault.
    Fault,
}

/// A dialogue that somebody may start.
#[derive(Debug)]
pub struct Offered {
    /// The school's name.
    pub school: String,
    /// The connector, for its texts.
    pub package: Arc<Package>,
    /// About the dialogue.
    pub dialogue: Dialogue,
}

/// What a person is shown, and what it takes to show it.
pub struct View {
    /// Which dialogue.
    pub place: Place,
    /// Who began it, and so where they may begin again.
    pub by: By,
    /// The school's name.
    pub school: String,
    /// The connector, for its texts.
    pub package: Option<Arc<Package>>,
    /// Where its links lead.
    pub links: Links,
    /// What there is to see.
    pub shown: Shown,
    /// Names the step.
    pub step: String,
    /// The language that was asked for.
    pub language: Option<Language>,
}

/// What became of an answer or a return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It counted: go and see.
    On(Place),
    /// The dialogue is further on.
    Late(Place),
    /// It belongs to another attempt.
    Other(Option<Place>),
    /// The dialogue has ended by itself, or never was.
    Gone(Option<Place>),
    /// Our own fault.
    Fault(Place),
}
