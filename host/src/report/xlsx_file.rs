//! XLSX: a sheet a table, every cell a string, headings frozen and filterable.

use std::io::{Seek, Write};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::table::Sheet;
use crate::error::{Context, Kind, Result};

/// Longest name of a sheet that spreadsheets accept, in characters.
const TITLE: usize = 31;
/// Longest text of a cell that spreadsheets accept, in characters.
const CELL: usize = 32_767;

/// Writes the workbook.
pub(super) fn write(sheets: &[Sheet], out: &mut (impl Write + Seek)) -> Result<()> {
    let mut book = Workbook::new();
    for (n, sheet) in sheets.iter().enumerate() {
        let page = book.add_worksheet();
        fill(page, sheet, n).context(Kind::Failed, "cannot make the workbook")?;
    }
    let bytes = book.save_to_buffer().context(Kind::Failed, "cannot make the workbook")?;
    out.write_all(&bytes).context(Kind::Failed, "cannot write the file")
}

fn fill(page: &mut Worksheet, sheet: &Sheet, n: usize) -> std::result::Result<(), XlsxError> {
    page.set_name(title(&sheet.title, n))?;
    let bold = Format::new().set_bold();
    for (column, heading) in (0u16..).zip(&sheet.headings) {
        page.write_string_with_format(0, column, heading, &bold)?;
    }
    let first = u32::from(!sheet.headings.is_empty());
    for (row, cells) in (first..).zip(&sheet.rows) {
        for (column, cell) in (0u16..).zip(cells) {
            page.write_string(row, column, cut(cell))?;
        }
    }
    if first == 1 {
        page.set_freeze_panes(1, 0)?;
        let last = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX - 1);
        page.autofilter(0, 0, last, u16::try_from(sheet.headings.len().saturating_sub(1)).unwrap_or(0))?;
    }
    page.autofit();
    Ok(())
}

/// A name that spreadsheets accept: no `[]:*?/\`, at most 31 characters, unique by its number when cut.
fn title(wanted: &str, n: usize) -> String {
    let clean: String = wanted.chars().map(|c| if "[]:*?/\\'".contains(c) { ' ' } else { c }).collect();
    if clean.chars().count() <= TITLE {
        return clean;
    }
    let number = format!(" {}", n + 1);
    clean.chars().take(TITLE - number.len()).chain(number.chars()).collect()
}

fn cut(cell: &str) -> &str {
    cell.char_indices().nth(CELL).map_or(cell, |(end, _)| &cell[..end])
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    #[test]
    fn d8_a_workbook_reads_back_and_no_cell_is_a_formula() {
        let sheet = Sheet {
            title: "Отправлены: ученики и их представители / все".into(),
            headings: vec!["Фамилия".into(), "Класс".into()],
            rows: vec![vec!["=HYPERLINK(\"x\")".into(), "5-А".into()]],
            own_page: false,
        };
        let mut out = Cursor::new(Vec::new());
        write(&[sheet], &mut out).unwrap();
        let mut book = Xlsx::new(out).unwrap();
        let name = book.sheet_names()[0].clone();
        assert_eq!(name, "Отправлены  ученики и их пред 1");
        let range = book.worksheet_range(&name).unwrap();
        assert_eq!(range.get_value((1, 0)), Some(&Data::String("=HYPERLINK(\"x\")".into())));
        assert!(book.worksheet_formula(&name).unwrap().is_empty());
    }
}
