//! The error people see: what kind it is (and so which exit code), what happened, why, and what to do.
//!
//! Texts are lower case, one phrase; causes follow as a chain; hints come last. Errors of the command line and of
//! settings are English or Russian by the catalogue's choice only where they reach an administrator: those carry a
//! `Message`. No personal data and no secrets in any of them.

use std::error::Error as StdError;
use std::fmt;

use crate::model::Message;

/// A result with our error.
pub type Result<T> = std::result::Result<T, Error>;

/// What kind of error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Wrong usage or configuration: exit code 2.
    Config,
    /// The run, or what it needs, failed: exit code 1.
    Failed,
    /// A person has to act first: exit code 4.
    Waits,
    /// A defect of ours: exit code 1, with a request to report it.
    Internal,
}

/// An error with cause and hints.
pub struct Error {
    kind: Kind,
    what: String,
    message: Option<Message>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
    hints: Vec<String>,
}

impl Error {
    /// An error of this kind.
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), message: None, cause: None, hints: Vec::new() }
    }

    /// Wrong usage or configuration.
    pub fn config(what: impl Into<String>) -> Self {
        Self::new(Kind::Config, what)
    }

    /// Something failed.
    pub fn failed(what: impl Into<String>) -> Self {
        Self::new(Kind::Failed, what)
    }

    /// A person has to act first.
    pub fn waits(what: impl Into<String>) -> Self {
        Self::new(Kind::Waits, what)
    }

    /// A defect of ours.
    pub fn internal(what: impl Into<String>) -> Self {
        Self::new(Kind::Internal, what)
    }

    /// Adds what lies beneath.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the text of the catalogue that administrators read instead of `what`.
    #[must_use]
    pub fn message(mut self, message: Message) -> Self {
        self.message = Some(message);
        self
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What happened.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The catalogue's text, if it has one.
    pub fn catalogue(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    /// Is it the one that the catalogue has under this code?
    pub fn is(&self, code: &str) -> bool {
        self.message.as_ref().is_some_and(|message| message.code == code)
    }

    /// What to do.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// Exit code of the command line.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Config => 2,
            Kind::Failed | Kind::Internal => 1,
            Kind::Waits => 4,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        self.hints.iter().try_for_each(|hint| write!(f, "\nhint: {hint}"))
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// Adds what was being done to an error from elsewhere.
pub trait Context<T> {
    /// Fails with this kind and text, the original error beneath.
    fn context(self, kind: Kind, what: impl Into<String>) -> Result<T>;
}

impl<T, E: Into<Box<dyn StdError + Send + Sync>>> Context<T> for std::result::Result<T, E> {
    fn context(self, kind: Kind, what: impl Into<String>) -> Result<T> {
        self.map_err(|cause| Error::new(kind, what).because(cause))
    }
}
