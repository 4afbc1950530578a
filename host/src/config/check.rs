//! Holds a parsed file against its table of keys: unknown names, wrong types, what is missing. All at once.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{Default, Shape, Table};
use super::report::{Problem, quoted};
use super::units;

/// Everything wrong with the names and types of this table.
pub(super) fn check(spec: &Table, table: &DeTable<'_>, place: Range<usize>, problems: &mut Vec<Problem>) {
    for (name, value) in table {
        match spec.key(name.get_ref()) {
            Some(key) => check_value(key.name, &key.shape, value, problems),
            None => problems.push(unknown(spec, name)),
        }
    }
    for key in spec.keys {
        if matches!(key.default, Default::Required) && !table.contains_key(key.name) {
            let problem = Problem::at(place.clone(), format!("`{}` is missing", key.name));
            problems.push(problem.hint(format!("`{}`: {}", key.name, key.doc)));
        }
    }
}

fn unknown(spec: &Table, name: &Spanned<std::borrow::Cow<'_, str>>) -> Problem {
    Problem::at(name.span(), format!("unknown key `{}`", name.get_ref()))
        .suggest(name.get_ref(), spec.names())
}

fn check_value(name: &str, shape: &Shape, value: &Spanned<DeValue<'_>>, problems: &mut Vec<Problem>) {
    match (shape, value.get_ref()) {
        (Shape::Table(spec) | Shape::TextOrTable(spec), DeValue::Table(table)) => {
            check(spec, table, value.span(), problems)
        }
        (Shape::Tables(spec), DeValue::Array(rows)) => {
            rows.iter().for_each(|row| check_value(name, &Shape::Table(spec), row, problems));
        }
        (Shape::List(inner) | Shape::ListOrMap(inner, _), DeValue::Array(values)) => {
            values.iter().for_each(|value| check_value(name, inner, value, problems));
        }
        (Shape::Map(inner) | Shape::ListOrMap(_, inner), DeValue::Table(table)) => {
            table.iter().for_each(|(key, value)| check_value(key.get_ref(), inner, value, problems));
        }
        (Shape::MapOf(words, inner), DeValue::Table(table)) => {
            for (key, value) in table {
                check_word(name, words, key.get_ref(), key.span(), problems);
                check_value(key.get_ref(), inner, value, problems);
            }
        }
        (Shape::Free, DeValue::Table(_)) => {}
        (Shape::Word(words), DeValue::String(word)) => check_word(name, words, word, value.span(), problems),
        (shape, scalar) if fits(shape, scalar) => {}
        (shape, other) => problems.push(wrong(name, shape, other, value.span())),
    }
}

fn check_word(name: &str, words: &[&str], word: &str, place: Range<usize>, problems: &mut Vec<Problem>) {
    if !words.contains(&word) {
        let problem = Problem::at(place, format!("`{name}` knows no `{word}`"));
        problems.push(problem.suggest(word, words.iter().copied()));
    }
}

fn fits(shape: &Shape, value: &DeValue<'_>) -> bool {
    match (shape, value) {
        (Shape::Text | Shape::Path | Shape::TextOrTable(_), DeValue::String(text)) => !text.trim().is_empty(),
        (Shape::AnyText, DeValue::String(_)) | (Shape::Flag, DeValue::Boolean(_)) => true,
        (Shape::Name, DeValue::String(text)) => is_name(text),
        (Shape::Duration, DeValue::String(text)) => units::duration(text).is_some(),
        (Shape::Size, DeValue::String(text)) => units::size(text).is_some(),
        (Shape::Count { min, max }, value) => {
            whole(value).is_some_and(|number| (min..=max).contains(&&number))
        }
        (Shape::Number, value) => number(value).is_some_and(|number| number >= 0.0),
        (Shape::Share, value) => number(value).is_some_and(|number| (0.0..=1.0).contains(&number)),
        _ => false,
    }
}

fn wrong(name: &str, shape: &Shape, value: &DeValue<'_>, place: Range<usize>) -> Problem {
    let problem = Problem::at(place, format!("`{name}` must be {}", shape.expected()));
    match (shape, value) {
        (Shape::Text | Shape::Path | Shape::TextOrTable(_), DeValue::String(_)) => problem.label("empty"),
        (Shape::Text, DeValue::Datetime(_)) => problem.label("a date").hint("write it in quotes"),
        (Shape::Name, DeValue::String(text)) => problem.label(bad_letter(text)),
        (Shape::Duration, DeValue::String(_)) => problem.label("no such duration"),
        (Shape::Size, DeValue::String(_)) => problem.label("no such size"),
        (Shape::Count { .. }, DeValue::Integer(_))
        | (Shape::Number | Shape::Share, DeValue::Integer(_) | DeValue::Float(_)) => {
            problem.label("out of range")
        }
        (Shape::Tables(spec), DeValue::Table(_)) => {
            problem.label("one table").hint(format!("write {}", spec.title))
        }
        (Shape::Word(words), _) => problem.label(kind_of(value)).hint(format!("known: {}", quoted(words))),
        (_, value) => problem.label(kind_of(value)),
    }
}

fn bad_letter(text: &str) -> String {
    match text.chars().find(|c| !is_name_letter(*c)) {
        Some(letter) => format!("contains `{letter}`"),
        None => "empty".to_owned(),
    }
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

/// Letters, digits, `-` and `_`: fit for file names, commands and TOML keys without quotes.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_name_letter)
}

/// A whole number that is not negative.
pub(super) fn whole(value: &DeValue<'_>) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// A finite number, whole or not.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    let number = match value {
        DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
        other => whole(other).map(|number| number as f64),
    };
    number.filter(|number| number.is_finite())
}
