//! A task as a command uses it: configuration, stores, connector and texts together.

use std::sync::Arc;

use super::app::App;
use super::connectors;
use crate::daemon::dialogue::CallErrorOrOurs;
use crate::daemon::host::Package;
use crate::daemon::task::Task;
use crate::error::{Error, Result};
use crate::model::manifest::Manifest;
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{CallError, Connector, Failure, Message, TaskRef, visible};
use crate::reconcile::RunReport;
use crate::report::Catalogue;

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

    /// A password a person typed; the guest gets the handle.
    pub(super) fn hold_password(&self, value: String) -> Result<String> {
        self.task.vault.hold(value)
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
        let text = self.text(&failure.told());
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
