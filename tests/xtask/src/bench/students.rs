//! The file that every tool reads: invented pupils, the same ones each time.

use std::fmt::Write as _;
use std::path::Path;

use crate::failure::{Context, Outcome};

const LAST: [&str; 8] =
    ["Тестов", "Примеров", "Образцов", "Шаблонов", "Макетов", "Пробников", "Черновиков", "Заглушкин"];
const FIRST: [&str; 8] = ["Альфа", "Бета", "Гамма", "Дельта", "Эпсилон", "Дзета", "Тета", "Йота"];
const MIDDLE: [&str; 5] = ["Первович", "Вторович", "Третьевна", "Четвертовна", ""];
const LETTERS: [&str; 4] = ["А", "Б", "В", "Г"];
const GRADES: usize = 11;

/// The headings, which `tests/peers` knows too.
const HEADINGS: &str = "student_id,last_name,first_name,middle_name,birth_date,sex,snils,school_id,class_name,\
                        enrolled_on,order_no,guardian_name,guardian_phone\n";

/// The key of a row.
pub(super) fn key(row: usize) -> String {
    format!("S{row:08}")
}

/// Writes so many pupils; the first `moved` of them sit in another class than they would otherwise.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write(path: &Path, rows: usize, moved: usize) -> Outcome {
    let mut text = String::from(HEADINGS);
    let mut dice = Dice(20_260_901);
    for row in 0..rows {
        line(&mut text, row, &mut dice, usize::from(row < moved));
    }
    std::fs::write(path, text).context(|| format!("cannot write {}", path.display()))
}

/// Writes the classes that the pupils sit in, for the study year that began in `year`.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write_classes(path: &Path, year: i16) -> Outcome {
    let mut text = String::from("id;study_year;grade;letter\n");
    for grade in 1..=GRADES {
        for (number, letter) in LETTERS.iter().enumerate() {
            let _ = writeln!(text, "c{grade}-{number};{year};{grade};{letter}");
        }
    }
    std::fs::write(path, text).context(|| format!("cannot write {}", path.display()))
}

fn line(text: &mut String, row: usize, dice: &mut Dice, move_by: usize) {
    let grade = 1 + dice.below(GRADES);
    let (last, first, middle) = (dice.of(&LAST), dice.of(&FIRST), dice.of(&MIDDLE));
    let birth = format!("{:04}-{:02}-{:02}", 2019 - grade, 1 + dice.below(12), 1 + dice.below(28));
    let (sex, letter) = (dice.of(&["М", "Ж"]), LETTERS[(dice.below(4) + move_by) % 4]);
    let number = row + 1;
    let enrolled = 1 + dice.below(28);
    let guardian = format!("{} {}", dice.of(&LAST), dice.of(&FIRST));
    let _ = writeln!(
        text,
        "{},{last},{first},{middle},{birth},{sex},000-{:03}-{:03} 00,SCH{:04},{grade}{letter},2026-09-{enrolled:02},\
         ОУ-{}/26,{guardian},+7000{row:07}",
        key(row),
        number / 1000 % 1000,
        number % 1000,
        row % 120,
        row % 977,
    );
}

/// The same throws each time (Knuth's linear congruence).
struct Dice(u64);

impl Dice {
    fn below(&mut self, faces: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % faces
    }

    fn of<'t>(&mut self, words: &[&'t str]) -> &'t str {
        words[self.below(words.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rows: usize, moved: usize) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("students.csv");
        write(&path, rows, moved).unwrap();
        std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_same_file_each_time_but_for_those_who_moved() {
        let (before, after) = (lines(50, 0), lines(50, 3));
        assert_eq!(before, lines(50, 0));
        assert_eq!(before.len(), 51);
        let changed: Vec<usize> = (0..51).filter(|line| before[*line] != after[*line]).collect();
        assert_eq!(changed, [1, 2, 3]);
        assert!(before.iter().all(|line| line.split(',').count() == 13));
    }
}
