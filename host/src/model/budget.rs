//! What the processes of a host share of a remote system's budget: pace, places in flight, the day's requests, pauses, an
//! open circuit. Plain arithmetic on a value that a store keeps: whoever changes it holds it alone.
//!
//! The pace is a row of slots, evenly spaced, each for one request of one process. A process leases the next slots of the
//! row as a block, so that no request costs a transaction; a slot that nobody used in time is lost, never used later. So
//! the rate holds in any second, whatever the processes do: the slots of a second and of [`LATE_MS`] more are fewer than
//! the rate, because the row is a little slower than it ([`SHARE`]).

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::setup::{Quota, Upstream};
use super::{Message, Millis};

/// Of the rate so much is used. With a request leaving at most [`LATE_MS`] after its slot there remain 20 ms for what the
/// way to the other side varies by, before a second could hold one request too many.
pub const SHARE: f64 = 0.97;

/// A request leaves at most so many milliseconds after its slot.
pub const LATE_MS: Millis = 10;

/// Milliseconds of the pace that are leased at once, and for which a lease holds: so long it may take until a process
/// hears of others.
pub const BLOCK_MS: Millis = 500;

/// Milliseconds until a process asks again that got nothing, because others have everything.
const AGAIN_MS: Millis = 100;

/// The longest pause an upstream can ask for.
pub const LONGEST_PAUSE_MS: u64 = 24 * 3_600_000;

/// Parts of a day's requests of which one is leased at once.
const QUOTA_PARTS: u64 = 200;

/// A moment: by the machine's even clock, which all processes read alike, and by the one on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Moment {
    /// Which start of the machine: even times of different ones cannot be compared.
    pub boot: u64,
    /// By the even clock.
    pub steady: Millis,
    /// On the wall: it tells the day.
    pub wall: Millis,
}

/// The budget of one upstream as all processes see it.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Budget {
    boot: u64,
    /// The first slot that nobody has leased.
    next_slot: f64,
    paused_until: Millis,
    /// The same on the wall, for the next start of the machine.
    paused_until_wall: Millis,
    open_until: Option<Millis>,
    /// The day that `used` is of, as the quota's zone has it.
    day: String,
    /// Requests of the day that were leased and not given back.
    used: u64,
    /// Who has something, by process.
    shares: BTreeMap<String, Share>,
}

/// What a process has of the places in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Share {
    held: u32,
    wants: u32,
    /// When it was given something last.
    served: Millis,
}

impl Share {
    fn is_hungry(self) -> bool {
        self.wants > self.held
    }
}

/// What a process has learnt of the circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Circuit {
    /// Nothing new.
    #[default]
    Same,
    /// It closed: the upstream lives.
    Closed,
    /// It is open until then.
    Open(Millis),
}

/// What a process has learnt and others are to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct News {
    /// The upstream wants no request before this moment.
    pub paused_until: Option<Millis>,
    /// Whether it lives.
    pub circuit: Circuit,
}

/// What a process wants.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Ask {
    /// Who.
    pub process: String,
    /// Its requests in flight.
    pub in_flight: u32,
    /// Its requests that wait to leave.
    pub waiting: u32,
    /// Slots that these lack.
    pub slots: u32,
    /// Slots for requests in flight whose own went by: these they get whatever else holds them back.
    pub late: u32,
    /// What it has left of the day's requests.
    pub credit: u64,
    /// What it tells.
    pub news: News,
}

/// A block of the pace: so many slots from a moment on, evenly spaced. Milliseconds by the even clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slots {
    /// The first.
    pub from: f64,
    /// From one to the next.
    pub step: f64,
    /// How many.
    pub count: u32,
}

/// The day's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// So many more.
    pub more: u64,
    /// None are left, neither here nor there.
    pub used_up: bool,
    /// Until then, by the even clock.
    pub until: Millis,
    /// The same on the wall: from then on there are requests again.
    pub until_wall: Millis,
}

/// What a process gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lease {
    /// Nothing begins by it from this moment on, but in its slots.
    pub until: Millis,
    /// Requests in flight at most.
    pub permits: u32,
    /// That is all there are: nothing is to be hoped for from others.
    pub all: bool,
    /// Slots; `None`: there is no pace.
    pub slots: Option<Slots>,
    /// Requests of the day; `None`: there is no quota.
    pub credit: Option<Credit>,
    /// The upstream wants no request before this moment.
    pub paused_until: Millis,
    /// The circuit is open until then.
    pub open_until: Option<Millis>,
    /// The circuit was open: this process alone tries whether the upstream lives.
    pub probe: bool,
}

/// An upstream whose requests of the day are used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedUp {
    /// Its name.
    pub upstream: String,
    /// When there are requests again, on the wall.
    pub until: Millis,
    /// Where that is midnight: an IANA name.
    pub time_zone: String,
}

