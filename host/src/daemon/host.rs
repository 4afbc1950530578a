//! What all tasks of a process share.
//!
//! One engine with every connector compiled once, one client with one pace and one circuit for each remote system, one
//! open store of what schools share. Whatever a thousand schools do at once, a remote system sees one budget, and a
//! connector costs its memory once. Tasks are opened from here, whoever drives them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;

use super::expiry;
use super::live::Live;
use super::once::Once;
use super::runtime;
use super::task::Task;
use crate::capability::http::{Reading, Upstreams};
use crate::capability::sign;
use crate::error::Result;
use crate::model::budget::{Moment, Standing};
use crate::model::manifest::Manifest;
use crate::model::setup::{HostConfig, Limits, SchoolConfig, TaskConfig, Upstream};
use crate::model::{Millis, SchoolId};
use crate::reconcile;
use crate::sandbox::ports::Clock;
use crate::sandbox::{Cache, Engine, Loaded, Sandbox, SystemClock, SystemRandom};
use crate::store::{BudgetStore, HostDb, InUse, KeyRing, SchoolDb, SchoolOptions};

/// How often what is left of budgets is given back.
const TIDY: Duration = Duration::from_millis(500);

/// The machine's clock, whose even time all processes read alike.
struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Millis {
        SystemClock.now()
    }

    fn steady(&self) -> Millis {
        reconcile::Clock::steady(&reconcile::SystemClock).ms
    }

    fn boot(&self) -> u64 {
        reconcile::Clock::steady(&reconcile::SystemClock).boot
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        SystemClock.sleep(ms)
    }
}

/// A connector's file as it was locked, read once for all tasks that use it.
#[derive(Debug)]
pub struct Package {
    /// The component.
    pub bytes: Vec<u8>,
    /// Its checksum: two files with the same one are one connector.
    pub sha256: String,
    /// What it says of itself.
    pub manifest: Arc<Manifest>,
}

/// The process as its tasks see it. Nothing in it is made before a task needs it.
pub struct Host {
    config: HostConfig,
    limits: Arc<Limits>,
    live: Live,
    keys: KeyRing,
    signing: Arc<sign::Keys>,
    in_use: Once<Arc<InUse>>,
    store: Once<Arc<HostDb>>,
    sandbox: Once<Arc<Sandbox>>,
    upstreams: Once<Arc<Upstreams>>,
    loaded: Mutex<BTreeMap<String, Arc<Once<Arc<Loaded>>>>>,
}

impl Host {
    /// The host of this configuration; `keys` seal secrets.
    pub fn new(config: HostConfig, keys: impl Into<KeyRing>) -> Arc<Self> {
        let (limits, live) = (Arc::new(config.limits.clone()), Live::new(&config.data));
        let (store, sandbox, upstreams, loaded) =
            (Once::default(), Once::default(), Once::default(), Mutex::default());
        let (keys, in_use) = (keys.into(), Once::default());
        let signing = Arc::new(sign::Keys::new(&config));
        Arc::new(Self { config, limits, live, keys, signing, in_use, store, sandbox, upstreams, loaded })
    }

    /// What `exchange.toml` says.
    pub fn config(&self) -> &HostConfig {
        &self.config
    }

    /// The runs of this process, for whoever watches.
    pub(super) fn live(&self) -> &Live {
        &self.live
    }

    /// How the remote systems have fared; nothing before one of them was needed.
    pub(super) fn readings(&self) -> Vec<Reading> {
        self.upstreams.known().map(|upstreams| upstreams.readings()).unwrap_or_default()
    }

    /// What one call of a connector may use.
    pub(super) fn limits(&self) -> Arc<Limits> {
        Arc::clone(&self.limits)
    }

    /// What schools share. Made when missing.
    pub fn store(&self) -> Result<Arc<HostDb>> {
        self.use_data()?;
        self.store.get(|| {
            let store = HostDb::open(&self.config.data, &self.keys.current)?;
            Ok(Arc::new(store.opening_also(&self.keys.others)))
        })
    }

    /// Nobody replaces the key while this process lives.
    fn use_data(&self) -> Result<()> {
        self.in_use.get(|| InUse::shared(&self.config.data).map(Arc::new)).map(drop)
    }

    /// A school's store, opened; made when missing. It is closed when nobody holds it any more.
    pub fn school(&self, school: &SchoolConfig) -> Result<Arc<SchoolDb>> {
        let time_zone = TimeZone::get(&school.time_zone).unwrap_or(TimeZone::UTC);
        self.opened(&school.id, time_zone).map(Arc::new)
    }

