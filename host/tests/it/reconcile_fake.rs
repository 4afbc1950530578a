//! A world in memory: an upstream with faults, and connectors of two schools that share it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use exchange::model::connector::Traced;
use exchange::model::contract::*;
use exchange::model::item::{Field, Ownership, Value};
use exchange::model::manifest::*;
use exchange::model::records::{Dependency, Filter, RecordType};
use exchange::model::setup::{Changes, Grants, Holds, TaskConfig, Threshold};
use exchange::model::*;
use exchange::reconcile::*;
use exchange::store::*;
use tracing::subscriber::DefaultGuard;

pub(crate) use super::fake_clock::*;
use super::fused_host::FusedHost;
use super::power::Commits;
use super::store_conformance::{load, pupil};

pub(crate) const START: Millis = 1_780_000_000_000;
pub(crate) const DEADLINE: u64 = 10_000;
pub(crate) const SETTLE: u64 = 5_000;
pub(crate) const WINDOW: u64 = 60_000;

/// What goes wrong with one request that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Refused before anything was processed: so many seconds.
    Retry(u32),
    /// Stored, the answer lost.
    StoredLost,
    /// Not stored, the answer lost.
    Lost,
    /// The connection breaks; stored so many milliseconds later, never later than the kind's `settle`.
    Delayed(u64),
    /// 200, and nothing stored.
    Dropped,
    /// The first half stored, the answer lost.
    Half,
    /// Stored and answered, visible so many milliseconds later.
    Late(u64),
    /// The batch is refused, nothing stored.
    RefusedNothing,
    /// The batch is refused after its first half was stored.
    RefusedUnknown,
    /// The connection fails before anything is sent.
    NotSent,
    /// Every item is rejected.
    Rejected,
    /// The credential is dead.
    Unauthorized,
    /// Accepted, outcome learnt by observing.
    Pending,
}

/// A thing at the upstream.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) kind: String,
    /// What makes it the same: equal name and equal references.
    pub(crate) natural: String,
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) visible: Millis,
}

#[derive(Default)]
pub(crate) struct Upstream {
    pub(crate) things: BTreeMap<u64, Thing>,
    delayed: Vec<(Millis, Thing)>,
    tokens: BTreeMap<String, (Millis, u64)>,
    next: u64,
    pub(crate) faults: VecDeque<Fault>,
    /// Names that are rejected always.
    pub(crate) poison: BTreeSet<String>,
    pub(crate) batches: Vec<usize>,
    pub(crate) writes: u64,
    pub(crate) calls: u64,
    /// Nothing can be read.
    pub(crate) silent: bool,
    /// What comes into being with a thing of this name: kind and name.
    pub(crate) parts: BTreeMap<String, (String, String)>,
    /// Calls get no link yet.
    pub(crate) no_links: bool,
}

impl Upstream {
    fn arrive(&mut self, now: Millis) {
        let (due, later) = std::mem::take(&mut self.delayed).into_iter().partition(|(at, _)| *at <= now);
        self.delayed = later;
        let due: Vec<(Millis, Thing)> = due;
        for (_, thing) in due {
            self.add(thing);
        }
    }

    pub(crate) fn add(&mut self, thing: Thing) -> u64 {
        if let Some((kind, natural)) = self.parts.get(&thing.natural).cloned() {
            self.seed(&kind, &natural, &[]);
        }
        self.next += 1;
        self.things.insert(self.next, thing);
        self.next
    }

    pub(crate) fn seed(&mut self, kind: &str, natural: &str, fields: &[(&str, &str)]) -> u64 {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.add(Thing { kind: kind.into(), natural: natural.into(), fields, visible: 0 })
    }

    pub(crate) fn count(&self, kind: &str, natural: &str) -> usize {
        self.things.values().filter(|thing| thing.kind == kind && thing.natural == natural).count()
    }
}

/// One school's connector.
pub(crate) struct Fake {
    manifest: Manifest,
    pub(crate) desired: Mutex<Vec<(Scope, Vec<Item>)>>,
    pub(crate) upstream: Arc<Mutex<Upstream>>,
    pub(crate) clock: Arc<FakeClock>,
    store: Arc<SchoolDb>,
    pub(crate) lies: Mutex<Option<Lie>>,
}

