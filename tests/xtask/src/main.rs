//! `cargo xtask`: the helper commands of this repository.
//!
//! The commands need nothing but cargo; what else they need they fetch or build themselves
//! under `target/`, without questions.

mod bench;
mod checks;
mod connectors;
mod deb;
mod demo;
mod failure;
mod lookouts;
mod process;
mod sources;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Outcome;
use workspace::Workspace;

/// Helper commands of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Helper,
}

#[derive(Debug, Subcommand)]
enum Helper {
    /// Build every connector into target/connectors/<id>.wasm.
    Connectors {
        /// Say nothing unless something fails.
        #[arg(long, short)]
        quiet: bool,
    },
    /// Run what CI runs, and stop at the first step that fails.
    Test {
        /// Add what takes longer: ignored tests, benchmarks run once, the demo.
        #[arg(long)]
        full: bool,
        /// Run these steps alone, in their usual order.
        #[arg(value_name = "STEP", conflicts_with = "full")]
        steps: Vec<String>,
    },
    /// Measure.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Build the Debian package.
    Deb(deb::Deb),
    /// Build everything and play a person's first evening with it.
    Demo {
        /// Work in this new folder instead of target/demo.
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
        /// Leave the questions to a person in a browser: serves the cabinet until it is stopped, with an account that is
        /// ready.
        #[arg(long)]
        web: bool,
    },
}

fn main() -> ExitCode {
    match carry_out(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn carry_out(helper: Helper) -> Outcome {
    let workspace = Workspace::find()?;
    match helper {
        Helper::Connectors { quiet } => connectors::build(&workspace, quiet),
        Helper::Test { full, steps } => checks::run(&workspace, full, &steps),
        Helper::Bench(measured) => bench::run(&workspace, &measured),
        Helper::Deb(wanted) => deb::run(&workspace, &wanted),
        Helper::Demo { keep, web } => demo::run(&workspace, keep.as_deref(), web),
    }
}
