//! A task around the misbehaving guest: every port is real but its end, which is a fake that remembers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use exchange::capability::http::{
    CredentialSink, HttpParts, RequestEntry, RequestJournal, SecretSource, TaskHttp, Upstreams,
};
use exchange::capability::log::{LogSink, TaskLog};
use exchange::capability::records::{RecordSource, SourcePage, TaskRecords};
use exchange::capability::secrets::Fingerprints;
use exchange::capability::sign::{Keys, Signatures};
use exchange::capability::{Redactor, Secret, context::TaskContext};
use exchange::model::connector::WriteTicket;
use exchange::model::manifest::Manifest;
use exchange::model::records::{Filter, RecordType};
use exchange::model::setup::{Grants, HostConfig, Limits, SchoolConfig, TaskConfig, Upstream};
use exchange::model::{Action, Change, Item, ItemRef, WhenGone, WriteJournal};
use exchange::sandbox::ports::{Clock, LogLevel, Ports};
use exchange::sandbox::{Engine, Sandbox, SystemClock, SystemRandom, TaskConnector};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};

use crate::budget_memory::Memory;

/// The top of the workspace.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The guest as a component, built by the same command that builds every connector.
pub(crate) fn guest() -> &'static [u8] {
    static GUEST: OnceLock<Vec<u8>> = OnceLock::new();
    GUEST.get_or_init(|| {
        let built =
            Command::new(env!("CARGO")).args(["xtask", "connectors"]).current_dir(top()).output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or(top().join("target"), PathBuf::from);
        std::fs::read(target.join("connectors/guests.wasm")).unwrap()
    })
}

/// The guest's manifest.
pub(crate) fn manifest() -> Arc<Manifest> {
    let text = std::fs::read_to_string(top().join("tests/guests/connector.toml")).unwrap();
    Arc::new(toml::from_str(&text).unwrap())
}

/// One sandbox for all tests, its epoch ticking.
pub(crate) fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        let engine = Engine::new(&Limits::default()).unwrap();
        let ticker = engine.ticker();
        std::thread::spawn(move || ticker.run());
        Sandbox::new(engine, None).unwrap()
    })
}

fn loaded() -> Arc<exchange::sandbox::Loaded> {
    static LOADED: OnceLock<Arc<exchange::sandbox::Loaded>> = OnceLock::new();
    Arc::clone(LOADED.get_or_init(|| sandbox().load(guest()).unwrap()))
}

/// A clock that does not wait: who sleeps moves it.
#[derive(Default)]
pub(crate) struct FakeClock {
    now: AtomicI64,
    /// How far it was set, in all.
    set: AtomicI64,
    slept: Mutex<Vec<u64>>,
}

impl FakeClock {
    pub(crate) fn at(now: i64) -> Arc<Self> {
        Arc::new(Self { now: AtomicI64::new(now), ..Self::default() })
    }

    /// Somebody sets the clock on the wall.
    pub(crate) fn set(&self, by: i64) {
        self.set.fetch_add(by, Ordering::SeqCst);
    }

    /// All waits so far, in milliseconds.
    pub(crate) fn slept(&self) -> Vec<u64> {
        self.slept.lock().unwrap().clone()
    }

    pub(crate) fn advance(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> i64 {
        self.steady() + self.set.load(Ordering::SeqCst)
    }

    fn steady(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        self.slept.lock().unwrap().push(ms);
        self.advance(i64::try_from(ms).unwrap());
        Box::pin(tokio::task::yield_now())
    }
}

/// A write with its operation, its items and what was answered, if anything.
pub(crate) type Written = (String, Vec<ItemRef>, Option<Option<u16>>);

/// The ends of all ports: what reached them.
#[derive(Default)]
pub(crate) struct Ends {
    pub(crate) lines: Mutex<Vec<(LogLevel, String)>>,
    pub(crate) requests: Mutex<Vec<RequestEntry>>,
    /// One for each ticket.
    pub(crate) writes: Mutex<Vec<Written>>,
    pub(crate) refuse_writes: Mutex<bool>,
    secrets: Mutex<BTreeMap<String, String>>,
    pub(crate) captured: Mutex<BTreeMap<String, String>>,
    records: Mutex<Vec<(RecordType, String, String)>>,
    digests: AtomicU64,
}

impl Ends {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().iter().map(|(_, text)| text.clone()).collect()
    }

    /// How often a digest was asked.
    pub(crate) fn digests(&self) -> u64 {
        self.digests.load(Ordering::SeqCst)
    }

    /// What was answered to each write.
    pub(crate) fn answers(&self) -> Vec<Option<Option<u16>>> {
        self.writes.lock().unwrap().iter().map(|(_, _, answer)| *answer).collect()
    }
}

