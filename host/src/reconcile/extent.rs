//! A run that only adds: changes, closings and removals of what is on the other side are left for one that may do
//! everything, and are told as waiting. Their scopes stay open, so that run looks at them again. What is known of the
//! other side is kept up in any case.

use crate::model::manifest::Direction;
use crate::model::{Action, Connector, Extent, ItemRef, LedgerState, Message, Outcome, Waiting};

use super::run::Run;

/// For whom it waits: for the time of additions only to be over.
pub(super) fn later() -> Waiting {
    Waiting::of(Message::new("host-additions-only"))
}

impl<C: Connector> Run<'_, C> {
    /// Is this change of an item of this kind left for later? The school's own records are nobody else's.
    pub(super) fn is_for_later(&self, kind: &str, action: Action) -> bool {
        let kind = self.env.connector.manifest().kind(kind);
        let outbound = kind.is_none_or(|kind| kind.direction == Direction::Outbound);
        self.extent == Extent::Additions && action != Action::Create && outbound
    }

    /// Tells of an item that its change is left for later. A doubt remains one.
    pub(super) fn tell_later(&mut self, id: &ItemRef) {
        let state = self.world.ledger.state(id);
        let outcome = match state {
            Some(LedgerState::InDoubt) => Outcome::InDoubt,
            Some(LedgerState::Unconfirmed) => Outcome::NotConfirmed,
            _ => Outcome::Waiting(later()),
        };
        self.tell(id, outcome, None, Vec::new());
    }
}
