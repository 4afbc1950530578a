//! What a wish changes of a table in TOML: values in place, so that comments, order and whatever nobody speaks of stay the
//! writer's.
//!
//! A wish is JSON. Null takes a name out, members of a table are wished for one by one, everything else stands there
//! afterwards.

use serde_json::{Map, Value as Json};
use toml_edit::{Array, InlineTable, Item, Table, TableLike, Value};

use crate::error::{Error, Result};

/// Carries a wish out under a name of a table. `false`: it is so already.
pub(super) fn patch(table: &mut dyn TableLike, name: &str, wish: &Json) -> Result<bool> {
    match wish {
        Json::Null => Ok(table.remove(name).is_some()),
        Json::Object(members) => patch_table(table, name, members),
        wish => Ok(put(table, name, from_json(name, wish)?)),
    }
}

fn patch_table(outer: &mut dyn TableLike, name: &str, members: &Map<String, Json>) -> Result<bool> {
    let Some(table) = outer.get_mut(name).and_then(Item::as_table_like_mut) else {
        return add_table(outer, name, members).map(|()| true);
    };
    let mut changed = false;
    for (name, wish) in members {
        changed |= patch(table, name, wish)?;
    }
    Ok(changed)
}

/// A table that was not there: under a header of its own, unless the one around it is written on one line.
fn add_table(outer: &mut dyn TableLike, name: &str, members: &Map<String, Json>) -> Result<()> {
    let item = Item::Table(table_of(members)?);
    // Where keys are written `a.b = …` no header may follow for the same table.
    let item = match outer.is_dotted() {
        true => Item::Value(item.into_value().unwrap_or_else(|_| InlineTable::new().into())),
        false => item,
    };
    close_up(outer);
    outer.insert(name, item);
    Ok(())
}

fn table_of(members: &Map<String, Json>) -> Result<Table> {
    let mut table = Table::new();
    let members = || members.iter().filter(|(_, member)| !member.is_null());
    table.set_implicit(members().next().is_some() && members().all(|(_, member)| member.is_object()));
    for (name, member) in members() {
        let item = match member {
            Json::Object(inner) => Item::Table(table_of(inner)?),
            member => Item::Value(from_json(name, member)?),
        };
        table.insert(name, item);
    }
    Ok(table)
}

/// Changes the value only: what stands around it, a comment above all, is the writer's. `false`: it stood there already.
pub(super) fn put(table: &mut dyn TableLike, key: &str, new: Value) -> bool {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) if same(old, &new) => return false,
        Some(old) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        None => {
            close_up(table);
            table.insert(key, Item::Value(new));
        }
    }
    true
}

/// The last value of a table on one line has a space before the brace, which goes before a comma otherwise.
fn close_up(table: &mut dyn TableLike) {
    let last = table.iter_mut().last().and_then(|(_, item)| item.as_value_mut());
    if let Some(decor) = last.map(Value::decor_mut)
        && decor.suffix().and_then(|suffix| suffix.as_str()) == Some(" ")
    {
        decor.set_suffix("");
    }
}

/// Do two values mean the same, however they are written?
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.value() == other.value(),
        (Value::Integer(one), Value::Integer(other)) => one.value() == other.value(),
        (Value::Float(one), Value::Float(other)) => one.value() == other.value(),
        (Value::Boolean(one), Value::Boolean(other)) => one.value() == other.value(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        _ => false,
    }
}

/// A value of the setting that is called so.
pub(super) fn from_json(name: &str, json: &Json) -> Result<Value> {
    Ok(match json {
        Json::Null => return Err(Error::config(format!("the setting `{name}` has no value"))),
        Json::Bool(flag) => Value::from(*flag),
        Json::String(text) => Value::from(text.as_str()),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::from(number.as_f64().unwrap_or_default()),
        },
        Json::Array(values) => {
            let values: Result<Array> = values.iter().map(|value| from_json(name, value)).collect();
            Value::from(values?)
        }
        Json::Object(members) => {
            let members: Result<Vec<(&String, Value)>> =
                members.iter().map(|(name, value)| Ok((name, from_json(name, value)?))).collect();
            Value::from(members?.into_iter().collect::<InlineTable>())
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use toml_edit::DocumentMut;

    use super::*;

    fn patched(text: &str, wish: &Json) -> (String, bool) {
        let mut document: DocumentMut = text.parse().unwrap();
        let changed = patch(document.as_table_mut(), "r", wish).unwrap();
        let text = document.to_string();
        assert!(text.parse::<DocumentMut>().is_ok(), "{text}");
        (text, changed)
    }

    #[test]
    fn members_of_a_table_are_changed_one_by_one() {
        let text = "# above\n[r.29] # north\na = true # why\nb = 1\nown = 1979-05-27\n\n# end\n[s]\n";
        let (same, changed) = patched(text, &json!({"29": {"a": true, "c": null}}));
        assert_eq!((same.as_str(), changed), (text, false));
        let (other, changed) = patched(text, &json!({"29": {"a": false, "b": null, "c": "x"}}));
        let expected =
            text.replace("a = true", "a = false").replace("b = 1\n", "").replace("27\n", "27\nc = \"x\"\n");
        assert_eq!((other, changed), (expected, true));
        let (without, changed) = patched(text, &json!({"29": null}));
        assert_eq!((without.as_str(), changed), ("\n# end\n[s]\n", true));
    }

    #[test]
    fn a_table_that_is_new_is_written_as_those_around_it() {
        let wish = json!({"77": {"a": true, "b": null}});
        let table = [
            ("x = 1\n[r.29]\na = true\n[s]\n", "x = 1\n[r.29]\na = true\n\n[r.77]\na = true\n[s]\n"),
            ("x = 1\n\n[s]\n", "x = 1\n\n[s]\n\n[r.77]\na = true\n"),
            ("r = { 29 = { a = true } } # one\n", "r = { 29 = { a = true }, 77 = { a = true } } # one\n"),
            ("r.29.a = true\n", "r.29.a = true\nr.77 = { a = true }\n"),
            ("r = 5\n", "[r.77]\na = true\n"),
        ];
        for (text, expected) in table {
            assert_eq!(patched(text, &wish), (expected.to_owned(), true), "{text}");
        }
        assert_eq!(patched("", &json!({"Юг 1": {}})).0, "[r.\"Юг 1\"]\n");
    }
}
