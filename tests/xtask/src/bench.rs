//! `cargo xtask bench`: what is measured, alone and beside ready-made tools.

mod ask;
mod faults;
mod folder;
mod linking;
mod micro;
mod peers;
mod region;
mod served;
mod service;
mod students;
mod table;
mod timed;
mod tool;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use serde::Serialize;

use crate::failure::{Context, Outcome};
use crate::workspace::Workspace;
use crate::{connectors, process};

/// What can be measured.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// The host's criterion benchmarks.
    Micro {
        /// Print one JSON object: a name, and its figures in nanoseconds.
        #[arg(long)]
        json: bool,
    },
    /// Six faults of the other side, beside ready-made tools; fails when a promise is broken.
    Faults {
        /// Rows to deliver.
        #[arg(long, default_value_t = 20_000)]
        rows: usize,
        #[command(flatten)]
        beside: Beside,
    },
    /// Speed, CPU and memory of the example connector, beside ready-made tools.
    Peers {
        /// Rows to deliver.
        #[arg(long, default_value_t = 100_000)]
        rows: usize,
        /// Runs of each; the best one counts.
        #[arg(long, default_value_t = 3)]
        runs: usize,
        #[command(flatten)]
        beside: Beside,
    },
    /// Families of a few schools link their accounts, all at once: how fast, how long a step takes, whether anybody is
    /// linked with somebody else.
    Linking(linking::Crowd),
    /// A region's schools in one process: nothing new, a day's changes, with a shared budget and without.
    Region {
        /// Schools, each with four tasks.
        #[arg(long, default_value_t = 1_000)]
        schools: usize,
        /// Pupils of each: 200 at least; by night there are 20, and 5,000 in one school.
        #[arg(long, default_value_t = 200)]
        pupils: usize,
        /// Leave folder and services as they are until Enter is pressed, to go on by hand (`perf record exchange run --all`).
        #[arg(long)]
        stay: bool,
        /// Through the scheduler instead: `exchange serve`, whose schedules fall due, with tasks of the example connector.
        #[arg(long)]
        night: bool,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Beside whom, and how it is told.
#[derive(Debug, Args)]
pub(crate) struct Beside {
    /// These tools alone, separated by commas.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Install the peers that are missing, with `tests/peers/setup.sh`.
    #[arg(long)]
    pub(crate) install: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Measures.
///
/// # Errors
/// When something does not build or cannot be started; `faults` also when Exchange breaks a promise.
pub(crate) fn run(workspace: &Workspace, bench: &Bench) -> Outcome {
    match bench {
        Bench::Micro { json } => micro::run(workspace, *json),
        Bench::Faults { rows, beside } => faults::run(workspace, *rows, beside),
        Bench::Peers { rows, runs, beside } => peers::run(workspace, *rows, *runs, beside),
        Bench::Linking(crowd) => linking::run(workspace, crowd),
        Bench::Region { schools, night: true, json, .. } => region::night::run(workspace, *schools, *json),
        Bench::Region { schools, pupils, stay, json, .. } => {
            region::run(workspace, region::Size { schools: *schools, pupils: *pupils }, *stay, *json)
        }
    }
}

/// The six faults, for Exchange alone.
///
/// # Errors
/// As for [`run`].
pub(crate) fn our_faults(workspace: &Workspace) -> Outcome {
    let only = vec![tool::EXCHANGE.to_owned()];
    faults::run(workspace, 5_000, &Beside { only, install: false, json: false })
}

/// Rows in one delivery, of every tool.
const BATCH: usize = 500;

/// What measurements stand on: the programs built, and a folder for their files.
struct Ground<'a> {
    workspace: &'a Workspace,
    /// `exchange-stand`, and `exchange` where it is measured, optimised.
    programs: PathBuf,
    /// Made anew for each bench, under the target folder: a disk, not memory.
    scratch: PathBuf,
    /// The peers' environments.
    peers: PathBuf,
}

impl<'a> Ground<'a> {
    fn prepare(workspace: &'a Workspace, beside: &Beside) -> Outcome<Self> {
        let mut build = workspace.cargo();
        build.args("build --quiet --release --package exchange-stand".split(' '));
        if tool::ours_wanted(&beside.only) {
            process::run(build.args(["--package", "exchange"]))?;
            connectors::build(workspace, true)?;
        } else {
            process::run(&mut build)?;
        }
        let scratch = workspace.target.join("bench");
        folder::empty(&scratch)?;
        let peers = workspace.target.join("peers");
        let ground = Self { workspace, programs: workspace.target.join("release"), scratch, peers };
        if beside.install {
            tool::install(&ground, &beside.only)?;
        }
        Ok(ground)
    }
}

/// Prints figures as one JSON object.
fn print_json(figures: &impl Serialize) -> Outcome {
    println!("{}", serde_json::to_string_pretty(figures).context(|| "cannot write the figures".into())?);
    Ok(())
}