impl LogSink for Ends {
    fn line(&self, level: LogLevel, text: &str) {
        self.lines.lock().unwrap().push((level, text.to_owned()));
    }
}

impl RequestJournal for Ends {
    fn request(&self, entry: RequestEntry) {
        self.requests.lock().unwrap().push(entry);
    }
}

impl WriteJournal for Ends {
    fn sent(&self, operation: &str, items: &[ItemRef]) -> Result<WriteTicket, String> {
        if *self.refuse_writes.lock().unwrap() {
            return Err("the disk is full".into());
        }
        let mut writes = self.writes.lock().unwrap();
        writes.push((operation.to_owned(), items.to_vec(), None));
        Ok(WriteTicket(writes.len() as u64 - 1))
    }

    fn answered(&self, ticket: WriteTicket, status: Option<u16>) {
        self.writes.lock().unwrap()[usize::try_from(ticket.0).unwrap()].2 = Some(status);
    }
}

impl SecretSource for Ends {
    fn secret(&self, name: &str) -> Result<Option<Secret>, String> {
        let captured = self.captured.lock().unwrap().get(name).cloned();
        Ok(captured.or_else(|| self.secrets.lock().unwrap().get(name).cloned()).map(Secret::new))
    }

    fn by_handle(&self, handle: &str) -> Option<Secret> {
        self.captured.lock().unwrap().get(handle.strip_prefix("secret:")?).map(Secret::new)
    }
}

impl CredentialSink for Ends {
    fn capture(&self, name: &str, value: Secret) -> Result<String, String> {
        self.captured.lock().unwrap().insert(name.to_owned(), value.expose().to_owned());
        Ok(format!("secret:{name}"))
    }
}

impl RecordSource for Ends {
    fn page(
        &self,
        of: RecordType,
        _filter: &Filter,
        cursor: Option<&str>,
        limit: usize,
    ) -> exchange::error::Result<SourcePage> {
        let from: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let records = self.records.lock().unwrap();
        let of_type: Vec<_> = records.iter().filter(|(kind, _, _)| *kind == of).collect();
        let page =
            of_type.iter().skip(from).take(limit).map(|(_, id, json)| (id.clone(), json.clone())).collect();
        Ok((page, (from + limit < of_type.len()).then(|| (from + limit).to_string())))
    }

    fn digest(&self, _of: RecordType, _filter: &Filter) -> exchange::error::Result<[u8; 32]> {
        self.digests.fetch_add(1, Ordering::SeqCst);
        Ok([7; 32])
    }
}

/// A task to be.
pub(crate) struct World {
    pub(crate) limits: Limits,
    pub(crate) grants: Grants,
    pub(crate) upstream: Upstream,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ends: Arc<Ends>,
    pub(crate) keys: HostConfig,
    settings: Value,
    shared: Option<Arc<Upstreams>>,
}

/// A task whose guest does this in that export; everything it may ask is granted.
pub(crate) fn world(export: &str, behave: &str) -> World {
    let grants = Grants {
        upstreams: [("api".into(), "server".into())].into(),
        records: [(RecordType::Pupil, vec!["*".into()])].into(),
        secrets: vec!["token".into(), "refresh".into(), "client-secret".into()],
        signatures: [("challenge".into(), "key".into())].into(),
        verify: [("issuer".into(), "issuer".into())].into(),
        fingerprints: vec!["person".into()],
        write: true,
    };
    let upstream =
        Upstream { base: vec!["http://127.0.0.1:9".into()], private: true, rate: 0.0, ..Upstream::default() };
    World {
        limits: Limits::default(),
        grants,
        upstream,
        clock: Arc::new(SystemClock),
        ends: Arc::default(),
        keys: HostConfig::default(),
        settings: json!({ "in": export, "behave": behave }),
        shared: None,
    }
    .secret("token", "token-0123456789")
    .secret("client-secret", "client-secret-0123456789")
}

/// A task whose guest makes this request in this export.
pub(crate) fn asking(export: &str, operation: &str) -> World {
    world(export, "request").with("operation", operation)
}

