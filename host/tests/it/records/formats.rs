//! The same pupils in every format come out the same.

use exchange::model::records::{Record, RecordType, SchoolClass};
use exchange::model::setup::ImportProfile;
use exchange::records::Problem;

use super::{Files, read, read_known, shown};

const CLASSES: &str = "id;study-year;grade;letter\nc5a;2026;5;А\n";

const PUPILS: &str = "Код;Фамилия;Имя;Отчество;Дата рождения;Пол;СНИЛС;Класс\n\
    p1;Ёлкина;Анна;Петровна;01.02.2015;ж;112-233-445 95;5-А\n\
    p2;Иванов;Пётр;;2015-03-04;М;;5 \"а\"\n";

const STORED: &str = r#"pupil {"id":"p1","last_name":"Ёлкина","first_name":"Анна","middle_name":"Петровна","birth_date":"2015-02-01","sex":"female","snils":"11223344595","class_id":"c5a"}
pupil {"id":"p2","last_name":"Иванов","first_name":"Пётр","birth_date":"2015-03-04","sex":"male","class_id":"c5a"}
"#;

fn with_classes(name: &str, bytes: impl AsRef<[u8]>) -> Vec<Result<Record, Problem>> {
    let files = Files::new();
    let answers = read(vec![files.put(name, bytes), files.put("classes.csv", CLASSES)]);
    assert_eq!(answers[0].as_ref().unwrap().id(), "c5a", "{}", shown(&answers));
    answers.into_iter().skip(1).collect()
}

fn assert_pupils(name: &str, bytes: impl AsRef<[u8]>) {
    assert_eq!(shown(&with_classes(name, bytes)), STORED, "{name}");
}

#[test]
fn csv_in_every_encoding_with_every_delimiter() {
    assert_pupils("pupils.csv", PUPILS);
    assert_pupils("pupils.csv", format!("\u{feff}{PUPILS}"));
    assert_pupils("pupils.csv", encoding_rs::WINDOWS_1251.encode(PUPILS).0);
    assert_pupils("pupils.csv", PUPILS.replace(';', "\t"));
    assert_pupils("pupils.csv", PUPILS.replace(';', ","));
    assert_pupils("pupils.csv", PUPILS.replace('\n', "\r\n"));
    assert_pupils("Выгрузка.txt", format!("Список учеников;;;;;;;\n;;;;;;;\n{PUPILS}"));
}

#[test]
fn xlsx() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "Список учеников").unwrap();
    let date = rust_xlsxwriter::Format::new().set_num_format("dd.mm.yyyy");
    for (row, line) in PUPILS.lines().enumerate() {
        for (column, cell) in line.split(';').enumerate() {
            let (row, column) = (row as u32 + 2, column as u16);
            if cell == "01.02.2015" {
                let moment = rust_xlsxwriter::ExcelDateTime::from_ymd(2015, 2, 1).unwrap();
                sheet.write_with_format(row, column, &moment, &date).unwrap();
            } else {
                sheet.write(row, column, cell.replace("\"\"", "\"")).unwrap();
            }
        }
    }
    assert_pupils("Ученики.xlsx", workbook.save_to_buffer().unwrap());
}

