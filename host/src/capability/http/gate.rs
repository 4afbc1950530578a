//! When a request may go: its school's turn, the leased pace and places, pauses, the circuit breaker and reserve addresses
//! of one upstream. Pure but for bells: the time is handed in, by a clock that nobody sets.

use super::lease::{Leased, Turn};
use super::row::{Place, Row};
use crate::model::Millis;
use crate::model::budget::{Ask, Circuit, LATE_MS, LONGEST_PAUSE_MS, Lease, News};
use crate::model::setup::Upstream;

/// A request leaves the row so long before its slot, that its write is journaled when the slot comes.
pub(super) const LEAD_MS: Millis = 50;

/// The next slots are leased so long before the last ones are used up.
const AHEAD_MS: Millis = 150;

/// Whether the first of the row may go now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Entry {
    /// It may, at its slot where there is a pace; `probe`: it alone tries whether the upstream is alive again.
    Go { slot: Option<f64>, probe: bool },
    /// Not before so many milliseconds, or until its bell rings.
    Wait(Option<u64>),
    /// A lease is needed first.
    Lease,
    /// The upstream asked for a pause of so many milliseconds more.
    Paused(u64),
    /// The circuit is open for so many milliseconds more.
    Open(u64),
    /// The day's requests are used up until this moment on the wall.
    UsedUp(Millis),
}

/// Whether a request that has left the row may leave the machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Departure {
    /// Now.
    Now,
    /// In so many milliseconds.
    In(u64),
    /// Its slot went by: it needs another one.
    Late,
}

/// What a request says about the upstream's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// It answered.
    Alive,
    /// No connection, no answer, or a gateway's error.
    Failing,
    /// Nothing can be said.
    Unclear,
}

/// The state of an upstream, shared by all tasks of this process.
#[derive(Debug, Default)]
pub(super) struct Gate {
    pub(super) row: Row,
    leased: Leased,
    leases: u64,
    /// A lease is asked for.
    asking: bool,
    in_flight: u32,
    paused_until: Millis,
    failures: u32,
    open_until: Option<Millis>,
    probing: bool,
    news: News,
    address: usize,
    away_since: Millis,
}

impl Gate {
    /// Asks to go.
    pub(super) fn enter(&mut self, place: Place, now: Millis) -> Entry {
        if !self.row.is_first(place) {
            return Entry::Wait(None);
        }
        if let pause @ 1.. = self.paused(now) {
            return Entry::Paused(pause);
        }
        match self.open_until {
            Some(until) if now < until => return Entry::Open(span(now, until)),
            // Others wait for what comes of it.
            Some(_) if self.probing => return Entry::Wait(None),
            _ => {}
        }
        let Some(until) = self.leased.holds(now) else { return Entry::Lease };
        if self.open_until.is_some() && !self.leased.probe {
            return Entry::Lease;
        }
        if self.asking {
            // What is asked for rests on what is in flight now.
            return Entry::Wait(None);
        }
        if self.in_flight >= self.leased.permits {
            return Entry::Wait((!self.leased.all).then(|| span(now, until)));
        }
        self.enter_today(place, now)
    }

    fn enter_today(&mut self, place: Place, now: Millis) -> Entry {
        if self.leased.credit(now) == 0 && !self.leased.has_credit() {
            return self.leased.used_up().map_or(Entry::Lease, Entry::UsedUp);
        }
        match self.leased.turn(now) {
            Turn::None => Entry::Lease,
            Turn::At(_) if self.runs_short(now) => Entry::Lease,
            Turn::At(slot) if slot > (now + LEAD_MS) as f64 => Entry::Wait(Some(until(slot, now + LEAD_MS))),
            Turn::At(slot) => self.go(place, Some(slot)),
            Turn::Any => self.go(place, None),
        }
    }

    /// More wait than there are slots, and the last one is near.
    fn runs_short(&mut self, now: Millis) -> bool {
        let (count, last) = self.leased.ahead(now);
        (self.row.len() as u64) > count && last < (now + AHEAD_MS) as f64
    }

    fn go(&mut self, place: Place, slot: Option<f64>) -> Entry {
        let probe = std::mem::take(&mut self.leased.probe);
        self.probing |= probe;
        self.in_flight += 1;
        self.leased.use_slot();
        self.leased.spend();
        self.row.serve(place);
        Entry::Go { slot, probe }
    }

    /// A request that has left the row asks to leave the machine.
    pub(super) fn depart(slot: Option<f64>, now: Millis) -> Departure {
        let Some(slot) = slot else { return Departure::Now };
        if slot > now as f64 {
            return Departure::In(until(slot, now));
        }
        if slot >= (now - LATE_MS) as f64 { Departure::Now } else { Departure::Late }
    }

    /// Another slot for a request whose own went by; `None`: a lease is needed first.
    pub(super) fn another(&mut self, now: Millis) -> Option<f64> {
        let Turn::At(slot) = self.leased.turn(now) else { return None };
        self.leased.use_slot();
        Some(slot)
    }

