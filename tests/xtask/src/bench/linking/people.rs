//! Invented people, by number: at Госуслуги, at the diary, in the school's records, before their browsers.
//!
//! Two of a school have one full name and differ by СНИЛС; every third is a parent of the one before. СНИЛС lie below
//! the threshold of the checksum, in a range that nobody has.

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use serde_json::{Value, json};

/// Of everybody at Госуслуги.
const PASSWORD: &str = "пароль";
/// First numbers of schools, persons and accounts at the diary, and of people at Госуслуги.
const SCHOOLS: usize = 1_000_000_000_000;
const PERSONS: usize = 1_000_000;
const USERS: usize = 5_000_000;
const OIDS: usize = 1_000_000_000;

/// Somebody.
#[derive(Clone, Copy)]
pub(super) struct Somebody {
    /// Counted from 1.
    number: usize,
    /// Counted from 0, and how many there are.
    school: usize,
    schools: usize,
}

/// A school's id.
pub(super) fn school_id(school: usize) -> String {
    format!("s{school:03}")
}

/// A school's number at the diary.
pub(super) fn organisation(school: usize) -> usize {
    SCHOOLS + school
}

/// Person `number` of as many schools.
pub(super) fn somebody(number: usize, schools: usize) -> Somebody {
    Somebody { number, school: number % schools, schools }
}

impl Somebody {
    /// Which school, counted from 0.
    pub(super) fn school(self) -> usize {
        self.school
    }

    /// Place at the school, counted from 0.
    fn place(self) -> usize {
        (self.number - 1) / self.schools
    }

    /// Every third.
    pub(super) fn is_parent(self) -> bool {
        self.place() % 3 == 2
    }

    fn last_name(self) -> String {
        let letter = |digit: usize| char::from_u32(0x430 + u32::try_from(digit % 32).unwrap_or_default());
        let name = self.place() / 2;
        let ending: String = [name / 1_024, name / 32, name].into_iter().filter_map(letter).collect();
        format!("Толпов{ending}")
    }

    fn birth_date(self) -> &'static str {
        if self.is_parent() { "1985-05-06" } else { "2014-03-04" }
    }

    fn snils(self) -> String {
        format!("000-{:03}-{:03} 00", self.number / 1_000, self.number % 1_000)
    }

    /// Number at the diary, as it stands in answers.
    pub(super) fn person(self) -> String {
        (PERSONS + self.number).to_string()
    }

    /// Login at Госуслуги.
    pub(super) fn login(self) -> String {
        format!("crowd{}", self.number)
    }

    /// At Госуслуги.
    pub(super) fn persona(self) -> Value {
        json!({"oid": OIDS + self.number, "login": self.login(), "password": PASSWORD,
            "level": if self.is_parent() { "confirmed" } else { "child" }, "lastName": self.last_name(),
            "firstName": "Лада", "middleName": "Игоревна", "birthDate": self.birth_date(), "gender": "F",
            "snils": self.snils()})
    }

    fn role(self) -> &'static str {
        if self.is_parent() { "EduParent" } else { "EduStudent" }
    }

    /// At the diary.
    pub(super) fn account(self) -> Value {
        json!({"id": self.person(), "userId": USERS + self.number, "lastName": self.last_name(),
            "firstName": "Лада", "middleName": "Игоревна", "birthday": self.birth_date(), "snils": self.snils(),
            "role": self.role(), "school": organisation(self.school)})
    }

    /// Its place at the diary's school.
    pub(super) fn membership(self) -> Value {
        json!({"school": organisation(self.school), "person": self.person(), "role": self.role()})
    }

    /// Its line in the school's list of pupils or of guardians.
    pub(super) fn line(self) -> String {
        let common = format!(
            "n{};{};Лада;Игоревна;{};{}",
            self.number,
            self.last_name(),
            self.birth_date(),
            self.snils()
        );
        let child = |place: usize| place % 3 == 1;
        match self.is_parent() {
            true => format!("{common}\n"),
            false if child(self.place()) => format!("{common};c1;n{}\n", self.number + self.schools),
            false => format!("{common};c1;\n"),
        }
    }
}

/// These people before their browsers, each with an address of their own.
pub(super) fn visitors(who: RangeInclusive<usize>, schools: usize, address: &str) -> Value {
    let visitor = |number: usize| {
        let one = somebody(number, schools);
        let client = Ipv4Addr::from_bits(0x0a00_0000 + u32::try_from(number).unwrap_or_default());
        json!({"address": format!("{address}/{}/esia/link", school_id(one.school)), "login": one.login(),
            "password": PASSWORD, "choice": "esia", "client": client})
    };
    who.map(visitor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_have_one_name_and_nobody_has_anothers_snils() {
        let all: Vec<Somebody> = (1..=24).map(|number| somebody(number, 2)).collect();
        let here = all.iter().filter(|one| one.school() == 1);
        let names: Vec<String> = here.map(|one| one.last_name()).collect();
        assert!(names.chunks(2).all(|pair| pair[0] == pair[1]) && names[1] != names[2], "{names:?}");
        let snils: std::collections::BTreeSet<String> = all.iter().map(|one| one.snils()).collect();
        assert_eq!(snils.len(), all.len());
        let parent = all.iter().find(|one| one.is_parent()).unwrap();
        let id = parent.line().split(';').next().unwrap().to_owned();
        let children = all.iter().filter(|one| one.line().ends_with(&format!(";{id}\n")));
        assert_eq!(children.map(|one| one.school()).collect::<Vec<_>>(), [parent.school()]);
    }
}
