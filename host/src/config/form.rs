//! A task's settings as a form: what a connector's schema asks for, field by field, and what the school's file says now.
//!
//! A table of fields, and a table of such tables by free names, are asked for as well; what lies deeper is not.

use std::path::Path;

use serde_json::{Map, Value};

use super::settings::object;
use super::view::{View, parsed};
use crate::error::{Context, Error, Kind as Fault, Result};
use crate::model::ids::TaskId;
use crate::model::manifest::Manifest;

/// What is filled in.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<'a> {
    /// Yes or no.
    Flag,
    /// Yes, no, or nothing: then something else decides.
    Maybe,
    /// One of several words.
    Choice(Vec<String>),
    /// Several of several words, in an order.
    Choices(Vec<String>),
    /// A whole number, with its bounds.
    Whole(Option<i64>, Option<i64>),
    /// A number.
    Number,
    /// One of several words, or a whole number within bounds.
    WordOrWhole(Vec<String>, Option<i64>, Option<i64>),
    /// Texts, one a line.
    Lines,
    /// A text.
    Text,
    /// A table: its fields.
    Table(Vec<Field<'a>>),
    /// Tables by names of their own: the fields of each.
    Entries(Vec<Field<'a>>),
    /// What no field of a form can hold.
    Other,
}

/// A field of the form.
#[derive(Clone, Debug, PartialEq)]
pub struct Field<'a> {
    /// The setting.
    pub name: &'a str,
    /// What is filled in.
    pub kind: Kind<'a>,
    /// It has to be filled in.
    pub required: bool,
    /// What holds while it is not.
    pub default: Option<&'a Value>,
    /// What the schema calls it.
    pub title: Option<&'a str>,
    /// What the schema says of it.
    pub description: Option<&'a str>,
}

/// The fields of a connector's settings, those first that have to be filled in, tables last.
pub fn fields(manifest: &Manifest) -> Vec<Field<'_>> {
    fields_of(&manifest.settings)
}

/// The fields of a table, in the same order.
fn fields_of(schema: &Map<String, Value>) -> Vec<Field<'_>> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let all = properties.into_iter().flatten();
    let mut fields: Vec<Field<'_>> =
        all.map(|(name, schema)| field(name, schema, is_required(name))).collect();
    fields.sort_by_key(|field| (matches!(field.kind, Kind::Table(_) | Kind::Entries(_)), !field.required));
    fields
}

fn field<'a>(name: &'a str, schema: &'a Value, required: bool) -> Field<'a> {
    let default = schema.get("default");
    let kind = match kind_of(schema) {
        Kind::Flag if default.is_none() && !required => Kind::Maybe,
        kind => kind,
    };
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    Field { name, kind, required, default, title: text("title"), description: text("description") }
}

/// What is filled in for this piece of a schema.
pub(super) fn kind_of(schema: &Value) -> Kind<'_> {
    if let Some(words) = words(schema) {
        return Kind::Choice(words);
    }
    let bound = |schema: &Value, key: &str| schema.get(key).and_then(Value::as_i64);
    if let Some(Value::Array(branches)) = schema.get("anyOf").or_else(|| schema.get("oneOf")) {
        return match &branches[..] {
            [one, other] if words(one).is_some() && is(other, "integer") => Kind::WordOrWhole(
                words(one).unwrap_or_default(),
                bound(other, "minimum"),
                bound(other, "maximum"),
            ),
            _ => Kind::Other,
        };
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("boolean") => Kind::Flag,
        Some("integer") => Kind::Whole(bound(schema, "minimum"), bound(schema, "maximum")),
        Some("number") => Kind::Number,
        Some("string") => Kind::Text,
        Some("array") => match schema.get("items") {
            Some(items) if words(items).is_some() => Kind::Choices(words(items).unwrap_or_default()),
            Some(items) if is(items, "string") => Kind::Lines,
            _ => Kind::Other,
        },
        Some("object") => table_of(schema),
        _ => Kind::Other,
    }
}

/// A table is asked for by its fields, or entry by entry; not one that has fields and free names, or may hold anything.
fn table_of(schema: &Value) -> Kind<'_> {
    let (fields, entry) = (fields_in(Some(schema)), fields_in(schema.get("additionalProperties")));
    match (fields.is_empty(), entry.is_empty()) {
        _ if schema.get("patternProperties").is_some() => Kind::Other,
        (false, true) => Kind::Table(fields),
        (true, false) => Kind::Entries(entry),
        _ => Kind::Other,
    }
}

/// The fields of a table inside another one: what would lie deeper is no field.
fn fields_in(schema: Option<&Value>) -> Vec<Field<'_>> {
    let schema = schema.filter(|schema| is(schema, "object")).and_then(Value::as_object);
    let mut fields = schema.map(fields_of).unwrap_or_default();
    for field in &mut fields {
        if matches!(field.kind, Kind::Table(_) | Kind::Entries(_)) {
            field.kind = Kind::Other;
        }
    }
    fields
}

fn is(schema: &Value, kind: &str) -> bool {
    schema.get("type").is_some_and(|named| named == kind)
}

/// The words of an enumeration that has nothing else.
fn words(schema: &Value) -> Option<Vec<String>> {
    let all = schema.get("enum")?.as_array()?;
    all.iter().map(|word| word.as_str().map(str::to_owned)).collect()
}

