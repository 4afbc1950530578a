//! XML by a simple profile: one element per record, its children (and attributes) are the fields, elements inside
//! them follow a dot. No document type, no entities but the five of XML itself.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::{Names, Row, Rows, kind_named};
use crate::model::records::RecordType;
use crate::records::problem::{Code, Fault};
use crate::records::text::{Meter, Utf8, fault_of};

/// Most elements inside each other.
const MAX_DEPTH: usize = 32;

/// An XML file being read.
pub(super) struct XmlRows {
    reader: Reader<Utf8>,
    meter: Meter,
    /// The element of a record, by the profile; otherwise a type of record names it.
    element: Option<String>,
    names: Names,
    buffer: Vec<u8>,
    depth: usize,
    number: u64,
    failed: bool,
    record: Option<Open>,
}

/// The record being read.
struct Open {
    row: Row,
    /// Names of the open elements inside it.
    path: Vec<String>,
    text: String,
}

impl XmlRows {
    /// Reads from the start.
    pub(super) fn new(reader: Utf8, element: Option<String>, meter: &Meter) -> Self {
        Self {
            reader: Reader::from_reader(reader),
            meter: meter.clone(),
            element,
            names: Names::default(),
            buffer: Vec::new(),
            depth: 0,
            number: 0,
            failed: false,
            record: None,
        }
    }

    fn read(&mut self) -> Result<Option<Row>, Fault> {
        loop {
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            let event = self.reader.read_event_into(&mut buffer).map_err(|error| self.fault(&error))?;
            let done = match event {
                Event::Eof if self.depth > 0 => return Err(self.broken()),
                Event::Eof => return Ok(None),
                Event::DocType(_) => return Err(Fault::new(Code::Doctype)),
                event => self.step(&event)?,
            };
            self.buffer = buffer;
            if self.record.is_none() {
                self.meter.row_done();
            }
            if done.is_some() {
                return Ok(done);
            }
        }
    }

    fn step(&mut self, event: &Event<'_>) -> Result<Option<Row>, Fault> {
        match event {
            Event::Start(element) => self.start(element).map(|()| None),
            Event::Empty(element) => {
                self.start(element)?;
                Ok(self.end())
            }
            Event::End(_) => Ok(self.end()),
            Event::Text(text) => Ok(self.text(&text.xml10_content())),
            Event::CData(text) => Ok(self.text(&text.xml10_content())),
            Event::GeneralRef(reference) => {
                let letter = match reference.resolve_char_ref() {
                    Ok(Some(letter)) => letter,
                    Ok(None) => entity(&reference.xml10_content()).ok_or(Fault::new(Code::Doctype))?,
                    Err(_) => return Err(self.broken()),
                };
                Ok(self.text(letter.encode_utf8(&mut [0; 4])))
            }
            _ => Ok(None),
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.broken());
        }
        let name = element.local_name().into_inner().to_owned();
        match &mut self.record {
            Some(open) => {
                open.text.clear();
                open.path.push(name);
            }
            None => match self.kind(&name) {
                Some(kind) => self.open(kind),
                None => return Ok(()),
            },
        }
        self.attributes(element)
    }

    /// Is this the element of a record, and of which type?
    fn kind(&self, name: &str) -> Option<Option<RecordType>> {
        match &self.element {
            Some(element) => (element == name).then_some(None),
            None => kind_named(name).map(Some),
        }
    }

    fn open(&mut self, kind: Option<RecordType>) {
        self.number += 1;
        let row = Row::new(self.number, kind);
        self.record = Some(Open { row, path: Vec::new(), text: String::new() });
    }

    fn attributes(&mut self, element: &BytesStart<'_>) -> Result<(), Fault> {
        let broken = self.broken();
        let Some(open) = &mut self.record else { return Ok(()) };
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|_| broken.clone())?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| broken.clone())?;
            let mut path = open.path.clone();
            path.push(attribute.key.local_name().into_inner().to_owned());
            self.names.put(&mut open.row, &path.join("."), &value);
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Option<Row> {
        if let Some(open) = &mut self.record {
            open.text.push_str(text);
        }
        None
    }

    fn end(&mut self) -> Option<Row> {
        self.depth = self.depth.saturating_sub(1);
        let open = self.record.as_mut()?;
        if open.path.is_empty() {
            return self.record.take().map(|open| open.row);
        }
        let text = std::mem::take(&mut open.text);
        self.names.put(&mut open.row, &open.path.join("."), &text);
        open.path.pop();
        None
    }

    fn broken(&self) -> Fault {
        Fault::new(Code::BrokenXml).with("record", self.number + u64::from(self.record.is_none()))
    }

    fn fault(&self, error: &quick_xml::Error) -> Fault {
        match error {
            quick_xml::Error::Io(error) => fault_of(error),
            _ => self.broken(),
        }
    }
}

impl Rows for XmlRows {
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

/// The entities that XML itself has.
fn entity(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}