/// How a connector breaks the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// One effect too few.
    TooFew,
    /// Done without a write.
    Unsent,
    /// Names an item that is not of the call.
    Stranger,
    /// An unknown kind among the desired.
    Kind,
    /// Says done though the answer was lost.
    DoneThoughLost,
    /// Calls everything it makes by the name of the first thing.
    OneName,
    /// No lie, but less than it could: looks a thing up by its name alone where it is given one.
    OnlyNames,
}

fn kind(name: &str) -> Kind {
    Kind {
        name: name.into(),
        title: Text::default(),
        nature: Nature::State,
        direction: Direction::Outbound,
        observe: Observe::Bulk,
        settle_ms: 0,
        batch: 3,
        observe_batch: 4,
        parallel: 2,
        token_window_ms: 0,
        removal: false,
        audit_hours: 0,
        waiting_hours: 0,
        part_of: None,
        passing: false,
        record: None,
    }
}

pub(crate) fn manifest() -> Manifest {
    let kinds = vec![
        Kind {
            direction: Direction::Inbound,
            record: Some(RecordType::Identifier),
            removal: true,
            ..kind("id")
        },
        Kind {
            direction: Direction::Inbound,
            record: Some(RecordType::Lesson),
            removal: true,
            ..kind("lesson-link")
        },
        Kind { audit_hours: 240, ..kind("class") },
        Kind { settle_ms: SETTLE, removal: true, ..kind("person") },
        Kind { settle_ms: SETTLE, removal: true, ..kind("member") },
        Kind { nature: Nature::Event, observe: Observe::None, token_window_ms: WINDOW, ..kind("letter") },
        Kind { nature: Nature::Awaited, ..kind("link") },
        Kind { nature: Nature::Awaited, waiting_hours: 20, ..kind("consent") },
        Kind { token_window_ms: WINDOW, settle_ms: SETTLE, ..kind("token") },
        Kind { settle_ms: SETTLE, removal: true, ..kind("call") },
        Kind { part_of: Some("person".into()), settle_ms: SETTLE, removal: true, ..kind("seat") },
        Kind { nature: Nature::Event, settle_ms: SETTLE, token_window_ms: WINDOW, ..kind("notice") },
        Kind { observe: Observe::None, ..kind("blind") },
        Kind { observe: Observe::None, batch: 100, ..kind("mass") },
    ];
    Manifest {
        id: "fake".into(),
        version: "1.0.0".into(),
        contract: "0.1".into(),
        title: Text::default(),
        description: Text::default(),
        help: Text::default(),
        kinds,
        upstreams: BTreeMap::new(),
        operations: BTreeMap::new(),
        records: BTreeMap::new(),
        secrets: BTreeMap::new(),
        dialogues: BTreeMap::new(),
        signatures: BTreeMap::new(),
        verify: Vec::new(),
        fingerprints: Vec::new(),
        settings: serde_json::Map::new(),
        messages: Messages::default(),
    }
}

pub(crate) fn item(kind: &str, key: &str, fields: &[(&str, Value)]) -> Item {
    let fields = fields
        .iter()
        .map(|(name, value)| Field {
            name: (*name).into(),
            value: value.clone(),
            ownership: Ownership::Owned,
        })
        .collect();
    Item {
        id: ItemRef::new(kind, key),
        former_keys: vec![],
        label: key.into(),
        group: None,
        about: None,
        fields,
        identity: None,
        gone: WhenGone::Report,
        window: None,
        waiting: None,
    }
}

pub(crate) fn named(kind: &str, name: &str) -> Item {
    item(kind, name, &[("name", Value::Text(name.into()))])
}

pub(crate) fn member(key: &str, class: &str, person: &str) -> Item {
    let reference = |kind: &str, key: &str| Value::Reference(ItemRef::new(kind, key));
    item("member", key, &[("class", reference("class", class)), ("person", reference("person", person))])
}

pub(crate) fn scope(id: &str) -> Scope {
    Scope { id: id.into(), title: id.into(), group: Some(id.into()) }
}

impl Fake {
    fn lie(&self, lie: Lie) -> bool {
        *self.lies.lock().unwrap() == Some(lie)
    }

    fn dependencies(&self) -> Vec<Dependency> {
        let filter = Filter::default();
        let digest = self.store.digest(RecordType::Pupil, &filter).unwrap();
        vec![Dependency { record_type: RecordType::Pupil, filter, digest }]
    }

