//! Every key of every TOML file we read, described once.
//!
//! From these tables come the check of names and types with its "did you mean", the JSON Schemas that editors
//! complete from, and the reference for people. What needs more than one key to judge stands in the readers.

mod connector;
mod host;
mod notify;
mod school;
mod signing;
mod timetable;
mod web;

pub(super) use connector::CONNECTOR;
pub(super) use host::HOST;
pub(super) use school::SCHOOL;

/// What a value may be.
#[derive(Debug)]
pub(super) enum Shape {
    /// A text, not empty.
    Text,
    /// A text that may be empty.
    AnyText,
    /// Letters, digits, `-` and `_`.
    Name,
    /// A path; a relative one counts from the folder of the file.
    Path,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Count {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
    },
    /// A number, not negative.
    Number,
    /// A number from 0 to 1.
    Share,
    /// `30s`, `5m`, `250ms`.
    Duration,
    /// `16MiB`.
    Size,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list.
    List(&'static Shape),
    /// A table with these keys.
    Table(&'static Table),
    /// Tables in a row: `[[name]]`.
    Tables(&'static Table),
    /// A table whose keys are names chosen by the writer.
    Map(&'static Shape),
    /// A table whose keys are among these words.
    MapOf(&'static [&'static str], &'static Shape),
    /// Either a list or a table.
    ListOrMap(&'static Shape, &'static Shape),
    /// Either a text or a table with these keys.
    TextOrTable(&'static Table),
    /// A table judged elsewhere.
    Free,
}

/// Where a default comes from.
pub(super) enum Default {
    /// The key has to be there.
    Required,
    /// Nothing is assumed.
    None,
    /// What `model::setup` says, as one would write it.
    Is(fn() -> String),
}

/// One key.
pub(super) struct Key {
    /// As written.
    pub(super) name: &'static str,
    /// What it may hold.
    pub(super) shape: Shape,
    /// What holds without it.
    pub(super) default: Default,
    /// For people: one or two sentences.
    pub(super) doc: &'static str,
}

/// A table of keys.
pub(super) struct Table {
    /// For people, as a heading.
    pub(super) title: &'static str,
    /// Its keys, in the order of the reference.
    pub(super) keys: &'static [Key],
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.title)
    }
}

impl Table {
    /// A key by name.
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The names of its keys.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|key| key.name)
    }
}

/// A key that has to be there.
const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, default: Default::Required, doc }
}

/// A key that may be left out.
const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, default: Default::None, doc }
}

/// A default time, as one would write it.
fn duration(ms: u64) -> String {
    format!("{:?}", super::units::show_duration(ms))
}

/// A key with a default.
const fn defaulted(name: &'static str, shape: Shape, default: fn() -> String, doc: &'static str) -> Key {
    Key { name, shape, default: Default::Is(default), doc }
}

impl Shape {
    /// What it is called in a refusal.
    pub(super) fn expected(&self) -> String {
        match self {
            Self::Text | Self::AnyText | Self::Word(_) => "a text".to_owned(),
            Self::Name => "a name of letters, digits, `-` and `_`".to_owned(),
            Self::Path => "a path".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Count { min, max: u64::MAX } => format!("a whole number from {min}"),
            Self::Count { min, max } => format!("a whole number from {min} to {max}"),
            Self::Number => "a number, not negative".to_owned(),
            Self::Share => "a number from 0 to 1".to_owned(),
            Self::Duration => "a duration such as `\"30s\"`, `\"5m\"` or `\"250ms\"`".to_owned(),
            Self::Size => "a size such as `\"16MiB\"` or `\"64KiB\"`".to_owned(),
            Self::List(inner) => format!("a list of {}", inner.plural()),
            Self::Tables(_) => "tables in a row".to_owned(),
            Self::ListOrMap(..) => "a list or a table".to_owned(),
            Self::TextOrTable(_) => "a text or a table".to_owned(),
            Self::Table(_) | Self::Map(_) | Self::MapOf(..) | Self::Free => "a table".to_owned(),
        }
    }

    fn plural(&self) -> &'static str {
        match self {
            Self::Count { .. } | Self::Number | Self::Share => "numbers",
            Self::Table(_) | Self::Tables(_) => "tables",
            _ => "texts",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::manifest::INBOUND;
    use crate::model::records::RecordType;

    fn walk(table: &'static Table, found: &mut Vec<&'static Key>) {
        for key in table.keys {
            found.push(key);
            if let Shape::Table(inner)
            | Shape::Tables(inner)
            | Shape::TextOrTable(inner)
            | Shape::Map(Shape::Table(inner)) = &key.shape
            {
                walk(inner, found);
            }
        }
    }

    #[test]
    fn every_key_is_explained_in_a_sentence() {
        let mut keys = Vec::new();
        [&HOST, &SCHOOL, &CONNECTOR].into_iter().for_each(|table| walk(table, &mut keys));
        assert!(keys.len() > 80);
        for key in keys {
            assert!(key.doc.ends_with('.') && key.doc.len() > 10, "{}: {:?}", key.name, key.doc);
        }
    }

    #[test]
    fn record_types_are_those_of_the_model() {
        let key = CONNECTOR.key("records").unwrap();
        assert!(matches!(&key.shape, Shape::MapOf(words, _) if **words == RecordType::NAMES));
        assert_eq!(connector::INBOUND_NAMES, INBOUND.map(RecordType::name));
    }
}
