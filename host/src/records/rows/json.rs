//! JSON: an array of records, an object of such arrays by type, or one record after the other (JSON lines).
//!
//! Records are cut out of the stream one by one, so that a file of any length needs the memory of one record.

use std::io::BufRead;

use serde_json::Value;

use super::{Names, Row, Rows, kind_named};
use crate::model::records::RecordType;
use crate::records::problem::{Code, Fault};
use crate::records::text::{MAX_ROW, Meter, Utf8, fault_of};

/// A JSON file being read.
pub(super) struct JsonRows {
    reader: Utf8,
    meter: Meter,
    /// The member that holds the records, by the profile.
    member: Option<String>,
    names: Names,
    place: Place,
    number: u64,
    /// Nothing after a fault can be trusted.
    failed: bool,
}

/// Where the reader stands between two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    /// Between records that follow each other.
    Lines,
    /// In an array at the top.
    Array,
    /// In the object whose members are arrays.
    Groups,
    /// In the array of a member.
    Group(Option<RecordType>),
    /// In the array of a member that is not asked for.
    Skipped,
    End,
}

impl JsonRows {
    /// Reads from the start.
    pub(super) fn new(reader: Utf8, member: Option<String>, meter: &Meter) -> Self {
        let meter = meter.clone();
        Self { reader, meter, member, names: Names::default(), place: Place::Start, number: 0, failed: false }
    }

    fn peek(&mut self) -> Result<Option<u8>, Fault> {
        Ok(self.reader.fill_buf().map_err(|error| fault_of(&error))?.first().copied())
    }

    fn take(&mut self) -> Result<Option<u8>, Fault> {
        let byte = self.peek()?;
        self.reader.consume(usize::from(byte.is_some()));
        Ok(byte)
    }

