//! Is everything ready for a task, and if not, what to do and since when; whichever face shows it.
//!
//! Asked are the connector, the keys that the task uses and the remote systems that it may use. That all of it was good is
//! remembered.

use jiff::tz::TimeZone;

use super::certificates;
use super::host::Host;
use super::task::Task;
use super::upstreams::{self, System};
use crate::error::{Error, Result};
use crate::model::setup::TaskConfig;
use crate::model::{CallError, Connector, Finding, Message, Millis, Severity, TaskRef};
use crate::report::Catalogue;
use crate::store::CheckStore;

/// One thing that a check has to say.
#[derive(Clone, Debug)]
pub struct Line {
    /// How grave.
    pub severity: Severity,
    what: What,
    /// What to do.
    pub remedy: Option<Remedy>,
}

#[derive(Clone, Debug)]
enum What {
    /// In the connector's words.
    Found(Message),
    Host(Message),
    Key(String, Message),
    System(System),
    Plain(String),
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Remedy {
    /// As the connector says.
    Found(Message),
    /// As the host says.
    Host(Message),
    /// The task is to be switched on.
    Enable,
    /// A remote system takes requests again later.
    Later,
    /// For whoever looks after the program.
    Hint(String),
}

/// What a check came to.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// All there is to say.
    pub lines: Vec<Line>,
    /// When a check last found everything good; `None`: none has yet.
    pub last_good: Option<Millis>,
}

impl Line {
    fn new(severity: Severity, what: What, remedy: Option<Remedy>) -> Self {
        Self { severity, what, remedy }
    }

    /// What it says; `texts` know this connector's. Times are told in this zone.
    pub fn what(&self, texts: &Catalogue, connector: &str, zone: &TimeZone) -> String {
        match &self.what {
            What::Found(message) => texts.of(connector, message),
            What::Host(message) => texts.text(message),
            What::Key(about, what) => format!("{about}: {}", texts.text(what)),
            What::System(system) => system.told(texts, zone),
            What::Plain(text) => text.clone(),
        }
    }
}

impl Checked {
    /// The gravest of what was found.
    pub fn worst(&self) -> Option<Severity> {
        self.lines.iter().map(|line| line.severity).max()
    }
}

/// Checks a task; `opened`: made ready, or why it cannot be.
///
/// # Errors
/// The host's store fails.
pub async fn check(
    host: &Host,
    name: &TaskRef,
    config: &TaskConfig,
    opened: std::result::Result<&Task, &Error>,
) -> Result<Checked> {
    let mut lines = match opened {
        Ok(task) => of_connector(name, task).await,
        Err(error) => vec![cannot_be_opened(error)],
    };
    lines.extend(certificates::of_task(host.config(), config).into_iter().map(key));
    let now = now();
    let in_the_way = upstreams::in_the_way(host, config, now)?.into_iter();
    lines.extend(
        in_the_way.map(|system| Line::new(Severity::Warning, What::System(system), Some(Remedy::Later))),
    );
    let last_good = remember(host, name, &lines, now)?;
    Ok(Checked { lines, last_good })
}

async fn of_connector(name: &TaskRef, task: &Task) -> Vec<Line> {
    let findings = task.connector.check().await.unwrap_or_else(|error| vec![failed(error)]);
    let found = |Finding { severity, what, next_step }: Finding| {
        Line::new(severity, What::Found(what), next_step.map(Remedy::Found))
    };
    let mut lines: Vec<Line> = findings.into_iter().map(found).collect();
    if !task.config.enabled {
        let what = What::Host(Message::new("error-disabled").with("task", name));
        lines.push(Line::new(Severity::Warning, what, Some(Remedy::Enable)));
    }
    lines
}

fn failed(error: CallError) -> Finding {
    let what = match error {
        CallError::Failed(failure) => failure.told(),
        CallError::Stopped(verdict, _) => {
            Message::new("host-connector-stopped").with("verdict", format!("{verdict:?}"))
        }
    };
    Finding { severity: Severity::Problem, what, next_step: None }
}

fn cannot_be_opened(error: &Error) -> Line {
    let what = error
        .catalogue()
        .map_or_else(|| What::Plain(error.what().to_owned()), |told| What::Host(told.clone()));
    Line::new(Severity::Problem, what, error.hints().first().cloned().map(Remedy::Hint))
}

/// What is to be said of a key that the task uses.
fn key(certificates::Told { severity, about, what, cure }: certificates::Told) -> Line {
    let remedy = (severity != Severity::Good).then_some(Remedy::Host(cure));
    Line::new(severity, What::Key(about, what), remedy)
}

/// When everything was good last: now, or as a check before this one found.
fn remember(host: &Host, task: &TaskRef, lines: &[Line], now: Millis) -> Result<Option<Millis>> {
    let store = host.store()?;
    if lines.iter().any(|line| line.severity != Severity::Good) {
        return store.last_good(task);
    }
    store.put_good(task, now).map(|()| Some(now))
}

fn now() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}
