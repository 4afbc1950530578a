//! Names that people wrote: when are two of them the same?
//!
//! Case, spaces and ё/е never matter. A patronymic that only one side has makes a pair doubtful, not different.

/// One spelling for all: small letters, е for ё, single spaces, plain hyphens.
pub fn fold(text: &str) -> String {
    let lower = text.to_lowercase().replace('ё', "е").replace(['‐', '‑', '–', '—'], "-");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A person's name in one spelling.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FullName {
    last: String,
    first: String,
    middle: String,
}

/// How two names stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Equal.
    Same,
    /// Equal but for a patronymic that one of them lacks.
    Doubtful,
    /// Different people's names.
    Other,
}

impl FullName {
    /// Of its parts; an absent patronymic and an empty one are the same.
    pub fn new(last: &str, first: &str, middle: &str) -> Self {
        Self { last: fold(last), first: fold(first), middle: fold(middle) }
    }

    /// Compares.
    pub fn likeness(&self, other: &Self) -> Likeness {
        if self.last != other.last || self.first != other.first {
            Likeness::Other
        } else if self.middle == other.middle {
            Likeness::Same
        } else if self.middle.is_empty() || other.middle.is_empty() {
            Likeness::Doubtful
        } else {
            Likeness::Other
        }
    }

    /// Have they neither family name nor given name in common? A woman who married keeps one of them.
    pub fn is_stranger_to(&self, other: &Self) -> bool {
        self.last != other.last && self.first != other.first
    }

    /// The whole name as one text.
    pub fn text(&self) -> String {
        joined([&self.last, &self.first, &self.middle])
    }
}

/// The parts that are there, with single spaces between.
pub fn joined(parts: [&str; 3]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A class's name in one spelling: «7-А», «7А», «7 "А"» and their Latin look-alikes are one class.
pub fn class_name(name: &str) -> String {
    name.to_uppercase().chars().filter(|c| c.is_alphanumeric()).map(cyrillic).collect()
}

/// The Cyrillic letter that looks like this one.
fn cyrillic(letter: char) -> char {
    match letter {
        'A' => 'А',
        'B' => 'В',
        'C' => 'С',
        'E' | 'Ё' => 'Е',
        'H' => 'Н',
        'K' => 'К',
        'M' => 'М',
        'O' => 'О',
        'P' => 'Р',
        'T' => 'Т',
        'X' => 'Х',
        'Y' => 'У',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d12_class_names_are_one_however_written() {
        for name in ["7-А", "7А", "7 А", "7 \"А\"", "7«А»", "7-а", "7-A", "7a", "7 – А"] {
            assert_eq!(class_name(name), "7А", "{name}");
        }
        assert_ne!(class_name("7-Б"), class_name("7-В"));
        assert_eq!(class_name("11-H"), class_name("11-Н"));
        assert_ne!(class_name("1-А"), class_name("11-А"));
    }

    #[test]
    fn d12_case_spaces_and_yo_do_not_matter() {
        let name = FullName::new("Семёнова-Ковалёва", "Алёна", "Петровна");
        let same = FullName::new(" СЕМЕНОВА-КОВАЛЕВА", "Алена ", "петровна");
        assert_eq!(name.likeness(&same), Likeness::Same);
        assert_eq!(name.likeness(&FullName::new("Семенова-Ковалева", "Алена", "")), Likeness::Doubtful);
        assert_eq!(name.likeness(&FullName::new("Семенова-Ковалева", "Алена", "Ивановна")), Likeness::Other);
        assert!(!name.is_stranger_to(&FullName::new("Лисова", "Алёна", "Петровна")));
        assert!(name.is_stranger_to(&FullName::new("Лисова", "Мария", "Петровна")));
    }
}
