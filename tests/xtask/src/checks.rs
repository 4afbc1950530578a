//! `cargo xtask test`: exactly what CI runs, step by step, stopping at the first that fails.

mod blocks;
mod deny;
mod suite;

use std::time::{Duration, Instant};

use crate::failure::Outcome;
use crate::workspace::Workspace;
use crate::{connectors, demo, lookouts, process};

/// One thing that is checked.
struct Step {
    name: &'static str,
    check: fn(&Workspace) -> Outcome,
}

/// Cheap ones first; connectors before whatever runs them.
const STEPS: [Step; 8] = [
    Step { name: "format", check: |workspace| cargo(workspace, "fmt --all --check") },
    Step { name: "look-outs", check: lookouts::print },
    Step { name: "connectors", check: |workspace| connectors::build(workspace, false) },
    Step {
        name: "clippy",
        check: |workspace| cargo(workspace, "clippy --workspace --all-targets -- -D warnings"),
    },
    Step {
        name: "layers",
        check: |workspace| cargo(workspace, "test --quiet --package xtask --test layers"),
    },
    Step { name: "dependencies", check: deny::check },
    Step { name: "tests", check: |workspace| suite::run(workspace, &["test", "--workspace"]) },
    Step { name: "documents", check: blocks::run },
];

/// What takes longer: tests marked `#[ignore]`, every benchmark once, the demo.
const LONGER: [Step; 3] = [
    Step {
        name: "long tests",
        check: |workspace| suite::run(workspace, &["test", "--workspace", "--tests", "--", "--ignored"]),
    },
    Step { name: "benchmarks", check: |workspace| cargo(workspace, "test --package exchange --benches") },
    Step { name: "demo", check: |workspace| demo::run(workspace, None) },
];

/// Runs the steps; `full` adds what takes longer.
///
/// # Errors
/// The failure of the first step that fails, with its exit code.
pub(crate) fn run(workspace: &Workspace, full: bool) -> Outcome {
    let steps = STEPS.iter().chain(LONGER.iter().filter(|_| full));
    let mut times = Vec::new();
    let outcome = steps.into_iter().try_for_each(|step| timed(step, workspace, &mut times));
    print_times(&times);
    outcome
}

fn timed(step: &Step, workspace: &Workspace, times: &mut Vec<(&'static str, Duration)>) -> Outcome {
    println!("\n── {} ──", step.name);
    let start = Instant::now();
    let outcome = (step.check)(workspace);
    times.push((step.name, start.elapsed()));
    outcome.map_err(|failure| failure.within(format_args!("the step `{}` failed", step.name)))
}

fn print_times(times: &[(&'static str, Duration)]) {
    println!();
    for (name, time) in times {
        println!("{name:<14}{:>8.1} s", time.as_secs_f64());
    }
    let whole: Duration = times.iter().map(|(_, time)| *time).sum();
    println!("{:<14}{:>8.1} s", "all", whole.as_secs_f64());
}

/// Cargo with arguments that hold no spaces.
fn cargo(workspace: &Workspace, arguments: &str) -> Outcome {
    process::run(workspace.cargo().args(arguments.split(' ')))
}
