//! The catalogue of messages: the host's own texts, compiled in, and each connector's from its manifest.
//!
//! Arguments come from anywhere: they are made visible. Invariant: a text is always produced. A code nobody knows shows
//! as `{code}`, so that an unfinished translation is seen and never hides what happened; a test looks for codes without
//! texts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::model::manifest::{Manifest, Text};
use crate::model::{Message, Param, visible};

/// The host's texts. One file a part, the same names in both languages.
const RU: &[&str] = &[
    include_str!("../../i18n/ru/cli.ftl"),
    include_str!("../../i18n/ru/help.ftl"),
    include_str!("../../i18n/ru/run.ftl"),
    include_str!("../../i18n/ru/report.ftl"),
    include_str!("../../i18n/ru/import.ftl"),
    include_str!("../../i18n/ru/keeping.ftl"),
    include_str!("../../i18n/ru/budgets.ftl"),
    include_str!("../../i18n/ru/handover.ftl"),
    include_str!("../../i18n/ru/import-memory.ftl"),
    include_str!("../../i18n/ru/custody.ftl"),
    include_str!("../../i18n/ru/notify.ftl"),
    include_str!("../../i18n/ru/seeing.ftl"),
    include_str!("../../i18n/ru/signing.ftl"),
    include_str!("../../i18n/ru/web.ftl"),
    include_str!("../../i18n/ru/cabinet.ftl"),
    include_str!("../../i18n/ru/evening.ftl"),
    include_str!("../../i18n/ru/cabinet-records.ftl"),
    include_str!("../../i18n/ru/answers.ftl"),
    include_str!("../../i18n/ru/pages-help.ftl"),
];
const EN: &[&str] = &[
    include_str!("../../i18n/en/cli.ftl"),
    include_str!("../../i18n/en/help.ftl"),
    include_str!("../../i18n/en/run.ftl"),
    include_str!("../../i18n/en/report.ftl"),
    include_str!("../../i18n/en/import.ftl"),
    include_str!("../../i18n/en/keeping.ftl"),
    include_str!("../../i18n/en/budgets.ftl"),
    include_str!("../../i18n/en/handover.ftl"),
    include_str!("../../i18n/en/import-memory.ftl"),
    include_str!("../../i18n/en/custody.ftl"),
    include_str!("../../i18n/en/notify.ftl"),
    include_str!("../../i18n/en/seeing.ftl"),
    include_str!("../../i18n/en/signing.ftl"),
    include_str!("../../i18n/en/web.ftl"),
    include_str!("../../i18n/en/cabinet.ftl"),
    include_str!("../../i18n/en/evening.ftl"),
    include_str!("../../i18n/en/cabinet-records.ftl"),
    include_str!("../../i18n/en/answers.ftl"),
    include_str!("../../i18n/en/pages-help.ftl"),
];

/// The languages of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Russian.
    Ru,
    /// English.
    En,
}

impl Language {
    /// The language of a POSIX locale name: Russian for `ru…`, else English.
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("ru") { Self::Ru } else { Self::En }
    }

    /// `EXCHANGE_LANG`, else the first of `LC_ALL`, `LC_MESSAGES`, `LANG` that is set.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        ["EXCHANGE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(variable)
            .find(|value| !value.is_empty())
            .map_or(Self::En, |value| Self::of_locale(&value))
    }

    /// The text in this language.
    pub fn of(self, text: &Text) -> &str {
        match self {
            Self::Ru => &text.ru,
            Self::En => &text.en,
        }
    }

    /// The one that this is not.
    pub fn other(self) -> Self {
        match self {
            Self::Ru => Self::En,
            Self::En => Self::Ru,
        }
    }

    /// `ru` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }
}

/// Texts in one language.
pub struct Catalogue {
    language: Language,
    host: FluentBundle<FluentResource>,
    connectors: BTreeMap<String, FluentBundle<FluentResource>>,
}

