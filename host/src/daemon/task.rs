//! A task made ready: its connector with exactly what manifest and task file agree on, and how it is planned and run.

use std::sync::Arc;

use tracing::Instrument;

use super::host::{Host, Package};
use super::journal::{Elsewhere, Journal};
use super::lazy::LazyConnector;
use super::notify::{Alarm, Teller};
use super::people::StoredPeople;
use super::records::StoredRecords;
use super::runtime::Blocking;
use super::signing::Timed;
use super::vault::Vault;
use crate::capability::Redactor;
use crate::capability::context::TaskContext;
use crate::capability::http::{HttpParts, SecretSource, TaskHttp};
use crate::capability::log::TaskLog;
use crate::capability::records::TaskRecords;
use crate::capability::secrets::Fingerprints;
use crate::capability::sign::Signatures;
use crate::error::Result;
use crate::model::notify::Topic;
use crate::model::setup::{HostConfig, SchoolConfig, TaskConfig};
use crate::model::{Connector, Effect, Extent, Item, ItemRef, Millis, Outcome, Param, Selection, TaskRef};
use crate::reconcile::{self, Cancel, Env, Mode, Options, ProgressSink, RunReport, Undone};
use crate::sandbox::ports::Ports;
use crate::sandbox::{SystemClock, SystemRandom, TaskConnector};
use crate::store::{AuditEntry, AuditStore, BindingStore, DebugStore, HostDb, Lane, LaneStore, SchoolDb};

/// Seconds that somebody before a page waits in all until what was written can be seen.
const PERSON_PATIENCE_S: u64 = 15;

/// A task made ready. Open one with [`Host::task`].
#[derive(Debug)]
pub struct Task {
    /// Its connector.
    pub connector: Arc<LazyConnector>,
    /// Its secrets.
    pub vault: Arc<Vault>,
    /// The school's store.
    pub store: Arc<SchoolDb>,
    /// As the school's file has it.
    pub config: TaskConfig,
    host: Arc<Host>,
    school: Arc<SchoolConfig>,
    shared: Arc<HostDb>,
    journal: Arc<Journal>,
}

/// Who hears of a run, and how it is asked to stop.
#[derive(Clone)]
pub struct Watch {
    /// Hears how it gets on.
    pub progress: Arc<dyn ProgressSink>,
    /// Asks it to stop.
    pub cancel: Cancel,
}