    /// A school's store, for what is the same in every time zone.
    pub(super) fn open(&self, school: &SchoolId) -> Result<SchoolDb> {
        self.opened(school, TimeZone::UTC)
    }

    /// What may be kept no longer is dropped first.
    fn opened(&self, school: &SchoolId, time_zone: TimeZone) -> Result<SchoolDb> {
        self.use_data()?;
        let options = SchoolOptions { key: self.keys.current.clone(), time_zone };
        let store = SchoolDb::open(&self.config.data, school, options)?.opening_also(&self.keys.others);
        expiry::expire(&store, reconcile::Clock::now(&reconcile::SystemClock))?;
        Ok(store)
    }

    /// A task made ready. Its connector is not loaded and no address is looked at before it is asked something.
    pub fn task(
        self: &Arc<Self>,
        school: Arc<SchoolConfig>,
        config: TaskConfig,
        package: Arc<Package>,
        store: Arc<SchoolDb>,
    ) -> Result<Task> {
        let shared = self.store()?;
        Ok(Task::new(Arc::clone(self), shared, school, config, package, store))
    }

    /// How the budgets of the remote systems stand, by name.
    pub fn standings(&self) -> Result<Vec<(String, Standing)>> {
        let (budgets, steady) = (self.store()?.budgets()?, reconcile::Clock::steady(&reconcile::SystemClock));
        let now = Moment { boot: steady.boot, steady: steady.ms, wall: SystemClock.now() };
        let standing = |(name, upstream): (&String, &Upstream)| {
            let budget = budgets.get(name).cloned().unwrap_or_default();
            (name.clone(), budget.standing(upstream, now))
        };
        Ok(self.config.upstreams.iter().map(standing).collect())
    }

    /// Keys that sign and verify, each program with its turns.
    pub(super) fn signing_keys(&self) -> Arc<sign::Keys> {
        Arc::clone(&self.signing)
    }

    /// The remote systems, each with its one pace.
    pub(super) fn upstreams(&self) -> Result<Arc<Upstreams>> {
        self.upstreams.get(|| {
            let (clock, random) = (Arc::new(MachineClock), Arc::new(SystemRandom));
            let upstreams = Upstreams::new(&self.config.upstreams, self.store()?, clock, random)?;
            runtime::every(TIDY, Arc::downgrade(&upstreams), |upstreams| upstreams.tidy());
            Ok(upstreams)
        })
    }

    /// A connector, compiled and linked once, whoever asks.
    ///
    /// # Errors
    /// It does not compile or does not fit the contract; whoever asks next hears the same.
    pub fn load(&self, package: &Package) -> Result<Arc<Loaded>> {
        let loaded = {
            let mut all = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(package.sha256.clone()).or_default())
        };
        loaded.get(|| self.sandbox()?.load(&package.bytes))
    }

    fn sandbox(&self) -> Result<Arc<Sandbox>> {
        self.sandbox.get(|| {
            let engine = Engine::new(&self.config.limits)?;
            runtime::tick(&engine)?;
            let cache = Cache::new(self.config.data.join("cache"), &self.keys.current.0);
            Sandbox::new(engine, Some(cache)).map(Arc::new)
        })
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Host({})", self.config.data.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(data: &std::path::Path) -> Arc<Host> {
        let upstream = Upstream { base: vec!["https://example.org".into()], ..Upstream::default() };
        let upstreams = [("rows".to_owned(), upstream)].into();
        Host::new(HostConfig { data: data.to_owned(), upstreams, ..HostConfig::default() }, [7; 32])
    }

    #[test]
    fn all_tasks_have_one_budget_and_one_store() {
        let folder = tempfile::tempdir().unwrap();
        let host = host(folder.path());
        assert!(!folder.path().join("host.db").exists(), "nothing is made before it is needed");
        assert!(Arc::ptr_eq(&host.upstreams().unwrap(), &host.upstreams().unwrap()));
        assert!(Arc::ptr_eq(&host.store().unwrap(), &host.store().unwrap()));
        assert!(folder.path().join("host.db").exists());
    }

    #[test]
    fn a_school_is_closed_when_nobody_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let host = host(folder.path());
        let school = SchoolConfig { id: "school57".into(), ..SchoolConfig::default() };
        let store = Arc::downgrade(&host.school(&school).unwrap());
        assert!(store.upgrade().is_none());
    }
}
