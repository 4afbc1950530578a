//! `cargo xtask bench region`: a region's schools in one process, `exchange run --all`.
//!
//! Each school has the diary's task and three of the example connector's; both services take 50 ms for a request. Made are
//! a first sending, passages in which nothing is new, and days on which 0.5 % of the pupils changed, with a budget that
//! all schools share and without one.

pub(super) mod night;
mod stage;
mod tables;

use std::collections::BTreeMap;
use std::fs;

use serde::{Deserialize, Serialize};

use super::timed::{Job, Measured};
use super::{Beside, Ground, table};
use crate::failure::{Context, Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;
use stage::{Stage, TASKS};

/// Of a thousand pupils so many change in a day.
const DAILY: usize = 5;
/// Schools at once where nothing limits them.
const MANY: usize = 200;
/// Schools at once where nothing is to be done: as many as the nearest peer was measured with.
const SOME: usize = 32;
/// Requests a second at each service that all schools share.
const BUDGET: u32 = 50;

/// Who is in the region.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Schools.
    pub(super) schools: usize,
    /// Pupils of each, those who do not go included.
    pub(super) pupils: usize,
}

/// What `exchange run --all --json` says.
#[derive(Deserialize)]
struct Said {
    totals: BTreeMap<String, u64>,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    quiet: bool,
    waited_ms: u64,
    ms: u64,
}

/// One passage over all tasks of all schools.
#[derive(Debug, Serialize)]
struct Passage {
    what: String,
    at_once: usize,
    /// Requests a second that all share; 0: no limit.
    rate: u32,
    runs: usize,
    /// Runs for which no connector was started.
    quiet: usize,
    seconds: f64,
    runs_per_s: f64,
    cpu_s: f64,
    cpu_ms_a_run: f64,
    peak_mib: u64,
    /// Until the last school's turn came, and until it was done.
    longest_wait_s: f64,
    longest_school_s: f64,
    /// What a school's files grew by, together.
    grew_kib: u64,
    totals: BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct Report {
    schools: usize,
    tasks: usize,
    pupils: usize,
    load: String,
    passages: Vec<Passage>,
}

/// Measures.
///
/// # Errors
/// When the region cannot be made ready, or a run fails.
pub(super) fn run(workspace: &Workspace, size: Size, stay: bool, json: bool) -> Outcome {
    let ground = Ground::prepare(workspace, &Beside { only: Vec::new(), install: false, json })?;
    let mut build = workspace.cargo();
    process::run(build.args("build --quiet --release --package invented-school".split(' ')))?;
    let Size { schools, pupils } = size;
    eprintln!("{schools} schools are made ready");
    let stage = Stage::set(&ground, size)?;
    let passages = Passages { ground: &ground, stage: &stage, made: Vec::new() };
    let passages = passages.all()?;
    Report { schools, tasks: schools * TASKS, pupils, load: load(), passages }.tell(json)?;
    if stay {
        eprintln!("the services go on for {}; Enter ends them", stage.folder.display());
        std::io::stdin().read_line(&mut String::new()).context(|| "cannot wait".into())?;
    }
    Ok(())
}

/// The machine's load: wall times are worth nothing without it.
pub(super) fn load() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned()
}

struct Passages<'a> {
    ground: &'a Ground<'a>,
    stage: &'a Stage<'a>,
    made: Vec<Passage>,
}

