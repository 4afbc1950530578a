//! What a person chose: scopes, items, and what those need. Pure.

use std::collections::BTreeSet;

use crate::model::records::RecordRef;
use crate::model::{ItemRef, Scope, Selection};

use super::items::Items;
use super::state::Wanted;

/// A group's title without case, space and hyphen: `5 а` is `5-А`.
fn plain(group: &str) -> String {
    let dashes = ['-', '‐', '‑', '–', '—', '_'];
    group.chars().filter(|c| !c.is_whitespace() && !dashes.contains(c)).flat_map(char::to_lowercase).collect()
}

/// A selection ready for asking.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    groups: BTreeSet<String>,
    persons: BTreeSet<String>,
    all: bool,
}

impl Chosen {
    /// Prepares a selection.
    pub(super) fn new(selection: &Selection) -> Self {
        Self {
            groups: selection.groups.iter().map(|group| plain(group)).collect(),
            persons: selection.persons.iter().cloned().collect(),
            all: selection.is_all(),
        }
    }

    /// Everything is chosen.
    pub(super) fn is_all(&self) -> bool {
        self.all
    }

    /// Must this scope be asked? A scope without a group may hold anything, and so may any where persons are chosen.
    pub(super) fn asks(&self, scope: &Scope) -> bool {
        self.all || !self.persons.is_empty() || scope.group.is_none() || self.group(scope.group.as_deref())
    }

    /// Are all items of this scope chosen?
    pub(super) fn whole(&self, scope: &Scope) -> bool {
        self.all || self.group(scope.group.as_deref())
    }

    /// Is something of this group, about this record, in this scope chosen?
    pub(super) fn item(&self, group: Option<&str>, about: Option<&RecordRef>) -> bool {
        self.all || self.group(group) || about.is_some_and(|about| self.persons.contains(&about.id))
    }

    fn group(&self, group: Option<&str>) -> bool {
        group.is_some_and(|group| self.groups.contains(&plain(group)))
    }
}

/// Keeps what is chosen and, of the rest, what it refers to. Answers what is not kept.
pub(super) fn keep(
    items: &mut Items,
    chosen: &Chosen,
    whole: &BTreeSet<crate::model::ScopeId>,
) -> BTreeSet<ItemRef> {
    if chosen.is_all() {
        return BTreeSet::new();
    }
    let direct =
        |w: &Wanted| whole.contains(&w.scope) || chosen.item(w.item.group.as_deref(), w.item.about.as_ref());
    let mut open: Vec<ItemRef> = items.all().filter(|w| direct(w)).map(|w| w.item.id.clone()).collect();
    let mut kept = BTreeSet::new();
    while let Some(id) = open.pop() {
        if let Some(found) = items.get(&id).filter(|_| !kept.contains(&id)) {
            open.extend(found.item.refs().cloned());
            kept.insert(id);
        }
    }
    items.keep(&kept)
}
