//! `exchange serve` under way in a measurement: its log, its numbers, its end.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

use super::ask::ask;
use crate::failure::{Context, Failure, Outcome};
use crate::process;

/// How often it is looked whether something has happened.
const LOOK: Duration = Duration::from_millis(20);

/// The server; killed when dropped.
pub(super) struct Served {
    child: Child,
    log: PathBuf,
    /// From its start until its schedules were loaded.
    pub(super) started: Duration,
    address: String,
}

/// A line of its log.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    pub(super) timestamp: jiff::Timestamp,
    pub(super) fields: Value,
}

impl Line {
    fn says(&self, text: &str) -> bool {
        self.fields["message"] == text
    }
}

impl Served {
    /// Starts it and waits until schedules are loaded.
    ///
    /// # Errors
    /// When it does not start, or ends.
    pub(super) fn start(mut command: Command, log: &Path) -> Outcome<Self> {
        let file = File::create(log).context(|| format!("cannot make {}", log.display()))?;
        command.args(["serve", "--json"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
        let said = process::line(&command);
        let began = Instant::now();
        let child = command.spawn().context(|| format!("cannot start `{said}`"))?;
        let (log, address) = (log.to_owned(), String::new());
        let mut served = Self { child, log, started: Duration::ZERO, address };
        served.until("it serves", Duration::from_secs(60), |served| Ok(served.serving()?.is_some()))?;
        served.started = began.elapsed();
        let address = served.serving()?.and_then(|line| line.fields["listen"].as_str().map(str::to_owned));
        served.address = address.unwrap_or_default();
        Ok(served)
    }

    fn serving(&self) -> Outcome<Option<Line>> {
        Ok(self.lines("serving")?.pop())
    }

    /// Waits until this holds.
    ///
    /// # Errors
    /// When it does not within this time, or the server has ended.
    pub(super) fn until(
        &mut self,
        what: &str,
        within: Duration,
        holds: impl Fn(&Self) -> Outcome<bool>,
    ) -> Outcome {
        let end = Instant::now() + within;
        while !holds(self)? {
            let ended = self.child.try_wait().context(|| "cannot look at the server".into())?;
            if ended.is_some() || Instant::now() >= end {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                let last: Vec<&str> = log.lines().rev().take(5).collect();
                return Err(Failure::new(format!("never: {what}; the log's last lines: {last:#?}")));
            }
            sleep(LOOK);
        }
        Ok(())
    }

    /// The lines of its log with this text.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub(super) fn lines(&self, text: &str) -> Outcome<Vec<Line>> {
        let log = fs::read_to_string(&self.log).context(|| format!("cannot read {}", self.log.display()))?;
        let lines = log.lines().filter(|line| line.contains(text));
        let lines = lines.filter_map(|line| serde_json::from_str::<Line>(line).ok());
        Ok(lines.filter(|line| line.says(text)).collect())
    }

    /// `/metrics`.
    ///
    /// # Errors
    /// When it does not answer.
    pub(super) fn metrics(&self) -> Outcome<String> {
        ask("GET", &self.address, "/metrics", "")
    }

    /// The number of its process.
    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, and waits.
    ///
    /// # Errors
    /// When it does not end well.
    pub(super) fn stop(mut self) -> Outcome {
        process::run(Command::new("kill").arg(self.child.id().to_string()))?;
        let ended = self.child.wait().context(|| "cannot wait for the server".into())?;
        if ended.success() { Ok(()) } else { Err(Failure::new(format!("the server ended with {ended}"))) }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A sample of numbers in Prometheus's text format, all label sets of it together.
pub(super) fn number(metrics: &str, name: &str) -> f64 {
    let samples = metrics.lines().filter_map(|line| line.strip_prefix(name));
    let samples = samples.filter(|rest| rest.starts_with([' ', '{']));
    samples.filter_map(|rest| rest.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

/// The bound of the histogram within which 99 of 100 are: seconds.
pub(super) fn p99(metrics: &str, histogram: &str) -> Option<f64> {
    let all = number(metrics, &format!("{histogram}_count"));
    let buckets = metrics.lines().filter_map(|line| {
        let rest = line.strip_prefix(histogram)?.strip_prefix("_bucket{le=\"")?;
        let (bound, count) = rest.split_once("\"} ")?;
        Some((bound.parse::<f64>().ok()?, count.parse::<f64>().ok()?))
    });
    let mut enough = buckets.filter(|(bound, count)| bound.is_finite() && *count >= 0.99 * all);
    enough.next().map(|(bound, _)| bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: &str = "# HELP lag x\nlag_bucket{le=\"0.5\"} 90\nlag_bucket{le=\"1\"} 99\n\
                           lag_bucket{le=\"+Inf\"} 100\nlag_sum 7\nlag_count 100\n\
                           runs{status=\"a\"} 2\nruns{status=\"b\"} 3\nruns_waiting 9\n";

    #[test]
    fn numbers_are_read_from_metrics() {
        assert_eq!((number(METRICS, "runs"), number(METRICS, "runs_waiting")), (5.0, 9.0));
        assert_eq!(p99(METRICS, "lag"), Some(1.0));
        assert_eq!(p99(&METRICS.replace("99", "98"), "lag"), None);
    }
}
