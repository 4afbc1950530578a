//! The school's records for a connector: only the types, and only the optional fields, that manifest and task agree on.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::Deserializer;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::{not_asked, not_granted};
use crate::error::Result as Fallible;
use crate::model::manifest::Manifest;
use crate::model::records::{Filter, Record, RecordType};
use crate::model::setup::Grants;
use crate::sandbox::ports::{self, RecordsRead};

/// Records in one page.
pub const PAGE: usize = 500;
/// Ids in one filter.
const MAX_IDS: usize = 1_000;

/// Records with their stored JSON, and the cursor of the next page.
pub type SourcePage = (Vec<(String, String)>, Option<String>);

/// Where records come from: implemented over the store. May block.
pub trait RecordSource: Send + Sync {
    /// A page in a stable order: pairs of id and JSON, as `model::records` writes it.
    fn page(
        &self,
        of: RecordType,
        filter: &Filter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Fallible<SourcePage>;

    /// Digest over ids and contents of all records of the answer.
    fn digest(&self, of: RecordType, filter: &Filter) -> Fallible<[u8; 32]>;
}

/// The records of one task.
pub struct TaskRecords {
    source: Arc<dyn RecordSource>,
    manifest: Arc<Manifest>,
    grants: Grants,
}

impl TaskRecords {
    /// Records of this source, as far as manifest and task agree.
    pub fn new(source: Arc<dyn RecordSource>, manifest: Arc<Manifest>, grants: Grants) -> Self {
        Self { source, manifest, grants }
    }

    /// The fields of a type that may be seen.
    fn fields(&self, of: RecordType) -> Result<Fields<'_>, String> {
        let what = format!("the record type `{of}`");
        let asked = self.manifest.records.get(&of).ok_or_else(|| not_asked(&what))?;
        let granted = self.grants.records.get(&of);
        let granted =
            granted.ok_or_else(|| not_granted(&what, &format!("records = {{ {of} = [\"*\"] }}")))?;
        Ok(Fields::new(of, asked, granted))
    }
}

impl fmt::Debug for TaskRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskRecords")
    }
}

impl ports::Records for TaskRecords {
    fn page(&self, of: RecordType, filter: &Filter, cursor: Option<&str>) -> Result<RecordsRead, String> {
        let fields = self.fields(of)?;
        check(of, filter)?;
        let (rows, next) = self.source.page(of, filter, cursor, PAGE).map_err(|error| told(of, &error))?;
        let records = rows.iter().map(|(id, json)| fields.record(of, id, json)).collect::<Result<_, _>>()?;
        Ok((records, next))
    }

    fn digest(&self, of: RecordType, filter: &Filter) -> Result<[u8; 32], String> {
        self.fields(of)?;
        check(of, filter)?;
        self.source.digest(of, filter).map_err(|error| told(of, &error))
    }
}

/// The error itself may name files and rows: it goes to the host's log, not to the guest.
fn told(of: RecordType, error: &crate::error::Error) -> String {
    tracing::error!(record_type = %of, ?error, "records cannot be read");
    format!("records of the type `{of}` cannot be read now")
}

/// Conditions that do not fit the type, or too many ids.
fn check(of: RecordType, filter: &Filter) -> Result<(), String> {
    use RecordType as T;
    let many = |ids: &Option<Vec<String>>| ids.as_ref().is_some_and(|ids| ids.len() > MAX_IDS);
    if many(&filter.ids) || many(&filter.person_ids) {
        return Err(format!("a filter names at most {MAX_IDS} ids"));
    }
    let dated = matches!(of, T::Lesson | T::Mark | T::Attendance);
    if !dated && (filter.since.is_some() || filter.until.is_some() || filter.journal_id.is_some()) {
        return Err(format!("`since`, `until` and `journal-id` do not fit the type `{of}`"));
    }
    if filter.without_class && filter.class_id.is_some() {
        return Err("`class-id` and `without-class` exclude each other".into());
    }
    Ok(())
}

/// Asked ∩ granted, as names in kebab case; parts of an applicant are `child.last-name`, all of them `child.*`.
struct Fields<'a> {
    asked: &'a [String],
    granted: &'a [String],
    /// Members of the record's own that may not be seen.
    denied: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    fn new(of: RecordType, asked: &'a [String], granted: &'a [String]) -> Self {
        let mut fields = Self { asked, granted, denied: Vec::new() };
        fields.denied = optional(of).iter().copied().filter(|name| !fields.allows(&kebab(name))).collect();
        fields
    }

    fn allows(&self, field: &str) -> bool {
        listed(self.asked, field) && listed(self.granted, field)
    }

    /// A record with the allowed fields only.
    fn record(&self, of: RecordType, id: &str, json: &str) -> Result<Record, String> {
        let broken = |_| format!("the record `{of}:{id}` cannot be read");
        if applicants(of).is_empty() {
            return Granted { of, denied: &self.denied }.record(json).map_err(broken);
        }
        let mut record: Map<String, Value> = serde_json::from_str(json).map_err(broken)?;
        record.retain(|name, _| !self.denied.contains(&name.as_str()));
        for part in applicants(of) {
            self.applicant(part, &mut record);
        }
        Record::from_value(of, Value::Object(record)).map_err(broken)
    }

    /// Leaves of a person's data what is allowed, and nothing where nothing is.
    fn applicant(&self, part: &str, record: &mut Map<String, Value>) {
        let Some(Value::Object(person)) = record.get_mut(part) else { return };
        person.retain(|name, _| self.allows(&format!("{part}.{}", kebab(name))));
        if person.is_empty() {
            record.remove(part);
        }
    }
}

