//! What comes of files that somebody handed in, as sheets: how many records change, and what is wrong with which row.

use super::catalogue::Catalogue;
use super::table::Sheet;
use crate::records::Problem;
use crate::store::ImportCounts;

/// What is wrong: file, row, column, what it is, what to do.
pub fn problems(problems: &[Problem], catalogue: &Catalogue) -> Sheet {
    let headings = ["column-file", "column-row", "column-column", "column-what", "column-advice"];
    let row = |problem: &Problem| {
        vec![
            problem.file.clone(),
            if problem.row == 0 { String::new() } else { problem.row.to_string() },
            problem.column.clone().unwrap_or_default(),
            catalogue.text(&problem.message),
            catalogue.text(&problem.fix),
        ]
    };
    Sheet {
        title: catalogue.word("import-report"),
        headings: headings.map(|code| catalogue.word(code)).to_vec(),
        rows: problems.iter().map(row).collect(),
        own_page: false,
    }
}

/// How many records of each type are added, changed, left and dropped.
pub fn counts(types: &[ImportCounts], catalogue: &Catalogue) -> Sheet {
    let headings = ["column-record", "column-added", "column-changed", "column-unchanged", "column-dropped"];
    let row = |counts: &ImportCounts| {
        let name = catalogue.word(&format!("record-{}", counts.record_type));
        let numbers = [counts.added, counts.changed, counts.unchanged, counts.dropped];
        std::iter::once(name).chain(numbers.iter().map(u64::to_string)).collect()
    };
    Sheet {
        title: catalogue.word("import-report"),
        headings: headings.map(|code| catalogue.word(code)).to_vec(),
        rows: types.iter().map(row).collect(),
        own_page: false,
    }
}
