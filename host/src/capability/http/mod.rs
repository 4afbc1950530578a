//! The only way out: named operations over granted upstreams, one policy for all.
//!
//! A request is checked without the network (`prepare`), waits for its place (`pass`, `pace`, `gate`, `row`, `lease`), is made
//! (`exchange`), judged (`again`), and its answer is freed of credentials (`capture`). Writes are journaled before
//! their first byte leaves and repeated only where that cannot make a twin.

mod address;
mod again;
mod bodies;
mod capture;
mod client;
mod exchange;
mod gate;
mod guard;
mod lease;
mod pace;
mod pass;
mod path;
mod prepare;
mod probe;
mod row;
mod traffic;
mod upstream;

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use tracing::Instrument;

use super::{Redactor, Secret};
use crate::model::budget::UsedUp;
use crate::model::manifest::Manifest;
use crate::model::setup::Grants;
use crate::model::{Millis, SchoolId, WriteJournal, WriteTicket};
use crate::sandbox::ports::{CallInfo, Http, HttpError, Request, Response};
use again::{Next, Outcome, Rules, Standing};
pub use again::{backoff, retry_after};
pub use bodies::AttemptBodies;
pub use client::provide_tls;
use pass::{Pass, Refused};
use prepare::Prepared;
pub use probe::{Probe, own_metrics, probe};
pub use traffic::{CLASSES, Reading};
pub use upstream::Upstreams;

/// Where secrets come from. Errors reach the guest: they hold no values. Answers from memory or a short read.
pub trait SecretSource: Send + Sync {
    /// The value of a secret of this task; inside a dialogue, what that dialogue captured comes first.
    fn secret(&self, name: &str) -> Result<Option<Secret>, String>;

    /// What stands behind a handle of this dialogue: a password typed in, a credential captured.
    fn by_handle(&self, handle: &str) -> Option<Secret>;
}

/// Where captured credentials go: pending until their dialogue is done.
pub trait CredentialSink: Send + Sync {
    /// Keeps a value under the name the manifest gives it and answers its handle, `secret:…`.
    fn capture(&self, name: &str, value: Secret) -> Result<String, String>;
}

/// One attempt in the journal for diagnosis: no address beyond the template, bodies only by leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestEntry {
    /// When it began.
    pub at: Millis,
    /// The upstream of `exchange.toml`.
    pub upstream: String,
    /// The manifest's operation.
    pub operation: String,
    /// Method.
    pub method: String,
    /// The path template, places not filled.
    pub path: String,
    /// May it write?
    pub write: bool,
    /// Status, if an answer came.
    pub status: Option<u16>,
    /// Why no whole answer came: `no-connection`, `no-answer`, `too-large`, `refused`.
    pub error: Option<&'static str>,
    /// Bytes sent.
    pub sent: u64,
    /// Bytes received.
    pub received: u64,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Milliseconds it took.
    pub ms: u64,
    /// Its bodies, where the journal wants them.
    pub bodies: Option<AttemptBodies>,
}

/// Where requests are journaled.
pub trait RequestJournal: Send + Sync {
    /// Notes an attempt.
    fn request(&self, entry: RequestEntry);

    /// Has somebody leave to look at bodies?
    fn wants_bodies(&self) -> bool {
        false
    }

    /// One more request waits for its turn at this remote system, or one less.
    fn waiting(&self, _upstream: &str, _one_more: bool) {}
}

/// What a task's HTTP rests on.
#[derive(Clone)]
pub struct HttpParts {
    /// All upstreams of the process.
    pub upstreams: Arc<Upstreams>,
    /// Whose task it is: schools take turns.
    pub school: SchoolId,
    /// The connector's manifest.
    pub manifest: Arc<Manifest>,
    /// The task's grants.
    pub grants: Grants,
    /// Secrets.
    pub secrets: Arc<dyn SecretSource>,
    /// Captured credentials.
    pub sink: Arc<dyn CredentialSink>,
    /// Journal of requests.
    pub journal: Arc<dyn RequestJournal>,
    /// What keeps secrets out of texts.
    pub redactor: Arc<Redactor>,
}

/// The way out of one task.
pub struct TaskHttp {
    upstreams: Arc<Upstreams>,
    school: SchoolId,
    /// The upstream that took no more requests today, if one did.
    used_up: Mutex<Option<UsedUp>>,
    manifest: Arc<Manifest>,
    grants: Grants,
    secrets: Arc<dyn SecretSource>,
    sink: Arc<dyn CredentialSink>,
    journal: Arc<dyn RequestJournal>,
    redactor: Arc<Redactor>,
}

