//! Lists written as schools write them, some rows spoiled: every good row goes in, every bad one is named by its
//! number, whatever the file is written in.

use std::collections::BTreeSet;
use std::fmt::Write;

use exchange::records::Severity;
use invented_school::Rng;

use crate::harness::{Judged, Target};
use crate::tables::imported;

/// Names of the fields, and headings that files have for them.
const FIELDS: [(&str, &str); 6] = [
    ("id", "Код"),
    ("last-name", "Фамилия"),
    ("first-name", "Имя"),
    ("birth-date", "Дата рождения"),
    ("snils", "СНИЛС"),
    ("class-id", "Класс"),
];

const LAST: [&str; 6] = ["Ёлкина", "О’Нил", "Салтыков-Щедрин", "Muller", "Ли", "Образцов"];
const FIRST: [&str; 5] = ["Анна", "Пётр", "Ахмед оглы", "Мария-Луиза", "Jean"];
const BIRTH: [&str; 3] = ["01.02.2015", "2014-12-31", "29.02.2016"];
const SNILS: [&str; 3] = ["", "112-233-445 95", "11223344595"];
const CLASS: [&str; 4] = ["5-А", "5А", "5 «Б»", "c-А"];

/// Ways to spoil a row: field and text.
const SPOILED: [(usize, &str); 11] = [
    (1, ""),
    (1, "Ив@нов"),
    (1, "=1+1"),
    (2, "Ивaн"),
    (2, "42"),
    (3, "31.02.2015"),
    (3, "вчера"),
    (3, "01.02.2215"),
    (4, "123"),
    (4, "112-233-445 96"),
    (5, "5-Ю"),
];

/// A list and what has to become of it.
struct List {
    rows: Vec<[String; 6]>,
    spoiled: Vec<bool>,
}

impl List {
    fn new(rng: &mut Rng) -> Self {
        let count = 1 + rng.below(12);
        let (mut rows, mut spoiled) = (Vec::new(), Vec::new());
        for number in 0..count {
            let words: [&str; 5] =
                [rng.pick(&LAST), rng.pick(&FIRST), rng.pick(&BIRTH), rng.pick(&SNILS), rng.pick(&CLASS)];
            let mut row =
                [&*format!("p{number}"), words[0], words[1], words[2], words[3], words[4]].map(str::to_owned);
            let bad = rng.percent(30);
            if bad {
                let (field, text) = rng.pick(&SPOILED);
                row[field] = text.to_owned();
            }
            rows.push(row);
            spoiled.push(bad);
        }
        Self { rows, spoiled }
    }
}

/// A file: its name, its bytes, and the number that each row has in it.
struct File {
    name: &'static str,
    bytes: Vec<u8>,
    numbers: Vec<u64>,
}

fn headings(rng: &mut Rng) -> Vec<&'static str> {
    let russian = rng.percent(50);
    FIELDS.iter().map(|(name, heading)| if russian { *heading } else { *name }).collect()
}

fn csv(list: &List, rng: &mut Rng) -> File {
    let delimiter = rng.pick(&[";", ",", "\t"]);
    let end = rng.pick(&["\n", "\r\n", "\r"]);
    let always = rng.percent(50);
    let quoted = |cell: &str| {
        if always || cell.contains([';', ',', '\t', '"']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.into()
        }
    };
    let line =
        |cells: &[String]| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(delimiter) + end;
    let mut text = line(&headings(rng).into_iter().map(str::to_owned).collect::<Vec<_>>());
    let (mut number, mut numbers) = (1, Vec::new());
    for row in &list.rows {
        if rng.percent(20) {
            text.push_str(end);
            number += 1;
        }
        number += 1;
        numbers.push(number);
        text.push_str(&line(row));
    }
    if rng.percent(30) {
        text.truncate(text.len() - end.len());
    }
    File { name: "pupils.csv", bytes: encoded(&text, rng), numbers }
}

