//! The server's numbers in Prometheus's text format. Labels are bounded: connectors, statuses, outcomes, reasons, remote
//! systems of `exchange.toml`; no schools.

use std::fmt::Display;

use super::board::{LAGS_MS, Lags, State};
use crate::capability::http::{CLASSES, Reading};
use crate::capability::sign;
use crate::daemon::disk::Room;
use crate::daemon::host::Host;
use crate::model::Millis;
use crate::schedule::Reason;
use crate::store::{DeliveryState, OutboxCount, OutboxStore};

/// Content type of the format.
pub(super) const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is looked up when somebody asks for it.
#[derive(Debug, Default)]
pub(super) struct Measured {
    readings: Vec<Reading>,
    room: Room,
    /// Messages by channel and state.
    outbox: Vec<OutboxCount>,
    /// When certificates of keys end, by the section that names them.
    certificates: Vec<(String, Millis)>,
}

impl Measured {
    /// Looks at files and asks the store, and so may wait for the disk. What cannot be read is left out.
    pub(super) fn of(host: &Host) -> Self {
        let outbox = host.store().and_then(|store| store.outbox());
        let outbox = outbox.inspect_err(|error| tracing::warn!(?error, "messages cannot be counted"));
        Self {
            readings: host.readings(),
            room: Room::of(&host.config().data),
            outbox: outbox.unwrap_or_default(),
            certificates: sign::ends(host.config()),
        }
    }
}

