//! The same files imported again: told in the same words and counts, without being read; and read as soon as anything
//! that could matter is another.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::process::{self, Ended};

const CLASSES: &str = "id;study-year;grade;letter\nc1;2026;5;А\n";
/// The second row is left out, the last column is not known.
const PUPILS: &str = "id;last-name;first-name;class-id;club\np1;Тестов;Иван;c1;шахматы\np2;;Пётр;c1;\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        folder.write(
            "exchange.toml",
            "data = \"data\"\nschools = \"schools\"\nconnectors = \"connectors\"\n[key]\nenv = \"TEST_KEY\"\n",
        );
        fs::create_dir(folder.path().join("schools")).expect("a folder");
        folder.write("schools/a.toml", "name = \"Школа\"\ntime-zone = \"Europe/Moscow\"\n");
        folder.write("classes.csv", CLASSES);
        folder.write("pupils.csv", PUPILS);
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("it is written");
    }

    fn exchange(&self, words: &[&str]) -> Ended {
        let mut command = process::exchange(self.path());
        command.env("TEST_KEY", "07".repeat(32)).args(words);
        process::run(command, "")
    }

    /// Imports both files; what is told, and whether they were read.
    fn import(&self, more: &[&str]) -> (Value, bool) {
        let words = ["import", "a", "classes.csv", "pupils.csv", "--json"];
        let mut told: Value = self.exchange(&[&words, more].concat()).with(3).json();
        let same = told.as_object_mut().and_then(|told| told.remove("same_files"));
        (told, same == Some(false.into()))
    }
}

#[test]
fn the_same_files_are_told_again_and_not_read() {
    let folder = Folder::new();
    assert!(folder.import(&[]).1, "the first time they are read");
    let (told, read) = folder.import(&["--force"]);
    assert!(read, "whoever insists gets them read");
    let (again, read) = folder.import(&[]);
    assert!(!read);
    assert_eq!(again, told, "the same counts, the same problems");
    assert_eq!((&again["left_out"], &again["problems"][0]["column"]), (&1.into(), &Value::Null));
    let told = folder.exchange(&["import", "a", "classes.csv", "pupils.csv"]).with(3);
    told.says("те же, что при прошлом импорте").says("Не загружена 1 строка");
}

#[test]
fn whatever_is_another_is_read() {
    let folder = Folder::new();
    folder.import(&[]);
    assert!(folder.import(&["--add"]).1, "an addition is another import");
    folder.write("pupils.csv", &PUPILS.replace("Иван", "Олег"));
    assert!(folder.import(&[]).1, "a file has changed");
    folder.write("pupils.csv", PUPILS);
    let (told, read) = folder.import(&[]);
    assert!(read, "the records are no longer what came of these files");
    assert_eq!(told["types"][1]["changed"], 1);
    assert!(!folder.import(&[]).1);
    folder.write("staff.csv", "id;last-name;first-name;position\nt1;Примерова;Анна;Учитель\n");
    folder.exchange(&["import", "a", "staff.csv"]).with(0);
    assert!(folder.import(&[]).1, "another record has changed, to which they may refer");
}
