//! Spans for a collector of traces, by option: OTLP over HTTP in its JSON form.
//!
//! Written by hand because it is one small document (`telemetry/document.rs`), while the usual crates would bring
//! protocol buffers, gRPC and a second HTTP client. Best effort, and never in a run's way: spans wait in a bounded
//! queue and are dropped, and counted, where the collector does not keep up. What is exported are spans and events of
//! this program alone, which hold names of schools, tasks, connectors, remote systems and operations, numbers and
//! codes: no names of people (`docs/watching.md`).

mod document;
mod span;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, redirect};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use self::document::document;
pub use self::span::Spans;
use self::span::{Finished, Queue};
use crate::capability::http::provide_tls;
use crate::error::{Context, Kind, Result};

/// Spans that may wait for the collector: a few megabytes.
const MOST_WAITING: usize = 16_384;
/// Spans in one request.
const BATCH: usize = 512;
/// How often spans are sent.
const EVERY: Duration = Duration::from_millis(500);
/// How long the collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends spans until it is ended.
#[derive(Debug)]
pub struct Exporter {
    stop: oneshot::Sender<()>,
    sender: JoinHandle<()>,
}

/// What feeds the exporter, and the exporter, which sends to `<collector>/v1/traces`.
///
/// # Errors
/// The HTTP client cannot be made.
pub fn start(collector: &str) -> Result<(Spans, Exporter)> {
    provide_tls();
    let client = Client::builder().redirect(redirect::Policy::none()).timeout(PATIENCE).build();
    let client = client.context(Kind::Failed, "the client of the collector of traces cannot be made")?;
    let (queue, waiting) = mpsc::channel(MOST_WAITING);
    let dropped = Arc::new(AtomicU64::new(0));
    let spans = Spans::new(Queue { queue, dropped: Arc::clone(&dropped) });
    let (stop, stopped) = oneshot::channel();
    let url = format!("{}/v1/traces", collector.trim_end_matches('/'));
    let sender = Sender { client, url, waiting, dropped, lost: 0, failing: false };
    Ok((spans, Exporter { stop, sender: tokio::spawn(sender.run(stopped)) }))
}

impl Exporter {
    /// Sends what still waits, as far as the collector answers in time.
    pub async fn end(self) {
        // It may have ended by itself.
        self.stop.send(()).ok();
        if tokio::time::timeout(PATIENCE, self.sender).await.is_err() {
            tracing::warn!("the collector of traces did not take the last spans in time");
        }
    }
}

struct Sender {
    client: Client,
    url: String,
    waiting: mpsc::Receiver<Finished>,
    dropped: Arc<AtomicU64>,
    /// Spans in requests that failed.
    lost: u64,
    failing: bool,
}

impl Sender {
    async fn run(mut self, mut stopped: oneshot::Receiver<()>) {
        loop {
            let last = tokio::select! {
                _ = &mut stopped => true,
                () = tokio::time::sleep(EVERY) => false,
            };
            while let Some(batch) = self.batch() {
                self.send(&batch).await;
            }
            if last {
                return;
            }
        }
    }

    fn batch(&mut self) -> Option<Vec<Finished>> {
        let batch: Vec<Finished> = std::iter::from_fn(|| self.waiting.try_recv().ok()).take(BATCH).collect();
        (!batch.is_empty()).then_some(batch)
    }

    /// A batch that is not taken is lost: spans are worth less than the memory to keep them.
    async fn send(&mut self, batch: &[Finished]) {
        let request = self.client.post(&self.url);
        let request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let sent = request.body(document(batch)).send().await;
        match sent.and_then(reqwest::Response::error_for_status) {
            Ok(_) => self.works(),
            Err(error) => self.fails(batch.len(), &error.without_url()),
        }
    }

    fn works(&mut self) {
        let dropped = self.dropped.swap(0, Ordering::Relaxed);
        if self.failing || dropped > 0 {
            let lost = std::mem::take(&mut self.lost) + dropped;
            tracing::warn!(lost, "the collector of traces takes spans again; some were lost");
        }
        self.failing = false;
    }

    fn fails(&mut self, spans: usize, error: &reqwest::Error) {
        self.lost += spans as u64;
        if !std::mem::replace(&mut self.failing, true) {
            tracing::warn!(%error, "the collector of traces does not take spans: they are lost");
        }
    }
}
