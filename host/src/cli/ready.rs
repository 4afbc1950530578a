//! A task as a command uses it: configuration, stores, connector and texts together.

use std::sync::Arc;

use super::app::{App, now};
use super::check::failure_message;
use super::{connectors, stores};
use crate::daemon::dialogue::CallErrorOrOurs;
use crate::daemon::host::Package;
use crate::daemon::task::{Task, Watch};
use crate::error::{Error, Result};
use crate::model::manifest::Manifest;
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{CallError, Connector, Effect, Failure, Item, ItemRef, Message, Param, TaskRef, visible};
use crate::reconcile::{self, Cancel, RunReport};
use crate::report::Catalogue;
use crate::store::BindingStore;

/// A task made ready for a command.
pub(super) struct Ready {
    pub(super) name: TaskRef,
    pub(super) task: Task,
    pub(super) catalogue: Catalogue,
}

impl Ready {
    /// Reads the files, checks the lock of the connector, opens the stores.
    pub(super) fn open(app: &App, name: &TaskRef) -> Result<Self> {
        let (school, task) = app.task(name)?;
        let package = connectors::runnable(app, name, &task.connector)?;
        Self::with(app, name, school, task, package)
    }

    /// The same with this very connector.
    pub(super) fn with(
        app: &App,
        name: &TaskRef,
        school: SchoolConfig,
        task: TaskConfig,
        package: Arc<Package>,
    ) -> Result<Self> {
        let mut catalogue = Catalogue::new(app.catalogue.language());
        catalogue.add_connector(&package.manifest);
        let store = app.store(&school)?;
        let task = app.process()?.task(Arc::new(school), task, package, store)?;
        Ok(Self { name: name.clone(), task, catalogue })
    }

    /// The connector's manifest.
    pub(super) fn manifest(&self) -> &Manifest {
        self.task.connector.manifest()
    }

    /// A text of the connector, else of the host.
    pub(super) fn text(&self, message: &Message) -> String {
        self.catalogue.of(&self.manifest().id, message)
    }

    /// Applies what a dialogue commits, through the same ledger as a run.
    pub(super) async fn commit(&self, step: &str, items: &[Item]) -> Result<Vec<(ItemRef, Effect)>> {
        let lane = stores::lane(&self.task.store, "bind")?;
        let env = self.task.env(Watch::silent(Cancel::default()));
        reconcile::commit_items(&env, &lane, step, items.to_vec()).await
    }

    /// A password a person typed; the guest gets the handle.
    pub(super) fn hold_password(&self, value: String) -> Result<String> {
        self.task.vault.hold(value)
    }

    /// The dialogue came to a good end: binding and captured credentials take effect together.
    pub(super) fn keep_binding(&self, facts: &[Param]) -> Result<()> {
        let lane = stores::lane(&self.task.store, "bind")?;
        self.task.vault.keep(lane.fence(), now())?;
        if facts.is_empty() {
            return Ok(());
        }
        self.task.store.bind(lane.fence(), &self.name.task, facts, now())
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