impl Passages<'_> {
    fn all(mut self) -> Outcome<Vec<Passage>> {
        self.pass("first time", MANY, 0)?;
        self.pass("nothing new", MANY, 0)?;
        self.pass("nothing new", SOME, 0)?;
        self.pass("nothing new", 1, 0)?;
        self.stage.next_day(0, DAILY)?;
        self.pass("a day", MANY, 0)?;
        self.stage.next_day(1, DAILY)?;
        self.pass("a day", MANY, BUDGET)?;
        Ok(self.made)
    }

    fn pass(&mut self, what: &str, at_once: usize, rate: u32) -> Outcome {
        eprintln!("{what}, {at_once} at once, {rate} requests/s (0: no limit)");
        self.stage.limit(rate, MANY)?;
        let before = self.stage.bytes()?;
        let (measured, said) = self.run_all(at_once)?;
        let grew_kib = self.stage.bytes()?.saturating_sub(before) >> 10;
        self.made.push(passage(what, (at_once, rate), measured, said, grew_kib));
        Ok(())
    }

    fn run_all(&self, at_once: usize) -> Outcome<(Measured, Said)> {
        let program = self.ground.programs.join("exchange").display().to_string();
        let line = format!("exec \"$EXCHANGE\" run --all --jobs {at_once} --json > said.json");
        let folder = self.stage.folder.clone();
        let output = folder.join("errors");
        let environment = vec![("EXCHANGE", program), ("EXCHANGE_LANG", "en".into())];
        let job = Job { line, folder, environment, output };
        let measured = job.run()?;
        // 3: some of the invented pupils are worth a remark.
        if !matches!(measured.exit, Some(0 | 3)) {
            let said = fs::read_to_string(&job.output).unwrap_or_default();
            return Err(Failure::new(format!("`{}` ended with {:?}: {said}", job.line, measured.exit)));
        }
        let file = job.folder.join("said.json");
        let text = fs::read_to_string(&file).context(|| format!("cannot read {}", file.display()))?;
        let said = serde_json::from_str(&text).context(|| "cannot understand what --json printed".into())?;
        Ok((measured, said))
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of runs, and milliseconds of one night")]
fn passage(
    what: &str,
    (at_once, rate): (usize, u32),
    measured: Measured,
    said: Said,
    grew_kib: u64,
) -> Passage {
    let runs = said.runs.len();
    let seconds = |ms: Option<u64>| ms.unwrap_or_default() as f64 / 1_000.0;
    Passage {
        what: what.to_owned(),
        at_once,
        rate,
        runs,
        quiet: said.runs.iter().filter(|run| run.quiet).count(),
        seconds: measured.wall,
        runs_per_s: runs as f64 / measured.wall,
        cpu_s: measured.cpu,
        cpu_ms_a_run: measured.cpu * 1_000.0 / runs.max(1) as f64,
        peak_mib: measured.memory >> 20,
        longest_wait_s: seconds(said.runs.iter().map(|run| run.waited_ms).max()),
        longest_school_s: seconds(said.runs.iter().map(|run| run.waited_ms + run.ms).max()),
        grew_kib,
        totals: said.totals,
    }
}

impl Report {
    fn tell(&self, json: bool) -> Outcome {
        if json {
            return super::print_json(self);
        }
        let Self { schools, tasks, pupils, load, .. } = self;
        println!("{schools} schools of {pupils} pupils, {tasks} tasks, load {load}\n");
        let headings = [
            "",
            "at once",
            "req/s",
            "runs",
            "quiet",
            "s",
            "runs/s",
            "CPU s",
            "CPU ms/run",
            "MiB",
            "wait s",
            "last s",
            "grew KiB",
        ];
        table::print(&headings, &self.passages.iter().map(row).collect::<Vec<_>>());
        for passage in &self.passages {
            println!("{}: {:?}", passage.what, passage.totals);
        }
        Ok(())
    }
}

fn row(passage: &Passage) -> Vec<String> {
    let Passage { what, at_once, rate, runs, quiet, peak_mib, grew_kib, .. } = passage;
    let Passage { seconds, runs_per_s, cpu_s, cpu_ms_a_run, longest_wait_s, longest_school_s, .. } = passage;
    let rate = if *rate == 0 { "–".to_owned() } else { rate.to_string() };
    let times = |times: [&f64; 2]| times.map(|time| format!("{time:.1}"));
    let ([seconds, runs_per_s], [cpu_s, wait]) =
        (times([seconds, runs_per_s]), times([cpu_s, longest_wait_s]));
    vec![
        what.clone(),
        at_once.to_string(),
        rate,
        runs.to_string(),
        quiet.to_string(),
        seconds,
        runs_per_s,
        cpu_s,
        format!("{cpu_ms_a_run:.2}"),
        peak_mib.to_string(),
        wait,
        format!("{longest_school_s:.1}"),
        grew_kib.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_is_told_by_run_and_by_school() {
        let text = r#"{"totals": {"success": 2}, "runs": [{"quiet": true, "waited_ms": 5, "ms": 10},
                       {"quiet": false, "waited_ms": 2000, "ms": 500}]}"#;
        let said: Said = serde_json::from_str(text).unwrap();
        let measured = Measured { exit: Some(0), wall: 4.0, cpu: 0.5, memory: 3 << 20 };
        let passage = passage("a day", (200, 50), measured, said, 12);
        assert_eq!((passage.runs, passage.quiet, passage.peak_mib), (2, 1, 3));
        let told = row(&passage).join(" ");
        assert_eq!(told, "a day 200 50 2 1 4.0 0.5 0.5 250.00 3 2.0 2.5 12");
    }
}
