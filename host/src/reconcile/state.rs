//! What a run knows while it goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::contract::{Basis, Candidate, Difference, LeftOut, Observation, Presence, Scope};
use crate::model::item::{OutputRef, Ownership, Target, Value};
use crate::model::records::Dependency;
use crate::model::{
    Action, FieldHash, Item, ItemRef, LedgerEntry, LedgerState, Message, Millis, Param, ScopeId, SharedTexts,
    TaskRef, Waiting, WriteTicket,
};
use crate::store::{Decision, Held, IdentityRef, Question, Restored};

use super::hash::ItemsDigest;
use super::image;
use super::items::Items;
use super::ledger::Ledger;
use super::outcomes::Noted;

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

    /// Are there any such?
    pub(super) fn has_changed(&self, known: &[FieldHash]) -> bool {
        self.hashes.iter().any(|hash| !known.contains(hash) && self.owns(&hash.name))
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
    /// Of the items so far, in the order in which they were answered.
    pub(super) digest: ItemsDigest,
    /// All its items belong to this run, not only chosen ones.
    pub(super) whole: bool,
}

/// How an item stands before anybody looks at the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Situation {
    /// Unknown to the ledger.
    #[default]
    New,
    /// A write without an answer.
    Doubt,
    /// A write with an answer, not read back.
    Unconfirmed,
    /// Owned fields changed.
    Changed,
    /// As it was, to be looked at again.
    Audit,
    /// A person has undone it, and its content is as it was.
    Undone,
    /// As it was.
    Same,
}

/// What is to be done with an item.
#[derive(Clone, Debug, Default)]
pub(super) enum Next {
    /// Nothing.
    #[default]
    Same,
    /// Take over.
    Adopt(Box<Presence>),
    /// It is there, as we left it or as we hoped.
    Found(Box<Presence>),
    /// A person says that it arrived; nobody can check.
    Believed(Option<String>),
    /// Make a change. A token where an earlier attempt had one.
    Apply { action: Action, fields: Vec<String>, token: Option<String> },
    /// Differs; tell.
    Tell { fields: Vec<String>, presence: Option<Box<Presence>> },
    /// It was there and is not.
    Lost,
    /// Ask a person.
    Decide(Question, Vec<Candidate>),
    /// Wait for a person.
    Wait(Box<Waiting>),
    /// No definite answer yet.
    InDoubt,
    /// Refers to what is not there.
    Blocked(ItemRef),
    /// Past its window.
    Expired,
    /// Before its window.
    NotYet(Millis),
    /// A person has undone it.
    LeftAlone,
    /// Nothing definite.
    Unknown(Message),
}

/// What was found out about an item.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    pub(super) situation: Situation,
    pub(super) next: Next,
    seen: Seen,
}

/// What was seen there; of most that is new, that it is absent.
#[derive(Clone, Debug, Default)]
enum Seen {
    #[default]
    Nothing,
    Absent(Basis),
    Other(Box<Observation>),
}

impl Work {
    /// What was seen there, if anybody looked.
    pub(super) fn observation(&self) -> Option<&Observation> {
        static NOT_LISTED: Observation = Observation::Absent(Basis::Listing);
        static NOT_FOUND: Observation = Observation::Absent(Basis::Lookup);
        match &self.seen {
            Seen::Nothing => None,
            Seen::Absent(Basis::Listing) => Some(&NOT_LISTED),
            Seen::Absent(Basis::Lookup) => Some(&NOT_FOUND),
            Seen::Other(observation) => Some(observation),
        }
    }

    /// Notes what was seen.
    pub(super) fn saw(&mut self, observation: Observation) {
        self.seen = match observation {
            Observation::Absent(basis) => Seen::Absent(basis),
            other => Seen::Other(Box::new(other)),
        };
    }
}

/// Something of the ledger that is no longer desired.
#[derive(Clone, Debug)]
pub(super) struct Departure {
    pub(super) entry: LedgerEntry,
    pub(super) what: Leaving,
    /// What its record says, where it is one of the school's own: for the preview.
    pub(super) there: Vec<Difference>,
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
    /// Writes that are over; their items are among the entries.
    pub(super) settled: Vec<WriteTicket>,
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
    /// Names of fields.
    pub(super) names: SharedTexts,
    /// What should exist, and what is to be done with it; without what the ledger notes to be as it was.
    pub(super) items: Items,
    /// The items in the order of application, level by level.
    pub(super) order: Arc<Vec<Vec<ItemRef>>>,
    /// Position of the first of its levels whose turn comes after what leaves.
    pub(super) said_from: usize,
    /// Items for which a person is waited.
    pub(super) awaiting: BTreeSet<ItemRef>,
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
    pub(super) ledger: Ledger,
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
    pub(super) outcomes: Noted,
}

impl World {
    /// Is it desired, chosen or not?
    pub(super) fn desires(&self, id: &ItemRef) -> bool {
        self.items.contains(id) || self.ledger.was_as_it_was(id) || self.unchosen.contains(id)
    }

    /// How many items are desired, and chosen.
    pub(super) fn wanted(&self) -> u64 {
        (self.items.len() + self.ledger.as_they_were()) as u64
    }

    /// What is known of each item that this one refers to.
    pub(super) fn targets(&self, item: &Item) -> Vec<Target> {
        let mut ids: Vec<&ItemRef> = item.refs().collect();
        ids.sort();
        ids.dedup();
        ids.into_iter().map(|id| self.target(id)).collect()
    }

    pub(super) fn target(&self, id: &ItemRef) -> Target {
        let (handle, outputs) = self.there(id).unwrap_or_default();
        Target { item: id.clone(), handle, outputs }
    }

    /// Handle and outputs of something that is certainly there.
    pub(super) fn there(&self, id: &ItemRef) -> Option<(Option<String>, Vec<Param>)> {
        if let Some((handle, outputs)) = self.seen.get(id) {
            return Some((Some(handle.clone()), outputs.clone()));
        }
        let entry = self.ledger.get(id).filter(|entry| entry.state.is_there())?;
        Some((entry.handle, entry.outputs))
    }

    /// An item to whose output this one refers, though nobody knows that output.
    pub(super) fn without_output(&self, item: &Item) -> Option<ItemRef> {
        let mut outputs = item.fields.iter().filter_map(|field| match &field.value {
            Value::Output(wanted) => Some(wanted),
            _ => None,
        });
        let unknown = |wanted: &&OutputRef| image::output(wanted, &[self.target(&wanted.item)]).is_none();
        outputs.find(unknown).map(|wanted| wanted.item.clone())
    }

    /// Is it certainly there?
    pub(super) fn is_there(&self, id: &ItemRef) -> bool {
        self.seen.contains_key(id) || self.ledger.state(id).is_some_and(LedgerState::is_there)
    }
}
