//! Checked configuration as plain data: what `config` makes out of TOML and every other module reads.
//!
//! Defaults are the ones that `Default` gives here, and nowhere else; `config` fills in from them and the generated
//! documentation prints them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::ids::{SchoolId, TaskId};
use super::notify::{Notify, Recipient};
use super::records::RecordType;
use super::signing::{SigningKey, TokenKey};
use super::timetable::{Calendar, Schedule};
use super::web::Web;

/// `exchange.toml`, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct HostConfig {
    /// Databases, caches, locks. Created when missing.
    pub data: PathBuf,
    /// Schools' files.
    pub schools: PathBuf,
    /// Packed connectors and `connectors.lock`.
    pub connectors: PathBuf,
    /// Where the key that encrypts secrets comes from.
    pub key: KeySource,
    /// Where the key before it comes from, while not everything is under the new one yet.
    pub previous_key: Option<KeySource>,
    /// Remote systems by name.
    pub upstreams: BTreeMap<String, Upstream>,
    /// What a connector's call may use.
    pub limits: Limits,
    /// What holds for the schools of a region, by its name.
    pub regions: BTreeMap<String, Region>,
    /// How tasks run by themselves.
    pub serve: Serve,
    /// Where people reach it with a browser; `None`: nowhere.
    pub web: Option<Web>,
    /// How long what is told of the past is kept.
    pub keep: Keep,
    /// How people are told, and whom all schools have in common.
    pub notify: Notify,
    /// Where the program tells of itself.
    pub telemetry: Telemetry,
    /// What signs, by the name that tasks grant.
    pub signing: BTreeMap<String, SigningKey>,
    /// What tokens are verified against, by the name that tasks grant.
    pub verification: BTreeMap<String, TokenKey>,
}

impl Default for HostConfig {
    fn default() -> Self {
        Self {
            data: "data".into(),
            schools: "schools".into(),
            connectors: "connectors".into(),
            key: KeySource::default(),
            previous_key: None,
            upstreams: BTreeMap::new(),
            limits: Limits::default(),
            regions: BTreeMap::new(),
            serve: Serve::default(),
            web: None,
            keep: Keep::default(),
            notify: Notify::default(),
            telemetry: Telemetry::default(),
            signing: BTreeMap::new(),
            verification: BTreeMap::new(),
        }
    }
}

/// Where the program tells of its own doings, beside its log.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Telemetry {
    /// Base address of a collector of traces (OTLP over HTTP); `None`: nothing is told.
    pub otlp: Option<String>,
}

/// How `exchange serve` runs tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serve {
    /// Most runs at once; a school has one at a time.
    pub runs_at_once: u32,
    /// Milliseconds that runs have for the batch in hand when the server is asked to stop.
    pub stop_within_ms: u64,
    /// Where it tells how it is, over HTTP; `None`: nowhere.
    pub listen: Option<SocketAddr>,
}

impl Default for Serve {
    fn default() -> Self {
        Self { runs_at_once: 8, stop_within_ms: 30_000, listen: None }
    }
}

/// How long what is told of the past is kept, in milliseconds. What promises rest on is kept as long as it is needed, the
/// audit for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Lines of the request journal: they serve to find a fault, which is looked for soon or never.
    pub requests_ms: u64,
    /// Lines of connectors' logs, likewise.
    pub log_ms: u64,
    /// What became of each item in a run: a school may ask about a whole study year.
    pub outcomes_ms: u64,
    /// Records as they were before an inbound change. Personal data of the past: as short as undoing needs.
    pub before_ms: u64,
    /// Writes that were answered.
    pub writes_ms: u64,
    /// Runs and approvals: what was done when, and with whose consent.
    pub runs_ms: u64,
    /// Notifications, with the messages they became.
    pub notifications_ms: u64,
    /// Minute of the day, by this machine's clock, at which the server drops what is older.
    pub at: u16,
}

impl Default for Keep {
    fn default() -> Self {
        let days = |days: u64| days * 86_400_000;
        Self {
            requests_ms: days(90),
            log_ms: days(90),
            outcomes_ms: days(400),
            before_ms: days(30),
            writes_ms: days(400),
            runs_ms: days(1_100),
            notifications_ms: days(400),
            at: 3 * 60 + 40,
        }
    }
}

/// What holds for the schools of a region that say nothing of their own.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Region {
    /// IANA name.
    pub time_zone: Option<String>,
    /// Days on which less is done, or nothing.
    pub calendar: Calendar,
    /// When tasks run by themselves.
    pub schedule: Option<Schedule>,
}

