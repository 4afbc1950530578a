//! What a browser sends of settings that are tables: rows, each an entry with its fields. A row stays together until it is
//! judged, whatever its name: rows may have none, or the same one twice.

use serde_json::{Map, Value};

use super::settings_form::PREFIX;
use super::settings_read::{self, value_of};
use super::signed::value;
use crate::config::{Field, FieldKind};
use crate::daemon::cabinet::Fault;
use crate::model::{Message, Param};

/// Characters of an entry's name.
pub(super) const LONGEST: usize = 100;

/// Entries that are read of a form: more than any file has, and few enough to be looked at one beside the other.
const MOST: usize = 250;

/// An entry as somebody filled it in. A table of fields is one without a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    /// Its name.
    pub(super) key: String,
    /// Values of its fields; null where nothing was filled in.
    pub(super) values: Map<String, Value>,
    /// It is to be taken out.
    pub(super) gone: bool,
    /// What is wrong with its name.
    pub(super) fault: Option<Fault>,
}

/// The fields of a setting that is a table, and whether it has entries.
pub(super) fn inside<'a>(field: &'a Field<'a>) -> Option<(&'a [Field<'a>], bool)> {
    match &field.kind {
        FieldKind::Table(fields) => Some((fields, false)),
        FieldKind::Entries(fields) => Some((fields, true)),
        _ => None,
    }
}

/// The name under which an entry's name is sent; those of its fields begin so.
pub(super) fn id_of(name: &str, number: usize) -> String {
    format!("{PREFIX}{name}[{number}]")
}

/// What a browser sent of a table; nothing where the setting is none. `before`: what the file says of it.
pub(super) fn read(field: &Field<'_>, before: Option<&Value>, sent: &[Param]) -> Option<Vec<Row>> {
    let (fields, has_entries) = inside(field)?;
    if !has_entries {
        return Some(vec![read_row(fields, &id_of(field.name, 0), String::new(), before, sent)]);
    }
    let ids = (0..MOST).map(|number| id_of(field.name, number));
    let ids = ids.take_while(|id| sent.iter().any(|param| param.name == *id));
    let row = |id: String| {
        let key = value(sent, &id).trim().to_owned();
        let before = before.and_then(|before| before.get(&key));
        read_row(fields, &id, key, before, sent)
    };
    Some(ids.map(row).filter(|row| !is_blank(row, fields)).collect())
}

fn read_row(fields: &[Field<'_>], id: &str, key: String, before: Option<&Value>, sent: &[Param]) -> Row {
    let of = |field: &Field<'_>| {
        let before = before.and_then(|before| before.get(field.name));
        let value = value_of(field, &format!("{id}.{}", field.name), before, sent);
        // What holds anyway is not written where the file says nothing.
        let value = if before.is_none() && Some(&value) == field.default { Value::Null } else { value };
        (field.name.to_owned(), value)
    };
    let fields = fields.iter().filter(|field| field.kind != FieldKind::Other);
    let gone = !value(sent, &format!("{id}:out")).is_empty();
    Row { key, values: fields.map(of).collect(), gone, fault: None }
}

/// Nobody has filled anything in.
fn is_blank(row: &Row, fields: &[Field<'_>]) -> bool {
    let nothing = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(all) => all.is_empty(),
        _ => false,
    };
    let is_default = |name: &str, value: &Value| {
        fields.iter().any(|field| field.name == name && field.default == Some(value))
    };
    row.key.is_empty() && row.values.iter().all(|(name, value)| nothing(value) || is_default(name, value))
}

/// What is wrong with the names of entries.
pub(super) fn judge_names(field: &Field<'_>, rows: &mut [Row]) {
    if !matches!(field.kind, FieldKind::Entries(_)) {
        return;
    }
    for at in 0..rows.len() {
        let (before, row) = (&rows[..at], &rows[at]);
        let message = match row.key.chars().count() {
            0 => Some((Message::new("setting-missing"), "an entry has no name".to_owned())),
            long if long > LONGEST => {
                let message = Message::new("setting-long").with("limit", LONGEST);
                Some((message, "the name of an entry is too long".to_owned()))
            }
            _ if before.iter().any(|other| other.key == row.key) => {
                Some((Message::new("setting-twice"), format!("a second entry `{}`", row.key)))
            }
            _ => None,
        };
        rows[at].fault =
            message.map(|(message, what)| settings_read::fault(field.name, Vec::new(), message, what));
    }
}

/// What is to become of a table, by its rows.
pub(super) fn wanted(field: &Field<'_>, rows: &[Row]) -> Value {
    match &field.kind {
        FieldKind::Entries(_) => {
            let row = |row: &Row| {
                let wish = if row.gone { Value::Null } else { Value::Object(row.values.clone()) };
                (row.key.clone(), wish)
            };
            Value::Object(rows.iter().map(row).collect())
        }
        _ => rows.first().map_or(Value::Null, |row| Value::Object(row.values.clone())),
    }
}

