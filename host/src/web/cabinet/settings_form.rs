//! The form of a task's settings: its fields as people see them.
//!
//! Names, help and the words of choices are the connector's own texts (`setting-NAME`, `setting-NAME-help`,
//! `setting-NAME-WORD`) where it has them, else what its schema says.

use serde_json::Value;

use super::shell::Shell;
use crate::config::{Field, FieldKind};
use crate::daemon::cabinet::Fault;
use crate::model::manifest::Manifest;
use crate::model::{Message, visible};
use crate::report::Catalogue;

/// Before the names of fields: a setting may be called as anything.
pub(super) const PREFIX: &str = "s.";

/// A word to choose.
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) words: String,
    pub(super) chosen: bool,
}

/// What is filled in.
pub(super) enum Input {
    /// A box to tick.
    Flag(bool),
    /// One of several.
    One(Vec<Choice>),
    /// Several of several.
    Many(Vec<Choice>),
    /// A text; `numeric` where only digits make sense.
    Text { value: String, numeric: bool },
    /// Lines.
    Lines(String),
    /// It is changed in the file only.
    Fixed(String),
}

/// A field as people see it.
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) help: String,
    pub(super) required: bool,
    /// What may be filled in, and what holds otherwise.
    pub(super) hints: Vec<String>,
    pub(super) input: Input,
    pub(super) faults: Vec<Told>,
}

/// What is wrong, beside its field: in plain words, and as the command line says it.
pub(super) struct Told {
    pub(super) what: String,
    pub(super) fix: String,
    pub(super) place: String,
    pub(super) original: String,
}

/// A connector's texts.
pub(super) struct Texts<'a> {
    pub(super) shell: &'a Shell,
    pub(super) catalogue: &'a Catalogue,
    pub(super) manifest: &'a Manifest,
    /// The name of the school's file.
    pub(super) file: &'a str,
}

