//! Takes out of texts what nobody outside the school may read: names, numbers that stand for a person, addresses, secrets.
//!
//! Not by hope: what the school's own records and the store's secrets hold is known and looked for; beside it everything
//! that has the form of such a thing goes (eleven digits, an address of mail, a long token). Rather too much than too
//! little.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use serde_json::Value;

use crate::capability::log::people::folded;
use crate::capability::{Redactor, Secret};
use crate::model::notify::Address;

/// Digits of a СНИЛС, and of a telephone number.
const ELEVEN: usize = 11;

/// Letters that a Russian ending may put on a name, or take from it.
const ENDING: usize = 3;

/// Shorter stems would be found in ordinary words.
const STEM: usize = 4;

/// Text of so many characters and more without a gap, of letters and digits, is a token.
const TOKEN: usize = 32;

/// What is known to be personal or secret.
#[derive(Default)]
pub(super) struct Redact {
    secrets: Redactor,
    words: HashSet<String>,
    stems: HashSet<String>,
    numbers: HashSet<String>,
    phrases: BTreeSet<(String, &'static str)>,
}

impl Redact {
    /// A secret value.
    pub(super) fn secret(&mut self, value: &str) {
        self.secrets.know(&Secret::new(value));
    }

    /// A text that is replaced as it stands.
    pub(super) fn phrase(&mut self, text: &str, by: &'static str) {
        if !text.trim().is_empty() {
            self.phrases.insert((text.to_owned(), by));
        }
    }

    /// Where somebody is told of things. The name of a webhook is ours.
    pub(super) fn recipient(&mut self, to: &Address) {
        if let Address::Mail(address) | Address::Sms(address) = to {
            self.phrase(address, "[address]");
        }
    }

    /// A record of a person, or about one: every text in it, but for codes and words of ours.
    pub(super) fn record(&mut self, json: &Value) {
        let Value::Object(fields) = json else { return };
        for (name, value) in fields {
            match value {
                Value::String(text) if is_name(name) => self.name(text),
                Value::String(text) if !is_code(name) => self.value(text),
                Value::Object(_) => self.record(value),
                _ => {}
            }
        }
    }

    fn name(&mut self, text: &str) {
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 1) {
            let word = folded(word);
            let letters: Vec<char> = word.chars().collect();
            if letters.len() > STEM {
                self.stems.insert(letters[..letters.len() - 1].iter().collect());
            }
            self.words.insert(word);
        }
    }

    fn value(&mut self, text: &str) {
        let digits = digits(text);
        if digits.len() >= 6 {
            self.numbers.insert(digits);
        }
        if text.chars().any(char::is_alphabetic) && text.chars().count() >= STEM {
            self.phrases.insert((text.to_owned(), "[value]"));
        }
    }

    /// The text without any of it.
    pub(super) fn text(&self, text: &str) -> String {
        let text = self.secrets.text(text);
        // Longest first: one may be the beginning of another.
        let mut phrases: Vec<_> = self.phrases.iter().filter(|(phrase, _)| text.contains(phrase)).collect();
        phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
        let text = phrases.into_iter().fold(text, |text, (phrase, by)| text.replace(phrase, by));
        let text = self.without_numbers(&text);
        let text = by_pieces(&text, is_of_token, |c| !c.is_ascii_alphanumeric(), token);
        by_pieces(&text, char::is_alphanumeric, |_| false, |piece| self.word(piece))
    }

    /// The texts in a value; names of members are ours.
    pub(super) fn json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(all) => all.into_iter().map(|value| self.json(value)).collect(),
            Value::Object(all) => all.into_iter().map(|(name, value)| (name, self.json(value))).collect(),
            other => other,
        }
    }

    /// Groups of digits that make a number together, however they are set apart.
    fn without_numbers(&self, text: &str) -> String {
        let groups = digit_groups(text);
        let (mut out, mut copied, mut place) = (String::with_capacity(text.len()), 0, 0);
        while place < groups.len() {
            match self.number_at(text, &groups[place..]) {
                Some(count) => {
                    out.push_str(&text[copied..groups[place].start]);
                    out.push_str("[number]");
                    copied = groups[place + count - 1].end;
                    place += count;
                }
                None => place += 1,
            }
        }
        out + &text[copied..]
    }

    /// How many of these groups make a number that must not go out.
    fn number_at(&self, text: &str, groups: &[Range<usize>]) -> Option<usize> {
        let mut digits = String::new();
        let mut end = groups[0].start;
        if text[..end].ends_with(char::is_alphanumeric) {
            return None;
        }
        for (place, group) in groups.iter().enumerate() {
            if !text[end..group.start].chars().all(is_between) || digits.len() > ELEVEN {
                return None;
            }
            digits += &text[group.clone()];
            end = group.end;
            let ends = !text[end..].starts_with(char::is_alphanumeric);
            if ends && (digits.len() == ELEVEN || self.numbers.contains(&digits)) {
                return Some(place + 1);
            }
        }
        None
    }

    fn word(&self, piece: &str) -> Option<&'static str> {
        let word = folded(piece);
        let letters: Vec<char> = word.chars().collect();
        let known = self.words.contains(&word)
            || (0..=ENDING).any(|cut| {
                let stem: String = letters.iter().take(letters.len().saturating_sub(cut)).collect();
                stem.chars().count() >= STEM && (self.stems.contains(&stem) || self.words.contains(&stem))
            });
        known.then_some("[name]")
    }
}