#[test]
fn json_as_an_array_by_type_and_by_lines() {
    let one = r#"{"id":"p1","last_name":"Ёлкина","first_name":"Анна","middle_name":"Петровна","birth_date":"2015-02-01","sex":"female","snils":"11223344595","class_id":"c5a","guardian_ids":[]}"#;
    let two = r#"{"id":"p2","last-name":"Иванов","firstName":"Пётр","middle-name":null,"birth-date":"2015-03-04","sex":"male","class-id":"5-А"}"#;
    assert_pupils("pupils.json", format!("[{one},\n{two}]"));
    assert_pupils("export.json", format!("[{one},\n{two}]"));
    assert_pupils("export.json", format!(r#"{{"other": [{{"a": [1, "]"]}}], "pupil": [{one},{two}]}}"#));
    assert_pupils("export.json", format!(r#"{{"other": [], "more": [ ], "pupil": [{one},{two}]}}"#));
    assert_pupils("export.jsonl", format!("{one}\n{two}\n"));
    let empty = one.replacen('{', r#"{"guardian_ids": [], "#, 1);
    assert_pupils("pupils.json", format!("{empty}\n{two}\n"));
}

#[test]
fn xml_with_children_attributes_and_entities() {
    let text = "<?xml version=\"1.0\" encoding=\"windows-1251\"?>
<school><!-- two -->
  <pupil id=\"p1\"><last-name>Ёлкина</last-name><first-name>Анна</first-name><middle_name>Петровна</middle_name>
    <birth-date>2015-02-01</birth-date><sex>ж</sex><snils>11223344595</snils><class-id>5 &quot;А&quot;</class-id></pupil>
  <pupil><id>p2</id><last-name><![CDATA[Иванов]]></last-name><first-name>&#1055;ётр</first-name>
    <birth-date>2015-03-04</birth-date><sex>male</sex><class-id>c5a</class-id></pupil>
</school>";
    assert_pupils("export.xml", text);
    assert_pupils("export.xml", encoding_rs::WINDOWS_1251.encode(text).0);
}

#[test]
fn a_profile_describes_a_foreign_file() {
    let files = Files::new();
    let mut input = files.put(
        "выгрузка.xml",
        "<root><line><nr>o1</nr><who>p1</who><what>Приём в первый класс</what><from>01.09.2026</from><y>2026/2027</y></line></root>",
    );
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    input.profile = ImportProfile {
        record: Some(RecordType::Order),
        row: Some("line".into()),
        columns: [
            ("id", "nr"),
            ("pupil-id", "who"),
            ("kind", "what"),
            ("effective", "from"),
            ("study-year", "y"),
        ]
        .map(|(field, heading)| pair(field, heading))
        .into(),
        words: [("kind".to_owned(), [pair("приём в первый класс", "enrolment")].into())].into(),
        ..ImportProfile::default()
    };
    let answers = read_known(vec![input], &|kind, id| kind == RecordType::Pupil && id == "p1", &[]);
    let expected =
        r#"order {"id":"o1","kind":"enrolment","effective":"2026-09-01","study_year":2026,"pupil_id":"p1"}"#;
    assert_eq!(shown(&answers), format!("{expected}\n"));
}

#[test]
fn an_application_keeps_child_and_guardian_apart() {
    let files = Files::new();
    let text = "id;Ученик;Учебный год;Класс;Дата подачи;Статус;Ребёнок: Фамилия;Ребёнок: Имя;Заявитель: Фамилия;Заявитель: Имя;Степень родства\n\
        a1;p1;2026;1;15.03.2026;Принято;Ёлкина;Анна;Ёлкин;Пётр;отец\n";
    let answers = read_known(vec![files.put("Заявления.csv", text)], &|_, id| id == "p1", &[]);
    let expected = r#"application {"id":"a1","pupil_id":"p1","study_year":2026,"grade":1,"submitted":"2026-03-15","state":"accepted","child":{"last_name":"Ёлкина","first_name":"Анна"},"guardian":{"last_name":"Ёлкин","first_name":"Пётр"},"relation":"отец"}"#;
    assert_eq!(shown(&answers), format!("{expected}\n"));
}

#[test]
fn a_class_is_looked_for_in_the_files_before_the_school() {
    let school = |id: &str, grade| SchoolClass {
        id: id.into(),
        study_year: 2026,
        grade,
        letter: Some("А".into()),
        teacher_id: None,
    };
    let files = Files::new();
    let pupils = files.put("pupils.csv", "id;Фамилия;Имя;Класс\np1;Ёлкина;Анна;5-А\np2;Ёлкина;Анна;6-А\n");
    let inputs = vec![pupils, files.put("classes.csv", CLASSES)];
    let answers = read_known(inputs, &|_, _| false, &[school("old5a", 5), school("c6a", 6)]);
    let text = shown(&answers);
    assert!(
        text.contains(r#""id":"p1","last_name":"Ёлкина","first_name":"Анна","class_id":"c5a""#),
        "{text}"
    );
    assert!(
        text.contains(r#""id":"p2","last_name":"Ёлкина","first_name":"Анна","class_id":"c6a""#),
        "{text}"
    );
}