/// The rows of what the file says.
pub(super) fn stated(field: &Field<'_>, value: Option<&Value>) -> Option<Vec<Row>> {
    let (_, has_entries) = inside(field)?;
    let members = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    if !has_entries {
        return Some(vec![Row { values: members(value), ..Row::default() }]);
    }
    let row = |(key, value): (String, Value)| Row { key, values: members(Some(&value)), ..Row::default() };
    Some(members(value).into_iter().map(row).collect())
}

/// Entries that stand in the file and are not among those that were filled in come after them.
pub(super) fn with_stated(rows: &mut Vec<Row>, stated: Vec<Row>) {
    let new = |row: &Row| !rows.iter().any(|known| known.key == row.key);
    let more: Vec<Row> = stated.into_iter().filter(new).collect();
    rows.extend(more);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field<'a>(name: &'static str, kind: FieldKind<'a>) -> Field<'a> {
        Field { name, kind, required: false, default: None, title: None, description: None }
    }

    fn regions() -> Field<'static> {
        let words = vec!["low".to_owned(), "high".to_owned()];
        let inner = vec![
            field("open", FieldKind::Maybe),
            field("level", FieldKind::Choice(words)),
            field("deep", FieldKind::Other),
        ];
        field("r", FieldKind::Entries(inner))
    }

    fn rows(sent: &[(&str, &str)]) -> Vec<Row> {
        let sent: Vec<Param> = sent.iter().map(|(name, value)| Param::new(*name, *value)).collect();
        let mut rows = read(&regions(), Some(&json!({"29": {"open": true}})), &sent).unwrap();
        judge_names(&regions(), &mut rows);
        rows
    }

    fn codes(rows: &[Row]) -> Vec<String> {
        let message = |row: &Row| row.fault.clone().and_then(|fault| fault.message);
        rows.iter()
            .map(|row| message(row).map_or_else(|| "fine".to_owned(), |message| message.code))
            .collect()
    }

    #[test]
    fn rows_become_wishes_for_entries() {
        let sent = [
            ("s.r[0]", "29"),
            ("s.r[0].open", "no"),
            ("s.r[0].level", ""),
            ("s.r[0].deep", "no field"),
            ("s.r[1]", " 77 "),
            ("s.r[1].open", ""),
            ("s.r[1].level", "high"),
            ("s.r[2]", "30"),
            ("s.r[2]:out", "yes"),
            ("s.r[3]", ""),
            ("s.r[3].open", ""),
            ("s.r[5]", "a gap ends them"),
        ];
        let rows = rows(&sent);
        assert_eq!(codes(&rows), ["fine", "fine", "fine"]);
        let expected =
            json!({"29": {"open": false, "level": null}, "77": {"open": null, "level": "high"}, "30": null});
        assert_eq!(wanted(&regions(), &rows), expected);
    }

    #[test]
    fn names_of_entries_are_there_and_differ() {
        let long = "я".repeat(LONGEST + 1);
        let rows = rows(&[
            ("s.r[0]", "29"),
            ("s.r[1]", "29"),
            ("s.r[2]", "  "),
            ("s.r[2].level", "low"),
            ("s.r[3]", &long),
        ]);
        assert_eq!(codes(&rows), ["fine", "setting-twice", "setting-missing", "setting-long"]);
    }

    #[test]
    fn what_stands_in_the_file_and_was_not_sent_is_shown_all_the_same() {
        let mut rows = rows(&[("s.r[0]", "77"), ("s.r[0].open", "yes")]);
        let said = json!({"29": {"open": true}, "77": {"open": false}});
        with_stated(&mut rows, stated(&regions(), Some(&said)).unwrap());
        let told: Vec<(&str, &Value)> = rows.iter().map(|row| (&*row.key, &row.values["open"])).collect();
        assert_eq!(told, [("77", &json!(true)), ("29", &json!(true))]);
    }

    #[test]
    fn a_table_of_fields_is_one_row_and_keeps_what_holds_anyway_out_of_the_file() {
        let on = json!(true);
        let inner =
            vec![Field { default: Some(&on), ..field("on", FieldKind::Flag) }, field("n", FieldKind::Text)];
        let table = field("t", FieldKind::Table(inner));
        let read =
            |before: Option<&Value>, sent: &[Param]| wanted(&table, &read(&table, before, sent).unwrap());
        let sent = [Param::new("s.t[0].on", "yes"), Param::new("s.t[0].n", "x")];
        assert_eq!(read(None, &sent), json!({"on": null, "n": "x"}));
        assert_eq!(read(Some(&json!({"on": false})), &sent), json!({"on": true, "n": "x"}));
        assert_eq!(read(None, &[]), json!({"on": false, "n": null}));
        assert!(super::read(&field("x", FieldKind::Text), None, &[]).is_none());
    }
}