/// Names are written with either of the two letters.
fn is_name(field: &str) -> bool {
    field.ends_with("name") && !field.starts_with("system")
}

/// Fields that hold codes of records, and words of our own.
fn is_code(field: &str) -> bool {
    let codes = ["id", "type", "state", "kind", "sex", "system", "person", "about"];
    codes.contains(&field) || field.ends_with("-id") || field.ends_with("_id")
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn digit_groups(text: &str) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        match groups.last_mut().filter(|group| group.end == at) {
            Some(group) => group.end += 1,
            None => groups.push(at..at + 1),
        }
    }
    groups
}

/// What sets the groups of telephone numbers, dates and СНИЛС apart.
fn is_between(c: char) -> bool {
    matches!(c, '-' | '–' | ' ' | '(' | ')' | '.' | '\u{a0}')
}

fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '@' | '=' | '%' | ':' | '/')
}

fn token(piece: &str) -> Option<&'static str> {
    if piece.contains('@') {
        return Some("[address]");
    }
    let longest = piece.split(['/', ':', '@']).max_by_key(|part| part.len()).unwrap_or_default();
    let mixed = longest.bytes().any(|b| b.is_ascii_digit())
        && longest.bytes().any(|b| b.is_ascii_alphabetic())
        // A checksum is no secret.
        && !longest.bytes().all(|b| b.is_ascii_hexdigit());
    (longest.len() >= TOKEN && mixed).then_some("[secret]")
}

/// Replaces whole pieces of such characters, but for their `edge`s, where `by` says so.
fn by_pieces(
    text: &str,
    belongs: impl Fn(char) -> bool,
    edge: impl Fn(char) -> bool + Copy,
    by: impl Fn(&str) -> Option<&'static str>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let inside = belongs(first);
        let end = rest.find(|c| belongs(c) != inside).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        let bare = piece.trim_matches(edge);
        match by(bare).filter(|_| inside && !bare.is_empty()) {
            Some(instead) => out.push_str(&piece.replacen(bare, instead, 1)),
            None => out.push_str(piece),
        }
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known() -> Redact {
        let mut redact = Redact::default();
        redact.secret("open sesame/123");
        redact.record(&json!({
            "id": "P-00186", "last_name": "Ли", "first_name": "Мария-Луиза", "middle_name": "Петровна",
            "birth_date": "2015-03-04", "snils": "11223344595", "phone": "+7 (912) 345-67-89",
            "login": "m.lee57", "father_name": "Фёрапонт", "sex": "female", "child": {"last_name": "Кузнецов"}
        }));
        redact.phrase("Школа № 57", "[school]");
        redact
    }

    #[test]
    fn what_is_known_goes_however_it_is_written() {
        let cases = [
            ("для Ли Марии-Луизы Петровны", "для [name] [name]-[name] [name]"),
            ("отказано Кузнецову", "отказано [name]"),
            ("отказано Ферапонту, Ферапонтов сын", "отказано [name], [name] сын"),
            ("ЛИ и если", "[name] и если"),
            ("СНИЛС 112-233-445 95 занят", "СНИЛС [number] занят"),
            ("112-233-445 95 (11223344595), +7 (912) 345-67-89", "[number] ([number]), +[number]"),
            ("in 3 of 11223344595", "in 3 of [number]"),
            ("тел. 8 912 345 67 89", "тел. [number]"),
            ("login m.lee57", "login [value]"),
            ("born 2015-03-04, run 2026-11-29", "born [number], run 2026-11-29"),
            ("token open sesame/123 and open+sesame%2F123", "token [secret] and [secret]"),
            ("Школа № 57 занята", "[school] занята"),
            ("key P-00186, 12 rows", "key P-00186, 12 rows"),
        ];
        for (text, expected) in cases {
            assert_eq!(known().text(text), expected, "{text}");
        }
    }

    #[test]
    fn what_has_the_form_of_such_a_thing_goes_too() {
        let redact = Redact::default();
        let sha = "a".repeat(32) + &"1".repeat(32);
        let cases = [
            ("98765432100", "[number]"),
            ("write to a.b@example.org, please", "write to [address], please"),
            ("http://user:pass@proxy:3128/", "[address]/"),
            ("Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln", "Bearer [secret]"),
            (sha.as_str(), sha.as_str()),
            ("https://api.example.org/v1/persons/57", "https://api.example.org/v1/persons/57"),
            ("1780000000000 ms", "1780000000000 ms"),
        ];
        for (text, expected) in cases {
            assert_eq!(redact.text(text), expected, "{text}");
        }
    }

    #[test]
    fn members_of_json_keep_their_names_and_numbers() {
        let value = json!({"first_name": "Мария", "bytes": 12_345_678_901_u64, "list": ["Петровна"]});
        let expected = json!({"first_name": "[name]", "bytes": 12_345_678_901_u64, "list": ["[name]"]});
        assert_eq!(known().json(value), expected);
    }
}