    fn called(&self) -> std::sync::MutexGuard<'_, Upstream> {
        self.clock.step();
        let mut upstream = self.upstream.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        upstream.calls += 1;
        upstream.arrive(self.clock.peek());
        upstream
    }

    fn look(&self, upstream: &Upstream, probe: &Probe) -> Observation {
        let now = self.clock.peek();
        let kind = &probe.item.id.kind;
        let of_kind = || upstream.things.iter().filter(|(_, t)| *t.kind == **kind && t.visible <= now);
        if let Some(handle) = &probe.handle {
            return match of_kind().find(|(id, _)| id.to_string() == *handle) {
                Some((id, thing)) => present(*id, thing, probe, upstream),
                None if self.lie(Lie::OnlyNames) => Observation::Absent(Basis::Lookup),
                // A name that was answered for something never stored leads nowhere: look it up as if new.
                None => self.by_natural(of_kind().collect(), probe, upstream),
            };
        }
        self.by_natural(of_kind().collect(), probe, upstream)
    }

    fn by_natural(&self, things: Vec<(&u64, &Thing)>, probe: &Probe, upstream: &Upstream) -> Observation {
        let Some(natural) = natural(&probe.item, &probe.targets) else {
            return Observation::Absent(Basis::Listing);
        };
        let found: Vec<_> = things.into_iter().filter(|(_, thing)| thing.natural == natural).collect();
        match found.as_slice() {
            [] => Observation::Absent(Basis::Listing),
            [(id, thing)] => present(**id, thing, probe, upstream),
            many => Observation::Ambiguous(
                many.iter()
                    .take(10)
                    .map(|(id, _)| Candidate {
                        handle: id.to_string(),
                        label: "Тестов".into(),
                        evidence: vec![Message::new("same-name")],
                        link: None,
                    })
                    .collect(),
            ),
        }
    }

    fn store_one(&self, upstream: &mut Upstream, change: &Change, visible: Millis) -> String {
        let now = self.clock.peek();
        let window = self.manifest.kind(&change.item.id.kind).unwrap().token_window_ms;
        if let Some((at, known)) = upstream.tokens.get(&change.token).filter(|_| window > 0)
            && now < at + window as i64
        {
            return known.to_string();
        }
        let handle = match change.action {
            Action::Create => {
                let thing = thing(change, visible);
                upstream.add(thing)
            }
            Action::Update => {
                let id: u64 = change.handle.as_ref().unwrap().parse().unwrap();
                if let Some(there) = upstream.things.get_mut(&id) {
                    *there = Thing { visible: there.visible, ..thing(change, visible) };
                }
                id
            }
            Action::Close | Action::Remove => {
                let id: u64 = change.handle.as_ref().unwrap().parse().unwrap();
                upstream.things.remove(&id);
                id
            }
        };
        upstream.tokens.insert(change.token.clone(), (now, handle));
        handle.to_string()
    }
}

fn thing(change: &Change, visible: Millis) -> Thing {
    let natural =
        natural(&change.item, &change.targets).expect("targets are there before what refers to them");
    Thing { kind: change.item.id.kind.to_string(), natural, fields: texts(&change.item), visible }
}

fn texts(item: &Item) -> BTreeMap<String, String> {
    let text = |field: &Field| match &field.value {
        Value::Text(text) => Some((field.name.to_string(), text.clone())),
        _ => None,
    };
    item.fields.iter().filter_map(text).collect()
}

/// Name, or the handles of what it refers to.
fn natural(item: &Item, targets: &[Target]) -> Option<String> {
    let part = |name: &str| part(item, targets, name);
    match &*item.id.kind {
        "member" => Some(format!("{}+{}", part("class")?, part("person")?)),
        _ => part("name"),
    }
}

/// A field as the other side knows it.
fn part(item: &Item, targets: &[Target], name: &str) -> Option<String> {
    match item.field(name).map(|field| &field.value) {
        Some(Value::Text(text)) => Some(text.clone()),
        Some(Value::Reference(id)) => targets.iter().find(|t| &t.item == id)?.handle.clone(),
        _ => None,
    }
}

/// Which of a membership's references lead elsewhere there.
fn led_elsewhere(thing: &Thing, probe: &Probe) -> Vec<String> {
    let there = thing.natural.split('+').map(|handle| Some(handle.to_owned()));
    let names = ["class", "person"].into_iter().filter(|_| thing.kind == "member");
    let differs = |(name, there): &(&str, Option<String>)| part(&probe.item, &probe.targets, name) != *there;
    let content = names.filter(|name| probe.item.field(name).is_some());
    content.zip(there).filter(differs).map(|(name, _)| name.to_owned()).collect()
}

