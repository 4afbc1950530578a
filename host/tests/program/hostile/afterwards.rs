//! What is left of a hostile run: the verdict that is kept, what other commands show of it, and its reports as files.

use std::fs;

use calamine::{DataType, Reader};
use serde_json::Value;

use super::table::Behaviour;
use super::{HOSTILE, World, run_of};
use crate::process::Ended;

/// What is kept of a run: the verdict, and reports that are harmless.
pub(crate) fn afterwards(world: &World, behaviour: &Behaviour, ended: &Ended) -> Vec<String> {
    let mut wrong = Vec::new();
    let run = run_of(ended);
    let shown = world.run(&["show", run, "--log", "--json"]);
    let shown: Value = serde_json::from_str(&shown.out).unwrap_or_default();
    let verdict = behaviour.verdict.as_deref().map_or(Value::Null, Value::from);
    if shown["verdict"] != verdict {
        wrong.push(format!("the verdict kept is {}", shown["verdict"]));
    }
    if shown["log"].as_array().is_none_or(|lines| lines.len() > 60) {
        wrong.push(format!("its log: {}", shown["log"]));
    }
    if behaviour.has_texts() {
        wrong.extend(faces(world, run));
        wrong.extend(reports(world, run));
    }
    wrong
}

/// Commands that show texts of the run and steer the terminal by it.
fn faces(world: &World, run: &str) -> Vec<String> {
    let commands = [&["show", run, "--log"][..], &["decide", HOSTILE], &["status"], &["runs"]];
    let said = commands.map(|words| (words[0], world.run(words)));
    let steering = said.into_iter().filter(|(_, said)| !is_tame(&format!("{}{}", said.out, said.err)));
    steering.map(|(command, said)| format!("`{command}` steers the terminal: {:?}", said.out)).collect()
}

/// What is not harmless about the run's reports: formulas, markup, characters that steer.
fn reports(world: &World, run: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let written = |name: &str| {
        world.run(&["report", run, "-o", name]).with(0);
        world.folder.path().join(name)
    };
    let page = fs::read_to_string(written("r.html")).expect("a page");
    let body = page.split_once("</style>").expect("a style").1;
    if ["<script", "<img", "\"onmouse"].iter().any(|bad| body.contains(bad)) || !is_tame(body) {
        wrong.push(format!("the page is not harmless: {body}"));
    }
    let table = fs::read(written("r.csv")).expect("a table");
    let mut rows =
        csv::ReaderBuilder::new().delimiter(b';').flexible(true).has_headers(false).from_reader(&table[3..]);
    for cell in
        rows.records().flat_map(|row| row.expect("a row").iter().map(str::to_owned).collect::<Vec<_>>())
    {
        let formula = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
        if formula || !is_tame(&cell) {
            wrong.push(format!("a cell is not harmless: {cell:?}"));
        }
    }
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(written("r.xlsx")).expect("a workbook");
    for sheet in book.sheet_names() {
        let formulas = book.worksheet_formula(&sheet).expect("a sheet");
        let cells = book.worksheet_range(&sheet).expect("a sheet");
        let texts =
            cells.cells().all(|(_, _, cell)| cell.is_empty() || cell.get_string().is_some_and(is_tame));
        if !formulas.is_empty() || !texts {
            wrong.push(format!("the sheet {sheet} is not harmless"));
        }
    }
    wrong
}

/// No control character but the end of a line, and none that turns a line around.
pub(crate) fn is_tame(said: &str) -> bool {
    let turns = |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !said.chars().any(|c| (c.is_control() && c != '\n') || turns(c))
}
