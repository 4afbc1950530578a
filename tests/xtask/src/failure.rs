//! How a helper command fails: one phrase, perhaps a hint, and the exit code to end with.
//!
//! A step that runs another program keeps that program's exit code, so that a script which
//! calls `cargo xtask` sees the same number as one which calls the program itself.

use std::fmt;

/// The result of a helper command or one of its steps.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Why a command could not be carried out.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
    code: u8,
}

impl Failure {
    /// A failure with exit code 1.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, code: 1 }
    }

    /// Says what the reader can do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Ends with another exit code; 0 would hide the failure and becomes 1.
    pub(crate) fn code(mut self, code: u8) -> Self {
        self.code = code.max(1);
        self
    }

    /// Says what was being done when it happened.
    pub(crate) fn within(mut self, what: impl fmt::Display) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// The exit code to end with, never 0.
    pub(crate) fn exit_code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "error: {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(out, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Adds what was being done to an error of another library.
pub(crate) trait Context<T> {
    /// Turns the error into a [`Failure`] that starts with `what`.
    fn context(self, what: impl FnOnce() -> String) -> Outcome<T>;
}

impl<T, E: fmt::Display> Context<T> for Result<T, E> {
    fn context(self, what: impl FnOnce() -> String) -> Outcome<T> {
        self.map_err(|cause| Failure::new(format!("{}: {cause}", what())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_a_phrase_with_its_cause_and_hint() {
        let broken: Result<(), _> = Err(std::io::Error::other("disk full"));
        let failure = broken.context(|| "cannot write a.wasm".into()).unwrap_err().hint("make room");
        assert_eq!(failure.to_string(), "error: cannot write a.wasm: disk full\nhint: make room");
    }

    #[test]
    fn says_what_was_being_done() {
        assert_eq!(
            Failure::new("no space").within("cannot pack a").to_string(),
            "error: cannot pack a: no space"
        );
    }

    #[test]
    fn never_ends_with_success() {
        assert_eq!(Failure::new("x").code(0).exit_code(), 1);
        assert_eq!(Failure::new("x").code(3).exit_code(), 3);
    }
}