/// Where the 32-byte key (64 hex digits, or base64) that encrypts secrets comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A file, readable by its owner only; made when missing.
    File(PathBuf),
    /// An environment variable.
    Env(String),
    /// The standard output of a command (program and arguments, no shell).
    Command(Vec<String>),
}

impl Default for KeySource {
    /// Beside `data`, not inside: a copy of the data alone gives no secret away.
    fn default() -> Self {
        Self::File("exchange.key".into())
    }
}

/// How a credential is put on a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// A header, with a prefix such as `Bearer `.
    Header {
        /// Header name.
        name: String,
        /// Before the value.
        prefix: String,
    },
    /// A query parameter.
    Query(String),
    /// A form field (requests with a form body only).
    Form(String),
}

/// A remote system and how it is treated, across all schools.
#[derive(Clone, Debug, PartialEq)]
pub struct Upstream {
    /// Base addresses, `http(s)://host[:port][/prefix]`; the first is preferred, the rest are reserves.
    pub base: Vec<String>,
    /// May resolve to loopback, private or link-local addresses.
    pub private: bool,
    /// PEM file with further certificate authorities.
    pub ca: Option<PathBuf>,
    /// Proxy address; `None`: the system's.
    pub proxy: Option<String>,
    /// How the credential is put on a request.
    pub credential: Option<Placement>,
    /// Requests per second; fractions allowed. 0: no limit.
    pub rate: f64,
    /// Requests per second of each school, beside `rate`; fractions allowed. 0: no limit.
    pub rate_per_school: f64,
    /// Requests in flight.
    pub parallel: u32,
    /// Requests a day; `None`: no limit.
    pub quota: Option<Quota>,
    /// Milliseconds for a connection.
    pub connect_timeout_ms: u64,
    /// Milliseconds for a whole request, answer read.
    pub timeout_ms: u64,
    /// Most bytes of an answer.
    pub max_response: u64,
    /// Statuses that mean *nothing was processed*: the request may be repeated without harm.
    pub not_processed: Vec<u16>,
    /// Most attempts of one request, the first included.
    pub attempts: u32,
    /// Most milliseconds to wait between attempts in all; a longer Retry-After is handed to the caller.
    pub patience_ms: u64,
    /// Failures in a row after which the circuit opens.
    pub breaker_failures: u32,
    /// Milliseconds the circuit stays open.
    pub breaker_pause_ms: u64,
    /// Redirects followed on reads (same origin, or another address of this upstream only).
    pub redirects: u32,
}

/// Requests that an upstream takes in a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// How many.
    pub per_day: u64,
    /// IANA name of the zone in which a day begins at midnight.
    pub time_zone: String,
}

impl Default for Upstream {
    fn default() -> Self {
        Self {
            base: Vec::new(),
            private: false,
            ca: None,
            proxy: None,
            credential: None,
            rate: 10.0,
            rate_per_school: 0.0,
            parallel: 8,
            quota: None,
            connect_timeout_ms: 10_000,
            timeout_ms: 30_000,
            max_response: 16 << 20,
            not_processed: vec![429],
            attempts: 5,
            patience_ms: 120_000,
            breaker_failures: 10,
            breaker_pause_ms: 30_000,
            redirects: 3,
        }
    }
}

/// What one call of a connector may use. Past any of them the call is stopped with a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of linear memory.
    pub memory: u64,
    /// Table elements.
    pub table: u64,
    /// Milliseconds of computing.
    pub cpu_ms: u64,
    /// Milliseconds on the wall clock, waiting included, but for a turn at a remote system that schools share.
    pub wall_ms: u64,
    /// HTTP requests.
    pub requests: u32,
    /// Bytes sent and received over HTTP.
    pub bytes: u64,
    /// Lines of log kept; further ones are counted.
    pub log_lines: u32,
    /// Items in one page of `desired`.
    pub page_items: u32,
    /// Items of one scope.
    pub scope_items: u32,
    /// Bytes of one text in an answer.
    pub text: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 256 << 20,
            table: 100_000,
            cpu_ms: 30_000,
            wall_ms: 300_000,
            requests: 10_000,
            bytes: 256 << 20,
            log_lines: 1_000,
            page_items: 5_000,
            scope_items: 1_000_000,
            text: 65_536,
        }
    }
}

