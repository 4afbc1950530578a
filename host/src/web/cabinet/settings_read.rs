//! What a browser sends of the form of a task's settings, as values.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::settings_form::{NO, PREFIX, YES};
use super::settings_rows::{self, Row};
use super::signed::value;
use crate::config::{Field, FieldKind};
use crate::daemon::cabinet::Fault;
use crate::model::{Message, Param, is_unseen};

/// A form as somebody filled it in.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    /// Values of fields; null where nothing was filled in.
    pub(super) values: Map<String, Value>,
    /// The rows of those that are tables.
    pub(super) tables: BTreeMap<String, Vec<Row>>,
}

impl Filled {
    /// As the file says.
    pub(super) fn stated(fields: &[Field<'_>], settings: &Map<String, Value>) -> Self {
        let rows = |field: &Field<'_>| {
            Some((field.name.to_owned(), settings_rows::stated(field, settings.get(field.name))?))
        };
        Self { values: settings.clone(), tables: fields.iter().filter_map(rows).collect() }
    }

    /// What a browser sent: a value for each field, null where nothing was filled in. Whatever does not fit is left as it
    /// is: the schema says what is wrong with it.
    pub(super) fn read(fields: &[Field<'_>], before: &Map<String, Value>, sent: &[Param]) -> Self {
        let mut filled = Self::default();
        for field in fields.iter().filter(|field| field.kind != FieldKind::Other) {
            let (name, before) = (field.name.to_owned(), before.get(field.name));
            match settings_rows::read(field, before, sent) {
                Some(rows) => drop(filled.tables.insert(name, rows)),
                None => {
                    let value = value_of(field, &format!("{PREFIX}{}", field.name), before, sent);
                    filled.values.insert(name, value);
                }
            }
        }
        filled
    }

    /// What is wished for: values, and of tables what is to become of their members.
    pub(super) fn wanted(&self, fields: &[Field<'_>]) -> Map<String, Value> {
        let mut wanted = self.values.clone();
        let table = |field: &Field<'_>| {
            let rows = self.tables.get(field.name)?;
            Some((field.name.to_owned(), settings_rows::wanted(field, rows)))
        };
        wanted.extend(fields.iter().filter_map(table));
        wanted
    }

    /// Notes what is wrong with the names of entries; `false`: nothing is.
    pub(super) fn has_bad_names(&mut self, fields: &[Field<'_>]) -> bool {
        for field in fields {
            if let Some(rows) = self.tables.get_mut(field.name) {
                settings_rows::judge_names(field, rows);
            }
        }
        self.tables.values().flatten().any(|row| row.fault.is_some())
    }

    /// Fields in which something stands that nobody sees: it would be written where somebody else reads it as something
    /// else.
    pub(super) fn unseen(&self) -> Vec<Fault> {
        let told = |name: &str, within: Vec<String>| {
            let what = format!("`{name}` has characters that cannot be seen");
            fault(name, within, Message::new("setting-unseen"), what)
        };
        let bad = self.values.iter().filter(|(_, value)| is_bad(value));
        let mut faults: Vec<Fault> = bad.map(|(name, _)| told(name, Vec::new())).collect();
        for (name, row) in self.tables.iter().flat_map(|(name, rows)| rows.iter().map(move |row| (name, row)))
        {
            let entry = Some(row.key.clone()).filter(|key| !key.is_empty());
            let place = |inner| -> Vec<String> { entry.iter().chain(inner).cloned().collect() };
            if row.key.chars().any(is_unseen) {
                faults.push(told(name, place(None)));
            }
            let bad = row.values.iter().filter(|(_, value)| is_bad(value));
            faults.extend(bad.map(|(inner, _)| told(name, place(Some(inner)))));
        }
        faults
    }
}

fn is_bad(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().any(is_unseen),
        Value::Array(all) => all.iter().any(is_bad),
        _ => false,
    }
}

/// Something that is wrong before the file is judged.
pub(super) fn fault(name: &str, within: Vec<String>, message: Message, what: String) -> Fault {
    let (setting, message) = (Some(name.to_owned()), Some(message));
    Fault { setting, within, message, line: None, what, hints: Vec::new() }
}

/// What was sent under this name, as a value of the field.
pub(super) fn value_of(field: &Field<'_>, name: &str, before: Option<&Value>, sent: &[Param]) -> Value {
    let text = value(sent, name).trim();
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
        FieldKind::Maybe if text == YES => true.into(),
        FieldKind::Maybe if text == NO => false.into(),
        FieldKind::Whole(..) | FieldKind::Number | FieldKind::WordOrWhole(..) => {
            number(text).filter(|number| !number.is_null()).unwrap_or_else(|| text.into())
        }
        _ => text.into(),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field<'a>(name: &'a str, kind: FieldKind<'a>) -> Field<'a> {
        Field { name, kind, required: false, default: None, title: None, description: None }
    }

    #[test]
    fn what_is_sent_becomes_a_value_and_what_does_not_fit_is_left_for_the_schema() {
        let words = || vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let read = |kind: FieldKind<'_>, sent: &[&str]| {
            let sent: Vec<Param> = sent.iter().map(|value| Param::new("s.x", *value)).collect();
            value_of(&field("x", kind), "s.x", Some(&json!(["c", "a"])), &sent)
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
            (read(FieldKind::Maybe, &["yes"]), json!(true)),
            (read(FieldKind::Maybe, &["no"]), json!(false)),
            (read(FieldKind::Maybe, &[""]), json!(null)),
            (read(FieldKind::Maybe, &["true"]), json!("true")),
        ];
        for (read, value) in table {
            assert_eq!(read, value);
        }
    }

    #[test]
    fn what_nobody_sees_is_told_of_its_field() {
        let object = |value: Value| value.as_object().cloned().unwrap();
        let values = object(json!({"a": "b\u{202e}c", "b": ["x\u{0}"], "c": "Ёлкина, «А»", "d": 5}));
        let row =
            |key: &str, values: Value| Row { key: key.to_owned(), values: object(values), ..Row::default() };
        let rows = vec![
            row("29", json!({"x": "\u{200b}", "y": "y"})),
            row("7\u{ad}", json!({})),
            row("", json!({"x": "\u{0}"})),
        ];
        let filled = Filled { values, tables: [("r".to_owned(), rows)].into() };
        let told = |fault: &Fault| {
            let name = fault.setting.clone().into_iter();
            name.chain(fault.within.clone()).collect::<Vec<_>>().join("/")
        };
        let told: Vec<String> = filled.unseen().iter().map(told).collect();
        assert_eq!(told, ["a", "b", "r/29/x", "r/7\u{ad}", "r/x"]);
    }

    #[test]
    fn tables_are_wished_for_beside_fields() {
        let table = field("t", FieldKind::Entries(vec![field("x", FieldKind::Text)]));
        let fields = [field("a", FieldKind::Text), table, field("o", FieldKind::Other)];
        let sent = [("s.a", "1"), ("s.t[0]", "k"), ("s.t[0].x", "2"), ("s.o", "3")];
        let sent = sent.map(|(name, value)| Param::new(name, value));
        let mut filled = Filled::read(&fields, &Map::new(), &sent);
        assert_eq!(Value::Object(filled.wanted(&fields)), json!({"a": "1", "t": {"k": {"x": "2"}}}));
        assert!(!filled.has_bad_names(&fields));
        let said = json!({"a": "1", "t": {"k": {"x": "2"}}});
        let stated = Filled::stated(&fields, said.as_object().unwrap());
        assert_eq!(stated.tables["t"], filled.tables["t"]);
    }
}
