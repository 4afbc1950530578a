//! A row being made into a record.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::leaves_out;
use super::table::NamedRow;
use crate::model::fields::{Content, FieldSpec};
use crate::model::records::{Record, RecordType};
use crate::model::setup::ImportProfile;
use crate::records::headings::Column;
use crate::records::problem::{Code, Fault};
use crate::records::values::{self, Today};
use crate::records::words::plain;

/// Values read so far, and what is wrong with them.
pub(super) struct Draft {
    pub(super) kind: RecordType,
    /// In the stored form, by field.
    values: Vec<(&'static FieldSpec, Value)>,
    /// With the heading of the column.
    pub(super) faults: Vec<(Fault, Option<Arc<str>>)>,
    /// Headings of the fields that refer to something.
    headings: Vec<Column>,
}

/// Reads the cells of a row, each by the field of its column.
pub(super) fn read(row: &NamedRow<'_>, today: &Today<'_>) -> Draft {
    let mut draft = Draft { kind: row.kind(), values: Vec::new(), faults: Vec::new(), headings: Vec::new() };
    draft.values.reserve(draft.kind.fields().len());
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
            draft.faults.push((Fault::new(Code::Missing), Some(column.into())));
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
    fn take(&mut self, spec: &'static FieldSpec, heading: &Arc<str>, text: &str, today: &Today<'_>) {
        match values::read(spec.content, text, today) {
            Ok(read) => {
                self.faults.extend(read.warning.map(|warning| (warning, Some(Arc::clone(heading)))));
                self.set(spec, read.value);
            }
            Err(fault) => self.faults.push((fault, Some(Arc::clone(heading)))),
        }
        if matches!(spec.content, Content::Ref(_) | Content::Refs(_) | Content::AnyRef) {
            self.headings.push((spec, Arc::clone(heading)));
        }
    }

    /// Nothing keeps it from being a record.
    pub(super) fn is_sound(&self) -> bool {
        !self.faults.iter().any(|(fault, _)| leaves_out(fault))
    }

    /// A value by the field's name (`child.last-name`).
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(spec, _)| spec.name == name).map(|(_, value)| value)
    }

    /// A text by the field's name.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// Sets the value of a field.
    pub(super) fn set(&mut self, field: &'static FieldSpec, value: Value) {
        match self.values.iter_mut().find(|(spec, _)| spec.name == field.name) {
            Some((_, known)) => *known = value,
            None => self.values.push((field, value)),
        }
    }

    /// Drops the value of a field.
    pub(super) fn drop_value(&mut self, field: &FieldSpec) {
        self.values.retain(|(spec, _)| spec.name != field.name);
    }

    /// Tells a fault of a field that refers to something.
    pub(super) fn fault(&mut self, field: &FieldSpec, fault: Fault) {
        let column = self.headings.iter().find(|(spec, _)| spec.name == field.name);
        let heading = column.map(|(_, heading)| Arc::clone(heading));
        self.faults.push((fault, heading));
    }

    /// The record; or a fault, where the values do not make one.
    pub(super) fn record(&mut self) -> Option<Record> {
        let record = Record::from_fields(self.kind, stored(std::mem::take(&mut self.values))).ok();
        if record.is_none() {
            self.faults.push((Fault::new(Code::Unfit), None));
        }
        record
    }
}

/// Values under the names of the stored form; those of `child.last-name` and the like as one object.
fn stored(values: Vec<(&'static FieldSpec, Value)>) -> Vec<(Cow<'static, str>, Value)> {
    let mut fields: Vec<(Cow<'static, str>, Value)> = Vec::with_capacity(values.len());
    for (spec, value) in values {
        let Some((outer, inner)) = spec.name.split_once('.') else {
            fields.push((stored_name(spec.name), value));
            continue;
        };
        let outer = stored_name(outer);
        let mut known = fields.iter_mut().find(|(name, _)| *name == outer);
        if let Some((_, Value::Object(members))) = &mut known {
            members.insert(stored_name(inner).into_owned(), value);
        } else {
            let member = (stored_name(inner).into_owned(), value);
            fields.push((outer, Value::Object(Map::from_iter([member]))));
        }
    }
    fields
}

fn stored_name(name: &'static str) -> Cow<'static, str> {
    if name.contains('-') { name.replace('-', "_").into() } else { name.into() }
}
