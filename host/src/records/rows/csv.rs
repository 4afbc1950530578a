//! CSV: `;`, `,` or tab, told from the first line.

use std::io::{self, BufRead, Read};

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};

use super::{Row, Rows};
use crate::records::problem::{Code, Fault};
use crate::records::text::{Meter, Utf8, fault_of};

/// A CSV file being read.
pub(super) struct CsvRows {
    reader: Reader<Lines>,
    record: ByteRecord,
    meter: Meter,
    failed: bool,
}

impl CsvRows {
    /// Looks at the first line for the delimiter.
    pub(super) fn new(mut reader: Utf8, meter: &Meter) -> io::Result<Self> {
        let delimiter = delimiter(reader.fill_buf()?);
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(Lines { text: reader, ended: false });
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
                Some(Ok(self.row()))
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

impl CsvRows {
    fn row(&self) -> Row {
        let mut row = Row::new(self.number(), None);
        row.reserve(self.record.len(), self.record.as_slice().len());
        for (column, cell) in self.record.iter().enumerate() {
            row.put(column, &String::from_utf8_lossy(cell));
        }
        row
    }

    /// The line on which the record begins, counted from where it ended: the reader's own position of a record is that
    /// of the blank lines before it.
    fn number(&self) -> u64 {
        let inside = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        let line_end = u64::from(!self.reader.get_ref().ended);
        self.reader.position().line().saturating_sub(inside + line_end)
    }
}

/// A text in which a `\r` alone, as some programs end lines, has become a `\n`: only those are counted.
struct Lines {
    text: Utf8,
    ended: bool,
}

impl Read for Lines {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.text.read(out)?;
        self.ended = count == 0;
        let mut next = if self.ended { None } else { self.text.fill_buf()?.first().copied() };
        for byte in out[..count].iter_mut().rev() {
            let alone = *byte == b'\r' && next != Some(b'\n');
            next = Some(std::mem::replace(byte, if alone { b'\n' } else { *byte }));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::text::open;

    fn numbers(text: &str) -> Vec<u64> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let meter = Meter::default();
        let mut rows = CsvRows::new(open(file.path(), encoding_rs::UTF_8, &meter).unwrap(), &meter).unwrap();
        let rows = std::iter::from_fn(|| rows.next_row()).map(|row| row.unwrap());
        rows.filter(|row| !row.is_empty()).map(|row| row.number).collect()
    }

    #[test]
    fn rows_are_numbered_as_an_editor_numbers_their_first_lines() {
        for end in ["\n", "\r\n", "\r"] {
            let text = |text: &str| text.replace('\n', end);
            assert_eq!(numbers(&text("a;b\n\n\n1;2\n3;4")), [1, 4, 5], "{end:?}");
            assert_eq!(numbers(&text("a;b\n\"x\ny\";2\n3;4\n")), [1, 2, 4], "{end:?}");
            assert_eq!(numbers(&text("a;b\n1;2\n\"open;\n4\n")), [1, 2, 3], "{end:?}");
        }
    }

    #[test]
    fn the_delimiter_is_told_from_the_headings() {
        assert_eq!(delimiter("Фамилия;Имя, отчество;Класс\n1,2,3,4".as_bytes()), b';');
        assert_eq!(delimiter(b"id,last-name"), b',');
        assert_eq!(delimiter(b"\r\n\nid\tname"), b'\t');
        assert_eq!(delimiter(b"\"a,b,c\";d"), b';');
        assert_eq!(delimiter(b"id"), b';');
    }
}
