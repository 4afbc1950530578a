//! What a connector's imports rest on: traits that `capability` implements, and what each call tells them.
//!
//! The sandbox counts and converts; whether something is granted, and doing it, is the capability's.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use futures_util::future::BoxFuture;

use super::turns::Turns;
use crate::model::budget::UsedUp;
use crate::model::dialogue::RoundTrip;
use crate::model::records::{Filter, Record, RecordType};
use crate::model::{ItemRef, Millis, Param, SchoolId, WriteJournal};

/// Which function of the connector runs, and so what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// `check`: reads.
    Check,
    /// `scopes`: no requests.
    Scopes,
    /// `desired`: no requests, unless the manifest has inbound kinds.
    Desired {
        /// The manifest has inbound kinds: reads.
        inbound: bool,
    },
    /// `observe`: reads.
    Observe,
    /// `apply`: reads and writes.
    Apply,
    /// `interact`: reads and operations of dialogues.
    Interact,
}

/// One call of a connector, as its capabilities see it.
pub struct CallInfo {
    /// Which function.
    pub phase: Phase,
    /// `apply`: the items of its changes, by position.
    pub changes: Vec<ItemRef>,
    /// `apply`: milliseconds in which an idempotency token protects these changes; 0: never.
    pub token_window_ms: u64,
    /// `apply`: where writes are journaled before they leave.
    pub journal: Option<Arc<dyn WriteJournal>>,
    /// `interact`: where the browser comes back.
    pub round_trip: Option<RoundTrip>,
    /// What it has used.
    pub meter: Meter,
}

impl CallInfo {
    /// A call without changes, journal and dialogue.
    pub fn new(phase: Phase, meter: Meter) -> Self {
        Self { phase, changes: Vec::new(), token_window_ms: 0, journal: None, round_trip: None, meter }
    }
}

impl fmt::Debug for CallInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallInfo({:?}, {} changes)", self.phase, self.changes.len())
    }
}

/// Counts what a call uses over HTTP and in its log.
#[derive(Debug)]
pub struct Meter {
    max_bytes: u64,
    max_requests: u32,
    max_lines: u32,
    bytes: AtomicU64,
    requests: AtomicU32,
    lines: AtomicU32,
    /// What its requests wait for others.
    pub turns: Turns,
}

impl Meter {
    /// A fresh meter.
    pub fn new(max_bytes: u64, max_requests: u32, max_lines: u32) -> Self {
        let (bytes, requests, lines) = (AtomicU64::new(0), AtomicU32::new(0), AtomicU32::new(0));
        Self { max_bytes, max_requests, max_lines, bytes, requests, lines, turns: Turns::default() }
    }

    /// Counts bytes sent or received; `false`: the call has had more than it may.
    #[must_use]
    pub fn charge(&self, bytes: u64) -> bool {
        self.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= self.max_bytes
    }

    /// Whether the call has had more bytes than it may.
    pub fn bytes_exceeded(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.max_bytes
    }

    /// Counts a request; `false`: the call has made more than it may.
    #[must_use]
    pub fn request(&self) -> bool {
        self.requests.fetch_add(1, Ordering::Relaxed) < self.max_requests
    }

    /// Whether the call has made a request, refused ones included.
    pub fn any_request(&self) -> bool {
        self.requests.load(Ordering::Relaxed) > 0
    }

    /// Counts a line of log; `false`: past the cap, drop it.
    #[must_use]
    pub fn line(&self) -> bool {
        self.lines.fetch_add(1, Ordering::Relaxed) < self.max_lines
    }

    /// Lines past the cap.
    pub fn lines_dropped(&self) -> u32 {
        self.lines.load(Ordering::Relaxed).saturating_sub(self.max_lines)
    }
}

/// What a request carries. Personal and secret: no `Debug`.
pub enum Body {
    /// Nothing.
    None,
    /// JSON text.
    Json(String),
    /// Names with values.
    Form(Vec<(String, FormValue)>),
    /// Anything else.
    Bytes {
        /// Its type.
        content_type: String,
        /// The bytes.
        content: Vec<u8>,
    },
}

/// A value of a form.
pub enum FormValue {
    /// As it stands.
    Text(String),
    /// The name of a secret, or a handle.
    Secret(String),
}

/// A guest's request, as in `wit/imports.wit`.
pub struct Request {
    /// An operation of the manifest.
    pub operation: String,
    /// Fills the places of the path template.
    pub path: Vec<Param>,
    /// Query.
    pub query: Vec<Param>,
    /// Headers.
    pub headers: Vec<Param>,
    /// Content.
    pub body: Body,
    /// Writes: positions of the changes it carries.
    pub changes: Vec<u32>,
    /// Idempotency token.
    pub token: Option<String>,
    /// Milliseconds; capped by the upstream's own limit.
    pub timeout_ms: Option<u32>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({})", self.operation)
    }
}

