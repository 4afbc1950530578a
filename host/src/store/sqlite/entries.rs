//! Ledger entries as rows: read by place, enums as fixed words, hashes of fields as bytes.

use std::borrow::Cow;

use rusqlite::{Connection, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Context, Error, Kind, Result};
use crate::model::{FieldHash, ItemRef, LedgerEntry, LedgerState, Origin, SharedTexts, TaskId, WhenGone};

use super::file::broken;
use super::values::{bytes32, json, json_opt, parse};

/// The columns of an entry, in the order in which [`entry`] reads them.
pub(super) const COLUMNS: &str = "kind, key, scope, class, about, handle, outputs, refs, fields, origin, state, gone, \
                                  identity, doubt, confirmed, gone_since";

/// A value and how its column says it: JSON, as everywhere.
type Words<T> = &'static [(T, &'static str)];

const ORIGINS: Words<Origin> = &[(Origin::Created, "\"created\""), (Origin::Adopted, "\"adopted\"")];
const STATES: Words<LedgerState> = &[
    (LedgerState::Confirmed, "\"confirmed\""),
    (LedgerState::Accepted, "\"accepted\""),
    (LedgerState::Unconfirmed, "\"unconfirmed\""),
    (LedgerState::InDoubt, "\"in-doubt\""),
    (LedgerState::Undone, "\"undone\""),
];
const GONE: Words<WhenGone> = &[
    (WhenGone::Report, "\"report\""),
    (WhenGone::Forget, "\"forget\""),
    (WhenGone::Close, "\"close\""),
    (WhenGone::Remove, "\"remove\""),
];

/// An entry out of the columns [`COLUMNS`].
pub(super) fn entry(row: &Row<'_>, shared: &mut SharedTexts) -> Result<LedgerEntry> {
    let item = ItemRef { kind: shared.of(text(row, 0)?), key: text(row, 1)?.into() };
    Ok(LedgerEntry {
        item,
        scope: crate::model::ScopeId(shared.of(text(row, 2)?)),
        group: text_opt(row, 3)?.map(str::to_owned),
        about: text_opt(row, 4)?.map(parse).transpose()?,
        handle: text_opt(row, 5)?.map(str::to_owned),
        outputs: list(text(row, 6)?)?,
        refs: list(text(row, 7)?)?,
        fields: hashes(bytes(row, 8)?, shared)?,
        origin: said(ORIGINS, text(row, 9)?)?,
        state: said(STATES, text(row, 10)?)?,
        gone: said(GONE, text(row, 11)?)?,
        identity: row
            .get_ref(12)
            .map_err(broken)?
            .as_blob_or_null()
            .map_err(strange)?
            .map(bytes32)
            .transpose()?,
        doubt: text_opt(row, 13)?.map(parse).transpose()?,
        confirmed: row.get(14).map_err(broken)?,
        gone_since: row.get(15).map_err(broken)?,
    })
}

/// Puts entries, each in place of an older one.
pub(super) fn put_entries(t: &Connection, task: &TaskId, entries: &[LedgerEntry]) -> Result<()> {
    let sql = format!(
        "INSERT OR REPLACE INTO ledger ({COLUMNS}, task) VALUES \
         (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"
    );
    let mut statement = t.prepare_cached(&sql).map_err(broken)?;
    entries.iter().try_for_each(|entry| {
        let values = params![
            entry.item.kind,
            entry.item.key,
            entry.scope.as_str(),
            entry.group,
            json_opt(entry.about.as_ref())?,
            entry.handle,
            listed(&entry.outputs)?,
            listed(&entry.refs)?,
            hash_bytes(&entry.fields)?,
            word(ORIGINS, entry.origin),
            word(STATES, entry.state),
            word(GONE, entry.gone),
            entry.identity.as_ref().map(|hash| hash.as_slice()),
            json_opt(entry.doubt.as_ref())?,
            entry.confirmed,
            entry.gone_since,
            task.as_str(),
        ];
        statement.execute(values).map(drop).map_err(broken)
    })
}

