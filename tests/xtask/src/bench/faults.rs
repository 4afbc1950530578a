//! `cargo xtask bench faults`: the other side misbehaves six ways; what arrives, and what the tool says.
//!
//! Peers run with the smallest ordinary connector for each: what is measured is what a framework gives by itself, not
//! what a careful author could add. Ours is `examples/rows-to-http` as it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::folder::{self, ReadBack};
use super::service::Service;
use super::timed::{self, Job};
use super::tool::{self, EXCHANGE, Peer};
use super::{BATCH, Beside, Ground, students, table};
use crate::failure::{Context, Failure, Outcome};
use crate::workspace::Workspace;

/// A fault and what is to be told of it.
struct Fault {
    name: &'static str,
    /// As `exchange-stand rows --fault` wants it.
    mode: fn(bad: &str) -> String,
    /// The exit code that tells the truth at the end of our first run.
    exit: i32,
    /// Rows that may be missing at the very end.
    missing: u64,
}

const BAD_ROW: &str = "bad-row";
const DROPPED: &str = "dropped";
const KILL: &str = "kill";

const FAULTS: [Fault; 6] = [
    Fault { name: "503", mode: |_| "503/10".into(), exit: 0, missing: 0 },
    Fault { name: "429", mode: |_| "429/10".into(), exit: 0, missing: 0 },
    Fault { name: BAD_ROW, mode: |bad| format!("bad-row/{bad}"), exit: 3, missing: 1 },
    Fault { name: "lost-answer", mode: |_| "lost/10".into(), exit: 0, missing: 0 },
    Fault { name: DROPPED, mode: |_| "dropped/10".into(), exit: 3, missing: 0 },
    Fault { name: KILL, mode: |_| "none".into(), exit: 0, missing: 0 },
];

/// What a tool came to under one fault.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
struct Struck {
    /// Exit code; after a kill, of the run that followed; none: a signal.
    exit: Option<i32>,
    /// Rows that did not arrive.
    missing: u64,
    /// Rows that came again, though they had been kept.
    doubled: u64,
    /// Requests before the pause asked for was over.
    early: u64,
    /// Deliveries.
    posts: u64,
    seconds: f64,
    /// The bad row: was it named?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    named: Option<bool>,
    /// After the same command once more, where the first said that not all is well: exit code, rows missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    again: Option<(Option<i32>, u64)>,
}

type Line = BTreeMap<String, Struck>;

/// All lines: those measured now, and of peers that are not installed those measured earlier.
#[derive(Debug, Deserialize, Serialize)]
struct Report {
    rows: usize,
    batch: usize,
    tools: BTreeMap<String, Line>,
    /// Measured earlier with 20,000 rows; not now.
    #[serde(default)]
    earlier: BTreeMap<String, Line>,
}

/// Runs Exchange and the peers through the six faults.
///
/// # Errors
/// When something cannot be built or started, or Exchange breaks a promise.
pub(super) fn run(workspace: &Workspace, rows: usize, beside: &Beside) -> Outcome {
    let peers = tool::chosen(&beside.only, true)?;
    let ground = Ground::prepare(workspace, beside)?;
    let course = Course { ground: &ground, rows, file: ground.scratch.join("students.csv") };
    students::write(&course.file, rows, 0)?;
    let mut report = Report { rows, batch: BATCH, tools: BTreeMap::new(), earlier: BTreeMap::new() };
    if tool::ours_wanted(&beside.only) {
        report.tools.insert(EXCHANGE.into(), course.line(EXCHANGE, |fault| course.ours(fault))?);
    }
    let measured = earlier(workspace)?;
    for peer in peers {
        if peer.is_there(&ground) {
            report.tools.insert(peer.name.into(), course.line(peer.name, |fault| course.peer(peer, fault))?);
        } else if let Some(line) = measured.tools.get(peer.name) {
            report.earlier.insert(peer.name.into(), line.clone());
        }
    }
    report.tell(beside.json)?;
    let broken = report.tools.get(EXCHANGE).map(broken).unwrap_or_default();
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("exchange breaks a promise: {}", broken.join("; "))))
}

fn earlier(workspace: &Workspace) -> Outcome<Report> {
    let path = workspace.root.join("tests/peers/results/faults.json");
    let text = fs::read_to_string(&path).context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).context(|| format!("cannot understand {}", path.display()))
}

struct Course<'a> {
    ground: &'a Ground<'a>,
    rows: usize,
    file: PathBuf,
}

