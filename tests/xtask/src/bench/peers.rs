//! `cargo xtask bench peers`: the same file to the same service, by Exchange and by ready-made tools.
//!
//! Timed is the whole command: for Exchange import and run, two processes. It keeps records, ledger and journal, which
//! no peer does; the peers deliver all 13 columns, Exchange's example the four that it asks for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::folder::{self, ReadBack};
use super::service::{Service, Tally};
use super::timed::{Job, Measured};
use super::tool::{self, EXCHANGE, Peer};
use super::{BATCH, Beside, Ground, students, table};
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

/// The same connector where nothing can be looked up: no adoption, no confirmation.
const UNSEEN: &str = "exchange, no look-up";
/// Requests in flight at once: what the example's manifest asks for, and lightbeam by default.
const PARALLEL: u32 = 8;
/// Rows that change between two files.
const CHANGED: usize = 100;
/// Rows of the small job: a school's daily change.
const SMALL: usize = 100;

/// What one run of a tool came to.
#[derive(Clone, Copy, Debug, Serialize)]
struct Figure {
    seconds: f64,
    rows_per_s: u64,
    cpu_s: f64,
    peak_mib: u64,
    /// Deliveries.
    writes: u64,
    lookups: u64,
}

/// Work → tool → its best run.
type Figures = BTreeMap<&'static str, BTreeMap<&'static str, Figure>>;

#[derive(Serialize)]
struct Report {
    rows: usize,
    batch: usize,
    runs: usize,
    works: Figures,
    left_out: Vec<&'static str>,
}

/// Who runs.
#[derive(Clone, Copy)]
enum Runner {
    Ours(ReadBack),
    Peer(&'static Peer),
}

impl Runner {
    /// Is this a good end? What was delivered and cannot be looked up ends with 3: it is never «Успешно».
    fn well(self, exit: Option<i32>) -> bool {
        let good: &[i32] = match self {
            Runner::Ours(ReadBack::LookUp) => &[0],
            Runner::Ours(ReadBack::None) => &[0, 3],
            Runner::Peer(peer) => peer.well,
        };
        exit.is_some_and(|exit| good.contains(&exit))
    }

    fn name(self) -> &'static str {
        match self {
            Runner::Ours(ReadBack::LookUp) => EXCHANGE,
            Runner::Ours(ReadBack::None) => UNSEEN,
            Runner::Peer(peer) => peer.name,
        }
    }
}

/// Measures Exchange and the peers that are there.
///
/// # Errors
/// When something cannot be built or started, or a tool does not deliver every row once.
pub(super) fn run(workspace: &Workspace, rows: usize, runs: usize, beside: &Beside) -> Outcome {
    let peers = tool::chosen(&beside.only, false)?;
    let ground = Ground::prepare(workspace, beside)?;
    let race = Race::prepare(&ground, rows, runs.max(1))?;
    let (there, missing): (Vec<_>, Vec<_>) = peers.into_iter().partition(|peer| peer.is_there(&ground));
    let ours = [ReadBack::None, ReadBack::LookUp].map(Runner::Ours);
    let ours = ours.into_iter().filter(|_| tool::ours_wanted(&beside.only));
    let mut works = Figures::new();
    for runner in ours.chain(there.into_iter().map(Runner::Peer)) {
        eprintln!("{}", runner.name());
        for (work, figure) in race.all(runner)? {
            works.entry(work).or_default().insert(runner.name(), figure);
        }
    }
    let left_out = missing.into_iter().map(|peer| peer.name).collect();
    Report { rows, batch: BATCH, runs, works, left_out }.tell(beside.json)
}

/// The files and how often each is delivered.
struct Race<'a> {
    ground: &'a Ground<'a>,
    rows: usize,
    runs: usize,
    file: PathBuf,
    changed: PathBuf,
    small: PathBuf,
}

impl<'a> Race<'a> {
    fn prepare(ground: &'a Ground<'a>, rows: usize, runs: usize) -> Outcome<Self> {
        // A school's file profile is chosen by the file's name: it is `students.csv` everywhere.
        let file = |name: &str| ground.scratch.join(name).join("students.csv");
        let (usual, changed, small) = (file("usual"), file("changed"), file("small"));
        for (path, rows, moved) in [(&usual, rows, 0), (&changed, rows, CHANGED), (&small, SMALL, 0)] {
            folder::empty(path.parent().unwrap_or(&ground.scratch))?;
            students::write(path, rows, moved)?;
        }
        Ok(Self { ground, rows, runs, file: usual, changed, small })
    }

    fn all(&self, runner: Runner) -> Outcome<Vec<(&'static str, Figure)>> {
        let small =
            best((0..self.runs).map(|_| self.fresh(runner, &self.small, SMALL).map(|(figure, _)| figure)))?;
        let mut firsts = Vec::new();
        let mut last = None;
        for _ in 0..self.runs {
            drop(last.take());
            let (figure, ground) = self.fresh(runner, &self.file, self.rows)?;
            firsts.push(Ok(figure));
            last = Some(ground);
        }
        let Some((service, job)) = last else { return Err(Failure::new("nothing was measured")) };
        let again = best((0..self.runs).map(|_| self.figure(runner, &service, &job, self.rows)))?;
        let files = [&self.changed, &self.file].into_iter().cycle().take(self.runs);
        let changed =
            best(files.map(|file| self.figure(runner, &service, &with_file(&job, file), self.rows)))?;
        Ok(vec![
            ("first", best(firsts.into_iter())?),
            ("again", again),
            ("changed", changed),
            ("small", small),
        ])
    }

