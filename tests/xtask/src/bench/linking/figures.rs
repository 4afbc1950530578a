//! What a wave came to, in figures.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// A wave.
#[derive(Debug, Serialize)]
pub(super) struct Wave {
    pub(super) what: String,
    pub(super) seconds: f64,
    /// People who ended where they wanted, and how many a second.
    pub(super) well: usize,
    pub(super) per_s: f64,
    /// Who did not, by what they were told.
    pub(super) others: BTreeMap<String, usize>,
    pub(super) steps: Steps,
    /// Of pages that only show something, as the browser sees it: connecting, the server's answer, reading it.
    pub(super) pages: Spread,
    /// Processor seconds of the server, with the programs that sign for it.
    pub(super) cpu_s: f64,
    /// Most memory of the server during the wave, and what it has some seconds after.
    pub(super) peak_mib: u64,
    pub(super) after_mib: u64,
}

/// Turns of dialogues.
#[derive(Debug, Serialize)]
pub(super) struct Steps {
    /// Neither at a remote system nor while something was signed.
    pub(super) own: Spread,
    /// The same of turns in which something is written: lane, ledger, journal, reading back.
    pub(super) writing: Spread,
    /// While something was signed or a token verified, the wait for the program's turn included.
    pub(super) signing: Spread,
    /// At remote systems.
    pub(super) remote: Spread,
}

/// Milliseconds.
#[derive(Debug, Default, Serialize)]
pub(super) struct Spread {
    pub(super) count: usize,
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) max: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        // The least that so many of a hundred are not above.
        let at = |share: usize| {
            let place = (values.len() * share).div_ceil(100).saturating_sub(1);
            values.get(place).copied().unwrap_or_default()
        };
        Self { count: values.len(), p50: at(50), p99: at(99), max: at(100) }
    }

    fn cell(&self) -> String {
        format!("{:.0} {:.0} {:.0}", self.p50, self.p99, self.max)
    }
}

impl Steps {
    /// Of the fields of the log's lines.
    pub(super) fn of(turns: &[&Value]) -> Self {
        let each = |name: &str| -> Vec<f64> { turns.iter().filter_map(|turn| turn[name].as_f64()).collect() };
        let ends = turns.iter().filter(|turn| turn["came_to"] == "done");
        Self {
            own: Spread::of(each("own_ms")),
            writing: Spread::of(ends.filter_map(|turn| turn["own_ms"].as_f64()).collect()),
            signing: Spread::of(each("signing_ms")),
            remote: Spread::of(each("remote_ms")),
        }
    }
}

/// Pages of the host that are only looked at. A return from another system is a step.
pub(super) fn pages<'r>(requests: impl Iterator<Item = &'r (String, u64)>, address: &str) -> Spread {
    let looked = requests.filter(|(what, _)| {
        let path = what.strip_prefix("GET ").and_then(|url| url.strip_prefix(address));
        path.is_some_and(|path| path != "/callback")
    });
    #[expect(clippy::cast_precision_loss, reason = "microseconds of one wave")]
    Spread::of(looked.map(|(_, took)| *took as f64 / 1_000.0).collect())
}

/// So many in this time.
#[expect(clippy::cast_precision_loss, reason = "thousands of people")]
pub(super) fn per_second(count: usize, seconds: f64) -> f64 {
    count as f64 / seconds
}

/// Above the rows.
pub(super) const HEADINGS: [&str; 12] = [
    "ms: p50 p99 max",
    "well",
    "s",
    "a second",
    "steps",
    "own",
    "own, at the end",
    "signing",
    "remote",
    "pages",
    "CPU s",
    "MiB peak, after",
];

impl Wave {
    /// A row of the table.
    pub(super) fn row(&self) -> Vec<String> {
        let Self { what, well, seconds, per_s, steps, pages, cpu_s, peak_mib, after_mib, .. } = self;
        vec![
            what.clone(),
            well.to_string(),
            format!("{seconds:.1}"),
            format!("{per_s:.1}"),
            steps.own.count.to_string(),
            steps.own.cell(),
            steps.writing.cell(),
            steps.signing.cell(),
            steps.remote.cell(),
            pages.cell(),
            format!("{cpu_s:.1}"),
            format!("{peak_mib} {after_mib}"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ninety_nine_of_a_hundred_are_not_above_p99() {
        let spread = Spread::of((1..=200).rev().map(f64::from).collect());
        assert_eq!((spread.count, spread.p50, spread.p99, spread.max), (200, 100.0, 198.0, 200.0));
        assert_eq!(Spread::of(Vec::new()).cell(), "0 0 0");
    }

    #[test]
    fn turns_are_read_from_the_log() {
        let turn = |came_to: &str, own: u64| json!({"came_to": came_to, "own_ms": own, "remote_ms": 7, "signing_ms": 1});
        let turns = [turn("choice", 2), turn("done", 40)];
        let steps = Steps::of(&turns.iter().collect::<Vec<_>>());
        assert_eq!((steps.own.max, steps.writing.count, steps.remote.p50), (40.0, 1, 7.0));
    }

    #[test]
    fn a_return_is_no_page() {
        let requests = [("GET http://h/callback".into(), 9_000), ("GET http://h/s/t/l".into(), 2_000)];
        let others = [("POST http://h/s/t/l".into(), 8_000), ("GET http://p/login".into(), 7_000)];
        let pages = pages(requests.iter().chain(&others), "http://h");
        assert_eq!((pages.count, pages.max), (1, 2.0));
    }
}
