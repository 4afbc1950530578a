//! A connector that is loaded when it is first asked something.
//!
//! A night with nothing new asks nothing: then no engine, no HTTP client and no certificate store is made.
//!
//! Calls of which a run has several under way are tasks of their own, so that all processors work at them.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use tokio::task::JoinHandle;
use tracing::{Instrument, debug_span};

use super::once::Once;
use crate::error::Result;
use crate::model::budget::UsedUp;
use crate::model::connector::Traced;
use crate::model::dialogue::{Input, RoundTrip, Turn};
use crate::model::manifest::Manifest;
use crate::model::{
    CallError, Change, Connector, DesiredPage, Effect, Failure, Finding, Observation, Probe, Scope, ScopeId,
    Verdict, WriteJournal,
};
use crate::sandbox::TaskConnector;

type Load = Box<dyn Fn() -> Result<TaskConnector> + Send + Sync>;

/// A connector, loaded or not yet.
pub struct LazyConnector {
    manifest: Arc<Manifest>,
    load: Load,
    loaded: Once<Arc<TaskConnector>>,
}

impl LazyConnector {
    /// `load` is called once, before the first question.
    pub fn new(
        manifest: Arc<Manifest>,
        load: impl Fn() -> Result<TaskConnector> + Send + Sync + 'static,
    ) -> Self {
        Self { manifest, load: Box::new(load), loaded: Once::default() }
    }

    /// Was it loaded?
    pub fn is_loaded(&self) -> bool {
        self.loaded.known().is_some()
    }

    /// Compiling takes a second where nothing is cached: other tasks of this thread move on meanwhile.
    fn connector(&self) -> std::result::Result<Arc<TaskConnector>, CallError> {
        if let Some(connector) = self.loaded.known() {
            return Ok(connector);
        }
        let load = || self.loaded.get(|| (self.load)().map(Arc::new));
        tokio::task::block_in_place(load)
            .map_err(|error| CallError::Stopped(Verdict::Link, format!("{error:?}")))
    }
}

/// A call as a task of its own, which ends when nobody waits for it any more.
struct Beside<T>(JoinHandle<std::result::Result<T, CallError>>);

impl<T: Send + 'static> Beside<T> {
    async fn of(
        call: impl Future<Output = std::result::Result<T, CallError>> + Send + 'static,
    ) -> std::result::Result<T, CallError> {
        let mut task = Self(tokio::spawn(call));
        match (&mut task.0).await {
            Ok(answer) => answer,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(CallError::Failed(Failure::Cancelled)),
            },
        }
    }
}

impl<T> Drop for Beside<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl fmt::Debug for LazyConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LazyConnector({})", self.manifest.id)
    }
}

impl Connector for LazyConnector {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn check(&self) -> std::result::Result<Vec<Finding>, CallError> {
        self.connector()?.check().instrument(debug_span!("check")).await
    }

    async fn scopes(&self) -> std::result::Result<Traced<Vec<Scope>>, CallError> {
        self.connector()?.scopes().instrument(debug_span!("scopes")).await
    }

    async fn desired(
        &self,
        scope: &ScopeId,
        cursor: Option<&str>,
    ) -> std::result::Result<Traced<DesiredPage>, CallError> {
        let (connector, scope, cursor) = (self.connector()?, scope.clone(), cursor.map(str::to_owned));
        let span = debug_span!("desired", %scope);
        Beside::of(async move { connector.desired(&scope, cursor.as_deref()).await }.instrument(span)).await
    }

    async fn observe(&self, probes: Vec<Probe>) -> std::result::Result<Vec<Observation>, CallError> {
        let span = debug_span!("observe", items = probes.len());
        let connector = self.connector()?;
        Beside::of(async move { connector.observe(probes).await }.instrument(span)).await
    }

    async fn apply(
        &self,
        changes: Vec<Change>,
        journal: Arc<dyn WriteJournal>,
    ) -> std::result::Result<Vec<Effect>, CallError> {
        let span = debug_span!("apply", items = changes.len());
        let connector = self.connector()?;
        Beside::of(async move { connector.apply(changes, journal).await }.instrument(span)).await
    }

    fn used_up(&self) -> Option<UsedUp> {
        self.loaded.known()?.used_up()
    }

    async fn interact(
        &self,
        dialogue: &str,
        round_trip: RoundTrip,
        input: Input,
        state: Vec<u8>,
    ) -> std::result::Result<Turn, CallError> {
        let span = debug_span!("interact", dialogue);
        self.connector()?.interact(dialogue, round_trip, input, state).instrument(span).await
    }
}
