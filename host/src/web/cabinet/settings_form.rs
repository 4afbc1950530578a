//! The form of a task's settings: its fields as people see them.
//!
//! Names, help and the words of choices are the connector's own texts (`setting-NAME`, `setting-NAME-help`,
//! `setting-NAME-WORD`) where it has them, else what its schema says. Inside a table `setting-TABLE-NAME` goes before, and
//! what the task's own setting of the same name is called comes last.

use serde_json::Value;

use super::shell::Shell;
use crate::config::{Field, FieldKind};
use crate::daemon::cabinet::Fault;
use crate::model::{Message, visible};

/// Before the names of fields: a setting may be called as anything.
pub(super) const PREFIX: &str = "s.";

/// What is sent of a choice between yes, no and nothing.
pub(super) const YES: &str = "yes";
pub(super) const NO: &str = "no";

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
    /// Fields, or entries of fields.
    Table(Vec<Entry>),
    /// It is changed in the file only.
    Fixed(String),
}

/// An entry as people see it.
pub(super) struct Entry {
    /// Names of its inputs begin so.
    pub(super) id: String,
    /// What stands above its fields; empty: nothing, it is a table of fields.
    pub(super) legend: String,
    /// The name that it has.
    pub(super) key: String,
    /// It stands in the file: its name stays, and it can be taken out.
    pub(super) stands: bool,
    /// It is to be taken out.
    pub(super) gone: bool,
    pub(super) fields: Vec<Shown>,
    /// What is wrong with its name, or with all of it.
    pub(super) faults: Vec<Told>,
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

/// The texts of a form.
pub(super) struct Texts<'a> {
    pub(super) shell: &'a Shell,
    /// Those of whoever asks for the fields, by their codes.
    pub(super) own: &'a dyn Fn(&str) -> Option<String>,
    /// The name of the school's file.
    pub(super) file: &'a str,
}

/// A field where it stands: in a table, or by itself.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) table: Option<&'a Field<'a>>,
    pub(super) field: &'a Field<'a>,
}

impl<'a> At<'a> {
    /// By itself.
    pub(super) fn own(field: &'a Field<'a>) -> Self {
        Self { table: None, field }
    }
}

impl Texts<'_> {
    fn text(&self, at: At<'_>, end: &str, schema: Option<&str>) -> Option<String> {
        let own = || (self.own)(&format!("setting-{}{end}", at.field.name));
        let schema = || schema.map(str::to_owned);
        match at.table {
            None => own().or_else(schema),
            Some(table) => {
                let inner = (self.own)(&format!("setting-{}-{}{end}", table.name, at.field.name));
                inner.or_else(schema).or_else(own)
            }
        }
    }

    /// What a setting is called.
    pub(super) fn label(&self, at: At<'_>) -> String {
        self.text(at, "", at.field.title).unwrap_or_else(|| at.field.name.to_owned())
    }

    fn help(&self, at: At<'_>) -> String {
        self.text(at, "-help", at.field.description).unwrap_or_default()
    }

    fn word(&self, at: At<'_>, word: &str) -> String {
        self.text(at, &format!("-{word}"), None).unwrap_or_else(|| word.to_owned())
    }

    /// A value as people read it; `None`: the file says nothing.
    pub(super) fn value(&self, at: At<'_>, value: Option<&Value>) -> String {
        let text = match value {
            None => return self.shell.word("cabinet-setting-default"),
            Some(Value::Bool(true)) => self.shell.word("cabinet-yes"),
            Some(Value::Bool(false)) => self.shell.word("cabinet-no"),
            Some(Value::Array(values)) => {
                values.iter().map(|one| self.one(at, one)).collect::<Vec<_>>().join(", ")
            }
            Some(Value::Object(members)) => self.members(at.field, members),
            Some(value) => self.one(at, value),
        };
        if text.is_empty() { self.shell.word("cabinet-setting-empty") } else { visible(&text).into_owned() }
    }

    fn one(&self, at: At<'_>, value: &Value) -> String {
        match value {
            Value::String(word) => self.word(at, word),
            other => other.to_string(),
        }
    }

    /// A field with this value in it, under the name `id`, and what is wrong with it.
    pub(super) fn shown(&self, at: At<'_>, id: String, value: Option<&Value>, faults: &[&Fault]) -> Shown {
        Shown {
            id,
            label: self.label(at),
            help: self.help(at),
            required: at.field.required,
            hints: self.hints(at),
            input: self.input(at, value),
            faults: faults.iter().map(|fault| self.told(fault)).collect(),
        }
    }

    fn hints(&self, at: At<'_>) -> Vec<String> {
        let field = at.field;
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
                    let told = self.word(at, word);
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
            FieldKind::Flag
                | FieldKind::Choices(_)
                | FieldKind::Lines
                | FieldKind::Table(_)
                | FieldKind::Entries(_)
                | FieldKind::Other
        );
        let default = field.default.filter(|default| is_left_out && *default != "");
        hints.extend(default.map(|default| {
            text(Message::new("cabinet-setting-otherwise").with("value", self.value(at, Some(default))))
        }));
        hints
    }

    fn input(&self, at: At<'_>, value: Option<&Value>) -> Input {
        let choices = |words: &[String], chosen: &dyn Fn(&str) -> bool| {
            let choice =
                |word: &String| Choice { id: word.clone(), words: self.word(at, word), chosen: chosen(word) };
            words.iter().map(choice).collect()
        };
        let is = |word: &str| value.is_some_and(|value| value == word);
        let among =
            |word: &str| value.and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one == word));
        match &at.field.kind {
            FieldKind::Flag => Input::Flag(value == Some(&Value::Bool(true))),
            FieldKind::Maybe => Input::One(self.yes_and_no(value)),
            FieldKind::Choice(words) => Input::One(choices(words, &is)),
            FieldKind::Choices(words) => Input::Many(choices(words, &among)),
            FieldKind::Lines => Input::Lines(lines(value)),
            FieldKind::Whole(..) => Input::Text { value: plain(value), numeric: true },
            FieldKind::Number | FieldKind::WordOrWhole(..) | FieldKind::Text => {
                Input::Text { value: plain(value), numeric: false }
            }
            // Entries are shown beside their names: `settings_table`.
            FieldKind::Table(_) | FieldKind::Entries(_) => Input::Table(Vec::new()),
            FieldKind::Other => Input::Fixed(value.map(Value::to_string).unwrap_or_default()),
        }
    }

    fn yes_and_no(&self, value: Option<&Value>) -> Vec<Choice> {
        let choice = |(id, code, flag): (&str, &str, bool)| Choice {
            id: id.to_owned(),
            words: self.shell.word(code),
            chosen: value == Some(&Value::Bool(flag)),
        };
        [(YES, "cabinet-yes", true), (NO, "cabinet-no", false)].into_iter().map(choice).collect()
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
