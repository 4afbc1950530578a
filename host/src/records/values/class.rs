//! Classes as people write them: `5-А`, `5А`, `5 "А"`.

use super::Read;
use crate::records::problem::{Code, Fault};

/// Latin letters that look like a Cyrillic one.
const TWINS: [(char, char); 11] = [
    ('A', 'А'),
    ('B', 'В'),
    ('C', 'С'),
    ('E', 'Е'),
    ('H', 'Н'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('P', 'Р'),
    ('T', 'Т'),
    ('X', 'Х'),
];

/// The letter of a class: one to three capital letters or digits, Cyrillic.
pub(super) fn letter(text: &str) -> Result<Read, Fault> {
    let (letter, changed) = plain_letter(text).ok_or(Fault::new(Code::Letter))?;
    Ok(Read { value: letter.into(), warning: changed.then(|| Fault::new(Code::LetterLatin)) })
}

/// The letter in its plain form, and whether a Latin one was taken for its twin.
fn plain_letter(text: &str) -> Option<(String, bool)> {
    let mut changed = false;
    let mut letter = String::new();
    for sign in text.chars().filter(|c| !c.is_whitespace() && !"\"'«»„“”".contains(*c)) {
        let capital = sign.to_uppercase().next()?;
        let twin = TWINS.iter().find(|(latin, _)| *latin == capital).map(|(_, cyrillic)| *cyrillic);
        changed |= twin.is_some();
        letter.push(twin.unwrap_or(capital));
    }
    let fits = |sign: char| ('А'..='Я').contains(&sign) || sign == 'Ё' || sign.is_ascii_digit();
    let length = letter.chars().count();
    let good = (1..=3).contains(&length)
        && letter.chars().all(fits)
        && letter.starts_with(|sign: char| !sign.is_ascii_digit());
    good.then_some((letter, changed))
}

/// Grade and letter of a class written as people do; `None`: it is not written so.
pub(in crate::records) fn parse(text: &str) -> Option<(u8, Option<String>)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (grade, rest) = text.split_at(digits);
    let grade = grade.parse::<u8>().ok().filter(|grade| (1..=12).contains(grade))?;
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—'));
    if rest.is_empty() {
        return Some((grade, None));
    }
    plain_letter(rest).map(|(letter, _)| (grade, Some(letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_as_people_write_them() {
        let class = |grade, letter: &str| Some((grade, Some(letter.to_owned())));
        let cases = [
            ("5-А", class(5, "А")),
            ("5А", class(5, "А")),
            ("5 \"а\"", class(5, "А")),
            ("11 «Б»", class(11, "Б")),
            ("7 – В", class(7, "В")),
            ("5A", class(5, "А")),
            ("10М1", class(10, "М1")),
            ("1", Some((1, None))),
            ("13А", None),
            ("А5", None),
            ("5-L", None),
            ("c-17", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn a_latin_twin_is_told() {
        let judge = |text| letter(text).map(|read| (read.value, read.warning.is_some())).map_err(|f| f.code);
        assert_eq!(judge("а"), Ok(("А".into(), false)));
        assert_eq!(judge("B"), Ok(("В".into(), true)));
        assert_eq!(judge("L"), Err(Code::Letter));
        assert_eq!(judge("1"), Err(Code::Letter));
    }
}