/// A call has a link.
fn outputs(kind: &str, handle: &str, upstream: &Upstream) -> Vec<Param> {
    let link = Param { name: "join-link".into(), value: format!("https://call/{handle}") };
    Some(link).filter(|_| kind == "call" && !upstream.no_links).into_iter().collect()
}

fn present(id: u64, thing: &Thing, probe: &Probe, upstream: &Upstream) -> Observation {
    let differing = texts(&probe.item)
        .into_iter()
        .filter(|(name, value)| name != "name" && thing.fields.get(name) != Some(value))
        .map(|(field, _)| field)
        .chain(led_elsewhere(thing, probe))
        .map(|field| Difference { there: thing.fields.get(&field).cloned(), field })
        .collect();
    let handle = id.to_string();
    let outputs = outputs(&thing.kind, &handle, upstream);
    Observation::Present(Presence { handle, outputs, differing, ..Presence::default() })
}

impl Connector for Fake {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn check(&self) -> std::result::Result<Vec<Finding>, CallError> {
        Ok(vec![])
    }

    async fn scopes(&self) -> std::result::Result<Traced<Vec<Scope>>, CallError> {
        drop(self.called());
        let answer = self.desired.lock().unwrap().iter().map(|(scope, _)| scope.clone()).collect();
        Ok(Traced { answer, dependencies: self.dependencies() })
    }

    async fn desired(
        &self,
        scope: &ScopeId,
        cursor: Option<&str>,
    ) -> std::result::Result<Traced<DesiredPage>, CallError> {
        drop(self.called());
        let all = self.desired.lock().unwrap();
        let items = all.iter().find(|(known, _)| &known.id == scope).map(|(_, items)| items).unwrap();
        let from: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let to = (from + 4).min(items.len());
        let mut page: Vec<Item> = items[from..to].to_vec();
        if self.lie(Lie::Kind) {
            page.push(named("unheard-of", "x"));
        }
        let next = (to < items.len()).then(|| to.to_string());
        let answer = DesiredPage { items: page, complete: next.is_none(), next, ..DesiredPage::default() };
        Ok(Traced { answer, dependencies: self.dependencies() })
    }

    async fn observe(&self, probes: Vec<Probe>) -> std::result::Result<Vec<Observation>, CallError> {
        let upstream = self.called();
        if upstream.silent {
            return Err(CallError::Failed(Failure::Unavailable(Message::new("silent"))));
        }
        let limit = self.manifest.kind(&probes[0].item.id.kind).unwrap().observe_batch as usize;
        assert!(probes.len() <= limit, "too many probes in one call");
        assert!(
            probes.iter().all(|p| p.item.id.kind == probes[0].item.id.kind && p.purpose == probes[0].purpose)
        );
        Ok(probes.iter().map(|probe| self.look(&upstream, probe)).collect())
    }

    async fn apply(
        &self,
        changes: Vec<Change>,
        journal: Arc<dyn WriteJournal>,
    ) -> std::result::Result<Vec<Effect>, CallError> {
        let fault = {
            let mut upstream = self.called();
            upstream.batches.push(changes.len());
            upstream.faults.pop_front().unwrap_or(Fault::None)
        };
        let limit = self.manifest.kind(&changes[0].item.id.kind).unwrap().batch as usize;
        assert!(changes.len() <= limit, "too many changes in one call");
        self.apply_with(&changes, &*journal, fault)
    }

    async fn interact(
        &self,
        _dialogue: &str,
        _round_trip: exchange::model::dialogue::RoundTrip,
        _input: exchange::model::dialogue::Input,
        _state: Vec<u8>,
    ) -> std::result::Result<exchange::model::dialogue::Turn, CallError> {
        Err(CallError::Failed(Failure::Cancelled))
    }
}

