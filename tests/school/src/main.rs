//! `invented-school`: writes an invented school's files, or keeps those of the example up to date.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use invented_school::{DEFAULT_PUPILS, DEFAULT_YEAR, Params, School};

/// Invents a school.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a school's files into a folder.
    Generate {
        /// The same seed gives the same school.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Children, those who do not go included: 200 to 20,000.
        #[arg(long, default_value_t = DEFAULT_PUPILS)]
        pupils: usize,
        /// First year of the study year.
        #[arg(long, default_value_t = DEFAULT_YEAR)]
        year: i16,
        /// The folder; made when missing.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Compare `examples/first-school/data` with what would be written today.
    Example {
        /// Write it.
        #[arg(long)]
        write: bool,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("invented-school: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Generate { seed, pupils, year, output } => {
            Ok(School::generate(Params { seed, pupils, year })?.write(&output)?)
        }
        Command::Example { write } => example(write),
    }
}

fn example(write: bool) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/first-school/data"));
    let school = School::generate(Params::default())?;
    if write {
        return Ok(school.write(folder)?);
    }
    let differs = |(path, content): (&String, &Vec<u8>)| {
        (std::fs::read(folder.join(path)).ok().as_ref() != Some(content)).then(|| path.clone())
    };
    let differing: Vec<String> = school.files()?.iter().filter_map(differs).collect();
    match differing.is_empty() {
        true => Ok(()),
        false => Err(format!("out of date: {}; hint: add --write", differing.join(", ")).into()),
    }
}
