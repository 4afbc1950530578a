//! CSV: `;`, `,` or tab, told from the first line.

use std::io::{self, BufRead};

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::{Row, Rows};
use crate::records::problem::{Code, Fault};
use crate::records::text::{Meter, Utf8, fault_of};

/// A CSV file being read.
pub(super) struct CsvRows {
    reader: Reader<Utf8>,
    record: ByteRecord,
    meter: Meter,
    failed: bool,
}

impl CsvRows {
    /// Looks at the first line for the delimiter.
    pub(super) fn new(mut reader: Utf8, meter: &Meter) -> io::Result<Self> {
        let delimiter = delimiter(reader.fill_buf()?);
        let reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(reader);
        Ok(Self { reader, record: ByteRecord::new(), meter: meter.clone(), failed: false })
    }
}

/// The most frequent of the three outside quotes on the first line that is not blank.
fn delimiter(start: &[u8]) -> u8 {
    let mut lines = start.split(|byte| matches!(byte, b'\n' | b'\r'));
    let line = lines.find(|line| line.iter().any(|byte| !byte.is_ascii_whitespace())).unwrap_or_default();
    let mut quoted = false;
    let mut counts = [0_usize; 3];
    for byte in line {
        quoted ^= *byte == b'"';
        if let (false, Some(which)) = (quoted, b";,\t".iter().position(|delimiter| delimiter == byte)) {
            counts[which] += 1;
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    counts.iter().position(|count| *count == most).map_or(b';', |which| b";,\t"[which])
}

impl Rows for CsvRows {
    fn next_row(&mut self) -> Option<Result<Row, Fault>> {
        if self.failed {
            return None;
        }
        match self.reader.read_byte_record(&mut self.record) {
            Ok(false) => None,
            Ok(true) => {
                self.meter.row_done();
                Some(Ok(row(&self.record)))
            }
            Err(error) => {
                self.failed = true;
                Some(Err(match error.into_kind() {
                    csv::ErrorKind::Io(error) => fault_of(&error),
                    _ => Fault::new(Code::Unreadable).with("cause", "csv"),
                }))
            }
        }
    }
}

fn row(record: &ByteRecord) -> Row {
    let number = record.position().map_or(0, csv::Position::line);
    let texts = record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned());
    Row { number, kind: None, cells: texts.enumerate().filter(|(_, text)| !text.is_empty()).collect() }
}

#[cfg(test)]
mod tests {
    use super::delimiter;

    #[test]
    fn the_delimiter_is_told_from_the_headings() {
        assert_eq!(delimiter("Фамилия;Имя, отчество;Класс\n1,2,3,4".as_bytes()), b';');
        assert_eq!(delimiter(b"id,last-name"), b',');
        assert_eq!(delimiter(b"\r\n\nid\tname"), b'\t');
        assert_eq!(delimiter(b"\"a,b,c\";d"), b';');
        assert_eq!(delimiter(b"id"), b';');
    }
}
