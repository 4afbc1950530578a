//! Runs tests and keeps the output readable: what passed is counted, what failed is shown whole.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::failure::{Context, Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// What the summary lines add up to.
#[derive(Debug, Default, PartialEq)]
struct Sums {
    passed: usize,
    failed: usize,
    ignored: usize,
}

/// Runs cargo with these arguments and prints its output without the lines of single passed tests.
///
/// # Errors
/// When a test fails or does not compile, with cargo's exit code.
pub(super) fn run(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    let mut command = workspace.cargo();
    command.args(arguments).stdout(Stdio::piped());
    let said = process::line(&command);
    let mut child = command.spawn().context(|| format!("cannot start `{said}`"))?;
    let output = child.stdout.take().expect("the output was asked to be piped");
    let sums =
        pass_on(output, |line| println!("{line}")).context(|| format!("cannot read what `{said}` says"))?;
    let status = child.wait().context(|| format!("cannot wait for `{said}`"))?;
    println!("{} passed, {} failed, {} ignored", sums.passed, sums.failed, sums.ignored);
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{said}` ended with {status}")).code(process::exit_code(status)))
}

/// Hands on the lines worth reading and adds up the summaries.
fn pass_on(output: impl Read, mut print: impl FnMut(&str)) -> std::io::Result<Sums> {
    let mut sums = Sums::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        if let Some(summary) = line.strip_prefix("test result: ") {
            sums.add(summary);
        }
        if !is_dull(&line) {
            print(&line);
        }
    }
    Ok(sums)
}

fn is_dull(line: &str) -> bool {
    let one_passed =
        line.starts_with("test ") && (line.ends_with(" ... ok") || line.contains(" ... ignored"));
    let start = line.starts_with("running ") && (line.ends_with(" tests") || line.ends_with(" test"));
    one_passed || start || line.is_empty()
}

impl Sums {
    /// `ok. 26 passed; 0 failed; 1 ignored; 0 measured; …`
    fn add(&mut self, summary: &str) {
        let words: Vec<&str> = summary.split([' ', ';']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let Ok(count) = pair[0].parse::<usize>() else { continue };
            match pair[1] {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\nrunning 3 tests\ntest a ... ok\ntest b ... FAILED\ntest c ... ignored, takes long\n\
        \nfailures:\n---- b stdout ----\nbroken\n\
        test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s\n\
        running 1 test\ntest src/lib.rs - f (line 3) ... ok\n\
        test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 2 filtered out; finished in 0.02s\n";

    #[test]
    fn what_failed_is_shown_and_what_passed_is_counted() {
        let mut shown = Vec::new();
        let sums = pass_on(OUTPUT.as_bytes(), |line| shown.push(line.to_owned())).unwrap();
        assert_eq!(sums, Sums { passed: 2, failed: 1, ignored: 1 });
        assert_eq!(shown[..4], ["test b ... FAILED", "failures:", "---- b stdout ----", "broken"]);
        assert_eq!(shown.len(), 6, "and the two summaries: {shown:?}");
    }
}
