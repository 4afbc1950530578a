//! What a run knows while it goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::contract::{Candidate, Difference, LeftOut, Observation, Presence, Scope};
use crate::model::item::{Ownership, Target};
use crate::model::records::Dependency;
use crate::model::{
    Action, FieldHash, Item, ItemRef, LedgerEntry, LedgerState, Message, Millis, OutcomeRow, Param, ScopeId,
    TaskRef, Waiting,
};
use crate::store::{Decision, Held, IdentityRef, Question, Restored};

/// An item that should exist.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) item: Arc<Item>,
    pub(super) scope: ScopeId,
    pub(super) hashes: Vec<FieldHash>,
    pub(super) identity: Option<IdentityRef>,
}

impl Wanted {
    /// The names of owned fields whose hash differs from what is known.
    pub(super) fn changed(&self, known: &[FieldHash]) -> Vec<String> {
        let same = |hash: &FieldHash| known.contains(hash);
        self.hashes
            .iter()
            .filter(|hash| self.owns(&hash.name) && !same(hash))
            .map(|h| h.name.to_string())
            .collect()
    }

    /// Is the field kept true after creation?
    pub(super) fn owns(&self, name: &str) -> bool {
        self.item.field(name).is_some_and(|field| field.ownership == Ownership::Owned)
    }

    /// Of these differences the names of owned fields.
    pub(super) fn owned(&self, differing: &[Difference]) -> Vec<String> {
        differing.iter().map(|d| d.field.clone()).filter(|name| self.owns(name)).collect()
    }

    /// The hashes to remember when the thing there differs in these fields.
    pub(super) fn hashes_but(&self, differing: &[String]) -> Vec<FieldHash> {
        self.hashes
            .iter()
            .filter(|hash| !differing.iter().any(|name| **name == *hash.name))
            .cloned()
            .collect()
    }
}

/// A scope that was worked out in this run.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) scope: Scope,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) valid_until: Option<Millis>,
    pub(super) complete: bool,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) items: u64,
    pub(super) digest: [u8; 32],
    /// All its items belong to this run, not only chosen ones.
    pub(super) whole: bool,
}

/// How an item stands before anybody looks at the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Situation {
    /// Unknown to the ledger.
    New,
    /// A write without an answer.
    Doubt,
    /// A write with an answer, not read back.
    Unconfirmed,
    /// Owned fields changed.
    Changed,
    /// As it was, to be looked at again.
    Audit,
    /// As it was.
    Same,
}

/// What is to be done with an item.
#[derive(Clone, Debug)]
pub(super) enum Next {
    /// Nothing.
    Same,
    /// Take over.
    Adopt(Presence),
    /// It is there, as we left it or as we hoped.
    Found(Presence),
    /// A person says that it arrived; nobody can check.
    Believed(Option<String>),
    /// Make a change. A token where an earlier attempt had one.
    Apply { action: Action, fields: Vec<String>, token: Option<String> },
    /// Differs; tell.
    Tell { fields: Vec<String>, presence: Option<Presence> },
    /// It was there and is not.
    Lost,
    /// Ask a person.
    Decide(Question, Vec<Candidate>),
    /// Wait for a person.
    Wait(Waiting),
    /// No definite answer yet.
    InDoubt,
    /// Refers to what is not there.
    Blocked(ItemRef),
    /// Past its window.
    Expired,
    /// Nothing definite.
    Unknown(Message),
}

/// An item with what was found out about it.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) situation: Situation,
    pub(super) observation: Option<Observation>,
    pub(super) next: Next,
}

/// Something of the ledger that is no longer desired.
#[derive(Clone, Debug)]
pub(super) struct Departure {
    pub(super) entry: LedgerEntry,
    pub(super) what: Leaving,
}

/// How something leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaving {
    /// Kept in the ledger without a word: a message that was sent stays sent.
    Keep,
    /// Told.
    Tell,
    /// Dropped from the ledger.
    Forget,
    /// Left to the other schools that hold it, with the knowledge of who made it.
    HandOver,
    /// Closed or removed.
    Apply(Action),
    /// A write is without an answer.
    InDoubt,
}