/// As programs save it.
fn encoded(text: &str, rng: &mut Rng) -> Vec<u8> {
    match rng.below(5) {
        0 => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        1 => encoding_rs::WINDOWS_1251.encode(text).0.into_owned(),
        2 => [b"\xFF\xFE".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat(),
        3 => [b"\xFE\xFF".to_vec(), text.encode_utf16().flat_map(u16::to_be_bytes).collect()].concat(),
        _ => text.as_bytes().to_vec(),
    }
}

fn xlsx(list: &List, rng: &mut Rng) -> File {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    let above = rng.below(3) as u32;
    for (row, line) in (0..above).zip(["Список учащихся", "на 1 сентября"]) {
        sheet.write(row, 0, line).expect("a cell");
    }
    for (column, heading) in (0..).zip(headings(rng)) {
        sheet.write(above, column, heading).expect("a cell");
    }
    let (mut at, mut numbers) = (above, Vec::new());
    for row in &list.rows {
        at += 1 + u32::from(rng.percent(20));
        numbers.push(u64::from(at) + 1);
        for (column, cell) in (0..).zip(row) {
            sheet.write_string(at, column, cell).expect("a cell");
        }
    }
    File { name: "pupils.xlsx", bytes: workbook.save_to_buffer().expect("a workbook"), numbers }
}

fn json(list: &List, rng: &mut Rng) -> File {
    let snake = rng.percent(50);
    let record = |row: &[String; 6]| {
        let name = |name: &str| if snake { name.replace('-', "_") } else { name.to_owned() };
        let members = FIELDS.iter().zip(row).map(|((field, _), text)| (name(field), text.clone().into()));
        serde_json::Value::Object(members.collect()).to_string()
    };
    let records: Vec<String> = list.rows.iter().map(record).collect();
    let text = match rng.below(3) {
        0 => format!("[{}]", records.join(",\n")),
        1 => {
            let other = rng.pick(&["[]", "[{\"on\": 1}]", "[], \"printed\": []"]);
            format!("{{\"exported\": {other}, \"pupil\": [{}]}}", records.join(","))
        }
        _ => records.join("\n"),
    };
    File { name: "pupils.json", bytes: text.into_bytes(), numbers: counted(list) }
}

fn xml(list: &List, rng: &mut Rng) -> File {
    let attributes = rng.percent(50);
    let mut text = String::from("<?xml version=\"1.0\"?>\n<export>\n");
    for row in &list.rows {
        let fields = FIELDS.iter().zip(row).map(|((name, _), value)| (*name, escaped(value)));
        let written = if attributes {
            let written: String = fields.map(|(name, value)| format!(" {name}=\"{value}\"")).collect();
            writeln!(text, "<pupil{written}/>")
        } else {
            let written: String = fields.map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
            writeln!(text, "<pupil>{written}</pupil>")
        };
        written.expect("memory");
    }
    text.push_str("</export>\n");
    File { name: "pupils.xml", bytes: text.into_bytes(), numbers: counted(list) }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Records of JSON and XML are counted.
fn counted(list: &List) -> Vec<u64> {
    (1..=list.rows.len() as u64).collect()
}

/// Good rows in, bad rows named, nothing else said; no problem quotes a value.
fn judge(list: &List, file: &File) -> Judged {
    let imported = imported(file.name, &file.bytes);
    let of = |spoiled: bool| {
        list.spoiled.iter().enumerate().filter(move |(_, bad)| **bad == spoiled).map(|(at, _)| at)
    };
    let wanted: Vec<&str> = of(false).map(|at| list.rows[at][0].as_str()).collect();
    let got: Vec<&str> = imported.records().map(|record| record.id()).collect();
    if wanted != got {
        return Err(format!(
            "{}: {wanted:?} should go in, {got:?} did: {:?}",
            file.name,
            imported.problems().collect::<Vec<_>>()
        ));
    }
    let wanted: BTreeSet<u64> = of(true).map(|at| file.numbers[at]).collect();
    if wanted != imported.left_out() {
        return Err(format!("{}: rows {wanted:?} are bad, {:?} were named", file.name, imported.left_out()));
    }
    if let Some(problem) = imported.problems().find(|problem| problem.severity == Severity::File) {
        return Err(format!("{}: {problem:?}", file.name));
    }
    for problem in imported.problems() {
        let told = format!("{:?} {:?}", problem.message, problem.fix);
        let values = list.rows.iter().flatten().filter(|value| value.chars().count() > 3);
        if let Some(value) = values.into_iter().find(|value| told.contains(value.as_str())) {
            return Err(format!("{}: a problem quotes {value:?}: {told}", file.name));
        }
    }
    Ok(file.name.to_owned())
}

/// An input is the seed of a list.
fn from_seed(input: &[u8], write: fn(&List, &mut Rng) -> File) -> Judged {
    let mut seed = [0; 8];
    seed.iter_mut().zip(input).for_each(|(to, from)| *to = *from);
    let mut rng = Rng::new(u64::from_le_bytes(seed));
    let list = List::new(&mut rng);
    judge(&list, &write(&list, &mut rng))
}

fn run(name: &'static str, write: fn(&List, &mut Rng) -> File) {
    let target = Target { name, also: &[], words: &[], memory: 64 << 20 };
    let seeds = vec![0_u64.to_le_bytes().to_vec()];
    target.run_with(seeds, |_, rng| rng.number().to_le_bytes().to_vec(), |input| from_seed(input, write));
}

#[test]
fn every_row_of_a_csv_is_accounted_for() {
    run("written-csv", csv);
}

#[test]
fn every_row_of_a_workbook_is_accounted_for() {
    run("written-xlsx", xlsx);
}

#[test]
fn every_record_of_json_is_accounted_for() {
    run("written-json", json);
}

#[test]
fn every_record_of_xml_is_accounted_for() {
    run("written-xml", xml);
}
