//! `cargo xtask test`: exactly what CI runs, step by step, stopping at the first that fails.

mod blocks;
mod deny;
mod package;
mod suite;
mod tools;

use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;
use crate::{bench, connectors, demo, lookouts, process};

/// One thing that is checked.
#[derive(Debug)]
struct Step {
    name: &'static str,
    check: fn(&Workspace) -> Outcome,
}

/// Cheap ones first; connectors before whatever runs them.
const STEPS: [Step; 7] = [
    Step { name: "format", check: |workspace| cargo(workspace, "fmt --all --check") },
    Step { name: "look-outs", check: lookouts::print },
    Step { name: "connectors", check: |workspace| connectors::build(workspace, false) },
    Step {
        name: "clippy",
        check: |workspace| cargo(workspace, "clippy --workspace --all-targets -- -D warnings"),
    },
    Step { name: "dependencies", check: deny::check },
    Step {
        name: "tests",
        check: |workspace| {
            tools::provide(workspace);
            suite::run(workspace, &["test", "--workspace"])
        },
    },
    Step { name: "documents", check: blocks::run },
];

/// What takes longer: tests marked `#[ignore]`, fuzzing, every benchmark once, the six faults, the Debian package in a
/// root of its own, the demo.
const LONGER: [Step; 6] = [
    Step {
        name: "long-tests",
        check: |workspace| suite::run(workspace, &["test", "--workspace", "--tests", "--", "--ignored"]),
    },
    Step { name: "fuzzing", check: fuzz },
    Step { name: "benchmarks", check: |workspace| cargo(workspace, "test --package exchange --benches") },
    Step { name: "faults", check: bench::our_faults },
    Step { name: "deb", check: package::check },
    Step { name: "demo", check: |workspace| demo::run(workspace, None, false) },
];

/// Runs the steps; `full` adds what takes longer, and names choose single ones of either kind.
///
/// # Errors
/// The failure of the first step that fails, with its exit code; a name that no step bears.
pub(crate) fn run(workspace: &Workspace, full: bool, names: &[String]) -> Outcome {
    let mut times = Vec::new();
    let outcome = chosen(full, names)?.into_iter().try_for_each(|step| timed(step, workspace, &mut times));
    print_times(&times);
    outcome
}

fn chosen(full: bool, names: &[String]) -> Outcome<Vec<&'static Step>> {
    if names.is_empty() {
        return Ok(STEPS.iter().chain(LONGER.iter().filter(|_| full)).collect());
    }
    let all = || STEPS.iter().chain(&LONGER);
    if let Some(name) = names.iter().find(|name| all().all(|step| step.name != *name)) {
        let steps: Vec<_> = all().map(|step| step.name).collect();
        return Err(Failure::new(format!("there is no step `{name}`"))
            .hint(format!("the steps: {}", steps.join(", ")))
            .code(2));
    }
    Ok(all().filter(|step| names.iter().any(|name| step.name == name)).collect())
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

/// A minute for every target, unless `EXCHANGE_FUZZ_SECONDS` asks for another time. Optimised a little, with all its
/// assertions, it judges two to four times as many cases.
fn fuzz(workspace: &Workspace) -> Outcome {
    let mut command = workspace.cargo();
    command.args(
        "test --config profile.dev.opt-level=1 --package exchange --test fuzz -- --nocapture".split(' '),
    );
    if std::env::var_os("EXCHANGE_FUZZ_SECONDS").is_none() {
        command.env("EXCHANGE_FUZZ_SECONDS", "60");
    }
    process::run(&mut command)
}

/// Cargo with arguments that hold no spaces.
fn cargo(workspace: &Workspace, arguments: &str) -> Outcome {
    process::run(workspace.cargo().args(arguments.split(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(full: bool, names: &[&str]) -> Vec<&'static str> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        chosen(full, &names).unwrap().iter().map(|step| step.name).collect()
    }

    #[test]
    fn ci_runs_the_steps_in_their_order() {
        let usual = ["format", "look-outs", "connectors", "clippy", "dependencies", "tests", "documents"];
        assert_eq!(names(false, &[]), usual);
        assert_eq!(
            names(true, &[]),
            [&usual[..], &["long-tests", "fuzzing", "benchmarks", "faults", "deb", "demo"]].concat()
        );
    }

    #[test]
    fn single_steps_keep_that_order() {
        assert_eq!(names(false, &["tests", "clippy", "demo"]), ["clippy", "tests", "demo"]);
        let failure = chosen(false, &["clipy".to_owned()]).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
    }
}
