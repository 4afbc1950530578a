//! A row being made into a record.

use serde_json::{Map, Value};

use super::leaves_out;
use super::table::NamedRow;
use crate::model::fields::{Content, FieldSpec};
use crate::model::records::{Record, RecordType};
use crate::model::setup::ImportProfile;
use crate::records::problem::{Code, Fault};
use crate::records::values::{self, Today};
use crate::records::words::plain;

/// Values read so far, and what is wrong with them.
pub(super) struct Draft {
    pub(super) kind: RecordType,
    /// In the stored form.
    values: Map<String, Value>,
    /// With the heading of the column.
    pub(super) faults: Vec<(Fault, Option<String>)>,
    /// Headings of the fields that refer to something.
    headings: Vec<(&'static str, String)>,
}

/// Reads the cells of a row, each by the field of its column.
pub(super) fn read(row: &NamedRow<'_>, today: &Today<'_>) -> Draft {
    let mut draft = Draft { kind: row.kind(), values: Map::new(), faults: Vec::new(), headings: Vec::new() };
    if row.too_wide() {
        draft.faults.push((Fault::new(Code::ExtraCells), None));
    }
    for (column, text) in row.cells() {
        let Some((spec, heading)) = column else { continue };
        draft.take(spec, heading, translated(row.profile(), spec, text), today);
    }
    for spec in draft.kind.fields().iter().filter(|spec| spec.required) {
        let given = row.cells().any(|(column, _)| column.is_some_and(|(other, _)| other.name == spec.name));
        if !given {
            let column = row.heading(spec).filter(|_| !row.named).unwrap_or(spec.name);
            draft.faults.push((Fault::new(Code::Missing), Some(column.to_owned())));
        }
    }
    draft
}

/// The profile's value for a word.
fn translated<'a>(profile: &'a ImportProfile, spec: &FieldSpec, text: &'a str) -> &'a str {
    let words = profile.words.get(spec.name);
    let found = words.and_then(|words| words.iter().find(|(word, _)| plain(word) == plain(text)));
    found.map_or(text, |(_, value)| value.as_str())
}

impl Draft {
    fn take(&mut self, spec: &'static FieldSpec, heading: &str, text: &str, today: &Today<'_>) {
        match values::read(spec.content, text, today) {
            Ok(read) => {
                self.faults.extend(read.warning.map(|warning| (warning, Some(heading.to_owned()))));
                self.set(spec.name, read.value);
            }
            Err(fault) => self.faults.push((fault, Some(heading.to_owned()))),
        }
        if matches!(spec.content, Content::Ref(_) | Content::Refs(_) | Content::AnyRef) {
            self.headings.push((spec.name, heading.to_owned()));
        }
    }

    /// Nothing keeps it from being a record.
    pub(super) fn is_sound(&self) -> bool {
        !self.faults.iter().any(|(fault, _)| leaves_out(fault))
    }

    /// A value by the field's name (`child.last-name`).
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        let stored = name.replace('-', "_");
        match stored.split_once('.') {
            Some((outer, inner)) => self.values.get(outer)?.get(inner),
            None => self.values.get(&stored),
        }
    }

    /// A text by the field's name.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// Sets a value by the field's name.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        let stored = name.replace('-', "_");
        match stored.split_once('.') {
            None => {
                self.values.insert(stored, value);
            }
            Some((outer, inner)) => {
                let nested = self.values.entry(outer).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(members) = nested {
                    members.insert(inner.to_owned(), value);
                }
            }
        }
    }

    /// Drops a value of the record itself.
    pub(super) fn drop_value(&mut self, name: &str) {
        self.values.remove(&name.replace('-', "_"));
    }

    /// Tells a fault of a field that refers to something.
    pub(super) fn fault(&mut self, name: &str, fault: Fault) {
        let heading =
            self.headings.iter().find(|(field, _)| *field == name).map(|(_, heading)| heading.clone());
        self.faults.push((fault, heading));
    }

    /// The record; or a fault, where the values do not make one.
    pub(super) fn record(&mut self) -> Option<Record> {
        let form = Value::Object(std::mem::take(&mut self.values));
        let record = Record::from_value(self.kind, form).ok();
        if record.is_none() {
            self.faults.push((Fault::new(Code::Unfit), None));
        }
        record
    }
}
