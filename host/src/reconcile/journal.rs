//! The journal of one `apply`: puts items in doubt before bytes leave, and remembers what was sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::model::{Doubt, ItemRef, LedgerEntry, LedgerState, TaskId, WriteJournal, WriteTicket};
use crate::store::{Fence, SchoolStore, Sending};

use super::timeline::Timeline;

/// What is known of the requests that named an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trace {
    /// None left.
    Unsent,
    /// At least one has no definite answer.
    Open,
    /// All were answered; were all of them refused for lack of rights?
    Answered { refused: bool },
}

/// What the journal writes to.
pub(super) struct Desk {
    pub(super) store: Arc<dyn SchoolStore>,
    pub(super) time: Timeline,
    pub(super) fence: Fence,
    pub(super) task: TaskId,
    pub(super) run: Option<u64>,
    pub(super) deadline_ms: u64,
}

/// Watches the writes of one call.
pub(super) struct Watch {
    desk: Desk,
    seen: Mutex<Seen>,
}

struct Seen {
    tickets: Vec<Ticket>,
    writes: HashMap<ItemRef, Write>,
    stranger: Option<ItemRef>,
    broken: Option<Error>,
}

/// An item that the call may write.
struct Write {
    /// As it is to be read while in doubt; times are open until a request names it.
    entry: LedgerEntry,
    /// The places of the tickets that name it.
    tickets: Vec<usize>,
}

struct Ticket {
    id: WriteTicket,
    /// Outer `None`: open. Inner `None`: never left.
    answer: Option<Option<u16>>,
}

impl Watch {
    /// Watches a call that may write these items.
    pub(super) fn new(desk: Desk, templates: Vec<LedgerEntry>) -> Self {
        let write = |entry: LedgerEntry| (entry.item.clone(), Write { entry, tickets: Vec::new() });
        let writes = templates.into_iter().map(write).collect();
        let seen = Seen { tickets: Vec::new(), writes, stranger: None, broken: None };
        Self { desk, seen: Mutex::new(seen) }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What became of an item's requests.
    pub(super) fn trace(&self, item: &ItemRef) -> Trace {
        let seen = self.seen();
        let places = seen.writes.get(item).map_or(&[][..], |write| &write.tickets);
        let answers = || places.iter().map(|place| seen.tickets[*place].answer);
        if answers().any(|answer| answer.is_none()) {
            return Trace::Open;
        }
        let mut statuses = answers().filter_map(Option::flatten).peekable();
        if statuses.peek().is_none() {
            return Trace::Unsent;
        }
        Trace::Answered { refused: statuses.all(|status| matches!(status, 401 | 403)) }
    }

    /// The item's entry in doubt, once the call is over; it is given away once. `None`: no request named it.
    ///
    /// The call's connections are closed by then: what was sent can no longer begin to be processed.
    pub(super) fn take_doubt(&self, item: &ItemRef) -> Option<LedgerEntry> {
        let mut seen = self.seen();
        let write = seen.writes.get_mut(item).filter(|write| !write.tickets.is_empty())?;
        let mut entry = std::mem::replace(&mut write.entry, LedgerEntry::unknown(item.clone()));
        let now = self.desk.time.now();
        entry.doubt = entry.doubt.map(|doubt| Doubt { until: doubt.until.min(now), ..doubt });
        Some(entry)
    }

    /// The writes of the call. Their items are in doubt in the store until it is told more of them.
    pub(super) fn tickets(&self) -> Vec<WriteTicket> {
        self.seen().tickets.iter().map(|ticket| ticket.id).collect()
    }

    /// An item that was named though it is not of this call.
    pub(super) fn stranger(&self) -> Option<ItemRef> {
        self.seen().stranger.clone()
    }

    /// Our own store failed meanwhile.
    pub(super) fn broken(&self) -> Option<Error> {
        self.seen().broken.take()
    }
}

impl Seen {
    /// Puts these items in doubt. An older doubt keeps when it was sent first. Fails with an item that is not of the call.
    fn put_in_doubt(&mut self, items: &[ItemRef], now: i64, until: i64) -> Result<(), ItemRef> {
        if let Some(stranger) = items.iter().find(|item| !self.writes.contains_key(*item)) {
            return Err(stranger.clone());
        }
        for item in items {
            if let Some(Write { entry, .. }) = self.writes.get_mut(item) {
                entry.state = LedgerState::InDoubt;
                entry.doubt = entry.doubt.take().map(|doubt| times(doubt, now, until));
            }
        }
        Ok(())
    }
}

fn times(doubt: Doubt, now: i64, until: i64) -> Doubt {
    let sent = if doubt.sent > 0 { doubt.sent } else { now };
    Doubt { sent, until: doubt.until.max(until), ..doubt }
}

impl WriteJournal for Watch {
    fn sent(&self, operation: &str, items: &[ItemRef]) -> Result<WriteTicket, String> {
        let now = self.desk.time.now();
        let until = now.saturating_add_unsigned(self.desk.deadline_ms);
        let mut seen = self.seen();
        let seen = &mut *seen;
        if let Err(stranger) = seen.put_in_doubt(items, now, until) {
            let text = format!("{stranger} is not a change of this call");
            seen.stranger = Some(stranger);
            return Err(text);
        }
        let doubts: Vec<&LedgerEntry> = items.iter().map(|item| &seen.writes[item].entry).collect();
        let sending = Sending { run: self.desk.run, operation, items, doubts: &doubts, sent: now, until };
        let id = match self.desk.store.journal_sent(&self.desk.fence, &self.desk.task, &sending) {
            Ok(id) => id,
            Err(error) => {
                let text = error.to_string();
                seen.broken = Some(error);
                return Err(text);
            }
        };
        let place = seen.tickets.len();
        seen.tickets.push(Ticket { id, answer: None });
        for item in items {
            if let Some(write) = seen.writes.get_mut(item) {
                write.tickets.push(place);
            }
        }
        Ok(id)
    }

    fn answered(&self, ticket: WriteTicket, status: Option<u16>) {
        let now = self.desk.time.now();
        let written = self.desk.store.journal_answered(&self.desk.fence, ticket, status, now);
        let mut seen = self.seen();
        if let Err(error) = written {
            seen.broken = Some(error);
        }
        if let Some(known) = seen.tickets.iter_mut().find(|known| known.id == ticket) {
            known.answer = Some(status);
        }
    }
}
