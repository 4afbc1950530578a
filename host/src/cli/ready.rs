//! A task as a command uses it: configuration, stores, connector and texts together.

use std::sync::Arc;

use super::app::{App, now};
use super::check::failure_message;
use super::{connectors, stores};
use crate::daemon::dialogue::CallErrorOrOurs;
use crate::daemon::lazy::LazyConnector;
use crate::daemon::task::{Parts, Task, request_deadline_ms};
use crate::error::{Error, Result};
use crate::model::manifest::Manifest;
use crate::model::setup::TaskConfig;
use crate::model::{CallError, Connector, Effect, Failure, Item, ItemRef, Message, Param, TaskRef, visible};
use crate::reconcile::{self, Env, Options, ProgressSink, RunReport};
use crate::report::Catalogue;
use crate::store::{BindingStore, Fence, HostDb, SchoolDb};

/// A task made ready for a command.
pub(super) struct Ready {
    pub(super) name: TaskRef,
    pub(super) task: TaskConfig,
    pub(super) store: Arc<SchoolDb>,
    pub(super) connector: Arc<LazyConnector>,
    pub(super) catalogue: Catalogue,
    shared: Arc<HostDb>,
    parts: Task,
    run: std::sync::Mutex<Option<u64>>,
}

impl Ready {
    /// Reads the files, checks the lock of the connector, opens the stores.
    pub(super) fn open(app: &App, name: &TaskRef) -> Result<Self> {
        let (school, task) = app.task(name)?;
        let installed = connectors::runnable(app, &task.connector)?;
        let mut catalogue = Catalogue::new(app.catalogue.language());
        catalogue.add_connector(&installed.manifest);
        let store = Arc::new(app.store(&school)?);
        let shared = Arc::new(stores::open_host(app)?);
        let parts = Task::new(Parts {
            host: app.host.clone(),
            school,
            task: task.clone(),
            component: Arc::new(installed.bytes),
            manifest: Arc::new(installed.manifest),
            store: Arc::clone(&store),
            shared: Arc::clone(&shared),
            key: app.keys.master()?,
        });
        let connector = Arc::clone(&parts.connector);
        let run = std::sync::Mutex::new(None);
        Ok(Self { name: name.clone(), task, store, connector, catalogue, shared, parts, run })
    }

    /// The connector's manifest.
    pub(super) fn manifest(&self) -> &Manifest {
        self.connector.manifest()
    }

    /// A text of the connector, else of the host.
    pub(super) fn text(&self, message: &Message) -> String {
        self.catalogue.of(&self.manifest().id, message)
    }

    fn env(&self, app: &App, progress: Arc<dyn ProgressSink>) -> Env<LazyConnector> {
        Env {
            connector: Arc::clone(&self.connector),
            school: Arc::clone(&self.store) as _,
            host: Arc::clone(&self.shared) as _,
            clock: Arc::new(reconcile::SystemClock),
            progress,
            cancel: reconcile::Cancel::default(),
            task: self.task.clone(),
            request_deadline_ms: request_deadline_ms(&app.host, &self.task),
        }
    }

    /// Plans or runs; Ctrl-C asks the run to stop after the batch in hand.
    pub(super) async fn reconcile(
        &self,
        app: &App,
        options: &Options<'_>,
        progress: Arc<dyn ProgressSink>,
    ) -> Result<RunReport> {
        let env = self.env(app, progress);
        let cancel = env.cancel.clone();
        let run = reconcile::run(&env, options);
        tokio::pin!(run);
        let report = loop {
            tokio::select! {
                report = &mut run => break report?,
                signal = tokio::signal::ctrl_c() => {
                    signal.map_err(|error| Error::failed("cannot wait for Ctrl-C").because(error))?;
                    cancel.cancel();
                }
            }
        };
        *self.run.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
            report.run.as_ref().map(|run| run.number);
        Ok(report)
    }

    /// Keeps requests and log lines of the run just made.
    pub(super) fn keep_journal(&self, fence: &Fence) -> Result<()> {
        match *self.run.lock().unwrap_or_else(std::sync::PoisonError::into_inner) {
            Some(run) => self.parts.journal.keep(&*self.store, fence, run),
            None => Ok(()),
        }
    }

    /// Applies what a dialogue commits, through the same ledger as a run.
    pub(super) async fn commit(
        &self,
        app: &App,
        step: &str,
        items: &[Item],
    ) -> Result<Vec<(ItemRef, Effect)>> {
        let lane = stores::lane(&self.store, "bind")?;
        let env = self.env(app, Arc::new(reconcile::Silent));
        reconcile::commit_items(&env, &lane, step, items.to_vec()).await
    }

    /// A password a person typed; the guest gets the handle.
    pub(super) fn hold_password(&self, value: String) -> Result<String> {
        self.parts.vault.hold(value)
    }

    /// The dialogue came to a good end: binding and captured credentials take effect together.
    pub(super) fn keep_binding(&self, facts: &[Param]) -> Result<()> {
        let lane = stores::lane(&self.store, "bind")?;
        self.parts.vault.keep(lane.fence(), now())?;
        if facts.is_empty() {
            return Ok(());
        }
        self.store.bind(lane.fence(), &self.name.task, facts, now())
    }

    /// A failed call, for people.
    pub(super) fn call_error(&self, error: CallError) -> Error {
        match error {
            CallError::Failed(failure) => self.failure(failure),
            CallError::Stopped(verdict, detail) => {
                let message = Message::new("host-connector-stopped").with("verdict", format!("{verdict:?}"));
                Error::failed(visible(&detail)).message(message)
            }
        }
    }

    fn failure(&self, failure: Failure) -> Error {
        let config = matches!(failure, Failure::InvalidConfig(_));
        let text = self.text(&failure_message(failure));
        let message = Message::new("said-by-connector").with("text", &text);
        if config { Error::config(text).message(message) } else { Error::failed(text).message(message) }
    }

    /// A dialogue that could not start, for people.
    pub(super) fn conversation_error(&self, error: CallErrorOrOurs) -> Error {
        match error {
            CallErrorOrOurs::Call(error) => self.call_error(error),
            CallErrorOrOurs::Ours(error) => error,
        }
    }

    /// A plan that could not be made, for people.
    pub(super) fn stopped(&self, report: &RunReport) -> Error {
        let text = report.reason.as_ref().map(|reason| self.text(reason)).unwrap_or_default();
        let error = Error::failed(text.clone()).message(Message::new("said-by-connector").with("text", text));
        match &report.detail {
            Some(detail) => error.because(visible(detail).into_owned()),
            None => error,
        }
    }
}