/// Items of which the store does not know the latest: how they stand is in the ledger (nothing: no more) and among the
/// outcomes.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub(super) entries: BTreeSet<ItemRef>,
    pub(super) outcomes: BTreeSet<ItemRef>,
}

/// Everything a run knows.
#[derive(Debug, Default)]
pub(super) struct World {
    /// Scopes of this run, in the connector's order.
    pub(super) asked: Vec<Asked>,
    /// All scopes of the connector, in its order.
    pub(super) list: Vec<ScopeId>,
    /// Revision of the records when the run began.
    pub(super) revision: u64,
    /// What the list of scopes was worked out from.
    pub(super) list_dependencies: Vec<Dependency>,
    /// Scopes that are no more, and whether all their items were known.
    pub(super) vanished: Vec<(ScopeId, bool)>,
    /// Scopes known to be as they were, and not asked.
    pub(super) fresh: BTreeSet<ScopeId>,
    /// Desired in these scopes, and not chosen.
    pub(super) unchosen: BTreeSet<ItemRef>,
    /// What should exist.
    pub(super) wanted: BTreeMap<ItemRef, Arc<Wanted>>,
    /// The level of each.
    pub(super) levels: BTreeMap<ItemRef, usize>,
    /// What is to be done with each.
    pub(super) works: BTreeMap<ItemRef, Work>,
    /// What leaves.
    pub(super) departures: Vec<Departure>,
    /// The school came from a backup: what is not known here may be there all the same.
    pub(super) restored: Option<Restored>,
    /// A quiet run: how many entries the ledger has.
    pub(super) known: u64,
    /// Items and left-outs of the scopes that were not asked again.
    pub(super) rest: (u64, u64),
    /// Scopes outside this run of which something refers to what is made anew.
    pub(super) loose: BTreeSet<ScopeId>,
    /// What is known to be there.
    pub(super) ledger: BTreeMap<ItemRef, LedgerEntry>,
    /// What is held from now on and not in the store yet.
    pub(super) held: Vec<Held>,
    /// What became known and is not in the store yet.
    pub(super) pending: Pending,
    /// What observation has shown to be there, though the ledger does not know it yet.
    pub(super) seen: BTreeMap<ItemRef, (String, Vec<Param>)>,
    /// Shared things that another task was about to create when they were looked at.
    pub(super) busy: BTreeMap<ItemRef, TaskRef>,
    /// The handle with which each shared thing was looked at.
    pub(super) probed: BTreeMap<ItemRef, Option<String>>,
    /// Handles in use.
    pub(super) handles: super::adopt::Handles,
    /// Questions and answers by item.
    pub(super) decisions: BTreeMap<ItemRef, Decision>,
    /// What became of items.
    pub(super) outcomes: BTreeMap<ItemRef, OutcomeRow>,
}

impl World {
    /// Is it desired, chosen or not?
    pub(super) fn desires(&self, id: &ItemRef) -> bool {
        self.wanted.contains_key(id) || self.unchosen.contains(id)
    }

    /// What is known of each item that this one refers to.
    pub(super) fn targets(&self, item: &Item) -> Vec<Target> {
        let mut ids: Vec<&ItemRef> = item.refs().collect();
        ids.sort();
        ids.dedup();
        ids.into_iter().map(|id| self.target(id)).collect()
    }

    fn target(&self, id: &ItemRef) -> Target {
        let known = self.there(id);
        let (handle, outputs) =
            known.map_or((None, Vec::new()), |(handle, outputs)| (handle, outputs.to_vec()));
        Target { item: id.clone(), handle, outputs }
    }

    /// Handle and outputs of something that is certainly there.
    pub(super) fn there(&self, id: &ItemRef) -> Option<(Option<String>, &[Param])> {
        if let Some((handle, outputs)) = self.seen.get(id) {
            return Some((Some(handle.clone()), outputs));
        }
        let entry = self.ledger.get(id).filter(|entry| is_there(entry.state))?;
        Some((entry.handle.clone(), &entry.outputs))
    }
}

/// Does this state mean that the thing is there, as far as can be known?
pub(super) fn is_there(state: LedgerState) -> bool {
    matches!(state, LedgerState::Confirmed | LedgerState::Accepted)
}