    /// The next byte that is neither blank nor a comma, not taken.
    fn peek_solid(&mut self) -> Result<Option<u8>, Fault> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() && byte != b',' {
                return Ok(Some(byte));
            }
            self.reader.consume(1);
        }
        Ok(None)
    }

    fn broken<T>(&self) -> Result<T, Fault> {
        Err(Fault::new(Code::BrokenJson).with("record", self.number + 1))
    }

    /// Takes a string, quotes included.
    fn string(&mut self, text: &mut Vec<u8>) -> Result<(), Fault> {
        text.extend(self.take()?);
        while let Some(byte) = self.take()? {
            text.push(byte);
            match byte {
                b'\\' => text.extend(self.take()?),
                b'"' => return Ok(()),
                _ if text.len() as u64 > MAX_ROW => {
                    return Err(Fault::new(Code::RowTooLong).with("limit", MAX_ROW));
                }
                _ => {}
            }
        }
        self.broken()
    }

    /// Takes what is left of an object or array of which `depth` brackets are open.
    fn rest(&mut self, text: &mut Vec<u8>, mut depth: usize) -> Result<(), Fault> {
        while depth > 0 {
            match self.peek()? {
                None => return self.broken(),
                Some(b'"') => self.string(text)?,
                Some(byte) => {
                    self.reader.consume(1);
                    text.push(byte);
                    match byte {
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                }
            }
            if text.len() as u64 > MAX_ROW {
                return Err(Fault::new(Code::RowTooLong).with("limit", MAX_ROW));
            }
        }
        Ok(())
    }

    /// The text of the next record; `None`: the file has ended.
    fn next_text(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        loop {
            let next = self.peek_solid()?;
            match (self.place, next) {
                (Place::End, None) | (Place::Lines, None) => return Ok(None),
                (Place::Start, Some(b'[')) => self.enter(Place::Array),
                (Place::Start, Some(b'{')) => match self.groups_or_record()? {
                    Some(text) => return Ok(Some(text)),
                    None => continue,
                },
                (Place::Array | Place::Group(_) | Place::Lines, Some(b'{')) => {
                    return self.object().map(Some);
                }
                (Place::Skipped, Some(b'{')) => {
                    self.object()?;
                    self.meter.row_done();
                }
                (Place::Array, Some(b']')) | (Place::Groups, Some(b'}')) => self.enter(Place::End),
                (Place::Group(_) | Place::Skipped, Some(b']')) => self.enter(Place::Groups),
                (Place::Groups, Some(b'"')) => self.member()?,
                _ => return self.broken(),
            }
        }
    }

    fn enter(&mut self, place: Place) {
        self.reader.consume(1);
        self.meter.row_done();
        self.place = place;
    }

    fn object(&mut self) -> Result<Vec<u8>, Fault> {
        let mut text = Vec::new();
        text.extend(self.take()?);
        self.rest(&mut text, 1)?;
        Ok(text)
    }

    /// The name of a member and the bracket that opens its array.
    fn member(&mut self) -> Result<(), Fault> {
        let mut name = Vec::new();
        self.string(&mut name)?;
        if self.peek_solid()? != Some(b':') {
            return self.broken();
        }
        self.reader.consume(1);
        if self.peek_solid()? != Some(b'[') {
            return self.broken();
        }
        let place = self.group(&name);
        self.enter(place);
        Ok(())
    }

    fn group(&self, quoted: &[u8]) -> Place {
        let name: String = serde_json::from_slice(quoted).unwrap_or_default();
        match (&self.member, kind_named(&name)) {
            (Some(member), _) if *member == name => Place::Group(None),
            (None, Some(kind)) => Place::Group(Some(kind)),
            _ => Place::Skipped,
        }
    }

    /// An object at the start: do its members name groups? Otherwise it is the first record itself.
    ///
    /// `"guardian_ids": ["g1"]` is a field of a record; `"pupil": [{…}]` is a group, asked for or not. An empty list under
    /// a name that is not asked for may be either: the next member tells.
    fn groups_or_record(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let mut text = Vec::new();
        text.extend(self.take()?);
        while self.peek_solid()? == Some(b'"') {
            if text.len() > 1 {
                text.push(b',');
            }
            let start = text.len();
            self.string(&mut text)?;
            let place = self.group(&text[start..]);
            if self.peek_solid()? != Some(b':') {
                break;
            }
            text.extend(self.take()?);
            if self.peek_solid()? != Some(b'[') {
                break;
            }
            text.extend(self.take()?);
            let next = self.peek_solid()?;
            if place != Place::Skipped || next == Some(b'{') {
                self.place = place;
                return Ok(None);
            }
            if next != Some(b']') {
                self.place = Place::Lines;
                self.rest(&mut text, 2)?;
                return Ok(Some(text));
            }
            text.extend(self.take()?);
        }
        self.place = Place::Lines;
        self.rest(&mut text, 1)?;
        Ok(Some(text))
    }

    fn read(&mut self) -> Result<Option<Row>, Fault> {
        let Some(text) = self.next_text()? else { return Ok(None) };
        let Ok(Value::Object(record)) = serde_json::from_slice(&text) else { return self.broken() };
        self.meter.row_done();
        self.number += 1;
        let kind = if let Place::Group(kind) = self.place { kind } else { None };
        let mut row = Row::new(self.number, kind);
        for (name, value) in &record {
            flatten(&mut self.names, &mut row, name, value);
        }
        Ok(Some(row))
    }
}

/// Members of an object inside follow a dot; a list of scalars is several texts under one name.
fn flatten(names: &mut Names, row: &mut Row, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::String(text) => names.put(row, name, text),
        Value::Bool(_) | Value::Number(_) => names.put(row, name, &value.to_string()),
        Value::Array(values) => values.iter().for_each(|value| flatten(names, row, name, value)),
        Value::Object(members) => {
            for (inner, value) in members {
                flatten(names, row, &format!("{name}.{inner}"), value);
            }
        }
    }
}

impl Rows for JsonRows {
    fn next_row(&mut self) -> Option<Result<Row, Fault>> {
        if self.failed {
            return None;
        }
        let row = self.read();
        self.failed = row.is_err();
        row.transpose()
    }

    fn names(&self) -> Option<&[String]> {
        Some(&self.names.names)
    }
}