impl Catalogue {
    /// The host's texts.
    pub fn new(language: Language) -> Self {
        let sources = if language == Language::Ru { RU } else { EN };
        let mut host = empty_bundle(language);
        for source in sources {
            add(&mut host, (*source).to_owned());
        }
        Self { language, host, connectors: BTreeMap::new() }
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Adds a connector's texts. Patterns were checked when the manifest was read; a broken one is left out and
    /// shows as its code.
    pub fn add_connector(&mut self, manifest: &Manifest) {
        let texts = match self.language {
            Language::Ru => &manifest.messages.ru,
            Language::En => &manifest.messages.en,
        };
        let mut bundle = empty_bundle(self.language);
        for (code, pattern) in texts {
            add(&mut bundle, format!("{code} = {}\n", pattern.trim().replace('\n', "\n    ")));
        }
        self.connectors.insert(manifest.id.clone(), bundle);
    }

    /// A text of the host.
    pub fn text(&self, message: &Message) -> String {
        format(&self.host, message).unwrap_or_else(|| fallback(message))
    }

    /// A text of the host without arguments.
    pub fn word(&self, code: &str) -> String {
        self.text(&Message::new(code))
    }

    /// Does the host have a text with this code?
    pub fn has(&self, code: &str) -> bool {
        self.host.has_message(code)
    }

    /// A text that came with an item of this connector: the connector's own, or the host's.
    pub fn of(&self, connector: &str, message: &Message) -> String {
        self.connectors
            .get(connector)
            .and_then(|bundle| format(bundle, message))
            .or_else(|| format(&self.host, message))
            .unwrap_or_else(|| fallback(message))
    }
}

fn empty_bundle(language: Language) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Invisible isolation marks would end up in CSV files and terminals.
    bundle.set_use_isolating(false);
    bundle
}

fn add(bundle: &mut FluentBundle<FluentResource>, source: String) {
    let resource = FluentResource::try_new(source).unwrap_or_else(|(partial, _)| partial);
    bundle.add_resource_overriding(resource);
}

fn format(bundle: &FluentBundle<FluentResource>, message: &Message) -> Option<String> {
    let pattern = bundle.get_message(&message.code)?.value()?;
    let mut args = FluentArgs::new();
    let values: Vec<Cow<'_, str>> = message.args.iter().map(|Param { value, .. }| visible(value)).collect();
    for (Param { name, .. }, value) in message.args.iter().zip(&values) {
        args.set(name.as_str(), argument(value));
    }
    let mut errors = Vec::new();
    Some(bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned())
}

/// Whole numbers are numbers, so that plural forms work; everything else, `007` too, stays as written.
fn argument(value: &str) -> FluentValue<'_> {
    match value.parse::<i64>() {
        Ok(number) if number.to_string() == value => FluentValue::from(number),
        _ => FluentValue::String(Cow::Borrowed(value)),
    }
}

fn fallback(message: &Message) -> String {
    let args: Vec<String> = message.args.iter().map(|arg| format!("{}={}", arg.name, arg.value)).collect();
    let told = if args.is_empty() {
        format!("{{{}}}", message.code)
    } else {
        format!("{{{}: {}}}", message.code, args.join(", "))
    };
    visible(&told).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(sources: &[&str]) -> Vec<String> {
        let mut codes: Vec<String> = sources
            .iter()
            .flat_map(|source| source.lines())
            .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" =").map(|(code, _)| code.to_owned()))
            .collect();
        codes.sort();
        codes
    }

    #[test]
    fn both_languages_have_the_same_codes_each_once() {
        let (ru, en) = (codes(RU), codes(EN));
        assert_eq!(ru, en);
        let mut unique = ru.clone();
        unique.dedup();
        assert_eq!(ru, unique);
    }

    #[test]
    fn every_source_parses() {
        for source in RU.iter().chain(EN) {
            assert!(
                FluentResource::try_new((*source).to_owned()).is_ok(),
                "{}",
                &source[..80.min(source.len())]
            );
        }
    }

    /// Codes stand in the sources as texts: each has a text.
    #[test]
    fn every_code_of_the_host_has_a_text() {
        fn sources(dir: &std::path::Path, out: &mut String) {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    sources(&path, out)
                } else {
                    out.push_str(&std::fs::read_to_string(&path).unwrap())
                }
            }
        }
        let mut text = String::new();
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
        let catalogue = Catalogue::new(Language::Ru);
        let codes = text.split('"').filter(|word| {
            word.starts_with("host-")
                && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                && word.len() > 5
        });
        let missing: std::collections::BTreeSet<&str> = codes.filter(|code| !catalogue.has(code)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn numbers_choose_plural_forms_and_the_rest_stays_as_written() {
        let ru = Catalogue::new(Language::Ru);
        let text = |n: &str| ru.text(&Message::new("count-rows").with("n", n));
        assert_eq!([text("1"), text("3"), text("5")], ["1 строка", "3 строки", "5 строк"]);
        let odd = Message::new("no-such").with("id", "007");
        assert_eq!(ru.text(&odd), "{no-such: id=007}");
    }

    #[test]
    fn the_locale_decides() {
        let lookup = |pairs: &'static [(&str, &str)]| {
            Language::of_environment(|name| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(lookup(&[("LANG", "ru_RU.UTF-8")]), Language::Ru);
        assert_eq!(lookup(&[("LC_ALL", "C"), ("LANG", "ru_RU.UTF-8")]), Language::En);
        assert_eq!(lookup(&[("EXCHANGE_LANG", "ru"), ("LC_ALL", "C")]), Language::Ru);
        assert_eq!(lookup(&[]), Language::En);
    }
}
