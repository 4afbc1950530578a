//! `[task.settings]` against the connector's JSON Schema, each fault at the very value.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;
use jsonschema::{JsonType, ValidationError, Validator};
use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::DeValue;

use super::allowed::{Allowed, kind_phrase};
use super::report::{Problem, quoted};
use super::told;
use super::view::View;
use crate::model::manifest::Manifest;

/// The task's settings, defaults of the schema filled in.
pub(super) fn read(task: View<'_>, manifest: &Manifest, problems: &mut Vec<Problem>) -> Map<String, Value> {
    let given = task.table("settings");
    let mut settings = given.map(|view| object(view.raw())).unwrap_or_default();
    fill_defaults(&manifest.settings, &mut settings);
    let schema = closed(&manifest.settings);
    let Some(validator) = validator(&schema) else {
        let what = format!("the connector `{}` has a schema of settings that is broken", manifest.id);
        problems.push(Problem::at(task.span(), what).hint("tell whoever made the connector"));
        return settings;
    };
    let instance = Value::Object(settings.clone());
    let place = Place { task, given, schema: &schema };
    problems.extend(validator.iter_errors(&instance).flat_map(|fault| place.problems(&fault)));
    settings
}

/// The first of these values that the connector's schema lets through for a setting; `None`: it knows no such setting, or
/// lets through none of them.
pub fn fitting(manifest: &Manifest, name: &str, values: Vec<Value>) -> Option<Value> {
    let mut schema = manifest.settings.get("properties")?.get(name)?.as_object()?.clone();
    let shared = ["definitions", "$defs"].iter().filter_map(|key| manifest.settings.get_key_value(*key));
    schema.extend(shared.map(|(key, value)| (key.clone(), value.clone())));
    let validator = validator(&Value::Object(schema))?;
    values.into_iter().find(|value| validator.is_valid(value))
}

/// Schemas kept compiled: more than connectors are installed anywhere.
const COMPILED: usize = 32;

/// A schema, compiled once: a region has thousands of tasks and a handful of connectors. `None`: it is broken.
fn validator(schema: &Value) -> Option<Arc<Validator>> {
    static KNOWN: Mutex<VecDeque<(Value, Arc<Validator>)>> = Mutex::new(VecDeque::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, validator)) = known.iter().find(|(other, _)| other == schema) {
        return Some(Arc::clone(validator));
    }
    let validator = Arc::new(jsonschema::validator_for(schema).ok()?);
    known.truncate(COMPILED - 1);
    known.push_front((schema.clone(), Arc::clone(&validator)));
    Some(validator)
}

/// The schema with `additionalProperties = false` unless it says something of its own: unknown keys are refused.
pub(super) fn closed(schema: &Map<String, Value>) -> Value {
    let mut schema = schema.clone();
    schema.entry("type").or_insert_with(|| "object".into());
    if !schema.contains_key("additionalProperties") && !schema.contains_key("patternProperties") {
        schema.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    Value::Object(schema)
}

fn fill_defaults(schema: &Map<String, Value>, object: &mut Map<String, Value>) {
    let Some(Value::Object(properties)) = schema.get("properties") else { return };
    for (name, property) in properties {
        if let Some(default) = property.get("default") {
            object.entry(name).or_insert_with(|| default.clone());
        }
        if let (Value::Object(inner), Some(Value::Object(value))) = (property, object.get_mut(name)) {
            fill_defaults(inner, value);
        }
    }
}

/// A TOML table as a JSON object.
pub(super) fn object(table: &toml::de::DeTable<'_>) -> Map<String, Value> {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect()
}

fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(moment) => Value::String(moment.to_string()),
        DeValue::Array(values) => values.iter().map(|value| json(value.get_ref())).collect(),
        DeValue::Table(table) => Value::Object(object(table)),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
    }
}

/// Where the settings stand.
struct Place<'a> {
    task: View<'a>,
    given: Option<View<'a>>,
    schema: &'a Value,
}