impl Watch {
    /// Nobody hears; `cancel` asks to stop.
    pub fn silent(cancel: Cancel) -> Self {
        Self { progress: Arc::new(reconcile::Silent), cancel }
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

impl Task {
    pub(super) fn new(
        host: Arc<Host>,
        shared: Arc<HostDb>,
        school: Arc<SchoolConfig>,
        config: TaskConfig,
        package: Arc<Package>,
        store: Arc<SchoolDb>,
    ) -> Self {
        let journal = Arc::new(Journal::default());
        let vault = Arc::new(Vault::new(Arc::clone(&store), Arc::clone(&shared), config.id.clone()));
        let manifest = Arc::clone(&package.manifest);
        let parts = Parts {
            host: Arc::clone(&host),
            school: Arc::clone(&school),
            task: config.clone(),
            package,
            store: Arc::clone(&store),
            journal: Arc::clone(&journal),
            vault: Arc::clone(&vault),
        };
        let connector = Arc::new(LazyConnector::new(manifest, move || parts.load()));
        Self { connector, vault, store, config, host, school, shared, journal }
    }

    /// `school/task`.
    pub fn name(&self) -> TaskRef {
        TaskRef { school: self.store.school().clone(), task: self.config.id.clone() }
    }

    /// What has passed elsewhere in the calls of this task; a run of it begins anew.
    pub(super) fn elsewhere(&self) -> Elsewhere {
        self.journal.elsewhere()
    }

    /// What a run stands on.
    pub fn env(&self, watch: Watch) -> Env<LazyConnector> {
        Env {
            connector: Arc::clone(&self.connector),
            school: Arc::clone(&self.store) as _,
            host: Arc::clone(&self.shared) as _,
            clock: Arc::new(reconcile::SystemClock),
            progress: watch.progress,
            cancel: watch.cancel,
            aside: Arc::new(Blocking),
            task: self.config.clone(),
            request_deadline_ms: request_deadline_ms(self.host.config(), &self.config),
        }
    }

    /// Works out what a run would change; writes nothing anywhere.
    pub async fn plan(&self, selection: Selection, extent: Extent, watch: Watch) -> Result<RunReport> {
        let span = self.span();
        let env = self.env(self.seen(watch, &span));
        reconcile::run(&env, &Options { mode: Mode::DryRun, selection, extent }).instrument(span).await
    }

    /// Takes the school's lane, runs, keeps the requests and log lines of the run, and puts what has changed into the
    /// outbox. `approved`: only this plan, which a person has read and approved.
    ///
    /// # Errors
    /// Somebody else has the lane, or our own store fails.
    pub async fn run(
        &self,
        selection: Selection,
        extent: Extent,
        approved: Option<&str>,
        watch: Watch,
    ) -> Result<RunReport> {
        let lane = self.take_lane()?;
        self.run_in(&lane, selection, extent, approved, watch).await
    }

    /// Takes the lane of the task's school for runs.
    ///
    /// # Errors
    /// Somebody else has it.
    pub(super) fn take_lane(&self) -> Result<Lane> {
        self.store.take_lane("run", now())
    }

    /// Runs in this lane, which may serve for further tasks of the school.
    ///
    /// # Errors
    /// Our own store fails.
    pub(super) async fn run_in(
        &self,
        lane: &Lane,
        selection: Selection,
        extent: Extent,
        approved: Option<&str>,
        watch: Watch,
    ) -> Result<RunReport> {
        self.teller().begin(&self.store, &self.config.id, now())?;
        self.journal.keep_bodies(self.bodies_until(lane)?);
        let span = self.span();
        let options = Options { mode: Mode::Apply { lane, approved }, selection, extent };
        let env = self.env(self.seen(watch, &span));
        let report = reconcile::run(&env, &options).instrument(span.clone()).await?;
        span.record("status", tracing::field::display(&report.status));
        if let Some(run) = &report.run {
            self.journal.keep(&*self.store, lane.fence(), run.number, &self.config.id)?;
        }
        self.tell();
        Ok(report)
    }

    /// Applies what a dialogue commits, through the same ledger and journal as a run. `step` names it: twice is once.
    ///
    /// # Errors
    /// Somebody else has the lane, or our own store fails.
    pub async fn commit(&self, step: &str, items: Vec<Item>) -> Result<Vec<(ItemRef, Effect)>> {
        let lane = self.store.take_lane("dialogue", now())?;
        let mut env = self.env(Watch::silent(Cancel::default()));
        env.task.patience_s = env.task.patience_s.min(PERSON_PATIENCE_S);
        let span = self.span();
        reconcile::commit_items(&env, &lane, step, items).instrument(span).await
    }

    /// Removes these items there, through the same ledger and journal as a run.
    ///
    /// # Errors
    /// Somebody else has the lane, or our own store fails.
    pub async fn remove(&self, ids: &[ItemRef]) -> Result<Vec<(ItemRef, Outcome)>> {
        let lane = self.store.take_lane("remove", now())?;
        let env = self.env(Watch::silent(Cancel::default()));
        let span = self.span();
        reconcile::remove_items(&env, &lane, ids).instrument(span).await
    }

    /// Puts back what this run of the task changed in the school's records; without a lane it only says what would.
    ///
    /// # Errors
    /// Our own store fails.
    pub fn undo(&self, lane: Option<&Lane>, run: u64) -> Result<Vec<Undone>> {
        reconcile::undo(&self.env(Watch::silent(Cancel::default())), lane, run)
    }

    /// A binding dialogue has come to a good end: binding and captured credentials take effect together, the audit has
    /// `entry`, and whoever was told that the school is not bound is told that it is.
    ///
    /// # Errors
    /// Somebody else has the lane, or our own store fails.
    pub fn bound(&self, facts: &[Param], entry: &AuditEntry) -> Result<()> {
        let lane = self.store.take_lane("bind", now())?;
        self.vault.keep(lane.fence(), now())?;
        if !facts.is_empty() {
            self.store.bind(lane.fence(), &self.config.id, facts, now())?;
        }
        self.shared.audit(entry)?;
        let (task, what) = (Some(self.config.id.clone()), "binding".to_owned());
        let alarm = Alarm { task, what, topic: Topic::Recovered, until: None };
        self.teller().raise(&alarm, now()).map(drop)
    }

    fn teller(&self) -> Teller<'_> {
        Teller::new(&self.shared, &self.host.config().notify, &self.school)
    }

    /// The run stands whatever becomes of this: what cannot be told now is found the next time somebody looks.
    fn tell(&self) {
        let manifest = Some(self.connector.manifest());
        if let Err(error) = self.teller().catch_up(&self.store, &self.config, manifest, now()) {
            tracing::error!(task = %self.name(), ?error, "what became of the run cannot be told yet");
        }
    }

    /// What everything that happens in a run is told with.
    fn span(&self) -> tracing::Span {
        let (school, task, connector) = (self.store.school(), &self.config.id, &self.config.connector);
        let (run, status) = (tracing::field::Empty, tracing::field::Empty);
        tracing::info_span!("run", %school, %task, connector, run, status)
    }

    /// The same, and whoever watches the process sees the run.
    fn seen(&self, watch: Watch, span: &tracing::Span) -> Watch {
        let Watch { progress, cancel } = watch;
        let (journal, span) = (Arc::clone(&self.journal), span.clone());
        let progress = self.host.live().begin(self.name(), &self.config.connector, journal, progress, span);
        Watch { progress, cancel }
    }

    /// Until when bodies of requests are kept, if somebody has leave to look at them. What has ended is dropped.
    fn bodies_until(&self, lane: &Lane) -> Result<Option<Millis>> {
        let now = now();
        if self.store.has_expired(now)? {
            self.store.drop_expired(lane.fence(), now)?;
        }
        let grants = self.store.debug_grants(now)?;
        Ok(grants.into_iter().find(|grant| grant.task == self.config.id).map(|grant| grant.until))
    }
}

fn now() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}