impl TaskHttp {
    /// The way out of a task.
    pub fn new(parts: HttpParts) -> Self {
        let HttpParts { upstreams, school, manifest, grants, secrets, sink, journal, redactor } = parts;
        let used_up = Mutex::default();
        Self { upstreams, school, used_up, manifest, grants, secrets, sink, journal, redactor }
    }

    async fn run(&self, call: &CallInfo, request: Request) -> Result<Response, HttpError> {
        let denied = |why: String| HttpError::Denied(self.redactor.text(&why));
        let prepared = self.prepare(call, request).map_err(denied)?;
        let response = self.attempts(call, &prepared).await.map_err(|error| match error {
            HttpError::Denied(why) => denied(why),
            other => other,
        })?;
        self.tame(&self.manifest.operations[&prepared.operation], response).map_err(denied)
    }

    /// Attempts until there is something to tell.
    async fn attempts(&self, call: &CallInfo, prepared: &Prepared) -> Result<Response, HttpError> {
        let clock = &prepared.remote.clock;
        let (rules, began) = (rules(call, prepared), clock.steady());
        let mut course = Course::default();
        loop {
            let outcome = self.once(call, prepared, &mut course).await?;
            let (status, lost) = (outcome.status(), outcome.may_have_arrived());
            course.standing.elapsed_ms = clock.steady().saturating_sub(began).unsigned_abs();
            match rules.next(outcome, course.standing, clock.now(), prepared.remote.jitter()) {
                Next::Tell(told) => {
                    if !matches!(told, Err(HttpError::Unanswered)) {
                        finish(call, course.ticket, status).await;
                    }
                    return told;
                }
                Next::Again(wait) => {
                    course.standing.doubt |= lost;
                    course.standing.waited_ms += wait;
                    clock.sleep(wait).await;
                }
            }
        }
    }

    /// Waits for a place, journals a write the first time, makes an attempt.
    async fn once(
        &self,
        call: &CallInfo,
        prepared: &Prepared,
        course: &mut Course,
    ) -> Result<Outcome, HttpError> {
        let remote = &prepared.remote;
        let mut pass = match self.entered(call, prepared, course).await {
            Ok(Ok(pass)) => pass,
            Ok(Err(refused)) => return Err(self.refused(call, prepared, course, refused).await),
            Err(error) => return Err(error),
        };
        course.standing.attempts += 1;
        let outcome = self.noted(call, prepared, course.standing.attempts).await;
        pass.health = outcome.health();
        self.heed(prepared, &outcome);
        drop(pass);
        remote.tell().await;
        Ok(outcome)
    }

    /// Waits for a place, journals a write the first time, and waits for the very moment. The waiting is not the
    /// guest's.
    async fn entered(
        &self,
        call: &CallInfo,
        prepared: &Prepared,
        course: &mut Course,
    ) -> Result<Result<Pass, Refused>, HttpError> {
        let remote = &prepared.remote;
        let patience = remote.config.patience_ms.saturating_sub(course.standing.waited_ms);
        let _turn = (call.meter.turns.wait(), self.waits(prepared));
        let mut pass = match remote.enter(&self.school, patience).await {
            Ok(pass) => pass,
            Err(refused) => return Ok(Err(refused)),
        };
        if prepared.write && course.ticket.is_none() {
            course.ticket = Some(sent(call, prepared).await?);
        }
        Ok(remote.depart(&mut pass, patience).await.map(|()| pass))
    }

    /// What the guest hears of a request that may not go.
    async fn refused(
        &self,
        call: &CallInfo,
        prepared: &Prepared,
        course: &Course,
        refused: Refused,
    ) -> HttpError {
        let seconds = match refused {
            Refused::Later(seconds) => seconds,
            Refused::UsedUp(until) => self.note_used_up(prepared, until),
        };
        if course.standing.doubt && prepared.write {
            return HttpError::Unanswered;
        }
        finish(call, course.ticket, None).await;
        HttpError::NotProcessed(Some(seconds))
    }

    /// The upstream takes no more today: whoever drives the task is told when it will. Seconds until then.
    fn note_used_up(&self, prepared: &Prepared, until: Millis) -> u32 {
        let Prepared { upstream, remote, .. } = prepared;
        let zone = remote.config.quota.as_ref().map(|quota| quota.time_zone.clone());
        let used_up = UsedUp { upstream: upstream.clone(), until, time_zone: zone.unwrap_or_default() };
        *self.used_up.lock().unwrap_or_else(PoisonError::into_inner) = Some(used_up);
        let ms = until.saturating_sub(remote.clock.now()).max(0).unsigned_abs();
        u32::try_from(ms.div_ceil(1_000)).unwrap_or(u32::MAX)
    }