impl Course<'_> {
    fn line(&self, tool: &str, strike: impl Fn(&Fault) -> Outcome<Struck>) -> Outcome<Line> {
        let mut line = Line::new();
        for fault in &FAULTS {
            eprintln!("{tool}: {}", fault.name);
            line.insert(fault.name.into(), strike(fault)?);
        }
        Ok(line)
    }

    fn service(&self, fault: &Fault) -> Outcome<Service> {
        Service::start(self.ground, &(fault.mode)(&students::key(self.bad())))
    }

    /// The bad row: somewhere in the first quarter, as good as any.
    fn bad(&self) -> usize {
        self.rows * 43 / 200
    }

    /// Every request is alone, so that the service can tell which come too early.
    fn ours(&self, fault: &Fault) -> Outcome<Struck> {
        let service = self.service(fault)?;
        let folder = folder::make(self.ground, EXCHANGE, &service, ReadBack::LookUp, 1)?;
        let job = tool::ours(self.ground, folder, &self.file);
        let mut struck = self.strike(fault, &service, &job, &job, BATCH)?;
        if fault.name == BAD_ROW {
            let show = Job { line: "$EXCHANGE show bench-1 --outcome rejected --json".into(), ..job.clone() };
            show.run()?;
            struck.named = Some(self.named(&show.output, students::key)?);
        }
        if struck.exit != Some(0) {
            let exit = job.run()?.exit;
            struck.again = Some((exit, self.rows as u64 - service.tally()?.distinct));
        }
        Ok(struck)
    }

    fn peer(&self, peer: &Peer, fault: &Fault) -> Outcome<Struck> {
        let service = self.service(fault)?;
        let job = peer.job(self.ground, &service, &self.file, 1)?;
        let again = peer.again(job.clone());
        let mut struck = self.strike(fault, &service, &job, &again, peer.batch)?;
        if fault.name == BAD_ROW {
            struck.named = Some(self.named(&job.output, peer.names)?);
        }
        Ok(struck)
    }

    /// `batch`: rows in one delivery of this tool.
    fn strike(
        &self,
        fault: &Fault,
        service: &Service,
        job: &Job,
        again: &Job,
        batch: usize,
    ) -> Outcome<Struck> {
        let began = Instant::now();
        let exit = if fault.name == KILL {
            kill_halfway(service, job, (self.rows / batch / 2) as u64)?;
            again.run()?.exit
        } else {
            job.run()?.exit
        };
        let seconds = began.elapsed().as_secs_f64();
        let tally = service.tally()?;
        Ok(Struck {
            exit,
            missing: self.rows as u64 - tally.distinct,
            doubled: tally.rows - tally.distinct,
            early: tally.early,
            posts: tally.posts,
            seconds: (seconds * 100.0).round() / 100.0,
            named: None,
            again: None,
        })
    }

    fn named(&self, output: &Path, names: fn(usize) -> String) -> Outcome<bool> {
        let said = fs::read(output).context(|| format!("cannot read {}", output.display()))?;
        Ok(String::from_utf8_lossy(&said).contains(&names(self.bad())))
    }
}

