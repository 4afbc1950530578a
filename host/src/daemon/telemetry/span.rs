//! From spans of `tracing` to finished spans of a trace.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Events kept of one span; later ones are left out.
const MOST_EVENTS: usize = 64;

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Whole(i64),
    Fraction(f64),
    Truth(bool),
}

/// Fields by name, in the order they came.
pub(super) type Fields = Vec<(&'static str, Value)>;

/// Something that happened in a span.
#[derive(Clone, Debug)]
pub(super) struct Happened {
    pub(super) at: u64,
    pub(super) text: String,
    pub(super) fields: Fields,
}

/// A span that is over.
#[derive(Clone, Debug)]
pub(super) struct Finished {
    pub(super) trace: u128,
    pub(super) id: u64,
    pub(super) parent: Option<u64>,
    pub(super) name: &'static str,
    /// Nanoseconds since 1970.
    pub(super) began: u64,
    pub(super) ended: u64,
    pub(super) fields: Fields,
    pub(super) happened: Vec<Happened>,
    pub(super) failed: bool,
}

/// A span under way. Its wall time is taken once: a clock that is set makes none negative.
struct Open {
    span: Finished,
    since: Instant,
}

/// Where finished spans wait.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    pub(super) queue: mpsc::Sender<Finished>,
    pub(super) dropped: Arc<AtomicU64>,
}

/// The layer that collects spans.
#[derive(Debug)]
pub struct Spans(Queue);

impl Spans {
    pub(super) fn new(queue: Queue) -> Self {
        Self(queue)
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let above = span.parent().and_then(|parent| {
            let parent = parent.extensions();
            parent.get::<Open>().map(|open| (open.span.trace, open.span.id))
        });
        let mut fields = Fields::new();
        attributes.record(&mut Reader(&mut fields));
        let began = now();
        let (trace, parent) = match above {
            Some((trace, parent)) => (trace, Some(parent)),
            None => (u128::from_le_bytes(random()), None),
        };
        let id = u64::from_le_bytes(random());
        let (name, happened) = (attributes.metadata().name(), Vec::new());
        let finished =
            Finished { trace, id, parent, name, began, ended: began, fields, happened, failed: false };
        span.extensions_mut().insert(Open { span: finished, since: Instant::now() });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(open) = span.extensions_mut().get_mut::<Open>() {
            values.record(&mut Reader(&mut open.span.fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.event_span(event) else { return };
        let mut extensions = span.extensions_mut();
        let Some(open) = extensions.get_mut::<Open>() else { return };
        open.span.failed |= *event.metadata().level() == Level::ERROR;
        if open.span.happened.len() < MOST_EVENTS {
            open.span.happened.push(happened(event));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(Open { mut span, since }) = span.extensions_mut().remove::<Open>() else { return };
        let took = u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        span.ended = span.began.saturating_add(took);
        span.failed |= span.fields.iter().any(|(name, _)| *name == "error");
        if self.0.queue.try_send(span).is_err() {
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn happened(event: &Event<'_>) -> Happened {
    let mut fields = Fields::new();
    event.record(&mut Reader(&mut fields));
    let text = fields.iter().position(|(name, _)| *name == "message").map(|place| fields.remove(place).1);
    let text = match text {
        Some(Value::Text(text)) => text,
        _ => event.metadata().name().to_owned(),
    };
    Happened { at: now(), text, fields }
}

/// Nanoseconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Without randomness ids are noughts, which a collector refuses: a trace less, and nothing else.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok();
    bytes
}

/// Reads fields, each later value in place of an earlier one.
struct Reader<'a>(&'a mut Fields);

impl Reader<'_> {
    fn put(&mut self, field: &Field, value: Value) {
        match self.0.iter_mut().find(|(name, _)| *name == field.name()) {
            Some((_, known)) => *known = value,
            None => self.0.push((field.name(), value)),
        }
    }
}

impl Visit for Reader<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Value::Fraction(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::Whole(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, i64::try_from(value).map_or_else(|_| Value::Text(value.to_string()), Value::Whole));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::Truth(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, Value::Text(value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, Value::Text(format!("{value:?}")));
    }
}
