//! What should exist, as a run has it in its hands: each item packed, with what was found out about it.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::{ItemRef, ScopeId};

use super::pack::{Texts, Whose, pack_wanted, unpack_wanted, whose};
use super::state::{Wanted, Work};

/// The items of a run that are not just as they were, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Items {
    texts: Texts,
    slots: IndexMap<ItemRef, Slot>,
}

#[derive(Debug)]
struct Slot {
    /// `None`: the item has come to its end, and its content was let go.
    bytes: Option<Box<[u8]>>,
    scope: ScopeId,
    refers: bool,
    shared: bool,
    renamed: bool,
    level: u32,
    work: Work,
}

impl Items {
    /// Adds an item of which nothing was found out yet.
    pub(super) fn add(&mut self, wanted: &Wanted) {
        let slot = Slot {
            bytes: Some(pack_wanted(wanted, &mut self.texts)),
            scope: wanted.scope.clone(),
            refers: wanted.item.refs().next().is_some(),
            shared: wanted.identity.is_some(),
            renamed: !wanted.item.former_keys.is_empty(),
            level: 0,
            work: Work::default(),
        };
        // Whoever answered it made a text of its own for the kind of each item.
        let ItemRef { kind, key } = &wanted.item.id;
        let id = ItemRef { kind: self.texts.shared(kind), key: Arc::clone(key) };
        self.slots.insert(id, slot);
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn contains(&self, id: &ItemRef) -> bool {
        self.slots.contains_key(id)
    }

    /// The item, unpacked; `None` also when it has come to its end.
    pub(super) fn get(&self, id: &ItemRef) -> Option<Arc<Wanted>> {
        let (id, slot) = self.slots.get_key_value(id)?;
        slot.bytes.as_ref().map(|bytes| Arc::new(unpack_wanted(id, bytes, &self.texts)))
    }

    /// Its class and record; `None` also when it has come to its end.
    pub(super) fn whose(&self, id: &ItemRef) -> Option<Whose> {
        let bytes = self.slots.get(id)?.bytes.as_ref()?;
        Some(whose(id, bytes, &self.texts))
    }

    /// All items, unpacked one by one.
    pub(super) fn all(&self) -> impl Iterator<Item = Arc<Wanted>> {
        self.slots.keys().filter_map(|id| self.get(id))
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &ItemRef> {
        self.slots.keys()
    }

    pub(super) fn works(&self) -> impl Iterator<Item = (&ItemRef, &Work)> {
        self.slots.iter().map(|(id, slot)| (id, &slot.work))
    }

    pub(super) fn work(&self, id: &ItemRef) -> Option<&Work> {
        self.slots.get(id).map(|slot| &slot.work)
    }

    pub(super) fn work_mut(&mut self, id: &ItemRef) -> Option<&mut Work> {
        self.slots.get_mut(id).map(|slot| &mut slot.work)
    }

    pub(super) fn scope(&self, id: &ItemRef) -> Option<&ScopeId> {
        self.slots.get(id).map(|slot| &slot.scope)
    }

    /// Does it refer to other items?
    pub(super) fn refers(&self, id: &ItemRef) -> bool {
        self.slots.get(id).is_some_and(|slot| slot.refers)
    }

    /// May other schools have it too?
    pub(super) fn is_shared(&self, id: &ItemRef) -> bool {
        self.slots.get(id).is_some_and(|slot| slot.shared)
    }

    /// May other schools have any of them too?
    pub(super) fn any_shared(&self) -> bool {
        self.slots.values().any(|slot| slot.shared)
    }

    /// Did it have other keys before?
    pub(super) fn had_other_keys(&self, id: &ItemRef) -> bool {
        self.slots.get(id).is_some_and(|slot| slot.renamed)
    }

    /// Items by level; at first all are of level 0.
    pub(super) fn levels(&self) -> impl Iterator<Item = (&ItemRef, u32)> {
        self.slots.iter().map(|(id, slot)| (id, slot.level))
    }

    pub(super) fn set_level(&mut self, id: &ItemRef, level: usize) {
        if let Some(slot) = self.slots.get_mut(id) {
            slot.level = u32::try_from(level).unwrap_or(u32::MAX);
        }
    }

    /// Lets the content of an item go that has come to its end.
    pub(super) fn let_go(&mut self, id: &ItemRef) {
        if let Some(slot) = self.slots.get_mut(id) {
            slot.bytes = None;
        }
    }

    /// Keeps these; answers the others.
    pub(super) fn keep(&mut self, kept: &BTreeSet<ItemRef>) -> BTreeSet<ItemRef> {
        let others = self.slots.keys().filter(|id| !kept.contains(*id)).cloned().collect();
        self.slots.retain(|id, _| kept.contains(id));
        others
    }
}
