//! The remote systems of this process: one pooled client, one row and one circuit for each, whoever asks; and its part of
//! the budget that all processes share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Client;
use tokio::sync::Semaphore;
use url::{Host, Url};

use super::address::{Blocked, is_private};
use super::client;
use super::gate::Gate;
use super::pace::Paces;
use super::traffic::{Reading, Traffic};
use crate::error::{Context, Kind, Result};
use crate::model::budget::{Budget, Moment};
use crate::model::setup::Upstream;
use crate::sandbox::ports::{Clock, Random};
use crate::store::{Attendance, BudgetStore};

/// All upstreams of `exchange.toml`. One per process: what one task learns about an upstream holds for all.
pub struct Upstreams {
    by_name: BTreeMap<String, Arc<Remote>>,
}

impl Upstreams {
    /// Clients for these upstreams, whose budgets are kept there.
    ///
    /// # Errors
    /// An address that is none, a CA file or a proxy that cannot be used; the store cannot be written.
    pub fn new(
        config: &BTreeMap<String, Upstream>,
        budgets: Arc<dyn BudgetStore>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Arc<Self>> {
        client::provide_tls();
        let shared = Arc::new(Shared { attendance: budgets.attend()?, budgets });
        let remote = |(name, config): (&String, &Upstream)| {
            let (shared, clock, random) = (Arc::clone(&shared), Arc::clone(&clock), Arc::clone(&random));
            let remote = Remote::new(name, config, shared, (clock, random));
            let remote = remote.context(Kind::Config, format!("upstream `{name}` cannot be used"))?;
            Ok((name.clone(), Arc::new(remote)))
        };
        Ok(Arc::new(Self { by_name: config.iter().map(remote).collect::<Result<_>>()? }))
    }

    /// How each of them has fared.
    pub fn readings(&self) -> Vec<Reading> {
        self.by_name.iter().map(|(name, remote)| remote.reading(name)).collect()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Arc<Remote>> {
        self.by_name.get(name)
    }

    /// Gives back what nobody in this process needs any more, and tells others what it has learnt. To be called every
    /// now and then; blocks for a transaction where there is something to say.
    pub fn tidy(&self) {
        self.by_name.values().for_each(|remote| remote.tidy(false));
    }
}

impl Drop for Upstreams {
    fn drop(&mut self) {
        self.by_name.values().for_each(|remote| remote.tidy(true));
    }
}

impl std::fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.by_name.keys()).finish()
    }
}

/// What the upstreams of a process share.
pub(super) struct Shared {
    attendance: Attendance,
    budgets: Arc<dyn BudgetStore>,
}

/// One upstream.
pub(super) struct Remote {
    name: String,
    shared: Arc<Shared>,
    pub(super) config: Upstream,
    pub(super) bases: Vec<Url>,
    pub(super) client: Client,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) traffic: Traffic,
    random: Arc<dyn Random>,
    /// One lease is asked for at a time.
    pub(super) leasing: Arc<Semaphore>,
    pub(super) paces: Paces,
    gate: Mutex<Gate>,
}

impl Remote {
    fn new(
        name: &str,
        config: &Upstream,
        shared: Arc<Shared>,
        (clock, random): (Arc<dyn Clock>, Arc<dyn Random>),
    ) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            bases: client::bases(config)?,
            client: client::client(config)?,
            config: config.clone(),
            shared,
            clock,
            traffic: Traffic::default(),
            random,
            leasing: Arc::new(Semaphore::new(1)),
            paces: Paces::default(),
            gate: Mutex::default(),
        })
    }

    pub(super) fn gate<T>(&self, change: impl FnOnce(&mut Gate) -> T) -> T {
        change(&mut self.gate.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// This process's name in budgets.
    pub(super) fn process(&self) -> &str {
        self.shared.attendance.name()
    }

    /// Now, for budgets.
    pub(super) fn moment(&self) -> Moment {
        Moment { boot: self.clock.boot(), steady: self.clock.steady(), wall: self.clock.now() }
    }

    /// Changes the budget that all processes share. Blocks.
    pub(super) fn change(&self, durable: bool, change: &mut dyn FnMut(&mut Budget)) -> Result<()> {
        self.shared.budgets.change_budget(&self.name, durable, change)
    }

    /// Gives back what nobody needs; `at_once`: also what still holds for a while.
    fn tidy(&self, at_once: bool) {
        // Whoever asks for a lease needs what would be given back.
        let Ok(_one) = self.leasing.try_acquire() else { return };
        let now = self.moment();
        let back = self.gate(|gate| gate.give_back(self.process(), now.steady, at_once));
        let Some(ask) = back else { return };
        if let Err(error) = self.change(false, &mut |budget| budget.release(&self.config, &ask, now)) {
            // It is free for others when this process ends.
            tracing::warn!(upstream = self.name, ?error, "what is left of a budget could not be given back");
        }
    }

    fn reading(&self, name: &str) -> Reading {
        let now = self.clock.steady();
        let (open, paused_ms) = self.gate(|gate| (gate.is_open(now), gate.paused(now)));
        Reading { open, paused_ms, ..self.traffic.read(name) }
    }

    /// A random number from 0 to 1.
    pub(super) fn jitter(&self) -> f64 {
        let mut bytes = [0; 4];
        self.random.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }

    pub(super) fn pause(&self, ms: u64) {
        self.gate(|gate| gate.pause(self.clock.steady(), ms));
    }

    /// The address to use now: its number and itself.
    pub(super) fn base(&self) -> (usize, &Url) {
        let number = self.gate(|gate| gate.address(&self.config, self.clock.steady()));
        (number, &self.bases[number])
    }

    pub(super) fn unreachable(&self, number: usize) {
        self.gate(|gate| gate.unreachable(&self.config, self.clock.steady(), number));
    }

    /// Whether an address belongs to this upstream.
    pub(super) fn owns(&self, url: &Url) -> bool {
        url.username().is_empty()
            && url.password().is_none()
            && self.bases.iter().any(|base| base.origin() == url.origin())
    }

    /// Literal addresses pass the client's resolver by: they are judged here.
    pub(super) fn literal(&self, url: &Url) -> std::result::Result<(), Blocked> {
        let address = match url.host() {
            Some(Host::Ipv4(v4)) => v4.into(),
            Some(Host::Ipv6(v6)) => v6.into(),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if self.config.private || !is_private(address) {
            return Ok(());
        }
        Err(Blocked { host: url.host_str().unwrap_or_default().to_owned() })
    }
}
