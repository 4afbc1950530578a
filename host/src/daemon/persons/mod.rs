//! The people of a school, found among its records by id, by a piece of the name, by class; and what is known of one.
//!
//! Names are shown to the people of the school only: whoever calls this notes in the audit that somebody looked, by a
//! keyed hash of the person.

mod card;

pub use self::card::{Card, Known, OfTask, Texts, Thing, card, classes};
use crate::error::{Error, Result};
use crate::model::hex;
use crate::model::records::{Filter, Record, RecordRef, RecordType};
use crate::records::plain;
use crate::store::{EraseStore, Erasures, RecordStore, SchoolDb, SecretStore};

/// The types of records that are people.
pub const PEOPLE: [RecordType; 3] = [RecordType::Pupil, RecordType::Guardian, RecordType::Staff];

/// `ID`, or `pupil:ID` where several people have it: the type, if it was named, and the id.
pub fn named(text: &str) -> (Option<RecordType>, &str) {
    let parts = text.split_once(':').and_then(|(kind, id)| Some((RecordType::by_name(kind)?, id)));
    parts.map_or((None, text), |(kind, id)| (Some(kind), id))
}

/// People with this id.
pub fn of_id(store: &SchoolDb, text: &str) -> Result<Vec<RecordRef>> {
    let (kind, id) = named(text);
    let mut people = store.people(id)?;
    people.retain(|who| kind.is_none_or(|kind| who.record_type == kind));
    Ok(people)
}

/// A piece of a name: its words, whatever their case and order.
pub struct Piece(Vec<String>);

impl Piece {
    /// The words of a text.
    pub fn of(text: &str) -> Self {
        Self(text.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect())
    }

    /// Does a name hold every word?
    pub fn fits(&self, name: &str) -> bool {
        let name = plain(name);
        self.0.iter().all(|word| name.contains(word))
    }
}

/// People whose names hold a piece; by name. Nobody where it has no words.
pub fn of_name(store: &SchoolDb, piece: &str) -> Result<Vec<Record>> {
    let piece = Piece::of(piece);
    let mut found = Vec::new();
    if piece.0.is_empty() {
        return Ok(found);
    }
    for kind in PEOPLE {
        each(store, kind, &Filter::default(), |record| {
            if piece.fits(&record.title()) {
                found.push(record);
            }
        })?;
    }
    found.sort_by_cached_key(|record| (record.title(), record.id().to_owned()));
    Ok(found)
}

/// All records of a type that the filter answers.
pub fn each(store: &SchoolDb, kind: RecordType, filter: &Filter, mut each: impl FnMut(Record)) -> Result<()> {
    store.each_record(kind, filter, &mut |json| {
        each(read(kind, json)?);
        Ok(())
    })
}

/// One record.
pub fn record(store: &SchoolDb, of: &RecordRef) -> Result<Option<Record>> {
    let json = store.get(of.record_type, &of.id)?;
    json.map(|json| read(of.record_type, &json)).transpose()
}

fn read(kind: RecordType, json: &str) -> Result<Record> {
    Record::from_json(kind, json)
        .map_err(|cause| Error::internal("a stored record has another shape").because(cause))
}

/// The keyed hash by which the audit speaks of a person: it outlives an erasure, and an id would name them.
pub fn key(store: &SchoolDb, who: &RecordRef) -> Result<String> {
    let hash = Erasures::hash(&store.hash_key()?, who.record_type, &who.id);
    Ok(hex(&hash[..16]))
}
