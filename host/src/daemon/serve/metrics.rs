//! The server's numbers in Prometheus's text format. Labels are bounded: connectors, statuses, reasons; no schools.

use std::fmt::Display;

use super::board::{LAGS_MS, Lags, State};
use crate::model::Millis;
use crate::schedule::Reason;

/// Content type of the format.
pub(super) const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All of them.
pub(super) fn text(state: &State) -> String {
    let mut page = Page::default();
    page.family("exchange_runs_total", "counter", "Ended runs by connector and status.");
    for ((connector, status), count) in &state.ended {
        let labels = format!("{{connector=\"{}\",status=\"{status}\"}}", escaped(connector));
        page.sample("exchange_runs_total", &labels, count);
    }
    page.family("exchange_let_go_total", "counter", "Times of schedules of which no run came, by reason.");
    for (reason, count) in &state.let_go {
        page.sample("exchange_let_go_total", &format!("{{reason=\"{}\"}}", word(*reason)), count);
    }
    page.gauge("exchange_runs_running", "Runs under way.", state.running);
    page.gauge("exchange_runs_waiting", "Runs whose turn has not come.", state.waiting);
    page.gauge(
        "exchange_broken_files",
        "Settings with faults, of which the last good ones hold.",
        state.broken.len(),
    );
    page.gauge(
        "exchange_store_writable",
        "1 while decisions can be stored.",
        u8::from(state.store.is_none()),
    );
    page.gauge("exchange_ready", "1 while due runs begin.", u8::from(state.is_ready()));
    let last = seconds(state.last_good.unwrap_or_default());
    page.gauge(
        "exchange_configuration_last_good_timestamp_seconds",
        "When settings were read without fault.",
        last,
    );
    page.lags(&state.lags);
    page.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
    }

    fn sample(&mut self, name: &str, labels: &str, value: impl Display) {
        self.line(format_args!("{name}{labels} {value}"));
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "gauge", help);
        self.sample(name, "", value);
    }

    fn lags(&mut self, lags: &Lags) {
        let name = "exchange_dispatch_lag_seconds";
        self.family(name, "histogram", "From the time of a run to its beginning.");
        let bucket = format!("{name}_bucket");
        for (bound, count) in LAGS_MS.iter().zip(&lags.within) {
            self.sample(&bucket, &format!("{{le=\"{}\"}}", seconds(*bound)), count);
        }
        self.sample(&bucket, "{le=\"+Inf\"}", lags.count);
        self.sample(&format!("{name}_sum"), "", seconds(lags.sum_ms));
        self.sample(&format!("{name}_count"), "", lags.count);
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        self.0.push_str(&line.to_string());
        self.0.push('\n');
    }
}

fn seconds(ms: Millis) -> f64 {
    ms as f64 / 1_000.0
}

fn word(reason: Reason) -> &'static str {
    match reason {
        Reason::Blackout => "blackout",
        Reason::Missed => "missed",
        Reason::Superseded => "superseded",
        Reason::NewYear => "new-year",
        Reason::Overlap => "overlap",
    }
}

/// A label's value: backslashes, quotes and line ends are written so that they end nothing.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