/// What a connector is put together from when it is first asked something.
struct Parts {
    host: Arc<Host>,
    school: Arc<SchoolConfig>,
    task: TaskConfig,
    package: Arc<Package>,
    store: Arc<SchoolDb>,
    journal: Arc<Journal>,
    vault: Arc<Vault>,
}

impl Parts {
    fn load(&self) -> Result<TaskConnector> {
        let (loaded, manifest) = (self.host.load(&self.package)?, Arc::clone(&self.package.manifest));
        Ok(TaskConnector::new(loaded, manifest, self.ports()?, self.host.limits()))
    }

    fn signatures(&self, clock: Arc<SystemClock>) -> Arc<Signatures> {
        let (manifest, vault) = (Arc::clone(&self.package.manifest), Arc::clone(&self.vault));
        let handles = Arc::new(move |handle: &str| vault.by_handle(handle));
        Arc::new(Signatures::new(
            manifest,
            self.task.grants.clone(),
            self.host.signing_keys(),
            handles,
            clock,
        ))
    }

    fn ports(&self) -> Result<Ports> {
        let (manifest, grants) = (&self.package.manifest, &self.task.grants);
        let redactor = Arc::new(Redactor::default());
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let binding = self.store.binding(&self.task.id)?.unwrap_or_default();
        let http = HttpParts {
            upstreams: self.host.upstreams()?,
            school: self.school.id.clone(),
            manifest: Arc::clone(manifest),
            grants: grants.clone(),
            secrets: self.vault.clone(),
            sink: self.vault.clone(),
            journal: self.journal.clone(),
            redactor: Arc::clone(&redactor),
        };
        let fingerprints = self.host.store()?.fingerprint_key()?;
        let people = Arc::new(StoredPeople::new(Arc::clone(&self.store)));
        let source = Arc::new(StoredRecords::new(Arc::clone(&self.store)));
        Ok(Ports {
            http: Arc::new(TaskHttp::new(http)),
            records: Arc::new(TaskRecords::new(source, Arc::clone(manifest), grants.clone())),
            signer: Arc::new(Timed::new(self.signatures(clock.clone()), Arc::clone(&self.journal))),
            secrets: Arc::new(Fingerprints::new(fingerprints, self.school.id.clone(), manifest, grants)),
            clock,
            random,
            log: Arc::new(TaskLog::new(self.journal.clone(), redactor).without_names_of(people)),
            context: Arc::new(TaskContext::new(&self.school, &self.task, binding)?),
        })
    }
}

/// Milliseconds from journaling a write until its upstream can no longer begin to process it: every attempt's time, and
/// the waiting between them.
fn request_deadline_ms(host: &HostConfig, task: &TaskConfig) -> u64 {
    let names = task.grants.upstreams.values();
    let longest = names.filter_map(|name| host.upstreams.get(name)).map(|upstream| {
        let attempt = upstream.connect_timeout_ms.saturating_add(upstream.timeout_ms);
        attempt.saturating_mul(upstream.attempts.into()).saturating_add(upstream.patience_ms)
    });
    longest.max().unwrap_or(0)
}
