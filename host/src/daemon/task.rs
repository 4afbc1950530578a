//! A task made ready: its connector with exactly what manifest and task file agree on, and what a run leaves behind.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::journal::Journal;
use super::lazy::LazyConnector;
use super::records::StoredRecords;
use super::runtime;
use super::vault::Vault;
use crate::capability::Redactor;
use crate::capability::context::TaskContext;
use crate::capability::http::{HttpParts, TaskHttp, Upstreams};
use crate::capability::log::TaskLog;
use crate::capability::records::TaskRecords;
use crate::capability::secrets::Fingerprints;
use crate::capability::sign::Signatures;
use crate::error::Result;
use crate::model::manifest::Manifest;
use crate::model::setup::{HostConfig, SchoolConfig, TaskConfig};
use crate::sandbox::ports::Ports;
use crate::sandbox::{Cache, Engine, Sandbox, SystemClock, SystemRandom, TaskConnector};
use crate::store::{BindingStore, HostDb, SchoolDb};

/// What a task is made of.
#[derive(Clone)]
pub struct Parts {
    /// The host's configuration.
    pub host: HostConfig,
    /// The school.
    pub school: SchoolConfig,
    /// The task.
    pub task: TaskConfig,
    /// The component, as it was locked.
    pub component: Arc<Vec<u8>>,
    /// What it says of itself.
    pub manifest: Arc<Manifest>,
    /// The school's store.
    pub store: Arc<SchoolDb>,
    /// What schools share.
    pub shared: Arc<HostDb>,
    /// The key that seals secrets.
    pub key: [u8; 32],
}

/// A task made ready.
#[derive(Debug)]
pub struct Task {
    /// Its connector.
    pub connector: Arc<LazyConnector>,
    /// Its requests and log lines.
    pub journal: Arc<Journal>,
    /// Its secrets.
    pub vault: Arc<Vault>,
}

impl Task {
    /// Puts a task together. Nothing is loaded and no address is looked at yet.
    pub fn new(parts: Parts) -> Self {
        let journal = Arc::new(Journal::default());
        let vault =
            Arc::new(Vault::new(Arc::clone(&parts.store), Arc::clone(&parts.shared), parts.task.id.clone()));
        let (kept, secrets) = (Arc::clone(&journal), Arc::clone(&vault));
        let manifest = Arc::clone(&parts.manifest);
        let load = move || load(&parts, Arc::clone(&kept), Arc::clone(&secrets));
        Self { connector: Arc::new(LazyConnector::new(manifest, load)), journal, vault }
    }
}

fn load(parts: &Parts, journal: Arc<Journal>, vault: Arc<Vault>) -> Result<TaskConnector> {
    let engine = Engine::new(&parts.host.limits)?;
    runtime::tick(&engine)?;
    let cache = Cache::new(cache_folder(parts), &parts.key);
    let loaded = Sandbox::new(engine, Some(cache))?.load(&parts.component)?;
    let ports = ports(parts, journal, vault)?;
    let limits = Arc::new(parts.host.limits.clone());
    Ok(TaskConnector::new(loaded, Arc::clone(&parts.manifest), ports, limits))
}

fn cache_folder(parts: &Parts) -> PathBuf {
    parts.host.data.join("cache")
}

fn ports(parts: &Parts, journal: Arc<Journal>, vault: Arc<Vault>) -> Result<Ports> {
    let (manifest, grants) = (&parts.manifest, &parts.task.grants);
    let redactor = Arc::new(Redactor::default());
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let upstreams = Upstreams::new(&parts.host.upstreams, clock.clone(), random.clone())?;
    let binding = parts.store.binding(&parts.task.id)?.unwrap_or_default();
    let http = HttpParts {
        upstreams,
        manifest: Arc::clone(manifest),
        grants: grants.clone(),
        secrets: vault.clone(),
        sink: vault,
        journal: journal.clone(),
        redactor: Arc::clone(&redactor),
    };
    let source = Arc::new(StoredRecords::new(Arc::clone(&parts.store)));
    Ok(Ports {
        http: Arc::new(TaskHttp::new(http)),
        records: Arc::new(TaskRecords::new(source, Arc::clone(manifest), grants.clone())),
        signer: Arc::new(Signatures::new(Arc::clone(manifest), grants, BTreeMap::new())),
        secrets: Arc::new(Fingerprints::new(&parts.key, parts.school.id.clone(), manifest, grants)),
        clock,
        random,
        log: Arc::new(TaskLog::new(journal, redactor)),
        context: Arc::new(TaskContext::new(&parts.school, &parts.task, binding)?),
    })
}

/// Milliseconds from journaling a write until its upstream can no longer begin to process it: every attempt's time, and
/// the waiting between them.
pub fn request_deadline_ms(host: &HostConfig, task: &TaskConfig) -> u64 {
    let names = task.grants.upstreams.values();
    let longest = names.filter_map(|name| host.upstreams.get(name)).map(|upstream| {
        let attempt = upstream.connect_timeout_ms.saturating_add(upstream.timeout_ms);
        attempt.saturating_mul(upstream.attempts.into()).saturating_add(upstream.patience_ms)
    });
    longest.max().unwrap_or(0)
}
