//! Why something happened, in words that certainly name nobody.
//!
//! Reasons come with arguments, and those of a connector may hold anything: a name, a number of a document, a token.
//! What leaves this host by itself is therefore either a text without arguments, which stands in a manifest that was
//! reviewed, or one of the host's own whose arguments are small numbers or known words. Everything else is left to
//! `exchange show`.

use crate::model::manifest::{Manifest, Text};
use crate::model::{Message, Param, Verdict};
use crate::report::catalogue::{Catalogue, Language};

/// What begins the codes of the host's own texts.
const HOST: &str = "host-";
/// Most digits of a number: numbers of documents and telephones have more.
const DIGITS: usize = 7;

/// The text in both languages, where it certainly names nobody.
pub fn reason(message: &Message, manifest: Option<&Manifest>) -> Option<Text> {
    let of = |language| one(message, manifest, &Catalogue::new(language));
    Some(Text { ru: of(Language::Ru)?, en: of(Language::En)? })
}

fn one(message: &Message, manifest: Option<&Manifest>, host: &Catalogue) -> Option<String> {
    if message.code.starts_with(HOST) {
        return (host.has(&message.code) && message.args.iter().all(is_plain)).then(|| host.text(message));
    }
    let messages = &manifest?.messages;
    let texts = if host.language() == Language::Ru { &messages.ru } else { &messages.en };
    let pattern = texts.get(&message.code)?;
    // With a place in it the text is not the manifest's alone.
    (message.args.is_empty() && !pattern.contains('{'))
        .then(|| pattern.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn is_plain(argument: &Param) -> bool {
    let number = |text: &str| (1..=DIGITS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    match argument.name.as_str() {
        "count" | "earlier" | "of" => number(&argument.value),
        "verdict" => VERDICTS.iter().any(|verdict| format!("{verdict:?}") == argument.value),
        _ => false,
    }
}

const VERDICTS: [Verdict; 11] = [
    Verdict::CpuTime,
    Verdict::WallTime,
    Verdict::Memory,
    Verdict::Table,
    Verdict::Stack,
    Verdict::Trap,
    Verdict::Requests,
    Verdict::Bytes,
    Verdict::Items,
    Verdict::Contract,
    Verdict::Link,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_own_reasons_are_told_with_numbers_and_words_only() {
        let held = Message::new("host-hold-remove").with("count", 40).with("earlier", 0).with("of", 1042);
        assert_eq!(reason(&held, None).unwrap().ru, "выбыло 40 (за сутки до этого 0) из 1042");
        let stopped = Message::new("host-connector-stopped").with("verdict", "Memory");
        assert!(reason(&stopped, None).unwrap().en.contains("memory"));
        for value in ["Иванов", "11223344595", "112-233", ""] {
            let forged = Message::new("host-hold-add").with("count", value).with("earlier", 0).with("of", 1);
            assert_eq!(reason(&forged, None), None, "{value}");
            let forged = Message::new("host-connector-stopped").with("verdict", value);
            assert_eq!(reason(&forged, None), None, "{value}");
            assert_eq!(reason(&Message::new("host-busy-there").with("who", value), None), None);
        }
        assert_eq!(reason(&Message::new(format!("{HOST}no-such-text")), None), None);
    }
}