impl UsedUp {
    /// Why a run ended before its time, for people.
    pub fn message(&self) -> Message {
        let zone = TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC);
        let until = Timestamp::from_millisecond(self.until).unwrap_or_default().to_zoned(zone);
        Message::new("host-quota-used-up")
            .with("upstream", &self.upstream)
            .with("until", until.strftime("%d.%m.%Y %H:%M"))
            .with("zone", &self.time_zone)
    }
}

/// How a budget stands, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Milliseconds of a pause that the upstream asked for.
    pub paused_ms: Option<u64>,
    /// Milliseconds until it is tried whether it lives; nought: with the next request.
    pub open_ms: Option<u64>,
    /// Requests used today, those that processes have in hand included; `None`: there is no quota.
    pub used: Option<u64>,
    /// When the next day's requests begin, on the wall.
    pub renewed: Option<Millis>,
    /// Processes that use it.
    pub processes: usize,
}

impl Budget {
    /// Whose requests it knows of.
    pub fn processes(&self) -> impl Iterator<Item = &str> {
        self.shares.keys().map(String::as_str)
    }

    /// A process is there no more. What it had of the day's requests counts as used.
    pub fn forget(&mut self, process: &str) {
        self.shares.remove(process);
    }

    /// A process has nothing in flight and wants nothing; `credit` is what it gives back.
    pub fn release(&mut self, upstream: &Upstream, ask: &Ask, now: Moment) {
        self.tell(upstream, ask.news, now);
        self.used = self.used.saturating_sub(ask.credit);
        self.forget(&ask.process);
    }

    /// A process tells what it has learnt.
    pub fn tell(&mut self, upstream: &Upstream, news: News, now: Moment) {
        self.arrive(upstream, now);
        self.hear(news, now);
    }

    /// Leases what there is for a process.
    pub fn lease(&mut self, upstream: &Upstream, ask: &Ask, now: Moment) -> Lease {
        self.tell(upstream, ask.news, now);
        let alone = self.shares.keys().all(|other| *other == ask.process);
        let permits = self.permits(upstream.parallel.max(1), ask, now.steady);
        let mut free = permits > ask.in_flight && now.steady >= self.paused_until;
        let due = self.open_until.is_some_and(|until| until <= now.steady);
        let probe = free && due;
        if probe {
            // Whoever comes meanwhile waits for what comes of it, or until it must have ended.
            let longest = upstream.connect_timeout_ms.saturating_add(upstream.timeout_ms);
            self.open_until = Some(now.steady.saturating_add_unsigned(longest));
        }
        free &= probe || self.open_until.is_none();
        let credit = upstream.quota.as_ref().map(|quota| self.credit(quota, ask, free, now));
        free &= credit.is_none_or(|credit| credit.more + ask.credit > 0);
        let slots = (upstream.rate > 0.0).then(|| {
            // Beside others no more than there are places for: time in which a slot lacks its place is lost for all.
            let places = if alone { u32::MAX } else { permits.saturating_sub(ask.in_flight) };
            let wanted = if free { ask.slots.min(places) } else { 0 };
            self.slots(upstream.rate, (wanted, ask.late), alone, now.steady)
        });
        if let Some(share) = self.shares.get_mut(&ask.process).filter(|_| !free) {
            // Others can use it meanwhile.
            share.held = ask.in_flight;
        }
        Lease {
            until: if free { lasts(slots, now.steady) } else { self.refused_until(now.steady) },
            permits,
            all: permits == upstream.parallel.max(1),
            slots,
            credit,
            paused_until: self.paused_until,
            open_until: self.open_until.filter(|_| !probe),
            probe,
        }
    }

    /// How it stands.
    pub fn standing(&self, upstream: &Upstream, now: Moment) -> Standing {
        let mut then = self.clone();
        then.arrive(upstream, now);
        let left = |until: Millis| until.saturating_sub(now.steady).max(0).unsigned_abs();
        Standing {
            paused_ms: Some(left(then.paused_until)).filter(|ms| *ms > 0),
            open_ms: then.open_until.map(left),
            used: upstream.quota.as_ref().map(|_| then.used),
            renewed: upstream.quota.as_ref().map(|quota| day(quota, now.wall).1),
            processes: then.shares.len(),
        }
    }

    /// When a process asks again that got nothing.
    fn refused_until(&self, now: Millis) -> Millis {
        let over =
            [Some(self.paused_until), self.open_until].into_iter().flatten().filter(|until| *until > now);
        over.min().unwrap_or(Millis::MAX).min(now.saturating_add(AGAIN_MS))
    }

