//! Building the turns of a dialogue.

use crate::{
    Choice, ChoiceOption, DeadEnd, Ending, Form, FormField, FormKind, Input, Link, Message, Param, Step, Turn,
};

impl Turn {
    /// Shows `step`; `state` comes back with the answer. At most 16 KiB.
    pub fn new(step: Step, state: Vec<u8>) -> Self {
        Self { step, state }
    }

    /// The last turn: nothing has to be remembered.
    pub fn end(step: Step) -> Self {
        Self::new(step, Vec::new())
    }
}

impl Step {
    /// Cannot go on; `again`: starting anew may help at once.
    pub fn fail(reason: Message, advice: Vec<Message>, again: bool) -> Self {
        Self::Failed(DeadEnd { reason, advice, again })
    }

    /// Has reached its end, with the facts that make up the binding.
    pub fn finish(text: Vec<Message>, facts: Vec<Param>) -> Self {
        Self::Done(Ending { text, facts, link: None })
    }

    /// Asks to choose; always explicit, even with one option.
    pub fn choose(title: Message, text: Vec<Message>, options: Vec<ChoiceOption>) -> Self {
        Self::Choice(Choice { title, text, options })
    }

    /// Asks for one line of text.
    pub fn ask(title: Message, text: Vec<Message>, name: &str, label: Message) -> Self {
        let field = FormField { name: name.to_owned(), label, kind: FormKind::Text };
        Self::Form(Form { title, text, fields: vec![field] })
    }
}

impl Link {
    /// A page of an upstream.
    pub fn to(upstream: &str, path: impl Into<String>) -> Self {
        Self { upstream: upstream.to_owned(), path: path.into(), query: Vec::new() }
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push(Param::new(name, value));
        self
    }
}

/// The text of a parameter.
pub fn param<'a>(params: &'a [Param], name: &str) -> Option<&'a str> {
    params.iter().find(|param| param.name == name).map(|param| param.value.as_str())
}

impl Input {
    /// A short name for what came, for log lines.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Returned(_) => "returned",
            Self::Form(_) => "form",
            Self::Choice(_) => "choice",
            Self::Committed(_) => "committed",
        }
    }
}
