//! A service that is measured against: `exchange-stand`, a process of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};

use super::Ground;
use crate::failure::{Context, Failure, Outcome};
use crate::process;

/// What came to the service, as `exchange-stand` tells it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Tally {
    /// Deliveries, refused ones included.
    pub(super) posts: u64,
    /// Look-ups by key.
    pub(super) lookups: u64,
    /// Rows kept, each time they came.
    pub(super) rows: u64,
    /// Different rows.
    pub(super) distinct: u64,
    /// Requests that came before a pause asked for was over.
    pub(super) early: u64,
    /// How fast they came, by what stands before `/rows` in the path.
    #[serde(default)]
    pub(super) paces: BTreeMap<String, Pace>,
}

/// How fast requests came.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(super) struct Pace {
    pub(super) requests: u64,
    /// From the first to the last.
    pub(super) seconds: f64,
    /// Most in any one second.
    pub(super) busiest: u64,
}

/// A running service; it stops when dropped.
#[derive(Debug)]
pub(super) struct Service {
    child: Child,
    url: String,
    stand: std::path::PathBuf,
}

impl Service {
    /// Starts the service of rows with a fault, as `exchange-stand rows --fault` wants it.
    ///
    /// # Errors
    /// When it does not start or says nothing.
    pub(super) fn start(ground: &Ground<'_>, fault: &str) -> Outcome<Self> {
        Self::serve(ground, &["rows", "--fault", fault])
    }

    /// Starts a stand-in with these words.
    ///
    /// # Errors
    /// When it does not start or says nothing.
    pub(super) fn serve(ground: &Ground<'_>, words: &[&str]) -> Outcome<Self> {
        let stand = ground.programs.join("exchange-stand");
        let mut command = Command::new(&stand);
        command.args(words).stdout(Stdio::piped());
        let said = process::line(&command);
        let mut child = command.spawn().context(|| format!("cannot start `{said}`"))?;
        let output = child.stdout.take().expect("the output was asked to be piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).context(|| format!("cannot read what `{said}` says"))?;
        let mut service = Self { child, url: String::new(), stand };
        match line.trim_end().strip_prefix("listening on ") {
            Some(url) => url.clone_into(&mut service.url),
            None => return Err(Failure::new(format!("`{said}` does not listen"))),
        }
        Ok(service)
    }

    /// Its base address.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Its port.
    pub(super) fn port(&self) -> &str {
        self.url.rsplit(':').next().unwrap_or_default()
    }

    /// What came so far.
    ///
    /// # Errors
    /// When it does not answer.
    pub(super) fn tally(&self) -> Outcome<Tally> {
        let said = process::read(Command::new(&self.stand).args(["state", "--at", &self.url]))?;
        serde_json::from_str(&said).context(|| "cannot understand what the service says".into())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
