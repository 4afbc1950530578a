//! Texts for people, as codes with arguments.

use crate::{Finding, LeftOut, Message, Param, RecordRef, RecordType, Severity};

impl Message {
    /// The text with this code in the manifest's `[messages.ru]` and `[messages.en]`.
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), args: Vec::new() }
    }

    /// Fills `{ $name }`. Never personal data: arguments are journaled.
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push(Param::new(name, value));
        self
    }
}

impl Param {
    /// A name with a text.
    pub fn new(name: &str, value: impl ToString) -> Self {
        Self { name: name.to_owned(), value: value.to_string() }
    }
}

impl RecordRef {
    /// Names a record.
    pub fn new(record_type: RecordType, id: &str) -> Self {
        Self { record_type, id: id.to_owned() }
    }
}

impl LeftOut {
    /// Leaves `about` out, for `reason`.
    pub fn new(about: RecordRef, label: impl Into<String>, reason: Message) -> Self {
        Self { about, label: label.into(), group: None, reason }
    }
}

impl Finding {
    /// In order.
    pub fn good(what: Message) -> Self {
        Self { severity: Severity::Good, what, next_step: None }
    }

    /// Works, but.
    pub fn warning(what: Message, next_step: Message) -> Self {
        Self { severity: Severity::Warning, what, next_step: Some(next_step) }
    }

    /// Does not work; what the person does about it.
    pub fn problem(what: Message, next_step: Message) -> Self {
        Self { severity: Severity::Problem, what, next_step: Some(next_step) }
    }
}