    /// An attempt, with its line in the journal of requests.
    async fn noted(&self, call: &CallInfo, prepared: &Prepared, number: u32) -> Outcome {
        let clock = &prepared.remote.clock;
        let (at, began) = (clock.now(), clock.steady());
        let span = attempt_span(prepared, number);
        let attempt = self.attempt(call, prepared).instrument(span.clone()).await;
        let ms = clock.steady().saturating_sub(began).unsigned_abs();
        let (status, error) = (attempt.outcome.status(), attempt.outcome.error());
        span.record("status", status).record("error", error);
        prepared.remote.traffic.attempt(status, ms);
        self.journal.request(RequestEntry {
            at,
            write: prepared.write,
            error,
            bodies: self.journal.wants_bodies().then(|| self.bodies(prepared, &attempt.outcome)),
            upstream: prepared.upstream.clone(),
            operation: prepared.operation.clone(),
            method: prepared.method.to_string(),
            path: prepared.template.clone(),
            status,
            sent: attempt.sent,
            received: attempt.received,
            attempt: number,
            ms,
        });
        attempt.outcome
    }

    /// From now until it is dropped a request waits for its turn.
    fn waits<'a>(&'a self, prepared: &'a Prepared) -> Waits<'a> {
        prepared.remote.traffic.waits();
        self.journal.waiting(&prepared.upstream, true);
        Waits { http: self, prepared, since: prepared.remote.clock.steady() }
    }

    /// `Retry-After` holds for everybody who talks to this upstream.
    fn heed(&self, prepared: &Prepared, outcome: &Outcome) {
        let Outcome::Answered(response) = outcome else { return };
        let asked = matches!(response.status, 429 | 503)
            || prepared.remote.config.not_processed.contains(&response.status);
        if let Some(ms) = retry_after(response, prepared.remote.clock.now()).filter(|_| asked) {
            prepared.remote.pause(ms);
        }
    }
}

/// A request that waits for its turn.
struct Waits<'a> {
    http: &'a TaskHttp,
    prepared: &'a Prepared,
    since: Millis,
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        let remote = &self.prepared.remote;
        remote.traffic.waited(remote.clock.steady().saturating_sub(self.since).unsigned_abs());
        self.http.journal.waiting(&self.prepared.upstream, false);
    }
}

/// What an attempt is told with.
fn attempt_span(prepared: &Prepared, attempt: u32) -> tracing::Span {
    tracing::debug_span!(
        "request",
        upstream = prepared.upstream,
        operation = prepared.operation,
        method = %prepared.method,
        path = prepared.template,
        attempt,
        status = tracing::field::Empty,
        error = tracing::field::Empty,
    )
}

/// How far a request has come. All attempts of a write share one ticket: the first that may have arrived decides.
#[derive(Default)]
struct Course {
    standing: Standing,
    ticket: Option<WriteTicket>,
}

fn rules<'p>(call: &CallInfo, prepared: &'p Prepared) -> Rules<'p> {
    Rules {
        config: &prepared.remote.config,
        safe: prepared.safe,
        write: prepared.write,
        token_window_ms: if prepared.token { call.token_window_ms } else { 0 },
    }
}

/// Journals a write before it leaves. Durable, and so off the async threads.
async fn sent(call: &CallInfo, prepared: &Prepared) -> Result<WriteTicket, HttpError> {
    let Some(journal) = call.journal.clone() else {
        return Err(HttpError::Denied("a write needs a journal".into()));
    };
    let (operation, items) = (prepared.operation.clone(), prepared.items.clone());
    let ticket = tokio::task::spawn_blocking(move || journal.sent(&operation, &items)).await;
    match ticket {
        Ok(Ok(ticket)) => Ok(ticket),
        Ok(Err(why)) => {
            tracing::error!(why, "a write could not be journaled and was not sent");
            Err(HttpError::NotProcessed(None))
        }
        Err(_) => Err(HttpError::NotProcessed(None)),
    }
}

/// Journals a definite answer; `None`: nothing was sent.
async fn finish(call: &CallInfo, ticket: Option<WriteTicket>, status: Option<u16>) {
    let (Some(ticket), Some(journal)) = (ticket, call.journal.clone()) else { return };
    let journal: Arc<dyn WriteJournal> = journal;
    if tokio::task::spawn_blocking(move || journal.answered(ticket, status)).await.is_err() {
        tracing::error!("an answer could not be journaled: the write stays in doubt");
    }
}

impl Http for TaskHttp {
    fn send(
        self: Arc<Self>,
        call: Arc<CallInfo>,
        request: Request,
    ) -> BoxFuture<'static, Result<Response, HttpError>> {
        Box::pin(async move { self.run(&call, request).await })
    }

    fn used_up(&self) -> Option<UsedUp> {
        self.used_up.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl std::fmt::Debug for TaskHttp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TaskHttp({})", self.manifest.id)
    }
}
