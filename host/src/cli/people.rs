//! Finding people among a school's records: by id, or by a piece of the name.

use super::app::App;
use crate::error::{Error, Result};
use crate::model::Message;
use crate::model::records::{Filter, Record, RecordRef, RecordType};
use crate::records::plain;
use crate::store::{EraseStore, RecordStore, SchoolDb};

/// The types of records that are people.
pub(super) const PEOPLE: [RecordType; 3] = [RecordType::Pupil, RecordType::Guardian, RecordType::Staff];

/// `ID`, or `pupil:ID` where several people have it: the type, if it was named, and the id.
pub(super) fn named(text: &str) -> (Option<RecordType>, &str) {
    let parts = text.split_once(':').and_then(|(kind, id)| Some((RecordType::by_name(kind)?, id)));
    parts.map_or((None, text), |(kind, id)| (Some(kind), id))
}

/// People with this id.
pub(super) fn of_id(store: &SchoolDb, text: &str) -> Result<Vec<RecordRef>> {
    let (kind, id) = named(text);
    let mut people = store.people(id)?;
    people.retain(|who| kind.is_none_or(|kind| who.record_type == kind));
    Ok(people)
}

/// The only one of them; several are told apart by their types.
pub(super) fn only_one(people: &[RecordRef], option: &str) -> Result<Option<RecordRef>> {
    match people {
        [] => Ok(None),
        [who] => Ok(Some(who.clone())),
        several => {
            let hints = several.iter().map(|who| format!("{option}{}:{}", who.record_type, who.id));
            let error = Error::config("several people have this id").message(Message::new("erase-several"));
            Err(hints.fold(error, Error::hint))
        }
    }
}

/// People whose names hold every word of a piece, whatever its case and order; by name.
pub(super) fn of_name(store: &SchoolDb, piece: &str) -> Result<Vec<Record>> {
    let words: Vec<String> = piece.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect();
    let mut found = Vec::new();
    if words.is_empty() {
        return Ok(found);
    }
    for kind in PEOPLE {
        each(store, kind, &Filter::default(), |record| {
            let name = plain(&record.title());
            if words.iter().all(|word| name.contains(word)) {
                found.push(record);
            }
        })?;
    }
    found.sort_by_cached_key(|record| (record.title(), record.id().to_owned()));
    Ok(found)
}

/// All records of a type that the filter answers.
pub(super) fn each(
    store: &SchoolDb,
    kind: RecordType,
    filter: &Filter,
    mut each: impl FnMut(Record),
) -> Result<()> {
    store.each_record(kind, filter, &mut |json| {
        each(read(kind, json)?);
        Ok(())
    })
}

/// One record.
pub(super) fn record(store: &SchoolDb, of: &RecordRef) -> Result<Option<Record>> {
    let json = store.get(of.record_type, &of.id)?;
    json.map(|json| read(of.record_type, &json)).transpose()
}

fn read(kind: RecordType, json: &str) -> Result<Record> {
    Record::from_json(kind, json)
        .map_err(|cause| Error::internal("a stored record has another shape").because(cause))
}

/// There is nobody of this id or name.
pub(super) fn nobody(app: &App, id: &str, school: impl std::fmt::Display) -> Error {
    Error::config("there is no such person")
        .message(Message::new("erase-nobody").with("id", id).with("school", school))
        .hint(app.word("erase-nobody-hint"))
}
