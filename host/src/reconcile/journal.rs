//! The journal of one `apply`: puts items in doubt before bytes leave, and remembers what was sent.

use std::collections::BTreeMap;
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
    /// Entries as they are to be read while in doubt, times still open.
    templates: BTreeMap<ItemRef, LedgerEntry>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    tickets: Vec<Ticket>,
    /// The tickets that name an item, by their places.
    named: BTreeMap<ItemRef, Vec<usize>>,
    doubts: BTreeMap<ItemRef, LedgerEntry>,
    stranger: Option<ItemRef>,
    broken: Option<Error>,
}

struct Ticket {
    id: WriteTicket,
    /// Outer `None`: open. Inner `None`: never left.
    answer: Option<Option<u16>>,
}

impl Watch {
    /// Watches a call that may write these items.
    pub(super) fn new(desk: Desk, templates: Vec<LedgerEntry>) -> Self {
        let templates = templates.into_iter().map(|entry| (entry.item.clone(), entry)).collect();
        Self { desk, templates, seen: Mutex::default() }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What became of an item's requests.
    pub(super) fn trace(&self, item: &ItemRef) -> Trace {
        let seen = self.seen();
        let places = seen.named.get(item).map_or(&[][..], Vec::as_slice);
        let mine: Vec<&Ticket> = places.iter().map(|place| &seen.tickets[*place]).collect();
        if mine.iter().any(|ticket| ticket.answer.is_none()) {
            return Trace::Open;
        }
        let statuses: Vec<u16> = mine.iter().filter_map(|ticket| ticket.answer.flatten()).collect();
        if statuses.is_empty() {
            return Trace::Unsent;
        }
        Trace::Answered { refused: statuses.iter().all(|status| matches!(status, 401 | 403)) }
    }

    /// The item's entry in doubt, once the call is over; `None`: no request named it.
    ///
    /// The call's connections are closed by then: what was sent can no longer begin to be processed.
    pub(super) fn doubt(&self, item: &ItemRef) -> Option<LedgerEntry> {
        let mut entry = self.seen().doubts.get(item).cloned()?;
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

    /// The entries of these items in doubt, times filled in. An older doubt keeps when it was sent first.
    fn doubts(&self, items: &[ItemRef], now: i64) -> Result<Vec<LedgerEntry>, ItemRef> {
        let until = now.saturating_add_unsigned(self.desk.deadline_ms);
        let doubt = |item: &ItemRef| {
            let mut entry = self.templates.get(item).cloned().ok_or_else(|| item.clone())?;
            entry.state = LedgerState::InDoubt;
            entry.doubt = entry.doubt.map(|doubt| times(doubt, now, until));
            Ok(entry)
        };
        items.iter().map(doubt).collect()
    }
}

fn times(doubt: Doubt, now: i64, until: i64) -> Doubt {
    let sent = if doubt.sent > 0 { doubt.sent } else { now };
    Doubt { sent, until: doubt.until.max(until), ..doubt }
}

impl WriteJournal for Watch {
    fn sent(&self, operation: &str, items: &[ItemRef]) -> Result<WriteTicket, String> {
        let now = self.desk.time.now();
        let doubts = self.doubts(items, now).map_err(|stranger| {
            let text = format!("{stranger} is not a change of this call");
            self.seen().stranger = Some(stranger);
            text
        })?;
        let sending = Sending {
            run: self.desk.run,
            operation,
            items,
            doubts: &doubts,
            sent: now,
            until: now.saturating_add_unsigned(self.desk.deadline_ms),
        };
        let id = match self.desk.store.journal_sent(&self.desk.fence, &self.desk.task, &sending) {
            Ok(id) => id,
            Err(error) => {
                let text = error.to_string();
                self.seen().broken = Some(error);
                return Err(text);
            }
        };
        let mut seen = self.seen();
        let place = seen.tickets.len();
        seen.tickets.push(Ticket { id, answer: None });
        items.iter().for_each(|item| seen.named.entry(item.clone()).or_default().push(place));
        seen.doubts.extend(doubts.into_iter().map(|entry| (entry.item.clone(), entry)));
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
