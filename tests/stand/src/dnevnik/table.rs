//! Records by id, some of which readers cannot see yet.
//!
//! A record stored under the fault "visible only after N ms" exists for writes at once and for reads later,
//! like a write that has not reached the replica that reads are served from.
//!
//! A table also knows which records go with a person, a class, a school or a name: a region has a million memberships,
//! and every read asks for those of one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::id::Id;
use super::model::{EduGroup, GroupMembership, Link, Membership, Organization, Person, Relation};
use crate::serving::clock::Millis;

/// What records are found by, beside their own id.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// The person, class, school or user they belong to.
    Of(Id),
    /// Words as a search compares them.
    Words(String),
    /// The date of birth.
    Born(Date),
}

impl Key {
    /// Words in any case.
    pub(crate) fn words(words: &[&str]) -> Self {
        Self::Words(words.join(" ").to_lowercase())
    }
}

/// Something kept in a [`Table`].
pub(crate) trait Stored: Clone {
    fn id(&self) -> Id;
    fn hidden_until(&mut self) -> Option<&mut Option<Millis>>;
    fn visible(&self, now: Millis) -> bool;
    /// What it is found by.
    fn keys(&self) -> Vec<Key>;
}

macro_rules! stored {
    ($($kind:ty: $keys:expr),*) => {$(
        impl Stored for $kind {
            fn id(&self) -> Id { self.id }
            fn keys(&self) -> Vec<Key> { $keys(self) }
            fn hidden_until(&mut self) -> Option<&mut Option<Millis>> { Some(&mut self.hidden_until) }
            fn visible(&self, now: Millis) -> bool { self.hidden_until.is_none_or(|until| until <= now) }
        }
    )*};
}
stored!(
    Person: keys_of_person,
    EduGroup: |group: &EduGroup| vec![Key::Of(group.school)],
    Membership: |membership: &Membership| vec![Key::Of(membership.person), Key::Of(membership.school)],
    GroupMembership: |membership: &GroupMembership| vec![Key::Of(membership.person), Key::Of(membership.edu_group)],
    Relation: |relation: &Relation| vec![Key::Of(relation.child), Key::Of(relation.relative)],
    Link: |link: &Link| vec![Key::Of(link.person), Key::Words(link.subject.clone())]
);

fn keys_of_person(person: &Person) -> Vec<Key> {
    let ids = person.school.into_iter().chain(person.user_id).map(Key::Of);
    let names = [Key::words(&[&person.last_name]), Key::words(&[&person.last_name, &person.first_name])];
    let snils = person.snils.as_deref().map(|snils| Key::Words(digits(snils)));
    ids.chain(names).chain(snils).chain(person.birthday.map(Key::Born)).collect()
}

/// A number as a search compares it.
pub(crate) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

impl Stored for Organization {
    fn id(&self) -> Id {
        self.id
    }
    fn hidden_until(&mut self) -> Option<&mut Option<Millis>> {
        None
    }
    fn visible(&self, _: Millis) -> bool {
        true
    }
    fn keys(&self) -> Vec<Key> {
        Vec::new()
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(
    from = "BTreeMap<Id, T>",
    into = "BTreeMap<Id, T>",
    bound(deserialize = "T: Stored + Deserialize<'de>")
)]
#[serde(bound(serialize = "T: Stored + Serialize"))]
pub(crate) struct Table<T> {
    records: BTreeMap<Id, T>,
    /// Which records are found by what.
    found: BTreeMap<Key, BTreeSet<Id>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { records: BTreeMap::new(), found: BTreeMap::new() }
    }
}

impl<T: Stored> From<BTreeMap<Id, T>> for Table<T> {
    fn from(records: BTreeMap<Id, T>) -> Self {
        let mut table = Table::default();
        records.into_values().for_each(|record| table.put(record));
        table
    }
}

impl<T> From<Table<T>> for BTreeMap<Id, T> {
    fn from(table: Table<T>) -> Self {
        table.records
    }
}

impl<T: Stored> Table<T> {
    /// Adds a record, or replaces the one with its id.
    pub(crate) fn put(&mut self, record: T) {
        let id = record.id();
        self.forget_keys(id);
        for key in record.keys() {
            self.found.entry(key).or_default().insert(id);
        }
        self.records.insert(id, record);
    }

    fn forget_keys(&mut self, id: Id) {
        for key in self.records.get(&id).map(T::keys).unwrap_or_default() {
            if let Some(ids) = self.found.get_mut(&key) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.found.remove(&key);
                }
            }
        }
    }

    /// The records found by this, in order of id.
    pub(crate) fn by<'a>(&'a self, key: &Key) -> impl Iterator<Item = &'a T> + use<'a, T> {
        self.found.get(key).into_iter().flatten().filter_map(|id| self.records.get(id))
    }

    /// How many are found by this.
    pub(crate) fn count(&self, key: &Key) -> usize {
        self.found.get(key).map_or(0, BTreeSet::len)
    }

    /// Those of this person, class, school or user.
    pub(crate) fn of(&self, id: Id) -> impl Iterator<Item = &T> {
        self.by(&Key::Of(id))
    }

    /// Adds a record that reads see from `hidden_until` on.
    pub(crate) fn put_hidden(&mut self, mut record: T, hidden_until: Option<Millis>) {
        if let Some(field) = record.hidden_until() {
            *field = hidden_until;
        }
        self.put(record);
    }

    pub(crate) fn get(&self, id: Id) -> Option<&T> {
        self.records.get(&id)
    }

    /// Changes a record; `None`: there is none with this id.
    pub(crate) fn change(&mut self, id: Id, change: impl FnOnce(&mut T)) -> Option<()> {
        let mut record = self.records.get(&id)?.clone();
        change(&mut record);
        self.put(record);
        Some(())
    }

    /// Takes a record out; `None`: there is none with this id.
    pub(crate) fn remove(&mut self, id: Id) -> Option<T> {
        self.forget_keys(id);
        self.records.remove(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.records.values()
    }

    pub(crate) fn contains(&self, id: Id) -> bool {
        self.records.contains_key(&id)
    }

    /// The records in order of id, without the marks of what is no longer hidden.
    pub(crate) fn listing(&self, now: Millis) -> Vec<T> {
        let mut records: Vec<T> = self.records.values().cloned().collect();
        for record in records.iter_mut().filter(|record| record.visible(now)) {
            if let Some(field) = record.hidden_until() {
                *field = None;
            }
        }
        records
    }
}