impl Fake {
    fn apply_with(
        &self,
        changes: &[Change],
        journal: &dyn WriteJournal,
        fault: Fault,
    ) -> std::result::Result<Vec<Effect>, CallError> {
        let failed = |failure| Err(CallError::Failed(failure));
        if let Fault::Retry(seconds) = fault {
            return failed(Failure::Retry(Some(seconds)));
        }
        if self.lie(Lie::Unsent) {
            return Ok(changes.iter().map(|_| done("1".into())).collect());
        }
        let mut items: Vec<ItemRef> = changes.iter().map(|change| change.item.id.clone()).collect();
        if self.lie(Lie::Stranger) {
            items.push(ItemRef::new("person", "stranger"));
        }
        self.clock.step();
        let Ok(ticket) = journal.sent("write", &items) else {
            return failed(Failure::Unavailable(Message::new("no-journal")));
        };
        self.clock.step();
        let now = self.clock.peek();
        let mut upstream = self.upstream.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        upstream.writes += 1;
        upstream.arrive(now);
        let poisoned = |c: &Change, upstream: &Upstream| upstream.poison.contains(&c.item.label);
        let refused = fault == Fault::RefusedNothing || changes.iter().any(|c| poisoned(c, &upstream));
        if refused {
            drop(upstream);
            journal.answered(ticket, Some(400));
            let reason = Message::new("bad-batch");
            return failed(Failure::Refused(Refusal { nothing_stored: true, reason }));
        }
        let stored = match fault {
            Fault::None | Fault::StoredLost | Fault::Late(_) | Fault::Pending => changes.len(),
            Fault::Half | Fault::RefusedUnknown => changes.len() / 2,
            _ => 0,
        };
        // Never later than the kind says: what an upstream does beyond that nobody can promise anything about.
        let settle = self.manifest.kind(&changes[0].item.id.kind).unwrap().settle_ms;
        let visible = if let Fault::Late(ms) = fault { now + ms.min(settle) as i64 } else { 0 };
        let handles: Vec<String> =
            changes[..stored].iter().map(|change| self.store_one(&mut upstream, change, visible)).collect();
        if let Fault::Delayed(ms) = fault {
            for change in changes.iter().filter(|change| change.action == Action::Create) {
                let known =
                    upstream.tokens.get(&change.token).is_some_and(|(at, _)| now < at + WINDOW as i64);
                let window = self.manifest.kind(&change.item.id.kind).unwrap().token_window_ms;
                if window == 0 {
                    upstream.delayed.push((now + ms.min(settle) as i64, thing(change, 0)));
                } else if !known {
                    // A server that knows tokens keeps them as soon as a request reaches it.
                    self.store_one(&mut upstream, change, 0);
                }
            }
        }
        drop(upstream);
        self.clock.step();
        match fault {
            Fault::NotSent => {
                journal.answered(ticket, None);
                return failed(Failure::Retry(None));
            }
            Fault::StoredLost | Fault::Lost | Fault::Delayed(_) | Fault::Half => {
                if self.lie(Lie::DoneThoughLost) {
                    return Ok(changes.iter().map(|_| done("1".into())).collect());
                }
                return Ok(changes.iter().map(|_| Effect::InDoubt(Message::new("lost"))).collect());
            }
            Fault::RefusedUnknown => {
                journal.answered(ticket, Some(500));
                let reason = Message::new("bad-batch");
                return failed(Failure::Refused(Refusal { nothing_stored: false, reason }));
            }
            Fault::Unauthorized => {
                journal.answered(ticket, Some(401));
                return failed(Failure::Unauthorized(Message::new("token-dead")));
            }
            _ => {}
        }
        journal.answered(ticket, Some(200));
        self.clock.step();
        let mut effects: Vec<Effect> = match fault {
            Fault::Rejected => changes.iter().map(|_| rejected()).collect(),
            Fault::Dropped => changes.iter().map(|change| done(dropped_handle(change))).collect(),
            Fault::Pending => changes.iter().map(|_| Effect::Pending).collect(),
            _ => self.all_made(handles, changes),
        };
        if self.lie(Lie::TooFew) {
            effects.pop();
        }
        if self.lie(Lie::OneName) {
            effects = changes.iter().map(|_| done("1".into())).collect();
        }
        Ok(effects)
    }
}

fn dropped_handle(change: &Change) -> String {
    change.handle.clone().unwrap_or_else(|| "999999".into())
}

impl Fake {
    fn all_made(&self, handles: Vec<String>, changes: &[Change]) -> Vec<Effect> {
        let upstream = self.upstream.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        handles.into_iter().zip(changes).map(|(handle, change)| made(handle, change, &upstream)).collect()
    }
}

