//! What is wrong with a setting, as a text of the catalogue: for whoever fills in a form and sees no file.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::form::{Kind, kind_of};
use crate::model::Message;

/// The text of a fault. `holder` is the piece of the schema that refused.
pub(super) fn message<'a>(fault: &ValidationError<'_>, holder: impl Fn() -> Option<&'a Value>) -> Message {
    let limit = |code: &str, limit: &dyn std::fmt::Display| Message::new(code).with("limit", limit);
    match fault.kind() {
        ValidationErrorKind::AdditionalProperties { .. } => Message::new("setting-unknown"),
        ValidationErrorKind::Required { .. } => Message::new("setting-missing"),
        ValidationErrorKind::Enum { options } => {
            let options = options.as_array().into_iter().flatten().map(plain);
            Message::new("setting-word").with("known", options.collect::<Vec<_>>().join(", "))
        }
        ValidationErrorKind::Type { kind } => Message::new("setting-type").with("kind", type_word(kind)),
        ValidationErrorKind::Minimum { limit: least } => limit("setting-low", least),
        ValidationErrorKind::Maximum { limit: most } => limit("setting-high", most),
        // An empty text is what was not filled in.
        ValidationErrorKind::MinLength { .. } if fault.instance().as_str() == Some("") => {
            Message::new("setting-missing")
        }
        ValidationErrorKind::MinLength { limit: least } => limit("setting-short", least),
        ValidationErrorKind::MaxLength { limit: most } => limit("setting-long", most),
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Format { .. } => {
            Message::new("setting-form")
        }
        ValidationErrorKind::MinItems { limit: least } => limit("setting-few", least),
        ValidationErrorKind::MaxItems { limit: most } => limit("setting-many", most),
        ValidationErrorKind::UniqueItems => Message::new("setting-twice"),
        _ => alternatives(holder()),
    }
}

/// None of several, of which only words with a whole number are told.
fn alternatives(holder: Option<&Value>) -> Message {
    match holder.map(kind_of) {
        Some(Kind::Choice(words)) => Message::new("setting-word").with("known", words.join(", ")),
        Some(Kind::WordOrWhole(words, Some(least), Some(most))) => Message::new("setting-word-or-number")
            .with("known", words.join(", "))
            .with("least", least)
            .with("most", most),
        _ => Message::new("setting-unfit"),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn type_word(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Single(JsonType::Integer) => "integer",
        TypeKind::Single(JsonType::Number) => "number",
        TypeKind::Single(JsonType::Boolean) => "flag",
        TypeKind::Single(JsonType::Array) => "list",
        TypeKind::Single(JsonType::String) => "text",
        TypeKind::Single(_) | TypeKind::Multiple(_) => "other",
    }
}
