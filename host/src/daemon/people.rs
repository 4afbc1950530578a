//! The names of a school's people, read when a connector first writes into its diary: to keep them out of it.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::capability::log::people::{People, words_of};
use crate::error::Result;
use crate::model::records::{Filter, RecordType};
use crate::store::{RecordStore, SchoolDb};

/// Records that hold names.
const WITH_NAMES: [RecordType; 4] =
    [RecordType::Pupil, RecordType::Guardian, RecordType::Application, RecordType::Staff];
/// Members of records that are names.
const NAMES: [&str; 3] = ["last_name", "first_name", "middle_name"];

/// The names of one school.
pub(super) struct StoredPeople {
    store: Arc<SchoolDb>,
    /// `None` inside: they could not be read.
    words: OnceLock<Option<HashSet<String>>>,
}

impl StoredPeople {
    /// Of this store's school.
    pub(super) fn new(store: Arc<SchoolDb>) -> Self {
        Self { store, words: OnceLock::new() }
    }

    fn read(&self) -> Result<HashSet<String>> {
        let mut words = HashSet::new();
        for record_type in WITH_NAMES {
            self.store.each_record(record_type, &Filter::default(), &mut |json| {
                collect(json, &mut words);
                Ok(())
            })?;
        }
        Ok(words)
    }
}

impl fmt::Debug for StoredPeople {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredPeople")
    }
}

impl People for StoredPeople {
    /// While names cannot be read, every word may be one.
    fn is_name(&self, word: &str) -> bool {
        let words = self.words.get_or_init(|| {
            self.read()
                .inspect_err(|error| tracing::error!(?error, "names cannot be read: lines are masked"))
                .ok()
        });
        words.as_ref().is_none_or(|words| words.contains(word))
    }
}

/// A record as the store has it; what is no JSON has no names to be found.
fn collect(json: &str, words: &mut HashSet<String>) {
    if let Ok(value) = serde_json::from_str(json) {
        names(&value, words);
    }
}

fn names(value: &Value, words: &mut HashSet<String>) {
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        match value {
            Value::String(text) if NAMES.contains(&name.as_str()) => words.extend(words_of(text)),
            value => names(value, words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_at_every_depth_and_nothing_else_is() {
        let mut words = HashSet::new();
        collect(
            r#"{"id":"p1","last_name":"Пётр-Ли","child":{"first_name":"Anna"},"position":"учитель"}"#,
            &mut words,
        );
        let mut words: Vec<String> = words.into_iter().collect();
        words.sort();
        assert_eq!(words, ["anna", "ли", "петр"]);
    }
}
