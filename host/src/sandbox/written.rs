//! Remembers which items of a call left in a request, so that a connector cannot claim what it never sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{ItemRef, WriteJournal, WriteTicket};

/// The journal of a run, watched for one call.
pub(super) struct Watched {
    journal: Arc<dyn WriteJournal>,
    sent: Mutex<BTreeMap<WriteTicket, Vec<ItemRef>>>,
}

impl Watched {
    pub(super) fn new(journal: Arc<dyn WriteJournal>) -> Self {
        Self { journal, sent: Mutex::default() }
    }

    /// The items of requests that left, or may have left.
    pub(super) fn items(&self) -> BTreeSet<ItemRef> {
        self.tickets().values().flatten().cloned().collect()
    }

    fn tickets(&self) -> std::sync::MutexGuard<'_, BTreeMap<WriteTicket, Vec<ItemRef>>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WriteJournal for Watched {
    fn sent(&self, operation: &str, items: &[ItemRef]) -> Result<WriteTicket, String> {
        let ticket = self.journal.sent(operation, items)?;
        self.tickets().insert(ticket, items.to_vec());
        Ok(ticket)
    }

    fn answered(&self, ticket: WriteTicket, status: Option<u16>) {
        if status.is_none() {
            self.tickets().remove(&ticket);
        }
        self.journal.answered(ticket, status);
    }
}
