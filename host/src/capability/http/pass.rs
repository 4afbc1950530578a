//! The way of a request through its upstream's gate: it waits in the row, gets a slot and a place in flight, and leaves at
//! its slot. What is leased for that is leased for many requests at once.

use std::sync::Arc;

use futures_util::future::select;
use tokio::sync::Notify;

use super::gate::{Departure, Entry, Gate, Health, LEAD_MS};
use super::pace::SchoolTurn;
use super::row::Place;
use super::upstream::Remote;
use crate::error::{Error, Result};
use crate::model::budget::Lease;
use crate::model::{Millis, SchoolId};

/// Seconds after which it is worth trying again where our own store could not be asked.
const STORE_AGAIN_S: u32 = 5;

/// Why a request may not go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// For so many seconds.
    Later(u32),
    /// The day's requests are used up until this moment on the wall.
    UsedUp(Millis),
}

impl Remote {
    /// Waits for a place: the school's turn, in flight, out of a pause, in the day's requests, in the pace. `Err`: it is
    /// not worth waiting, for the circuit is open, the pause longer than `patience_ms`, or the day's requests used up.
    pub(super) async fn enter(
        self: &Arc<Self>,
        school: &SchoolId,
        patience_ms: u64,
    ) -> std::result::Result<Pass, Refused> {
        let turn = self.school_turn(school).await;
        let waiting = Waiting::join(self, school);
        let mut patience = patience_ms;
        loop {
            match self.gate(|gate| gate.enter(waiting.place, self.clock.steady())) {
                Entry::Go { slot, probe } => {
                    let remote = Arc::clone(self);
                    return Ok(Pass { remote, turn, slot, probe, health: Health::Unclear });
                }
                Entry::Wait(ms) => waiting.wait(ms).await,
                Entry::Lease => self.lease(0).await?,
                Entry::Paused(ms) => self.pause_out(ms, &mut patience).await?,
                Entry::Open(ms) => return Err(Refused::Later(seconds(ms))),
                Entry::UsedUp(until) => return Err(Refused::UsedUp(until)),
            }
        }
    }

    /// Waits for the turn within the school, where each has a pace of its own, until it is worth joining the row. (What
    /// waits in vain beside another pace loses slots of that one, which others then do not want.)
    async fn school_turn(&self, school: &SchoolId) -> Option<SchoolTurn> {
        let turn = self.paces.turn(school, self.config.rate_per_school, self.clock.steady()).await?;
        let early = turn.left(self.clock.steady().saturating_add(LEAD_MS));
        if early > 0 {
            self.clock.sleep(early).await;
        }
        Some(turn)
    }

    /// Waits for the moment at which the request may leave; and again when a pause begins meanwhile. Nothing that takes
    /// time may come between this and the request.
    pub(super) async fn depart(
        self: &Arc<Self>,
        pass: &mut Pass,
        patience_ms: u64,
    ) -> std::result::Result<(), Refused> {
        let mut patience = patience_ms;
        loop {
            let now = self.clock.steady();
            if let pause @ 1.. = self.gate(|gate| gate.paused(now)) {
                self.pause_out(pause, &mut patience).await?;
                continue;
            }
            if let left @ 1.. = pass.turn.as_ref().map_or(0, |turn| turn.left(now)) {
                self.clock.sleep(left).await;
                continue;
            }
            match Gate::depart(pass.slot, now) {
                Departure::Now => {
                    pass.turn.take().into_iter().for_each(|turn| turn.depart(now));
                    return Ok(());
                }
                Departure::In(ms) => self.clock.sleep(ms).await,
                Departure::Late => match self.gate(|gate| gate.another(now)) {
                    Some(slot) => pass.slot = Some(slot),
                    None => self.lease(1).await?,
                },
            }
        }
    }