/// What a school's file says of a task's settings now, defaults left out.
#[derive(Clone, Debug)]
pub struct Stated {
    /// Tells this content of the file from any other.
    pub version: String,
    /// The settings.
    pub settings: Map<String, Value>,
}

/// Looks up a task's settings in its school's file.
///
/// # Errors
/// The file cannot be read, is not TOML, or has no such task.
pub fn stated(path: &Path, task: &TaskId) -> Result<Stated> {
    let unreadable = || format!("the file cannot be read: {}", path.display());
    let text = std::fs::read_to_string(path).context(Fault::Config, unreadable())?;
    let document = parsed(&text).context(Fault::Config, unreadable())?;
    let view = View::whole(document.get_ref());
    let tables = view.tables("task");
    let table = tables.iter().find(|table| table.text("id").as_deref() == Some(task.as_str()));
    let table = table.ok_or_else(|| Error::config(format!("the file has no task `{task}`")))?;
    let settings = table.table("settings").map(|settings| object(settings.raw())).unwrap_or_default();
    Ok(Stated { version: version(&text), settings })
}

/// Tells one content of a file from another.
pub(super) fn version(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_schema_asks_for_is_a_field_that_can_hold_it() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let table = [
            (json!({"type": "boolean"}), Kind::Flag),
            (json!({"enum": ["off", "on"]}), Kind::Choice(words(&["off", "on"]))),
            (json!({"type": "string", "enum": ["a"]}), Kind::Choice(words(&["a"]))),
            (json!({"enum": ["a", 1]}), Kind::Other),
            (json!({"type": "integer", "minimum": 1}), Kind::Whole(Some(1), None)),
            (json!({"type": "number"}), Kind::Number),
            (json!({"type": "string", "pattern": "^x"}), Kind::Text),
            (json!({"type": "array", "items": {"type": "string"}}), Kind::Lines),
            (json!({"type": "array", "items": {"enum": ["a", "b"]}}), Kind::Choices(words(&["a", "b"]))),
            (json!({"type": "array", "items": {"type": "object"}}), Kind::Other),
            (
                json!({"anyOf": [{"enum": ["next"]}, {"type": "integer", "minimum": 2000, "maximum": 2100}]}),
                Kind::WordOrWhole(words(&["next"]), Some(2000), Some(2100)),
            ),
            (json!({"oneOf": [{"const": "quiet"}, {"type": "object"}]}), Kind::Other),
            (json!({"type": "object"}), Kind::Other),
            (json!({}), Kind::Other),
        ];
        for (schema, kind) in table {
            assert_eq!(kind_of(&schema), kind, "{schema}");
        }
    }

    #[test]
    fn a_table_is_asked_for_by_fields_or_entries_and_nothing_deeper() {
        let inner = json!({"type": "object", "required": ["n"], "properties": {
            "a": {"type": "boolean"}, "b": {"type": "boolean", "default": true}, "n": {"type": "integer"},
            "t": {"type": "object", "properties": {"x": {"type": "string"}}},
        }});
        let kinds = |fields: &[Field<'_>]| {
            let told = fields.iter().map(|field| format!("{} {:?}", field.name, field.kind));
            told.collect::<Vec<_>>().join(", ")
        };
        let expected = "n Whole(None, None), a Maybe, b Flag, t Other";
        let Kind::Table(fields) = kind_of(&inner) else { panic!("no table") };
        assert_eq!(kinds(&fields), expected);
        let map = json!({"type": "object", "default": {}, "additionalProperties": inner});
        let Kind::Entries(fields) = kind_of(&map) else { panic!("no entries") };
        assert_eq!(kinds(&fields), expected);
        let all = json!({"required": ["a"], "properties": {"a": map, "b": {"type": "number"}, "c": {"type": "string"}}});
        let names: Vec<&str> = fields_of(all.as_object().unwrap()).iter().map(|field| field.name).collect();
        assert_eq!(names, ["b", "c", "a"], "tables are last");
        let free = [
            json!({"type": "object", "additionalProperties": {"type": "object"}}),
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            json!({"type": "object", "additionalProperties": true}),
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": inner}),
            json!({"type": "object", "patternProperties": {"^x": inner}, "additionalProperties": inner}),
        ];
        for schema in free {
            assert_eq!(kind_of(&schema), Kind::Other, "{schema}");
        }
    }

    #[test]
    fn a_file_says_what_it_says_and_no_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        let text = "[[task]]\nid = \"x\"\n[task.settings]\nn = 5 # five\nl = [\"a\"]\n[[task]]\nid = \"y\"\n";
        std::fs::write(&file, text).unwrap();
        let of_x = stated(&file, &"x".into()).unwrap();
        assert_eq!(Value::Object(of_x.settings), json!({"n": 5, "l": ["a"]}));
        assert!(stated(&file, &"y".into()).unwrap().settings.is_empty());
        assert!(stated(&file, &"z".into()).is_err());
        std::fs::write(&file, text.replace("five", "six")).unwrap();
        assert_ne!(stated(&file, &"x".into()).unwrap().version, of_x.version, "a comment counts as well");
    }
}