    /// Another start of the machine, another day.
    fn arrive(&mut self, upstream: &Upstream, now: Moment) {
        if self.boot != now.boot {
            let paused = self.paused_until_wall.saturating_sub(now.wall).max(0);
            let paused = paused.min(Millis::try_from(LONGEST_PAUSE_MS).unwrap_or(Millis::MAX));
            let (day, used) = (std::mem::take(&mut self.day), self.used);
            let paused_until = now.steady.saturating_add(paused);
            *self = Self { boot: now.boot, day, used, paused_until, ..Self::default() };
        }
        if let Some(quota) = &upstream.quota {
            let today = day(quota, now.wall).0;
            if self.day != today {
                (self.day, self.used) = (today, 0);
            }
        }
    }

    fn hear(&mut self, news: News, now: Moment) {
        if let Some(until) = news.paused_until.filter(|until| *until > self.paused_until) {
            self.paused_until = until;
            self.paused_until_wall = now.wall.saturating_add(until.saturating_sub(now.steady));
        }
        match news.circuit {
            Circuit::Same => {}
            Circuit::Closed => self.open_until = None,
            Circuit::Open(until) => self.open_until = Some(until),
        }
    }

    /// Its part of the places in flight. While everybody has enough, what is free; else an even part, and what does not
    /// divide goes to those who were served longest ago.
    fn permits(&mut self, parallel: u32, ask: &Ask, now: Millis) -> u32 {
        let wants = ask.in_flight.saturating_add(ask.waiting).min(parallel);
        let others: Vec<(&String, Share)> = self
            .shares
            .iter()
            .filter(|(id, _)| **id != ask.process)
            .map(|(id, share)| (id, *share))
            .collect();
        let free = parallel.saturating_sub(others.iter().map(|(_, share)| share.held).sum());
        let mine = self.shares.get(&ask.process).map_or(Millis::MIN, |share| share.served);
        let most = if others.iter().any(|(_, share)| share.is_hungry()) {
            let all = u32::try_from(others.len()).unwrap_or(u32::MAX).saturating_add(1);
            let before = others
                .iter()
                .filter(|(id, share)| (share.served, id.as_str()) < (mine, ask.process.as_str()));
            let extra = before.count() < (parallel % all) as usize;
            (parallel / all).saturating_add(u32::from(extra)).min(free)
        } else {
            free
        };
        let permits = if others.is_empty() { most } else { most.min(wants) };
        let served = if permits > ask.in_flight { now } else { mine };
        self.shares.insert(ask.process.clone(), Share { held: permits.max(ask.in_flight), wants, served });
        permits
    }

    fn credit(&mut self, quota: &Quota, ask: &Ask, free: bool, now: Moment) -> Credit {
        let left = quota.per_day.saturating_sub(self.used);
        let wanted = u64::from(ask.waiting).max(quota.per_day / QUOTA_PARTS).max(1);
        let more = if free && ask.credit == 0 { wanted.min(left) } else { 0 };
        self.used += more;
        let until_wall = day(quota, now.wall).1;
        let until = now.steady.saturating_add(until_wall.saturating_sub(now.wall));
        Credit { more, used_up: left == 0 && ask.credit == 0, until, until_wall }
    }

    /// The next slots of the row: as many as are wanted, or a whole block for a process that is alone.
    fn slots(&mut self, rate: f64, (wanted, late): (u32, u32), alone: bool, now: Millis) -> Slots {
        let step = 1_000.0 / (rate * SHARE);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and capped")]
        let block = ((BLOCK_MS as f64 / step).ceil() as u32).clamp(1, 100_000);
        let count = if alone && wanted > 0 { block } else { wanted.min(block) }.max(late);
        let from = self.next_slot.max(now as f64);
        if count > 0 {
            self.next_slot = from + step * f64::from(count);
        }
        Slots { from, step, count }
    }
}

/// Until when a lease holds: for a block of time, and to the end of its slots.
fn lasts(slots: Option<Slots>, now: Millis) -> Millis {
    let end = slots.map_or(0.0, |slots| slots.from + slots.step * f64::from(slots.count));
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since the machine's start")]
    now.saturating_add(BLOCK_MS).max(end as Millis)
}

/// The quota's day at this moment, and when the next one begins.
fn day(quota: &Quota, wall: Millis) -> (String, Millis) {
    let zone = TimeZone::get(&quota.time_zone).unwrap_or(TimeZone::UTC);
    let at = Timestamp::from_millisecond(wall).unwrap_or_default().to_zoned(zone);
    let next = at.date().saturating_add(1.day()).to_zoned(at.time_zone().clone());
    let next = next.map_or(wall.saturating_add(24 * 3_600_000), |next| next.timestamp().as_millisecond());
    (at.date().to_string(), next)
}

#[cfg(test)]
mod tests;
