//! Lists of a school, damaged: CSV, XLSX, XML, JSON.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};

use exchange::model::records::{Record, SchoolClass};
use exchange::records::{Input, Known, Problem, Severity, import};
use exchange::report::{Catalogue, Language};
use invented_school::Rng;

use crate::harness::{Judged, Target};
use crate::mutate::Damage;

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
    let codes: BTreeSet<&str> = imported.problems().map(|problem| problem.message.code.as_str()).collect();
    Ok(format!("{codes:?} {}", imported.rows.min(4)))
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
    target.run(judge(["pupils.json", "export.json"]));
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
    target.run(judge(["pupils.xml", "export.xml"]));
}

#[test]
fn xlsx() {
    let words = &[
        "<row r=\"2\">",
        "<c r=\"A1\" t=\"s\"><v>0</v></c>",
        "<c r=\"XFD1048576\"><v>1</v></c>",
        "<v>99999999</v>",
        "t=\"inlineStr\"",
        "<is><t>x</t></is>",
        "t=\"d\"",
        "t=\"e\"",
        "t=\"b\"",
        "s=\"1\"",
        "<f>A1</f>",
        "<si><t>x</t></si>",
        "count=\"4294967295\"",
        "<mergeCell ref=\"A1:XFD1048576\"/>",
        "<dimension ref=\"A1:XFD1048576\"/>",
        "numFmtId=\"14\"",
        "date1904=\"1\"",
        "r:id=\"rId9\"",
        "Target=\"/xl/worksheets/sheet1.xml\"",
        "Target=\"../../../x\"",
        "xml:space=\"preserve\"",
        "<rPh sb=\"0\" eb=\"1\"><t>x</t></rPh>",
    ];
    // A workbook is held as a whole: its limits are in cells and in bytes of text.
    let target = Target { name: "xlsx", also: &[], words, memory: 1024 * MIB };
    target.run_with(
        target.corpus(),
        |pool, rng| damaged_workbook(words, pool, rng),
        judge(["pupils.xlsx", "a.xlsx"]),
    );
}

/// Damage inside the archive's parts, which the archive's checksums would hide; seldom to the archive itself.
fn damaged_workbook(words: &'static [&'static str], pool: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let words = if rng.percent(20) { HEADINGS } else { words };
    let damage = Damage { words };
    let input = &pool[rng.below(pool.len())];
    let parts = if rng.percent(15) { None } else { unpacked(input) };
    let Some(mut parts) = parts.filter(|parts| !parts.is_empty()) else { return damage.damaged(pool, rng) };
    let texts: Vec<Vec<u8>> = parts.iter().map(|(_, text)| text.clone()).collect();
    for _ in 0..=rng.below(3) {
        let at = rng.below(parts.len());
        damage.once(&mut parts[at].1, &texts, rng);
    }
    if rng.percent(5) {
        parts.remove(rng.below(parts.len()));
    }
    packed(&parts)
}

type Parts = Vec<(String, Vec<u8>)>;

fn unpacked(bytes: &[u8]) -> Option<Parts> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let count = archive.len().min(100);
    let part = |index: usize| {
        let mut part = archive.by_index(index).ok()?;
        let (name, mut text) = (part.name().ok()?.into_owned(), Vec::new());
        part.by_ref().take(MIB).read_to_end(&mut text).ok()?;
        Some((name, text))
    };
    (0..count).map(part).collect()
}

fn packed(parts: &Parts) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in parts {
        // A name that is there already cannot be added again: that part stays away.
        if archive.start_file(name.as_str(), options).is_ok() {
            archive.write_all(text).expect("memory");
        }
    }
    archive.finish().expect("memory").into_inner()
}