impl Place<'_> {
    fn problems(&self, fault: &ValidationError<'_>) -> Vec<Problem> {
        let path: Vec<LocationSegment<'_>> = fault.instance_path().segments().collect();
        match fault.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let unknown = |name: &String| self.of_setting(&path, name, fault, self.unknown(&path, name));
                unexpected.iter().map(unknown).collect()
            }
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                vec![self.of_setting(&path, name, fault, self.missing(&path, property))]
            }
            kind => vec![self.of_setting(&path, "", fault, self.wrong(&path, kind, fault))],
        }
    }

    /// The problem, told of its setting too: by the path, and the name that is not on it.
    fn of_setting(
        &self,
        path: &[LocationSegment<'_>],
        name: &str,
        fault: &ValidationError<'_>,
        problem: Problem,
    ) -> Problem {
        let name = Some(name).filter(|name| !name.is_empty()).map(str::to_owned);
        let place: Vec<String> = path.iter().map(segment).chain(name).collect();
        let task = self.task.text("id").unwrap_or_default();
        let message = told::message(fault, || self.holder(fault));
        problem.of_setting(&task, &place, message)
    }

    fn unknown(&self, path: &[LocationSegment<'_>], name: &str) -> Problem {
        let span = match self.find(path).and_then(View::of) {
            Some(table) => table.key_span(name),
            None => self.given.map_or(self.task.span(), |given| given.key_span(name)),
        };
        let known = self.schema.get("properties").and_then(Value::as_object).filter(|_| path.is_empty());
        let known: Vec<&str> =
            known.map(|known| known.keys().map(String::as_str).collect()).unwrap_or_default();
        let problem = Problem::at(span, format!("unknown setting `{name}`"));
        if known.is_empty() { problem.hint("take it out") } else { problem.suggest(name, known) }
    }

    fn missing(&self, path: &[LocationSegment<'_>], property: &Value) -> Problem {
        let name = property.as_str().unwrap_or_default();
        let problem = Problem::at(self.span(path), format!("the setting `{name}` is missing"));
        match self.given {
            Some(_) => problem.hint(format!("add `{name} = …`")),
            None => problem.hint(format!("add `[task.settings]` with `{name} = …`")),
        }
    }

    fn wrong(
        &self,
        path: &[LocationSegment<'_>],
        kind: &ValidationErrorKind,
        fault: &ValidationError<'_>,
    ) -> Problem {
        let name = match path.last() {
            Some(LocationSegment::Property(name)) => format!("`{name}`"),
            Some(LocationSegment::Index(index)) => format!("entry {}", index + 1),
            None => "`settings`".to_owned(),
        };
        let at = |what: String| Problem::at(self.span(path), what);
        match kind {
            ValidationErrorKind::Enum { options } => {
                let words: Vec<String> = options.as_array().into_iter().flatten().map(plain).collect();
                let given = plain(fault.instance());
                let problem = at(format!("{name} knows no `{given}`"));
                problem.suggest(&given, words.iter().map(String::as_str))
            }
            ValidationErrorKind::AnyOf { .. }
            | ValidationErrorKind::OneOfNotValid { .. }
            | ValidationErrorKind::Constant { .. } => self.none_fits(at, &name, fault),
            ValidationErrorKind::OneOfMultipleValid { .. } => {
                let problem = at(format!("{name} fits several of what is allowed, and must fit one"));
                self.allowed(fault).refuse(problem, fault.instance())
            }
            ValidationErrorKind::Type { kind } => {
                at(format!("{name} must be {}", type_words(kind))).label("of another type")
            }
            _ => at(format!("{name} does not fit: {}", fault.masked_with("the value")))
                .hint("what fits: exchange connector inspect"),
        }
    }

    /// None of the alternatives.
    fn none_fits(&self, at: impl Fn(String) -> Problem, name: &str, fault: &ValidationError<'_>) -> Problem {
        let allowed = self.allowed(fault);
        let what = match fault.instance().as_str().filter(|_| allowed.has_words()) {
            Some(word) => format!("{name} knows no `{word}`"),
            None => format!("{name} does not fit"),
        };
        allowed.refuse(at(what), fault.instance())
    }

    /// What the piece of the schema that refused would have let through.
    fn allowed(&self, fault: &ValidationError<'_>) -> Allowed {
        self.holder(fault).map(Allowed::of).unwrap_or_default()
    }

    /// The piece of the schema in which the keyword stands that refused.
    fn holder(&self, fault: &ValidationError<'_>) -> Option<&Value> {
        let keyword = fault.schema_path().as_str();
        let holder = keyword.rsplit_once('/').map_or("", |(holder, _)| holder);
        self.schema.pointer(holder)
    }

    fn find(&self, path: &[LocationSegment<'_>]) -> Option<&Spanned<DeValue<'_>>> {
        let (first, rest) = path.split_first()?;
        let LocationSegment::Property(name) = first else { return None };
        let mut value = self.given?.raw().get(name.as_ref())?;
        for segment in rest {
            value = match segment {
                LocationSegment::Property(name) => value.get_ref().as_table()?.get(name.as_ref())?,
                LocationSegment::Index(index) => value.get_ref().as_array()?.get(*index)?,
            };
        }
        Some(value)
    }

    fn span(&self, path: &[LocationSegment<'_>]) -> Range<usize> {
        let whole = || self.given.map_or(self.task.span(), |given| given.span());
        self.find(path).map_or_else(whole, Spanned::span)
    }
}

fn segment(segment: &LocationSegment<'_>) -> String {
    match segment {
        LocationSegment::Property(name) => name.to_string(),
        LocationSegment::Index(index) => index.to_string(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn type_words(kind: &TypeKind) -> String {
    let word = |kind: JsonType| kind_phrase(kind.as_str()).unwrap_or("left out");
    match kind {
        TypeKind::Single(kind) => word(*kind).to_owned(),
        TypeKind::Multiple(kinds) => kinds.iter().map(word).collect::<Vec<_>>().join(" or "),
    }
}

/// What a schema of settings has to be, beyond valid JSON Schema.
pub(super) fn schema_faults(schema: &Map<String, Value>) -> Option<String> {
    if schema.is_empty() {
        return None;
    }
    if schema.get("type").is_some_and(|kind| kind != "object") {
        return Some("the schema of settings must be of type `object`".to_owned());
    }
    if !schema.get("properties").is_some_and(Value::is_object) {
        let keys: Vec<&String> = schema.keys().collect();
        return Some(format!("the schema of settings has no `properties`; it has {}", quoted(&keys)));
    }
    let value = Value::Object(schema.clone());
    jsonschema::validator_for(&value).err().map(|fault| format!("not a valid JSON Schema: {fault}"))
}
