//! What a piece of a connector's JSON Schema lets through, in words: for those who wrote something else.
//!
//! Made for alternatives (`anyOf`, `oneOf`), of which a validator can only say that none of them fits.

use serde_json::Value;

use super::report::{Problem, nearest};

/// What may stand in a place.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Allowed {
    /// Texts that may stand there.
    words: Vec<String>,
    /// Other values and kinds of values, as phrases.
    kinds: Vec<String>,
}

impl Allowed {
    /// What this schema allows. Conditions between several keys of a table are not told.
    pub(super) fn of(schema: &Value) -> Self {
        let mut allowed = Self::default();
        allowed.add(schema);
        allowed
    }

    fn add(&mut self, schema: &Value) {
        let list = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
        let branches: Vec<&Value> = list("anyOf").chain(list("oneOf")).collect();
        let values: Vec<&Value> = list("enum").chain(schema.get("const")).collect();
        if !branches.is_empty() {
            branches.into_iter().for_each(|branch| self.add(branch));
        } else if !values.is_empty() {
            values.into_iter().for_each(|value| self.add_value(value));
        } else {
            for kind in type_names(schema) {
                self.kinds.extend(kind_phrase(kind).map(|phrase| phrase.to_owned() + &bounds(kind, schema)));
            }
        }
    }

    fn add_value(&mut self, value: &Value) {
        match value {
            Value::String(word) => self.words.push(word.clone()),
            // TOML has no null.
            Value::Null => {}
            other => self.kinds.push(format!("`{other}`")),
        }
    }

    /// The problem with what was given instead: the word that was meant, and all that may stand there.
    pub(super) fn refuse(&self, problem: Problem, given: &Value) -> Problem {
        let meant = given.as_str().and_then(|word| nearest(word, self.words.iter().map(String::as_str)));
        let problem = match meant {
            Some(meant) => problem.label(format!("did you mean `{meant}`?")),
            None => problem,
        };
        match self.phrase() {
            Some(phrase) => problem.hint(phrase),
            None => problem,
        }
    }

    /// Are there words to choose from?
    pub(super) fn has_words(&self) -> bool {
        !self.words.is_empty()
    }

    /// `one of "current", "next", or a whole number from 2000 to 2100`; `None`: nothing is known.
    fn phrase(&self) -> Option<String> {
        let quoted = self.words.iter().map(|word| format!("{word:?}"));
        let all: Vec<String> = quoted.chain(self.kinds.iter().cloned()).collect();
        let one_of = if self.words.len() > 1 { "one of " } else { "" };
        let (last, before) = all.split_last()?;
        Some(match before.len() {
            0 => last.clone(),
            1 if one_of.is_empty() => format!("{} or {last}", before[0]),
            _ if self.kinds.is_empty() => format!("{one_of}{}", all.join(", ")),
            _ => format!("{one_of}{}, or {last}", before.join(", ")),
        })
    }
}

fn type_names(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A JSON type in words; `None` for null, which TOML does not have.
pub(super) fn kind_phrase(name: &str) -> Option<&'static str> {
    match name {
        "string" => Some("a text"),
        "integer" => Some("a whole number"),
        "number" => Some("a number"),
        "boolean" => Some("`true` or `false`"),
        "array" => Some("a list"),
        "object" => Some("a table"),
        _ => None,
    }
}

/// ` from 2000 to 2100`, ` like ^[0-9]+$`; empty without bounds.
fn bounds(kind: &str, schema: &Value) -> String {
    let keys: &[(&str, &str)] = match kind {
        "integer" | "number" => &[
            ("minimum", "from"),
            ("exclusiveMinimum", "above"),
            ("maximum", "to"),
            ("exclusiveMaximum", "below"),
            ("multipleOf", "in steps of"),
        ],
        "string" => &[("format", "as"), ("pattern", "like")],
        _ => &[],
    };
    let bound = |(key, word): &(&str, &str)| {
        let limit = schema.get(key)?;
        let limit = limit.as_str().map_or_else(|| limit.to_string(), |text| format!("`{text}`"));
        Some(format!(" {word} {limit}"))
    };
    keys.iter().filter_map(bound).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn phrase(schema: &Value) -> String {
        Allowed::of(schema).phrase().unwrap_or_default()
    }

    #[test]
    fn h1_alternatives_are_told_in_words() {
        let year = json!({"anyOf": [{"enum": ["current", "next"]}, {"type": "integer", "minimum": 2000, "maximum": 2100}]});
        assert_eq!(phrase(&year), "one of \"current\", \"next\", or a whole number from 2000 to 2100");
        assert_eq!(phrase(&json!({"enum": ["a", "b"]})), "one of \"a\", \"b\"");
        let never = json!({"oneOf": [{"const": "never"}, {"type": "number", "exclusiveMinimum": 0}]});
        assert_eq!(phrase(&never), "\"never\" or a number above 0");
        let nested = json!({"anyOf": [{"oneOf": [{"const": 0}, {"type": "string", "pattern": "^x"}]}, {"type": ["null", "boolean"]}]});
        assert_eq!(phrase(&nested), "`0`, a text like `^x`, or `true` or `false`");
        assert_eq!(phrase(&json!({"not": {}})), "");
    }
}
