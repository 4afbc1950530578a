//! What became of items, few bytes each: of most there is nothing to say but that all went well.

use std::collections::BTreeSet;
use std::fmt;

use indexmap::IndexMap;

use crate::model::{Action, ItemRef, Outcome, OutcomeRow};

use super::ledger::Ledger;

/// What became of the items of a run.
#[derive(Default)]
pub struct Outcomes {
    rows: IndexMap<ItemRef, Told>,
    /// What is known of items in the end: class and record of what went well.
    ledger: Ledger,
}

/// What became of an item.
#[derive(Debug)]
enum Told {
    /// Nothing else is to be said.
    Well(Well, Option<Action>),
    Row(Box<OutcomeRow>),
}

#[derive(Clone, Copy, Debug)]
enum Well {
    Applied,
    Accepted,
    Adopted,
}

impl Well {
    /// Of an outcome that says nothing else.
    fn of(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Applied => Some(Self::Applied),
            Outcome::Accepted => Some(Self::Accepted),
            Outcome::Adopted => Some(Self::Adopted),
            _ => None,
        }
    }

    fn outcome(self) -> &'static Outcome {
        static APPLIED: Outcome = Outcome::Applied;
        static ACCEPTED: Outcome = Outcome::Accepted;
        static ADOPTED: Outcome = Outcome::Adopted;
        match self {
            Self::Applied => &APPLIED,
            Self::Accepted => &ACCEPTED,
            Self::Adopted => &ADOPTED,
        }
    }
}

impl Told {
    fn outcome(&self) -> &Outcome {
        match self {
            Self::Well(well, _) => well.outcome(),
            Self::Row(row) => &row.outcome,
        }
    }

    fn action(&self) -> Option<Action> {
        match self {
            Self::Well(_, action) => *action,
            Self::Row(row) => row.action,
        }
    }

    fn row(&self, item: &ItemRef, ledger: &Ledger) -> OutcomeRow {
        match self {
            Self::Row(row) => OutcomeRow::clone(row),
            Self::Well(well, action) => {
                let (group, about) = ledger.whose(item).unwrap_or_default();
                let outcome = well.outcome().clone();
                OutcomeRow { item: item.clone(), group, about, outcome, action: *action, remarks: Vec::new() }
            }
        }
    }
}

/// Where outcomes are noted while a run goes on. Of what went well the ledger has an entry, with class and record.
#[derive(Debug, Default)]
pub(super) struct Noted(IndexMap<ItemRef, Told>);

impl Noted {
    /// Notes what became of an item, in place of what was noted before.
    pub(super) fn note(&mut self, row: OutcomeRow) {
        self.0.insert(row.item.clone(), Told::Row(Box::new(row)));
    }

    /// Notes that all went well, if that is what the outcome says and the ledger knows whose item it is.
    pub(super) fn note_well(
        &mut self,
        item: &ItemRef,
        outcome: &Outcome,
        action: Option<Action>,
        ledger: &Ledger,
    ) -> bool {
        let well = Well::of(outcome).filter(|_| ledger.contains(item));
        if let Some(well) = well {
            self.0.insert(item.clone(), Told::Well(well, action));
        }
        well.is_some()
    }

    pub(super) fn contains(&self, item: &ItemRef) -> bool {
        self.0.contains_key(item)
    }

    pub(super) fn outcome(&self, item: &ItemRef) -> Option<&Outcome> {
        self.0.get(item).map(Told::outcome)
    }

    /// What was done about an item of which something was told.
    pub(super) fn action(&self, item: &ItemRef) -> Option<Action> {
        self.0.get(item).and_then(Told::action)
    }

    /// Did it go well, so that nothing more will be said?
    pub(super) fn went_well(&self, item: &ItemRef) -> bool {
        matches!(self.0.get(item), Some(Told::Well(..)))
    }

    pub(super) fn row(&self, item: &ItemRef, ledger: &Ledger) -> Option<OutcomeRow> {
        self.0.get(item).map(|told| told.row(item, ledger))
    }

    /// All of them, with what was done.
    pub(super) fn all(&self) -> impl Iterator<Item = (&ItemRef, &Outcome, Option<Action>)> {
        self.0.iter().map(|(item, told)| (item, told.outcome(), told.action()))
    }

    /// All of them at the end of a run.
    pub(super) fn end(self, ledger: Ledger) -> Outcomes {
        Outcomes { rows: self.0, ledger }
    }
}

impl Outcomes {
    /// What became of an item; `None`: it stayed as it was.
    pub fn get(&self, item: &ItemRef) -> Option<OutcomeRow> {
        self.rows.get(item).map(|told| told.row(item, &self.ledger))
    }

    /// All of them, by kind and key.
    pub fn iter(&self) -> impl Iterator<Item = OutcomeRow> {
        let items: BTreeSet<&ItemRef> = self.rows.keys().collect();
        items.into_iter().filter_map(|item| self.get(item))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Everything stayed as it was.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl PartialEq for Outcomes {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
