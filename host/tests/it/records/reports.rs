//! Golden reports: `cases/NAME/` holds files of one import and `expected.txt`, every answer on a line.
//! `UPDATE_EXPECT=1` rewrites them.

use std::path::{Path, PathBuf};

use exchange::records::{Input, Report, Severity};

use super::{Files, read, shown};

#[test]
fn problems_have_place_code_and_arguments() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/records/cases");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 8, "{} cases", cases.len());
    for case in cases {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(&case).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| !file.ends_with("expected.txt"));
        files.sort();
        let got = shown(&read(files.into_iter().map(|path| Input::new(path, &Default::default())).collect()));
        let expected = case.join("expected.txt");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&expected, &got).unwrap();
        }
        assert_eq!(got, std::fs::read_to_string(&expected).unwrap_or_default(), "{}", case.display());
    }
}

#[test]
fn no_value_of_a_row_is_in_its_problems() {
    let files = Files::new();
    let text = "id;Фамилия;Имя;СНИЛС;Дата рождения;Класс;Родители\n\
        p1;Тайнoва7;Секретa;99999999999;33.33.3333;Скрытый;Неведомый\n";
    let answers = read(vec![files.put("pupils.csv", text)]);
    let said = format!("{answers:?}");
    assert!(answers.len() >= 4, "{said}");
    for value in ["Тайн", "Секрет", "99999999999", "33.33", "Скрытый", "Неведомый"]
    {
        assert!(!said.contains(value), "{said}");
    }
}

#[test]
fn a_report_counts_records_and_keeps_problems() {
    let files = Files::new();
    let text = "id;Фамилия;Имя;Класс\np1;Ёлкина;Анна;\np2;;Пётр;\n";
    let answers = read(vec![files.put("pupils.csv", text)]);
    let mut report = Report::default();
    answers.iter().for_each(|answer| report.add(answer));
    assert_eq!(report.records.values().sum::<u64>(), 1);
    assert_eq!(report.problems.len(), 1);
    assert_eq!(report.gravest(), Some(Severity::Row));
}

/// The profile that the description of formats shows is a good one.
#[test]
fn the_documented_profile_is_accepted() {
    let text = include_str!("../../../src/records/FORMATS.md");
    let example = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let files = Files::new();
    let path = files.put("school57.toml", example).path;
    let school = exchange::config::load_school(&path, &Default::default(), &|_: &str| None)
        .unwrap_or_else(|errors| panic!("{errors}"));
    let input = Input::new("dir/contingent-orders.xlsx".into(), &school.import);
    assert_eq!(input.profile.columns["kind"], "Содержание");
    assert_eq!(input.profile.words["kind"]["Выбыл"], "expulsion");
}