impl Texts<'_> {
    fn own(&self, code: &str) -> Option<String> {
        let text = || self.catalogue.of(&self.manifest.id, &Message::new(code));
        self.manifest.has_text(code).then(text)
    }

    /// What a setting is called.
    pub(super) fn label(&self, field: &Field<'_>) -> String {
        let own = self.own(&format!("setting-{}", field.name));
        own.unwrap_or_else(|| field.title.unwrap_or(field.name).to_owned())
    }

    fn help(&self, field: &Field<'_>) -> String {
        let own = self.own(&format!("setting-{}-help", field.name));
        own.unwrap_or_else(|| field.description.unwrap_or_default().to_owned())
    }

    fn word(&self, field: &Field<'_>, word: &str) -> String {
        self.own(&format!("setting-{}-{word}", field.name)).unwrap_or_else(|| word.to_owned())
    }

    /// A value as people read it; `None`: the file says nothing.
    pub(super) fn value(&self, field: &Field<'_>, value: Option<&Value>) -> String {
        let text = match value {
            None => return self.shell.word("cabinet-setting-default"),
            Some(Value::Bool(true)) => self.shell.word("cabinet-yes"),
            Some(Value::Bool(false)) => self.shell.word("cabinet-no"),
            Some(Value::Array(values)) => {
                values.iter().map(|one| self.one(field, one)).collect::<Vec<_>>().join(", ")
            }
            Some(value) => self.one(field, value),
        };
        if text.is_empty() { self.shell.word("cabinet-setting-empty") } else { visible(&text).into_owned() }
    }

    fn one(&self, field: &Field<'_>, value: &Value) -> String {
        match value {
            Value::String(word) => self.word(field, word),
            other => other.to_string(),
        }
    }

    /// A field with this value in it.
    pub(super) fn shown(&self, field: &Field<'_>, value: Option<&Value>, faults: &[Fault]) -> Shown {
        let own = faults.iter().filter(|fault| fault.setting.as_deref() == Some(field.name));
        Shown {
            id: format!("{PREFIX}{}", field.name),
            label: self.label(field),
            help: self.help(field),
            required: field.required,
            hints: self.hints(field),
            input: self.input(field, value),
            faults: own.map(|fault| self.told(fault)).collect(),
        }
    }

    fn hints(&self, field: &Field<'_>) -> Vec<String> {
        let text = |message| self.shell.text(message);
        let bounds = |least: &Option<i64>, most: &Option<i64>| match (least, most) {
            (Some(least), Some(most)) => {
                Some(Message::new("cabinet-setting-between").with("least", least).with("most", most))
            }
            (Some(least), None) => Some(Message::new("cabinet-setting-least").with("least", least)),
            (None, Some(most)) => Some(Message::new("cabinet-setting-most").with("most", most)),
            (None, None) => None,
        };
        let mut hints = Vec::new();
        match &field.kind {
            FieldKind::Whole(least, most) => hints.extend(bounds(least, most).map(text)),
            FieldKind::WordOrWhole(words, ..) => {
                let of = |word: &String| {
                    let told = self.word(field, word);
                    if told == *word { told } else { format!("{word}: {told}") }
                };
                hints.extend(words.iter().map(of));
            }
            FieldKind::Lines => hints.push(self.shell.word("cabinet-setting-lines")),
            FieldKind::Other => hints.push(self.shell.word("cabinet-setting-in-file")),
            _ => {}
        }
        // What is not ticked is none, and an empty list an empty one.
        let is_left_out = !matches!(
            field.kind,
            FieldKind::Flag | FieldKind::Choices(_) | FieldKind::Lines | FieldKind::Other
        );
        let default = field.default.filter(|default| is_left_out && *default != "");
        hints.extend(default.map(|default| {
            text(Message::new("cabinet-setting-otherwise").with("value", self.value(field, Some(default))))
        }));
        hints
    }

    fn input(&self, field: &Field<'_>, value: Option<&Value>) -> Input {
        let choices = |words: &[String], chosen: &dyn Fn(&str) -> bool| {
            let choice = |word: &String| Choice {
                id: word.clone(),
                words: self.word(field, word),
                chosen: chosen(word),
            };
            words.iter().map(choice).collect()
        };
        let is = |word: &str| value.is_some_and(|value| value == word);
        let among =
            |word: &str| value.and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one == word));
        match &field.kind {
            FieldKind::Flag => Input::Flag(value == Some(&Value::Bool(true))),
            FieldKind::Choice(words) => Input::One(choices(words, &is)),
            FieldKind::Choices(words) => Input::Many(choices(words, &among)),
            FieldKind::Lines => Input::Lines(lines(value)),
            FieldKind::Whole(..) => Input::Text { value: plain(value), numeric: true },
            FieldKind::Number | FieldKind::WordOrWhole(..) | FieldKind::Text => {
                Input::Text { value: plain(value), numeric: false }
            }
            FieldKind::Other => Input::Fixed(value.map(Value::to_string).unwrap_or_default()),
        }
    }

    /// What is wrong, in words. Where the catalogue has none, as the command line says it.
    pub(super) fn told(&self, fault: &Fault) -> Told {
        let text = |suffix: &str| {
            let message = fault.message.as_ref()?;
            let code = format!("{}{suffix}", message.code);
            Some(self.shell.text(Message { code, args: message.args.clone() }))
        };
        let place = fault.line.map(|line| {
            self.shell.text(Message::new("cabinet-setting-place").with("file", self.file).with("line", line))
        });
        let mut original = vec![fault.what.clone()];
        original.extend(fault.hints.iter().cloned());
        Told {
            what: text("").unwrap_or_default(),
            fix: text("-fix").unwrap_or_default(),
            place: place.unwrap_or_else(|| self.file.to_owned()),
            original: visible(&original.join("; ")).into_owned(),
        }
    }
}

fn plain(value: Option<&Value>) -> String {
    value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default()
}

fn lines(value: Option<&Value>) -> String {
    match value {
        Some(Value::Array(all)) => all.iter().map(|one| plain(Some(one))).collect::<Vec<_>>().join("\n"),
        other => plain(other),
    }
}
