//! VK's schema as a validator reads it. `tests/vk-schema/README.md` has the conversion in words.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vk-schema");
const SECTIONS: [&str; 5] = ["base", "calls", "groups", "messages", "users"];

/// Parameters that every method takes, and answers to captchas.
const COMMON: [&str; 7] =
    ["access_token", "v", "lang", "captcha_sid", "captcha_key", "success_token", "captcha_ts"];

pub(crate) struct Schema {
    /// By name; names are unique over all sections.
    definitions: Value,
    methods: BTreeMap<String, Value>,
    /// Code → sentence.
    pub(crate) errors: BTreeMap<u64, String>,
}

fn file(name: &str) -> Option<Value> {
    let text = std::fs::read_to_string(Path::new(FOLDER).join(name)).ok()?;
    Some(serde_json::from_str(&text).expect("JSON"))
}

impl Schema {
    /// Read once for all tests.
    pub(crate) fn get() -> &'static Schema {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(Schema::read)
    }

    fn read() -> Schema {
        let (mut definitions, mut methods) = (Map::new(), BTreeMap::new());
        for section in SECTIONS {
            for kind in ["objects", "responses"] {
                let found = file(&format!("{section}/{kind}.json"));
                definitions.extend(found.iter().flat_map(|file| members(&file["definitions"])));
            }
            let found = file(&format!("{section}/methods.json")).unwrap_or_default();
            for method in found["methods"].as_array().into_iter().flatten() {
                methods.insert(method["name"].as_str().expect("a name").to_owned(), method.clone());
            }
        }
        let known = definitions.clone();
        definitions.values_mut().for_each(|definition| convert(definition, &known));
        let required = definitions["base_error"]["required"].as_array_mut().expect("a list");
        required.retain(|name| name != "inner_type");
        methods.values_mut().for_each(|method| convert(method, &known));
        let errors = file("errors.json").expect("the sentences");
        let errors = errors["errors"].as_object().expect("an object").values();
        let errors = errors.map(|error| (number(&error["code"]), text(&error["description"])));
        Schema { errors: errors.collect(), definitions: Value::Object(definitions), methods }
    }

    pub(crate) fn methods(&self) -> Vec<&str> {
        self.methods.keys().map(String::as_str).collect()
    }

    /// Its answers by name, each as the name of a definition.
    fn answers(&self, method: &str) -> BTreeMap<String, String> {
        let named = members(&self.methods[method]["responses"]).into_iter();
        named.map(|(name, answer)| (name, definition(&answer).expect("a reference").to_owned())).collect()
    }

    fn validator(&self, schema: Value) -> Validator {
        let mut whole = json!({ "definitions": self.definitions });
        whole["allOf"] = json!([schema]);
        jsonschema::options().with_draft(Draft::Draft7).build(&whole).expect("a schema")
    }

    /// What is wrong with `value` by this definition.
    pub(crate) fn faults(&self, definition: &str, value: &Value) -> Vec<String> {
        assert!(self.definitions.get(definition).is_some(), "no definition {definition}");
        let validator = self.validator(json!({ "$ref": format!("#/definitions/{definition}") }));
        let faults = validator.iter_errors(value);
        faults.map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
    }

    /// What is wrong with this answer of a method; the answer is the one of this name in the method's list.
    pub(crate) fn faults_of_answer(&self, method: &str, answer: &str, body: &Value) -> Vec<String> {
        self.faults(&self.answers(method)[answer], body)
    }

    /// The same where any of the method's answers will do.
    #[track_caller]
    pub(crate) fn accepts(&self, method: &str, body: &Value) {
        if body.get("error").is_some() {
            let faults = self.faults("base_error", &body["error"]);
            assert!(faults.is_empty(), "{method}: {faults:?}");
            return;
        }
        let tried: Vec<Vec<String>> =
            self.answers(method).values().map(|answer| self.faults(answer, body)).collect();
        assert!(tried.iter().any(Vec::is_empty), "{method}: {tried:?}\n{body:#}");
    }

    /// What is wrong with the parameters of a call.
    pub(crate) fn faults_of_call(&self, method: &str, params: &[(&str, &str)]) -> Vec<String> {
        let known = self.methods[method]["parameters"].as_array().cloned().unwrap_or_default();
        let sent = |name: &str| params.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
        let strangers = params
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| !COMMON.contains(name) && !known.iter().any(|own| own["name"] == **name));
        let mut faults: Vec<String> = strangers.map(|name| format!("{name} is no parameter")).collect();
        for own in &known {
            let name = own["name"].as_str().expect("a name");
            match sent(name) {
                None if own["required"] == true => faults.push(format!("{name} is missing")),
                None => {}
                Some(value) => {
                    let validator = self.validator(without(own, &["name", "required"]));
                    let value = typed(own, value);
                    faults.extend(validator.iter_errors(&value).map(|fault| format!("{name}: {fault}")));
                }
            }
        }
        faults
    }
}

fn members(object: &Value) -> Map<String, Value> {
    object.as_object().cloned().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

fn without(schema: &Value, names: &[&str]) -> Value {
    let mut members = members(schema);
    members.retain(|name, _| !names.contains(&name.as_str()));
    Value::Object(members)
}

/// A parameter's text as the type it stands for; what is none stays a text and fails the check.
fn typed(schema: &Value, value: &str) -> Value {
    let plain = || json!(value);
    match schema["type"].as_str() {
        Some("array") if value.is_empty() => json!([]),
        Some("array") => value.split(',').map(|part| typed(&schema["items"], part)).collect(),
        Some("integer" | "number") => serde_json::from_str(value).unwrap_or_else(|_| plain()),
        Some("boolean") if ["0", "1"].contains(&value) => json!(value == "1"),
        _ => plain(),
    }
}

/// The definition that a schema refers to.
fn definition(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit_once('/').map(|(_, name)| name)
}

/// References point into one document, and properties that have to be there stand in their parent's list.
fn convert(schema: &mut Value, known: &Map<String, Value>) {
    if let Some(name) = definition(schema).map(str::to_owned) {
        let is_known = known.contains_key(&name);
        let members = schema.as_object_mut().expect("an object");
        members.remove("$ref");
        if is_known {
            members.insert("$ref".into(), json!(format!("#/definitions/{name}")));
        }
    }
    match schema {
        Value::Object(members) => {
            lift(members);
            members.values_mut().for_each(|value| convert(value, known));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| convert(item, known)),
        _ => {}
    }
}

fn lift(schema: &mut Map<String, Value>) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let mut required = Vec::new();
    for (name, property) in properties {
        let flag = property.as_object_mut().and_then(|property| property.remove("required"));
        match flag {
            Some(Value::Bool(true)) => required.push(json!(name)),
            Some(Value::Bool(false)) | None => {}
            // A property that has such a list of its own keeps it.
            Some(list) => property["required"] = list,
        }
    }
    if !required.is_empty() {
        schema.insert("required".into(), Value::Array(required));
    }
}
