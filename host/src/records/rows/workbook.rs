//! XLSX. The archive is unpacked once without keeping anything, to know that it is no bomb; then the cells of one
//! sheet are read one by one. (Reading a sheet as a grid would let two far cells ask for gigabytes.)

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{DataRef, Reader, Sheet, SheetType, SheetVisible, Xlsx};
use quick_xml::events::Event;

use super::{Row, Rows};
use crate::records::problem::{Code, Fault};
use crate::records::text::{Meter, fault_of};

/// Most bytes of the file as it lies there.
const MAX_FILE: u64 = 64 << 20;
/// Most bytes of all its parts, unpacked.
const MAX_UNPACKED: u64 = 256 << 20;
/// Most parts.
const MAX_PARTS: usize = 4_096;
/// Most cells of a sheet, and bytes of their texts: they are held until the end.
const MAX_CELLS: usize = 5_000_000;
const MAX_TEXT: usize = 256 << 20;

/// How the name of the part with the strings ends.
const STRINGS: &str = "sharedstrings.xml";

/// A sheet's rows.
pub(super) struct SheetRows {
    rows: std::vec::IntoIter<Row>,
}

/// Reads a sheet; the first one that a person sees unless it is named.
pub(super) fn open(path: &Path, sheet: Option<&str>, meter: &Meter) -> Result<SheetRows, Fault> {
    let file = File::open(path).map_err(|error| fault_of(&error))?;
    let length = file.metadata().map_err(|error| fault_of(&error))?.len();
    if length > MAX_FILE {
        return Err(Fault::new(Code::TooLarge).with("limit", MAX_FILE));
    }
    let mut file = BufReader::new(file);
    no_bomb(&mut file, MAX_UNPACKED)?;
    meter.set_total(length);
    // The reader counts on sensible workbooks and panics over some others (`<dimension ref="A9:A1"/>`): those are broken.
    let read = || cells(&mut Xlsx::new(file).map_err(|_| broken())?, sheet);
    let rows = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(broken()))?;
    Ok(SheetRows { rows: rows.into_iter() })
}

fn broken() -> Fault {
    Fault::new(Code::BrokenWorkbook)
}

/// Unpacks everything into nothing: sizes that an archive declares are not to be believed.
fn no_bomb(file: &mut (impl Read + Seek), limit: u64) -> Result<(), Fault> {
    let too_large = || Fault::new(Code::TooLarge).with("limit", limit);
    let mut archive = zip::ZipArchive::new(&mut *file).map_err(|_| broken())?;
    if archive.len() > MAX_PARTS {
        return Err(too_large());
    }
    let mut left = limit;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|_| broken())?;
        if part.name().is_ok_and(|name| name.to_lowercase().ends_with(STRINGS)) && claims_too_much(&mut part)
        {
            return Err(too_large());
        }
        drop(part);
        let part = archive.by_index(index).map_err(|_| broken())?;
        let unpacked = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| broken())?;
        left = left.checked_sub(unpacked).ok_or_else(too_large)?;
    }
    file.rewind().map_err(|error| fault_of(&error))
}

/// Does a table of strings say that it has more of them than a sheet may have cells? The reader would make room for as
/// many before it has seen one, and end the process if there is none.
fn claims_too_much(part: &mut impl Read) -> bool {
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(part));
    xml.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element))
                if element.local_name().into_inner() == "sst" =>
            {
                let numbers = element.attributes_raw().split(|c: char| !c.is_ascii_digit());
                let large =
                    |digits: &str| digits.parse().map_or(!digits.is_empty(), |n: usize| n > MAX_CELLS);
                return numbers.into_iter().any(large);
            }
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

fn cells<F: Read + Seek>(workbook: &mut Xlsx<F>, sheet: Option<&str>) -> Result<Vec<Row>, Fault> {
    let name = name_of(workbook.sheets_metadata(), sheet).ok_or(Fault::new(Code::NoSheet))?.to_owned();
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(|_| broken())?;
    let mut rows: Vec<Row> = Vec::new();
    let (mut cells, mut bytes) = (0, 0);
    let mut last = None;
    while let Some(cell) = reader.next_cell().map_err(|_| broken())? {
        let (row, column) = cell.get_position();
        // Two rows with one number, or two cells in one place: nobody could say which one is meant.
        if last.replace((row, column)).is_some_and(|last| last >= (row, column)) {
            return Err(broken());
        }
        let text = text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        (cells, bytes) = (cells + 1, bytes + text.len());
        if cells > MAX_CELLS || bytes > MAX_TEXT {
            return Err(Fault::new(Code::TooLarge).with("limit", MAX_CELLS));
        }
        let number = u64::from(row) + 1;
        if rows.last().is_none_or(|last| last.number != number) {
            rows.push(Row::new(number, None));
        }
        if let Some(last) = rows.last_mut() {
            last.put(column as usize, &text);
        }
    }
    Ok(rows)
}

/// The sheet of this name. Without a name, sheets that are hidden (lists to choose from, mostly) and charts stand back.
fn name_of<'a>(sheets: &'a [Sheet], name: Option<&str>) -> Option<&'a str> {
    let seen = |sheet: &&Sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet;
    let sheet = match name {
        Some(name) => sheets.iter().find(|sheet| sheet.name == name),
        None => sheets.iter().find(seen).or(sheets.first()),
    };
    sheet.map(|sheet| sheet.name.as_str())
}

/// A cell as one would write it. Formulas are not computed: their stored results are read.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.trim().to_owned()
        }
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
            }
        }
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

impl Rows for SheetRows {
    fn next_row(&mut self) -> Option<Result<Row, Fault>> {
        self.rows.next().map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    #[test]
    fn a_table_of_strings_gets_no_room_for_what_it_merely_claims() {
        let table =
            |head: &str| format!("<?xml version=\"1.0\"?><!-- c --><sst {head}><si><t>x</t></si></sst>");
        for head in [
            "uniqueCount=\"4294967295\"",
            "a='b' uniqueCount = '99999999999999999999999'",
            "uniqueCount=\"5000001\"",
        ] {
            assert!(claims_too_much(&mut table(head).as_bytes()), "{head}");
        }
        for head in ["", "xmlns=\"http://x/2006/main\" count=\"12\" uniqueCount=\"5000000\""] {
            assert!(!claims_too_much(&mut table(head).as_bytes()), "{head}");
        }
    }

    /// Zeros pack a thousand to one, and the sizes an archive declares need not be true.
    #[test]
    fn an_archive_that_unpacks_to_more_than_allowed_is_refused() {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["xl/workbook.xml", "xl/sharedStrings.xml"] {
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(&vec![0; 1 << 20]).unwrap();
        }
        let bytes = archive.finish().unwrap().into_inner();
        assert!(bytes.len() < 10_000);
        assert!(no_bomb(&mut Cursor::new(bytes.clone()), 2 << 20).is_ok());
        assert_eq!(no_bomb(&mut Cursor::new(bytes), (2 << 20) - 1).unwrap_err().code, Code::TooLarge);
    }
}
