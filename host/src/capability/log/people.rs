//! Keeps personal data out of what a connector writes into its diary, by type: names that the school's records have as
//! names, numbers that are numbers of people, addresses of e-mail.
//!
//! A connector knows names because it was given records, and may write any text. What stands there and is no name of the
//! school's records (somebody of the other side, a declined name) cannot be told from other words.

use crate::records::check_snils;

/// In place of a name, a number of a person, an address of e-mail.
const NAME: &str = "[name]";
const NUMBER: &str = "[number]";
const ADDRESS: &str = "[e-mail]";
/// Digits of a СНИЛС, and of a telephone number.
const DIGITS: usize = 11;

/// Knows the people of a school.
pub trait People: Send + Sync {
    /// Is this word, in lower case and with е for ё, part of somebody's name?
    fn is_name(&self, word: &str) -> bool;
}

/// Nobody.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl People for Nobody {
    fn is_name(&self, _word: &str) -> bool {
        false
    }
}

/// How words of names are compared.
pub fn folded(word: &str) -> String {
    word.to_lowercase().replace('ё', "е")
}

/// The words of a name, as [`People::is_name`] is asked for them.
pub fn words_of(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().nth(1).is_some()).map(folded)
}

/// The text without personal data.
pub(super) fn masked(text: &str, people: &dyn People) -> String {
    names(&numbers(&addresses(text)), people)
}

fn addresses(text: &str) -> String {
    let is_address = |word: &str| word.trim_matches('@').contains('@');
    let one = |word: &str| {
        let (text, space) = word.split_at(word.trim_end_matches(char::is_whitespace).len());
        if is_address(text) { format!("{ADDRESS}{space}") } else { word.to_owned() }
    };
    text.split_inclusive(char::is_whitespace).map(one).collect()
}

/// Eleven digits together, however grouped, that are a СНИЛС or a telephone number.
fn numbers(text: &str) -> String {
    let (mut masked, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit() || c == '+') {
        let (before, run) = rest.split_at(at);
        masked.push_str(before);
        let length = run.find(|c: char| !groups(c)).unwrap_or(run.len());
        let length = run[..length].trim_end_matches(|c: char| !c.is_ascii_digit()).len().max(1);
        let (run, after) = run.split_at(length);
        masked.push_str(if is_persons(run) { NUMBER } else { run });
        rest = after;
    }
    masked + rest
}

/// Digits and what groups them.
fn groups(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, ' ' | '-' | '–' | '\u{a0}' | '+' | '(' | ')')
}

fn is_persons(run: &str) -> bool {
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    let telephone = run.starts_with('+') || digits.starts_with(['7', '8']);
    digits.len() == DIGITS && (telephone || check_snils(&digits).is_ok())
}

fn names(text: &str, people: &dyn People) -> String {
    let (mut masked, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(char::is_alphabetic) {
        let (before, word) = rest.split_at(at);
        masked.push_str(before);
        let (word, after) = word.split_at(word.find(|c: char| !c.is_alphabetic()).unwrap_or(word.len()));
        masked.push_str(if people.is_name(&folded(word)) { NAME } else { word });
        rest = after;
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct These(Vec<String>);

    impl People for These {
        fn is_name(&self, word: &str) -> bool {
            self.0.iter().any(|name| name == word)
        }
    }

    fn these(names: &str) -> These {
        These(words_of(names).collect())
    }

    #[test]
    fn names_go_and_other_words_stay() {
        let people = these("Семёнова-Ли Алёна");
        assert_eq!(
            masked("pupil p-17: АЛЕНА семенова-Ли, класс 5-А (Алёнушка)", &people),
            "pupil p-17: [name] [name]-[name], класс 5-А (Алёнушка)"
        );
    }

    #[test]
    fn numbers_of_people_go_and_other_numbers_stay() {
        for (text, kept) in [
            ("СНИЛС 112-233-445 95.", "СНИЛС [number]."),
            ("snils=11223344595", "snils=[number]"),
            ("+7 (912) 345-67-89", "[number]"),
            ("89123456789,", "[number],"),
            ("id 1000000570027 at 2026-11-29 01:35:02", "id 1000000570027 at 2026-11-29 01:35:02"),
            ("11223344596", "11223344596"),
            ("a+b, 7 - 8", "a+b, 7 - 8"),
            ("mail Ivan.Petrov@example.org now", "mail [e-mail] now"),
        ] {
            assert_eq!(masked(text, &Nobody), kept);
        }
    }

    proptest! {
        #[test]
        fn no_name_is_left_wherever_it_stands(
            name in "[А-ЯЁ][а-яё]{2,12}(-[А-ЯЁ][а-яё]{2,12})?",
            before in "[ -~]{0,20}", after in "[ -~]{0,20}", upper: bool,
        ) {
            let people = these(&name);
            let written = if upper { name.to_uppercase() } else { name.clone() };
            let told = masked(&format!("{before} {written} {after}"), &people);
            for word in words_of(&name) {
                prop_assert!(!words_of(&told).any(|told| told == word), "{told}");
            }
        }

        #[test]
        fn whatever_stands_there_nothing_breaks(text in ".{0,200}") {
            masked(&text, &these("Иван"));
        }
    }
}
