//! What the program tells of its own doings: lines on standard error, and spans for a collector of traces.
//!
//! `exchange serve` tells by itself; other commands where `EXCHANGE_LOG` asks for it. Of the libraries beneath only
//! warnings: they know nothing of personal data.

use std::future::Future;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use super::app::App;
use crate::daemon::telemetry::{self, Exporter};
use crate::error::{Error, Result};

/// How much is told: `error`, `warn`, `info`, `debug`, `trace`.
const LOG_LEVEL: &str = "EXCHANGE_LOG";

type Layers = Vec<Box<dyn Layer<Registry> + Send + Sync>>;

/// How the program tells of its doings.
pub(super) struct Log {
    /// Lines as JSON.
    json: bool,
    /// Address of the collector of traces.
    collector: Option<String>,
}

impl Log {
    /// As settings and command line have it.
    pub(super) fn of(app: &App) -> Self {
        Self { json: app.output.json, collector: app.host.telemetry.otlp.clone() }
    }

    /// Does work that is told about at this level, unless the environment names another; `None`: not in lines.
    pub(super) async fn telling<T>(
        self,
        level: Option<LevelFilter>,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let exporter = self.start(asked()?.or(level))?;
        let done = work.await;
        if let Some(exporter) = exporter {
            exporter.end().await;
        }
        done
    }

    fn start(self, level: Option<LevelFilter>) -> Result<Option<Exporter>> {
        let mut layers = Layers::new();
        layers.extend(level.map(|level| lines(level, self.json)));
        let mut exporter = None;
        if let Some(collector) = &self.collector {
            let (spans, started) = telemetry::start(collector)?;
            layers.push(spans.with_filter(own(LevelFilter::DEBUG)).boxed());
            exporter = Some(started);
        }
        if !layers.is_empty() {
            let set = tracing_subscriber::registry().with(layers).try_init();
            set.map_err(|error| Error::internal("the log is set up twice").because(error))?;
        }
        Ok(exporter)
    }
}

/// The level that the environment asks for.
fn asked() -> Result<Option<LevelFilter>> {
    let Ok(level) = std::env::var(LOG_LEVEL) else { return Ok(None) };
    let parsed = level.parse::<LevelFilter>().map_err(|cause| {
        Error::config(format!("{LOG_LEVEL} knows no `{level}`"))
            .because(cause)
            .hint("known: `error`, `warn`, `info`, `debug`, `trace`")
    })?;
    Ok(Some(parsed))
}

fn lines(level: LevelFilter, json: bool) -> Box<dyn Layer<Registry> + Send + Sync> {
    let filter = own(level).with_default(level.min(LevelFilter::WARN));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    if json { lines.json().with_filter(filter).boxed() } else { lines.with_filter(filter).boxed() }
}

/// What this program itself tells, at this level.
fn own(level: LevelFilter) -> Targets {
    Targets::new().with_target("exchange", level)
}