    /// Delivers a file for the first time, to a new service.
    fn fresh(&self, runner: Runner, file: &Path, rows: usize) -> Outcome<(Figure, (Service, Job))> {
        let service = Service::start(self.ground, "none")?;
        let job = match runner {
            Runner::Ours(read_back) => {
                let folder = folder::make(self.ground, EXCHANGE, &service, read_back, PARALLEL)?;
                tool::ours(self.ground, folder, file)
            }
            Runner::Peer(peer) => peer.job(self.ground, &service, file, PARALLEL)?,
        };
        let figure = self.figure(runner, &service, &job, rows)?;
        let tally = service.tally()?;
        if (tally.rows, tally.distinct) != (rows as u64, rows as u64) {
            return Err(Failure::new(format!("{} delivered {} rows of {rows}", runner.name(), tally.rows)));
        }
        Ok((figure, (service, job)))
    }

    fn figure(&self, runner: Runner, service: &Service, job: &Job, rows: usize) -> Outcome<Figure> {
        let before = service.tally()?;
        let measured = job.run()?;
        if !runner.well(measured.exit) {
            let said = fs::read(&job.output).unwrap_or_default();
            let said = String::from_utf8_lossy(&said).into_owned();
            return Err(Failure::new(format!(
                "`{}` ended with {:?}: {}",
                job.line,
                measured.exit,
                said.trim()
            )));
        }
        Ok(figure(measured, before, service.tally()?, rows))
    }
}

fn with_file(job: &Job, file: &Path) -> Job {
    let mut job = job.clone();
    for (name, value) in &mut job.environment {
        if *name == "CSV" {
            *value = file.display().to_string();
        }
    }
    job
}

fn figure(measured: Measured, before: Tally, after: Tally, rows: usize) -> Figure {
    let rounded = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rows a second"
    )]
    let rows_per_s = (rows as f64 / measured.wall) as u64;
    Figure {
        seconds: rounded(measured.wall),
        rows_per_s,
        cpu_s: rounded(measured.cpu),
        peak_mib: measured.memory >> 20,
        writes: after.posts - before.posts,
        lookups: after.lookups - before.lookups,
    }
}

/// The fastest run.
fn best(figures: impl Iterator<Item = Outcome<Figure>>) -> Outcome<Figure> {
    let figures: Vec<Figure> = figures.collect::<Outcome<_>>()?;
    let fastest = figures.into_iter().min_by(|a, b| a.seconds.total_cmp(&b.seconds));
    fastest.ok_or_else(|| Failure::new("nothing was measured"))
}

impl Report {
    fn tell(&self, json: bool) -> Outcome {
        if json {
            return super::print_json(self);
        }
        let (rows, small) = (self.rows, SMALL);
        let works = [
            ("first", format!("{rows} rows, first time")),
            ("again", format!("the same {rows} rows again")),
            ("changed", format!("{rows} rows of which {CHANGED} changed")),
            ("small", format!("{small} rows, first time")),
        ];
        for (work, title) in works {
            let Some(figures) = self.works.get(work) else { continue };
            println!("{title}\n");
            print(figures);
            println!();
        }
        if !self.left_out.is_empty() {
            println!("not installed, left out: {}. --install installs them.", self.left_out.join(", "));
        }
        Ok(())
    }
}

fn print(figures: &BTreeMap<&'static str, Figure>) {
    let peers = figures.iter().filter(|(name, _)| ![EXCHANGE, UNSEEN, tool::FLOOR].contains(name));
    let fastest = peers.map(|(_, figure)| figure.seconds).min_by(f64::total_cmp);
    let row = |(name, figure): (&&str, &Figure)| {
        let ratio = fastest.map_or_else(String::new, |fastest| format!("{:.2}", fastest / figure.seconds));
        let Figure { seconds, rows_per_s, cpu_s, peak_mib, writes, lookups } = figure;
        let numbers = [rows_per_s, peak_mib, writes, lookups].map(u64::to_string);
        let [rows_per_s, peak_mib, writes, lookups] = numbers;
        let times = [seconds, cpu_s].map(|seconds| format!("{seconds:.3}"));
        let [seconds, cpu_s] = times;
        vec![(*name).to_owned(), seconds, rows_per_s, cpu_s, peak_mib, writes, lookups, ratio]
    };
    let headings = ["", "s", "rows/s", "CPU s", "MiB", "writes", "look-ups", "× fastest peer"];
    table::print(&headings, &figures.iter().map(row).collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_run_counts_and_counts_only_itself() {
        let run = |wall| Measured { exit: Some(0), wall, cpu: 0.25, memory: 3 << 20 };
        let tally = |posts| Tally { posts, lookups: 2, ..Tally::default() };
        let figures = [2.0, 0.5].map(|wall| Ok(figure(run(wall), tally(10), tally(12), 1_000)));
        let best = best(figures.into_iter()).unwrap();
        assert_eq!((best.rows_per_s, best.writes, best.lookups, best.peak_mib), (2_000, 2, 0, 3));
    }
}