/// The answer to a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// Status: data, not an error.
    pub status: u16,
    /// Headers, without cookies.
    pub headers: Vec<Param>,
    /// Content.
    pub body: Vec<u8>,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({}, {} bytes)", self.status, self.body.len())
    }
}

/// Why there is no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpError {
    /// Not listed or not granted; the text holds the lines that would grant it.
    Denied(String),
    /// Nothing left this machine, or nothing was processed; seconds to wait, if known.
    NotProcessed(Option<u32>),
    /// Sent, or perhaps sent, and no definite answer.
    Unanswered,
    /// The answer passes the cap.
    TooLarge,
}

/// The way out.
pub trait Http: Send + Sync {
    /// Makes a request. Dropping the future gives it up; a write given up stays journaled as sent.
    fn send(
        self: Arc<Self>,
        call: Arc<CallInfo>,
        request: Request,
    ) -> BoxFuture<'static, Result<Response, HttpError>>;

    /// The upstream that took no more requests today, if one did since this was made.
    fn used_up(&self) -> Option<UsedUp> {
        None
    }
}

/// A page of records with the cursor of the next.
pub type RecordsRead = (Vec<Record>, Option<String>);

/// The school's records. Its functions may block: they are called off the async threads. Errors are for the guest.
pub trait Records: Send + Sync {
    /// A page of records of this type, ungranted fields left out.
    fn page(&self, of: RecordType, filter: &Filter, cursor: Option<&str>) -> Result<RecordsRead, String>;

    /// Digest of the whole answer (all pages, all fields) to this question.
    fn digest(&self, of: RecordType, filter: &Filter) -> Result<[u8; 32], String>;
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// base64url without padding.
    pub value: String,
    /// The hash of the signer's certificate, where the template asks for it.
    pub certificate_hash: Option<String>,
}

/// Signatures by template. Errors are for the guest.
pub trait Signer: Send + Sync {
    /// Signs the template's fields.
    fn sign(
        self: Arc<Self>,
        template: String,
        fields: Vec<Param>,
    ) -> BoxFuture<'static, Result<Signature, String>>;

    /// Verifies a JWT against the pinned key of this name and answers its claims as JSON.
    fn verify_token(
        self: Arc<Self>,
        key: String,
        token: String,
    ) -> BoxFuture<'static, Result<String, String>>;
}

/// Keyed hashes. The error is for the guest.
pub trait Secrets: Send + Sync {
    /// 64 hex digits, stable for this school and purpose.
    fn fingerprint(&self, purpose: &str, value: &str) -> Result<String, String>;
}

/// Time, and waiting for it.
pub trait Clock: Send + Sync {
    /// Now, on the wall: may jump either way at any moment.
    fn now(&self) -> Millis;
    /// Milliseconds since some moment, by a clock that nobody sets: for whatever is measured or waited for.
    fn steady(&self) -> Millis;
    /// Another number after each start of the machine, where `steady` outlives this process.
    fn boot(&self) -> u64 {
        0
    }
    /// Waits.
    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()>;
}

/// Randomness.
pub trait Random: Send + Sync {
    /// Fills with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// How loud a line of log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For developers.
    Debug,
    /// Ordinary.
    Info,
    /// Suspicious.
    Warn,
    /// Wrong.
    Error,
}

/// The connector's diary.
pub trait Log: Send + Sync {
    /// Writes a line, unless the call has written enough.
    fn write(&self, call: &CallInfo, level: LogLevel, text: String);
    /// The call is over: says how many lines were dropped, if any.
    fn finish(&self, call: &CallInfo);
}

/// The school of a task, as its connector sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct School {
    /// Its id.
    pub id: SchoolId,
    /// Its name.
    pub name: String,
    /// IANA name.
    pub time_zone: String,
    /// Region.
    pub region: Option<String>,
}

/// Where a call stands.
pub trait Context: Send + Sync {
    /// The task's settings: a JSON object.
    fn settings(&self) -> String;
    /// The school.
    fn school(&self) -> School;
    /// The facts of the binding.
    fn binding(&self) -> Vec<Param>;
    /// First year of the study year that runs at this moment.
    fn study_year(&self, now: Millis) -> u16;
    /// The day at the school, `YYYY-MM-DD`.
    fn today(&self, now: Millis) -> String;
}

/// All that a task's connector may use.
#[derive(Clone)]
pub struct Ports {
    /// The way out.
    pub http: Arc<dyn Http>,
    /// Records.
    pub records: Arc<dyn Records>,
    /// Signatures.
    pub signer: Arc<dyn Signer>,
    /// Keyed hashes.
    pub secrets: Arc<dyn Secrets>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Diary.
    pub log: Arc<dyn Log>,
    /// Settings, school, binding.
    pub context: Arc<dyn Context>,
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ports")
    }
}