/// Reads a record and passes over the members that may not be seen.
struct Granted<'a> {
    of: RecordType,
    denied: &'a [&'static str],
}

impl Granted<'_> {
    fn record(self, json: &str) -> serde_json::Result<Record> {
        let mut form = serde_json::Deserializer::from_str(json);
        let record = form.deserialize_map(self)?;
        form.end().map(|()| record)
    }
}

impl<'de> Visitor<'de> for Granted<'_> {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Record, A::Error> {
        Record::read(self.of, MapAccessDeserializer::new(Allowed { members, denied: self.denied }))
    }
}

/// The members of a record that may be seen.
struct Allowed<'a, A> {
    members: A,
    denied: &'a [&'static str],
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Allowed<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(name) = self.members.next_key::<String>()? {
            if !self.denied.contains(&name.as_str()) {
                return seed.deserialize(name.into_deserializer()).map(Some);
            }
            self.members.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}

/// A list holds a field by name, by `*`, or by the whole person it belongs to.
fn listed(list: &[String], field: &str) -> bool {
    let whole = field.split_once('.').map(|(part, _)| (part, format!("{part}.*")));
    list.iter().any(|entry| {
        entry == "*"
            || entry == field
            || whole.as_ref().is_some_and(|(part, all)| entry == part || entry == all)
    })
}

fn kebab(name: &str) -> String {
    name.replace('_', "-")
}

/// The fields that need a grant, as `model::records` writes them; ids, references and what a record is nothing
/// without are always given.
fn optional(of: RecordType) -> &'static [&'static str] {
    match of {
        RecordType::SchoolClass => &["letter"],
        RecordType::Pupil => &["last_name", "first_name", "middle_name", "birth_date", "sex", "snils"],
        RecordType::Guardian => {
            &["last_name", "first_name", "middle_name", "birth_date", "sex", "snils", "phone", "email"]
        }
        RecordType::Application => &["submitted", "relation"],
        RecordType::Order => &["number", "signed"],
        RecordType::Staff => {
            &["last_name", "first_name", "middle_name", "birth_date", "sex", "snils", "position"]
        }
        RecordType::Journal | RecordType::Identifier => &[],
        RecordType::Lesson => &["call_link", "topic", "homework"],
        RecordType::Mark => &["work", "comment"],
        RecordType::Attendance => &["reason"],
        RecordType::Account => &["login"],
    }
}

/// The members that hold a person's data.
fn applicants(of: RecordType) -> &'static [&'static str] {
    if of == RecordType::Application { &["child", "guardian"] } else { &[] }
}

/// The names of a type's fields that need a grant, as manifests and tasks write them.
pub fn grantable(of: RecordType) -> BTreeSet<String> {
    let person = optional(RecordType::Pupil);
    let parts = applicants(of)
        .iter()
        .flat_map(|part| person.iter().map(move |name| format!("{part}.{}", kebab(name))));
    optional(of).iter().map(|name| kebab(name)).chain(parts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    const APPLICATION: &str = r#"{"id":"a1","pupil_id":"p1","study_year":2026,"grade":5,"state":"accepted",
        "child":{"last_name":"Образцова","first_name":"Анна","snils":"00000000000"},
        "guardian":{"last_name":"Образцова"},"relation":"mother"}"#;

    fn application(asked: &[&str], granted: &[&str]) -> serde_json::Value {
        let (asked, granted) = (list(asked), list(granted));
        let fields = Fields::new(RecordType::Application, &asked, &granted);
        let record = fields.record(RecordType::Application, "a1", APPLICATION).unwrap();
        serde_json::from_str(&record.to_json().unwrap()).unwrap()
    }

    #[test]
    fn a_field_needs_both_keys() {
        let seen = application(&["child.last-name", "relation"], &["child.last-name", "child.snils"]);
        assert_eq!(seen["child"], serde_json::json!({ "last_name": "Образцова" }));
        assert_eq!(seen.get("relation"), None);
        assert_eq!(seen.get("guardian"), None);
    }

    #[test]
    fn a_star_grants_what_the_manifest_asks_and_no_more() {
        let seen = application(&["child.*"], &["*"]);
        assert_eq!(seen["child"]["snils"], "00000000000");
        assert_eq!(seen.get("guardian"), None);
    }

    #[test]
    fn without_fields_ids_and_references_remain() {
        let seen = application(&[], &["*"]);
        assert_eq!(
            seen,
            serde_json::json!({ "id": "a1", "pupil_id": "p1", "study_year": 2026, "grade": 5, "state": "accepted" })
        );
    }

    #[test]
    fn grantable_names_are_those_of_manifests() {
        assert!(grantable(RecordType::Application).contains("child.last-name"));
        assert!(grantable(RecordType::Pupil).contains("birth-date"));
        assert!(grantable(RecordType::Journal).is_empty());
    }

    #[test]
    fn a_filter_has_to_fit_its_type() {
        let lessons = Filter { journal_id: Some("j".into()), ..Filter::default() };
        assert!(check(RecordType::Lesson, &lessons).is_ok());
        assert!(check(RecordType::Pupil, &lessons).is_err());
        let many = Filter { ids: Some(vec![String::new(); MAX_IDS + 1]), ..Filter::default() };
        assert!(check(RecordType::Pupil, &many).is_err());
    }
}
