//! Records by id, some of which readers cannot see yet.
//!
//! A record stored under the fault "visible only after N ms" exists for writes at once and for reads later,
//! like a write that has not reached the replica that reads are served from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clock::Millis;
use super::id::Id;
use super::model::{EduGroup, GroupMembership, Membership, Organization, Person, Relation};

/// Something kept in a [`Table`].
pub(crate) trait Stored: Clone {
    fn id(&self) -> Id;
    fn hidden_until(&mut self) -> Option<&mut Option<Millis>>;
    fn visible(&self, now: Millis) -> bool;
}

macro_rules! stored {
    ($($kind:ty),*) => {$(
        impl Stored for $kind {
            fn id(&self) -> Id { self.id }
            fn hidden_until(&mut self) -> Option<&mut Option<Millis>> { Some(&mut self.hidden_until) }
            fn visible(&self, now: Millis) -> bool { self.hidden_until.is_none_or(|until| until <= now) }
        }
    )*};
}
stored!(Person, EduGroup, Membership, GroupMembership, Relation);

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
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Table<T>(BTreeMap<Id, T>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table(BTreeMap::new())
    }
}

impl<T: Stored> Table<T> {
    /// Adds a record, or replaces the one with its id.
    pub(crate) fn put(&mut self, record: T) {
        self.0.insert(record.id(), record);
    }

    /// Adds a record that reads see from `hidden_until` on.
    pub(crate) fn put_hidden(&mut self, mut record: T, hidden_until: Option<Millis>) {
        if let Some(field) = record.hidden_until() {
            *field = hidden_until;
        }
        self.put(record);
    }

    pub(crate) fn get(&self, id: Id) -> Option<&T> {
        self.0.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: Id) -> Option<&mut T> {
        self.0.get_mut(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.values()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.values_mut()
    }

    pub(crate) fn contains(&self, id: Id) -> bool {
        self.0.contains_key(&id)
    }

    /// The records in order of id, without the marks of what is no longer hidden.
    pub(crate) fn listing(&self, now: Millis) -> Vec<T> {
        let mut records: Vec<T> = self.0.values().cloned().collect();
        for record in records.iter_mut().filter(|record| record.visible(now)) {
            if let Some(field) = record.hidden_until() {
                *field = None;
            }
        }
        records
    }
}
