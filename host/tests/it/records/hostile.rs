//! Files that mean harm, and files that are merely large: always an end, never a panic, little memory.

use std::io::{Cursor, Write};

use exchange::records::{Code, Problem};
use proptest::prelude::*;

use super::{Files, read, shown};

fn code_of(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let files = Files::new();
    let answers = read(vec![files.put(name, bytes)]);
    match answers.as_slice() {
        [Err(Problem { message, row: 0, .. })] => message.code.clone(),
        _ => panic!("{name}: {}", shown(&answers)),
    }
}

fn assert_code(name: &str, bytes: impl AsRef<[u8]>, code: Code) {
    assert_eq!(code_of(name, bytes), code.name(), "{name}");
}

#[test]
fn files_that_are_refused_as_a_whole() {
    assert_code("a.csv", "", Code::Empty);
    assert_code("a.csv", " \n\n", Code::Empty);
    assert_code("pupils.csv", "id;Фамилия;Имя;Класс\n", Code::Empty);
    assert_code("a.csv", "a\0b", Code::Binary);
    assert_code("a.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Code::OldWorkbook);
    assert_code("a.xlsx", b"PK\x03\x04 no archive", Code::BrokenWorkbook);
    assert_code("a.csv", "Ёлкина;Анна;01.02.2015\n", Code::NoHeadings);
    assert_code("a.csv", "id;Фамилия;Имя\np1;Ёлкина;Анна\n", Code::UnknownType);
    assert_code("pupils.csv", "id;Фамилия;Класс\np1;Ёлкина;5-А\n", Code::ColumnMissing);
    assert_code("pupils.csv", "id;Фамилия;Имя;last-name\np1;Ёлкина;Анна;Ёлкина\n", Code::ColumnTwice);
    assert_code("a.json", "[{\"id\": \"p1\"", Code::BrokenJson);
    assert_code("a.json", "[1, 2]", Code::BrokenJson);
    assert_code("a.json", "{]", Code::BrokenJson);
    assert_code("a.xml", "<pupil><id>p1</id>", Code::BrokenXml);
    assert_code("a.xml", "<a></b>", Code::BrokenXml);
}

#[test]
fn a_file_that_is_not_there() {
    let files = Files::new();
    let mut input = files.put("pupils.csv", "");
    input.path.set_file_name("missing.csv");
    let answers = read(vec![input]);
    assert!(matches!(&answers[..], [Err(problem)] if problem.message.code == Code::Unreadable.name()));
}

#[test]
fn entities_are_never_expanded() {
    let bomb = "<!DOCTYPE a [<!ENTITY x \"lol\"><!ENTITY y \"&x;&x;&x;\">]><pupil><id>&y;</id></pupil>";
    assert_code("a.xml", bomb, Code::Doctype);
    assert_code("a.xml", "<pupil><id>&y;</id></pupil>", Code::Doctype);
    assert_code("a.xml", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><pupil/>", Code::Doctype);
}

#[test]
fn depth_has_an_end() {
    assert_code("a.xml", "<a>".repeat(100_000), Code::BrokenXml);
    assert_code("a.json", "[{\"a\":".repeat(100_000), Code::BrokenJson);
    assert_code("a.json", format!("[{}{}]", "{\"a\":".repeat(50_000), "}".repeat(50_000)), Code::BrokenJson);
}

#[test]
fn rows_have_an_end() {
    let long = "a".repeat(3 << 20);
    assert_code("pupils.csv", format!("id;Фамилия;Имя;Класс\n{long}"), Code::RowTooLong);
    assert_code(
        "pupils.csv",
        format!("id;Фамилия;Имя;Класс\n\"{}", "a;b\n".repeat(1 << 20)),
        Code::RowTooLong,
    );
    assert_code("a.json", format!("[{{\"id\": \"{long}"), Code::RowTooLong);
    assert_code("a.xml", format!("<pupil><id>{long}"), Code::RowTooLong);
}

#[test]
fn columns_have_an_end() {
    let many = |n: usize| (0..n).map(|nth| format!("c{nth}")).collect::<Vec<_>>().join(";");
    assert_code("pupils.csv", format!("id;Фамилия;Имя;Класс;{}\n", many(997)), Code::TooManyColumns);
    assert_code(
        "pupils.csv",
        format!("id;Фамилия;Имя;Класс;{}x\n", ";".repeat(1_000_000)),
        Code::TooManyColumns,
    );
    let members = |n: usize| (0..n).map(|nth| format!("\"c{nth}\": 1")).collect::<Vec<_>>().join(",");
    assert_code("pupils.json", format!("[{{\"id\": \"p1\", {}}}]", members(1_000)), Code::TooManyColumns);
    let files = Files::new();
    let answers =
        read(vec![files.put("pupils.csv", format!("id;Фамилия;Имя;Класс;{}\np1;Ёлкина;Анна;\n", many(996)))]);
    let warned = |answer: &Result<_, Problem>| matches!(answer, Err(problem) if problem.message.code == Code::ColumnUnknown.name());
    assert_eq!(answers.iter().filter(|answer| warned(answer)).count(), 996);
}

/// The limit is for one row: what is passed over may be as long as it likes.
#[test]
fn parts_that_are_not_asked_for_have_no_limit() {
    let files = Files::new();
    let other = vec![r#"{"text": "passed over"}"#; 100_000].join(",");
    let pupil = r#"{"id":"p1","last_name":"Ёлкина","first_name":"Анна"}"#;
    let json = files.put("a.json", format!(r#"{{"other": [{other}], "pupil": [{pupil}]}}"#));
    let xml = files.put(
        "a.xml",
        format!(
            "<a>{}<guardian id=\"g1\"><last-name>Ёлкина</last-name><first-name>Анна</first-name></guardian></a>",
            "<other>passed over</other>".repeat(100_000)
        ),
    );
    let answers = read(vec![json, xml]);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2, "{}", shown(&answers));
}

/// Two far cells: a reader that makes a grid would ask for gigabytes.
#[test]
fn a_sheet_with_far_cells_costs_two_cells() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, heading) in ["id", "Фамилия", "Имя", "Класс"].into_iter().enumerate() {
        sheet.write(0, column as u16, heading).unwrap();
    }
    sheet.write(1_048_575, 16_383, "x").unwrap();
    let files = Files::new();
    let answers = read(vec![files.put("pupils.xlsx", workbook.save_to_buffer().unwrap())]);
    assert!(matches!(&answers[0], Err(problem) if problem.row == 1_048_576), "{}", shown(&answers));
}

/// One packed megabyte that so many entries of the directory point to.
fn overlapping(parts: u16) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("0000", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(&vec![0; 1 << 20]).unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    let (body, end) = bytes.split_at(bytes.len() - 22);
    let directory = u32::from_le_bytes(end[16..20].try_into().unwrap()) as usize;
    let (body, entry) = body.split_at(directory);
    let (mut bomb, mut end) = (body.to_vec(), end.to_vec());
    for number in 0..parts {
        let mut entry = entry.to_vec();
        entry[46..50].copy_from_slice(format!("{number:04}").as_bytes());
        bomb.extend(entry);
    }
    let size = (bomb.len() - directory) as u32;
    end[8..10].copy_from_slice(&parts.to_le_bytes());
    end[10..12].copy_from_slice(&parts.to_le_bytes());
    end[12..16].copy_from_slice(&size.to_le_bytes());
    [bomb, end].concat()
}

/// A few kilobytes that unpack to more than is allowed; a little less is merely no workbook.
#[test]
fn a_bomb_of_overlapping_parts_is_refused() {
    let bomb = overlapping(257);
    assert!(bomb.len() < 24 << 10, "{} bytes", bomb.len());
    assert_code("a.xlsx", bomb, Code::TooLarge);
    assert_code("a.xlsx", overlapping(256), Code::BrokenWorkbook);
}

#[test]
fn formulas_are_texts() {
    let files = Files::new();
    let text = "id,Фамилия,Имя,Телефон\ng1,Ёлкин,Пётр,\"=HYPERLINK(\"\"http://x\"\")\"\n";
    let answers = read(vec![files.put("guardians.csv", text)]);
    assert_eq!(
        shown(&answers),
        "guardian {\"id\":\"g1\",\"last_name\":\"Ёлкин\",\"first_name\":\"Пётр\",\"phone\":\"=HYPERLINK(\\\"http://x\\\")\"}\n"
    );
}

#[test]
fn twenty_thousand_rows_in_a_moment() {
    let files = Files::new();
    let mut text = String::from("Код;Фамилия;Имя;Дата рождения;СНИЛС;Класс\n");
    for number in 0..20_000 {
        text.push_str(&format!("p{number};Ёлкина;Анна;01.02.2015;112-233-445 95;5-А\n"));
    }
    let inputs = vec![
        files.put("pupils.csv", text),
        files.put("classes.csv", "id;year;grade;letter;study-year\nc;;5;А;2026\n"),
    ];
    let started = std::time::Instant::now();
    let answers = read(inputs);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 20_001);
    // Unoptimised and on a busy machine; optimised it is a fraction of a second.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, fork: false, ..ProptestConfig::default() })]

    /// Any bytes under any name: an end, no panic, and nothing but answers.
    #[test]
    fn any_bytes_come_to_an_end(
        bytes in proptest::collection::vec(any::<u8>(), 0..2_000),
        start in prop_oneof![Just(""), Just("["), Just("{"), Just("<pupil>"), Just("PK\x03\x04"), Just("id;Фамилия;Имя;Класс\n"), Just("\u{feff}")],
        name in prop_oneof![Just("a.csv"), Just("pupils.csv"), Just("orders.json"), Just("a.xml"), Just("a.xlsx")],
    ) {
        let files = Files::new();
        let answers = read(vec![files.put(name, [start.as_bytes(), &bytes].concat())]);
        prop_assert!(!answers.is_empty());
    }

    /// Cells of all sorts: a row comes out as a record or with a reason.
    #[test]
    fn every_row_is_a_record_or_has_a_reason(
        cells in proptest::collection::vec("[ -~а-яА-ЯёЁ№0-9]{0,12}", 6),
    ) {
        let files = Files::new();
        let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        let text = format!("id;Фамилия;Имя;Дата рождения;СНИЛС;Класс\n{}\n", quoted.join(";"));
        prop_assert!(!read(vec![files.put("pupils.csv", text)]).is_empty());
    }
}