/// Starts a tool and kills it after so many deliveries.
fn kill_halfway(service: &Service, job: &Job, half: u64) -> Outcome {
    let child = job.start()?;
    let patience = Instant::now() + Duration::from_secs(120);
    while service.tally()?.posts < half {
        if Instant::now() > patience {
            return Err(Failure::new(format!("`{}` does not get halfway", job.line)));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    timed::kill(child)
}

/// The promises that a line of ours breaks.
fn broken(line: &Line) -> Vec<String> {
    FAULTS
        .iter()
        .flat_map(|fault| line.get(fault.name).map(|struck| wrong(fault, struck)).unwrap_or_default())
        .collect()
}

fn wrong(fault: &Fault, struck: &Struck) -> Vec<String> {
    let (last_exit, missing) = struck.again.unwrap_or((struck.exit, struck.missing));
    let last_expected = if fault.missing == 0 { 0 } else { fault.exit };
    let checks = [
        (struck.exit != Some(fault.exit), format!("ended with {:?} instead of {}", struck.exit, fault.exit)),
        (last_exit != Some(last_expected), format!("ended with {last_exit:?} at last")),
        (missing != fault.missing, format!("{missing} rows are missing at the end")),
        (struck.doubled > 0, format!("{} rows came twice", struck.doubled)),
        (struck.early > 0, format!("{} requests came before Retry-After", struck.early)),
        (struck.named == Some(false), "the bad row was not named".to_owned()),
    ];
    let wrong = checks.into_iter().filter(|(wrong, _)| *wrong);
    wrong.map(|(_, what)| format!("{}: {what}", fault.name)).collect()
}

impl Report {
    fn tell(&self, json: bool) -> Outcome {
        if json {
            return super::print_json(self);
        }
        let headings: Vec<&str> = std::iter::once("").chain(FAULTS.iter().map(|fault| fault.name)).collect();
        let now = self.tools.iter().map(|(name, line)| cells(name.clone(), line));
        let before = self.earlier.iter().map(|(name, line)| cells(format!("{name} *"), line));
        table::print(&headings, &now.chain(before).collect::<Vec<_>>());
        println!(
            "\n{} rows in deliveries of {}, by lightbeam one by one. ok: every row once, or without the bad one, which is named;",
            self.rows, self.batch
        );
        println!("the exit code tells the truth. exit A, then B: the same command again makes it whole.");
        if !self.earlier.is_empty() {
            println!(
                "* not installed: measured earlier, with 20000 rows. --install installs what is missing."
            );
        }
        Ok(())
    }
}

fn cells(name: String, line: &Line) -> Vec<String> {
    let told =
        FAULTS.iter().map(|fault| line.get(fault.name).map(|struck| cell(fault, struck)).unwrap_or_default());
    std::iter::once(name).chain(told).collect()
}

/// One fault in a few words.
fn cell(fault: &Fault, struck: &Struck) -> String {
    let exit = |exit: Option<i32>| exit.map_or("killed".to_owned(), |code| format!("exit {code}"));
    if let (Some((last, missing)), true) = (struck.again, wrong(fault, struck).is_empty()) {
        let then = if missing == struck.missing { String::new() } else { format!(", then {}", exit(last)) };
        return format!("ok ({}{then})", exit(struck.exit));
    }
    let mut words = Vec::new();
    let lost = struck.missing.saturating_sub(fault.missing);
    let noted = [(lost, "lost"), (struck.doubled, "doubled"), (struck.early, "early")];
    words.extend(noted.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    if struck.named == Some(false) {
        words.push("not named".into());
    }
    if words.is_empty() {
        // A good end that hides what is missing, or a bad one for nothing.
        let true_exit = (struck.exit == Some(0)) == (struck.missing == 0);
        return if true_exit { "ok".into() } else { format!("ok, but {}", exit(struck.exit)) };
    }
    format!("{}, {}", words.join(", "), exit(struck.exit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(exit: i32, missing: u64) -> Struck {
        Struck {
            exit: Some(exit),
            missing,
            doubled: 0,
            early: 0,
            posts: 0,
            seconds: 0.0,
            named: None,
            again: None,
        }
    }

    fn fault(name: &str) -> &'static Fault {
        FAULTS.iter().find(|fault| fault.name == name).unwrap()
    }

    #[test]
    fn a_loss_that_is_told_and_mended_is_no_broken_promise() {
        let told = Struck { again: Some((Some(0), 0)), ..struck(3, 2_000) };
        assert!(wrong(fault(DROPPED), &told).is_empty());
        assert_eq!(cell(fault(DROPPED), &told), "ok (exit 3, then exit 0)");
        assert_eq!(wrong(fault(DROPPED), &struck(0, 2_000)).len(), 2, "neither told nor mended");
        assert_eq!(cell(fault(DROPPED), &struck(0, 2_000)), "2000 lost, exit 0");
    }

    #[test]
    fn one_bad_row_costs_one_row_and_is_named() {
        let good = Struck { named: Some(true), again: Some((Some(3), 1)), ..struck(3, 1) };
        assert!(wrong(fault(BAD_ROW), &good).is_empty());
        assert_eq!(cell(fault(BAD_ROW), &good), "ok (exit 3)");
        let bad = Struck { named: Some(false), ..struck(1, 16_000) };
        assert_eq!(wrong(fault(BAD_ROW), &bad).len(), 4);
        assert_eq!(cell(fault(BAD_ROW), &bad), "15999 lost, not named, exit 1");
        let hidden = Struck { named: Some(true), ..struck(0, 1) };
        assert_eq!(cell(fault(BAD_ROW), &hidden), "ok, but exit 0");
    }

    #[test]
    fn what_came_twice_or_early_breaks_a_promise() {
        let both = Struck { doubled: 500, early: 2, ..struck(0, 0) };
        assert_eq!(broken(&Line::from([("429".to_owned(), both.clone())])).len(), 2);
        assert_eq!(cell(fault("429"), &both), "500 doubled, 2 early, exit 0");
    }
}
