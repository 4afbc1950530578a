//! What a browser sends of the form of a task's settings, as values.

use serde_json::{Map, Value};

use super::settings_form::PREFIX;
use super::signed::value;
use crate::config::{Field, FieldKind};
use crate::daemon::cabinet::Fault;
use crate::model::{Message, Param, is_unseen};

/// What a browser sent: a value for each field, null where nothing was filled in. Whatever does not fit is left as it is:
/// the schema says what is wrong with it.
pub(super) fn read(fields: &[Field<'_>], before: &Map<String, Value>, sent: &[Param]) -> Map<String, Value> {
    let fields = fields.iter().filter(|field| field.kind != FieldKind::Other);
    fields.map(|field| (field.name.to_owned(), read_one(field, before.get(field.name), sent))).collect()
}

fn read_one(field: &Field<'_>, before: Option<&Value>, sent: &[Param]) -> Value {
    let name = format!("{PREFIX}{}", field.name);
    let text = value(sent, &name).trim();
    let number = |text: &str| match &field.kind {
        FieldKind::Number => text.replace(',', ".").parse::<f64>().ok().map(Value::from),
        _ => text.parse::<i64>().ok().map(Value::from),
    };
    match &field.kind {
        FieldKind::Flag => Value::Bool(!text.is_empty()),
        FieldKind::Choices(words) => {
            let chosen = |word: &str| sent.iter().any(|param| param.name == name && param.value == word);
            in_order(words, before, &chosen)
        }
        FieldKind::Lines => {
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect()
        }
        _ if text.is_empty() => Value::Null,
        FieldKind::Whole(..) | FieldKind::Number | FieldKind::WordOrWhole(..) => {
            number(text).filter(|number| !number.is_null()).unwrap_or_else(|| text.into())
        }
        FieldKind::Choice(_) | FieldKind::Text | FieldKind::Other => text.into(),
    }
}

/// What was chosen, in the order in which it stands in the file: it may mean something.
fn in_order(words: &[String], before: Option<&Value>, chosen: &dyn Fn(&str) -> bool) -> Value {
    let known = before.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut order: Vec<&str> = known.filter(|word| words.iter().any(|one| one == word)).collect();
    let new = words.iter().map(String::as_str).filter(|word| !order.contains(word));
    let new: Vec<&str> = new.collect();
    order.extend(new);
    order.into_iter().filter(|word| chosen(word)).map(Value::from).collect()
}

/// Fields in which something stands that nobody sees: it would be written where somebody else reads it as something else.
pub(super) fn unseen(wanted: &Map<String, Value>) -> Vec<Fault> {
    fn is(value: &Value) -> bool {
        match value {
            Value::String(text) => text.chars().any(is_unseen),
            Value::Array(all) => all.iter().any(is),
            _ => false,
        }
    }
    let fault = |name: &String| Fault {
        setting: Some(name.clone()),
        message: Some(Message::new("setting-unseen")),
        line: None,
        what: format!("`{name}` has characters that cannot be seen"),
        hints: Vec::new(),
    };
    wanted.iter().filter(|(_, value)| is(value)).map(|(name, _)| fault(name)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(name: &str, kind: FieldKind) -> Field<'_> {
        Field { name, kind, required: false, default: None, title: None, description: None }
    }

    #[test]
    fn what_is_sent_becomes_a_value_and_what_does_not_fit_is_left_for_the_schema() {
        let words = || vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let read = |kind: FieldKind, sent: &[&str]| {
            let sent: Vec<Param> = sent.iter().map(|value| Param::new("s.x", *value)).collect();
            read_one(&field("x", kind), Some(&json!(["c", "a"])), &sent)
        };
        let table = [
            (read(FieldKind::Flag, &["on"]), json!(true)),
            (read(FieldKind::Flag, &[]), json!(false)),
            (read(FieldKind::Whole(None, None), &[" 7 "]), json!(7)),
            (read(FieldKind::Whole(None, None), &["7,5"]), json!("7,5")),
            (read(FieldKind::Whole(None, None), &["99999999999999999999"]), json!("99999999999999999999")),
            (read(FieldKind::Number, &["7,5"]), json!(7.5)),
            (read(FieldKind::Number, &["1e999"]), json!("1e999")),
            (read(FieldKind::Number, &["NaN"]), json!("NaN")),
            (read(FieldKind::WordOrWhole(words(), None, None), &["2026"]), json!(2026)),
            (read(FieldKind::WordOrWhole(words(), None, None), &["a"]), json!("a")),
            (read(FieldKind::Text, &["=1+1"]), json!("=1+1")),
            (read(FieldKind::Text, &["2026"]), json!("2026")),
            (read(FieldKind::Text, &["  "]), json!(null)),
            (read(FieldKind::Lines, &["a\r\n\r\n b \n"]), json!(["a", "b"])),
            (read(FieldKind::Choices(words()), &["a", "b", "c", "zzz"]), json!(["c", "a", "b"])),
            (read(FieldKind::Choices(words()), &[]), json!([])),
        ];
        for (read, value) in table {
            assert_eq!(read, value);
        }
    }

    #[test]
    fn what_nobody_sees_is_told_of_its_field() {
        let wanted = json!({"a": "b\u{202e}c", "b": ["x\u{0}"], "c": "Ёлкина, «А»", "d": 5});
        let Value::Object(wanted) = wanted else { unreachable!() };
        let faults = unseen(&wanted);
        let names: Vec<&str> = faults.iter().filter_map(|fault| fault.setting.as_deref()).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