/// `schools/<id>.toml`, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct SchoolConfig {
    /// The file's name without `.toml`.
    pub id: SchoolId,
    /// The file.
    pub file: PathBuf,
    /// For people, and typed in to confirm what cannot be undone.
    pub name: String,
    /// IANA name.
    pub time_zone: String,
    /// Region, for settings that differ by region.
    pub region: Option<String>,
    /// Days on which less is done, or nothing; what the file leaves out is the region's.
    pub calendar: Calendar,
    /// How the school's files are read: profile name → mapping.
    pub import: BTreeMap<String, ImportProfile>,
    /// Share of the school (0 to 1) that an import may drop before it is held.
    pub import_drop_share: f64,
    /// Tasks in the order of the file.
    pub tasks: Vec<TaskConfig>,
    /// Who is told what of this school.
    pub notify: Vec<Recipient>,
}

impl Default for SchoolConfig {
    /// A school without id, name and time zone: the file has to give them.
    fn default() -> Self {
        Self {
            id: "".into(),
            file: PathBuf::new(),
            name: String::new(),
            time_zone: String::new(),
            region: None,
            calendar: Calendar::default(),
            import: BTreeMap::new(),
            import_drop_share: 0.1,
            tasks: Vec::new(),
            notify: Vec::new(),
        }
    }
}

impl SchoolConfig {
    /// A task by id.
    pub fn task(&self, id: &TaskId) -> Option<&TaskConfig> {
        self.tasks.iter().find(|task| &task.id == id)
    }
}

/// How a file becomes records.
#[derive(Clone, Debug, PartialEq, Eq, Default, serde::Serialize)]
pub struct ImportProfile {
    /// What a row is; `None`: told from the headings.
    pub record: Option<RecordType>,
    /// Sheet of a workbook; the first that is not hidden by default.
    pub sheet: Option<String>,
    /// XML: the element, JSON: the member, that holds one record.
    pub row: Option<String>,
    /// Field → heading in the file.
    pub columns: BTreeMap<String, String>,
    /// Field → (word in the file → value): «О зачислении» → `enrolment`.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
}

/// What to do with differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Changes {
    /// Tell.
    #[default]
    Report,
    /// Put right.
    Update,
}

/// Thresholds past which a plan waits for a person: both the share and the rows must be passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Share of the ledger's items of the task (0 to 1).
    pub share: f64,
    /// Rows.
    pub rows: u64,
}

/// Thresholds of a task. They count over 24 hours, so that many small runs do not slip through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Holds {
    /// Additions; not asked at the first run, when the ledger is empty.
    pub add: Threshold,
    /// Changes.
    pub change: Threshold,
    /// Removals, and items gone that are only told.
    pub remove: Threshold,
    /// Ambiguous matches: past it, one hold instead of as many questions.
    pub ambiguous: Threshold,
}

impl Default for Holds {
    fn default() -> Self {
        let threshold = |share, rows| Threshold { share, rows };
        Self {
            add: threshold(0.2, 50),
            change: threshold(0.2, 50),
            remove: threshold(0.05, 10),
            ambiguous: threshold(0.05, 20),
        }
    }
}

/// What a task grants of what its connector's manifest asks. Both keys are needed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Grants {
    /// The manifest's upstream → an upstream of `exchange.toml`.
    pub upstreams: BTreeMap<String, String>,
    /// Record types with fields; `*` stands for all that the manifest asks.
    pub records: BTreeMap<RecordType, Vec<String>>,
    /// Secrets by name.
    pub secrets: Vec<String>,
    /// Signature template → key of `[signing]`.
    pub signatures: BTreeMap<String, String>,
    /// Issuer of tokens → key of `[verification]`.
    pub verify: BTreeMap<String, String>,
    /// Purposes of keyed hashes.
    pub fingerprints: Vec<String>,
    /// Operations with access `write`.
    pub write: bool,
}

/// One `[[task]]`, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskConfig {
    /// Its name in the file.
    pub id: TaskId,
    /// The connector's id.
    pub connector: String,
    /// Runs by schedule and by `run`.
    pub enabled: bool,
    /// When it runs by itself: the file's word, else the region's; `None`: by hand only.
    pub schedule: Option<Schedule>,
    /// The connector's settings, checked against its schema, defaults filled in.
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// What it may use.
    pub grants: Grants,
    /// What happens to differences.
    pub changes: Changes,
    /// When a plan waits for a person.
    pub holds: Holds,
    /// Seconds a run may wait in all for retries and for things to settle.
    pub patience_s: u64,
}

impl Default for TaskConfig {
    /// A task without id and connector: the file has to give them.
    fn default() -> Self {
        Self {
            id: "".into(),
            connector: String::new(),
            enabled: false,
            schedule: None,
            settings: serde_json::Map::new(),
            grants: Grants::default(),
            changes: Changes::default(),
            holds: Holds::default(),
            patience_s: 600,
        }
    }
}
