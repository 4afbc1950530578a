//! `cargo xtask`: the helper commands of this repository.
//!
//! The commands need nothing but cargo; what else they need they fetch or build themselves
//! under `target/`, without questions.

mod connectors;
mod failure;
mod process;
mod workspace;

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
    }
}
