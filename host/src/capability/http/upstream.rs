//! The remote systems of this process: one pooled client, one pace and one circuit for each, whoever asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Certificate, Client, Proxy, redirect, retry};
use tokio::sync::{Semaphore, SemaphorePermit};
use url::{Host, Url};

use super::address::{Blocked, Resolver, is_private};
use super::gate::{Entry, Gate, Health};
use super::traffic::{Reading, Traffic};
use crate::error::{Context, Error, Kind, Result};
use crate::model::setup::Upstream;
use crate::sandbox::ports::{Clock, Random};

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(20);
/// Where proxies are named outside our own configuration.
const PROXY_VARIABLES: [&str; 6] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// All upstreams of `exchange.toml`. One per process: what one task learns about an upstream holds for all.
pub struct Upstreams {
    by_name: BTreeMap<String, Arc<Remote>>,
}

impl Upstreams {
    /// Clients for these upstreams.
    ///
    /// # Errors
    /// An address that is none, a CA file or a proxy that cannot be used.
    pub fn new(
        config: &BTreeMap<String, Upstream>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Arc<Self>> {
        // Fails when another part of the process was first: then there is a provider already.
        drop(rustls::crypto::ring::default_provider().install_default());
        let remote = |(name, config): (&String, &Upstream)| {
            let remote = Remote::new(config, Arc::clone(&clock), Arc::clone(&random));
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
}

impl std::fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.by_name.keys()).finish()
    }
}

/// One upstream.
pub(super) struct Remote {
    pub(super) config: Upstream,
    pub(super) bases: Vec<Url>,
    pub(super) client: Client,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) traffic: Traffic,
    random: Arc<dyn Random>,
    parallel: Semaphore,
    gate: Mutex<Gate>,
}

impl Remote {
    fn new(config: &Upstream, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Self> {
        let bases = config.base.iter().map(|base| parse_base(base)).collect::<Result<Vec<_>>>()?;
        if bases.is_empty() {
            return Err(Error::config("it has no base address"));
        }
        Ok(Self {
            client: client(config)?,
            config: config.clone(),
            bases,
            clock,
            traffic: Traffic::default(),
            random,
            parallel: Semaphore::new(config.parallel.max(1) as usize),
            gate: Mutex::default(),
        })
    }

    fn gate<T>(&self, change: impl FnOnce(&mut Gate) -> T) -> T {
        change(&mut self.gate.lock().unwrap_or_else(PoisonError::into_inner))
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

    /// Waits for a place: in flight, out of a pause, in the upstream's pace. `Err`: seconds after which it is worth
    /// trying, for the circuit is open or the pause longer than `patience_ms`.
    pub(super) async fn enter(&self, patience_ms: u64) -> std::result::Result<Pass<'_>, u32> {
        let Ok(place) = self.parallel.acquire().await else { return Err(1) };
        let mut patience = patience_ms;
        loop {
            match self.gate(|gate| gate.enter(self.clock.steady())) {
                Entry::Go { probe } => {
                    let pass = Pass { remote: self, probe, health: Health::Unclear, _place: place };
                    return self.keep_pace(pass, patience).await;
                }
                Entry::Paused(ms) if ms <= patience => {
                    patience -= ms;
                    self.clock.sleep(ms).await;
                }
                Entry::Paused(ms) | Entry::Open(ms) => return Err(seconds(ms)),
            }
        }
    }

    /// Waits for the next place in the upstream's pace, and again when a pause begins meanwhile.
    async fn keep_pace<'r>(&self, pass: Pass<'r>, mut patience: u64) -> std::result::Result<Pass<'r>, u32> {
        loop {
            let turn = self.gate(|gate| gate.reserve(&self.config, self.clock.steady()));
            if turn > 0 {
                self.clock.sleep(turn).await;
            }
            let pause = self.gate(|gate| gate.paused(self.clock.steady()));
            if pause == 0 {
                return Ok(pass);
            }
            patience = patience.checked_sub(pause).ok_or_else(|| seconds(pause))?;
            self.clock.sleep(pause).await;
        }
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

fn seconds(ms: u64) -> u32 {
    u32::try_from(ms.div_ceil(1000)).unwrap_or(u32::MAX)
}

/// A request's place at an upstream; given back when dropped.
pub(super) struct Pass<'r> {
    remote: &'r Remote,
    probe: bool,
    /// What the request says about the upstream, once it is over.
    pub(super) health: Health,
    _place: SemaphorePermit<'r>,
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let remote = self.remote;
        remote.gate(|gate| gate.leave(&remote.config, remote.clock.steady(), self.probe, self.health));
    }
}

fn parse_base(base: &str) -> Result<Url> {
    let url = Url::parse(base).context(Kind::Config, format!("`{base}` is not an address"))?;
    let plain = url.query().is_none() && url.fragment().is_none();
    let open = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !plain || !open {
        return Err(Error::config("a base address is `http(s)://host[:port][/prefix]` and nothing more"));
    }
    Ok(url)
}

fn client(config: &Upstream) -> Result<Client> {
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .connect_timeout(Duration::from_millis(config.connect_timeout_ms))
        .pool_idle_timeout(IDLE)
        .user_agent(concat!("exchange/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Resolver { private: config.private, proxies: proxy_hosts(config) });
    builder = match &config.proxy {
        Some(proxy) => builder.proxy(Proxy::all(proxy).context(Kind::Config, "the proxy's address is none")?),
        // The system's proxy leads out; what is granted as private is inside.
        None if config.private => builder.no_proxy(),
        None => builder,
    };
    if let Some(file) = &config.ca {
        builder = builder.tls_certs_merge(certificates(file)?);
    }
    builder.build().context(Kind::Config, "its HTTP client cannot be made")
}

fn certificates(file: &std::path::Path) -> Result<Vec<Certificate>> {
    let pem = std::fs::read(file).context(Kind::Config, format!("cannot read {}", file.display()))?;
    Certificate::from_pem_bundle(&pem)
        .context(Kind::Config, format!("{} holds no certificates", file.display()))
}

/// Hosts of the proxies that this upstream's client may use. A proxy resolves names by itself: behind one, only
/// literal addresses are judged here.
fn proxy_hosts(config: &Upstream) -> BTreeSet<String> {
    let system = PROXY_VARIABLES.iter().filter_map(|name| std::env::var(name).ok());
    let configured = config.proxy.iter().cloned();
    let used: Vec<String> = if config.proxy.is_some() { configured.collect() } else { system.collect() };
    used.iter().filter_map(|proxy| Url::parse(proxy).ok()?.host_str().map(str::to_ascii_lowercase)).collect()
}
