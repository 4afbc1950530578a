//! Tables for people, and the files they become.
//!
//! Safe against formula injection (D8): a cell is always text. In CSV, where a spreadsheet would take `=`, `+`, `-` or
//! `@` at the start for a formula, an apostrophe goes before it. Nothing in a cell breaks or turns its line.

use std::io::{Seek, Write};

use crate::error::{Context, Kind, Result};
use crate::model::visible;

/// A table with a title and headings.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Its title: the sheet's name in a workbook.
    pub title: String,
    /// Headings; empty: none are written.
    pub headings: Vec<String>,
    /// Rows of as many cells as there are headings.
    pub rows: Vec<Vec<String>>,
    /// Printed, it begins a page: it is handed out by itself.
    pub own_page: bool,
}

impl Sheet {
    fn visible(&self) -> Self {
        let line = |cells: &Vec<String>| cells.iter().map(|cell| visible(cell).into_owned()).collect();
        let rows = self.rows.iter().map(line).collect();
        let own_page = self.own_page;
        Self { title: visible(&self.title).into_owned(), headings: line(&self.headings), rows, own_page }
    }
}

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A workbook, a sheet each.
    Xlsx,
    /// One table after the other, `;` between cells, UTF-8 with a mark so that spreadsheets read it right.
    Csv,
    /// One page, for reading and printing.
    Html,
}

impl Format {
    /// The format that a file name asks for.
    pub fn of_path(path: &std::path::Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "xlsx" => Some(Self::Xlsx),
            "csv" => Some(Self::Csv),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }
}

/// Writes the sheets in this format. `title` names the whole.
pub fn write(format: Format, title: &str, sheets: &[Sheet], out: &mut (impl Write + Seek)) -> Result<()> {
    let sheets: Vec<Sheet> = sheets.iter().map(Sheet::visible).collect();
    match format {
        Format::Xlsx => super::xlsx_file::write(&sheets, out),
        Format::Csv => super::csv_file::write(&sheets, out),
        Format::Html => {
            super::html_file::write(title, &sheets, out).context(Kind::Failed, "cannot write the page")
        }
    }
}
