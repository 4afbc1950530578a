//! A table that holds no records: read as it stands, for whoever knows what its columns mean.

use std::path::Path;

use super::problem::{Code, Fault, Problem};
use super::rows::{self, Row};
use super::text::Meter;
use crate::model::setup::ImportProfile;

/// Rows above the headings: titles, dates of printing.
const ABOVE: usize = 20;
/// Most rows of such a table, and bytes of their texts: it is held as a whole.
const MAX_ROWS: usize = 20_000;
const MAX_TEXT: usize = 64 << 20;

/// A table. May hold secrets: it has no `Debug`.
pub struct Sheet {
    /// The file's name, without folders.
    pub file: String,
    /// The row of the headings, as a person counts it.
    pub heading_row: u64,
    /// The headings with the numbers of their columns, from 0.
    pub headings: Vec<(usize, String)>,
    /// The rows beneath; empty ones are left out.
    pub rows: Vec<Line>,
}

/// A row of a table.
pub struct Line(Row);

impl Line {
    /// As a person counts it.
    pub fn number(&self) -> u64 {
        self.0.number
    }

    /// The text of a column, trimmed; `None`: nothing stands there.
    pub fn cell(&self, column: usize) -> Option<&str> {
        self.0.cells().find(|(number, _)| *number == column).map(|(_, text)| text)
    }

    /// The columns in which something stands.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.0.cells().map(|(column, _)| column)
    }
}

/// Reads a table: CSV in UTF-8, UTF-16 or windows-1251, or the first sheet of a workbook. Its headings are the first row
/// with a heading that `tells`.
///
/// # Errors
/// The problem of the file as a whole.
pub fn sheet(path: &Path, tells: impl Fn(&str) -> bool) -> Result<Sheet, Box<Problem>> {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    read(path, tells)
        .map(|(heading_row, headings, rows)| Sheet { file: file.clone(), heading_row, headings, rows })
        .map_err(|fault| Box::new(fault.at(&file, 0, None)))
}

type Parts = (u64, Vec<(usize, String)>, Vec<Line>);

fn read(path: &Path, tells: impl Fn(&str) -> bool) -> Result<Parts, Fault> {
    let mut source = rows::open(path, &ImportProfile::default(), &Meter::default())?;
    if source.names().is_some() {
        return Err(Fault::new(Code::NoHeadings));
    }
    let mut filled =
        std::iter::from_fn(|| source.next_row()).filter(|row| !row.as_ref().is_ok_and(Row::is_empty));
    let headings = headings_of(&mut filled, tells)?;
    let (mut lines, mut bytes) = (Vec::new(), 0);
    for row in filled {
        let row = row?;
        bytes += row.cells().map(|(_, text)| text.len()).sum::<usize>();
        if lines.len() == MAX_ROWS || bytes > MAX_TEXT {
            return Err(Fault::new(Code::TooLarge).with("limit", MAX_ROWS));
        }
        lines.push(Line(row));
    }
    if lines.is_empty() {
        return Err(Fault::new(Code::Empty));
    }
    Ok((headings.number, headings.headings(), lines))
}

fn headings_of(
    rows: &mut impl Iterator<Item = Result<Row, Fault>>,
    tells: impl Fn(&str) -> bool,
) -> Result<Row, Fault> {
    for row in rows.take(ABOVE) {
        let row = row?;
        if row.cells().any(|(_, heading)| tells(heading)) {
            return Ok(row);
        }
    }
    Err(Fault::new(Code::NoHeadings))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Sheet, Box<Problem>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        sheet(file.path(), |heading| heading == "Школа")
    }

    #[test]
    fn a_title_above_the_headings_is_passed_over_and_rows_keep_their_numbers() {
        let table = read("Передача от 01.09\n\nШкола;Токен\n\nа;1;x\n;2\n".as_bytes())
            .unwrap_or_else(|p| panic!("{p:?}"));
        assert_eq!((table.heading_row, table.headings.len(), table.rows.len()), (3, 2, 2));
        assert_eq!(table.rows[0].number(), 5);
        assert_eq!((table.rows[0].cell(0), table.rows[0].columns().last()), (Some("а"), Some(2)));
        assert_eq!((table.rows[1].cell(0), table.rows[1].cell(1)), (None, Some("2")));
    }

    #[test]
    fn what_is_no_such_table_is_refused_as_a_whole() {
        let long = format!("Школа;Токен\n{}", "а;1\n".repeat(MAX_ROWS + 1));
        let faults: [(&[u8], &str); 5] = [
            (b"", "import-empty"),
            ("Школа;Токен\n".as_bytes(), "import-empty"),
            (b"a;b\n1;2\n", "import-no-headings"),
            (b"a\0b", "import-binary"),
            (long.as_bytes(), "import-too-large"),
        ];
        for (text, code) in faults {
            assert_eq!(read(text).err().map(|problem| problem.message.code).as_deref(), Some(code));
        }
    }
}
