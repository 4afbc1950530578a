//! Parts of a person's name.

use unicode_normalization::UnicodeNormalization;

use crate::records::problem::{Code, Fault};

const MAX_NAME: usize = 100;

/// A name in one normal form: composed letters, single spaces.
pub(super) fn read(text: &str) -> Result<String, Fault> {
    if is_plain(text) {
        return Ok(text.to_owned());
    }
    let name = if text.chars().all(usual) { text.to_owned() } else { text.nfc().collect() };
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().count() > MAX_NAME {
        return Err(Fault::new(Code::TextTooLong).with("limit", MAX_NAME));
    }
    if let Some(position) = position(&name, |letter| !fits(letter)) {
        return Err(Fault::new(Code::NameCharacter).with("position", position));
    }
    if !name.chars().any(is_letter) {
        return Err(Fault::new(Code::NameCharacter).with("position", 1));
    }
    match strange_letter(&name) {
        Some(position) => Err(Fault::new(Code::NameMixed).with("position", position)),
        None => Ok(name),
    }
}

/// Most names: Russian letters, with single hyphens or blanks between them.
fn is_plain(text: &str) -> bool {
    let mut after_letter = false;
    let fits = |letter: char| {
        let is_letter = matches!(letter, 'А'..='я' | 'Ё' | 'ё');
        let fits = is_letter || (after_letter && matches!(letter, ' ' | '-'));
        after_letter = is_letter;
        fits
    };
    // Two bytes a letter: within the limit without counting.
    text.len() <= MAX_NAME && text.chars().all(fits) && !text.ends_with(' ')
}

/// What nearly every name is made of: composed already, and known without looking into tables.
fn usual(letter: char) -> bool {
    letter.is_ascii() || matches!(letter, 'А'..='я' | 'Ё' | 'ё')
}

fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphabetic() || (usual(letter) && !letter.is_ascii()) || letter.is_alphabetic()
}

fn fits(letter: char) -> bool {
    is_letter(letter) || matches!(letter, ' ' | '-' | '\'' | '’' | '`' | '.')
}

/// Where a letter of the rarer of the two alphabets stands: the one typed by mistake.
fn strange_letter(name: &str) -> Option<usize> {
    let latin = |letter: char| letter.is_ascii_alphabetic();
    let cyrillic = |letter: char| ('\u{400}'..='\u{52f}').contains(&letter);
    let count = |of: &dyn Fn(char) -> bool| name.chars().filter(|letter| of(*letter)).count();
    match (count(&latin), count(&cyrillic)) {
        (0, _) | (_, 0) => None,
        (a, b) if a <= b => position(name, latin),
        _ => position(name, cyrillic),
    }
}

/// The place of the first such letter, from 1.
fn position(name: &str, of: impl Fn(char) -> bool) -> Option<usize> {
    name.chars().position(of).map(|index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_table() {
        let at = |code, position: &str| Err((code, position.to_owned()));
        let cases = [
            ("Иванов", Ok("Иванов")),
            ("  Салтыков-Щедрин ", Ok("Салтыков-Щедрин")),
            ("Ахмед  оглы", Ok("Ахмед оглы")),
            ("О’Нил", Ok("О’Нил")),
            ("Muller", Ok("Muller")),
            ("Е\u{308}лкин", Ok("Ёлкин")),
            ("Иван0в", at(Code::NameCharacter, "5")),
            ("Ив@нов", at(Code::NameCharacter, "3")),
            ("=СУММ", at(Code::NameCharacter, "1")),
            ("-", at(Code::NameCharacter, "1")),
            ("Ивaнов", at(Code::NameMixed, "3")),
            ("Sмith", at(Code::NameMixed, "2")),
        ];
        for (text, expected) in cases {
            let got = read(text).map_err(|fault| (fault.code, fault.args[0].1.clone()));
            assert_eq!(got, expected.map(str::to_owned), "{text}");
        }
    }
}