impl World {
    /// With another setting.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.settings[name] = value.into();
        self
    }

    /// With another upstream.
    pub(crate) fn server(mut self, base: &str) -> Self {
        self.upstream.base = vec![base.to_owned()];
        self
    }

    /// With the upstream changed.
    pub(crate) fn tune(mut self, change: impl FnOnce(&mut Upstream)) -> Self {
        change(&mut self.upstream);
        self
    }

    /// With the limits changed.
    pub(crate) fn limit(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }

    /// With the grants changed.
    pub(crate) fn grant(mut self, change: impl FnOnce(&mut Grants)) -> Self {
        change(&mut self.grants);
        self
    }

    /// With a clock that does not wait.
    pub(crate) fn clock(mut self, clock: &Arc<FakeClock>) -> Self {
        self.clock = Arc::clone(clock) as Arc<dyn Clock>;
        self
    }

    /// With a secret.
    pub(crate) fn secret(self, name: &str, value: &str) -> Self {
        self.ends.secrets.lock().unwrap().insert(name.into(), value.into());
        self
    }

    /// With a record.
    pub(crate) fn record(self, of: RecordType, id: &str, json: &Value) -> Self {
        self.ends.records.lock().unwrap().push((of, id.into(), json.to_string()));
        self
    }

    /// Over the upstreams of another task.
    pub(crate) fn sharing(mut self, upstreams: &Arc<Upstreams>) -> Self {
        self.shared = Some(Arc::clone(upstreams));
        self
    }

    /// The upstreams of this task, for others to share.
    pub(crate) fn upstreams(&self) -> Arc<Upstreams> {
        let config = [("server".to_owned(), self.upstream.clone())].into();
        let budgets = Arc::new(Memory::default());
        Upstreams::new(&config, budgets, Arc::clone(&self.clock), Arc::new(SystemRandom)).unwrap()
    }

    fn signer(&self) -> Arc<Signatures> {
        let (ends, keys) = (Arc::clone(&self.ends), Arc::new(Keys::new(&self.keys)));
        let handles = Arc::new(move |handle: &str| ends.by_handle(handle));
        Arc::new(Signatures::new(manifest(), self.grants.clone(), keys, handles, Arc::clone(&self.clock)))
    }

    fn ports(&self) -> Ports {
        let (ends, manifest, redactor) = (&self.ends, manifest(), Arc::new(Redactor::default()));
        let parts = HttpParts {
            upstreams: self.shared.clone().unwrap_or_else(|| self.upstreams()),
            school: "school57".into(),
            manifest: Arc::clone(&manifest),
            grants: self.grants.clone(),
            secrets: Arc::clone(ends) as _,
            sink: Arc::clone(ends) as _,
            journal: Arc::clone(ends) as _,
            redactor: Arc::clone(&redactor),
        };
        let (school, task) = (school(), task(&self.settings, &self.grants));
        Ports {
            http: Arc::new(TaskHttp::new(parts)),
            records: Arc::new(TaskRecords::new(
                Arc::clone(ends) as _,
                Arc::clone(&manifest),
                self.grants.clone(),
            )),
            signer: self.signer(),
            secrets: Arc::new(Fingerprints::new([1; 32], school.id.clone(), &manifest, &self.grants)),
            clock: Arc::clone(&self.clock),
            random: Arc::new(SystemRandom),
            log: Arc::new(TaskLog::new(Arc::clone(ends) as _, redactor)),
            context: Arc::new(TaskContext::new(&school, &task, Vec::new()).unwrap()),
        }
    }

    /// The connector.
    pub(crate) fn connector(&self) -> TaskConnector {
        self.connector_of(loaded())
    }

    /// The connector of another component.
    pub(crate) fn connector_of(&self, loaded: Arc<exchange::sandbox::Loaded>) -> TaskConnector {
        TaskConnector::new(loaded, manifest(), self.ports(), Arc::new(self.limits.clone()))
    }

    /// The journal of writes.
    pub(crate) fn journal(&self) -> Arc<dyn WriteJournal> {
        Arc::clone(&self.ends) as _
    }
}

fn school() -> SchoolConfig {
    SchoolConfig {
        id: "school57".into(),
        name: "Школа 57".into(),
        time_zone: "Europe/Moscow".into(),
        ..SchoolConfig::default()
    }
}

fn task(settings: &Value, grants: &Grants) -> TaskConfig {
    let settings = settings.as_object().cloned().unwrap_or_else(Map::new);
    TaskConfig { id: "task".into(), settings, grants: grants.clone(), ..TaskConfig::default() }
}

/// An item of this kind.
pub(crate) fn item(kind: &str, key: &str) -> Item {
    Item {
        id: ItemRef::new(kind, key),
        former_keys: Vec::new(),
        label: String::new(),
        group: None,
        about: None,
        fields: Vec::new(),
        identity: None,
        gone: WhenGone::Report,
        window: None,
        waiting: None,
    }
}

/// Changes that create items of this kind.
pub(crate) fn changes(kind: &str, count: usize) -> Vec<Change> {
    let change = |n| Change {
        action: Action::Create,
        item: item(kind, &format!("k{n}")),
        handle: None,
        fields: Vec::new(),
        targets: Vec::new(),
        token: format!("token-{n}"),
    };
    (0..count).map(change).collect()
}
