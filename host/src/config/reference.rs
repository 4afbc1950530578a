//! The tables of keys as JSON Schemas (for editors) and as Markdown (for people).

use serde_json::{Map, Value, json};

use super::keys::{CONNECTOR, Default, HOST, Key, SCHOOL, Shape, Table};

/// JSON Schema of `exchange.toml`.
pub fn host_schema() -> Value {
    document(&HOST)
}

/// JSON Schema of a school's file.
pub fn school_schema() -> Value {
    document(&SCHOOL)
}

/// JSON Schema of `connector.toml`.
pub fn connector_schema() -> Value {
    document(&CONNECTOR)
}

fn document(table: &Table) -> Value {
    let mut schema = object(table);
    schema.insert("$schema".to_owned(), "http://json-schema.org/draft-07/schema#".into());
    schema.insert("title".to_owned(), table.title.into());
    Value::Object(schema)
}

fn object(table: &Table) -> Map<String, Value> {
    let properties: Map<String, Value> =
        table.keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = table
        .keys
        .iter()
        .filter(|key| matches!(key.default, Default::Required))
        .map(|key| key.name)
        .collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("additionalProperties".to_owned(), false.into());
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = shape(&key.shape);
    schema.insert("description".to_owned(), key.doc.into());
    if let Default::Is(default) = key.default
        && let Ok(default) = serde_json::from_str::<Value>(&default())
    {
        schema.insert("default".to_owned(), default);
    }
    Value::Object(schema)
}

fn shape(shape_of: &Shape) -> Map<String, Value> {
    let schema = match shape_of {
        Shape::Text | Shape::Path => json!({ "type": "string", "minLength": 1 }),
        Shape::AnyText => json!({ "type": "string" }),
        Shape::Name => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$" }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Count { min, max: u64::MAX } => json!({ "type": "integer", "minimum": min }),
        Shape::Count { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Shape::Number => json!({ "type": "number", "minimum": 0 }),
        Shape::Share => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        Shape::Duration => json!({ "type": "string", "pattern": "^[0-9]+ ?(ms|s|m|h|d)$" }),
        Shape::Size => json!({ "type": "string", "pattern": "^[0-9]+ ?(B|KiB|MiB|GiB)$" }),
        Shape::Word(words) => json!({ "type": "string", "enum": words }),
        Shape::List(inner) => json!({ "type": "array", "items": shape(inner) }),
        Shape::Tables(table) => json!({ "type": "array", "items": object(table) }),
        Shape::Table(table) => Value::Object(object(table)),
        Shape::Map(inner) => json!({ "type": "object", "additionalProperties": shape(inner) }),
        Shape::MapOf(words, inner) => {
            json!({ "type": "object", "propertyNames": { "enum": words }, "additionalProperties": shape(inner) })
        }
        Shape::ListOrMap(list, map) => {
            let list = shape(&Shape::List(list));
            json!({ "oneOf": [list, { "type": "object", "additionalProperties": shape(map) }] })
        }
        Shape::TextOrTable(table) => {
            json!({ "oneOf": [shape(&Shape::Text), Value::Object(object(table))] })
        }
        Shape::Free => json!({ "type": "object" }),
    };
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}

/// The reference of all keys.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Keys of the TOML files\n\n\
         Written by the program from the same tables that check the files; do not edit by hand.\n\
         Durations are written `250ms`, `30s`, `5m`, `2h`, `1d`; sizes `512B`, `64KiB`, `16MiB`, `1GiB`.\n\
         Relative paths count from the folder of the file. Unknown keys are refused.\n",
    );
    for table in [&HOST, &SCHOOL, &CONNECTOR] {
        text.push_str(&format!("\n## {}\n", table.title));
        section(table, "", &mut text);
    }
    text
}

fn section(table: &'static Table, path: &str, text: &mut String) {
    text.push_str("\n| key | value | default | |\n|---|---|---|---|\n");
    for key in table.keys {
        text.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            key.name,
            value(&key.shape),
            default(key),
            key.doc
        ));
    }
    for key in table.keys {
        if let Some((inner, suffix)) = inner(&key.shape)
            // A text in two languages is explained by its row.
            && inner.title != "text"
        {
            let path = format!("{path}{}{suffix}", key.name);
            text.push_str(&format!("\n### `{path}`\n"));
            section(inner, &format!("{path}."), text);
        }
    }
}

fn inner(shape: &Shape) -> Option<(&'static Table, &'static str)> {
    match shape {
        Shape::Table(table) | Shape::Tables(table) | Shape::TextOrTable(table) => Some((table, "")),
        Shape::Map(Shape::Table(table)) => Some((table, ".NAME")),
        _ => None,
    }
}

fn default(key: &Key) -> String {
    match key.default {
        Default::Required => "**required**".to_owned(),
        Default::None => "—".to_owned(),
        Default::Is(default) => format!("`{}`", default()),
    }
}

fn value(shape: &Shape) -> String {
    match shape {
        Shape::Table(table) if table.title == "text" => "`{ ru = \"…\", en = \"…\" }`".to_owned(),
        Shape::Word(words) if words.len() <= 6 => {
            words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ")
        }
        Shape::Word(_) => "a type of record".to_owned(),
        Shape::Map(inner) => format!("a table, name = {}", value(inner)),
        Shape::MapOf(_, inner) => format!("a table, record type = {}", value(inner)),
        Shape::Tables(_) => "`[[…]]` tables".to_owned(),
        other => other.expected(),
    }
}