    async fn pause_out(&self, ms: u64, patience: &mut u64) -> std::result::Result<(), Refused> {
        *patience = patience.checked_sub(ms).ok_or_else(|| Refused::Later(seconds(ms)))?;
        self.clock.sleep(ms).await;
        Ok(())
    }

    /// Leases what there is, and so many slots more; unless somebody else here does so meanwhile.
    async fn lease(self: &Arc<Self>, late: u32) -> std::result::Result<(), Refused> {
        let before = self.gate(|gate| gate.leases());
        let one = Arc::clone(&self.leasing).acquire_owned().await;
        let Ok(one) = one else { return Err(Refused::Later(STORE_AGAIN_S)) };
        if self.gate(|gate| gate.leases()) != before {
            return Ok(());
        }
        // A transaction may wait for the disk. What it brings is taken even when nobody waits for it any more.
        let remote = Arc::clone(self);
        let leased = tokio::task::spawn_blocking(move || {
            let _one = one;
            let leased = remote.lease_now(late);
            remote.gate(Gate::answered);
            leased
        });
        match leased.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::error!(?error, "nothing may be sent: its budget cannot be read or stored");
                Err(Refused::Later(STORE_AGAIN_S))
            }
            Err(_) => {
                self.gate(Gate::answered);
                Err(Refused::Later(STORE_AGAIN_S))
            }
        }
    }

    fn lease_now(&self, late: u32) -> Result<()> {
        let ask = self.gate(|gate| gate.ask(self.process(), self.clock.steady(), late));
        let mut leased: Option<Lease> = None;
        // What was used of a day is not forgotten with the power.
        let durable = self.config.quota.is_some() && ask.credit == 0;
        self.change(durable, &mut |budget| {
            leased = Some(budget.lease(&self.config, &ask, self.moment()));
        })?;
        let lease = leased.ok_or_else(|| Error::internal("the store did not change a budget"))?;
        self.gate(|gate| gate.take(&lease));
        Ok(())
    }

    /// Others hear at once of a pause, or that the upstream lives or does not.
    pub(super) async fn tell(self: &Arc<Self>) {
        let Some(news) = self.gate(Gate::take_news) else { return };
        let remote = Arc::clone(self);
        let told = tokio::task::spawn_blocking(move || {
            remote.change(false, &mut |budget| budget.tell(&remote.config, news, remote.moment()))
        });
        if let Ok(Err(error)) = told.await {
            tracing::warn!(?error, "other processes do not hear of a pause or a failure");
        }
    }
}

/// A request in the row, until it is served or given up.
struct Waiting<'r> {
    remote: &'r Remote,
    place: Place,
    bell: Arc<Notify>,
}

impl<'r> Waiting<'r> {
    fn join(remote: &'r Remote, school: &SchoolId) -> Self {
        let (place, bell) = remote.gate(|gate| gate.row.join(school));
        Self { remote, place, bell }
    }

    /// Until the bell rings, or for so long.
    async fn wait(&self, ms: Option<u64>) {
        let bell = self.bell.notified();
        match ms {
            None => bell.await,
            Some(ms) => drop(select(std::pin::pin!(bell), self.remote.clock.sleep(ms)).await),
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // Whoever was served is no longer there.
        self.remote.gate(|gate| gate.row.leave(self.place));
    }
}

/// A request's place at an upstream; given back when dropped.
pub(super) struct Pass {
    remote: Arc<Remote>,
    /// The school's turn, until it leaves.
    turn: Option<SchoolTurn>,
    slot: Option<f64>,
    probe: bool,
    /// What the request says about the upstream, once it is over.
    pub(super) health: Health,
}

impl Drop for Pass {
    fn drop(&mut self) {
        let remote = &self.remote;
        let now = remote.clock.steady();
        remote.gate(|gate| gate.leave(&remote.config, now, self.probe, self.health));
    }
}

fn seconds(ms: u64) -> u32 {
    u32::try_from(ms.div_ceil(1000)).unwrap_or(u32::MAX)
}
