//! CSV for spreadsheets: `;`, UTF-8 with a mark, no cell that could be a formula.

use std::borrow::Cow;
use std::io::Write;

use super::table::Sheet;
use crate::error::{Context, Kind, Result};

/// Writes all sheets one after the other; with several, each begins with its title and ends with an empty line.
pub(super) fn write(sheets: &[Sheet], out: &mut impl Write) -> Result<()> {
    out.write_all("\u{feff}".as_bytes()).context(Kind::Failed, "cannot write the file")?;
    let mut file = csv::WriterBuilder::new()
        .delimiter(b';')
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    for (n, sheet) in sheets.iter().enumerate() {
        write_sheet(&mut file, sheet, sheets.len() > 1, n > 0)
            .context(Kind::Failed, "cannot write the table")?;
    }
    file.flush().context(Kind::Failed, "cannot write the file")
}

fn write_sheet(
    file: &mut csv::Writer<&mut impl Write>,
    sheet: &Sheet,
    titled: bool,
    spaced: bool,
) -> csv::Result<()> {
    if spaced {
        file.write_record([""])?;
    }
    if titled {
        file.write_record([harmless(&sheet.title).as_ref()])?;
    }
    if !sheet.headings.is_empty() {
        file.write_record(sheet.headings.iter().map(|cell| harmless(cell).into_owned()))?;
    }
    sheet
        .rows
        .iter()
        .try_for_each(|row| file.write_record(row.iter().map(|cell| harmless(cell).into_owned())))
}

/// What begins a formula; some spreadsheets know the wide forms too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// The cell, or the cell behind an apostrophe when a spreadsheet would take it for a formula. Blanks before do not count.
fn harmless(cell: &str) -> Cow<'_, str> {
    if cell.trim_start().starts_with(FORMULA) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d8_no_cell_is_a_formula() {
        let cells = ["=1+1", "+7", "-1", "@SUM(A1)", "\t=x", " =1", "＝1", "Иванов; \"А\"", "обычная"];
        let sheet = Sheet {
            title: "т".into(),
            headings: vec![],
            rows: cells.iter().map(|cell| vec![(*cell).to_owned()]).collect(),
            own_page: false,
        };
        let mut out = Vec::new();
        write(&[sheet], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "\u{feff}'=1+1\r\n'+7\r\n'-1\r\n'@SUM(A1)\r\n'\t=x\r\n' =1\r\n'＝1\r\n\"Иванов; \"\"А\"\"\"\r\nобычная\r\n"
        );
    }
}
