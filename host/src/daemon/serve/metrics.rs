//! The server's numbers in Prometheus's text format. Labels are bounded: connectors, statuses, reasons; no schools.

use std::fmt::Display;

use super::board::{LAGS_MS, Lags, State};
use crate::model::Millis;
use crate::schedule::Reason;
use crate::store::{DeliveryState, OutboxCount};

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
    page.outbox(&state.outbox);
    page.certificates(&state.certificates);
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

    fn outbox(&mut self, outbox: &[OutboxCount]) {
        let name = "exchange_notifications";
        self.family(name, "gauge", "Messages to people by channel and by what became of them.");
        for OutboxCount { channel, state, count, .. } in outbox {
            self.sample(name, &format!("{{channel=\"{channel}\",state=\"{}\"}}", state.name()), count);
        }
        let name = "exchange_notifications_oldest_waiting_timestamp_seconds";
        self.family(name, "gauge", "When the oldest message that waits was made.");
        for waiting in outbox.iter().filter(|count| count.state == DeliveryState::Waiting) {
            self.sample(name, &format!("{{channel=\"{}\"}}", waiting.channel), seconds(waiting.oldest));
        }
    }

    fn certificates(&mut self, ends: &[(String, Millis)]) {
        let name = "exchange_certificate_end_timestamp_seconds";
        self.family(name, "gauge", "When the first certificate of a key that signs or verifies ends.");
        for (key, end) in ends {
            self.sample(name, &format!("{{key=\"{}\"}}", escaped(key)), seconds(*end));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::daemon::serve::board::Board;
    use crate::error::Error;

    #[test]
    fn numbers_are_told_as_prometheus_reads_them() {
        let board = Board::default();
        board.ended("rows-to-http", "success");
        board.ended("rows-to-http", "success");
        board.ended("a\"b", "not-run");
        board.began(700);
        board.began(-5);
        board.let_go(Reason::NewYear, 3);
        board.state().certificates = vec![("signing.esia".into(), 2_000)];
        board.turned(0, 2, 5);
        assert!(board.file("exchange.toml".as_ref(), &Err(Error::config("cut short")), 1_000));
        assert!(!board.file("exchange.toml".as_ref(), &Err(Error::config("cut short")), 2_000), "no news");
        board.file("schools/a.toml".as_ref(), &Ok(()), 1_500);
        let told = text(&board.state());
        for line in [
            "exchange_runs_total{connector=\"rows-to-http\",status=\"success\"} 2",
            "exchange_runs_total{connector=\"a\\\"b\",status=\"not-run\"} 1",
            "exchange_let_go_total{reason=\"new-year\"} 3",
            "exchange_runs_running 2",
            "exchange_runs_waiting 5",
            "exchange_broken_files 1",
            "exchange_ready 0",
            "exchange_certificate_end_timestamp_seconds{key=\"signing.esia\"} 2",
            "exchange_configuration_last_good_timestamp_seconds 1.5",
            "exchange_dispatch_lag_seconds_bucket{le=\"0.5\"} 1",
            "exchange_dispatch_lag_seconds_bucket{le=\"1\"} 2",
            "exchange_dispatch_lag_seconds_sum 0.7",
            "exchange_dispatch_lag_seconds_count 2",
        ] {
            assert!(told.lines().any(|told| told == line), "{line} is not in\n{told}");
        }
        let samples = told.lines().filter(|line| !line.starts_with('#'));
        for line in samples {
            let (name, value) = line.rsplit_once(' ').expect("a value");
            assert!(name.starts_with("exchange_") && value.parse::<f64>().is_ok(), "{line}");
        }
    }
}