/// All of them; without what is measured where there is nothing yet to be measured.
pub(super) fn text(state: &State, measured: Option<&Measured>) -> String {
    let mut page = Page::default();
    page.family("exchange_build_info", "gauge", "The program that serves.");
    page.sample("exchange_build_info", concat!("{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), 1);
    page.runs(state);
    page.server(state);
    page.lags(&state.lags);
    page.dialogues(state);
    if let Some(measured) = measured {
        page.outbox(&measured.outbox);
        page.requests(&measured.readings);
        page.upstreams(&measured.readings);
        page.room(measured.room);
        page.certificates(&measured.certificates);
    }
    page.0
}

impl Page {
    fn runs(&mut self, state: &State) {
        self.family("exchange_runs_total", "counter", "Ended runs by connector and status.");
        for ((connector, status), count) in &state.ended {
            self.sample(
                "exchange_runs_total",
                &labels(&[("connector", connector), ("status", status)]),
                count,
            );
        }
        self.family("exchange_items_total", "counter", "Items of ended runs by connector and outcome.");
        for ((connector, outcome), count) in &state.items {
            let labels = labels(&[("connector", connector), ("outcome", outcome)]);
            self.sample("exchange_items_total", &labels, count);
        }
        self.family(
            "exchange_let_go_total",
            "counter",
            "Times of schedules of which no run came, by reason.",
        );
        for (reason, count) in &state.let_go {
            self.sample("exchange_let_go_total", &labels(&[("reason", word(*reason))]), count);
        }
        self.gauge("exchange_runs_running", "Runs under way.", state.running);
        self.gauge("exchange_runs_waiting", "Runs whose turn has not come.", state.waiting);
    }

    fn dialogues(&mut self, state: &State) {
        let Some(desk) = &state.desk else { return };
        let (counts, open) = desk.counted();
        let name = "exchange_dialogue_turns_total";
        self.family(name, "counter", "Turns of dialogues with people by what they came to.");
        for (outcome, count) in counts {
            self.sample(name, &labels(&[("outcome", outcome)]), count);
        }
        self.gauge("exchange_dialogues_open", "Dialogues with people that have not come to their end.", open);
    }

    fn server(&mut self, state: &State) {
        let broken = state.broken.len();
        self.gauge(
            "exchange_broken_files",
            "Settings with faults, of which the last good ones hold.",
            broken,
        );
        let writable = u8::from(state.store.is_none());
        self.gauge("exchange_store_writable", "1 while decisions can be stored.", writable);
        self.gauge("exchange_ready", "1 while due runs begin.", u8::from(state.is_ready()));
        let last = seconds(state.last_good.unwrap_or_default());
        let name = "exchange_configuration_last_good_timestamp_seconds";
        self.gauge(name, "When settings were read without fault.", last);
    }

    fn requests(&mut self, readings: &[Reading]) {
        let name = "exchange_requests_total";
        self.family(name, "counter", "Attempts at remote systems by class of the answer's status.");
        for reading in readings {
            for (class, count) in CLASSES.iter().zip(reading.answers) {
                self.sample(name, &labels(&[("upstream", &reading.upstream), ("class", class)]), count);
            }
        }
        let name = "exchange_request_seconds_total";
        self.each(name, "counter", "Time that attempts took together.", readings, |reading| ms(reading.ms));
        let name = "exchange_request_wait_seconds_total";
        let help = "Time that requests have waited for their turn together.";
        self.each(name, "counter", help, readings, |reading| ms(reading.waited_ms));
        let name = "exchange_requests_waiting";
        self.each(name, "gauge", "Requests that wait for their turn.", readings, |reading| reading.waiting);
    }

    fn upstreams(&mut self, readings: &[Reading]) {
        let name = "exchange_upstream_open";
        let help = "1 while nothing is sent because nothing worked.";
        self.each(name, "gauge", help, readings, |reading| u8::from(reading.open));
        let name = "exchange_upstream_paused_seconds";
        let help = "For how long it still asks everybody to wait.";
        self.each(name, "gauge", help, readings, |reading| ms(reading.paused_ms));
    }

    /// A family with one sample a remote system.
    fn each<V: Display>(
        &mut self,
        name: &str,
        kind: &str,
        help: &str,
        readings: &[Reading],
        value: impl Fn(&Reading) -> V,
    ) {
        self.family(name, kind, help);
        for reading in readings {
            self.sample(name, &labels(&[("upstream", &reading.upstream)]), value(reading));
        }
    }

    fn room(&mut self, room: Room) {
        let name = "exchange_database_bytes";
        self.family(name, "gauge", "Room that databases take, with their logs.");
        self.sample(name, &labels(&[("of", "host")]), room.host);
        self.sample(name, &labels(&[("of", "schools")]), room.schools);
        if let Some(free) = room.free {
            self.gauge("exchange_disk_free_bytes", "Room left where the data are.", free);
        }
    }
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

fn ms(ms: u64) -> f64 {
    ms as f64 / 1_000.0
}

/// Labels in braces.
fn labels(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", pairs.join(","))
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
    use crate::model::RunCounts;

    /// Of everything something.
    fn everything() -> String {
        let board = Board::default();
        board.ended("rows-to-http", "success");
        board.ended("rows-to-http", "success");
        board.ended("a\"b", "not-run");
        board.began(700);
        board.began(-5);
        board.items("rows-to-http", &RunCounts { applied: 4, in_doubt: 1, ..RunCounts::default() });
        board.let_go(Reason::NewYear, 3);
        board.turned(0, 2, 5);
        assert!(board.file("exchange.toml".as_ref(), &Err(Error::config("cut short")), 1_000));
        assert!(!board.file("exchange.toml".as_ref(), &Err(Error::config("cut short")), 2_000), "no news");
        board.file("schools/a.toml".as_ref(), &Ok(()), 1_500);
        let reading = Reading {
            upstream: "rows".into(),
            answers: [0, 7, 0, 0, 1, 0],
            ms: 1_500,
            waiting: 2,
            waited_ms: 250,
            open: true,
            paused_ms: 4_000,
        };
        let room = Room { host: 10, schools: 20, free: Some(30) };
        let waiting =
            OutboxCount { channel: "mail".into(), state: DeliveryState::Waiting, count: 3, oldest: 2_000 };
        let certificates = vec![("signing.esia".into(), 2_000)];
        let measured = Measured { readings: vec![reading], room, outbox: vec![waiting], certificates };
        text(&board.state(), Some(&measured))
    }

    #[test]
    fn numbers_are_told_as_prometheus_reads_them() {
        let told = everything();
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
            "exchange_items_total{connector=\"rows-to-http\",outcome=\"applied\"} 4",
            "exchange_items_total{connector=\"rows-to-http\",outcome=\"in-doubt\"} 1",
            "exchange_requests_total{upstream=\"rows\",class=\"2xx\"} 7",
            "exchange_requests_total{upstream=\"rows\",class=\"none\"} 0",
            "exchange_request_seconds_total{upstream=\"rows\"} 1.5",
            "exchange_request_wait_seconds_total{upstream=\"rows\"} 0.25",
            "exchange_requests_waiting{upstream=\"rows\"} 2",
            "exchange_upstream_open{upstream=\"rows\"} 1",
            "exchange_upstream_paused_seconds{upstream=\"rows\"} 4",
            "exchange_database_bytes{of=\"schools\"} 20",
            "exchange_disk_free_bytes 30",
            "exchange_notifications{channel=\"mail\",state=\"waiting\"} 3",
        ] {
            assert!(told.lines().any(|told| told == line), "{line} is not in\n{told}");
        }
        well_formed(&told);
    }

    /// The names of ours and of labels that a dashboard or an alert asks for exist.
    #[test]
    fn dashboard_and_alerts_ask_for_what_there_is() {
        let told = everything();
        let alerts = include_str!("../../../../dist/alerts.yml");
        let alerts = alerts.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
        let dashboard = include_str!("../../../../dist/grafana-dashboard.json");
        let dashboard: serde_json::Value = serde_json::from_str(dashboard).expect("JSON");
        let panels = dashboard["panels"].as_array().expect("panels");
        let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets"));
        let asked: Vec<&str> =
            targets.map(|target| target["expr"].as_str().expect("a query")).chain(alerts).collect();
        assert!(asked.len() > 20, "{asked:#?}");
        asked.iter().for_each(|query| answered(query, &told));
        let families: Vec<&str> =
            told.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
        let shown = |family: &&&str| asked.iter().any(|query| query.contains(**family));
        let unseen: Vec<_> = families.iter().filter(|family| !shown(family)).collect();
        assert_eq!(unseen, [&"exchange_configuration_last_good_timestamp_seconds"], "nobody looks at them");
    }

    fn answered(query: &str, told: &str) {
        let words = |text: &str| -> Vec<String> {
            text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(str::to_owned).collect()
        };
        let names: Vec<String> =
            words(query).into_iter().filter(|word| word.starts_with("exchange_")).collect();
        assert!(!names.is_empty(), "{query}");
        let sample = |name: &str| {
            let ends = |rest: &str| rest.starts_with(['{', ' ']);
            told.lines().find(|line| line.strip_prefix(name).is_some_and(ends))
        };
        let samples: Vec<&str> =
            names.iter().map(|name| sample(name).unwrap_or_else(|| panic!("{name}: {query}"))).collect();
        let grouped = query.split("by (").skip(1).filter_map(|rest| rest.split(')').next());
        let matched = query.split('{').skip(1).filter_map(|rest| rest.split(['=', '!']).next());
        for label in grouped.chain(matched).flat_map(words).filter(|label| !label.is_empty()) {
            let has = |sample: &&str| sample.contains(&format!("{label}=\""));
            assert!(samples.iter().all(has), "{label}: {query}");
        }
    }

    /// As the format has it: a family is announced once, with its kind, right before its samples, which lie together.
    fn well_formed(told: &str) {
        let (mut families, mut current) = (std::collections::BTreeSet::new(), String::new());
        for line in told.lines() {
            if let Some(about) = line.strip_prefix("# TYPE ") {
                let (name, kind) = about.split_once(' ').expect("a kind");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                assert!(families.insert(name.to_owned()), "{name} comes twice");
                name.clone_into(&mut current);
            } else if !line.starts_with("# HELP ") {
                let (name, value) = line.rsplit_once(' ').expect("a value");
                let name = name.split('{').next().expect("a name");
                let own =
                    ["", "_bucket", "_sum", "_count"].iter().any(|end| name == format!("{current}{end}"));
                assert!(own && value.parse::<f64>().is_ok(), "{line} after {current}");
            }
        }
    }
}