/// Drops the entries of these items.
pub(super) fn drop_entries(t: &Connection, task: &TaskId, items: &[ItemRef]) -> Result<()> {
    let sql = "DELETE FROM ledger WHERE task = ?1 AND kind = ?2 AND key = ?3";
    let mut statement = t.prepare_cached(sql).map_err(broken)?;
    items.iter().try_for_each(|item| {
        statement.execute([task.as_str(), &item.kind, &item.key]).map(drop).map_err(broken)
    })
}

fn text<'a>(row: &'a Row<'_>, place: usize) -> Result<&'a str> {
    row.get_ref(place).map_err(broken)?.as_str().map_err(strange)
}

fn text_opt<'a>(row: &'a Row<'_>, place: usize) -> Result<Option<&'a str>> {
    row.get_ref(place).map_err(broken)?.as_str_or_null().map_err(strange)
}

fn bytes<'a>(row: &'a Row<'_>, place: usize) -> Result<&'a [u8]> {
    row.get_ref(place).map_err(broken)?.as_blob().map_err(strange)
}

fn strange(cause: rusqlite::types::FromSqlError) -> Error {
    Error::internal("the database holds a value of another type").because(cause)
}

fn word<T: Copy + PartialEq>(words: Words<T>, value: T) -> Option<&'static str> {
    words.iter().find(|(known, _)| *known == value).map(|(_, word)| *word)
}

fn said<T: Copy>(words: Words<T>, text: &str) -> Result<T> {
    let known = words.iter().find(|(_, word)| *word == text).map(|(value, _)| *value);
    known.ok_or_else(|| Error::internal(format!("the database holds the unknown word {text}")))
}

/// A list as JSON; most are empty.
fn listed<T: Serialize>(list: &[T]) -> Result<Cow<'static, str>> {
    if list.is_empty() { Ok(Cow::Borrowed("[]")) } else { json(list).map(Cow::Owned) }
}

fn list<T: DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    if text == "[]" { Ok(Vec::new()) } else { parse(text) }
}

/// For each field the length of its name (four bytes, the highest first), the name, the hash.
fn hash_bytes(fields: &[FieldHash]) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(fields.iter().map(|field| 20 + field.name.len()).sum());
    for field in fields {
        let length = u32::try_from(field.name.len()).context(Kind::Internal, "a field's name is too long")?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(field.name.as_bytes());
        bytes.extend_from_slice(&field.hash);
    }
    Ok(bytes)
}

fn hashes(mut bytes: &[u8], shared: &mut SharedTexts) -> Result<Vec<FieldHash>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let (field, rest) = hash(bytes, shared)
            .ok_or_else(|| Error::internal("the database holds hashes of another shape"))?;
        fields.push(field);
        bytes = rest;
    }
    Ok(fields)
}

fn hash<'a>(bytes: &'a [u8], shared: &mut SharedTexts) -> Option<(FieldHash, &'a [u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (name, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    let (hash, rest) = rest.split_first_chunk::<16>()?;
    Some((FieldHash { name: shared.of(std::str::from_utf8(name).ok()?), hash: *hash }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_json<T: Copy + Serialize>(words: Words<T>) {
        for (value, word) in words {
            assert_eq!(json(value).unwrap(), *word);
        }
    }

    #[test]
    fn words_are_the_json_of_their_values() {
        are_json(ORIGINS);
        are_json(STATES);
        are_json(GONE);
    }

    #[test]
    fn hashes_come_back_and_damage_is_noticed() {
        let field = |name: &str, byte| FieldHash { name: name.into(), hash: [byte; 16] };
        let fields = vec![field("имя", 1), field("class", 255)];
        let bytes = hash_bytes(&fields).unwrap();
        let mut shared = SharedTexts::default();
        assert_eq!(hashes(&bytes, &mut shared).unwrap(), fields);
        for cut in 1..bytes.len() {
            let read = hashes(&bytes[..cut], &mut shared);
            assert!(read.is_err() || read.unwrap().len() < 2, "cut at {cut}");
        }
    }
}