fn made(handle: String, change: &Change, upstream: &Upstream) -> Effect {
    let outputs = outputs(&change.item.id.kind, &handle, upstream);
    Effect::Done(Made { handle: Some(handle), outputs })
}

fn done(handle: String) -> Effect {
    Effect::Done(Made { handle: Some(handle), outputs: vec![] })
}

fn rejected() -> Effect {
    Effect::Rejected(Rejection { field: Some("name".into()), reason: Message::new("bad-name"), fix: None })
}

/// A school with its connector and task.
pub(crate) struct School {
    pub(crate) store: Arc<SchoolDb>,
    pub(crate) fake: Arc<Fake>,
    pub(crate) env: Env<Fake>,
    version: AtomicI64,
}

/// Two schools, one upstream.
pub(crate) struct World {
    pub(crate) schools: Vec<School>,
    pub(crate) upstream: Arc<Mutex<Upstream>>,
    pub(crate) clock: Arc<FakeClock>,
    commits: Commits,
    _heard: DefaultGuard,
    folder: tempfile::TempDir,
}

pub(crate) fn task() -> TaskConfig {
    let never = Threshold { share: 10.0, rows: 1_000_000 };
    TaskConfig {
        id: "task".into(),
        connector: "fake".into(),
        enabled: true,
        settings: serde_json::Map::new(),
        grants: Grants::default(),
        changes: Changes::Update,
        holds: Holds { add: never, change: never, remove: never, ambiguous: never },
        patience_s: 120,
        schedule: None,
    }
}

/// Memory-backed where there is such a folder: thousands of durable commits are not what is tested here.
pub(crate) fn folder() -> tempfile::TempDir {
    let shm = std::path::Path::new("/dev/shm");
    if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() }.unwrap()
}

fn host(folder: &Path, clock: &Arc<FakeClock>) -> Arc<dyn HostStore> {
    Arc::new(FusedHost(HostDb::open(folder, &MasterKey([1; 32])).unwrap(), Arc::clone(clock)))
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = folder();
        let clock = Arc::new(FakeClock::at(START));
        let step = Arc::clone(&clock);
        // A commit is heard while its database is locked: nobody else may go on there.
        let (commits, heard) = Commits::hear(Some(Arc::new(move || step.fuse())));
        let upstream = Arc::new(Mutex::new(Upstream { next: 100, ..Upstream::default() }));
        let host = host(folder.path(), &clock);
        let school = |id: &str| School::new(folder.path(), id, &host, &upstream, &clock);
        let schools = vec![school("one"), school("two")];
        Self { schools, upstream, clock, commits, _heard: heard, folder }
    }

    /// The power goes, and comes back: at most so many commits of each file are lost.
    pub(crate) fn power_off(&mut self, lost: usize) {
        self.clock.restart();
        let after = folder();
        for file in ["host.db", "schools/one.db", "schools/two.db"] {
            self.commits.survive(&self.folder.path().join(file), &after.path().join(file), lost);
        }
        let host = host(after.path(), &self.clock);
        for school in &mut self.schools {
            let id = school.store.school().to_string();
            let started = School::new(after.path(), &id, &host, &self.upstream, &self.clock);
            school.restart(started);
        }
        self.folder = after;
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn up(&self) -> std::sync::MutexGuard<'_, Upstream> {
        self.upstream.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) fn things(&self) -> usize {
        self.up().things.len()
    }

    pub(crate) fn writes(&self) -> u64 {
        self.up().writes
    }

    pub(crate) fn count(&self, kind: &str, natural: &str) -> usize {
        self.up().count(kind, natural)
    }

    pub(crate) fn faults(&self, faults: &[Fault]) {
        self.up().faults = faults.iter().copied().collect();
    }

    /// Both schools run at once; `seed` says who goes on when. `None`: a run was killed.
    pub(crate) fn race(&self, seed: u64) -> [Option<RunReport>; 2] {
        let (everybody, schools) = (Selection::default(), &self.schools);
        let run = |school: usize| schools[school].try_run(&everybody, None);
        super::turns::race(seed, [&|| run(0), &|| run(1)])
    }

    /// The first school.
    pub(crate) fn one(&self) -> &School {
        &self.schools[0]
    }
}

