//! Changes to the tables that `invented-school` exports: what makes a school one of many, and what makes another day.

use crate::failure::{Failure, Outcome};

/// A table in which pupils' ids `P-…` have the school's number before them.
pub(super) fn with_own_ids(table: &[u8], n: usize) -> Vec<u8> {
    let own = format!("{n}-");
    let mut numbered = Vec::with_capacity(table.len() + table.len() / 8);
    for (at, byte) in table.iter().enumerate() {
        let begins = table[at..].starts_with(b"P-")
            && at.checked_sub(1).is_none_or(|before| b";\n\xBF".contains(&table[before]));
        if begins {
            numbered.extend_from_slice(own.as_bytes());
        }
        numbered.push(*byte);
    }
    numbered
}

/// A table of pupils in which so many, other ones each day, have a new middle name.
///
/// # Errors
/// When it has no such column.
pub(super) fn renamed(table: &str, day: usize, changed: usize) -> Outcome<String> {
    let mut lines = table.lines();
    let head = lines.next().unwrap_or_default();
    let column = head.split(';').position(|heading| heading == "Отчество");
    let column = column.ok_or_else(|| Failure::new("the pupils' file has no column «Отчество»"))?;
    let from = 1 + day * changed;
    let line = |(row, line): (usize, &str)| {
        let mut cells: Vec<&str> = line.split(';').collect();
        if (from..from + changed).contains(&row) && column < cells.len() {
            cells[column] = "Примерович";
        }
        cells.join(";")
    };
    let rows = lines.enumerate().map(line);
    Ok(std::iter::once(head.to_owned()).chain(rows).map(|line| line + "\r\n").collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_pupils_each_day_have_a_new_name() {
        let table = "Код;Отчество;Пол\r\nP1;А;М\r\nP2;Б;Ж\r\nP3;В;М\r\n";
        assert_eq!(
            renamed(table, 0, 1).unwrap(),
            "Код;Отчество;Пол\r\nP1;А;М\r\nP2;Примерович;Ж\r\nP3;В;М\r\n"
        );
        assert!(renamed(table, 1, 1).unwrap().contains("P3;Примерович;М"));
        assert!(renamed("Код\r\n", 0, 1).is_err());
    }

    #[test]
    fn ids_of_pupils_are_a_schools_own_wherever_they_stand() {
        let table = b"\xEF\xBB\xBFP-00001;x\r\nA-1;P-00002;xP-3\r\nP-00004;S-1\r\n";
        let expected = b"\xEF\xBB\xBF7-P-00001;x\r\nA-1;7-P-00002;xP-3\r\n7-P-00004;S-1\r\n";
        assert_eq!(with_own_ids(table, 7), expected);
    }
}
