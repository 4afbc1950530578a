//! Lists of a school, damaged: CSV, XLSX, XML, JSON.

mod workbook;

use std::collections::BTreeSet;

use exchange::model::records::{Record, SchoolClass};
use exchange::records::{Input, Known, Line, Problem, Severity, import, sheet};
use exchange::report::{Catalogue, Language};

use crate::harness::{Judged, Target};
use crate::mutate::{json, markup};

/// What an import answered, and how many rows it read.
pub(crate) struct Imported {
    pub(crate) answers: Vec<Result<Record, Problem>>,
    pub(crate) rows: u64,
}

impl Imported {
    /// Rows that were left out, by their numbers.
    pub(crate) fn left_out(&self) -> BTreeSet<u64> {
        self.problems()
            .filter(|problem| problem.severity == Severity::Row)
            .map(|problem| problem.row)
            .collect()
    }

    pub(crate) fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.answers.iter().filter_map(|answer| answer.as_ref().err())
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.answers.iter().filter_map(|answer| answer.as_ref().ok())
    }
}

/// Imports a file of this name into a school with the classes 5-А and 5-Б, on 1 October 2026.
pub(crate) fn imported(name: &str, bytes: &[u8]) -> Imported {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    let class = |letter: &str| SchoolClass {
        id: format!("c-{letter}"),
        study_year: 2026,
        grade: 5,
        letter: Some(letter.to_owned()),
        teacher_id: None,
    };
    let known = Known {
        erased: &|_, _| false,
        has: &|_, _| false,
        classes: &[class("А"), class("Б")],
        today: jiff::civil::date(2026, 10, 1),
        zone: jiff::tz::TimeZone::fixed(jiff::tz::offset(3)),
    };
    let mut rows = 0;
    let input = Input { path, profile: Default::default() };
    let answers = import(vec![input], known, |progress| rows = progress.rows).collect();
    Imported { answers, rows }
}

/// What holds for any file: an end, every row in one of two heaps, every problem with place, text and remedy.
fn judged(name: &str, bytes: &[u8], texts: &[Catalogue]) -> Judged {
    let imported = imported(name, bytes);
    if imported.answers.is_empty() {
        return Err("neither a record nor a problem".into());
    }
    for problem in imported.problems() {
        told(problem, name, texts)?;
    }
    let (records, left_out) = (imported.records().count() as u64, imported.left_out().len() as u64);
    if records + left_out != imported.rows {
        return Err(format!("{} rows came in, {records} went in, {left_out} were left out", imported.rows));
    }
    stored(&imported)?;
    as_it_stands(name, bytes, texts)?;
    let codes: BTreeSet<&str> = imported.problems().map(|problem| problem.message.code.as_str()).collect();
    Ok(format!("{codes:?} {}", imported.rows.min(4)))
}

/// The same file as a table whose columns mean nothing to records: rows in their order, or one problem.
fn as_it_stands(name: &str, bytes: &[u8], texts: &[Catalogue]) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).map_err(|error| error.to_string())?;
    match sheet(&path, |_| true) {
        Err(problem) => told(&problem, name, texts),
        Ok(table) if table.rows.iter().map(Line::number).is_sorted() => Ok(()),
        Ok(_) => Err("rows are out of their order".into()),
    }
}

/// Place, text and remedy of a problem.
fn told(problem: &Problem, name: &str, texts: &[Catalogue]) -> Result<(), String> {
    let somewhere = problem.severity != Severity::Row || problem.row > 0;
    if problem.file != name || !somewhere {
        return Err(format!("a problem without its place: {problem:?}"));
    }
    for texts in texts {
        for message in [&problem.message, &problem.fix] {
            let text = texts.text(message);
            if text.starts_with('{') || text.trim().is_empty() {
                return Err(format!("no text for {message:?}"));
            }
        }
    }
    Ok(())
}

/// Each id once; each record comes back from its stored form as it was.
fn stored(imported: &Imported) -> Result<(), String> {
    let mut ids = BTreeSet::new();
    for record in imported.records() {
        let kind = record.record_type();
        let json = record.to_json().map_err(|error| format!("{kind} has no stored form: {error}"))?;
        if Record::from_json(kind, &json).ok().as_ref() != Some(record) {
            return Err(format!("{kind} comes back changed: {json}"));
        }
        if !ids.insert((kind, record.id().to_owned())) {
            return Err(format!("{kind} {} went in twice", record.id()));
        }
    }
    Ok(())
}

fn texts() -> [Catalogue; 2] {
    [Catalogue::new(Language::Ru), Catalogue::new(Language::En)]
}

/// Under a name that says what the rows are, and under one that does not.
fn judge(names: [&'static str; 2]) -> impl Fn(&[u8]) -> Judged {
    let texts = texts();
    move |bytes| Ok(format!("{} {}", judged(names[0], bytes, &texts)?, judged(names[1], bytes, &texts)?))
}

const MIB: u64 = 1 << 20;

const CASES: &str = "tests/it/records/cases";

const HEADINGS: &[&str] = &[
    "id",
    "Код",
    "Фамилия",
    "Имя",
    "Отчество",
    "Дата рождения",
    "СНИЛС",
    "Класс",
    "Пол",
    "Родители",
    "study-year",
    "grade",
    "letter",
    "pupil-id",
    "class-id",
    "effective",
    "kind",
    "guardian_ids",
    "last_name",
    "first_name",
    "child",
    "person",
    "about",
    "record-type",
    "pupil",
    "guardian",
    "order",
    "application",
    "school-class",
    "5-А",
    "5-Б",
    "01.02.2015",
    "2015-02-30",
    "112-233-445 95",
    "Ёлкина",
    "Анна",
    "p1",
    "enrolment",
    "true",
    "|",
];

#[test]
fn csv() {
    let words = &[
        ";",
        ",",
        "\t",
        "\"",
        "\"\"",
        "\r\n",
        "\n\n",
        "p1;Ёлкина;Анна;01.02.2015\n",
        "Код;Фамилия;Имя;Класс\n",
    ];
    let target = Target { name: "csv", also: &[(CASES, ".csv")], words, memory: 64 * MIB };
    target.run(judge(["pupils.csv", "export.csv"]));
}

#[test]
fn json() {
    let words = &[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "null",
        "true",
        "\"\"",
        "\\u0000",
        "\\ud800",
        "\"pupil\": [",
        "\"id\": \"p1\"",
        "\"last_name\"",
        "\"guardian_ids\": [\"g1\"]",
        "[[[[[[[[",
        "{\"a\":{\"a\":{\"a\":",
        "1e999",
    ];
    let target =
        Target { name: "json", also: &[(CASES, ".json"), (CASES, ".jsonl")], words, memory: 64 * MIB };
    target.run_inside(json::once, judge(["pupils.json", "export.json"]));
}

#[test]
fn xml() {
    let words = &[
        "<",
        ">",
        "/>",
        "</",
        "<pupil>",
        "</pupil>",
        "<id>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "&amp;",
        "&#0;",
        "&#x10FFFF;",
        "&x;",
        "<!DOCTYPE a [<!ENTITY x \"y\">]>",
        "<?xml version=\"1.0\" encoding=\"windows-1251\"?>",
        "xmlns:a=\"b\"",
        " id=\"p1\"",
        "<a><a><a><a><a><a><a><a>",
        "<order id=\"o\"/>",
    ];
    let target = Target { name: "xml", also: &[(CASES, ".xml")], words, memory: 64 * MIB };
    target.run_inside(markup::once, judge(["pupils.xml", "export.xml"]));
}
