//! Are two full names equal? What people wrote in two systems (E5, S3).
//!
//! Case, spaces, kinds of hyphens and ways to encode a letter never matter. ё and е are one letter where the caller says
//! so. Letters of another alphabet that look alike, a hyphen in place of a space, and a patronymic that only one side has
//! are differences; they are told apart, because each is mended in its own way.

use unicode_normalization::UnicodeNormalization;

/// What some write where a person has no patronymic.
const NO_PATRONYMIC: [&str; 3] = ["-", "нет", "отсутствует"];

/// A full name in one spelling: small letters, composed, single spaces, plain hyphens without spaces around.
#[derive(Clone, PartialEq, Eq)]
pub struct FullName {
    last: String,
    first: String,
    middle: String,
}

/// How two names stand to each other. The most particular difference that explains everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Equal.
    Same,
    /// They differ in ё and е only, and these are told apart.
    Yo,
    /// They differ in letters of two alphabets that look alike.
    LookAlike,
    /// They differ in hyphens and spaces between the parts of double names.
    Hyphens,
    /// One side has no patronymic; the rest is equal.
    Patronymic,
    /// Different names.
    Other,
}

impl FullName {
    /// Of its parts; what stands for a missing patronymic counts as none.
    pub fn new(last: &str, first: &str, middle: &str) -> Self {
        let middle = Some(fold(middle)).filter(|middle| !NO_PATRONYMIC.contains(&middle.as_str()));
        Self { last: fold(last), first: fold(first), middle: middle.unwrap_or_default() }
    }

    /// Family name, given name, patronymic, in that one spelling.
    pub fn parts(&self) -> [&str; 3] {
        [&self.last, &self.first, &self.middle]
    }

    /// Equal for names that are [`Likeness::Same`] where ё is е: to find them among many.
    pub fn key(&self) -> String {
        self.by(yo).parts().join("|")
    }

    /// Compares; `yo_is_e`: ё and е are one letter.
    pub fn likeness(&self, other: &Self, yo_is_e: bool) -> Likeness {
        if self.by(yo) == other.by(yo) {
            return if yo_is_e || self == other { Likeness::Same } else { Likeness::Yo };
        }
        if self.by(cyrillic) == other.by(cyrillic) {
            return Likeness::LookAlike;
        }
        if self.by(joined) == other.by(joined) {
            return Likeness::Hyphens;
        }
        let (own, others) = (self.by(joined), other.by(joined));
        let missing = own.middle.is_empty() != others.middle.is_empty();
        match missing && own.last == others.last && own.first == others.first {
            true => Likeness::Patronymic,
            false => Likeness::Other,
        }
    }

    /// Have they neither family name nor given name in common? Somebody who married keeps one of them.
    pub fn is_stranger_to(&self, other: &Self) -> bool {
        let (own, others) = (self.by(joined), other.by(joined));
        own.last != others.last && own.first != others.first
    }

    fn by(&self, change: fn(&str) -> String) -> Self {
        Self { last: change(&self.last), first: change(&self.first), middle: change(&self.middle) }
    }
}

fn fold(text: &str) -> String {
    let text: String = text.nfc().collect();
    let text = text.to_lowercase().replace(['‐', '‑', '–', '—', '−'], "-");
    let parts = text.split('-').map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    parts.collect::<Vec<_>>().join("-")
}

fn yo(text: &str) -> String {
    text.replace('ё', "е")
}

/// Latin letters as the Cyrillic ones that look the same, at either size; ё as е. Of small letters.
pub fn cyrillic(text: &str) -> String {
    let letter = |letter| match letter {
        'a' => 'а',
        'b' => 'в',
        'c' => 'с',
        'e' => 'е',
        'h' => 'н',
        'k' => 'к',
        'm' => 'м',
        'o' => 'о',
        'p' => 'р',
        't' => 'т',
        'x' => 'х',
        'y' => 'у',
        other => other,
    };
    yo(text).chars().map(letter).collect()
}