    /// What this process asks for; `late`: slots for so many that have left the row already. What it tells is told by
    /// that, and nothing begins before it is answered.
    pub(super) fn ask(&mut self, process: &str, now: Millis, late: u32) -> Ask {
        self.asking = true;
        self.wants(process, now, late)
    }

    /// It was answered, with [`Self::take`] or in vain.
    pub(super) fn answered(&mut self) {
        self.asking = false;
        self.row.ring();
    }

    fn wants(&mut self, process: &str, now: Millis, late: u32) -> Ask {
        Ask {
            process: process.to_owned(),
            in_flight: self.in_flight,
            waiting: count(self.row.len() as u64),
            slots: count((self.row.len() as u64).saturating_sub(self.leased.ahead(now).0)),
            late,
            credit: self.leased.credit(now),
            news: std::mem::take(&mut self.news),
        }
    }

    /// How many leases it has had.
    pub(super) fn leases(&self) -> u64 {
        self.leases
    }

    /// Takes what it gets; learns what others have.
    pub(super) fn take(&mut self, lease: &Lease) {
        self.leases += 1;
        self.leased.take(lease);
        self.paused_until = self.paused_until.max(lease.paused_until);
        if lease.probe {
            self.open_until.get_or_insert(0);
        } else if self.news.circuit == Circuit::Same && !self.probing {
            self.open_until = lease.open_until;
        }
    }

    /// What nobody here needs goes back, and what others should know is told: what to say, if there is something.
    /// `at_once`: also what would still hold for a while.
    pub(super) fn give_back(&mut self, process: &str, now: Millis, at_once: bool) -> Option<Ask> {
        let idle = self.in_flight == 0 && self.row.len() == 0;
        let over = at_once || self.leased.holds(now).is_none();
        if !idle || !over {
            return None;
        }
        let credit = self.leased.give_back(now);
        if credit.is_none() && self.news == News::default() {
            return None;
        }
        Some(Ask { credit: credit.unwrap_or_default(), ..self.wants(process, now, 0) })
    }

    /// What others should hear of at once.
    pub(super) fn take_news(&mut self) -> Option<News> {
        Some(std::mem::take(&mut self.news)).filter(|news| *news != News::default())
    }

    /// Nothing is sent, because nothing worked.
    pub(super) fn is_open(&self, now: Millis) -> bool {
        self.open_until.is_some_and(|until| now < until)
    }

    /// Milliseconds for which everybody has to wait.
    pub(super) fn paused(&self, now: Millis) -> u64 {
        if now < self.paused_until { span(now, self.paused_until) } else { 0 }
    }

    /// The upstream asked everybody to wait.
    pub(super) fn pause(&mut self, now: Millis, ms: u64) {
        let until = now.saturating_add_unsigned(ms.min(LONGEST_PAUSE_MS));
        if until > self.paused_until {
            (self.paused_until, self.news.paused_until) = (until, Some(until));
        }
    }

    /// A request is over. `probe` as [`Entry::Go`] said.
    pub(super) fn leave(&mut self, config: &Upstream, now: Millis, probe: bool, health: Health) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if probe {
            self.probing = false;
        }
        match health {
            Health::Alive => {
                self.failures = 0;
                if self.open_until.take().is_some() {
                    self.news.circuit = Circuit::Closed;
                }
            }
            Health::Failing => self.fail(config, now, probe),
            // Nobody knows: the next one tries.
            Health::Unclear if probe => {
                (self.open_until, self.news.circuit) = (Some(now), Circuit::Open(now))
            }
            Health::Unclear => {}
        }
        self.row.ring();
    }

    fn fail(&mut self, config: &Upstream, now: Millis, probe: bool) {
        self.failures = self.failures.saturating_add(1);
        if probe || self.failures >= config.breaker_failures.max(1) {
            let until = now.saturating_add_unsigned(config.breaker_pause_ms);
            (self.open_until, self.news.circuit) = (Some(until), Circuit::Open(until));
        }
    }

    /// The address to use: the first, unless it failed a short while ago.
    pub(super) fn address(&mut self, config: &Upstream, now: Millis) -> usize {
        let back = self.away_since.saturating_add_unsigned(config.breaker_pause_ms);
        if self.address != 0 && now >= back {
            self.address = 0;
        }
        self.address.min(config.base.len().saturating_sub(1))
    }

    /// No connection to this address: the next one is used for a while.
    pub(super) fn unreachable(&mut self, config: &Upstream, now: Millis, address: usize) {
        if self.address == address {
            self.address = (address + 1) % config.base.len().max(1);
            self.away_since = now;
        }
    }
}

fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn span(now: Millis, until: Millis) -> u64 {
    until.saturating_sub(now).unsigned_abs()
}

/// Whole milliseconds until a slot.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and not negative")]
pub(super) fn until(slot: f64, now: Millis) -> u64 {
    (slot - now as f64).ceil().max(0.0) as u64
}

#[cfg(test)]
mod tests;