impl School {
    fn new(
        folder: &Path,
        id: &str,
        host: &Arc<dyn HostStore>,
        upstream: &Arc<Mutex<Upstream>>,
        clock: &Arc<FakeClock>,
    ) -> Self {
        let store = Arc::new(super::store::open(folder, id));
        let fake = Arc::new(Fake {
            manifest: manifest(),
            desired: Mutex::default(),
            upstream: Arc::clone(upstream),
            clock: Arc::clone(clock),
            store: Arc::clone(&store),
            lies: Mutex::default(),
        });
        let env = Env {
            connector: Arc::clone(&fake),
            school: Arc::clone(&store) as Arc<dyn SchoolStore>,
            host: Arc::clone(host),
            clock: Arc::clone(clock) as Arc<dyn Clock>,
            progress: Arc::new(Silent),
            cancel: Cancel::default(),
            aside: Arc::new(OnTheSpot),
            task: task(),
            request_deadline_ms: DEADLINE,
        };
        Self { store, fake, env, version: AtomicI64::new(0) }
    }

    /// The same school, started again on what the disk holds.
    fn restart(&mut self, started: Self) {
        let before = std::mem::replace(self, started);
        self.env.task = before.env.task.clone();
        self.version = AtomicI64::new(before.version.load(Ordering::Relaxed));
        *self.fake.desired.lock().unwrap() = std::mem::take(&mut *before.fake.desired.lock().unwrap());
    }

    /// Wants this from now on, and says so in its records.
    pub(crate) fn wants(&self, scopes: Vec<(Scope, Vec<Item>)>) {
        *self.fake.desired.lock().unwrap() = scopes;
        self.touch();
    }

    /// Changes a record that every scope depends on.
    pub(crate) fn touch(&self) {
        let version = self.version.fetch_add(1, Ordering::Relaxed);
        let lane = self.store.take_lane("import", START).unwrap();
        let rows = vec![pupil("version", Some(&format!("c{version}")), &[])];
        load(&*self.store, lane.fence(), rows, ImportMode::Add).unwrap();
    }

    pub(crate) fn run(&self) -> RunReport {
        self.try_run(&Selection::default(), None).expect("nobody kills this run")
    }

    pub(crate) fn run_for(&self, selection: &Selection) -> RunReport {
        self.try_run(selection, None).expect("nobody kills this run")
    }

    pub(crate) fn approved(&self, hash: &str) -> RunReport {
        self.try_run(&Selection::default(), Some(hash)).expect("nobody kills this run")
    }

    pub(crate) fn plan(&self) -> Plan {
        self.plan_to(Extent::Everything)
    }

    /// A preview of a run to this extent.
    pub(crate) fn plan_to(&self, extent: Extent) -> Plan {
        let options = Options { mode: Mode::DryRun, selection: Selection::default(), extent };
        drive(run(&self.env, &options)).expect("nobody kills this run").unwrap().plan.unwrap()
    }

    /// A run; `None`: it was killed.
    pub(crate) fn try_run(&self, selection: &Selection, approved: Option<&str>) -> Option<RunReport> {
        self.try_run_to(Extent::Everything, selection, approved)
    }

    /// A run to this extent; `None`: it was killed.
    pub(crate) fn try_run_to(
        &self,
        extent: Extent,
        selection: &Selection,
        approved: Option<&str>,
    ) -> Option<RunReport> {
        drive(async {
            let lane = self.store.take_lane("run", self.env_now()).unwrap();
            let options =
                Options { mode: Mode::Apply { lane: &lane, approved }, selection: selection.clone(), extent };
            run(&self.env, &options).await.unwrap()
        })
    }

    fn env_now(&self) -> Millis {
        self.fake.clock.peek()
    }

    pub(crate) fn commit(&self, step: &str, items: Vec<Item>) -> Vec<(ItemRef, Effect)> {
        let lane = self.store.take_lane("dialogue", self.env_now()).unwrap();
        drive(commit_items(&self.env, &lane, step, items)).unwrap().unwrap()
    }

    pub(crate) fn ledger(&self, kind: &str, key: &str) -> Option<LedgerEntry> {
        self.store.ledger_entry(&"task".into(), &ItemRef::new(kind, key)).unwrap()
    }

    pub(crate) fn answer(&self, number: u64, answer: &Answer) {
        let lane = self.store.take_lane("decide", START).unwrap();
        self.store.answer(lane.fence(), number, answer, "test", START).unwrap();
    }
}