fn joined(text: &str) -> String {
    cyrillic(text).replace(['-', ' '], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// «Фамилия|Имя|Отчество».
    fn name(text: &str) -> FullName {
        let parts: Vec<&str> = text.split('|').collect();
        FullName::new(parts[0], parts[1], parts.get(2).copied().unwrap_or_default())
    }

    #[test]
    fn e5_names_table() {
        use Likeness::{Hyphens, LookAlike, Other, Patronymic, Same, Yo};
        for (one, two, where_yo_is_e, where_it_is_not) in [
            ("Вымыслова|Анна|Петровна", "Вымыслова|Анна|Петровна", Same, Same),
            ("Вымыслова|Анна|Петровна", "ВЫМЫСЛОВА|АННА|ПЕТРОВНА", Same, Same),
            ("Вымыслова|Анна|Петровна", " вымыслова |Анна\u{a0}|\tпетровна", Same, Same),
            ("Ёлкина|Алёна|Семёновна", "Елкина|Алена|Семеновна", Same, Yo),
            ("Ёлкина|Алёна|Семёновна", "Ёлкина|АЛЁНА|Семёновна", Same, Same),
            ("Е\u{308}лкина|Анна", "Ёлкина|Анна", Same, Same),
            ("Й|И\u{306}", "й|Й", Same, Same),
            ("Ёлкина-Соснова|Анна", "ЕЛКИНА – СОСНОВА|Анна", Same, Yo),
            ("Салтыков-Щедрин|Иван|Ильич", "Салтыков - Щедрин|Иван|Ильич", Same, Same),
            ("Салтыков-Щедрин|Иван|Ильич", "Салтыков‑Щедрин|Иван|Ильич", Same, Same),
            ("Салтыков-Щедрин|Иван|Ильич", "Салтыков Щедрин|Иван|Ильич", Hyphens, Hyphens),
            ("Салтыков-Щедрин|Иван|Ильич", "Щедрин-Салтыков|Иван|Ильич", Other, Other),
            ("Салтыков-Щедрин|Иван|Ильич", "Салтыков|Иван|Ильич", Other, Other),
            ("Ким|Анна Мария", "Ким|Анна-Мария", Hyphens, Hyphens),
            ("Ким|Анна Мария", "Ким|АННА  МАРИЯ", Same, Same),
            ("Ким|Анна Мария", "Ким|Анна", Other, Other),
            ("Алиев|Али|Вели оглы", "Алиев|Али|Вели Оглы", Same, Same),
            ("Алиев|Али|Вели оглы", "Алиев|Али|Вели-оглы", Hyphens, Hyphens),
            ("Придумкина|Алсу", "Придумкина|Алсу|", Same, Same),
            ("Придумкина|Алсу|-", "Придумкина|Алсу|нет", Same, Same),
            ("Придумкина|Алсу", "Придумкина|Алсу|Маратовна", Patronymic, Patronymic),
            ("Придумкина|Алсу|Отсутствует", "Придумкина|Алсу|Маратовна", Patronymic, Patronymic),
            ("Придумкина|Алсу", "Придумкина|Анна|Маратовна", Other, Other),
            ("Сомов|Олег|Ильич", "Cомов|Oлег|Ильич", LookAlike, LookAlike),
            ("Сёмов|Олег|Ильич", "Cемов|Олег|Ильич", LookAlike, LookAlike),
            ("Smith|John", "Smith|JOHN", Same, Same),
            ("Вымыслова|Анна|Петровна", "Вымыслова|Анна|Ивановна", Other, Other),
            ("Вымыслова|Анна|Петровна", "Лисова|Анна|Петровна", Other, Other),
            ("Вымыслова|Анна|Петровна", "Анна|Вымыслова|Петровна", Other, Other),
        ] {
            for (a, b) in [(one, two), (two, one)] {
                let likeness = |yo_is_e| name(a).likeness(&name(b), yo_is_e);
                assert_eq!((likeness(true), likeness(false)), (where_yo_is_e, where_it_is_not), "{a} ~ {b}");
                assert_eq!(name(a).key() == name(b).key(), where_yo_is_e == Same, "{a} ~ {b}");
            }
        }
    }

    #[test]
    fn d12_a_stranger_has_neither_name_in_common() {
        let own = name("Семёнова-Ковалёва|Алёна|Петровна");
        for (other, stranger) in [
            ("Лисова|Алёна|Петровна", false),
            ("Семенова Ковалева|Мария", false),
            ("Лисова|Aлена", false),
            ("Лисова|Мария|Петровна", true),
        ] {
            assert_eq!(own.is_stranger_to(&name(other)), stranger, "{other}");
        }
    }
}
