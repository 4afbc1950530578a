//! Texts that people wrote, in one spelling: names of classes and schools, words. Full names are the SDK's.

use exchange_sdk::names::{FullName, cyrillic};

/// One spelling for all: small letters, е for ё, single spaces, plain hyphens.
pub fn fold(text: &str) -> String {
    let lower = text.to_lowercase().replace('ё', "е").replace(['‐', '‑', '–', '—'], "-");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A full name as one text, equal for names that are the same.
pub fn folded(name: &FullName) -> String {
    name.key().split('|').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The parts that are there, with single spaces between.
pub fn joined(parts: [&str; 3]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A class's name in one spelling: «7-А», «7А», «7 "А"» and their Latin look-alikes are one class.
pub fn class_name(name: &str) -> String {
    cyrillic(&name.to_lowercase()).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d12_class_names_are_one_however_written() {
        for name in ["7-А", "7А", "7 А", "7 \"А\"", "7«А»", "7-а", "7-A", "7a", "7 – А"] {
            assert_eq!(class_name(name), "7а", "{name}");
        }
        assert_ne!(class_name("7-Б"), class_name("7-В"));
        assert_eq!(class_name("11-H"), class_name("11-Н"));
        assert_ne!(class_name("1-А"), class_name("11-А"));
    }

    #[test]
    fn d12_a_childs_name_is_one_text() {
        let name = FullName::new(" СЕМЁНОВА - Ковалёва", "Алёна ", "");
        assert_eq!(folded(&name), "семенова-ковалева алена");
    }
}
