//! What reaches the terminal: results on standard output, errors on standard error, colours only on a terminal.

use std::io::{IsTerminal, Write};

use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::visible;
use crate::report::Catalogue;

/// How a word is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it should be.
    Good,
    /// Worth a look.
    Warn,
    /// Wrong.
    Bad,
    /// A heading.
    Strong,
    /// Less important.
    Dim,
}

/// Where results go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    /// As JSON.
    pub(super) json: bool,
    /// With colours.
    pub(super) colour: bool,
    /// With progress bars.
    pub(super) progress: bool,
}

impl Output {
    /// Colours and bars where a person looks, unless `NO_COLOR` or `quiet` say otherwise.
    pub(super) fn new(json: bool, quiet: bool) -> Self {
        let colour =
            std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        Self { json, colour, progress: !quiet && !json && std::io::stderr().is_terminal() }
    }

    /// A text in a tone.
    pub(super) fn tone(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => "32",
            Tone::Warn => "33",
            Tone::Bad => "31",
            Tone::Strong => "1",
            Tone::Dim => "2",
        };
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A line of the result.
    pub(super) fn line(self, text: impl AsRef<str>) -> Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", text.as_ref()).or_else(closed_early)
    }

    /// The result as JSON, pretty, one document.
    pub(super) fn print_json(self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| Error::internal("cannot write JSON").because(error))?;
        self.line(text)
    }

    /// A table: columns as wide as their widest cell, the last one free.
    pub(super) fn table(self, headings: &[String], rows: &[Vec<String>]) -> Result<()> {
        self.table_lines(headings, rows).iter().try_for_each(|line| self.line(line))
    }

    /// The lines of a table, the headings first.
    pub(super) fn table_lines(self, headings: &[String], rows: &[Vec<String>]) -> Vec<String> {
        let widths: Vec<usize> = (0..headings.len())
            .map(|n| {
                let cells = rows.iter().filter_map(|row| row.get(n));
                cells.chain([&headings[n]]).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let head = self.tone(Tone::Strong, &pad(headings, &widths));
        std::iter::once(head).chain(rows.iter().map(|row| pad(row, &widths))).collect()
    }
}

/// A reader such as `head` that has seen enough is no error.
fn closed_early(error: std::io::Error) -> Result<()> {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(Error::failed("cannot write the result").because(error))
}

fn pad(cells: &[String], widths: &[usize]) -> String {
    let last = cells.len().saturating_sub(1);
    let mut line = String::new();
    for (n, (cell, width)) in cells.iter().zip(widths).enumerate() {
        line.push_str(&visible(cell));
        if n < last {
            line.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
        }
    }
    line.trim_end().to_owned()
}

/// Prints an error with its causes and hints.
pub(super) fn print_error(error: &Error, catalogue: &Catalogue) {
    let colour =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let output = Output { json: false, colour, progress: false };
    let what = error.catalogue().map_or_else(|| error.what().to_owned(), |message| catalogue.text(message));
    if what.contains('\n') {
        eprintln!("{}", what.trim_end());
    } else {
        eprintln!("{} {what}", output.tone(Tone::Bad, &catalogue.word("cli-error")));
    }
    let mut cause = std::error::Error::source(error);
    while let Some(beneath) = cause {
        eprintln!("  {} {beneath}", catalogue.word("cli-because"));
        cause = beneath.source();
    }
    for hint in error.hints() {
        eprintln!("{} {hint}", output.tone(Tone::Good, &catalogue.word("cli-hint")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_characters_not_bytes() {
        let cells = |texts: [&str; 3]| texts.map(str::to_owned).to_vec();
        let widths = [6, 4, 3];
        assert_eq!(pad(&cells(["школа", "x", "да"]), &widths), "школа   x     да");
        assert_eq!(pad(&cells(["a", "b", ""]), &widths), "a       b");
    }
}
