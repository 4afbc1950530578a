//! Files as rows of cells, whatever they are written in.

mod csv;
mod json;
mod workbook;
mod xml;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead};
use std::ops::Range;
use std::path::Path;

use super::problem::{Code, Fault};
use super::text::{self, Looks, Meter, Utf8};
use crate::model::records::RecordType;
use crate::model::setup::ImportProfile;

/// One row: cells by the number of their column; empty ones are left out. The texts lie one after the other: a file has
/// many rows, and each costs two pieces of memory, not one a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// As a person counts it.
    pub(super) number: u64,
    /// What the file itself says the row is.
    pub(super) kind: Option<RecordType>,
    texts: String,
    cells: Vec<(usize, Range<usize>)>,
    /// Texts of the columns that came more than once, in place of those above.
    lists: BTreeMap<usize, String>,
}

impl Row {
    /// A row without cells.
    fn new(number: u64, kind: Option<RecordType>) -> Self {
        Self { number, kind, ..Self::default() }
    }

    /// Room for so many cells with so many bytes of text.
    fn reserve(&mut self, cells: usize, bytes: usize) {
        self.cells.reserve(cells);
        self.texts.reserve(bytes);
    }

    /// Nothing stands in it.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Column → text.
    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, &str)> {
        let text = |column, place: &Range<usize>| match self.lists.get(column) {
            Some(list) => &**list,
            None => &self.texts[place.clone()],
        };
        self.cells.iter().map(move |(column, place)| (*column, text(column, place)))
    }

    /// The cells apart from the row, for rows of headings.
    pub(super) fn headings(&self) -> Vec<(usize, String)> {
        self.cells().map(|(column, text)| (column, text.to_owned())).collect()
    }

    /// Puts a text into a column that has none yet, unless it is blank.
    fn put(&mut self, column: usize, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            let start = self.texts.len();
            self.texts.push_str(text);
            self.cells.push((column, start..self.texts.len()));
        }
    }

    /// Puts a text into a column; what comes again is a list.
    fn put_again(&mut self, column: usize, text: &str) {
        let known = self.cells.iter().find(|(other, _)| *other == column);
        let Some((_, before)) = known.filter(|_| !text.trim().is_empty()) else {
            return self.put(column, text);
        };
        // A list grows at its end: a file may say one name a hundred thousand times.
        let list = self.lists.entry(column).or_insert_with(|| self.texts[before.clone()].to_owned());
        list.push('|');
        list.push_str(text.trim());
    }
}

/// A file being read.
pub(super) trait Rows: Send {
    /// The next row. After a fault there is none.
    fn next_row(&mut self) -> Option<Result<Row, Fault>>;

    /// Names of the columns met so far; `None` where the headings are a row among the others.
    fn names(&self) -> Option<&[String]> {
        None
    }
}

/// Opens a file; content decides what it is, the extension only between CSV and what looks like something else.
pub(super) fn open(path: &Path, profile: &ImportProfile, meter: &Meter) -> Result<Box<dyn Rows>, Fault> {
    let unreadable = |error: io::Error| text::fault_of(&error);
    // A pipe would be waited for without end.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Fault::new(Code::Unreadable).with("cause", "not a file"));
    }
    match text::look(path).map_err(unreadable)? {
        Looks::Refused(code) => Err(Fault::new(code)),
        Looks::Zip => Ok(Box::new(workbook::open(path, profile.sheet.as_deref(), meter)?)),
        Looks::Text(encoding) => {
            let mut reader = text::open(path, encoding, meter).map_err(unreadable)?;
            let comma = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
            Ok(match first_letter(&mut reader).map_err(unreadable)? {
                Some(b'<') if !comma => Box::new(xml::XmlRows::new(reader, profile.row.clone(), meter)),
                Some(b'[' | b'{') if !comma => {
                    Box::new(json::JsonRows::new(reader, profile.row.clone(), meter))
                }
                Some(_) => Box::new(csv::CsvRows::new(reader, meter).map_err(unreadable)?),
                None => return Err(Fault::new(Code::Empty)),
            })
        }
    }
}

/// Skips what is blank and looks at the next byte.
fn first_letter(reader: &mut Utf8) -> io::Result<Option<u8>> {
    let buffer = reader.fill_buf()?;
    Ok(buffer.iter().copied().find(|byte| !byte.is_ascii_whitespace()))
}

/// Names → column numbers, for files in which every record names its fields.
#[derive(Default)]
struct Names {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
}

/// Most columns, or different names, in one file: each costs memory until the end.
pub(super) const MAX_COLUMNS: usize = 1_000;

impl Names {
    fn number(&mut self, name: &str) -> Option<usize> {
        if let Some(number) = self.numbers.get(name) {
            return Some(*number);
        }
        // One more than may be is kept, by which the file is refused.
        if self.names.len() > MAX_COLUMNS {
            return None;
        }
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), self.names.len() - 1);
        Some(self.names.len() - 1)
    }

    /// Puts a text into a row under a name; what comes again under one name is a list.
    fn put(&mut self, row: &mut Row, name: &str, text: &str) {
        if let Some(number) = self.number(name).filter(|_| !text.trim().is_empty()) {
            row.put_again(number, text);
        }
    }
}

/// The record type that an element or member is named after: `school-class`, `school_class`, `SchoolClass`.
fn kind_named(name: &str) -> Option<RecordType> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_'], "");
    let name = plain(name);
    RecordType::ALL.into_iter().find(|kind| plain(kind.name()) == name)
}
